"""Time, injected: milliseconds of a clock that never jumps; and local time. Only what stands alone
(``supervise``, the pin factory's pulses) reads that clock itself."""

import time
from datetime import datetime
from typing import Protocol

from kiosk.core.technique import Ms


def local_now() -> datetime:
    """The local time, with its offset from UTC, by the time zone that is set now: whoever moves
    /etc/localtime need not restart anything. The C library looks at that file only when it is told to,
    and reads it only if it is another one: 2 microseconds."""
    time.tzset()
    return datetime.now().astimezone()


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> Ms:
        """Now, in ms."""

    def seconds_until(self, moment: Ms) -> float:
        """How long to wait for ``moment``, in seconds; 0.0 if it is past."""


class SystemClock:
    """The machine's monotonic clock (the kernel's CLOCK_MONOTONIC)."""

    def now(self) -> Ms:
        """Now, in whole ms since the machine started."""
        return time.monotonic_ns() // 1_000_000

    def seconds_until(self, moment: Ms) -> float:
        """As exactly as the clock ticks, so that an edge is not up to a millisecond early or late."""
        return max(0.0, moment / 1000 - time.monotonic_ns() / 1e9)

    def sleep_until(self, moment: Ms) -> None:
        """Wait here for ``moment``."""
        time.sleep(self.seconds_until(moment))


class SimulatedClock:
    """A clock that stands still until it is moved. Used by tests and by rehearsals."""

    def __init__(self, now: Ms = 0) -> None:
        self._now = now

    def now(self) -> Ms:
        """Where it was moved to."""
        return self._now

    def move_to(self, moment: Ms) -> None:
        """Forward to ``moment``; never back."""
        self._now = max(self._now, moment)

    def seconds_until(self, moment: Ms) -> float:
        """Nothing waits on this clock."""
        return max(0, moment - self._now) / 1000
