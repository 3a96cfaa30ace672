"""Which of several probes is the water's: the one that somebody warms in the hand."""

import pytest

from kiosk.core.events import (
    Act,
    ChangeSetting,
    Effect,
    ProbeError,
    ReadEveryProbe,
    ReadWater,
    RulesChanged,
    WaterRead,
)
from kiosk.core.pages import Check, Dip
from kiosk.core.rules import Rules
from tests.bedside import Bedside, standard

FIRST, SECOND_ONE = "28-3c01f0964f8f", "28-3c01f0964f90"


def at_the_probe(chosen: str = "", offset: float = 0.0) -> Bedside:
    """Somebody came by touch to the probe, among the parts."""
    day = Bedside(standard(probe=chosen, probe_offset=offset))
    day.tap()
    day.wait(2)
    for act in (Act.MORE, Act.SETTINGS, *[Act.NEXT] * 3, Act.CHECK, *[Act.NEXT] * 3):
        day.tap(act)
    assert day.page == Check(3)
    assert day.effects == [ReadEveryProbe()]
    day.effects.clear()
    return day


def read(day: Bedside, **celsius: float | None) -> Check:
    """One round: what ``first`` and ``second`` say."""
    names = {"first": FIRST, "second": SECOND_ONE}
    for which, value in celsius.items():
        error = ProbeError.EMPTY if value is None else None
        day.happen(WaterRead(value, error, probe=names[which]))
        day.wait(0.8)
    assert isinstance(day.page, Check)
    return day.page


def obey(day: Bedside, rules: Rules) -> None:
    """What the house does after a setting was changed."""
    day.happen(RulesChanged(rules))


def choices(day: Bedside) -> list[Effect]:
    return [effect for effect in day.effects if isinstance(effect, ChangeSetting)]


def test_one_probe_needs_no_choice() -> None:
    day = at_the_probe()
    for celsius in (21.0, 25.0, 33.0):
        page = read(day, first=celsius)
    assert (page.celsius, page.undecided, choices(day)) == (33.0, False, [])


def test_with_two_and_none_chosen_there_is_no_reading_until_one_was_warmed() -> None:
    day = at_the_probe()
    page = read(day, first=21.0, second=21.5)
    assert (page.celsius, page.broken, page.undecided) == (None, False, True)
    for second in (21.5, 24.0, 27.5):
        page = read(day, first=21.1, second=second)
        assert (page.undecided, choices(day)) == (True, [])
    read(day, first=21.1, second=29.0)
    assert choices(day) == []  # the first was not read since: it may lie in the same hand
    page = read(day, first=21.1, second=29.5)
    assert choices(day) == [ChangeSetting("probe", SECOND_ONE)]
    assert (page.celsius, page.undecided, page.kept) == (29.5, False, SECOND_ONE)
    page = read(day, first=21.1, second=30.0)
    assert (page.celsius, len(choices(day))) == (30.0, 1)


@pytest.mark.parametrize(
    "said",
    [
        (21.0, 21.0, 31.0, 21.0, 21.0),         # one odd reading
        (21.0, -12.0, 21.0, 21.0, 21.0),
        (29.0, 29.0, 12.0, 29.0, 29.0, 29.0),
        (16.0, 16.0, 18.0, 20.0, 21.0, 21.0),   # it only warms to the room
        (21.0, 21.0, 46.0, 46.0, 46.0),         # no hand is so hot
        (21.0, None, 30.0, None, 30.0, None),   # it fails now and then
    ],
)  # fmt: skip
def test_what_no_hand_does_chooses_nothing(said: tuple[float | None, ...]) -> None:
    day = at_the_probe()
    for second in said:
        page = read(day, first=21.0, second=second)
    assert (page.undecided, choices(day)) == (True, [])


def test_warming_both_chooses_neither() -> None:
    day = at_the_probe()
    for both in (21.0, 21.0, 24.0, 30.0, 30.0, 30.0):
        page = read(day, first=both, second=both)
    assert (page.undecided, choices(day)) == (True, [])


def test_while_the_chosen_one_is_there_it_stays_so() -> None:
    day = at_the_probe(FIRST, offset=-0.4)
    for second in (21.0, 21.0, 28.0, 30.0, 30.0):
        page = read(day, first=21.0, second=second)
    assert (page.celsius, page.undecided, choices(day)) == (21.0, False, [])


def test_a_chosen_one_that_fails_is_there() -> None:
    day = at_the_probe(FIRST)
    for second in (21.0, 21.0, 28.0, 30.0, 30.0):
        page = read(day, first=None, second=second)
    assert (page.celsius, page.broken, page.undecided, choices(day)) == (None, True, False, [])


def test_a_dead_first_one_does_not_stand_in_the_way() -> None:
    day = at_the_probe(SECOND_ONE)
    page = read(day, first=None, second=38.0)
    assert (page.celsius, page.broken, page.undecided) == (38.0, False, False)


def test_a_new_probe_in_place_of_the_chosen_one_is_not_read_until_it_was_warmed() -> None:
    day = at_the_probe(FIRST)
    assert read(day, second=21.0).undecided
    for celsius in (21.0, 28.0, 30.0):
        page = read(day, second=celsius)
    assert (page.undecided, page.kept) == (False, SECOND_ONE)
    assert choices(day) == [ChangeSetting("probe", SECOND_ONE)]


def test_one_that_was_pulled_out_is_forgotten() -> None:
    day = at_the_probe()
    assert read(day, first=21.0, second=21.0).undecided
    for _ in range(14):
        page = read(day, second=21.0)
    assert (page.celsius, page.undecided) == (21.0, False)


def test_two_that_were_pulled_out_are_forgotten() -> None:
    day = at_the_probe()
    read(day, first=21.0, second=21.0)
    for _ in range(14):
        day.happen(WaterRead(None, ProbeError.NO_PROBE))
        day.wait(1)
    assert day.page == Check(3, broken=True)


def test_the_chosen_one_that_fails_is_told() -> None:
    day = at_the_probe(FIRST)
    read(day, first=21.0, second=21.0)
    page = read(day, first=None, second=21.0)
    assert (page.celsius, page.broken) == (None, True)


def test_no_probe_can_be_adjusted_before_one_was_chosen() -> None:
    day = at_the_probe()
    read(day, first=21.0, second=21.0)
    day.tap(Act.ADJUST)
    assert isinstance(day.page, Check)
    for first in (21.0, 28.0, 30.0):
        read(day, first=first, second=21.0)
    assert choices(day) == [ChangeSetting("probe", FIRST)]
    obey(day, standard(probe=FIRST))
    day.effects.clear()
    day.tap(Act.ADJUST)
    assert (day.page, day.effects) == (Dip(), [ReadWater(on=True)])


@pytest.mark.parametrize("chosen", ["", FIRST])
def test_an_offset_is_kept_with_the_number_of_its_probe(chosen: str) -> None:
    day = at_the_probe(chosen)
    day.tap(Act.ADJUST)
    for celsius, acts in ((0.3, [Act.SAVE, Act.NEXT]), (37.5, [Act.SAVE, Act.SAVE])):
        for _ in range(20):
            bath = celsius if celsius > 5 else None
            error = None if bath else ProbeError.RANGE
            day.happen(WaterRead(bath, error, celsius, probe=FIRST))
            day.wait(1)
        for act in acts:
            day.tap(act)
    assert choices(day) == [ChangeSetting("probe", FIRST), ChangeSetting("probe_offset", "-0.1")]
