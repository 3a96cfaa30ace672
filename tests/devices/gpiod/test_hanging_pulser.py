"""The process that makes pulses is killed, is stopped, hangs or cannot be had: nothing stays dark or loud."""

import errno
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from gpiozero import PinPWMUnsupported

from kiosk.devices.gpiod_pins import software_pwm
from kiosk.devices.gpiod_pins.pulser import MESSAGE
from kiosk.devices.gpiod_pins.software_pwm import Pulser, SoftwarePWM, _Child
from kiosk.supervise import BACK_OFF, Supervisor
from tests.devices.gpiod.bench import PATIENCE

HELD = 0.3
"""seconds that whoever stops a tone may be held up, at most"""

GLOW = (12, 0.01, 0.001)
TONE = (13, 0.002, 0.001)
HIGHER = (13, 0.001, 0.0005)
"""line, seconds of a cycle, seconds of it that it is high"""


class Watched(Pulser):
    """A pulser whose renewals are heard of; its supervisor pauses only while the test says so."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.permits: queue.Queue[None] = queue.Queue()
        self.paused: queue.Queue[float] = queue.Queue()
        self.supervisor = Supervisor(wait=self._pause)
        super().__init__(self.supervisor)
        self._next: queue.Queue[_Child | None] = queue.Queue()

    def renewed(self) -> _Child | None:
        """The process that took over; None: it was not wanted any more."""
        return self._next.get(timeout=PATIENCE)

    def close(self) -> None:
        self.permits.put(None)
        super().close()

    def _renew(self, era: int) -> _Child | None:
        child = super()._renew(era)
        self._next.put(child)
        return child

    def _pause(self, _ended: threading.Event, seconds: float) -> None:
        self.pauses.append(seconds)
        if seconds:
            self.paused.put(seconds)
            self.permits.get(timeout=PATIENCE)


@pytest.fixture
def pulser() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine makes nobody hang."""
    monkeypatch.setattr(_Child.ask, "__defaults__", (0, PATIENCE))


@pytest.fixture
def line() -> Iterator[int]:
    fd = os.eventfd(0)
    yield fd
    os.close(fd)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float, float]]:
    """What the processes were told to pulse."""
    sent = []
    send = socket.send_fds

    def keep(peer: socket.socket, messages: list[bytes], fds: list[int]) -> int:
        _operation, number, period, high = MESSAGE.unpack(messages[0])
        sent.append((number, period, high))
        return send(peer, messages, fds)

    monkeypatch.setattr(socket, "send_fds", keep)
    return sent


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """What this process writes to lines in place of one that is dead."""
    levels: list[tuple[int, bool]] = []
    monkeypatch.setattr(software_pwm, "put", lambda fd, level: levels.append((fd, level)))
    return levels


def pulse(pulser: Pulser, line: int, *what: tuple[int, float, float]) -> None:
    for number, period, high in what:
        pulser.pulse(number, line, period, high)


def child_of(pulser: Pulser) -> _Child:
    assert pulser._child is not None
    return pulser._child


def kill(pulser: Pulser) -> _Child:
    """As the system does where memory is short."""
    child = child_of(pulser)
    child.process.kill()
    return child


def hang(pulser: Pulser, monkeypatch: pytest.MonkeyPatch) -> _Child:
    """It answers nobody any more; nobody has to wait long to find that out."""
    child = child_of(pulser)
    child.process.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(_Child.ask, "__defaults__", (0, 0.01))
    return child


# --- killed, or stopped, while nobody asks


def test_killed_while_the_lamp_is_dim_the_next_is_told_every_line_without_anyone_asking(
    pulser: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    written: list[tuple[int, bool]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    pulse(pulser, line, GLOW, TONE, HIGHER)
    told.clear()
    first = kill(pulser)
    second = pulser.renewed()
    assert second is not None
    assert second is not first
    assert told == [GLOW, HIGHER]
    assert child_of(pulser).ask(software_pwm.ASK) is not None
    assert written == [(line, False), (line, False)], "nothing shines or sounds until then"
    assert caplog.messages == ["the thread gpiod pulses died; it starts again after 0 s"]
    assert "the process that makes pulses ended (-9); it is replaced" in caplog.text


def test_stopped_while_the_lamp_is_dim_it_is_missed_at_the_next_sign_of_life(
    pulser: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    written: list[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pulse(pulser, line, GLOW)
    pulser.check()
    first = hang(pulser, monkeypatch)
    told.clear()
    pulser.check()
    assert first.process.returncode == -signal.SIGKILL
    assert pulser.renewed() is not first
    assert (told, written) == ([GLOW], [(line, False)])


def test_asleep_a_sign_of_life_asks_nothing_of_it(
    pulser: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer would be two more wake-ups, every 2.25 seconds, all night."""

    def ask(*_: object) -> None:
        raise AssertionError("asked")

    pulser.check()
    pulse(pulser, line, TONE)
    pulser.stop(13)
    with monkeypatch.context() as patch:
        patch.setattr(_Child, "ask", ask)
        pulser.check()


def test_one_that_died_while_it_slept_is_replaced_before_anyone_wants_a_tone(
    pulser: Watched, line: int, told: list[tuple[int, float, float]]
) -> None:
    pulser.prepare()
    kill(pulser)
    assert pulser.renewed() is child_of(pulser)
    pulse(pulser, line, TONE, HIGHER)
    assert told == [TONE, HIGHER]


def test_a_line_that_it_gave_up_is_told_again_and_said_once(
    pulser: Watched, line: int, told: list[tuple[int, float, float]], caplog: pytest.LogCaptureFixture
) -> None:
    """What it was given is no line, so it drops it at the first edge."""
    pulse(pulser, line, GLOW)
    while child_of(pulser).ask(software_pwm.ASK):
        pass
    told.clear()
    for _ in range(3):
        pulser.check()
        while child_of(pulser).ask(software_pwm.ASK):
            pass
    assert told == [GLOW] * 3
    assert caplog.messages == ["line 12 is not pulsed any more; it is tried again"]


def test_one_that_keeps_dying_is_started_ever_more_seldom(
    pulser: Watched, line: int, caplog: pytest.LogCaptureFixture
) -> None:
    pulse(pulser, line, GLOW)
    for _ in BACK_OFF:
        pulser.permits.put(None)
        kill(pulser)
        assert pulser.renewed() is not None
    assert pulser.pauses == list(BACK_OFF)
    assert pulser.supervisor.hopeless() == ["gpiod pulses"]
    assert len(caplog.messages) == len(BACK_OFF)


# --- it does not answer who stops a tone


def test_stopping_a_tone_holds_nobody_up_for_long(
    pulser: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse(pulser, line, TONE)
    waited = [software_pwm._ANSWER]
    process = hang(pulser, monkeypatch).process
    wait = process.wait

    def waiting(timeout: float | None = None) -> int:
        if threading.current_thread() is threading.main_thread():
            assert timeout is not None
            waited.append(timeout)
        return wait(PATIENCE)

    def starting(*args: Any, **how: Any) -> subprocess.Popen[bytes]:
        assert threading.current_thread() is not threading.main_thread()
        return start(*args, **how)

    start = subprocess.Popen
    monkeypatch.setattr(process, "wait", waiting)
    monkeypatch.setattr(subprocess, "Popen", starting)
    pulser.stop(13)
    assert process.returncode == -signal.SIGKILL
    assert sum(waited) <= HELD
    assert pulser.renewed() is not None


def test_the_line_is_low_after_the_end_of_what_could_write_to_it(
    pulser: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[tuple[bool, int | None]] = []
    pwm = SoftwarePWM(pulser, 13, line, lambda level: levels.append((level, process.returncode)), 500)
    pwm.level = 0.5
    process = hang(pulser, monkeypatch).process
    pwm.stop()
    assert levels == [(False, -signal.SIGKILL)]


def test_another_process_goes_on_with_the_other_lines(
    pulser: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pulse(pulser, line, GLOW, TONE)
    first = hang(pulser, monkeypatch)
    told.clear()
    with caplog.at_level(logging.WARNING):
        pulser.stop(13)
        assert pulser.renewed() is not first
    assert told == [GLOW]
    assert len(caplog.messages) == 1
    assert "the process that makes pulses does not answer; it is replaced" in caplog.text


# --- until the next one is there


class Gate:
    """Lets no process start until it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.open = threading.Event(), threading.Event()
        self.made: list[subprocess.Popen[bytes]] = []
        self._start = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", self._wait)

    def _wait(self, *args: Any, **how: Any) -> subprocess.Popen[bytes]:
        self.asked.set()
        assert self.open.wait(PATIENCE)
        self.made.append(self._start(*args, **how))
        return self.made[-1]


def test_what_happens_until_the_next_process_is_there_holds_nobody_up(
    pulser: Watched, line: int, told: list[tuple[int, float, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse(pulser, line, TONE)
    hang(pulser, monkeypatch)
    told.clear()
    gate = Gate(monkeypatch)
    pulser.stop(13)
    pulser.prepare()
    pulse(pulser, line, GLOW, TONE)
    pulser.check()
    pulser.stop(13)
    assert told == []
    gate.open.set()
    child = pulser.renewed()
    assert child is not None
    assert [child.process] == gate.made
    assert told == [GLOW]


def test_closed_before_the_next_process_is_there(
    pulser: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse(pulser, line, TONE)
    hang(pulser, monkeypatch)
    gate = Gate(monkeypatch)
    pulser.stop(13)
    assert gate.asked.wait(PATIENCE)
    monkeypatch.setattr(software_pwm, "_FAREWELL", 0.01)
    pulser.close()
    gate.open.set()
    assert pulser.renewed() is None
    assert [each.returncode is None for each in gate.made] == [False]
    assert pulser._child is None


@pytest.mark.parametrize(
    "trouble",
    [
        ("/nowhere/python", "the process that makes pulses cannot be started"),
        ("/bin/false", "the new process that makes pulses does not answer"),
    ],
)
def test_while_none_can_be_had_who_wants_a_tone_is_told_so_and_afterwards_it_sounds(
    pulser: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    monkeypatch: pytest.MonkeyPatch,
    trouble: tuple[str, str],
) -> None:
    """So that the kiosk says that the lamp fails, and tries again."""
    executable, sentence = trouble
    pulse(pulser, line, GLOW)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", executable)
        kill(pulser)
        assert pulser.paused.get(timeout=PATIENCE) == BACK_OFF[1]
        with pytest.raises(PinPWMUnsupported, match=f"^{sentence}"):
            pulser.check()
        with pytest.raises(PinPWMUnsupported, match=f"^{sentence}"):
            pulse(pulser, line, TONE)
    told.clear()
    pulser.permits.put(None)
    assert pulser.renewed() is not None
    assert told == [GLOW, TONE]
    pulse(pulser, line, HIGHER)
    assert told == [GLOW, TONE, HIGHER]


# --- the end


def test_one_that_hangs_at_the_end_is_killed(
    pulser: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software_pwm, "_FAREWELL", 0.01)
    pulse(pulser, line, TONE)
    process = hang(pulser, monkeypatch).process
    pulser.close()
    assert process.returncode == -signal.SIGKILL
    pulser.stop(13)
    pulser.check()
    assert pulser._child is None


class Undying:
    """In place of a process that the system cannot end just now."""

    returncode = None

    def __init__(self) -> None:
        self.killed = 0

    def kill(self) -> None:
        self.killed += 1

    def poll(self) -> None:
        return None

    def wait(self, timeout: float | None = None) -> int:
        assert timeout is not None
        raise subprocess.TimeoutExpired("pulser", timeout)


def test_one_that_cannot_be_killed_is_told_so_that_the_level_is_written_again(
    pulser: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[bool] = []
    pwm = SoftwarePWM(pulser, 13, line, levels.append, 500)
    pwm.level = 0.5
    real, undying = hang(pulser, monkeypatch), Undying()
    stand_in: Any = undying
    swap(pulser, lambda child: replace(child, process=stand_in))
    with pytest.raises(OSError, match="cannot be killed") as error:
        pwm.level = 0.0
    assert error.value.errno == errno.ETIMEDOUT
    assert levels == [False]
    assert undying.killed
    assert pulser.renewed() is not None
    real.process.kill()
    real.process.wait(PATIENCE)


def swap(pulser: Pulser, change: Callable[[_Child], _Child]) -> None:
    pulser._child = change(child_of(pulser))
