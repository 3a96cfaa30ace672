"""Pulses made by software, for lamps and tones: a process of its own makes them."""

import contextlib
import errno
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread, current_thread
from typing import cast

from gpiozero import PinPWMUnsupported

from .pulser import CHANGE, MESSAGE, START, STOP

log = logging.getLogger(__name__)

#: How long the process may take to answer, in seconds, before it is taken to hang and is killed. It answers
#: within a few milliseconds; whoever stops a tone has to wait for it.
_ANSWER = 0.15
#: How long the system may take to end a killed process, in seconds, before nobody waits for that any more.
_DEATH = 0.1
#: How long a new process may take to answer for the first time, in seconds. Nobody waits for that.
_BIRTH = 10.0
#: How long the process may take to end by itself, in seconds, when nothing is pulsed any more.
_FAREWELL = 1.0


class Pulser:
    """The process that pulses lines, as this one sees it. It sleeps while there is nothing to pulse.

    One that died or hangs is replaced by another, which goes on with what is pulsed as soon as it is there.
    Raises ``PinPWMUnsupported`` when it cannot be started. May be used from any thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._peer: socket.socket
        self._pulsed: dict[int, tuple[int, float, float]] = {}
        """number of a line -> its file descriptor, seconds of a cycle, seconds of it that it is high"""
        self._renewing: Thread | None = None
        """starts the next process: on a busy machine that takes longer than a tone may be held up"""

    def prepare(self) -> None:
        """Start the process, if it is not there, so that the first pulse does not have to wait for it."""
        with self._lock:
            self._start()

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        """Pulse the line from now on, or with the next cycle if it is pulsed already. Seconds."""
        with self._lock:
            operation = CHANGE if number in self._pulsed else START
            self._pulsed[number] = (fd, period, high)
            if self._renewing is not None:
                return  # the next process will hear of it
            try:
                self._start()
                self._send(operation, number)
            except OSError:
                self._replace()

    def stop(self, number: int) -> None:
        """Pulse the line no more; low, if the process answers. Nothing is written to it after this returns.

        Holds its caller up for ``_ANSWER`` and ``_DEATH`` at most. Raises ``OSError`` if even then the
        process may still end what it was writing: write the level again later.
        """
        with self._lock:
            if self._pulsed.pop(number, None) is None or self._process is None:
                return
            try:
                self._peer.send(MESSAGE.pack(STOP, number, 0, 0))
                answered = self._peer.recv(1) == b"."
            except OSError:
                answered = False
            if not answered:
                self._replace()

    def close(self) -> None:
        """End the process. May be called twice; used again, it starts again."""
        with self._lock:
            self._pulsed.clear()
            renewing, self._renewing = self._renewing, None
            process, self._process = self._process, None
            if process is not None:
                _end(process, self._peer)
        if renewing is not None:
            renewing.join(_FAREWELL)

    def _start(self) -> None:
        if self._process is None and self._renewing is None:
            self._process, self._peer = _spawn()

    def _send(self, operation: bytes, number: int) -> None:
        fd, period, high = self._pulsed[number]
        fds = [fd] if operation == START else []
        socket.send_fds(self._peer, [MESSAGE.pack(operation, number, period, high)], fds)

    def _replace(self) -> None:
        """Kill the process; another one takes over when it is there."""
        log.warning("the process that makes pulses does not answer; it is replaced")
        process, self._process = cast("subprocess.Popen[bytes]", self._process), None
        process.kill()
        self._peer.close()
        self._renewing = Thread(target=self._renew, args=(process,), name="gpiod pulses", daemon=True)
        self._renewing.start()
        try:
            process.wait(_DEATH)
        except subprocess.TimeoutExpired:
            raise OSError(errno.ETIMEDOUT, "the process that makes pulses cannot be killed") from None

    def _renew(self, old: subprocess.Popen[bytes]) -> None:
        """Start a process that surely answers, and let it go on with what is pulsed by now."""
        try:
            process, peer = _spawn()
        except PinPWMUnsupported as error:
            log.warning("%s", error)
            process = None
        if process is not None and not _answers(peer):
            log.warning("the new process that makes pulses does not answer")
            _end(process, peer)
            process = None
        with self._lock:
            if self._renewing is current_thread():
                self._renewing = None
                if process is not None:
                    self._process, self._peer, process = process, peer, None
                    with contextlib.suppress(OSError):  # dead again already: found out next time
                        for number in self._pulsed:
                            self._send(START, number)
        if process is not None:
            _end(process, peer)  # closed meanwhile
        old.wait()


def _spawn() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_ANSWER)
    program = Path(__file__).with_name("pulser.py")
    try:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-S", os.fspath(program), str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )
    except OSError as error:
        ours.close()
        raise PinPWMUnsupported(f"the process that makes pulses cannot be started: {error}") from error
    return process, ours


def _answers(peer: socket.socket) -> bool:
    """Whether a new process is there, which it is once it has answered."""
    peer.settimeout(_BIRTH)
    try:
        peer.send(MESSAGE.pack(STOP, 0, 0, 0))
        return peer.recv(1) == b"."
    except OSError:
        return False
    finally:
        peer.settimeout(_ANSWER)


def _end(process: subprocess.Popen[bytes], peer: socket.socket) -> None:
    peer.close()
    try:
        process.wait(_FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class SoftwarePWM:
    """One line, pulsed while its level is neither 0 nor 1, else written and left alone."""

    def __init__(
        self, pulser: Pulser, number: int, fd: int, write: Callable[[bool], None], frequency: float
    ) -> None:
        self._pulser = pulser
        self._number = number
        self._fd = fd
        self._write = write
        self._frequency = frequency
        self._level = 0.0
        self._pulsed = False

    @property
    def frequency(self) -> float:
        """Cycles a second."""
        return self._frequency

    @frequency.setter
    def frequency(self, hertz: float) -> None:
        self._frequency = hertz
        if self._pulsed:
            self._pulse()

    @property
    def level(self) -> float:
        """Share of a cycle that the line is high, 0.0 to 1.0."""
        return self._level

    @level.setter
    def level(self, level: float) -> None:
        self._level = level
        if 0 < level < 1:
            self._pulse()
            return
        self._pulsed, was_pulsed = False, self._pulsed
        try:
            if was_pulsed:
                self._pulser.stop(self._number)
        finally:
            self._write(level >= 1)

    def stop(self) -> None:
        """Low at once, and no pulses."""
        self.level = 0.0

    def _pulse(self) -> None:
        self._pulsed = True
        self._pulser.pulse(self._number, self._fd, 1 / self._frequency, self._level / self._frequency)
