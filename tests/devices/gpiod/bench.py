"""What the tests of the pins on the kernel's character device share."""

import queue
from collections.abc import Callable
from pathlib import Path

from tests.devices.gpiod.fake_gpiod import Board

PI_4, PI_5 = 0xC03111, 0xC04170
#: A patience, not a pause: what is waited for comes at once, or the test fails.
PATIENCE = 10


def plug(board: Board, dev: Path, chips: dict[str, str | OSError]) -> None:
    board.chips = {str(dev / name): label for name, label in chips.items()}
    for name in chips:
        (dev / name).touch()


class FakePulser:
    """In place of the process that makes pulses: what it was told."""

    def __init__(self) -> None:
        self.said: list[object] = []

    def prepare(self) -> None:
        self.said.append("prepare")

    def pulse(self, number: int, fd: int, period: float, high: float) -> None:
        self.said.append((number, round(period, 9), round(high, 9)))

    def stop(self, number: int) -> None:
        self.said.append(("stop", number))

    def check(self) -> None:
        self.said.append("check")

    def close(self) -> None:
        self.said.append("close")


class Heard:
    """A ``when_changed`` that keeps what it was told."""

    def __init__(self) -> None:
        self.queue: queue.Queue[tuple[float, int]] = queue.Queue()

    def __call__(self, ticks: float, state: int) -> None:
        self.queue.put((ticks, state))

    def next(self) -> tuple[float, int]:
        return self.queue.get(timeout=PATIENCE)

    def all_before(self, board: Board, mark: Callable[[], None]) -> list[tuple[float, int]]:
        """Everything up to an edge that ``mark`` makes now."""
        mark()
        found = []
        while (heard := self.next())[0] < board.now / 1e9:
            found.append(heard)
        return found


class NoBacklight:
    is_present = False

    def set(self, level: float) -> None:
        pass
