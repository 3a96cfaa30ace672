"""The button, news, waking up after a power cut, errors, and what happens at odd moments."""

import msgspec
import pytest

from kiosk.core import night as the_night
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    DiaryRead,
    Due,
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeResumed,
    Fault,
    FaultCleared,
    FaultFound,
    Interrupted,
    QuietHours,
    ReadWater,
    RulesChanged,
    Tally,
    TechniqueBegan,
    TechniqueEnded,
)
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
    Soak,
    TenMinutes,
)
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.state import Light, State
from kiosk.core.technique import MINUTE
from tests.bedside import CALF, HAND, PRESS, SOAK, Bedside, standard


def pages(night: Bedside) -> list[str]:
    return [name for _, name in night.pages]


# --- asleep


def test_asleep_is_dark_and_silent_and_nothing_is_due():
    night = Bedside()
    assert (night.page, night.state.light) == (Asleep(), Light.OFF)
    assert (night.out.lamp, night.out.tones, night.out.light) == ([(0, 0.0)], [(0, 0)], [(0, 0.0)])
    assert the_night.due(night.state) is None
    night.wait(30 * 24 * 3600)
    assert (night.pages, night.effects) == ([], [])


def test_after_a_month_of_sleep_a_press_leads_as_on_the_first_night():
    night = Bedside()
    night.wait(30 * 24 * 3600)
    began = night.now
    night.press()
    night.wait(27.9)
    assert [(at - began, name) for at, name in night.pages] == [
        (0, "CountIn"), (4000, "Guide"), (28_000, "Gone"),
    ]  # fmt: skip


# --- a whole night


def test_a_night_by_the_button_alone():
    night = Bedside()
    night.press()
    night.until(Gone)
    night.press()  # still there
    night.until(Guide)
    night.press()  # next: the calf
    night.press()
    night.until(Guide)
    night.press()  # next: the soak
    night.press()
    night.press()  # tub is filled
    night.water(38.5, 60)
    night.press()  # gone?
    night.hold()
    night.press()  # how bad: not said
    night.until(Asleep)
    assert pages(night) == [
        "CountIn", "Guide", "Gone", "NextUp", "CountIn", "Guide", "NextUp", "CountIn", "Guide", "NextUp",
        "Card", "Soak", "Gone", "Rating", "GoodNight", "Asleep",
    ]  # fmt: skip
    kinds = [type(effect).__name__ for effect in night.effects]
    assert kinds == [
        "EpisodeBegan",
        *["TechniqueBegan", "TechniqueEnded"] * 3,
        "TechniqueBegan", "ReadWater", "ReadWater", "TechniqueEnded", "EpisodeEnded",
    ]  # fmt: skip


def test_the_same_night_by_touch_alone():
    night = Bedside()
    night.tap()
    night.wait(2)
    night.tap(Act.START)
    night.until(Gone)
    night.tap(Act.STILL)
    night.until(Guide)
    night.tap(Act.GONE)
    night.tap(Act.STILL)
    night.tap(Act.SKIP)
    night.tap(Act.START)
    night.until(Guide)
    night.tap(Act.SKIP)
    night.tap(Act.START)
    night.tap(Act.NEXT)
    night.water(38.5, 60)
    night.tap(Act.STOP)
    night.tap(Act.NEXT)
    night.tap(Act.YES)
    night.tap(Act.PLUS)
    night.tap(Act.SAVE)
    night.until(Asleep)
    assert pages(night) == [
        "Home", "CountIn", "Guide", "Gone", "NextUp", "CountIn", "Guide", "Gone", "CountIn", "NextUp",
        "CountIn", "Guide", "NextUp", "Card", "Soak", "Card", "Gone", "Rating", "GoodNight", "Asleep",
    ]  # fmt: skip
    assert (night.lamp, night.tone) == (0.0, 0)


# --- the button, up and down


def test_the_press_itself_starts_and_letting_go_does_nothing():
    night = Bedside()
    night.happen(ButtonPressed())
    assert isinstance(night.page, CountIn)
    night.wait(1)
    night.happen(ButtonReleased())
    assert (type(night.page), night.page.technique) == (CountIn, 0)


def test_the_press_that_starts_is_never_its_own_long_press():
    night = Bedside()
    night.press(20)
    assert isinstance(night.page, Guide)


def test_in_a_relief_a_press_counts_when_it_is_let_go():
    night = Bedside()
    night.press()
    night.happen(ButtonPressed())
    night.wait(1.4)
    assert isinstance(night.page, CountIn)
    night.happen(ButtonReleased())
    assert isinstance(night.page, NextUp)


@pytest.mark.parametrize(("held", "page"), [(1.499, NextUp), (1.5, Rating)])
def test_a_second_and_a_half_is_long(held, page):
    night = Bedside()
    night.press()
    night.press(held)
    assert isinstance(night.page, page)


def test_a_long_press_held_on_does_nothing_more():
    night = Bedside()
    night.press()
    night.press(20)
    assert isinstance(night.page, Rating)
    assert [e for e in night.effects if isinstance(e, EpisodeEnded)] == [EpisodeEnded(1600, Ending.GONE)]


@pytest.mark.parametrize(("held", "page"), [(0.5, GoodNight), (1.5, Asleep)])
def test_what_was_pressed_for_is_answered_by_a_tap_meanwhile(held, page):
    night = Bedside()
    night.press()
    night.hold()
    night.happen(ButtonPressed())
    night.tap(Act.SAVE)
    night.wait(held)
    night.happen(ButtonReleased())
    assert isinstance(night.page, page)


def test_an_edge_told_twice_counts_once():
    night = Bedside()
    night.press()
    night.happen(ButtonReleased())
    assert isinstance(night.page, CountIn)
    night.happen(ButtonPressed())
    night.wait(1)
    night.happen(ButtonPressed())
    night.wait(0.5)
    assert isinstance(night.page, Rating)  # the first of the two began it


@pytest.mark.parametrize(
    ("page", "after"), [(CountIn, NextUp), (Guide, NextUp), (Gone, NextUp), (NextUp, CountIn)]
)
def test_no_page_changes_by_itself_under_a_pressing_finger(page, after):
    night = Bedside()
    night.press()
    if page is NextUp:
        night.press()
    if page is Guide:
        night.wait(4 + 20.9)  # the last beat of the round but one
    night.until(page)
    night.wait((the_night.due(night.state) - night.now - 1) / 1000)
    shown = night.page
    night.happen(ButtonPressed())
    night.wait(1.2)
    assert night.page == shown
    night.happen(ButtonReleased())
    assert isinstance(night.page, after)


def test_a_button_that_stays_down_is_stuck_after_half_a_minute_until_it_is_let_go():
    night = Bedside()
    night.happen(ButtonPressed())
    night.wait(29.999)
    assert night.state.faults == frozenset()
    night.wait(0.001)
    assert night.state.faults == {Fault.BUTTON_STUCK}
    night.until(Asleep)
    assert the_night.due(night.state) is None
    night.happen(ButtonReleased())
    assert night.state.faults == frozenset()
    night.press()
    assert isinstance(night.page, CountIn)


def test_with_a_stuck_button_touch_leads():
    night = Bedside()
    night.happen(ButtonPressed())
    night.wait(40)
    night.tap(Act.STILL)
    night.tap(Act.GONE)
    night.tap(Act.YES)
    assert isinstance(night.page, Rating)


# --- news


def test_faults_come_and_go_and_wake_nobody():
    night = Bedside()
    night.happen(FaultFound(Fault.DISK))
    night.happen(FaultFound(Fault.NO_TOUCH))
    night.happen(FaultCleared(Fault.DISK))
    assert (night.page, night.state.faults) == (Asleep(), {Fault.NO_TOUCH})


def test_the_diary_counted_itself():
    night = Bedside()
    night.happen(DiaryRead(Tally(this_week=3)))
    assert night.state.tally == Tally(this_week=3)


def test_settings_hold_at_once_outside_a_relief():
    night = Bedside()
    night.happen(RulesChanged(Rules(techniques=(PRESS,))))
    assert night.state.sequence == (PRESS,)
    assert night.state.coming is None


def test_settings_changed_in_a_relief_wait_for_its_end():
    night = Bedside()
    night.press()
    night.happen(RulesChanged(Rules(techniques=(PRESS,))))
    night.press()
    assert night.page == NextUp(1, night.now + 6000)
    assert night.state.sequence == (HAND, PRESS, CALF, SOAK)
    night.hold()
    assert (night.state.sequence, night.state.coming) == ((PRESS,), None)
    night.press()
    night.press()
    assert night.page.timeline[0].step == PRESS.block[0].step[0]


def test_all_techniques_dropped_in_a_relief_still_lead_to_its_end():
    night = Bedside()
    night.press()
    night.happen(RulesChanged(Rules()))
    night.until(TenMinutes)
    night.hold()
    assert night.state.sequence == ()
    night.press()
    night.until(Asleep)


def test_in_quiet_hours_all_is_low():
    night = Bedside(standard(volume=Volume.HIGH))
    night.quiet_hours = True
    night.press()
    night.wait(10)
    assert {volume for _, volume in night.out.volumes} == {
        Volume.LOW, Volume.OFF,
    }  # fmt: skip


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
        TechniqueEnded(5100, "hand", finished=False),
        EpisodeEnded(5100, Ending.INTERRUPTED),
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


# --- odd moments


def test_good_night_is_dark_after_eight_seconds_and_a_tap_leads_home():
    night = Bedside()
    night.press()
    night.hold()
    night.press()
    assert isinstance(night.page, GoodNight)
    night.tap()
    assert night.page == Home()


def test_a_deadline_told_too_early_changes_nothing():
    night = Bedside()
    night.press()
    before = night.state
    assert the_night.transition(before, Due(), night.now) == (before, [])
    assert the_night.transition(Bedside().state, Due(), 5)[1] == []


def test_taps_that_do_not_apply_to_a_relief_are_ignored():
    night = Bedside()
    night.press()
    page = night.page
    for act in (Act.MORE, Act.SAVE, Act.STOP, Act.PICK, Act.CHANGE, Act.BACK, Act.YES):
        night.tap(act)
    assert night.page == page


def test_a_screen_dimmed_in_a_long_hold_is_bright_after_a_touch():
    night = Bedside()
    night.press()
    night.wait(60)
    assert night.state.light is Light.DIMMED
    night.tap()
    assert night.state.light is Light.LIT


def test_a_new_device_is_asleep():
    state = the_night.new(standard(), 77)
    assert (state.page, state.entered, state.touched, state.light) == (Asleep(), 77, 77, Light.OFF)
    assert isinstance(state, State)


def test_still_there_at_home_is_not_asked_in_a_relief():
    night = Bedside()
    night.press()
    night.until(Asleep)
    assert "Awake" not in pages(night)
    assert not isinstance(night.page, Awake | Soak)


def test_the_same_state_has_the_same_future():
    night = Bedside()
    night.press()
    night.wait(7)
    assert the_night.transition(night.state, ButtonPressed(), 9000) == the_night.transition(
        msgspec.structs.replace(night.state), ButtonPressed(), 9000
    )
