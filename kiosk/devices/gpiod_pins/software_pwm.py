"""Software PWM for lamps and tones: controls the pulse process (``pulser``)."""

import contextlib
import errno
import logging
import os
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from gpiozero import PinPWMUnsupported

from .pulser import ANSWER, ASK, MESSAGE, PULSE, STOP, put
from .threads import OwnThreads, Thread, Threads

log = logging.getLogger(__name__)

#: Longest time to an answer, in seconds; a process that takes longer is considered hung and is killed. It
#: usually answers within a few ms. The caller that stops a tone waits for the answer.
_ANSWER_TIMEOUT = 0.15
#: Longest wait for the end of a killed process, in seconds.
_KILL_TIMEOUT = 0.1
#: Longest time to the first answer of a new process, in seconds. No caller waits for it.
_START_TIMEOUT = 10.0
#: Longest time for the process to end by itself after its socket was closed, in seconds.
_END_TIMEOUT = 1.0
#: Longest pause before another process is started, in seconds: an alarm may need it.
_PAUSE = 5.0
#: Bytes to receive for an answer; the longest has 28 line numbers of four bytes.
_ANSWER_SIZE = 1024


class PulserDied(Exception):  # noqa: N818 - an event for the log; the supervisor starts the next process
    """The pulse process ended, or hung and was killed. The message says which."""


@dataclass(frozen=True)
class _Child:
    """A pulse process, and our end of its socket."""

    process: subprocess.Popen[bytes]
    peer: socket.socket

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        """Send ``PULSE``. Raises ``OSError``."""
        socket.send_fds(self.peer, [MESSAGE.pack(PULSE, number, period, high)], [fd])

    def ask(self, operation: bytes, number: int = 0, timeout: float = _ANSWER_TIMEOUT) -> set[int] | None:
        """The lines it pulses after the operation; None without an answer within ``timeout`` seconds."""
        try:
            self.peer.send(MESSAGE.pack(operation, number, 0, 0))
            self.peer.settimeout(timeout)
            answer = self.peer.recv(_ANSWER_SIZE)
            self.peer.settimeout(_ANSWER_TIMEOUT)
        except OSError:
            return None
        if not answer.startswith(ANSWER):  # the socket was closed
            return None
        return {line for (line,) in struct.iter_unpack("=I", answer[len(ANSWER) :])}

    def hang_up(self) -> None:
        """Shut the socket down: the process sets its lines low and ends; the thread in ``_keep`` wakes."""
        with contextlib.suppress(OSError):  # the process has ended already
            self.peer.shutdown(socket.SHUT_RDWR)

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end of the process; False if it is still running after ``seconds``."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def let_go(self) -> None:
        """End the process; kill it if it does not end by itself."""
        self.hang_up()
        if not self.ends_within(_END_TIMEOUT):
            self.process.kill()
            self.process.wait()


class Pulser:
    """Controls the pulse process, which sleeps while no line is pulsed. Thread-safe.

    A thread of ``supervisor`` waits for the end of the process and then starts the next one, with all lines
    that are to be pulsed. A process that hangs is detected, and killed, by ``stop`` and ``check``.
    """

    def __init__(self, supervisor: Threads | None = None) -> None:
        self._supervisor = supervisor or OwnThreads()
        self._lock = Lock()
        self._child: _Child | None = None
        """the current process; None before the first one, and until the next one is started"""
        self._pulsed: dict[int, tuple[int, float, float]] = {}
        """line number -> file descriptor, period in seconds, pulse width in seconds"""
        self._keeper: Thread | None = None
        self._generation = 0
        """counts calls of ``close``; a keeper of an earlier generation ends"""
        self._hung = False
        self._trouble = ""
        """why the next process could not be started"""
        self._missed: set[int] = set()
        """lines that the process had dropped at the last check"""
        self._unkilled: list[subprocess.Popen[bytes]] = []
        """killed processes that had not ended in time"""

    def prepare(self) -> None:
        """Start the process, if it is not running, so that the first pulse does not have to wait for it.

        Raises ``PinPWMUnsupported`` if it cannot be started.
        """
        with self._lock:
            self._begin()

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        """Pulse a line, or change its pulses from the next cycle on. ``period`` and ``high`` are in seconds.

        Raises ``PinPWMUnsupported`` if no process can be started or the last ones have died; the next process
        will pulse the line.
        """
        with self._lock:
            self._begin()
            self._pulsed[number] = (fd, period, high)
            if self._child is None:
                self._complain()
            else:
                self._tell(self._child, number)

    def stop(self, number: int) -> None:
        """Stop pulsing a line; the process, if it responds, sets it low. Nothing is written to the line after
        this returns.

        Blocks for at most 0.25 s (``_ANSWER_TIMEOUT`` and ``_KILL_TIMEOUT``). Raises ``OSError`` if the
        process hangs and could not be killed in that time; it may still write, so set the level again later.
        """
        with self._lock:
            if self._pulsed.pop(number, None) is None or self._child is None:
                return
            if self._child.ask(STOP, number) is None:
                self._replace(self._child)

    def check(self) -> None:
        """Replace a process that hangs; send the process those lines again that it has dropped. Does nothing
        while no line is pulsed. Blocks as long as ``stop``.

        Raises ``PinPWMUnsupported`` like ``pulse``, and ``OSError`` like ``stop``.
        """
        with self._lock:
            if not self._pulsed:
                return
            if self._child is None:
                self._complain()
                return
            known = self._child.ask(ASK)
            if known is None:
                self._replace(self._child)
                return
            missed = self._pulsed.keys() - known
            for number in sorted(missed):
                if number not in self._missed:  # logged once, until the line is pulsed again
                    log.warning("line %d is not pulsed any more; it is tried again", number)
                self._tell(self._child, number)
            self._missed = missed

    def close(self) -> None:
        """End the process. May be called twice; the next ``prepare`` or ``pulse`` starts a new one."""
        with self._lock:
            self._pulsed.clear()
            self._generation += 1
            keeper, self._keeper = self._keeper, None
            child, self._child = self._child, None
            self._trouble = ""
            if keeper is not None:
                keeper.retire()
            if child is not None:
                child.let_go()
        if keeper is not None:
            keeper.join(_END_TIMEOUT)

    def _begin(self) -> None:
        if self._keeper is None:
            self._child = _spawn()
            keep = partial(self._keep, self._generation, [self._child])
            self._keeper = self._supervisor.start("gpiod pulses", keep, longest=_PAUSE)

    def _complain(self) -> None:
        """There is no process: raise, unless the next one is just being started."""
        if self._trouble:
            raise PinPWMUnsupported(self._trouble)
        if self._keeper is not None and self._keeper.is_pausing:
            raise PinPWMUnsupported("the process that makes pulses ended again; the next one is to come")

    def _tell(self, child: _Child, number: int) -> None:
        try:
            child.pulse(number, *self._pulsed[number])
        except OSError:
            self._replace(child)

    def _replace(self, child: _Child) -> None:
        """Kill a process that does not respond; the keeper then starts the next one."""
        self._hung = child.process.poll() is None
        self._child = None
        child.process.kill()
        child.hang_up()
        if not child.ends_within(_KILL_TIMEOUT):
            raise OSError(errno.ETIMEDOUT, "the process that makes pulses cannot be killed")

    def _keep(self, generation: int, first: list[_Child]) -> None:
        """Wait for the end of the process, then raise ``PulserDied``, so that the supervisor calls this
        again, which starts the next one. ``first`` holds the process that the first call waits for."""
        child = first.pop() if first else self._renew(generation)
        if child is None:
            return
        sleep = select.poll()
        sleep.register(child.peer, 0)  # only POLLHUP and POLLERR end the wait, not an answer
        sleep.poll()
        with self._lock:
            closed, hung = generation != self._generation, self._hung
            if not closed:
                self._child, self._hung = None, False
        child.peer.close()
        if closed:
            return
        child.process.kill()
        if child.ends_within(_KILL_TIMEOUT):
            self._set_low()
        else:
            self._unkilled.append(child.process)
        raise PulserDied(
            "the process that makes pulses does not answer; it is replaced"
            if hung
            else f"the process that makes pulses ended ({child.process.returncode}); it is replaced"
        )

    def _renew(self, generation: int) -> _Child | None:
        """Start a process, wait for its first answer, and send it all lines; None if the factory was closed
        meanwhile. Raises ``PinPWMUnsupported``."""
        self._unkilled = [process for process in self._unkilled if process.poll() is None]
        try:
            child = _spawn()
            if child.ask(ASK, timeout=_START_TIMEOUT) is None:
                child.let_go()
                child.peer.close()
                raise PinPWMUnsupported("the new process that makes pulses does not answer")
        except PinPWMUnsupported as error:
            with self._lock:
                if generation == self._generation:
                    self._trouble = str(error)
            raise
        with self._lock:
            if generation == self._generation:
                self._child, self._trouble = child, ""
                with contextlib.suppress(OSError):  # it has died again: the keeper is about to notice
                    for number, what in self._pulsed.items():
                        child.pulse(number, *what)
                return child
        child.let_go()
        child.peer.close()
        return None

    def _set_low(self) -> None:
        """Set all lines low that a killed process may have left high."""
        with self._lock:
            for fd, _period, _high in self._pulsed.values():
                with contextlib.suppress(OSError):
                    put(fd, False)


def _spawn() -> _Child:
    """Start a pulse process. Raises ``PinPWMUnsupported``."""
    program = Path(__file__).with_name("pulser.py")
    with contextlib.ExitStack() as undo:
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undo.callback(ours.close)
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-S", os.fspath(program), str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                )
        except (OSError, subprocess.SubprocessError) as error:
            raise PinPWMUnsupported(f"the process that makes pulses cannot be started: {error}") from error
        ours.settimeout(_ANSWER_TIMEOUT)
        undo.pop_all()
    return _Child(process, ours)


class SoftwarePWM:
    """PWM on one line: pulsed while the level is between 0 and 1, else set low or high.

    ``fd`` is the file descriptor of the line request, ``write`` sets the line, ``frequency`` is in Hz.
    """

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
        """Frequency in Hz. Setting it raises ``PinPWMUnsupported`` like ``Pulser.pulse``."""
        return self._frequency

    @frequency.setter
    def frequency(self, hertz: float) -> None:
        self._frequency = hertz
        if self._pulsed:
            self._pulse()

    @property
    def level(self) -> float:
        """Duty cycle, 0.0 to 1.0. Setting it raises like ``Pulser.pulse`` and ``Pulser.stop``."""
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
        """Stop the pulses and set the line low. Raises ``OSError`` like ``Pulser.stop``."""
        self.level = 0.0

    def _pulse(self) -> None:
        self._pulsed = True
        self._pulser.pulse(self._number, self._fd, 1 / self._frequency, self._level / self._frequency)
