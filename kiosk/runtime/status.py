"""The kiosk's status for other programs: a small, versioned struct. The State is internal and changes with
each release."""

from typing import Literal

import msgspec

from kiosk.core.events import Fault
from kiosk.core.pages import Asleep, Card, CountIn, Guide, NextUp, Over, Page, Signs, Soak, TenMinutes
from kiosk.core.state import State
from kiosk.core.transition import soak_of

#: Version of ``Status``: raised when a field changes its meaning or is removed.
VERSION = 1

Doing = Literal["asleep", "awake", "relief", "soak", "stop"]
"""asleep: the screen is dark. awake: someone is there, but no relief or soak runs. relief: a relief runs.
soak: a soak runs or is being prepared. stop: the page after ten minutes without relief, or the one that
follows it."""


class Water(msgspec.Struct, frozen=True, kw_only=True):
    """The water of a soak, in degrees Celsius.

    ``celsius``: None while no reading can be trusted. ``verdict``: a value of ``core.soak.Verdict``. ``low``,
    ``high``: extremes while the feet were in; None before.
    """

    celsius: float | None
    verdict: str
    low: float | None
    high: float | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk does at one moment. ``version`` is ``VERSION``.

    ``since``: ms for which the current page has been shown. ``technique``: id of the technique that runs or
    is announced; "" for none. ``cramp_ms``: duration of the running relief in ms; None: none runs. ``water``:
    only during a soak. ``faults``: what is missing or broken (``core.events.Fault``), sorted.
    """

    version: int = VERSION
    doing: Doing
    since: int
    technique: str = ""
    cramp_ms: int | None = None
    water: Water | None = None
    faults: tuple[Fault, ...] = ()


def status(state: State, now: int) -> Status:
    """The status for a State at ``now``, in ms of the monotonic clock."""
    page, episode = state.page, state.episode
    number = _technique(page)
    return Status(
        doing=_doing(state),
        since=max(0, now - state.entered),
        technique="" if number is None else state.sequence[number % len(state.sequence)].id,
        cramp_ms=None if episode is None or not episode.cramp else max(0, now - episode.began),
        water=_water(state),
        faults=tuple(sorted(state.faults)),
    )


def _doing(state: State) -> Doing:
    page = state.page
    if isinstance(page, TenMinutes | Signs):
        return "stop"
    if soak_of(page) is not None or isinstance(page, Card):
        return "soak"
    if state.episode is not None:
        return "relief"
    return "asleep" if isinstance(page, Asleep) else "awake"


def _technique(page: Page) -> int | None:
    match page:
        case NextUp(technique) | CountIn(technique) | Guide(technique) | Card(technique) | Soak(technique):
            return technique
        case Over(back):
            return _technique(back)
        case _:
            return None


def _water(state: State) -> Water | None:
    if soak_of(state.page) is None:
        return None
    water = state.water
    return Water(celsius=water.celsius, verdict=water.verdict.value, low=water.low, high=water.high)
