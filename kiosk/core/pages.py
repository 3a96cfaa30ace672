"""What the screen is showing, as data: one struct a page. Only what a page needs beyond the State."""

from typing import ClassVar

import msgspec

from kiosk.core.calibration import Point
from kiosk.core.probes import Felt
from kiosk.core.soak import Reading
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.core.timeline import Beat, Timeline

#: Without a touch for so long, "still there?" is asked, or what is tried on a page comes to rest.
ASK_AFTER: Ms = 120 * SECOND
#: An episode nobody answers is over after this: recorded as "no answer", never as gone.
GIVE_UP: Ms = 15 * MINUTE
#: How long the question for the severity waits.
RATE_FOR: Ms = 60 * SECOND


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of page this is. Each page has its own as ``traits``; without, the type checker fails.

    ``relief``: it belongs to a relief or to what follows one, and ``night`` answers taps on it; else
    ``browse`` does. ``takes_press``: outside a relief the button answers it; elsewhere a press begins a
    relief. ``waits``: it stays until somebody answers (one with an ``until``: only if that is None).
    ``asks``: while it waits, "still there?" comes after ``ASK_AFTER`` without a touch. ``ends_after``: it
    ends by itself so many ms after the last touch; None: it does not.
    """

    relief: bool = False
    takes_press: bool = False
    waits: bool = False
    asks: bool = False
    ends_after: Ms | None = None


_BROWSED = Traits(waits=True, asks=True)
_LED = Traits(relief=True)
_STOPPED = Traits(relief=True, waits=True)
#: A tone or a probe would go on under the question whether someone is there.
_TRIED = Traits(takes_press=True, ends_after=ASK_AFTER)
#: Ice melts slowly, and warm water has to be fetched.
_DIPPED = Traits(ends_after=GIVE_UP)


class _Page(msgspec.Struct, frozen=True, tag=True):
    pass


class Over(_Page, frozen=True):
    """A question in front of another page: ``back`` goes on when it is answered."""

    back: "Page"


class Asleep(_Page, frozen=True):
    """Black, backlight off."""

    traits: ClassVar[Traits] = Traits(waits=True)


class Home(_Page, frozen=True):
    """CRAMP, soak, more."""

    traits: ClassVar[Traits] = _BROWSED


class More(_Page, frozen=True):
    """Choose a technique, diary, settings."""

    traits: ClassVar[Traits] = _BROWSED


class Choose(_Page, frozen=True):
    """The technique list, three at a time from ``first``."""

    traits: ClassVar[Traits] = _BROWSED

    first: int = 0


class NextUp(_Page, frozen=True):
    """The technique that comes next: its name and posture. Goes on by itself at ``until``, or waits
    for a press (None: standing up and water are the person's decision)."""

    traits: ClassVar[Traits] = Traits(relief=True, waits=True, asks=True)

    technique: int
    until: Ms | None = None


class CountIn(_Page, frozen=True):
    """READY 3-2-1: the posture, then the beat at ``index`` from ``first_beat`` on. ``counting``: the
    three ticks have begun."""

    traits: ClassVar[Traits] = _LED

    technique: int
    timeline: Timeline
    first_beat: Ms
    index: int = 0
    counting: bool = False


class Guide(_Page, frozen=True):
    """A beat of a technique. ``began`` is the moment of offset 0 of the timeline, so the beat runs
    from ``began + beat.start`` to ``began + beat.end``."""

    traits: ClassVar[Traits] = _LED

    technique: int
    timeline: Timeline
    began: Ms
    index: int

    @property
    def beat(self) -> Beat:
        """The beat under way."""
        return self.timeline[self.index]


class Gone(Over, frozen=True):
    """GONE? Yes / Still there. In a soak for its own sake: STOP? Yes / Go on.

    ``back``: what goes on when nobody answers by ``until`` (None: it waits). ``onward``: the technique that
    "still there" leads to; None: back to what was under way."""

    traits: ClassVar[Traits] = _STOPPED
    onward: int | None = None
    until: Ms | None = None


class Awake(Over, frozen=True):
    """Still there? Asked after two minutes without a touch on a page that waits. Asleep at ``until``."""

    traits: ClassVar[Traits] = Traits()
    until: Ms


class Rating(_Page, frozen=True):
    """How bad was it, 0 to 10? None: not recorded. ``minutes``: how long it took, for good night."""

    traits: ClassVar[Traits] = Traits(relief=True, takes_press=True, ends_after=RATE_FOR)

    minutes: int = 1
    value: int | None = None


class GoodNight(_Page, frozen=True):
    """Gone after so many minutes. Asleep at ``until``."""

    traits: ClassVar[Traits] = _LED

    minutes: int | None
    until: Ms


class Card(_Page, frozen=True):
    """A card of the soak: ``after`` False: before it (fill, salt, probe), True: after it (dry)."""

    traits: ClassVar[Traits] = Traits(relief=True, waits=True, asks=True)

    technique: int
    after: bool
    index: int = 0


class Soak(_Page, frozen=True):
    """Feet and water. ``spent``: ms of warm soak before ``since``; ``since``: the clock runs from there
    (None: it stands still)."""

    traits: ClassVar[Traits] = _LED

    technique: int
    length: Ms
    spent: Ms = 0
    since: Ms | None = None

    def spent_at(self, now: Ms) -> Ms:
        """How long the feet were in warm water by ``now``, at most ``length``."""
        running = 0 if self.since is None else max(0, now - self.since)
        return min(self.length, self.spent + running)

    def done_at(self) -> Ms | None:
        """When the soak is done if the clock runs on; None while it stands still."""
        return None if self.since is None else self.since + self.length - self.spent


class TenMinutes(Over, frozen=True):
    """STOP. Ten minutes. Get help today. ``back``: what was under way."""

    traits: ClassVar[Traits] = _STOPPED


class Signs(Over, frozen=True):
    """The warning signs, one a card; after the last, on to ``back``."""

    traits: ClassVar[Traits] = _STOPPED
    index: int = 0


class Resume(_Page, frozen=True):
    """After a crash or a power cut: the night that began ``ago`` ms before is offered again, from the
    technique that was under way."""

    traits: ClassVar[Traits] = Traits(relief=True, takes_press=True)

    ago: Ms
    until: Ms
    technique: int = 0


class Diary(_Page, frozen=True):
    """What was remembered."""

    traits: ClassVar[Traits] = _BROWSED


class Settings(_Page, frozen=True):
    """Settings menu number ``menu``."""

    traits: ClassVar[Traits] = _BROWSED

    menu: int = 0


class Health(_Page, frozen=True):
    """The safety profile: one question a page, ``index`` into ``Condition``."""

    traits: ClassVar[Traits] = _BROWSED

    index: int = 0


class Techniques(_Page, frozen=True):
    """Techniques on, off and order: the one at ``index``."""

    traits: ClassVar[Traits] = _BROWSED

    index: int = 0


class About(_Page, frozen=True):
    """What this device is and is not; ``index``: which card."""

    traits: ClassVar[Traits] = _BROWSED

    index: int = 0


class Check(_Page, frozen=True):
    """The parts are tried one by one: ``part`` 0 is the button, then lamp, buzzer, probe, touch. ``felt``:
    the button came down. ``celsius``: what the water's probe says; ``broken``: it says nothing. ``probes``:
    every probe that was heard; ``undecided``: none of them is the water's yet; ``kept``: the one that was
    just made so. ``hit``: how many of the dots were tapped; ``missed``: where on the picture the next one's
    tap was seen instead."""

    traits: ClassVar[Traits] = _TRIED

    part: int = 0
    felt: bool = False
    celsius: float | None = None
    broken: bool = False
    probes: tuple[Felt, ...] = ()
    undecided: bool = False
    kept: str = ""
    hit: int = 0
    missed: Point | None = None


class Calibration(_Page, frozen=True):
    """Three crosses to touch, then one that proves them. ``touched``: what the panel said so far, without
    calibration, on the picture. ``again``: from the start, as the last touches calibrate nothing."""

    traits: ClassVar[Traits] = _TRIED

    touched: tuple[Point, ...] = ()
    again: bool = False


class Dip(_Page, frozen=True):
    """The probe in water of a known temperature. ``ice`` None: in ice water; else in warm water beside a
    thermometer, and what the ice said was wrong by, in degrees Celsius. ``tenths``: what is added to the
    reading to make it match the thermometer. ``readings``: without the offset; ``broken``: there are none.
    ``probe``: the number of the one that was read.
    """

    traits: ClassVar[Traits] = _DIPPED

    ice: float | None = None
    tenths: int = 0
    readings: tuple[Reading, ...] = ()
    broken: bool = False
    probe: str = ""


class WarmWater(_Page, frozen=True):
    """Between the two: fetch warm water and a thermometer. ``ice`` and ``probe`` as in ``Dip``."""

    traits: ClassVar[Traits] = _DIPPED

    ice: float
    probe: str = ""


class ProbeOffset(_Page, frozen=True):
    """What ice and warm water said is to be added to a reading of ``probe``, in degrees Celsius."""

    traits: ClassVar[Traits] = _DIPPED

    ice: float
    warm: float
    probe: str = ""


class Failsafe(_Page, frozen=True):
    """Something went wrong. Press to start again."""

    traits: ClassVar[Traits] = _STOPPED


def waits(page: "Page") -> bool:
    """Whether this page stays until somebody answers."""
    match page:
        case NextUp(_, until) | Gone(_, _, until):
            return until is None
        case _:
            return page.traits.waits


Page = (
    Asleep
    | Home
    | More
    | Choose
    | NextUp
    | CountIn
    | Guide
    | Gone
    | Awake
    | Rating
    | GoodNight
    | Card
    | Soak
    | TenMinutes
    | Signs
    | Resume
    | Diary
    | Settings
    | Health
    | Techniques
    | About
    | Check
    | Calibration
    | Dip
    | WarmWater
    | ProbeOffset
    | Failsafe
)
