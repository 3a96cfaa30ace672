"""Pulses made by software, for lamps and tones: a process of its own makes them."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from gpiozero import PinPWMUnsupported

from .pulser import CHANGE, MESSAGE, START, STOP

#: How long it may take to stop a tone, in seconds, before its process is taken to hang and is killed.
_PATIENCE = 1.0


class Pulser:
    """The process that pulses lines, as this one sees it. It sleeps while there is nothing to pulse.

    Raises ``PinPWMUnsupported`` when it cannot be started. May be used from any thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._peer: socket.socket
        self._pulsed: set[int] = set()

    def prepare(self) -> None:
        """Start the process, if it is not there, so that the first pulse does not have to wait for it."""
        with self._lock:
            self._start()

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        """Pulse the line from now on, or with the next cycle if it is pulsed already. Seconds."""
        with self._lock:
            if number in self._pulsed:
                with contextlib.suppress(OSError):
                    self._peer.send(MESSAGE.pack(CHANGE, number, period, high))
                    return
                self._end()
            self._start()
            socket.send_fds(self._peer, [MESSAGE.pack(START, number, period, high)], [fd])
            self._pulsed.add(number)

    def stop(self, number: int) -> None:
        """Leave the line alone, at whatever level it is. Nothing is written to it after this returns."""
        with self._lock:
            if number in self._pulsed:
                self._pulsed.discard(number)
                try:
                    self._peer.send(MESSAGE.pack(STOP, number, 0, 0))
                    answered = self._peer.recv(1) == b"."
                except OSError:
                    answered = False
                if not answered:
                    self._end()

    def close(self) -> None:
        """End the process. May be called twice; used again, it starts again."""
        with self._lock:
            self._end()

    def _start(self) -> None:
        if self._process is not None:
            return
        self._peer, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._peer.settimeout(_PATIENCE)
        program = Path(__file__).with_name("pulser.py")
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-S", os.fspath(program), str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                )
        except OSError as error:
            self._peer.close()
            raise PinPWMUnsupported(f"the process that makes pulses cannot be started: {error}") from error

    def _end(self) -> None:
        process, self._process = self._process, None
        self._pulsed.clear()
        if process is not None:
            self._peer.close()
            try:
                process.wait(_PATIENCE)
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
        if was_pulsed:
            self._pulser.stop(self._number)
        self._write(level >= 1)

    def stop(self) -> None:
        """Low at once, and no pulses."""
        self.level = 0.0

    def _pulse(self) -> None:
        self._pulsed = True
        self._pulser.pulse(self._number, self._fd, 1 / self._frequency, self._level / self._frequency)
