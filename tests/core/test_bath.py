"""The soak, page by page: the cards, the clock that counts warm time only, the light."""

import msgspec
import pytest

from kiosk.core.events import (
    Act,
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    ReadWater,
    TechniqueBegan,
    TechniqueEnded,
)
from kiosk.core.pages import Asleep, Card, Gone, GoodNight, Soak, TenMinutes
from kiosk.core.rules import Condition, Rules
from kiosk.core.soak import Verdict
from kiosk.core.state import Light
from kiosk.core.technique import MINUTE, Side
from tests.bedside import HAND, SOAK, Bedside, standard
from tests.core.bath import bathing, warm

V = Verdict


# --- cards and probe


def test_the_cards_come_first_and_the_probe_is_read_after_the_last():
    night = Bedside(Rules(techniques=(SOAK,)))
    night.press()
    assert night.page == Card(0, after=False)
    night.press()
    assert night.page == Soak(0, 15 * MINUTE)
    assert night.effects == [EpisodeBegan(0, Side.LEFT), TechniqueBegan(0, "soak"), ReadWater(on=True)]
    assert (night.lamp, night.tone) == (0.15, 659)  # dim; the signal of the beginning still sounds


def test_several_cards_come_one_after_the_other():
    cards = SOAK.soak.prepare * 3
    long = msgspec.structs.replace(SOAK, soak=msgspec.structs.replace(SOAK.soak, prepare=cards))
    night = Bedside(Rules(techniques=(long,)))
    night.press()
    for index in (1, 2):
        night.press()
        assert night.page == Card(0, after=False, index=index)
    night.tap(Act.NEXT)
    assert isinstance(night.page, Soak)


def test_a_soak_for_its_own_sake_is_no_cramp():
    night = Bedside()
    night.tap()
    night.wait(2)
    night.tap(Act.SOAK)
    assert night.page == Card(3, after=False)
    assert night.effects[0] == EpisodeBegan(2000, Side.LEFT, cramp=False)


def test_stop_at_a_card_asks_whether_the_cramp_is_gone():
    night = Bedside(Rules(techniques=(SOAK,)))
    night.press()
    night.tap(Act.STOP)
    assert night.page == Gone(Card(0, after=False), None, night.now + 20_000)
    night.tap(Act.STILL)
    assert night.page == Card(0, after=False)


def test_stop_at_a_card_ends_a_soak_for_its_own_sake():
    night = Bedside()
    night.tap()
    night.wait(2)
    night.tap(Act.SOAK)
    night.tap(Act.STOP)
    assert night.page == GoodNight(None, night.now + 8000)
    assert night.effects[-1] == EpisodeEnded(2000, Ending.GONE)


def test_a_card_left_alone_asks_after_two_minutes_and_gives_up_after_fifteen():
    night = Bedside(Rules(techniques=(SOAK,)))
    night.press()
    night.until(Gone)
    assert night.now == 120_000
    night.until(TenMinutes)
    night.until(Asleep)
    assert night.effects[-1].ending is Ending.NO_ANSWER


# --- the clock


def test_the_clock_counts_warm_time_only():
    night = warm(standard(), cramp=False)
    began = night.now - 1000
    assert night.page == Soak(3, 15 * MINUTE, 0, began)
    night.water(38.5, 29)
    night.water(35.0, 2)  # feet out: add warm water
    spent = 31_000  # the second reading says so
    assert night.page == Soak(3, 15 * MINUTE, spent, None)
    night.water(35.0, 60)
    assert night.page.spent == spent
    night.water(36.5)
    night.water(38.5, 17)
    assert night.verdict() is V.WARM
    assert night.page.spent == spent
    since = night.page.since
    night.water(38.5, 15 * 60)
    assert night.page == Card(3, after=True)
    ended = next(e for e in night.effects if isinstance(e, TechniqueEnded))
    assert ended == TechniqueEnded(since + 15 * MINUTE - spent, "soak", True, 35.0, 38.51, 15 * MINUTE)


@pytest.mark.parametrize(("minutes", "length"), [(15, 15), (20, 20), (60, 20)])
def test_the_soak_ends_on_the_millisecond_and_never_after_more_than_twenty(minutes, length):
    night = warm(Rules(techniques=(SOAK, HAND), soak_minutes=minutes))
    since = night.page.since
    night.effects.clear()
    night.water(38.5, 11 * 60)
    if isinstance(night.page, TenMinutes):
        night.tap(Act.SIGNS)
        for _ in range(6):
            night.tap(Act.NEXT)
    night.water(38.5, 20 * 60)
    ended = next(e for e in night.effects if isinstance(e, TechniqueEnded))
    assert ended.at == since + length * MINUTE
    assert ended.soak_ms == length * MINUTE
    assert ReadWater(on=False) in night.effects


def test_sensitive_feet_soak_cooler_and_for_ten_minutes():
    rules = Rules(techniques=(SOAK,), conditions=frozenset({Condition.NUMB}), soak_allowed=True)
    night = bathing(rules)
    night.water(34.0, 16)
    assert (night.verdict(), night.page.length) == (V.WARM, 10 * MINUTE)
    night.water(36.5, 4)
    assert night.verdict() is V.TOO_HOT
    night.water(38.0)
    assert night.verdict() is V.DANGER


# --- the light


def test_the_screen_is_never_dimmed_while_the_water_is_urgent():
    night = warm()
    night.water(38.5, 70)
    assert night.state.light is Light.DIMMED
    night.water(41.5, 2)
    assert night.state.light is Light.LIT
    night.water(41.5, 300)
    assert night.state.light is Light.LIT
    night.water(40.0, 2)
    assert night.state.light is Light.DIMMED


def soak_again(night: Bedside) -> None:
    night.hold()
    for _ in range(3):
        night.press()
    assert isinstance(night.page, Soak)


def lifted_out(night: Bedside, air: float) -> Verdict:
    """The probe is read in warm water and then lies in the air."""
    night.water(34.0, 3)
    for celsius in (30.5, 27.0):
        night.water(celsius)
    night.water(air, 12)
    return night.verdict()


@pytest.mark.parametrize(("first", "then"), [(18.0, 27.0), (27.0, 18.0)], ids=["to summer", "to winter"])
def test_the_room_follows_the_seasons_from_soak_to_soak(first, then):
    night = bathing()
    night.water(first, 15)
    assert night.verdict() is V.DRY
    soak_again(night)
    night.water(then, 15)
    assert night.verdict() is V.DRY
    night.water(29.0)
    assert lifted_out(night, then) is V.DRY


def test_a_probe_that_begins_in_the_water_knows_the_air_of_the_last_soak():
    night = bathing()
    night.water(27.0, 15)
    soak_again(night)
    assert lifted_out(night, 26.5) is V.DRY
