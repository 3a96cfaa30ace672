"""Pretend pins that remember everything, and a clock that moves when told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk.core.technique import Ms


class Clock:
    """Milliseconds; ``later`` calls are made by ``run_to``, in order, at their time."""

    def __init__(self) -> None:
        self.now: Ms = 0
        self.waiting: list[tuple[Ms, Callable[[], None]]] = []

    def __call__(self) -> Ms:
        return self.now

    def later(self, delay: Ms, call: Callable[[], None]) -> None:
        self.waiting.append((self.now + delay, call))

    def run_to(self, end: Ms) -> None:
        while due := [item for item in self.waiting if item[0] <= end]:
            first = min(due, key=lambda item: item[0])
            self.waiting.remove(first)
            self.now = first[0]
            first[1]()
        self.now = end


class TracingPin(MockPWMPin):
    """Remembers every change of what is on the line: ``None`` pulses a second is a steady level."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.trace: list[tuple[int | None, float]] = []

    def _note(self) -> None:
        now = (self._frequency, round(float(self._state), 4))
        if self._function == "output" and (not self.trace or self.trace[-1] != now):
            self.trace.append(now)

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        self._note()

    def _set_frequency(self, value: int | None) -> None:
        super()._set_frequency(value)
        self._note()


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    made = MockFactory(pin_class=TracingPin)
    yield made
    made.reset()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("gpiozero.pins.mock.monotonic", lambda: made.now / 1000)
    return made
