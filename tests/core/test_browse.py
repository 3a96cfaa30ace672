"""Outside a relief: waking by touch, home, lists, diary, settings. Every page has a way back."""

import msgspec
import pytest

from kiosk.core import browse
from kiosk.core.events import Act, ChangeSetting, Fault, FaultCleared, FaultFound
from kiosk.core.pages import (
    About,
    Asleep,
    Awake,
    Card,
    Choose,
    CountIn,
    Diary,
    Health,
    Home,
    More,
    Page,
    Settings,
    Techniques,
)
from kiosk.core.rules import Condition, Rules
from kiosk.core.state import Light
from tests.bedside import CALF, HAND, PRESS, Bedside, standard


def at(page: Page, rules: Rules | None = None) -> Bedside:
    """Somebody is there, on this page."""
    night = Bedside(rules)
    night.tap()
    night.wait(2)
    state = msgspec.structs.replace(night.state, page=page)
    night.conductor.state = state
    return night


def test_a_touch_wakes_to_home_and_does_nothing_else():
    night = Bedside()
    assert night.state.light is Light.OFF
    night.tap(Act.START)
    assert (night.page, night.state.light, night.effects) == (Home(), Light.LIT, [])
    assert (night.lamp, night.tone) == (0.0, 0)


def test_asleep_there_is_light_for_the_clock_if_it_is_wanted_and_set():
    night = Bedside(standard(asleep_clock=True))
    lights = [night.state.light]
    for event in (FaultFound(Fault.CLOCK), FaultCleared(Fault.CLOCK)):
        night.happen(event)
        lights.append(night.state.light)
    assert lights == [Light.DIMMED, Light.OFF, Light.DIMMED]
    night.tap()
    night.until(Asleep)
    assert night.out.light == [(0, 0.02), (0, 0.0), (0, 0.02), (0, 0.06), (60_000, 0.02)]


@pytest.mark.parametrize(("after", "page"), [(0.999, Home), (1.0, CountIn)])
def test_a_tap_within_the_first_second_is_the_hand_that_woke_it(after, page):
    night = Bedside()
    night.tap()
    night.wait(after)
    night.tap(Act.START)
    assert isinstance(night.page, page)


def test_the_button_starts_even_within_that_second():
    night = Bedside()
    night.tap()
    night.press()
    assert isinstance(night.page, CountIn)


PAGES = [Home(), More(), Choose(), Diary(), Settings(), Settings(3), Health(), Techniques(), About(),
         Awake(Home(), 60_000)]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=repr)
def test_a_press_starts_relief_from_everywhere(page):
    night = at(page)
    night.press()
    assert isinstance(night.page, CountIn)


@pytest.mark.parametrize(
    ("page", "to"),
    [
        (More(), Home()),
        (Choose(3), More()),
        (Diary(), More()),
        (Settings(0), More()),
        (Settings(1), Settings(0)),
        (Settings(3), Settings(2)),
        (Health(4), Settings(2)),
        (Techniques(1), Settings(2)),
        (About(2), Settings(3)),
    ],
    ids=repr,
)
def test_the_way_back(page, to):
    night = at(page)
    night.tap(Act.BACK)
    assert night.page == to


@pytest.mark.parametrize(
    ("page", "act", "to"),
    [
        (Home(), Act.MORE, More()),
        (Home(), Act.SOAK, Card(3, after=False)),
        (More(), Act.CHOOSE, Choose()),
        (More(), Act.DIARY, Diary()),
        (More(), Act.SETTINGS, Settings()),
        (Settings(0), Act.NEXT, Settings(1)),
        (Settings(3), Act.NEXT, Settings(0)),
        (Settings(2), Act.HEALTH, Health()),
        (Settings(2), Act.TECHNIQUES, Techniques()),
        (Settings(3), Act.ABOUT, About()),
        (About(0), Act.NEXT, About(1)),
        (About(3), Act.NEXT, About(0)),
        (Choose(0), Act.NEXT, Choose(3)),
        (Choose(3), Act.NEXT, Choose(0)),
        (Techniques(0), Act.NEXT, Techniques(1)),
        (Techniques(3), Act.NEXT, Techniques(0)),
        (Awake(Diary(), 60_000), Act.YES, Diary()),
    ],
    ids=repr,
)
def test_where_each_tap_leads(page, act, to):
    night = at(page)
    night.tap(act)
    assert night.page == to


@pytest.mark.parametrize("page", PAGES, ids=repr)
@pytest.mark.parametrize("act", [Act.ANYWHERE, Act.PLUS, Act.STOP, Act.STILL, Act.GONE, Act.SAVE])
def test_a_tap_that_does_not_apply_is_ignored(page, act):
    night = at(page)
    night.tap(act)
    assert (night.page, night.effects) == (page, [])


def test_the_chosen_technique_begins_and_the_sequence_goes_on_from_it():
    night = at(Choose())
    night.tap(Act.PICK, number=2)
    assert (type(night.page), night.page.technique) == (CountIn, 2)


@pytest.mark.parametrize("number", [-1, 4, 99])
def test_a_technique_that_is_not_there_cannot_be_chosen(number):
    night = at(Choose())
    night.tap(Act.PICK, number=number)
    assert night.page == Choose()


def test_without_a_soak_there_is_none_to_begin():
    night = at(Home(), Rules(techniques=(HAND, CALF)))
    night.tap(Act.SOAK)
    assert (night.page, night.effects) == (Home(), [])


# --- settings


def test_a_setting_goes_to_its_next_value():
    night = at(Settings(1))
    night.tap(Act.CHANGE, key="volume")
    assert (night.page, night.effects) == (Settings(1), [ChangeSetting("volume")])


def test_the_safety_profile_one_question_a_page():
    night = at(Health())
    for index, condition in enumerate(Condition):
        assert night.page == Health(index)
        act, answer = [(Act.YES_CONDITION, "yes"), (Act.NO_CONDITION, "no")][index % 2]
        night.tap(act)
        assert night.effects[-1] == ChangeSetting("condition", f"{condition}={answer}")
    assert night.page == Settings(2)
    assert len(night.effects) == len(Condition)


def test_a_technique_is_switched_by_its_name():
    night = at(Techniques(1))
    night.tap(Act.CHANGE, key="technique")
    assert night.effects == [ChangeSetting("technique", "press")]


def test_a_technique_shown_beyond_the_end_is_counted_round():
    night = at(Techniques(3), Rules(techniques=(HAND, PRESS)))
    night.tap(Act.CHANGE, key="technique")
    assert night.effects == [ChangeSetting("technique", "press")]


def test_without_techniques_there_is_nothing_to_switch():
    night = at(Techniques(), Rules())
    night.tap(Act.CHANGE, key="technique")
    night.tap(Act.NEXT)
    assert (night.page, night.effects) == (Techniques(), [])


# --- nobody there


@pytest.mark.parametrize("page", PAGES[:-1], ids=repr)
def test_left_alone_it_dims_asks_and_sleeps(page):
    night = at(page)
    at_page = night.now
    night.conductor.state = msgspec.structs.replace(night.state, entered=at_page, touched=at_page)
    night.wait(59.999)
    assert night.state.light is Light.LIT
    night.wait(0.001)
    assert (night.page, night.state.light) == (page, Light.DIMMED)
    night.wait(59.999)
    assert night.page == page
    night.wait(0.001)
    assert night.page == Awake(page, at_page + 150_000)
    night.wait(30)
    assert (night.page, night.state.light) == (Asleep(), Light.OFF)
    assert night.effects == []


def test_a_yes_goes_on_where_it_was():
    night = at(Settings(1))
    night.until(Awake)
    night.tap(Act.YES)
    assert (night.page, night.state.light) == (Settings(1), Light.LIT)


def test_pages_are_counted_as_the_screen_has_them():
    assert tuple(Condition) == browse.CONDITIONS
    assert {type(page) for page in PAGES} - {Home, Settings, Awake} == set(browse.PARENT)


def test_it_goes_back_home_step_by_step():
    night = at(About(3), standard())
    seen = []
    while night.page != Home():
        night.tap(Act.BACK)
        seen.append(night.page)
    assert seen == [Settings(3), Settings(2), Settings(1), Settings(0), More(), Home()]
