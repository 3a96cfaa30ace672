"""The pulse process: a program that generates software PWM. It is started by ``software_pwm``.

In the main program pulses would have to wait for Python's global interpreter lock: beside a computing thread,
a tone of 523 Hz came out at 95 Hz. This program has one thread. It uses the standard library only, without
site-packages.

Messages are received on a socket. Each has an operation, the number of a line, and its period and pulse
width in seconds. ``PULSE`` always includes the file descriptor of the line, so that a new process needs no
earlier message. ``STOP`` sets the line low and is answered; nothing is written to the line after the answer.
``ASK`` is only answered. An answer lists the numbers of the lines that are pulsed. When the socket is closed,
for whatever reason, all lines are set low and the program ends.
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

#: Operation, line number, period in seconds, pulse width in seconds.
MESSAGE = struct.Struct("=cIdd")
PULSE, STOP, ASK = b"p", b"e", b"a"
ANSWER = b"."
"""first byte of an answer; the line numbers follow, four bytes each"""

#: GPIO_V2_LINE_SET_VALUES_IOCTL of linux/gpio.h.
_SET = 0xC010B40F
#: struct gpio_v2_line_values: the value and the mask of the first line of a request.
_BITS = {False: struct.pack("QQ", 0, 1), True: struct.pack("QQ", 1, 1)}

#: Pulses shorter than this, in seconds, are timed in a busy loop: a sleep is late by about 50 us, which would
#: lengthen such a pulse by half. At a duty cycle of 5 % this costs 5 % of a core.
_SHORT = 300e-6


#: Real-time priority (SCHED_FIFO), above that of the edge thread: a pulse takes less than 1 ms.
_PRIORITY = 2


def claim_real_time(priority: int) -> None:
    """Schedule this thread with SCHED_FIFO at ``priority`` (1 to 99), if permitted; else do nothing.

    Needs RLIMIT_RTPRIO of at least ``priority``. Threads and processes that it starts do not inherit it.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def put(fd: int, level: bool) -> None:
    """Set a line to a level. Raises ``OSError``."""
    fcntl.ioctl(fd, _SET, _BITS[level])


class _Line:
    def __init__(self, fd: int, cycle: tuple[float, float], now: float) -> None:
        self.fd = fd
        self.cycle = self.next_cycle = cycle
        self.high = False
        self.rise = self.due = now


class Player:
    """Generates the pulses of all lines: knows when each edge is due, and writes it.

    Pulses start at multiples of the period, so errors do not add up. After a delay (the process was not
    scheduled) missed pulses are skipped, and at least half of the usual low time precedes the next pulse;
    otherwise it would sound, or glow, stronger. A change takes effect with the next cycle. Times are seconds
    of ``clock``. A line that cannot be written is dropped.
    """

    def __init__(
        self, put: Callable[[int, bool], None] = put, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._put = put
        self._clock = clock
        self._lines: dict[int, _Line] = {}

    @property
    def due(self) -> float | None:
        """When the next edge is due; None if no line is pulsed."""
        return min((line.due for line in self._lines.values()), default=None)

    def handle(self, message: bytes, fds: list[int]) -> bytes:
        """Handle a message; return the answer, or b"" for ``PULSE``, which has none.

        Takes over the file descriptors in ``fds``.
        """
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
        """Set all lines low and drop them."""
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
            # Timed from the actual rise, even if it was late: the pulse width is what is heard or seen.
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
    """Handle the messages of the socket and generate the pulses, until the socket is closed."""
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
    """Run the program; its only argument is the file descriptor of the socket."""
    # It ends with the main program. A signal to the process group must not end it earlier.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError), open("/proc/self/timerslack_ns", "w") as slack:  # noqa: PTH123 - starts fast
        slack.write("1")  # the default lets the kernel delay wake-ups by 50 us
    claim_real_time(_PRIORITY)
    serve(socket.socket(fileno=int(sys.argv[1])), Player())


if __name__ == "__main__":
    main()
