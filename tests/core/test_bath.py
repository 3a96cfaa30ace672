"""The soak, page by page: the cards, the water, the clock that counts warm time only, the way out."""

import msgspec
import pytest

from kiosk.core import soak
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    ReadWater,
    StopShown,
    TechniqueBegan,
    TechniqueEnded,
)
from kiosk.core.night import failsafe
from kiosk.core.pages import Asleep, Card, Gone, GoodNight, NextUp, Rating, Signs, Soak, TenMinutes
from kiosk.core.rules import Condition, Rules
from kiosk.core.signals import Volume
from kiosk.core.soak import Verdict
from kiosk.core.state import Light
from kiosk.core.technique import MINUTE, Side
from tests.bedside import HAND, SOAK, Bedside, standard

V = Verdict


def bathing(rules: Rules | None = None, *, cramp: bool = True) -> Bedside:
    """A night at the soak's page, the probe being read."""
    night = Bedside(rules or Rules(techniques=(SOAK, HAND)))
    if cramp:
        night.press()
    else:
        night.tap()
        night.wait(2)
        night.tap(Act.SOAK)
    night.press()
    assert isinstance(night.page, Soak)
    return night


def warm(rules: Rules | None = None, *, cramp: bool = True) -> Bedside:
    night = bathing(rules, cramp=cramp)
    night.water(38.5, 16)
    assert night.verdict() is V.WARM
    return night


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


# --- what the water says, and how


def test_every_band_is_said_by_lamp_and_buzzer():
    night = bathing()
    night.out.tones.clear()
    for celsius, seconds in [(34.0, 3), (38.5, 16), (40.5, 3), (42.0, 3), (43.5, 1)]:
        night.water(celsius, seconds)
    assert [tone for _, tone in night.out.tones if tone] == [
        523,            # top up
        659, 659,       # warm
        523,            # hot edge
        523, 587, 659,  # too hot
        523, 587, 659, 698, 784, 523,  # danger, and again
    ]  # fmt: skip


def test_danger_is_heard_every_five_seconds_until_it_is_answered():
    night = warm(standard_volume(Volume.OFF))
    night.out.tones.clear()
    night.out.volumes.clear()
    began = night.now
    night.water(42.0, 2)
    night.water(44.0, 14)
    bursts = [at - began - 2000 for at, tone in night.out.tones if tone == 523]
    assert bursts == [0, 900, 5000, 5900, 10_000, 10_900]
    assert {volume for _, volume in night.out.volumes} == {Volume.MEDIUM, Volume.OFF}


def standard_volume(volume: Volume) -> Rules:
    return Rules(techniques=(SOAK, HAND), volume=volume)


def test_light_only_is_silent_in_all_but_danger():
    night = warm(standard_volume(Volume.OFF))
    night.water(41.5, 30)
    night.water(None, 30)
    assert {tone for _, tone in night.out.tones} == {0}
    assert night.verdict() is V.FAULT


def test_danger_needs_cool_water_and_a_press():
    night = warm()
    night.water(42.0)
    night.water(43.0)
    assert night.verdict() is V.DANGER
    night.press()
    night.tap()
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)
    night.water(40.9, 2)
    assert night.verdict() is V.DANGER
    night.press()
    assert night.verdict() is V.TOO_HOT
    assert isinstance(night.page, Soak)


def test_a_touch_says_it_as_well():
    night = warm()
    night.water(42.0)
    night.water(43.0)
    night.water(40.0, 2)
    night.tap()
    assert night.verdict() is V.SETTLING


def gone_in_danger(*, cramp: bool = True) -> Bedside:
    """Someone in scalding water presses long."""
    night = warm(standard() if not cramp else None, cramp=cramp)
    night.water(42.0)
    night.water(45.0, 3)
    night.hold()
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)
    return night


def test_a_long_press_in_danger_is_recorded_and_feet_out_stays_until_the_water_is_safe():
    night = warm()
    night.water(42.0)
    night.water(45.0, 3)
    at = night.now + 1500
    night.effects.clear()
    night.hold()
    assert [type(each) for each in night.effects] == [TechniqueEnded, EpisodeEnded]
    assert night.effects[-1] == EpisodeEnded(at, Ending.GONE)
    night.out.tones.clear()
    night.water(44.0, 20)
    assert (night.verdict(), type(night.page), night.state.light) == (V.DANGER, Soak, Light.LIT)
    assert len([tone for _, tone in night.out.tones if tone == 784]) >= 6
    night.water(41.0, 1200)  # no ten minutes, no giving up: it is not safe yet
    assert isinstance(night.page, Soak)
    night.water(40.9)
    assert isinstance(night.page, Soak)
    night.water(40.9)
    assert night.page == Rating(1)
    assert night.effects[2:] == [ReadWater(on=False)]
    assert [tone for _, tone in night.out.tones if tone][-2:] == [523, 1047]
    night.wait(58)
    assert isinstance(night.page, Rating)
    night.wait(10)
    assert night.page == Asleep()


@pytest.mark.parametrize("again", [lambda n: n.press(), lambda n: n.hold(), lambda n: n.tap()])
def test_a_second_press_says_that_the_feet_are_out(again):
    night = gone_in_danger()
    again(night)
    assert isinstance(night.page, Rating)
    night.wait(3)
    assert (night.lamp, night.tone) == (0.0, 0)
    assert [type(each) for each in night.effects[-3:]] == [TechniqueEnded, EpisodeEnded, ReadWater]


def test_after_a_soak_for_its_own_sake_it_is_good_night():
    night = gone_in_danger(cramp=False)
    night.press()
    assert night.page == GoodNight(None, night.now + 8000)


def test_a_probe_that_breaks_after_it_lets_nobody_back_in():
    night = gone_in_danger()
    night.water(None, 3)
    assert (night.verdict(), type(night.page)) == (V.FAULT, Soak)
    night.water(None, 31 * 60)
    assert night.page == Asleep()
    assert [e.ending for e in night.effects if isinstance(e, EpisodeEnded)] == [Ending.GONE]


def test_an_error_of_our_own_after_it_records_no_second_end():
    night = gone_in_danger()
    _, effects = failsafe(night.state, night.now)
    assert effects == [ReadWater(on=False)]


def test_a_long_press_once_the_water_is_cool_again_is_the_end():
    night = warm()
    night.water(42.0)
    night.water(43.0)
    night.water(40.5, 2)
    night.hold()
    assert isinstance(night.page, Rating)


def test_no_reading_for_five_seconds_is_said():
    night = warm()
    at = night.now - 1000  # the last reading
    night.wait(3.999)
    assert night.verdict() is V.WARM
    night.wait(0.001)
    assert (night.verdict(), night.now) == (V.FAULT, at + 5000)
    assert night.out.tones[-1] == (night.now, 523)


def test_water_is_not_read_into_a_night_without_a_soak():
    night = Bedside()
    night.press()
    night.water(50.0, 5)
    assert night.state.water == soak.Water()


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
    assert ended == TechniqueEnded(since + 15 * MINUTE - spent, "soak", True, 35.0, 38.5, 15 * MINUTE)


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


# --- the ways out


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


# --- questions over the water


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
