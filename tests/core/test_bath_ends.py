"""The ways out of a soak: a press, a touch, its end, and nobody there."""

import msgspec
import pytest

from kiosk.core.events import Act, Ending, EpisodeEnded, ReadWater, TechniqueEnded
from kiosk.core.pages import Asleep, Card, Gone, GoodNight, NextUp, Rating, Soak
from kiosk.core.rules import Rules
from kiosk.core.soak import Verdict
from kiosk.core.technique import MINUTE
from tests.bedside import HAND, SOAK, Bedside, standard
from tests.core.bath import bathing, warm

V = Verdict


def test_a_press_in_good_water_asks_and_one_by_accident_costs_nothing():
    night = warm()
    page = night.page
    night.press()
    assert night.page == Gone(page, None, night.now + 20_000)
    assert night.verdict() is V.WARM
    night.press()
    assert night.page == page
    night.press()
    night.water(38.5, 21)
    assert night.page == page


@pytest.mark.parametrize(
    ("celsius", "verdict"), [(32.0, V.COLD), (41.5, V.TOO_HOT), (None, V.FAULT), (37.4, V.RISING)]
)
def test_with_the_feet_out_a_press_ends_the_soak(celsius, verdict):
    night = bathing()
    night.water(36.6, 16)
    if verdict is V.TOO_HOT:
        night.water(40.5, 2)
    night.water(celsius, 3)
    assert night.verdict() is verdict
    night.press()
    assert night.page == Card(0, after=True)
    night.press()
    assert night.page == Gone(NextUp(0, None))
    night.press()
    assert night.page == NextUp(0, None)
    assert [e.finished for e in night.effects if isinstance(e, TechniqueEnded)] == [False]


def test_stop_by_touch_takes_the_feet_out_and_the_cards_after_come():
    night = warm()
    night.water(38.5, 10)
    night.effects.clear()
    night.tap(Act.STOP)
    assert night.page == Card(0, after=True)
    assert night.effects == [
        TechniqueEnded(night.now, "soak", False, 38.5, 38.5, 11_000), ReadWater(on=False),
    ]  # fmt: skip
    night.tap(Act.NEXT)
    assert isinstance(night.page, Gone)
    night.tap(Act.YES)
    assert isinstance(night.page, Rating)


def test_after_a_soak_for_its_own_sake_comes_good_night():
    night = warm(cramp=False, rules=standard())
    night.tap(Act.STOP)
    night.press()
    assert night.page == GoodNight(None, night.now + 8000)
    night.wait(8)
    assert night.page == Asleep()


def asked_to_stop() -> Bedside:
    """A press in the good water of a soak for its own sake: there is no cramp to be gone."""
    night = warm(cramp=False, rules=standard())
    night.press()
    assert isinstance(night.page, Gone)
    assert night.page.back == Soak(3, 15 * MINUTE, 0, night.page.back.since)
    return night


@pytest.mark.parametrize("yes", [lambda n: n.tap(Act.YES), lambda n: n.hold()], ids=["touch", "button"])
def test_to_stop_a_soak_for_its_own_sake_dries_the_feet_first(yes):
    night = asked_to_stop()
    yes(night)
    assert night.page == Card(3, after=True)
    assert [type(each) for each in night.effects[-2:]] == [TechniqueEnded, ReadWater]
    night.press()
    assert night.page == GoodNight(None, night.now + 8000)
    assert night.effects[-1] == EpisodeEnded(night.now, Ending.GONE)


@pytest.mark.parametrize(
    "no",
    [lambda n: n.tap(Act.STILL), lambda n: n.press(), lambda n: n.water(38.5, 21)],
    ids=["touch", "button", "nobody"],
)
def test_not_to_stop_it_goes_on_and_the_clock_never_stood(no):
    night = asked_to_stop()
    page = night.page.back
    no(night)
    assert night.page == page


def test_a_soak_for_its_own_sake_that_is_over_needs_no_answer_any_more():
    night = warm(cramp=False, rules=standard())
    night.water(38.5, 15 * 60 - 5)
    night.press()
    assert isinstance(night.page, Gone)
    night.water(38.5, 6)
    assert night.page == Card(3, after=True)


def test_without_cards_after_it_good_night_follows_at_once():
    bare = msgspec.structs.replace(SOAK, soak=msgspec.structs.replace(SOAK.soak, after=()))
    night = warm(Rules(techniques=(HAND, bare)), cramp=False)
    night.press()
    night.tap(Act.YES)
    assert night.page == GoodNight(None, night.now + 8000)


def test_a_card_of_a_soak_for_its_own_sake_left_alone_asks_whether_to_stop():
    night = Bedside()
    night.tap()
    night.wait(2)
    night.tap(Act.SOAK)
    night.until(Gone)
    night.tap(Act.YES)
    assert isinstance(night.page, GoodNight)


def test_without_cards_after_it_the_question_follows_at_once():
    bare = msgspec.structs.replace(SOAK, soak=msgspec.structs.replace(SOAK.soak, after=()))
    night = warm(Rules(techniques=(bare,)))
    night.tap(Act.STOP)
    assert night.page == Gone(NextUp(0, None))


def test_a_long_press_in_the_soak_is_the_end():
    night = warm()
    since = night.page.since
    night.water(38.5, 5)
    night.effects.clear()
    at = night.now + 1500
    night.hold()
    assert night.effects == [
        ReadWater(on=False),
        TechniqueEnded(at, "soak", False, 38.5, 38.5, at - since),
        EpisodeEnded(at, Ending.GONE),
    ]


def test_a_soak_that_never_gets_warm_gives_up_after_half_an_hour():
    night = bathing(cramp=False, rules=standard())
    since = night.now
    night.water(34.0, 30 * 60 + 5)
    assert night.page == Asleep()
    assert night.effects[-3:] == [
        ReadWater(on=False),
        TechniqueEnded(since + 30 * MINUTE, "soak", False, None, None, 0),
        EpisodeEnded(since + 30 * MINUTE, Ending.NO_ANSWER),
    ]
    assert (night.lamp, night.tone) == (0.0, 0)


def test_a_probe_that_flickers_keeps_nobody_awake_all_night():
    night = bathing(cramp=False, rules=standard())
    for _ in range(400):
        night.water(None, 3)
        night.water(34.0, 3)
    assert night.page == Asleep()
