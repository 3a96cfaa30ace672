"""The button, a whole night, and what happens at odd moments."""

import msgspec
import pytest

from kiosk.core import night as the_night
from kiosk.core.events import Act, ButtonPressed, ButtonReleased, Due, Ending, EpisodeEnded, Fault
from kiosk.core.pages import Asleep, Awake, Check, CountIn, Gone, GoodNight, Guide, Home, NextUp, Rating, Soak
from kiosk.core.state import Light, State
from tests.bedside import Bedside, standard


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
    night.press(9.9)
    assert isinstance(night.page, Rating)
    assert [e for e in night.effects if isinstance(e, EpisodeEnded)] == [EpisodeEnded(1600, Ending.GONE)]


def test_held_for_ten_seconds_it_leads_to_the_parts_by_the_button_alone():
    night = Bedside()
    night.press()
    night.press(10)
    assert (night.page, night.state.light) == (Check(0), Light.LIT)
    assert [e for e in night.effects if isinstance(e, EpisodeEnded)] == [EpisodeEnded(1600, Ending.GONE)]
    night.press()
    assert night.page == Check(1)


def test_out_of_the_sleep_that_a_long_press_brought_too():
    night = Bedside()
    night.press()
    night.hold()
    night.press(10)
    assert (night.page, night.state.light) == (Check(0), Light.LIT)


@pytest.mark.parametrize("held", [10, 29])
def test_the_press_that_begins_a_relief_never_leads_out_of_it(held):
    night = Bedside()
    night.press(held)
    assert night.state.episode is not None


def test_a_relief_that_ends_later_under_a_finger_leads_nowhere_else():
    night = Bedside()
    night.happen(ButtonPressed())
    night.wait(12)
    for act in (Act.GONE, Act.YES):
        night.tap(act)
    night.wait(5)
    assert isinstance(night.page, Rating)


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
