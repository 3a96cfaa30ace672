"""When each page ends by itself, to the millisecond; and which pages never do."""

import msgspec
import pytest

from kiosk.core import deadlines, night, soak
from kiosk.core.events import Fault
from kiosk.core.pages import (
    Asleep,
    Awake,
    Card,
    CountIn,
    Failsafe,
    Gone,
    GoodNight,
    Guide,
    Home,
    NextUp,
    Rating,
    Resume,
    Settings,
    Signs,
    Soak,
    TenMinutes,
)
from kiosk.core.soak import Verdict, Water
from kiosk.core.state import Episode, Light, Sound, State
from kiosk.core.technique import MINUTE
from kiosk.core.timeline import lay_out
from tests.bedside import HAND, standard

HELD = lay_out(HAND)
WARM = Soak(3, 15 * MINUTE, 60_000, since=200_000)
STILL = Soak(3, 15 * MINUTE, 60_000)


def state(page, *, episode: Episode | None = None, **more) -> State:
    """This page since 100 s, nobody touched anything since 90 s."""
    base = msgspec.structs.replace(night.new(standard()), page=page, entered=100_000, touched=90_000)
    return msgspec.structs.replace(base, episode=episode, light=Light.DIMMED, **more)


RELIEF = Episode(80_000)


@pytest.mark.parametrize(
    ("page", "ends"),
    [
        (NextUp(0, 106_000), 106_000),
        (NextUp(2, None), None),
        (Gone(Home(), 1, 120_000), 120_000),
        (Gone(Home()), None),
        (Awake(Home(), 130_000), 130_000),
        (GoodNight(3, 108_000), 108_000),
        (Resume(5000, 160_000), 160_000),
        (CountIn(0, HELD, 104_000), 101_000),
        (CountIn(0, HELD, 104_000, counting=True), 104_000),
        (Guide(0, HELD, 100_000, 0), 105_000),
        (Guide(0, HELD, 100_000, 3), 116_000),
        (Rating(), 160_000),
        (WARM, 200_000 + 14 * MINUTE),
        (TenMinutes(WARM), 200_000 + 14 * MINUTE),
        (Signs(TenMinutes(WARM)), 200_000 + 14 * MINUTE),
        (STILL, None),
        (TenMinutes(Home()), None),
        (Asleep(), None),
        (Home(), None),
        (Card(3, after=False), None),
        (Failsafe(), None),
    ],
    ids=repr,
)
def test_when_a_page_ends(page, ends):
    assert deadlines.page_at(state(page)) == ends


@pytest.mark.parametrize(
    ("page", "episode", "asks"),
    [
        (Home(), None, 220_000),
        (Settings(1), None, 220_000),
        (NextUp(2, None), RELIEF, 220_000),
        (Card(3, after=True), RELIEF, 220_000),
        (NextUp(0, 106_000), RELIEF, None),
        (Guide(0, HELD, 100_000, 0), RELIEF, None),
        (Gone(Home()), RELIEF, None),
        (TenMinutes(Home()), RELIEF, None),
        *[(page, None, None) for page in (Asleep(), Awake(Home(), 1), Rating(), GoodNight(1, 1), Resume(1, 1),
                                          Failsafe())],
    ],
    ids=repr,
)  # fmt: skip
def test_when_it_asks_whether_anybody_is_there(page, episode, asks):
    assert deadlines.ask_at(state(page, episode=episode)) == asks


@pytest.mark.parametrize(
    ("page", "gives_up"),
    [
        (Guide(0, HELD, 100_000, 0), 90_000 + 15 * MINUTE),  # goes on by itself: from the last touch
        (NextUp(0, 106_000), 90_000 + 15 * MINUTE),
        (Gone(Home(), 1, 120_000), 90_000 + 15 * MINUTE),
        (Gone(Home()), 100_000 + 15 * MINUTE),  # waits: from when it came
        (NextUp(2, None), 100_000 + 15 * MINUTE),
        (Card(3, after=False), 100_000 + 15 * MINUTE),
        (TenMinutes(Home()), 100_000 + 15 * MINUTE),
        (Signs(Home(), 2), 100_000 + 15 * MINUTE),
        (WARM, None),  # the soak has its own end
        (TenMinutes(WARM), None),
        (STILL, 100_000 + 30 * MINUTE),
        (TenMinutes(STILL), 100_000 + 30 * MINUTE),
    ],
    ids=repr,
)
def test_when_a_relief_nobody_answers_is_over(page, gives_up):
    assert deadlines.give_up_at(state(page, episode=RELIEF)) == gives_up


def test_outside_a_relief_only_the_failsafe_gives_up():
    assert deadlines.give_up_at(state(Home())) is None
    assert deadlines.give_up_at(state(Failsafe())) == 90_000 + 150_000


@pytest.mark.parametrize(
    ("episode", "verdict", "stops"),
    [
        (RELIEF, Verdict.WARM, 680_000),
        (Episode(80_000, cramp=False), Verdict.WARM, None),
        (Episode(80_000, stop_shown=True), Verdict.WARM, None),
        (RELIEF, Verdict.DANGER, None),
        (RELIEF, Verdict.TOO_HOT, None),
        (RELIEF, Verdict.RISING, None),
        (RELIEF, Verdict.FAULT, 700_000 + 30_000),  # told at 700 s, for half a minute
        (None, Verdict.WARM, None),
    ],
)
def test_when_the_stop_page_comes(episode, verdict, stops):
    there = state(STILL, episode=episode, water=Water(verdict=verdict), sound=Sound(start=700_000))
    assert deadlines.stop_at(there) == stops


@pytest.mark.parametrize(
    ("down", "spent", "faults", "long", "stuck"),
    [
        (None, False, frozenset(), None, None),
        (500, False, frozenset(), 2000, 30_500),
        (500, True, frozenset(), None, 30_500),
        (500, True, frozenset({Fault.BUTTON_STUCK}), None, None),
    ],
)
def test_when_a_press_is_long_and_when_stuck(down, spent, faults, long, stuck):
    there = state(Home(), down_at=down, spent_press=spent, faults=faults)
    assert (deadlines.long_at(there), deadlines.stuck_at(there)) == (long, stuck)


def test_when_the_screen_is_dimmed():
    lit = msgspec.structs.replace(state(Home()), light=Light.LIT)
    assert deadlines.dim_at(lit) == 150_000
    assert deadlines.dim_at(state(Home())) is None
    hot = msgspec.structs.replace(lit, page=STILL, water=Water(verdict=Verdict.TOO_HOT))
    assert deadlines.dim_at(hot) is None


def test_when_a_reading_is_too_old():
    water = soak.begin(100_000)
    assert deadlines.stale_at(state(STILL, water=water)) == 105_000
    assert deadlines.stale_at(state(Gone(STILL), water=water)) == 105_000
    assert deadlines.stale_at(state(Home(), water=water)) is None
    assert deadlines.stale_at(state(STILL, water=Water(verdict=Verdict.FAULT))) is None


def test_the_earliest_of_all_is_due():
    there = state(Guide(0, HELD, 100_000, 0), episode=RELIEF)
    assert night.due(there) == 105_000
    assert night.due(msgspec.structs.replace(there, down_at=104_000)) == 105_500  # no page under a finger
