"""The conductor: everything at its moment, late or not; its thread; what happens when something breaks."""

import threading

import pytest

from kiosk.core import night as the_night
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    Due,
    EpisodeBegan,
    EpisodeEnded,
    Fault,
    FaultFound,
    ReadWater,
    Tapped,
)
from kiosk.core.pages import Asleep, CountIn, Failsafe, Gone, Guide, Home, NextUp, Rating
from kiosk.core.rules import Glow
from kiosk.core.signals import Volume
from kiosk.core.technique import MINUTE
from kiosk.runtime.conductor import ERRORS_AT_MOST, TRAIL
from tests.bedside import Bedside, standard
from tests.hall import Breaking, Hall, Stepping, is_press

# --- on a simulated clock


def test_an_hour_later_every_edge_still_lies_on_its_own_moment():
    # Played in one go and played in odd little steps: the same edges at the same milliseconds.
    once, often = Bedside(), Bedside()
    for night in (once, often):
        night.press()
    once.wait(3600)
    while often.now < once.now:
        often.wait(min(0.337, (once.now - often.now) / 1000))
    assert often.out.lamp == once.out.lamp
    assert often.out.tones == once.out.tones
    assert often.pages == once.pages
    holds = [at for (at, level), (_, before) in zip(once.out.lamp[1:], once.out.lamp, strict=False)
             if level == 1.0 and before == 0.0 and at < 28_000]  # fmt: skip
    assert holds == [0, 4000, 12_000, 20_000]


def test_late_edges_are_made_up_for_in_order():
    night = Bedside()
    night.press()
    night.wait(300)  # a frozen machine: everything of five minutes at once
    for history in (night.out.lamp, night.out.tones, night.pages):
        assert [at for at, _ in history] == sorted(at for at, _ in history)
    assert night.pages[:3] == [(0, "CountIn"), (4000, "Guide"), (28_000, "Gone")]


def test_a_press_is_judged_by_when_it_was_not_by_when_it_is_served():
    night = Bedside()
    night.press()
    night.clock.move_to(10_000)
    night.conductor.handle(ButtonPressed(), 5000)
    night.conductor.handle(ButtonReleased(), 6499)
    assert isinstance(night.page, NextUp)
    night.conductor.handle(ButtonPressed(), 7000)
    night.conductor.handle(ButtonReleased(), 8500)
    assert isinstance(night.page, Rating)
    assert night.effects[-1].at == 8500


def test_only_changes_reach_the_devices():
    night = Bedside()
    night.wait(3600)
    night.happen(FaultFound(Fault.DISK))
    assert (night.out.lamp, night.out.tones, night.out.light) == ([(0, 0.0)], [(0, 0)], [(0, 0.0)])


@pytest.mark.parametrize(
    ("glow", "lit", "dimmed"), [(Glow.DIM, 0.06, 0.02), (Glow.SOFT, 0.25, 0.05), (Glow.BRIGHT, 1.0, 0.2)]
)
def test_the_backlight_follows_the_night_and_the_owner(glow, lit, dimmed):
    night = Bedside(standard(glow=glow))
    night.tap()
    night.until(Asleep)
    assert night.out.light == [(0, 0.0), (0, lit), (60_000, dimmed), (150_000, 0.0)]


def test_asleep_nothing_is_due():
    night = Bedside()
    assert night.conductor.next_due() is None


def test_quiet_hours_are_asked_when_somebody_wakes_and_hold_for_that_relief():
    night = Bedside(standard(volume=Volume.HIGH))
    night.quiet_hours = True
    night.press()
    assert night.state.quiet
    night.quiet_hours = False
    night.press()
    assert night.state.quiet
    night.hold()
    night.press()
    night.tap()
    assert not night.state.quiet


# --- the button's level


class Level:
    def __init__(self, wish: int | None = None) -> None:
        self.wish, self.checks = wish, 0
        self.checked = threading.Event()

    def check(self) -> None:
        self.checks += 1
        self.wish = None
        self.checked.set()

    def next_check(self) -> int | None:
        return self.wish


def test_the_level_is_read_again_each_second_while_somebody_is_there():
    night = Bedside()
    night.conductor.buttons = [Level()]
    assert night.conductor.next_due() is None
    night.happen(ButtonPressed())
    night.wait(0.9)
    assert night.conductor.next_due() == 1000  # the count-in's first tick, and the button
    night.wait(1.2)
    night.conductor.state = the_night.new(standard())
    assert night.conductor.next_due() is None


def test_a_stuck_button_is_not_looked_at_all_night():
    night = Bedside()
    night.happen(ButtonPressed())
    night.until(Asleep)
    night.conductor.buttons = [Level()]
    assert Fault.BUTTON_STUCK in night.state.faults
    assert night.conductor.next_due() is None


def test_a_button_may_wish_to_be_looked_at():
    night = Bedside()
    night.conductor.buttons = [Level(wish=12_345)]
    assert night.conductor.next_due() == 12_345


def test_the_thread_looks_at_the_button_when_it_wishes():
    level = Level(wish=0)
    with Hall(buttons=[level]):
        assert level.checked.wait(10)
    assert level.checks == 2, "once by its wish, once with the sign of life at the end"


def test_an_edge_that_was_lost_is_looked_for_at_every_button():
    levels = [Level(), Level(wish=0)]
    with Hall(buttons=levels) as hall:
        for _ in range(3):
            hall.beat()
    assert {level.checks for level in levels} == {5}, "by a wish, with three signs of life and the end's"
    night = Bedside()
    night.conductor.buttons = [Level(), Level(wish=54_321)]
    assert night.conductor.next_due() == 54_321


# --- the thread


def test_what_is_posted_becomes_the_night():
    with Hall() as hall:
        hall.conductor.post(ButtonPressed())
        hall.until_page(CountIn)
        hall.conductor.post(ButtonReleased())
        hall.until(lambda state: state.down_at is None)
    assert hall.did[:6] == [
        ("lamp", 0.0), ("buzzer", 0), ("light", 0.0), ("lamp", 1.0), ("buzzer", 659), ("light", 0.06),
    ]  # fmt: skip
    assert [type(each) for each in hall.did[6:8]] == [EpisodeBegan, type(hall.did[7])]
    assert hall.did[-2:] == [("buzzer", 0), ("lamp", 0.0)]


def test_the_thread_plays_the_night_at_its_moments_by_itself():
    # The clock runs ahead with each look, and nobody waits: what is due comes without any event.
    with Hall(Stepping(step=50)) as hall:
        hall.conductor.post(ButtonPressed())
        hall.conductor.post(ButtonReleased())
        hall.until_page(Guide)
        hall.until_page(Gone)


def test_what_is_in_the_inbox_is_served_before_it_ends():
    hall = Hall()
    for _ in range(3):
        hall.conductor.post(Tapped())
    hall.conductor.stop()
    with hall:
        pass
    assert isinstance(hall.states[-1].page, Home)


def test_a_sign_of_life_follows_a_beat():
    with Hall() as hall:
        assert hall.conductor.heartbeat == 0
        hall.clock.move_to(6000)
        hall.conductor.beat()
        hall.conductor.post(Tapped())
        hall.until_page(Home)
    assert hall.conductor.heartbeat == 6000


def test_asleep_the_level_is_read_again_with_each_sign_of_life():
    level = Level()
    with Hall(buttons=[level]) as hall:
        for _ in range(3):
            hall.beat()
        assert level.checks == 3
        assert hall.conductor.next_due() is None, "nobody wakes for that alone"


# --- when something breaks


def test_an_error_in_the_night_ends_in_the_failsafe_page_and_a_press_starts_again(monkeypatch, caplog):
    monkeypatch.setattr(the_night, "transition", Breaking(the_night.transition, 1, is_press))
    with Hall() as hall:
        hall.conductor.post(Tapped())
        hall.conductor.post(ButtonPressed())
        hall.until_page(Failsafe)
        hall.conductor.post(ButtonPressed())
        hall.until_page(CountIn)
    assert hall.raised is None
    assert "error in the night; what led to it:" in caplog.text
    assert "0 Tapped(act=<Act.ANYWHERE: 'anywhere'>, number=0, key='')" in caplog.text
    assert "0 ButtonPressed()" in caplog.text
    assert "broken on purpose" in caplog.text


def test_lamp_and_buzzer_are_off_at_once_and_the_record_is_closed(monkeypatch):
    monkeypatch.setattr(
        the_night, "transition",
        Breaking(the_night.transition, 1, lambda _s, event, _n: isinstance(event, ButtonReleased)),
    )  # fmt: skip
    with Hall() as hall:
        hall.conductor.post(ButtonPressed())
        hall.until_page(CountIn)
        before = len(hall.did)
        hall.conductor.post(ButtonReleased())
        hall.until_page(Failsafe)
        after = hall.did[before:]
    assert after[:5] == [("buzzer", 0), ("lamp", 0.0), ("lamp", 0.0), ("buzzer", 0), ("light", 0.06)]
    assert [type(each).__name__ for each in after[5:]] == ["TechniqueEnded", "EpisodeEnded", "ReadWater"]


def test_an_effect_that_cannot_be_done_is_an_error_too(caplog):
    hall = Hall(perform=Breaking(lambda _: None, 1, lambda effect: isinstance(effect, EpisodeBegan)))
    with hall:
        hall.conductor.post(ButtonPressed())
        hall.until_page(Failsafe)
    assert "-> EpisodeBegan(at=0" in caplog.text


def test_an_effect_that_breaks_in_the_failsafe_costs_only_itself(caplog):
    done = []
    perform = Breaking(done.append, 2, lambda effect: isinstance(effect, EpisodeBegan | EpisodeEnded))
    with Hall(perform=perform) as hall:
        hall.conductor.post(ButtonPressed())
        hall.until_page(Failsafe)
    assert (
        "EpisodeEnded(at=0, ending=<Ending.INTERRUPTED: 'interrupted'>, key=1) could not be done"
        in caplog.text
    )
    assert done[-1] == ReadWater(on=False)


def test_errors_that_keep_coming_end_the_thread_with_everything_off(monkeypatch, caplog):
    monkeypatch.setattr(the_night, "transition", Breaking(the_night.transition, 99))
    hall = Hall()
    for _ in range(ERRORS_AT_MOST + 3):
        hall.conductor.post(Tapped())
    with hall:
        hall.thread.join(10)
    assert str(hall.raised) == "broken on purpose"
    assert caplog.text.count("error in the night") == ERRORS_AT_MOST
    assert hall.did[-2:] == [("buzzer", 0), ("lamp", 0.0)]


def test_errors_far_apart_are_each_survived(monkeypatch):
    monkeypatch.setattr(
        the_night, "transition", Breaking(the_night.transition, 20, lambda _s, e, _n: isinstance(e, Tapped))
    )
    with Hall() as hall:
        for each in range(1, 21):
            hall.clock.move_to(each * MINUTE)
            hall.conductor.post(Tapped(Act.NEXT))
            hall.until(lambda state, each=each: state.entered == each * MINUTE)
    assert hall.raised is None


def test_the_trail_keeps_what_came_last(monkeypatch, caplog):
    breaking = Breaking(the_night.transition, 1, is_press)
    monkeypatch.setattr(the_night, "transition", breaking)
    with Hall() as hall:
        for number in range(TRAIL + 50):
            hall.conductor.post(Tapped(Act.NEXT, number))
        hall.conductor.post(ButtonPressed())
        hall.until_page(Failsafe)
    lines = [line for line in caplog.text.splitlines() if line.startswith("0 ")]
    assert len(lines) == TRAIL
    assert "number=51," in lines[0]
    assert lines[-1] == "0 ButtonPressed()"


def test_a_deadline_in_the_past_is_taken_at_once():
    night = Bedside()
    night.press()
    night.conductor.state, _ = the_night.transition(night.state, Due(), 100)
    night.clock.move_to(50_000)
    night.conductor.advance(50_000)
    assert isinstance(night.page, CountIn | Gone | Guide)
    assert the_night.due(night.state) > 50_000
