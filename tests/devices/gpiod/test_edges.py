"""Edges: reported with the kernel's time, and debounced by the kernel."""

import errno
import logging
import queue
import threading
from pathlib import Path

import pytest
from gpiod import EdgeEvent
from gpiozero import Button as AnyButton
from gpiozero import PinInvalidBounce, PinInvalidEdges

from kiosk.core.threads import BACK_OFF
from kiosk.devices.gpiod_pins import GpiodFactory
from kiosk.runtime.supervision import Supervisor
from tests.devices.gpiod.bench import PATIENCE, Heard
from tests.devices.gpiod.fake_gpiod import Board, FakeRequest


class TestEdges:
    @pytest.mark.parametrize(
        ("edges", "expected"), [("both", [0, 1, 0, 1]), ("falling", [0, 0]), ("rising", [1, 1]), ("none", [])]
    )
    def test_are_reported_with_the_kernels_time(
        self, factory: GpiodFactory, board: Board, edges: str, expected: list[int]
    ) -> None:
        pin, heard = factory.pin(5), Heard()
        pin.input_with_pull("up")
        pin.edges = edges
        pin.when_changed = heard
        assert pin.edges == edges
        times = []
        for level in (False, True, False, True):
            board.advance(10)
            times.append((board.now / 1e9, int(level)))
            board.put(5, level)
        board.advance(10)
        pin.edges = "both"
        assert heard.all_before(board, lambda: board.put(5, False)) == [
            (at, level) for at, level in times if level in expected
        ]

    def test_only_one_thread_and_only_while_it_is_needed(self, factory: GpiodFactory, board: Board) -> None:
        def threads() -> list[threading.Thread]:
            return [one for one in threading.enumerate() if one.name == "gpiod edges"]

        heard = Heard()
        pins = [factory.pin(number) for number in (5, 6, 16)]
        assert threads() == []
        for pin in pins:
            pin.when_changed = heard
        (thread,) = threads()
        pins[0].when_changed = None
        board.put(16, True)
        assert heard.next() == (board.now / 1e9, 1)
        for pin in pins:
            pin.when_changed = None
        thread.join(PATIENCE)
        assert threads() == []
        pins[0].when_changed = heard
        board.put(5, True)
        assert heard.next() == (board.now / 1e9, 1)

    def test_a_callback_that_raises_is_logged_and_the_next_one_called(
        self, factory: GpiodFactory, board: Board, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard = Heard()

        def careless(ticks: float, state: int) -> None:
            heard(ticks, state)
            raise RuntimeError("inbox is gone")

        pin = factory.pin(5)
        pin.when_changed = careless
        with caplog.at_level(logging.ERROR):
            levels = []
            for level in (True, False, True):
                board.put(5, level)
                levels.append(heard.next()[1])
            pin.close()
        assert levels == [1, 0, 1]
        assert {record.getMessage() for record in caplog.records} == {"An edge could not be handled."}

    def test_a_line_that_cannot_be_read_is_tried_ever_more_seldom_and_told_again(
        self, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Ready, and yet not to be read (its chip is gone): without a pause the thread would keep a processor
        for itself, in real time."""
        pauses: list[float] = []
        whole = FakeRequest.read_edge_events

        def gone(request: FakeRequest, max_events: int | None = None) -> list[EdgeEvent]:
            if len(pauses) < 3:
                raise OSError(errno.ENODEV, "No such device")
            return whole(request, max_events)

        monkeypatch.setattr(FakeRequest, "read_edge_events", gone)
        supervisor = Supervisor(wait=lambda _ended, seconds: pauses.append(seconds))
        with GpiodFactory(dev=tmp_path, sys=tmp_path, supervisor=supervisor) as factory:
            pin, heard = factory.pin(5), Heard()
            pin.when_changed = heard
            board.put(5, True)
            assert heard.next()[1] == 1
            pin.when_changed = None
        assert pauses == list(BACK_OFF[:3])
        assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [OSError] * 3

    def test_a_factory_closed_while_its_line_cannot_be_read_leaves_no_thread(
        self, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paused = threading.Event()

        def gone(*_: object) -> list[EdgeEvent]:
            raise OSError(errno.ENODEV, "No such device")

        def wait(ended: threading.Event, seconds: float) -> None:
            if seconds:
                paused.set()
                assert ended.wait(PATIENCE)

        monkeypatch.setattr(FakeRequest, "read_edge_events", gone)
        before = set(Path("/proc/self/fd").iterdir())
        with GpiodFactory(dev=tmp_path, sys=tmp_path, supervisor=Supervisor(wait=wait)) as factory:
            heard = Heard()
            factory.pin(5).when_changed = heard
            board.put(5, True)
            assert paused.wait(PATIENCE)
        assert set(Path("/proc/self/fd").iterdir()) <= before

    def test_a_callback_may_close_its_pin(self, factory: GpiodFactory, board: Board) -> None:
        closed = threading.Event()
        pin = factory.pin(5)

        def close(ticks: float, state: int) -> None:
            pin.close()
            closed.set()

        pin.when_changed = close
        board.put(5, True)
        board.put(5, False)
        assert closed.wait(PATIENCE)
        assert board.lines[5].consumer is None

    def test_a_callback_that_is_gone_is_forgotten(self, factory: GpiodFactory, board: Board) -> None:
        pin = factory.pin(5)
        first, second = Heard(), Heard()
        pin.when_changed = first
        factory.pin(6).when_changed = second
        del first
        board.put(5, True)
        board.put(6, True)
        assert second.next()[1] == 1
        assert pin.when_changed is None

    def test_the_oldest_are_lost_when_nobody_reads(self, factory: GpiodFactory, board: Board) -> None:
        heard, go, blocked = Heard(), threading.Event(), threading.Event()

        def slow(ticks: float, state: int) -> None:
            blocked.set()
            go.wait(PATIENCE)
            heard(ticks, state)

        pin = factory.pin(5)
        pin.when_changed = slow
        board.put(5, True)
        assert blocked.wait(PATIENCE)
        for _ in range(40):
            board.advance(1)
            board.put(5, False)
            board.put(5, True)
        go.set()
        assert [round(heard.next()[0] * 1000) for _ in range(65)] == [1000] + [
            ms for ms in range(1009, 1041) for _ in (0, 1)
        ]

    def test_bad_values(self, factory: GpiodFactory) -> None:
        pin = factory.pin(5)
        with pytest.raises(PinInvalidEdges):
            pin.edges = "sharp"
        with pytest.raises(PinInvalidBounce):
            pin.bounce = -1


class TestDebounce:
    def test_is_how_long_a_level_must_stay(self, factory: GpiodFactory, board: Board) -> None:
        pin, heard = factory.pin(5), Heard()
        pin.input_with_pull("up")
        pin.bounce = 0.02
        pin.when_changed = heard
        assert pin.bounce == 0.02
        for level, ms in ((False, 2), (True, 1), (False, 1), (True, 2), (False, 100), (True, 5), (False, 50)):
            board.put(5, level)
            board.advance(ms)
        assert pin.state == 0
        board.put(5, True)
        assert pin.state == 0
        board.advance(50)
        board.advance(50)
        pressed = (1_000 + 6 + 20) / 1000
        assert [heard.next(), heard.next()] == [(pressed, 0), (1 + (6 + 100 + 5 + 50 + 20) / 1000, 1)]

    def test_can_be_changed_while_listening(self, factory: GpiodFactory, board: Board) -> None:
        pin, heard = factory.pin(5), Heard()
        pin.when_changed = heard
        pin.bounce = 0.05
        pin.bounce = None
        assert pin.bounce is None
        board.put(5, True)
        assert heard.next() == (1.0, 1)

    def test_gpiozeros_own_button(self, factory: GpiodFactory, board: Board) -> None:
        happened: queue.Queue[str] = queue.Queue()
        with AnyButton(5, pin_factory=factory, bounce_time=0.02) as button:
            button.when_pressed = lambda: happened.put("pressed")
            button.when_released = lambda: happened.put("released")
            for level, ms in ((False, 3), (True, 1), (False, 40), (True, 1), (False, 1), (True, 40)):
                board.put(5, level)
                board.advance(ms)
            assert [happened.get(timeout=PATIENCE) for _ in range(2)] == ["pressed", "released"]
            assert happened.empty()
