"""A Pi 4 of the kernel's character device, and the factory on it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import gpiod
import pytest
from gpiozero.pins.local import LocalPiFactory

from kiosk.devices.gpiod_pins import GpiodFactory
from tests.devices.gpiod.bench import PI_4, FakePulser, plug
from tests.devices.gpiod.fake_gpiod import Board, FakeChip


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Board:
    """A Pi 4: its chip with the header's pins, and another."""
    made = Board()
    monkeypatch.setattr(FakeChip, "board", made, raising=False)
    monkeypatch.setattr(gpiod, "Chip", FakeChip)
    monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: PI_4)
    monkeypatch.setattr(LocalPiFactory, "pins", {})
    monkeypatch.setattr("gpiozero.pins.local.monotonic", lambda: made.now / 1e9)
    plug(made, tmp_path, {"gpiochip0": "pinctrl-bcm2711", "gpiochip1": "raspberrypi-exp-gpio"})
    return made


@pytest.fixture
def pulser(monkeypatch: pytest.MonkeyPatch) -> FakePulser:
    made = FakePulser()
    monkeypatch.setattr("kiosk.devices.gpiod_pins.factory.Pulser", lambda *_: made)
    return made


@pytest.fixture
def factory(board: Board, tmp_path: Path, pulser: FakePulser) -> Iterator[GpiodFactory]:
    with GpiodFactory(dev=tmp_path, sys=tmp_path) as made:
        yield made
    assert board.opened == []
    assert [line.consumer for line in board.lines] == [None] * len(board.lines)
    assert not [one for one in threading.enumerate() if one.name.startswith("gpiod edges")]
