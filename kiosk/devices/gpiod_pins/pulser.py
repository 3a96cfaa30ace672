"""A program of its own that pulses lines: started by ``software_pwm``, it ends when that goes away.

In the main program pulses would have to wait for Python's lock: with another thread at work a tone of 523 Hz
comes out at 95 Hz. Here nothing else runs. Uses the standard library only, and no site packages.

Messages come on a socket: an operation, the number of a line, seconds of a cycle and seconds of it that the
line is high. ``PULSE`` brings the line's file descriptor along each time, so that it says all there is to
know: who missed the messages before it does the same. ``STOP`` writes low at once and is answered, after
which nothing is written to the line any more; ``ASK`` is only answered, by the numbers of the lines that are
pulsed. At the end of the socket, however the other side ended, all lines go low.
"""

import contextlib
import fcntl
import math
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable

MESSAGE = struct.Struct("=cIdd")
PULSE, STOP, ASK = b"p", b"e", b"a"
ANSWER = b"."
"""begins an answer; the numbers follow, four bytes each"""

#: GPIO_V2_LINE_SET_VALUES_IOCTL of linux/gpio.h, for the first line of a request.
_SET = 0xC010B40F
_BITS = {False: struct.pack("QQ", 0, 1), True: struct.pack("QQ", 1, 1)}

#: Pulses shorter than this (in seconds) are waited out awake: a sleep is late by half a tenth of a
#: millisecond, which would make such a pulse half as long again. It costs 5 % of a core at a level of 5 %.
_SHORT = 300e-6


#: Before everything else that runs in real time here: a pulse is over in less than a millisecond.
_PRIORITY = 2


def claim_real_time(priority: int) -> None:
    """Let this thread run before every ordinary one (SCHED_FIFO), if the system lets it.

    It needs a limit (RLIMIT_RTPRIO) of at least ``priority``, 1 to 99. What it starts is ordinary again.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def put(fd: int, level: bool) -> None:
    """Write a level to the line."""
    fcntl.ioctl(fd, _SET, _BITS[level])


class _Line:
    def __init__(self, fd: int, cycle: tuple[float, float], now: float) -> None:
        self.fd = fd
        self.cycle = self.next_cycle = cycle
        self.high = False
        self.rise = self.due = now


class Player:
    """The lines that are pulsed, and when each of their edges is due.

    Pulses begin at multiples of the period, so errors do not add up. After a pause (the processor was away)
    what was missed is left out, and the next pulse has at least half its low before it: without it, it would
    sound, or glow, stronger. A change takes effect with the next cycle. Seconds are those of ``clock``. A
    line that fails is dropped.
    """

    def __init__(
        self, put: Callable[[int, bool], None] = put, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._put = put
        self._clock = clock
        self._lines: dict[int, _Line] = {}

    @property
    def due(self) -> float | None:
        """When ``play`` has something to do; None while nothing is pulsed."""
        return min((line.due for line in self._lines.values()), default=None)

    def handle(self, message: bytes, fds: list[int]) -> bytes:
        """Do what a message says; the answer, or nothing if it wants none."""
        operation, number, period, high = MESSAGE.unpack(message)
        if operation == PULSE:
            line = self._lines.get(number)
            if line is None:
                self._lines[number] = _Line(fds[0], (period, high), self._clock())
            else:
                os.close(line.fd)
                line.fd, line.next_cycle = fds[0], (period, high)
            return b""
        if operation == STOP:
            self._end(number)
        return ANSWER + struct.pack(f"={len(self._lines)}I", *self._lines)

    def play(self) -> None:
        """Write every edge that is due."""
        for number, line in list(self._lines.items()):
            if line.due <= self._clock():
                try:
                    self._edge(line)
                except OSError:
                    self._drop(number)

    def silence(self) -> None:
        """All lines low, and let go."""
        for number in list(self._lines):
            self._end(number)

    def _end(self, number: int) -> None:
        line = self._lines.get(number)
        if line is not None:
            with contextlib.suppress(OSError):
                self._put(line.fd, False)
            self._drop(number)

    def _edge(self, line: _Line) -> None:
        if not line.high:
            line.cycle = line.next_cycle
        period, high = line.cycle
        if not line.high:
            self._put(line.fd, True)
            line.high = True
            if high >= _SHORT:
                line.due = line.rise + high
                return
            # From when it rose, not from when it should have: its length is what is heard or seen.
            fall = self._clock() + high
            while self._clock() < fall:
                pass
        self._put(line.fd, False)
        line.high = False
        line.rise += period
        now = self._clock()
        if line.rise < now:
            line.rise += period * math.ceil((now + (period - high) / 2 - line.rise) / period)
        line.due = line.rise

    def _drop(self, number: int) -> None:
        line = self._lines.pop(number, None)
        if line is not None:
            os.close(line.fd)


def serve(peer: socket.socket, player: Player) -> None:
    """Play what comes over the socket, until its end."""
    while True:
        due = player.due
        wait = None if due is None else max(0.0, due - time.monotonic())
        if select.select([peer], [], [], wait)[0]:
            message, fds, _, _ = socket.recv_fds(peer, MESSAGE.size, 1)
            if not message:
                player.silence()
                return
            if answer := player.handle(message, fds):
                peer.send(answer)
        player.play()


def main() -> None:
    """The program: the socket's number is its only argument."""
    # Whoever ends the main program ends this one; a signal to the whole group must not come first.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError), open("/proc/self/timerslack_ns", "w") as slack:  # noqa: PTH123 - starts fast
        slack.write("1")  # else the kernel rounds sleeps up by 50 us, to save power
    claim_real_time(_PRIORITY)
    serve(socket.socket(fileno=int(sys.argv[1])), Player())


if __name__ == "__main__":
    main()
