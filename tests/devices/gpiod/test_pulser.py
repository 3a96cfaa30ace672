"""When software's pulses are due, and the process that makes them."""

import errno
import os
import queue
import socket
import struct
import sys
import threading
from collections.abc import Iterator

import pytest
from gpiozero import PinPWMUnsupported
from hypothesis import given
from hypothesis import strategies as st

from kiosk.devices.gpiod_pins.pulser import (
    ANSWER,
    ASK,
    MESSAGE,
    PULSE,
    STOP,
    Player,
    claim_real_time,
    serve,
)
from kiosk.devices.gpiod_pins.software_pwm import Pulser
from tests.devices.gpiod.bench import PATIENCE


class Desk:
    """A player whose time moves when told, and what it wrote."""

    def __init__(self) -> None:
        self.now = 10.0
        self.written: list[tuple[float, bool]] = []
        self.broken = False
        #: how much later than asked this one gets the processor
        self.late = 0.0
        self.player = Player(self._put, self._clock)

    def pulse(self, period: float, high: float, number: int = 13) -> int:
        fd = os.eventfd(0)
        assert self.player.handle(MESSAGE.pack(PULSE, number, period, high), [fd]) == b""
        return fd

    def stop(self, number: int = 13) -> list[int]:
        """The lines that are pulsed after that."""
        return self._ask(STOP, number)

    def ask(self) -> list[int]:
        """The lines that are pulsed."""
        return self._ask(ASK, 0)

    def _ask(self, operation: bytes, number: int) -> list[int]:
        answer = self.player.handle(MESSAGE.pack(operation, number, 0, 0), [])
        assert answer[:1] == ANSWER
        return [line for (line,) in struct.iter_unpack("=I", answer[1:])]

    def run_to(self, end: float) -> None:
        while (due := self.player.due) is not None and max(self.now, due + self.late) <= end:
            self.now = max(self.now, due + self.late)
            self.late = 0.0
            self.player.play()
        self.now = max(self.now, end)

    def _put(self, fd: int, level: bool) -> None:
        if self.broken:
            raise OSError(errno.ENODEV, "No such device")
        self.written.append((round(self.now, 6), level))

    def _clock(self) -> float:
        self.now += 1e-7  # so that waiting awake ends
        return self.now


@pytest.fixture
def desk() -> Desk:
    return Desk()


def closed(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return True
    return False


class TestPlayer:
    def test_pulses_are_at_multiples_of_the_period(self, desk: Desk) -> None:
        desk.pulse(0.002, 0.001)
        desk.late = 0.0005  # the first one only: it does not delay the others
        desk.run_to(10.0081)
        assert desk.written == [
            (pytest.approx(at, abs=2e-5), level)
            for at, level in (
                (10.0005, True), (10.001, False), (10.002, True), (10.003, False), (10.004, True),
                (10.005, False), (10.006, True), (10.007, False), (10.008, True),
            )
        ]  # fmt: skip

    def test_a_short_pulse_is_as_long_as_it_should_be_however_late(self, desk: Desk) -> None:
        desk.pulse(0.002, 0.0001)
        desk.late = 0.0003
        desk.run_to(10.0015)
        (rise, up), (fall, down) = desk.written
        assert (up, down) == (True, False)
        assert rise == pytest.approx(10.0003, abs=1e-6)
        assert fall - rise == pytest.approx(0.0001, abs=2e-6)

    @pytest.mark.parametrize(
        ("pause", "goes_on"), [(0.0012, 10.004), (0.1, 10.102), (0.1003, 10.102), (0.1007, 10.104)]
    )
    def test_after_a_pause_it_is_on_the_beat_again_without_a_burst(
        self, desk: Desk, pause: float, goes_on: float
    ) -> None:
        desk.pulse(0.002, 0.001)
        desk.run_to(10.0005)
        desk.late = pause
        desk.run_to(goes_on + 0.0005)
        assert [(pytest.approx(at, abs=1e-5), level) for at, level in desk.written] == [
            (10.0, True),
            (10.001 + pause, False),
            (goes_on, True),
        ]

    def test_a_change_waits_for_the_next_cycle(self, desk: Desk) -> None:
        desk.pulse(0.002, 0.001)
        desk.run_to(10.0005)
        desk.pulse(0.004, 0.003)
        desk.run_to(10.0091)
        assert [(pytest.approx(at, abs=2e-5), level) for at, level in desk.written] == [
            (10.0, True), (10.001, False), (10.002, True), (10.005, False), (10.006, True), (10.009, False)
        ]  # fmt: skip

    def test_two_lines_at_once(self, desk: Desk) -> None:
        desk.pulse(0.010, 0.005, number=12)
        desk.pulse(0.002, 0.001, number=13)
        desk.run_to(10.0199)
        assert sum(level for _, level in desk.written) == 2 + 10
        assert desk.stop() == [12]
        desk.written.clear()
        desk.run_to(10.0299)
        assert [level for _, level in desk.written] == [True, False]

    def test_stopped_it_writes_low_lets_go_of_the_line_and_writes_no_more(self, desk: Desk) -> None:
        fd = desk.pulse(0.002, 0.001)
        desk.run_to(10.0005)
        assert desk.stop() == []
        assert (desk.player.due, closed(fd)) == (None, True)
        assert desk.stop() == []
        desk.run_to(10.1)
        assert [level for _, level in desk.written] == [True, False]

    def test_a_line_that_fails_is_dropped_and_missed_by_who_asks(self, desk: Desk) -> None:
        fds = [desk.pulse(0.002, 0.001, number) for number in (12, 13)]
        assert desk.ask() == [12, 13]
        desk.broken = True
        desk.run_to(11.0)
        assert (desk.player.due, [closed(fd) for fd in fds], desk.written) == (None, [True, True], [])
        assert desk.ask() == []

    def test_a_change_says_all_there_is_to_know(self, desk: Desk) -> None:
        """One that begins and one that goes on are told the same; the line comes along each time."""
        first = desk.pulse(0.002, 0.001)
        desk.run_to(10.0005)
        second = desk.pulse(0.004, 0.003)
        assert (closed(first), closed(second)) == (True, False)
        desk.broken = True
        desk.run_to(10.01)
        desk.broken = False
        desk.pulse(0.002, 0.001)
        desk.run_to(10.0115)
        assert desk.written[-2:] == [(10.01, True), (pytest.approx(10.011, abs=2e-5), False)]

    def test_silence_is_low(self, desk: Desk) -> None:
        fds = [desk.pulse(0.002, 0.001, number) for number in (12, 13)]
        desk.run_to(10.0005)
        desk.written.clear()
        desk.player.silence()
        assert [level for _, level in desk.written] == [False, False]
        assert [closed(fd) for fd in fds] == [True, True]

    @given(st.lists(st.tuples(st.floats(0, 0.01), st.sampled_from([0.0003, 0.001, 0.0017])), max_size=20))
    def test_always_alternates_and_never_bursts(self, pauses: list[tuple[float, float]]) -> None:
        desk = Desk()
        desk.pulse(0.002, 0.001)
        for late, high in pauses:
            desk.late = late
            desk.pulse(0.002, high)
            desk.run_to((desk.player.due or 0) + late)
        assert [level for _, level in desk.written] == [n % 2 == 0 for n in range(len(desk.written))]
        rises = [at for at, level in desk.written if level]
        beats = [(at - 10.0) / 0.002 for at in rises]
        # at most one pulse in each cycle of the beat
        assert len({int(number + 0.01) for number in beats}) == len(beats)


class TestRealTime:
    """``sched_setscheduler(2)`` is the edge; whether a system lets it is tried in the emulated device."""

    def test_it_is_for_this_thread_and_not_for_what_it_starts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = []
        monkeypatch.setattr(os, "sched_setscheduler", lambda *args: asked.append(args))
        claim_real_time(2)
        assert asked == [(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(2))]

    def test_it_is_done_without_where_it_is_not_allowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "sched_setscheduler", refuse)
        claim_real_time(2)


class TestServe:
    """The player at the other end of a socket, in a thread of the test."""

    def test_until_the_socket_ends(self) -> None:
        written: queue.Queue[bool] = queue.Queue()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        player = Player(lambda _fd, level: written.put(level))
        thread = threading.Thread(target=serve, args=(theirs, player))
        thread.start()
        with theirs, ours:
            ours.settimeout(PATIENCE)
            line = os.eventfd(0)
            socket.send_fds(ours, [MESSAGE.pack(PULSE, 13, 0.001, 0.0005)], [line])
            first = [written.get(timeout=PATIENCE) for _ in range(20)]
            ours.send(MESSAGE.pack(STOP, 13, 0, 0))
            assert ours.recv(9) == ANSWER
            rest = [written.get_nowait() for _ in range(written.qsize())]
            levels = first + rest
            assert levels[-1] is False, "stopped in the middle of a pulse, it wrote low"
            if levels[-2] is False:  # stopped between two
                levels.pop()
            assert levels == [number % 2 == 0 for number in range(len(levels))]
            socket.send_fds(ours, [MESSAGE.pack(PULSE, 13, 1000, 500)], [line])
            assert written.get(timeout=PATIENCE) is True
            os.close(line)
            ours.shutdown(socket.SHUT_RDWR)
            assert written.get(timeout=PATIENCE) is False
            thread.join(PATIENCE)
        assert not thread.is_alive()
        assert written.empty()


class TestPulser:
    """The real process; what it is given is no line, so it drops it."""

    @pytest.fixture
    def pulser(self) -> Iterator[Pulser]:
        made = Pulser()
        yield made
        made.close()

    @pytest.fixture
    def line(self) -> Iterator[int]:
        fd = os.eventfd(0)
        yield fd
        os.close(fd)

    def test_ends_when_it_is_closed(self, pulser: Pulser, line: int) -> None:
        pulser.pulse(13, line, 0.002, 0.001)
        child = pulser._child
        assert child is not None
        pulser.stop(13)
        pulser.stop(13)
        assert pulser._child is child
        pulser.close()
        pulser.close()
        assert child.process.returncode == 0
        assert "gpiod pulses" not in [thread.name for thread in threading.enumerate()]

    def test_closed_it_can_be_used_again(self, pulser: Pulser, line: int) -> None:
        pulser.prepare()
        first = pulser._child
        pulser.close()
        pulser.pulse(13, line, 0.002, 0.001)
        assert pulser._child not in (None, first)

    def test_is_started_once(self, pulser: Pulser, line: int) -> None:
        pulser.prepare()
        child = pulser._child
        pulser.prepare()
        pulser.pulse(12, line, 0.01, 0.001)
        pulser.pulse(13, line, 0.002, 0.001)
        pulser.pulse(13, line, 0.004, 0.001)
        assert pulser._child is child

    def test_one_that_cannot_be_started(self, pulser: Pulser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(PinPWMUnsupported, match=r"^the process that makes pulses cannot be started"):
            pulser.prepare()
