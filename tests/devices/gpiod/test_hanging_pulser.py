"""The process that makes pulses hangs, or died: who stops a tone is not held up, and the line is low."""

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.devices.gpiod_pins import software_pwm
from kiosk.devices.gpiod_pins.pulser import CHANGE, MESSAGE, START
from kiosk.devices.gpiod_pins.software_pwm import Pulser, SoftwarePWM
from tests.devices.gpiod.bench import PATIENCE

HELD = 0.3
"""seconds that whoever stops a tone may be held up, at most"""

Process = subprocess.Popen[bytes]


@pytest.fixture
def pulser() -> Iterator[Pulser]:
    made = Pulser()
    yield made
    made.close()


@pytest.fixture
def line() -> Iterator[int]:
    fd = os.eventfd(0)
    yield fd
    os.close(fd)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, int]]:
    """What the processes were told with a file descriptor or without: operation and line."""
    sent = []
    send = socket.send_fds

    def keep(peer: socket.socket, messages: list[bytes], fds: list[int]) -> int:
        operation, number, _period, _high = MESSAGE.unpack(messages[0])
        sent.append((operation, number))
        return send(peer, messages, fds)

    monkeypatch.setattr(socket, "send_fds", keep)
    return sent


def process_of(pulser: Pulser) -> Process:
    assert pulser._process is not None
    return pulser._process


def hang(pulser: Pulser) -> Process:
    """It answers nobody any more; nobody has to wait long to find that out."""
    process = process_of(pulser)
    process.send_signal(signal.SIGSTOP)
    pulser._peer.settimeout(0.01)
    return process


def renewed(pulser: Pulser) -> Process:
    """The process that took over."""
    if (renewing := pulser._renewing) is not None:
        renewing.join(PATIENCE)
    return process_of(pulser)


def test_stopping_a_tone_holds_nobody_up_for_long(
    pulser: Pulser, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulser.pulse(13, line, 0.002, 0.001)
    patience = pulser._peer.gettimeout()
    assert patience is not None
    waited = [patience]
    process = hang(pulser)
    wait = process.wait

    def waiting(timeout: float | None = None) -> int:
        if threading.current_thread() is threading.main_thread():
            assert timeout is not None
            waited.append(timeout)
        return wait(PATIENCE)

    def starting(*args: Any, **how: Any) -> Process:
        assert threading.current_thread() is not threading.main_thread()
        return start(*args, **how)

    start = subprocess.Popen
    monkeypatch.setattr(process, "wait", waiting)
    monkeypatch.setattr(subprocess, "Popen", starting)
    pulser.stop(13)
    assert process.returncode == -signal.SIGKILL
    assert sum(waited) <= HELD
    assert renewed(pulser).poll() is None


def test_the_line_is_low_after_the_end_of_what_could_write_to_it(pulser: Pulser, line: int) -> None:
    written: list[tuple[bool, int | None]] = []
    pwm = SoftwarePWM(pulser, 13, line, lambda level: written.append((level, process.returncode)), 500)
    pwm.level = 0.5
    process = hang(pulser)
    pwm.stop()
    assert written == [(False, -signal.SIGKILL)]


def test_another_process_goes_on_with_the_other_lines(
    pulser: Pulser, line: int, told: list[tuple[bytes, int]], caplog: pytest.LogCaptureFixture
) -> None:
    pulser.pulse(12, line, 0.01, 0.001)
    pulser.pulse(13, line, 0.002, 0.001)
    first = hang(pulser)
    told.clear()
    with caplog.at_level(logging.WARNING):
        pulser.stop(13)
        assert renewed(pulser) is not first
    assert told == [(START, 12)]
    assert caplog.messages == ["the process that makes pulses does not answer; it is replaced"]


def test_one_that_died_while_it_slept_is_replaced_before_a_tone(
    pulser: Pulser, line: int, told: list[tuple[bytes, int]]
) -> None:
    pulser.prepare()
    first = process_of(pulser)
    first.kill()
    first.wait(PATIENCE)
    pulser.pulse(13, line, 0.002, 0.001)
    assert renewed(pulser) is not first
    pulser.pulse(13, line, 0.004, 0.001)
    assert told == [(START, 13), (START, 13), (CHANGE, 13)]


class Gate:
    """Lets nothing through until it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, works: bool = True) -> None:
        self.open = threading.Event()
        self.made: list[Process] = []
        self._start = subprocess.Popen
        self._works = works
        monkeypatch.setattr(subprocess, "Popen", self._wait)

    def _wait(self, *args: Any, **how: Any) -> Process:
        assert self.open.wait(PATIENCE)
        if not self._works:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        self.made.append(self._start(*args, **how))
        return self.made[-1]


def test_what_happens_until_the_next_process_is_there_holds_nobody_up(
    pulser: Pulser, line: int, told: list[tuple[bytes, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulser.pulse(13, line, 0.002, 0.001)
    hang(pulser)
    told.clear()
    gate = Gate(monkeypatch)
    pulser.stop(13)
    pulser.prepare()
    pulser.pulse(12, line, 0.01, 0.001)
    pulser.pulse(13, line, 0.002, 0.001)
    pulser.stop(13)
    assert told == []
    gate.open.set()
    assert [renewed(pulser)] == gate.made
    assert told == [(START, 12)]


def test_closed_before_the_next_process_is_there(
    pulser: Pulser, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulser.pulse(13, line, 0.002, 0.001)
    hang(pulser)
    gate = Gate(monkeypatch)
    pulser.stop(13)
    renewing = pulser._renewing
    assert renewing is not None
    monkeypatch.setattr(software_pwm, "_FAREWELL", 0.01)
    pulser.close()
    gate.open.set()
    renewing.join(PATIENCE)
    assert [each.returncode is None for each in gate.made] == [False]
    assert pulser._process is None


@pytest.mark.parametrize(
    "trouble", ["cannot be started", "the new process that makes pulses does not answer"]
)
def test_the_next_process_is_no_better_so_the_next_tone_tries_again(
    pulser: Pulser,
    line: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: str,
) -> None:
    pulser.pulse(13, line, 0.002, 0.001)
    hang(pulser)
    gate = Gate(monkeypatch, works=trouble != "cannot be started")
    if gate._works:
        monkeypatch.setattr(sys, "executable", "/bin/false")
    pulser.stop(13)
    renewing = pulser._renewing
    assert renewing is not None
    gate.open.set()
    renewing.join(PATIENCE)
    assert trouble in caplog.text
    assert pulser._process is None
    monkeypatch.undo()
    pulser.pulse(13, line, 0.002, 0.001)
    assert process_of(pulser).poll() is None


def test_one_that_hangs_at_the_end_is_killed(
    pulser: Pulser, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software_pwm, "_FAREWELL", 0.01)
    pulser.pulse(13, line, 0.002, 0.001)
    process = hang(pulser)
    pulser.close()
    assert process.returncode == -signal.SIGKILL
    pulser.stop(13)
    assert pulser._process is None


class Undying:
    """In place of a process that the system cannot end just now; it is reaped in the background."""

    def __init__(self) -> None:
        self.killed = False
        self.reaped = threading.Event()

    def kill(self) -> None:
        self.killed = True

    def wait(self, timeout: float | None = None) -> int:
        if timeout is not None:
            raise subprocess.TimeoutExpired("pulser", timeout)
        self.reaped.set()
        return -signal.SIGKILL


def test_one_that_cannot_be_killed_is_told_so_that_the_level_is_written_again(
    pulser: Pulser, line: int
) -> None:
    written: list[bool] = []
    pwm = SoftwarePWM(pulser, 13, line, written.append, 500)
    pwm.level = 0.5
    real, undying = hang(pulser), Undying()
    stand_in: Any = undying
    pulser._process = stand_in
    with pytest.raises(OSError, match="cannot be killed") as error:
        pwm.level = 0.0
    assert error.value.errno == errno.ETIMEDOUT
    assert written == [False]
    assert undying.killed
    assert undying.reaped.wait(PATIENCE)
    real.kill()
    real.wait(PATIENCE)
    assert renewed(pulser) is not real
