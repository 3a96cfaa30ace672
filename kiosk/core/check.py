"""The parts are tried one by one on the screen: press the button, see the lamp, hear the buzzer, dip the
probe. For someone without a keyboard; with one, ``cramp-kiosk doctor`` says more."""

import msgspec

from kiosk.core.events import ReadWater, WaterRead
from kiosk.core.pages import Check, Dip, Page, ProbeOffset, Settings, WarmWater
from kiosk.core.signals import LAMP, SILENT, Pattern, Signal, Volume, loudness, tune
from kiosk.core.state import Sound
from kiosk.core.technique import SECOND, Ms
from kiosk.core.turn import Turn

BUTTON, LAMP_PART, BUZZER, PROBE = range(4)
PARTS = 4

#: The tones of hold come again so often, until someone goes on.
EVERY: Ms = 4 * SECOND

#: Where it was begun, and where it ends.
HOME = Settings(3)


def show(turn: Turn, part: int) -> None:
    """Try this part; beyond the first and the last the settings come back."""
    leave(turn)
    if not 0 <= part < PARTS:
        turn.go(HOME)
        return
    if part == LAMP_PART:
        turn.shine(LAMP[Signal.HOLD])
    elif part == BUZZER:
        _sound(turn)
    elif part == PROBE:
        turn.do(ReadWater(on=True))
    turn.go(Check(part))


def leave(turn: Turn) -> None:
    """Whatever is tried comes to rest."""
    turn.hush()
    if is_dipping(turn.page):
        turn.do(ReadWater(on=False))


def is_dipping(page: Page) -> bool:
    """Whether the probe is read for this page."""
    if isinstance(page, Check):
        return page.part == PROBE
    return isinstance(page, Dip | WarmWater | ProbeOffset)


def _sound(turn: Turn) -> None:
    """The tones of hold, as loud as the owner wants them: not at all, if that is what was chosen."""
    rules = turn.state.rules
    volume = loudness(Signal.HOLD, rules.volume, quiet=turn.state.quiet)
    tones = tune(Signal.HOLD, passive=rules.passive_buzzer).pieces
    played = SILENT if volume is Volume.OFF else Pattern(tones, 0, EVERY)
    turn.state = msgspec.structs.replace(turn.state, sound=Sound(played, turn.now, volume))


def feel(turn: Turn, page: Check) -> None:
    """The button came down."""
    turn.state = msgspec.structs.replace(turn.state, page=msgspec.structs.replace(page, felt=True))


def read(turn: Turn, page: Check, event: WaterRead) -> None:
    """One reading of the probe; one that comes late says nothing to the next part."""
    if page.part != PROBE:
        return
    broken = event.celsius is None and event.outside is None
    shown = msgspec.structs.replace(page, celsius=event.celsius, broken=broken)
    turn.state = msgspec.structs.replace(turn.state, page=shown)
