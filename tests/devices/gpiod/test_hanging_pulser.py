"""The process that makes pulses does not answer: who stops a tone is not held up, and the line is low."""

import errno
import logging
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kiosk.devices.gpiod_pins import software_pwm
from kiosk.devices.gpiod_pins.software_pwm import Pulser, SoftwarePWM, _Child
from tests.devices.gpiod.bench import PATIENCE
from tests.devices.gpiod.pulsing import GLOW, TONE, Watched, child_of, hang, pulse

HELD = 0.3
"""seconds that whoever stops a tone may be held up, at most"""


# --- it does not answer who stops a tone


def test_stopping_a_tone_holds_nobody_up_for_long(
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse(watched, line, TONE)
    waited = [software_pwm._ANSWER_TIMEOUT]
    process = hang(watched, monkeypatch).process
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
    watched.stop(13)
    assert process.returncode == -signal.SIGKILL
    assert sum(waited) <= HELD
    assert watched.renewed() is not None


def test_the_line_is_low_after_the_end_of_what_could_write_to_it(
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[tuple[bool, int | None]] = []
    pwm = SoftwarePWM(watched, 13, line, lambda level: levels.append((level, process.returncode)), 500)
    pwm.level = 0.5
    process = hang(watched, monkeypatch).process
    pwm.stop()
    assert levels == [(False, -signal.SIGKILL)]


def test_another_process_goes_on_with_the_other_lines(
    watched: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pulse(watched, line, GLOW, TONE)
    first = hang(watched, monkeypatch)
    told.clear()
    with caplog.at_level(logging.WARNING):
        watched.stop(13)
        assert watched.renewed() is not first
    assert told == [GLOW]
    assert len(caplog.messages) == 1
    assert "the process that makes pulses does not answer; it is replaced" in caplog.text


# --- the end


def test_one_that_hangs_at_the_end_is_killed(
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software_pwm, "_END_TIMEOUT", 0.01)
    pulse(watched, line, TONE)
    process = hang(watched, monkeypatch).process
    watched.close()
    assert process.returncode == -signal.SIGKILL
    watched.stop(13)
    watched.check()
    assert watched._child is None


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
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[bool] = []
    pwm = SoftwarePWM(watched, 13, line, levels.append, 500)
    pwm.level = 0.5
    real, undying = hang(watched, monkeypatch), Undying()
    stand_in: Any = undying
    swap(watched, lambda child: replace(child, process=stand_in))
    with pytest.raises(OSError, match="cannot be killed") as error:
        pwm.level = 0.0
    assert error.value.errno == errno.ETIMEDOUT
    assert levels == [False]
    assert undying.killed
    assert watched.renewed() is not None
    real.process.kill()
    real.process.wait(PATIENCE)


def swap(watched: Pulser, change: Callable[[_Child], _Child]) -> None:
    watched._child = change(child_of(watched))
