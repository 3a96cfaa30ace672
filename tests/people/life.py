"""What happened to somebody in a night: the facts that judges look at. Times are ms since the evening."""

import msgspec

from kiosk.core.technique import Ms
from kiosk.diary.entry import Entry
from tests.people.draw import Somebody


class Bout(msgspec.Struct):
    """A cramp as it was. ``over``: when it went; ``said``: when somebody said that it was gone."""

    pressed: Ms | None = None
    over: Ms | None = None
    said: Ms | None = None


class Step(msgspec.Struct, frozen=True):
    """A movement that was asked for. ``trouble``: "" or why it must not or cannot be done."""

    at: Ms
    does: str
    trouble: str = ""


class Life(msgspec.Struct):
    """A night. ``holds``: for each hold whether they were in posture when its cue came."""

    who: Somebody
    pressed: Ms | None = None
    first_done: Ms | None = None
    holds: list[bool] = []
    steps: list[Step] = []
    presses: int = 0
    reached_help: tuple[Ms, int] | None = None
    """when what helps them was first done, and after how many presses since the one that began"""
    bouts: list[Bout] = []
    slept: Ms | None = None
    """asleep, or gone, since then; None: until the device was dark"""
    woken: Ms | None = None
    """when the cramp came back"""
    asleep_in_water: bool = False
    peaks: list[float] = []
    """after that: how bright the lamp was at each question"""
    lamp_seconds: float = 0.0
    dark_after: Ms | None = None
    outside: list[tuple[float, float]] = []
    """feet in water outside the band: seconds beyond what it took them to react, and degrees"""
    needed_help: Ms | None = None
    """when ten minutes of cramp had gone by, and a sign been given within the last three of them"""
    saw_stop: bool = False
    saw_signs: bool = False
    dark_in_the_end: bool = False
    stuck: str | None = None
    """what could not be reached from one moment of it; None: nobody looked"""
    error: str = ""
    diary: list[Entry] = []
    scripts: list[str] = []
    pages: list[tuple[Ms, str]] = []
    """when it came; kind of page, and what it means"""
    lamp: list[tuple[Ms, float]] = []
    tones: list[tuple[Ms, int, str]] = []

    def kinds(self, since: Ms = 0) -> list[str]:
        """What the pages meant, in their order."""
        return [page.partition(": ")[2] for at, page in self.pages if at >= since]

    def first(self, kind: str, since: Ms = 0) -> Ms | None:
        """When a page of this kind first came."""
        return next((at for at, page in self.pages if at >= since and kind in page.partition(": ")[2]), None)


def new(who: Somebody) -> Life:
    """A night that has not begun."""
    lists: dict[str, list[object]] = {
        field.name: [] for field in msgspec.structs.fields(Life) if field.default_factory is list
    }
    return Life(who, **lists)
