"""What the owner set, as far as the night and the screen need it: one immutable struct."""

from enum import StrEnum

import msgspec

from kiosk.core.signals import Volume
from kiosk.core.technique import Side, Technique
from kiosk.core.timeline import Choice


class Condition(StrEnum):
    """What the safety profile asks about, once and by day."""

    NUMB = "numb"
    """diabetes, or feet that feel little"""
    CIRCULATION = "circulation"
    """poor circulation in the legs"""
    RAYNAUD = "raynaud"
    """Raynaud's, or cold makes the skin ill"""
    THINNER = "thinner"
    """blood thinner, fragile bones, bleeds easily"""
    WOUND = "wound"
    """sore, cut or infection on the foot"""
    CLOT = "clot"
    """a clot in the leg, suspected or recent"""
    PREGNANT = "pregnant"
    UNSTEADY = "unsteady"
    """unsteady on the feet, new hip or knee, sedated"""


class Theme(StrEnum):
    """Colours of the screen."""

    NIGHT = "night"
    DAY = "day"
    CONTRAST = "contrast"


class TextSize(StrEnum):
    """Size of words; larger only where there is room, never smaller than normal."""

    NORMAL = "normal"
    LARGER = "larger"


class Glow(StrEnum):
    """How bright the screen is when someone is there."""

    DIM = "dim"
    SOFT = "soft"
    BRIGHT = "bright"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's choices. ``techniques`` is every technique in the owner's order, as written;
    the safety profile and ``left_out`` decide what is shown (see ``safety.sequence``)."""

    techniques: tuple[Technique, ...] = ()
    left_out: frozenset[str] = frozenset()
    choices: dict[str, Choice] = {}
    conditions: frozenset[Condition] = frozenset()
    profile_asked: bool = False
    soak_allowed: bool = False
    """a clinician said yes to soaking with sensitive feet"""
    soak_minutes: int = 15
    side: Side = Side.LEFT
    volume: Volume = Volume.MEDIUM
    passive_buzzer: bool = True
    theme: Theme = Theme.NIGHT
    text_size: TextSize = TextSize.NORMAL
    glow: Glow = Glow.DIM
    motion: bool = True
    asleep_clock: bool = False
    rotate: int = 0
    """degrees the picture is turned on its panel, clockwise"""
    probe: str = ""
    """number of the water's probe; empty: the only one there is"""
    probe_offset: float = 0.0
    """degrees Celsius added to what the probe says; for showing, the probe reader adds it"""
    quiet_from: int = 22 * 60
    quiet_to: int = 7 * 60
    """minutes after local midnight; equal: no quiet hours"""
