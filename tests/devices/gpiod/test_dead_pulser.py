"""The process that makes pulses dies while nobody asks, or none can be had: nothing stays dark for that."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
from gpiozero import PinPWMUnsupported

from kiosk.core.threads import BACK_OFF
from kiosk.devices.gpiod_pins import software_pwm
from kiosk.devices.gpiod_pins.software_pwm import _Child
from tests.devices.gpiod.bench import PATIENCE
from tests.devices.gpiod.pulsing import GLOW, HIGHER, TONE, Watched, child_of, hang, kill, pulse

# --- killed, or stopped, while nobody asks


def test_killed_while_the_lamp_is_dim_the_next_is_told_every_line_without_anyone_asking(
    watched: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    written: list[tuple[int, bool]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    pulse(watched, line, GLOW, TONE, HIGHER)
    told.clear()
    first = kill(watched)
    second = watched.renewed()
    assert second is not None
    assert second is not first
    assert told == [GLOW, HIGHER]
    assert child_of(watched).ask(software_pwm.ASK) is not None
    assert written == [(line, False), (line, False)], "nothing shines or sounds until then"
    assert caplog.messages == ["the thread gpiod pulses died; it starts again after 0 s"]
    assert "the process that makes pulses ended (-9); it is replaced" in caplog.text


def test_stopped_while_the_lamp_is_dim_it_is_missed_at_the_next_sign_of_life(
    watched: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    written: list[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pulse(watched, line, GLOW)
    watched.check()
    first = hang(watched, monkeypatch)
    told.clear()
    watched.check()
    assert first.process.returncode == -signal.SIGKILL
    assert watched.renewed() is not first
    assert (told, written) == ([GLOW], [(line, False)])


def test_asleep_a_sign_of_life_asks_nothing_of_it(
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer would be two more wake-ups, every 2.25 seconds, all night."""

    def ask(*_: object) -> None:
        raise AssertionError("asked")

    watched.check()
    pulse(watched, line, TONE)
    watched.stop(13)
    with monkeypatch.context() as patch:
        patch.setattr(_Child, "ask", ask)
        watched.check()


def test_one_that_died_while_it_slept_is_replaced_before_anyone_wants_a_tone(
    watched: Watched, line: int, told: list[tuple[int, float, float]]
) -> None:
    watched.prepare()
    kill(watched)
    assert watched.renewed() is child_of(watched)
    pulse(watched, line, TONE, HIGHER)
    assert told == [TONE, HIGHER]


@pytest.mark.parametrize("asked", ["pulse", "check"])
def test_one_whose_end_nobody_saw_yet_is_replaced_by_who_comes_first(
    watched: Watched, line: int, told: list[tuple[int, float, float]], asked: str
) -> None:
    pulse(watched, line, GLOW)
    first = child_of(watched)
    with watched._lock:  # whoever sleeps on its end may wake, and gets no further
        first.process.kill()
        first.process.wait(PATIENCE)
        watched._hung = False
        told.clear()
        if asked == "pulse":
            watched._pulsed[TONE[0]] = (line, *TONE[1:])
            watched._tell(first, TONE[0])
        else:
            assert first.ask(software_pwm.ASK) is None
            watched._replace(first)
        assert watched._child is None
    assert watched.renewed() is not first
    assert told[-1] == (TONE if asked == "pulse" else GLOW)


def test_a_line_that_it_gave_up_is_told_again_and_said_once(
    watched: Watched, line: int, told: list[tuple[int, float, float]], caplog: pytest.LogCaptureFixture
) -> None:
    """What it was given is no line, so it drops it at the first edge."""
    pulse(watched, line, GLOW)
    while child_of(watched).ask(software_pwm.ASK):
        pass
    told.clear()
    for _ in range(3):
        watched.check()
        while child_of(watched).ask(software_pwm.ASK):
            pass
    assert told == [GLOW] * 3
    assert caplog.messages == ["line 12 is not pulsed any more; it is tried again"]


def test_one_that_keeps_dying_is_started_ever_more_seldom(
    watched: Watched, line: int, caplog: pytest.LogCaptureFixture
) -> None:
    pulse(watched, line, GLOW)
    for _ in BACK_OFF:
        watched.permits.put(None)
        kill(watched)
        assert watched.renewed() is not None
    assert watched.pauses == [min(pause, 5.0) for pause in BACK_OFF], "an alarm may be what it has to sound"
    assert watched.supervisor.hopeless() == ["gpiod pulses"]
    assert len(caplog.messages) == len(BACK_OFF)


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
    watched: Watched, line: int, told: list[tuple[int, float, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse(watched, line, TONE)
    hang(watched, monkeypatch)
    told.clear()
    gate = Gate(monkeypatch)
    watched.stop(13)
    watched.prepare()
    pulse(watched, line, GLOW, TONE)
    watched.check()
    watched.stop(13)
    assert told == []
    gate.open.set()
    child = watched.renewed()
    assert child is not None
    assert [child.process] == gate.made
    assert told == [GLOW]


def test_closed_before_the_next_process_is_there(
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse(watched, line, TONE)
    hang(watched, monkeypatch)
    gate = Gate(monkeypatch)
    watched.stop(13)
    assert gate.asked.wait(PATIENCE)
    monkeypatch.setattr(software_pwm, "_END_TIMEOUT", 0.01)
    watched.close()
    gate.open.set()
    assert watched.renewed() is None
    assert [each.returncode is None for each in gate.made] == [False]
    assert watched._child is None


def test_while_it_pauses_after_dying_again_who_wants_a_tone_is_told_so(
    watched: Watched, line: int, told: list[tuple[int, float, float]]
) -> None:
    """Nothing shines or sounds meanwhile, so the kiosk must have something to say on the screen."""
    pulse(watched, line, GLOW)
    kill(watched)
    assert watched.renewed() is not None
    kill(watched)
    assert watched.paused.get(timeout=PATIENCE) == BACK_OFF[1]
    for wanted in (watched.check, lambda: pulse(watched, line, TONE)):
        with pytest.raises(PinPWMUnsupported, match="ended again; the next one is to come"):
            wanted()
    told.clear()
    watched.permits.put(None)
    assert watched.renewed() is not None
    assert told == [GLOW, TONE]
    watched.check()


def test_no_room_for_another_socket_is_said_as_any_other_reason(
    watched: Watched, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socketpair", full)
        with pytest.raises(PinPWMUnsupported, match=r"cannot be started: .*Too many open files"):
            pulse(watched, line, GLOW)
    pulse(watched, line, GLOW)


@pytest.mark.parametrize(
    "trouble",
    [
        ("/nowhere/python", "the process that makes pulses cannot be started"),
        ("/bin/false", "the new process that makes pulses does not answer"),
    ],
)
def test_while_none_can_be_had_who_wants_a_tone_is_told_so_and_afterwards_it_sounds(
    watched: Watched,
    line: int,
    told: list[tuple[int, float, float]],
    monkeypatch: pytest.MonkeyPatch,
    trouble: tuple[str, str],
) -> None:
    """So that the kiosk says that the lamp fails, and tries again."""
    executable, sentence = trouble
    pulse(watched, line, GLOW)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", executable)
        kill(watched)
        assert watched.paused.get(timeout=PATIENCE) == BACK_OFF[1]
        with pytest.raises(PinPWMUnsupported, match=f"^{sentence}"):
            watched.check()
        with pytest.raises(PinPWMUnsupported, match=f"^{sentence}"):
            pulse(watched, line, TONE)
    told.clear()
    watched.permits.put(None)
    assert watched.renewed() is not None
    assert told == [GLOW, TONE]
    pulse(watched, line, HIGHER)
    assert told == [GLOW, TONE, HIGHER]
