"""What a night goes on after: a power cut, and an error of our own."""

import pytest

from kiosk.core import night as the_night
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    DiaryRead,
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeResumed,
    Fault,
    FaultFound,
    Interrupted,
    QuietHours,
    ReadWater,
    RulesChanged,
    Tally,
    TechniqueBegan,
    TechniqueEnded,
)
from kiosk.core.pages import Asleep, Card, CountIn, Failsafe, Home, More, NextUp, Resume, TenMinutes
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.state import Light
from kiosk.core.technique import MINUTE
from tests.bedside import CALF, HAND, PRESS, SOAK, Bedside, standard

# --- a button that is down when the device starts


def test_held_at_the_start_no_night_begins_until_the_next_press():
    """A short circuit, or a hand on it while the program starts anew: said, forgotten when it comes up."""
    night = Bedside()
    for _start in range(3):
        night.happen(FaultFound(Fault.BUTTON_STUCK))
        night.wait(3600)
    assert isinstance(night.page, Asleep)
    assert night.pages == [(0, "Asleep")]
    assert (night.effects, night.state.light) == ([], Light.OFF)
    night.tap()
    assert night.state.faults == {Fault.BUTTON_STUCK}
    night.until(Asleep)
    night.happen(ButtonReleased())
    assert isinstance(night.page, Asleep)
    assert night.state.faults == frozenset()
    night.press()
    assert isinstance(night.page, CountIn)


def test_a_stuck_button_that_comes_up_after_an_error_of_our_own_is_forgotten():
    night = Bedside()
    night.happen(ButtonPressed())
    night.until(Asleep)
    assert night.state.faults == {Fault.BUTTON_STUCK}
    night.conductor.state, _ = the_night.failsafe(night.state, night.now)
    night.happen(ButtonReleased())
    assert night.state.faults == frozenset()


# --- after a power cut


def cut(ago: int = 5 * MINUTE, techniques: tuple[str, ...] = (), rules: Rules | None = None) -> Bedside:
    night = Bedside(rules)
    night.wait(20)
    night.happen(Interrupted(ago, techniques))
    return night


@pytest.mark.parametrize("way", ["button", "touch"])
def test_a_night_cut_short_goes_on_where_it_was(way):
    night = cut(techniques=("hand", "press"))
    assert night.page == Resume(5 * MINUTE, 80_000, 1)
    assert night.state.light is Light.LIT
    night.press() if way == "button" else night.tap(Act.YES)
    assert night.page == NextUp(1, None)
    assert night.effects == [EpisodeResumed(night.now)]
    night.press()
    assert isinstance(night.page, CountIn)


@pytest.mark.parametrize("techniques", [(), ("gone from the house",)])
def test_without_a_known_technique_it_begins_with_the_first(techniques):
    night = cut(techniques=techniques)
    night.press()
    assert night.page == NextUp(0, None)


def test_a_power_cut_in_the_soak_leads_back_to_its_cards():
    night = cut(techniques=("hand", "soak"))
    night.press()
    night.press()
    assert night.page == Card(3, after=False)


def test_its_ten_minutes_go_on_from_the_first_press():
    night = cut(ago=9 * MINUTE)
    night.press()
    night.until(TenMinutes)
    assert night.now == 20_000 + 1 * MINUTE


def test_ten_minutes_that_passed_in_the_dark_are_said_at_once():
    night = cut(ago=15 * MINUTE)
    night.press()
    night.wait(0)
    assert isinstance(night.page, TenMinutes)


@pytest.mark.parametrize("way", ["time", "touch", "long"])
def test_an_offer_not_taken_is_recorded_as_interrupted(way):
    night = cut()
    {"time": lambda: night.wait(60), "touch": lambda: night.tap(Act.GONE), "long": night.hold}[way]()
    assert night.page == Asleep()
    assert [type(e) for e in night.effects] == [EpisodeEnded]
    assert night.effects[0].ending is Ending.INTERRUPTED


def test_it_is_not_offered_to_somebody_who_is_already_up():
    night = Bedside()
    night.press()
    page = night.page
    night.happen(Interrupted(MINUTE))
    assert night.page == page


def test_it_is_offered_to_somebody_who_has_woken_the_screen_meanwhile():
    """The diary was busy when the power came back. A tap on its way to Home answers nothing."""
    night = Bedside()
    night.tap()
    night.wait(2)
    assert isinstance(night.page, Home)
    night.happen(Interrupted(5 * MINUTE, ("hand", "press")))
    night.tap(Act.YES)
    assert night.page == Resume(5 * MINUTE, night.now + 60_000, 1)
    night.wait(1)
    night.tap(Act.YES)
    assert night.page == NextUp(1, None)
    assert night.effects == [EpisodeResumed(night.now)]


def test_a_night_that_is_not_offered_to_somebody_elsewhere_is_recorded_as_interrupted():
    night = Bedside()
    night.tap()
    night.wait(2)
    night.tap(Act.MORE)
    night.happen(Interrupted(MINUTE))
    assert isinstance(night.page, More)
    assert night.effects == [EpisodeEnded(night.now, Ending.INTERRUPTED)]


def test_an_offer_with_every_technique_dropped_ends_as_interrupted():
    night = cut(rules=Rules())
    night.press()
    assert night.page == Asleep()
    assert night.effects == [EpisodeEnded(night.now, Ending.INTERRUPTED)]


# --- after an error of our own


def failed(night: Bedside) -> Bedside:
    state, effects = the_night.failsafe(night.state, night.now)
    again = Bedside(state=state)
    again.clock.move_to(night.now)
    again.effects[:] = effects
    return again


def test_the_failsafe_closes_the_record_and_keeps_what_it_was_told():
    night = Bedside(standard(volume=Volume.LOW))
    night.happen(FaultFound(Fault.NO_TOUCH))
    night.happen(DiaryRead(Tally(this_week=2)))
    night.press()
    night.happen(QuietHours(on=True))
    night.wait(5)
    again = failed(night)
    assert again.page == Failsafe()
    assert again.effects == [
        TechniqueEnded(5100, "hand", finished=False, key=1),
        EpisodeEnded(5100, Ending.INTERRUPTED, key=1),
        ReadWater(on=False),
    ]
    state = again.state
    assert (state.faults, state.quiet, state.tally) == ({Fault.NO_TOUCH}, True, Tally(this_week=2))
    assert (state.rules.volume, state.sequence) == (Volume.LOW, (HAND, PRESS, CALF, SOAK))
    assert (state.lamp.pattern.at(0), state.sound.tune.at(0), state.light) == (0.0, 0, Light.LIT)


def test_the_failsafe_obeys_settings_that_were_still_to_come():
    night = Bedside()
    night.press()
    night.happen(RulesChanged(Rules(techniques=(CALF,))))
    assert failed(night).state.sequence == (CALF,)


def test_the_failsafe_in_a_soak_stops_the_probe_once():
    night = Bedside(Rules(techniques=(SOAK,)))
    night.press()
    night.press()
    assert failed(night).effects.count(ReadWater(on=False)) == 1


def test_the_failsafe_closes_a_night_that_was_offered_again():
    night = cut()
    assert failed(night).effects == [EpisodeEnded(night.now, Ending.INTERRUPTED), ReadWater(on=False)]


@pytest.mark.parametrize("way", ["button", "touch"])
def test_after_the_failsafe_a_press_starts_again(way):
    night = failed(Bedside())
    night.press() if way == "button" else night.tap(Act.START)
    assert isinstance(night.page, CountIn)
    assert [type(e) for e in night.effects] == [ReadWater, EpisodeBegan, TechniqueBegan]


def test_the_failsafe_left_alone_sleeps():
    night = failed(Bedside())
    night.tap()
    night.wait(149)
    assert night.page == Failsafe()
    night.wait(1)
    assert night.page == Asleep()
