"""What the kiosk tells others about itself: little, in words that stay. Never the State, which changes with
the program."""

from typing import Literal

import msgspec

from kiosk.core.events import Fault
from kiosk.core.pages import Asleep, Card, CountIn, Guide, NextUp, Over, Page, Signs, Soak, TenMinutes
from kiosk.core.state import State
from kiosk.core.transition import soak_of

VERSION = 1

Doing = Literal["asleep", "awake", "relief", "soak", "stop"]
"""asleep: dark. awake: someone is there, nobody is led. relief: a cramp is being led. soak: feet are in warm
water, or about to be. stop: the ten-minute page, or what comes behind it."""


class Water(msgspec.Struct, frozen=True, kw_only=True):
    """What the soak's probe says, in degrees Celsius. ``celsius``: None while no number is to be trusted.
    ``verdict``: as in ``core.soak.Verdict``. ``low`` and ``high``: while the feet were in."""

    celsius: float | None
    verdict: str
    low: float | None
    high: float | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The kiosk at one moment; ``version`` goes up when a field changes its meaning or goes.

    ``since``: ms for which ``doing`` has been so, seen from the moment asked. ``technique``: id of what is
    led, or announced; "" for none. ``cramp_ms``: how long the relief under way has lasted; None: none is.
    ``water``: only in a soak. ``faults``: what is missing or broken, sorted, as in ``core.events.Fault``.
    """

    version: int = VERSION
    doing: Doing
    since: int
    technique: str = ""
    cramp_ms: int | None = None
    water: Water | None = None
    faults: tuple[Fault, ...] = ()


def status(state: State, now: int) -> Status:
    """What a State tells others at ``now`` (ms of the monotonic clock)."""
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
