"""The whole state of the night: immutable, all times absolute (ms of the monotonic clock)."""

from enum import IntEnum

import msgspec

from kiosk.core.events import Fault, Tally
from kiosk.core.pages import Asleep, Page
from kiosk.core.rules import Glow, Rules
from kiosk.core.signals import OFF, SILENT, LampPattern, Tune, Volume
from kiosk.core.soak import Water
from kiosk.core.technique import Ms, Technique


class Light(IntEnum):
    """What the backlight does. How bright "lit" is, the owner chose (``Rules.glow``)."""

    OFF = 0
    DIMMED = 1
    LIT = 2


class Shine(msgspec.Struct, frozen=True):
    """What the lamp does since ``start``."""

    pattern: LampPattern = OFF
    start: Ms = 0


class Sound(msgspec.Struct, frozen=True):
    """What the buzzer does since ``start``."""

    tune: Tune = SILENT
    start: Ms = 0
    volume: Volume = Volume.OFF


class Episode(msgspec.Struct, frozen=True):
    """The relief under way. ``cramp`` False: only a soak. ``stop_shown``: the ten minutes were told.
    ``gone_at``: it is over for the record since then, but the water is still too hot to be left alone."""

    began: Ms
    cramp: bool = True
    stop_shown: bool = False
    using: str = ""
    """id of the technique under way, for the record"""
    gone_at: Ms | None = None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the night knows. ``entered``: when this page came; ``touched``: when a person last
    did something; ``guard_until``: taps before that are swallowed (the tap that woke the screen);
    ``down_at``: since when the button is down; ``spent_press``: what this press was for is done."""

    rules: Rules = Rules()
    sequence: tuple[Technique, ...] = ()
    """what this person is shown, in order: the rules' techniques after the safety profile"""
    coming: Rules | None = None
    """settings changed during a relief; obeyed when it is over"""
    page: Page = Asleep()
    entered: Ms = 0
    touched: Ms = 0
    guard_until: Ms = 0
    down_at: Ms | None = None
    spent_press: bool = False
    episode: Episode | None = None
    episodes: int = 0
    """how many began since the device was switched on: the key of the one under way, or of the last one"""
    lamp: Shine = Shine()
    sound: Sound = Sound()
    light: Light = Light.OFF
    water: Water = Water()
    faults: frozenset[Fault] = frozenset()
    quiet: bool = False
    tally: Tally = Tally()
    own_touch: bool = False
    """the display reads the touch panel itself; elsewhere the system has calibrated what it says"""


#: How bright the screen looks: by what the State asks and what the owner chose.
_GLOW = {
    Light.OFF: {Glow.DIM: 0.0, Glow.SOFT: 0.0, Glow.BRIGHT: 0.0},
    Light.DIMMED: {Glow.DIM: 0.02, Glow.SOFT: 0.05, Glow.BRIGHT: 0.2},
    Light.LIT: {Glow.DIM: 0.06, Glow.SOFT: 0.25, Glow.BRIGHT: 1.0},
}


def brightness(state: State) -> float:
    """How bright the screen is, from 0.0 (off) to 1.0, as the eye sees it."""
    return _GLOW[state.light][state.rules.glow]
