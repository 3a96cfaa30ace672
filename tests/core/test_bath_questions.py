"""Questions over the water: the clock runs on beneath them, and what is urgent is never hidden."""

import msgspec
import pytest

from kiosk.core.events import Act, ButtonPressed, ButtonReleased, ReadWater, StopShown
from kiosk.core.pages import Card, Gone, NextUp, Signs, Soak, TenMinutes
from kiosk.core.rules import Rules
from kiosk.core.soak import Verdict
from kiosk.core.technique import MINUTE
from tests.bedside import SOAK, Bedside
from tests.core.bath import warm

V = Verdict


def test_the_clock_runs_on_under_a_question_and_the_soak_ends_under_the_stop_page():
    night = warm()
    night.water(38.5, 600 - 16)
    assert isinstance(night.page, TenMinutes)
    night.water(38.5, 6 * 60)
    assert night.page == TenMinutes(Card(0, after=True))
    assert ReadWater(on=False) in night.effects
    night.press()
    for _ in range(6):
        night.press()
    assert night.page == Card(0, after=True)


def test_it_ends_under_the_stop_page_without_cards_too():
    bare = msgspec.structs.replace(SOAK, soak=msgspec.structs.replace(SOAK.soak, after=()))
    night = warm(Rules(techniques=(bare,)))
    night.water(38.5, 16 * 60)
    assert night.page == TenMinutes(NextUp(0))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([43.0], V.DANGER), ([41.5, 41.5], V.TOO_HOT), ([39.2, 39.3], V.RISING), ([None, None], V.FAULT)],
)
def test_what_is_urgent_is_never_hidden_by_a_question(values, verdict):
    night = warm()
    night.press()
    assert isinstance(night.page, Gone)
    for celsius in values:
        night.water(celsius)
    assert (night.verdict(), type(night.page)) == (verdict, Soak)


def test_what_is_not_urgent_waits_under_the_question():
    night = warm()
    night.press()
    night.water(35.5, 2)
    assert isinstance(night.page, Gone)
    assert night.page.back == Soak(0, 15 * MINUTE, night.page.back.spent, None)
    assert night.out.tones[-1][1] in {0, 523}


def test_a_press_meant_for_the_question_does_not_answer_the_danger_that_hid_it():
    night = warm()
    night.press()
    night.happen(ButtonPressed())
    night.water(41.5, 2, every=0.4)
    night.water(41.5, 2, every=0.4)
    assert night.verdict() is V.TOO_HOT
    night.happen(ButtonReleased())
    assert isinstance(night.page, Soak)
    night.wait(2)
    assert isinstance(night.page, Soak)


def hidden_stop(values: list[float | None]) -> Bedside:
    night = warm()
    night.water(38.5, 600 - 16)
    assert isinstance(night.page, TenMinutes)
    for celsius in values:
        night.water(celsius)
    assert isinstance(night.page, Soak)
    return night


def test_the_stop_page_hidden_by_danger_comes_back_after_it():
    night = hidden_stop([42.0, 43.0])
    night.water(42.0, 30)
    assert isinstance(night.page, Soak)
    night.water(40.0, 2)
    night.press()
    night.wait(0)
    assert isinstance(night.page, TenMinutes)
    night.tap(Act.SIGNS)
    assert isinstance(night.page, Signs)
    assert len([e for e in night.effects if isinstance(e, StopShown)]) == 2


def test_the_stop_page_comes_before_a_broken_probe_is_mended():
    night = hidden_stop([None, None])
    night.water(None, 28)
    assert isinstance(night.page, Soak)
    night.water(None, 2)
    assert isinstance(night.page, TenMinutes)
    assert night.verdict() is V.FAULT


def test_ten_minutes_in_too_hot_water_wait_until_it_is_no_more():
    night = warm()
    night.water(40.5, 2)
    night.water(41.5, 600)
    assert (night.verdict(), type(night.page)) == (V.TOO_HOT, Soak)
    night.water(40.0, 3)
    assert isinstance(night.page, TenMinutes)
