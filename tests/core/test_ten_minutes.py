"""Ten minutes after the first press: the stop page, its signs, and what was under way."""

import msgspec

from kiosk.core.events import Act, Ending, EpisodeEnded, StopShown
from kiosk.core.pages import Asleep, CountIn, Gone, Guide, NextUp, Rating, Signs, TenMinutes
from kiosk.core.rules import Rules
from tests.bedside import Bedside


def names(pages: list[tuple[int, str]]) -> list[str]:
    return [name for _, name in pages]


def ten_minutes(rules: Rules | None = None) -> Bedside:
    night = Bedside(rules)
    night.press()
    night.until(TenMinutes)
    return night


def test_the_stop_page_comes_ten_minutes_after_the_first_press_and_once():
    night = ten_minutes()
    assert night.now == 600_000
    assert night.effects[-1] == StopShown(600_000)
    night.press()
    for _ in range(6):
        night.press()
    assert not isinstance(night.page, TenMinutes | Signs)
    night.until(Asleep)
    assert names(night.pages).count("TenMinutes") == 1
    assert [e for e in night.effects if isinstance(e, StopShown)] == [StopShown(600_000)]


def test_the_signs_one_by_one_and_then_what_was_under_way_goes_on():
    night = ten_minutes()
    under = night.page.back
    assert isinstance(under, Guide | CountIn | Gone | NextUp)
    for index in range(6):
        night.press()
        assert night.page == Signs(under, index)
    night.press()
    assert isinstance(night.page, CountIn | Gone | NextUp)


def test_the_signs_by_touch_forth_and_back():
    night = ten_minutes()
    under = night.page.back
    night.tap(Act.SIGNS)
    night.tap(Act.NEXT)
    assert night.page == Signs(under, 1)
    night.tap(Act.BACK)
    night.tap(Act.BACK)
    assert night.page == TenMinutes(under)
    night.tap(Act.GONE)
    assert isinstance(night.page, Rating)


def test_the_stop_page_waits_and_then_gives_up_without_saying_gone():
    night = ten_minutes()
    night.wait(15 * 60 - 1)
    assert isinstance(night.page, TenMinutes)
    night.wait(1)
    assert night.page == Asleep()
    assert night.effects[-1] == EpisodeEnded(night.now, Ending.NO_ANSWER)


def test_a_question_asked_by_the_device_keeps_where_it_leads():
    night = Bedside()
    night.press()
    night.until(Gone)
    asked = night.page
    state = msgspec.structs.replace(
        night.state, episode=msgspec.structs.replace(night.state.episode, began=night.now - 599_000)
    )
    again = Bedside(state=state)
    again.clock.move_to(night.now)
    again.wait(1)
    assert again.page == TenMinutes(asked)
    again.tap(Act.SIGNS)
    for _ in range(6):
        again.tap(Act.NEXT)
    assert again.page == Gone(asked.back, asked.onward, again.now + 20_000)


def test_no_stop_page_when_it_was_gone_in_time():
    night = Bedside()
    night.press()
    night.wait(500)
    night.hold()
    night.wait(200)
    assert "TenMinutes" not in names(night.pages)
