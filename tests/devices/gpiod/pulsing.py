"""A real process that makes pulses, and what may happen to it. Its lines are none, so it gives them up."""

import queue
import signal
import threading

import pytest

from kiosk.devices.gpiod_pins.software_pwm import Pulser, _Child
from kiosk.runtime.supervision import Supervisor
from tests.devices.gpiod.bench import PATIENCE

GLOW = (12, 0.01, 0.001)
TONE = (13, 0.002, 0.001)
HIGHER = (13, 0.001, 0.0005)
"""line, seconds of a cycle, seconds of it that it is high"""


class Watched(Pulser):
    """A pulser whose renewals are heard of; its supervisor pauses only while the test says so."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.permits: queue.Queue[None] = queue.Queue()
        self.paused: queue.Queue[float] = queue.Queue()
        self.supervisor = Supervisor(wait=self._pause)
        super().__init__(self.supervisor)
        self._next: queue.Queue[_Child | None] = queue.Queue()

    def renewed(self) -> _Child | None:
        """The process that took over; None: it was not wanted any more."""
        return self._next.get(timeout=PATIENCE)

    def close(self) -> None:
        self.permits.put(None)
        super().close()

    def _renew(self, era: int) -> _Child | None:
        child = super()._renew(era)
        self._next.put(child)
        return child

    def _pause(self, _ended: threading.Event, seconds: float) -> None:
        self.pauses.append(seconds)
        if seconds:
            self.paused.put(seconds)
            self.permits.get(timeout=PATIENCE)


def pulse(pulser: Pulser, line: int, *what: tuple[int, float, float]) -> None:
    for number, period, high in what:
        pulser.pulse(number, line, period, high)


def child_of(pulser: Pulser) -> _Child:
    assert pulser._child is not None
    return pulser._child


def kill(pulser: Pulser) -> _Child:
    """As the system does where memory is short."""
    child = child_of(pulser)
    child.process.kill()
    return child


def hang(pulser: Pulser, monkeypatch: pytest.MonkeyPatch) -> _Child:
    """It answers nobody any more; nobody has to wait long to find that out."""
    child = child_of(pulser)
    child.process.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(_Child.ask, "__defaults__", (0, 0.01))
    return child
