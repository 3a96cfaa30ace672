"""Each judge by a night that is well and one that is not: a table that cannot be missed measures nothing."""

from datetime import timedelta

import pytest

from kiosk.core.events import Ending
from kiosk.core.technique import MINUTE, SECOND, Side
from kiosk.diary.entry import Entry
from tests.people import judges, life
from tests.people.bed import EVENING
from tests.people.life import Bout, Life, Step
from tests.people.usual import cramp, usual


def night(**facts: object) -> Life:
    """A night of somebody usual: pressed at 10 s, over at 100 s, said so at 105 s."""
    one = life.new(usual())
    one.pressed, one.first_done, one.presses = 10 * SECOND, 25 * SECOND, 2
    one.dark_in_the_end, one.stuck = True, ""
    one.bouts = [Bout(10 * SECOND, 100 * SECOND, 105 * SECOND)]
    one.diary = [entry(10, 95)]
    for name, value in facts.items():
        setattr(one, name, value)
    return one


def entry(began: float, relief: float | None, **more: object) -> Entry:
    return Entry(
        id=1,
        began=EVENING + timedelta(seconds=began),
        clock_ok=True,
        cramp=bool(more.get("cramp", True)),
        side=Side(str(more.get("side", "left"))),
        ended=None if relief is None else round(relief * SECOND),
        ending=Ending.NO_ANSWER if relief is None else Ending.GONE,
    )


ACCIDENT = usual(cramp=None)
HELPED = "presses, and seconds, to what helps them"

#: A judge, facts of a night that meets its goal, and of one that does not.
CASES = [
    ("seconds from the press", {}, {"first_done": 60 * SECOND}),
    ("seconds from the press", {}, {"first_done": None}),
    ("holds with", {"holds": [True] * 20}, {"holds": [False] + [True] * 5}),
    ("contraindicated", {"steps": [Step(0, "pull")]}, {"steps": [Step(0, "press", "contraindicated")]}),
    ("they cannot", {"steps": [Step(0, "pull")]}, {"steps": [Step(0, "rub", "cannot"), Step(0, "pull")]}),
    ("level x seconds", {"slept": 1, "lamp_seconds": 40.0}, {"slept": 1, "lamp_seconds": 41.0}),
    ("lower at every", {"slept": 1, "peaks": [0.6, 0.4, 0.2]}, {"slept": 1, "peaks": [0.6, 0.6]}),
    ("until dark", {"slept": 1, "dark_after": 6 * MINUTE}, {"slept": 1, "dark_after": 6 * MINUTE + 1}),
    ("until dark", {"slept": 1, "dark_after": 0}, {"slept": 1, "dark_after": None}),
    ("diary is true", {}, {"diary": [entry(10, None)]}),
    ("diary is true", {"diary": [entry(10, 119)]}, {"diary": [entry(10, 121)]}),
    ("diary is true", {}, {"diary": [entry(10, 95, side="right")]}),
    ("diary is true", {}, {"diary": []}),
    ("diary is true", {}, {"diary": [entry(10, 95), entry(300, 20)]}),
    (
        "an accident",
        {"who": ACCIDENT, "bouts": [], "diary": [entry(10, None, cramp=False)]},
        {"who": ACCIDENT, "bouts": [], "diary": [entry(10, None)]},
    ),
    ("outside the band", {"pages": [(1, "Soak: feet in soak")]}, {
        "pages": [(1, "Soak: feet in soak")], "outside": [(3.0, 41.5)]
    }),
    (
        "reaches STOP",
        {"needed_help": 1, "bouts": [Bout(0)], "saw_stop": True, "saw_signs": True},
        {"needed_help": 1, "bouts": [Bout(0)], "saw_stop": True},
    ),
    ("stuck", {}, {"stuck": "from Home: the dark"}),
    ("errors", {}, {"error": "a traceback"}),
    ("errors", {}, {"dark_in_the_end": False}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "well", "wrong"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)])
def test_a_goal_is_met_or_missed(name, well, wrong):
    assert _measure(night(**well), name).met is True
    assert _measure(night(**wrong), name).met is False


def _measure(one: Life, name: str) -> judges.Measure:
    return next(measure for measure in judges.table([one]) if name in measure.name)


def test_what_was_not_there_to_be_measured_is_said_to_be_so():
    assert _measure(night(), "outside the band").met is None
    assert _measure(night(), "after sleep: lamp level").met is None
    assert _measure(night(), HELPED).met is None


def test_a_cramp_that_comes_back_within_ten_minutes_is_one_for_the_diary():
    twice = [Bout(10 * SECOND, 60 * SECOND, 62 * SECOND), Bout(100 * SECOND, 150 * SECOND, 152 * SECOND)]
    assert judges.untrue(night(bouts=twice, diary=[entry(10, 142)])) == ""
    assert judges.untrue(night(bouts=twice, diary=[entry(10, 52), entry(100, 52)])) == "duration"
    late = [twice[0], Bout(700 * SECOND, 750 * SECOND, 752 * SECOND)]
    assert judges.untrue(night(bouts=late, diary=[entry(10, 52), entry(700, 52)])) == ""


def test_help_is_for_whom_it_went_on_after_the_ten_minutes():
    assert not judges.needs_help(night(needed_help=600 * SECOND, bouts=[Bout(0, 650 * SECOND)]))
    assert judges.needs_help(night(needed_help=600 * SECOND, bouts=[Bout(0, 661 * SECOND)]))


def test_the_worst_night_is_the_worst():
    assert judges.badness(night()) < judges.badness(night(lamp_seconds=200.0))
    assert judges.badness(night(lamp_seconds=200.0)) < judges.badness(night(stuck="from Home: the dark"))
    assert judges.badness(night(dark_in_the_end=False)) < judges.badness(night(error="a traceback"))
    assert judges.badness(night(who=usual(cramp=cramp("right")))) > judges.badness(night())
