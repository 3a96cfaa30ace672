"""Mistakes, and coming back: pressed by accident, a toddler at noon, and a cramp that is not over yet."""

import pytest

from kiosk.core.technique import MINUTE, SECOND, Ms
from tests.people import judges
from tests.people.life import Life
from tests.people.night import Chance, Night, live
from tests.people.usual import NO_CRAMP, counted, cramp, usual, well

second_edition = pytest.mark.xfail(strict=True, reason="second edition")


@second_edition
def test_pressed_by_accident_and_noticed_it_is_dark_at_once_and_no_cramp():
    life = live(usual(cramp=NO_CRAMP))
    well(life)
    said = life.first("settle")
    dark = next(at for at, page in life.pages if page.startswith("Asleep"))
    assert dark - said < 15 * SECOND
    assert "rating" not in life.kinds()
    assert counted(life) == 0


@second_edition
def test_pressed_by_accident_and_not_noticed_it_is_soon_dark_and_no_cramp():
    life = live(usual(cramp=NO_CRAMP, notices=False))
    well(life)
    assert life.dark_after <= 6 * MINUTE
    assert life.lamp_seconds <= 40
    assert counted(life) == 0


def _toddler(night: Night) -> None:
    """Pushes the button, runs away, comes back."""
    night.person.press(night.bed.now)


@second_edition
def test_a_toddler_at_noon_leaves_no_cramp_in_the_diary():
    presses = tuple((at * SECOND, _toddler) for at in (8, 9, 11, 14, 15, 21, 22, 26, 40, 41))
    life = live(usual(cramp=NO_CRAMP, notices=False), events=presses)
    well(life)
    assert life.dark_after <= 6 * MINUTE
    assert counted(life) == 0


def _back(after: float | None, *when: tuple[str, Ms, Chance]) -> Life:
    life = live(usual(cramp=cramp(helped_by="pull", need=10.0, back_after=after, back_ends=90.0)), when=when)
    well(life)
    assert len(life.bouts) == 2
    assert life.bouts[0].said is not None
    return life


@second_edition
def test_it_comes_back_during_the_rating_and_is_one_cramp():
    life = _back(None, ("rating", 5 * SECOND, lambda night: night.person.hurt_again(night.bed.now)))
    assert counted(life) == 1
    assert judges.untrue(life) == ""


@second_edition
def test_it_comes_back_after_two_minutes_and_is_one_cramp_that_goes_on_with_what_helped():
    life = _back(120.0)
    assert counted(life) == 1
    assert judges.untrue(life) == ""
    again = life.bouts[1].pressed
    assert again is not None
    assert next(step.does for step in life.steps if step.at > again).startswith("pull")


def test_it_comes_back_after_two_hours_and_is_another_cramp():
    life = _back(7200.0)
    assert counted(life) == 2
    assert judges.untrue(life) == ""
