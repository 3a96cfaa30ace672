"""Pulses made by software, for lamps and tones: a process of its own makes them."""

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

#: How long the process may take to answer, in seconds, before it is taken to hang and is killed. It answers
#: within a few milliseconds; whoever stops a tone has to wait for it.
_ANSWER = 0.15
#: How long the system may take to end a killed process, in seconds, before nobody waits for that any more.
_DEATH = 0.1
#: How long a new process may take to answer for the first time, in seconds. Nobody waits for that.
_BIRTH = 10.0
#: How long the process may take to end by itself, in seconds, when nothing is pulsed any more.
_FAREWELL = 1.0
#: How long nothing is pulsed at most, in seconds, before another process is tried: an alarm may want it.
_PAUSE = 5.0
#: Bytes of the longest answer: the header has 28 lines.
_ROOM = 1024


class PulserDied(Exception):  # noqa: N818 - what happened, for the journal; its supervisor starts the next one
    """The process that makes pulses ended, or hung and was killed. The message says which."""


@dataclass(frozen=True)
class _Child:
    """A process that makes pulses, and the socket to it."""

    process: subprocess.Popen[bytes]
    peer: socket.socket

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        """Raises ``OSError``."""
        socket.send_fds(self.peer, [MESSAGE.pack(PULSE, number, period, high)], [fd])

    def ask(self, operation: bytes, number: int = 0, patience: float = _ANSWER) -> set[int] | None:
        """The lines it pulses after that; None: no answer within ``patience`` seconds."""
        try:
            self.peer.send(MESSAGE.pack(operation, number, 0, 0))
            self.peer.settimeout(patience)
            answer = self.peer.recv(_ROOM)
            self.peer.settimeout(_ANSWER)
        except OSError:
            return None
        if not answer.startswith(ANSWER):  # the end of the socket
            return None
        return {line for (line,) in struct.iter_unpack("=I", answer[len(ANSWER) :])}

    def hang_up(self) -> None:
        """End the conversation: it ends by itself, its lines low, and who sleeps on the socket wakes."""
        with contextlib.suppress(OSError):  # it is gone
            self.peer.shutdown(socket.SHUT_RDWR)

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def let_go(self) -> None:
        """End it, in good order if it can."""
        self.hang_up()
        if not self.ends_within(_FAREWELL):
            self.process.kill()
            self.process.wait()


class Pulser:
    """The process that pulses lines, as this one sees it. It sleeps while there is nothing to pulse.

    A thread of ``supervisor``'s sleeps until the process ends, and starts the next one, which is told every
    line that is pulsed by then. One that hangs is noticed, and killed, by whoever stops a tone and by
    ``check``. May be used from any thread.
    """

    def __init__(self, supervisor: Threads | None = None) -> None:
        self._supervisor = supervisor or OwnThreads()
        self._lock = Lock()
        self._child: _Child | None = None
        """the one that pulses; None: the next one is not there yet"""
        self._pulsed: dict[int, tuple[int, float, float]] = {}
        """number of a line -> its file descriptor, seconds of a cycle, seconds of it that it is high"""
        self._keeper: Thread | None = None
        self._era = 0
        """which keeper's time it is"""
        self._hung = False
        self._trouble = ""
        """why there is no other process"""
        self._missed: set[int] = set()
        self._undead: list[subprocess.Popen[bytes]] = []

    def prepare(self) -> None:
        """Start the process, if it is not there, so that the first pulse does not have to wait for it.

        Raises ``PinPWMUnsupported`` when it cannot be started.
        """
        with self._lock:
            self._begin()

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        """Pulse the line from now on, or with the next cycle if it is pulsed already. Seconds.

        Raises ``PinPWMUnsupported`` while there is no process, none can be started, or the last ones died;
        the next one knows of this line.
        """
        with self._lock:
            self._begin()
            self._pulsed[number] = (fd, period, high)
            if self._child is None:
                self._complain()
            else:
                self._tell(self._child, number)

    def stop(self, number: int) -> None:
        """Pulse the line no more; low, if the process answers. Nothing is written to it after this returns.

        Holds its caller up for ``_ANSWER`` and ``_DEATH`` at most. Raises ``OSError`` if even then the
        process may still end what it was writing: write the level again later.
        """
        with self._lock:
            if self._pulsed.pop(number, None) is None or self._child is None:
                return
            if self._child.ask(STOP, number) is None:
                self._replace(self._child)

    def check(self) -> None:
        """See to it that what is to be pulsed is: a process that hangs is replaced, a line that it gave up is
        told to it again. Costs nothing while nothing is pulsed. Holds its caller up as ``stop`` does.

        Raises ``PinPWMUnsupported`` as ``pulse`` does, and ``OSError`` as ``stop`` does.
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
                if number not in self._missed:  # said once, until it is pulsed again
                    log.warning("line %d is not pulsed any more; it is tried again", number)
                self._tell(self._child, number)
            self._missed = missed

    def close(self) -> None:
        """End the process. May be called twice; used again, it starts again."""
        with self._lock:
            self._pulsed.clear()
            self._era += 1
            keeper, self._keeper = self._keeper, None
            child, self._child = self._child, None
            self._trouble = ""
            if keeper is not None:
                keeper.retire()
            if child is not None:
                child.let_go()
        if keeper is not None:
            keeper.join(_FAREWELL)

    def _begin(self) -> None:
        if self._keeper is None:
            self._child = _spawn()
            keep = partial(self._keep, self._era, [self._child])
            self._keeper = self._supervisor.start("gpiod pulses", keep, longest=_PAUSE)

    def _complain(self) -> None:
        """Nobody pulses. That is worth no word while the next process is about to."""
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
        """Kill the process, which does not answer; the keeper starts the next one."""
        self._hung = child.process.poll() is None
        self._child = None
        child.process.kill()
        child.hang_up()
        if not child.ends_within(_DEATH):
            raise OSError(errno.ETIMEDOUT, "the process that makes pulses cannot be killed")

    def _keep(self, era: int, begun: list[_Child]) -> None:
        """Sleep until the process ends, and raise that; begun again, start the next one first."""
        child = begun.pop() if begun else self._renew(era)
        if child is None:
            return
        sleep = select.poll()
        sleep.register(child.peer, 0)  # nothing wakes it but the end
        sleep.poll()
        with self._lock:
            closed, hung = era != self._era, self._hung
            if not closed:
                self._child, self._hung = None, False
        child.peer.close()
        if closed:
            return
        child.process.kill()
        if child.ends_within(_DEATH):
            self._darken()
        else:
            self._undead.append(child.process)
        raise PulserDied(
            "the process that makes pulses does not answer; it is replaced"
            if hung
            else f"the process that makes pulses ended ({child.process.returncode}); it is replaced"
        )

    def _renew(self, era: int) -> _Child | None:
        """Start a process that surely answers, and let it go on with what is pulsed by now; None: nobody
        wants it any more. Raises ``PinPWMUnsupported``."""
        self._undead = [process for process in self._undead if process.poll() is None]
        try:
            child = _spawn()
            if child.ask(ASK, patience=_BIRTH) is None:
                child.let_go()
                child.peer.close()
                raise PinPWMUnsupported("the new process that makes pulses does not answer")
        except PinPWMUnsupported as error:
            with self._lock:
                if era == self._era:
                    self._trouble = str(error)
            raise
        with self._lock:
            if era == self._era:
                self._child, self._trouble = child, ""
                with contextlib.suppress(OSError):  # dead again already: the keeper is about to see it
                    for number, what in self._pulsed.items():
                        child.pulse(number, *what)
                return child
        child.let_go()
        child.peer.close()
        return None

    def _darken(self) -> None:
        """A killed process leaves its lines as they are, high as likely as low."""
        with self._lock:
            for fd, _period, _high in self._pulsed.values():
                with contextlib.suppress(OSError):
                    put(fd, False)


def _spawn() -> _Child:
    """Raises ``PinPWMUnsupported``."""
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
        ours.settimeout(_ANSWER)
        undo.pop_all()
    return _Child(process, ours)


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
