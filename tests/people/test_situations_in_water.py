"""A tub of warm water at night: filled, too cool, topped up, left alone, without a probe, without power."""

import pytest

from kiosk.core.technique import MINUTE, SECOND, Ms
from tests.people.draw import Owner, Somebody
from tests.people.life import Life
from tests.people.night import Night, live
from tests.people.usual import NO_CRAMP, usual, well

second_edition = pytest.mark.xfail(strict=True, reason="second edition")


def soaker(**known: object) -> Somebody:
    """Somebody without a cramp who taps, and wants the feet in warm water."""
    return usual(**{"cramp": NO_CRAMP, "soak_first": True, "taps": True, **known})


def soaked(life: Life) -> Ms:
    """How long the diary says that the feet were in warm water, in ms."""
    return sum(use.soak_ms or 0 for entry in life.diary for use in entry.uses)


def test_who_wants_the_soak_at_once_has_it_in_two_touches():
    life = live(soaker())
    well(life)
    assert life.first("fill") - life.pressed < 15 * SECOND
    assert soaked(life) >= 14 * MINUTE
    assert [entry.cramp for entry in life.diary] == [False]


@second_edition
def test_filling_takes_five_minutes_and_nobody_is_asked_whether_they_are_there():
    life = live(soaker(fill_time=300.0))
    well(life)
    before = life.first("feet in")
    assert before is not None
    asked = [page for at, page in life.pages if at < before and page.endswith("?")]
    assert asked == []


def _cools(night: Night) -> None:
    """Somebody opens the window."""
    night.bed.pour(35.0, 20.0)


def test_topped_up_three_times_the_minutes_are_the_warm_waters():
    windows = tuple(("feet in", (2 + 4 * turn) * MINUTE, _cools) for turn in range(3))
    life = live(soaker(), when=windows)
    well(life)
    assert life.kinds().count("add warm") >= 3
    assert 14 * MINUTE <= soaked(life) <= 15 * MINUTE


@second_edition
def test_water_too_cool_from_the_start_is_to_be_warmed_not_to_be_given_up():
    """A press there asks whether it is gone, it ends nothing."""
    press = ("add warm", 5 * SECOND, lambda night: night.person.press(night.bed.now))
    life = live(soaker(fill=31.0), when=(press,))
    well(life)
    after = life.first("add warm")
    assert after is not None
    assert next(kind for kind in life.kinds(after + 5 * SECOND)) == "gone?"
    assert soaked(life) >= 14 * MINUTE


def _says_nothing(night: Night) -> None:
    """Out of the water, and gone to where nothing is seen or heard."""
    night.person.feet_in, night.person.away = False, True
    night.person.plans.clear()


@second_edition
def test_left_for_the_telephone_it_says_feet_out_at_the_end_and_is_dark_five_minutes_later():
    life = live(soaker(fill=39.9), when=(("feet in", 5 * MINUTE, _says_nothing),))
    well(life)
    start = life.first("feet in")
    assert life.pages[-1][1].startswith("Asleep")
    assert life.pages[-1][0] - start <= 27 * MINUTE
    assert [entry.relief for entry in life.diary] == [None]


@second_edition
def test_without_a_probe_it_is_a_timer_and_an_elbow():
    life = live(soaker(owner=Owner(foot="left", probe=False)))
    well(life)
    assert "elbow" in life.kinds()
    assert "comfortable?" in life.kinds()
    assert life.first("feet in soak") is not None


def _power_cut(night: Night) -> None:
    night.bed.power_cut(60.0)
    night.person.forget()


@second_edition
def test_after_a_power_cut_it_says_feet_out_first():
    life = live(soaker(), when=(("feet in", 5 * MINUTE, _power_cut),))
    well(life)
    back = life.first("feet in") + 6 * MINUTE
    assert "feet out" in life.kinds(back - SECOND)


def test_a_power_cut_in_the_soak_is_one_soak_in_the_diary():
    life = live(soaker(), when=(("feet in", 5 * MINUTE, _power_cut),))
    well(life)
    assert [entry.cramp for entry in life.diary] == [False]
    assert life.diary[0].ending is not None


def _probe_dies(night: Night) -> None:
    night.bed.probe("empty")


def test_a_probe_that_dies_with_the_feet_in_takes_them_out():
    out: list[bool] = []
    later = ("no reading", 15 * SECOND, lambda night: out.append(not night.person.feet_in))
    life = live(soaker(), when=(("feet in", 3 * MINUTE, _probe_dies), later))
    assert life.error == ""
    assert out == [True]


@second_edition
def test_a_probe_that_dies_with_the_feet_in_and_nobody_presses_leads_to_dry_feet():
    silent = ("no reading", 0, _says_nothing)
    life = live(soaker(), when=(("feet in", 3 * MINUTE, _probe_dies), silent))
    assert life.error == ""
    at = life.first("no reading")
    assert at is not None
    assert {"feet out", "sit"} & set(life.kinds(at + SECOND))
    assert life.pages[-1][0] - at < 8 * MINUTE
