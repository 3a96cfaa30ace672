import logging
import threading

import pytest
from gpiozero.pins.mock import MockFactory, MockPin
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import ButtonPressed, ButtonReleased, Event, Fault, FaultCleared, FaultFound
from kiosk.core.technique import Ms
from kiosk.devices.button import Button, Debounce
from kiosk.devices.pins import PinsUnavailable
from tests.devices.conftest import Clock

HOLD = 25
PRESSED, RELEASED, STUCK = ButtonPressed(), ButtonReleased(), FaultFound(Fault.BUTTON_STUCK)


class Bench:
    """A button on a pretend pin; ``wave`` drives it, ``posted`` is what came of it, with times."""

    def __init__(self, factory: MockFactory, clock: Clock) -> None:
        self.clock = clock
        self.pin = factory.pin(5)
        self.posted: list[tuple[Ms, Event]] = []
        self.button = Button(5, factory, self.post, clock, HOLD, later=clock.later)

    def post(self, event: Event) -> None:
        self.posted.append((self.clock.now, event))

    def down(self, at: Ms) -> None:
        self.clock.run_to(at)
        self.pin.drive_low()

    def up(self, at: Ms) -> None:
        self.clock.run_to(at)
        self.pin.drive_high()

    def deaf(self, down: bool) -> None:
        """Change the level with no edge reported."""
        told, self.pin.when_changed = self.pin.when_changed, None
        self.pin.drive_low() if down else self.pin.drive_high()
        self.pin.when_changed = told


@pytest.fixture
def bench(factory: MockFactory, clock: Clock) -> Bench:
    return Bench(factory, clock)


def test_a_press_and_a_release(bench: Bench) -> None:
    bench.down(100)
    bench.up(300)
    bench.clock.run_to(1000)
    assert bench.posted == [(125, PRESSED), (325, RELEASED)]
    assert bench.clock.waiting == []


def test_pull_up_is_on(bench: Bench) -> None:
    assert bench.pin.pull == "up"
    assert bench.button.is_pressed is False


def test_bounces_are_one_press_counted_from_rest(bench: Bench) -> None:
    for at in (100, 103, 106):
        bench.down(at)
        bench.up(at + 1)
    bench.down(108)
    bench.up(400)
    bench.down(402)
    bench.up(403)
    bench.clock.run_to(1000)
    assert bench.posted == [(133, PRESSED), (428, RELEASED)]


@pytest.mark.parametrize("length", [1, 10, HOLD - 1])
def test_a_lone_spike_wakes_nobody(bench: Bench, length: Ms) -> None:
    bench.down(100)
    bench.up(100 + length)
    bench.clock.run_to(1000)
    assert bench.posted == []
    assert bench.clock.waiting == []


def test_a_spike_during_a_hold_is_no_release(bench: Bench) -> None:
    bench.down(100)
    bench.up(900)
    bench.down(910)
    bench.up(2000)
    bench.clock.run_to(3000)
    assert bench.posted == [(125, PRESSED), (2025, RELEASED)]


def test_a_lost_release_is_found_by_the_next_check(bench: Bench) -> None:
    bench.down(100)
    bench.clock.run_to(500)
    bench.deaf(down=False)
    bench.clock.run_to(1000)
    bench.button.check()
    assert bench.button.next_check() == 1025
    bench.clock.run_to(2000)
    assert bench.posted == [(125, PRESSED), (1025, RELEASED)]


def test_a_lost_press_is_found_by_the_next_check(bench: Bench) -> None:
    bench.deaf(down=True)
    bench.clock.run_to(1000)
    bench.button.check()
    bench.clock.run_to(2000)
    assert bench.posted == [(1025, PRESSED)]


def test_the_conductor_may_check_at_the_deadline_itself(bench: Bench) -> None:
    bench.down(100)
    assert bench.button.next_check() == 125
    bench.clock.now = 125
    bench.button.check()
    assert bench.posted == [(125, PRESSED)]
    assert bench.button.next_check() is None
    bench.clock.run_to(1000)
    assert bench.posted == [(125, PRESSED)]


class HeldPin(MockPin):
    """Pulled up, and yet low: someone holds the button down."""

    def _get_state(self) -> bool:
        return False


def test_held_at_the_start_it_counts_as_pressed_and_spent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(MockFactory(pin_class=HeldPin), clock)
    clock.run_to(60_000)
    bench.button.check()
    assert bench.posted == [(0, STUCK)]
    assert bench.button.is_pressed
    monkeypatch.setattr(HeldPin, "_get_state", MockPin._get_state)
    bench.pin._state = False
    bench.up(70_000)
    bench.down(71_000)
    clock.run_to(72_000)
    assert bench.posted == [(0, STUCK), (70_025, RELEASED), (71_025, PRESSED)]


class SlowPin(HeldPin):
    """A long cable: the pull-up needs a moment to lift it."""

    reads = 0

    def _get_state(self) -> bool:
        self.reads += 1
        return self.reads > 2


def test_a_line_that_is_slow_to_rise_is_no_press_and_soon_no_stuck_button(clock: Clock) -> None:
    bench = Bench(MockFactory(pin_class=SlowPin), clock)
    clock.run_to(1000)
    bench.button.check()
    clock.run_to(2000)
    assert bench.posted == [(0, STUCK), (1025, RELEASED)]
    assert not bench.button.is_pressed


class UnreadablePin(MockPin):
    def _get_state(self) -> bool:
        raise OSError("gone")


def test_a_line_that_cannot_be_read_at_the_start_is_said(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(MockFactory(pin_class=UnreadablePin), clock)
    clock.run_to(5000)
    bench.button.check()
    assert bench.posted == [(0, FaultFound(Fault.NO_GPIO))]
    assert caplog.messages == ["The button does not answer. (gone)"]


@pytest.mark.parametrize("held", [False, True])
def test_one_that_can_be_read_after_all_begins_no_night_by_that(
    held: bool, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(MockFactory(pin_class=UnreadablePin), clock)
    clock.run_to(5000)
    monkeypatch.setattr(UnreadablePin, "_get_state", lambda _pin: not held)
    for at in (6000, 7000):
        clock.run_to(at)
        bench.button.check()
    no_answer, answers = FaultFound(Fault.NO_GPIO), FaultCleared(Fault.NO_GPIO)
    stuck = [(6000, STUCK)] if held else []
    assert bench.posted == [(0, no_answer), *stuck, (6000, answers)]
    assert bench.button.is_pressed is held


def test_edges_reported_late_keep_their_own_time(bench: Bench) -> None:
    bench.clock.run_to(1000)
    bench.pin._state = False
    bench.button._edge(0.960, 0)  # happened 40 ms ago: 25 ms are over
    bench.clock.run_to(1000)
    assert bench.posted == [(1000, PRESSED)]


@pytest.mark.parametrize("ticks", [1_790_000_000.0, -5.0, 5.0])
def test_an_impossible_time_stamp_means_now(bench: Bench, ticks: float) -> None:
    bench.clock.run_to(1000)
    bench.pin._state = False
    bench.button._edge(ticks, 0)
    bench.clock.run_to(2000)
    assert bench.posted == [(1025, PRESSED)]


def test_closed_it_says_nothing_and_gives_the_pin_back(factory: MockFactory, clock: Clock) -> None:
    bench = Bench(factory, clock)
    with bench.button as button:
        bench.down(100)
    button.close()
    bench.clock.run_to(200)
    button._edge(0.2, 1)
    button.check()
    assert bench.posted == []
    with Button(5, factory, bench.post, clock, later=clock.later) as second:
        assert second.is_pressed is False


def test_a_pin_in_use_is_said_plainly(factory: MockFactory, clock: Clock) -> None:
    with (
        Button(5, factory, lambda _: None, clock),
        pytest.raises(PinsUnavailable, match=r"^GPIO5 cannot be used"),
    ):
        Button(5, factory, lambda _: None, clock)


def test_a_line_that_cannot_be_read_is_logged_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(type(bench.pin), "_get_state", lambda _self: 1 // 0)
    bench.button.check()
    bench.button.check()
    monkeypatch.undo()
    bench.button.check()
    assert [record.getMessage() for record in caplog.records] == [
        "The button does not answer. (integer division or modulo by zero)"
    ]
    assert caplog.records[0].levelno == logging.WARNING


def test_a_post_that_fails_does_not_reach_the_librarys_thread(factory: MockFactory, clock: Clock) -> None:
    def full(event: Event) -> None:
        raise RuntimeError("queue is gone")

    with Button(5, factory, full, clock, 0, later=clock.later) as button:
        factory.pin(5).drive_low()
        assert button.is_pressed


def test_by_itself_with_a_real_timer(factory: MockFactory) -> None:
    pressed = threading.Event()
    times = iter([0, 0, 0, 0])  # construction, and the edge; afterwards the hold is long over

    with Button(5, factory, lambda _: pressed.set(), lambda: next(times, 1000), 1):
        factory.pin(5).drive_low()
        assert pressed.wait(5)


@given(st.lists(st.integers(1, 80), max_size=40))
def test_what_is_posted_is_every_level_that_stayed(lengths: list[int]) -> None:
    """Against a plain model: a level counts once it lasted ``HOLD`` ms, at that moment."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gpiozero.pins.mock.monotonic", lambda: clock.now / 1000)
        bench = Bench(MockFactory(), clock)
        at = 0
        expected: list[tuple[Ms, Event]] = []
        pressed = False
        for number, length in enumerate([*lengths, 1000]):
            down = number % 2 == 1
            (bench.down if down else bench.up)(at)
            if length >= HOLD and down != pressed:
                pressed = down
                expected.append((at + HOLD, PRESSED if down else RELEASED))
            at += length
        clock.run_to(at)
    assert bench.posted == expected


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.integers(0, 60), st.integers(0, 100)),
        max_size=60,
    ),
    st.sampled_from([0, 1, HOLD]),
)
def test_any_reports_in_any_order_alternate_and_end_at_the_truth(
    reports: list[tuple[bool, bool, int, int]], hold: int
) -> None:
    debounce = Debounce(hold)
    states = [False]
    now = 0
    level = False
    for is_edge, level, pause, age in reports:
        now += pause
        changed = debounce.edge(level, now - age) if is_edge else debounce.check(level, now)
        if changed:
            states.append(debounce.state)
    # one check after the last report to notice, one more for what it left open
    states += [debounce.state for later in (200, 300, 400) if debounce.check(level, now + later)]
    assert states == [n % 2 == 1 for n in range(len(states))]
    assert debounce.state is level
    assert debounce.due is None


def test_late_reports_lose_no_press_and_make_none() -> None:
    short = Debounce(HOLD)
    assert [short.edge(True, 100), short.edge(False, 180), short.check(False, 300)] == [False, True, True]
    spike = Debounce(HOLD)
    assert [spike.edge(True, 100), spike.edge(False, 101), spike.check(False, 300)] == [False, False, False]


def test_a_level_that_contradicts_the_edge_waits_for_the_next_edge() -> None:
    debounce = Debounce(HOLD)
    debounce.edge(True, 100)
    assert debounce.check(False, 130) is False  # the edge up is on its way ...
    assert debounce.due == 155
    assert debounce.edge(False, 101) is False  # ... and tells that it was a spike
    assert debounce.due is None


def test_without_a_hold_every_edge_counts_at_once() -> None:
    debounce = Debounce(0)
    assert [debounce.edge(True, 5), debounce.edge(True, 6), debounce.edge(False, 7)] == [True, False, True]
    assert debounce.check(True, 8)
