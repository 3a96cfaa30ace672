"""Time, injected: milliseconds of a clock that never jumps, as a type; and one that is moved by hand."""

from typing import Protocol

from kiosk.core.technique import Ms


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> Ms:
        """Now, in ms."""

    def seconds_until(self, moment: Ms) -> float:
        """How long to wait for ``moment``, in seconds; 0.0 if it is past."""


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
