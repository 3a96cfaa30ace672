"""Everything that can happen, and everything the night asks to be done about it."""

from enum import StrEnum
from typing import ClassVar, assert_never

import msgspec

from kiosk.core.rules import Rules
from kiosk.core.technique import Ms, Side


class Act(StrEnum):
    """What a touch target means. The screen turns a tap into one of these; pages know which apply."""

    ANYWHERE = "anywhere"
    """a touch on no target; wakes, or answers where the whole screen is one target"""
    START = "start"
    SOAK = "soak"
    MORE = "more"
    CHOOSE = "choose"
    DIARY = "diary"
    SETTINGS = "settings"
    BACK = "back"
    NEXT = "next"
    SKIP = "skip"
    GONE = "gone"
    YES = "yes"
    STILL = "still"
    PLUS = "plus"
    MINUS = "minus"
    SAVE = "save"
    SIGNS = "signs"
    STOP = "stop"
    PICK = "pick"
    """``number``: index of a technique in the sequence"""
    CHANGE = "change"
    """``key``: the setting that goes to its next value"""
    HEALTH = "health"
    TECHNIQUES = "techniques"
    ABOUT = "about"
    CHECK = "check"
    ADJUST = "adjust"
    """the probe is held against two known temperatures, the touch panel against three crosses"""
    YES_CONDITION = "yes-condition"
    NO_CONDITION = "no-condition"


class Fault(StrEnum):
    """What is missing or broken, shown as a banner."""

    NO_GPIO = "no-gpio"
    NO_PROBE = "no-probe"
    NO_TOUCH = "no-touch"
    DISK = "disk"
    DIARY_TORN = "diary-torn"
    SETTINGS = "settings"
    CLOCK = "clock"
    BUTTON_STUCK = "button-stuck"
    OUTPUTS = "outputs"
    """lamp or buzzer"""
    BACKLIGHT = "backlight"


class ProbeError(StrEnum):
    """Why the probe gave no temperature."""

    NO_PROBE = "no-probe"
    """no sensor in sysfs"""
    EMPTY = "empty"
    """the kernel gave an empty file: no answer, bad CRC, or unplugged"""
    CRC = "crc"
    MALFORMED = "malformed"
    RESET = "reset"
    """85.000: the sensor lost power"""
    NO_POWER = "no-power"
    """127.94: not enough power to measure"""
    RANGE = "range"
    """below 5 or above 70 degrees Celsius"""
    UNDECIDED = "undecided"
    """which probe is the water's is not known: there are several and none was chosen, or the chosen one is
    not among them"""


class ButtonName(StrEnum):
    """Every button. Its value is what ``Pins``, the settings and rehearsal scripts call it."""

    BIG = "button"
    """the one big button"""

    @property
    def stuck(self) -> Fault:
        """What is wrong when it is down as the program starts."""
        match self:
            case ButtonName.BIG:
                return Fault.BUTTON_STUCK
            case _:
                assert_never(self)


class _Event(msgspec.Struct, frozen=True, tag=True):
    by_person: ClassVar[bool] = False
    """whether a person did it: it may wake the device, which then must know whether these are quiet hours"""


class ButtonPressed(_Event, frozen=True, repr_omit_defaults=True):
    """A button went down (debounced)."""

    by_person: ClassVar[bool] = True
    button: ButtonName = ButtonName.BIG


class ButtonReleased(_Event, frozen=True, repr_omit_defaults=True):
    """A button came up (debounced)."""

    button: ButtonName = ButtonName.BIG


class Tapped(_Event, frozen=True):
    """A finger was lifted inside a target (or, ``Act.ANYWHERE``, outside all)."""

    by_person: ClassVar[bool] = True
    act: Act = Act.ANYWHERE
    number: int = 0
    key: str = ""


class Touched(_Event, frozen=True):
    """A finger was lifted where a page asks for the place. ``x``, ``y``: where on the picture it was seen,
    from 0 to 1; while the page ``Calibration`` is shown, without calibration. ``aspect``: width of the
    picture by its height."""

    by_person: ClassVar[bool] = True
    x: float
    y: float
    aspect: float


class WaterRead(_Event, frozen=True):
    """One reading of the probe: degrees Celsius with the owner's offset, or why there is none.

    ``outside``: with ``ProbeError.RANGE`` what it was, with the offset; no foot bath is so, ice water is.
    ``probe``: its number, such as "28-3c01f0964f8f"; empty where it has none. ``bits``: its resolution."""

    celsius: float | None
    error: ProbeError | None = None
    outside: float | None = None
    probe: str = ""
    bits: int = 12


class Due(_Event, frozen=True):
    """A deadline of the State (``night.due``) has come."""


class FaultFound(_Event, frozen=True):
    """Something is missing or broken."""

    fault: Fault


class FaultCleared(_Event, frozen=True):
    """It works again."""

    fault: Fault


class RulesChanged(_Event, frozen=True):
    """The owner's settings are now these."""

    rules: Rules


class QuietHours(_Event, frozen=True):
    """Quiet hours began or ended."""

    on: bool


class Tally(msgspec.Struct, frozen=True):
    """What the diary page shows: this week, the last weeks (oldest first), hours of the night
    (from 22 h to 7 h, one count an hour), minutes it usually took (None: nothing recorded)."""

    this_week: int = 0
    weeks: tuple[int, ...] = (0, 0, 0, 0, 0, 0)
    hours: tuple[int, ...] = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    usual_minutes: int | None = None


class DiaryRead(_Event, frozen=True):
    """The diary counted itself."""

    tally: Tally


class Interrupted(_Event, frozen=True):
    """As soon as the diary can be read: it holds a night that was under way; it began ``ago`` ms before now.
    ``techniques``: ids of what was done, the last one at the end."""

    ago: Ms
    techniques: tuple[str, ...] = ()


Event = (
    ButtonPressed
    | ButtonReleased
    | Tapped
    | Touched
    | WaterRead
    | Due
    | FaultFound
    | FaultCleared
    | RulesChanged
    | QuietHours
    | DiaryRead
    | Interrupted
)


# --- effects: one-shot things to do. Lamp, buzzer and backlight are not among them: they are part of
# the State, so that a level can never be lost or left behind.


class Ending(StrEnum):
    """How an episode ended."""

    GONE = "gone"
    NO_ANSWER = "no-answer"
    INTERRUPTED = "interrupted"
    """power cut, crash, or the device was switched off"""


class _Effect(msgspec.Struct, frozen=True, tag=True):
    pass


class _Record(_Effect, frozen=True, kw_only=True):
    """For the diary. ``key``: the episode of this run that it is of, from 1 on; 0: one of an earlier run,
    which was cut short."""

    key: int = 0


class EpisodeBegan(_Record, frozen=True):
    """A night's relief began. ``cramp`` False: only a soak, from the home page."""

    at: Ms
    side: Side
    cramp: bool = True


class TechniqueBegan(_Record, frozen=True):
    """A technique was begun (its first beat, or its first card)."""

    at: Ms
    technique: str


class TechniqueEnded(_Record, frozen=True):
    """It ended: ``finished`` to its end, else left early. ``soak_min`` and ``soak_max`` in Celsius."""

    at: Ms
    technique: str
    finished: bool
    soak_min: float | None = None
    soak_max: float | None = None
    soak_ms: Ms | None = None


class StopShown(_Record, frozen=True):
    """The ten-minute page was shown."""

    at: Ms


class EpisodeEnded(_Record, frozen=True):
    """It is over; ``rating`` follows in its own effect."""

    at: Ms
    ending: Ending


class EpisodeRated(_Record, frozen=True):
    """How bad the episode was, 0 to 10. Never sent when the question went unanswered."""

    at: Ms
    rating: int


class EpisodeResumed(_Record, frozen=True):
    """The interrupted night of an earlier run goes on, as the episode ``key`` of this one."""

    at: Ms


class ReadWater(_Effect, frozen=True):
    """Start or stop reading the water's probe. Until it is stopped no other one is read."""

    on: bool


class ReadEveryProbe(_Effect, frozen=True):
    """Read every probe there is, one after the other, until ``ReadWater`` says otherwise."""


class ChangeSetting(_Effect, frozen=True):
    """The owner tapped a setting: ``key`` goes to ``value``, or to its next value if empty."""

    key: str
    value: str = ""


Record = (
    EpisodeBegan | TechniqueBegan | TechniqueEnded | StopShown | EpisodeEnded | EpisodeRated | EpisodeResumed
)
Effect = Record | ReadWater | ReadEveryProbe | ChangeSetting
