"""A Pi 4 of the kernel's character device, and the factory on it."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import gpiod
import pytest
from gpiozero.pins.local import LocalPiFactory

from kiosk.devices.gpiod_pins import GpiodFactory, software_pwm
from kiosk.devices.gpiod_pins.pulser import MESSAGE
from kiosk.devices.gpiod_pins.software_pwm import _Child
from tests.devices.gpiod.bench import PATIENCE, PI_4, FakePulser, plug
from tests.devices.gpiod.fake_gpiod import Board, FakeChip
from tests.devices.gpiod.pulsing import Watched


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


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """The real process that makes pulses; a busy machine makes it no hanging one."""
    monkeypatch.setattr(_Child.ask, "__defaults__", (0, PATIENCE))
    made = Watched()
    yield made
    made.close()


@pytest.fixture
def line() -> Iterator[int]:
    fd = os.eventfd(0)
    yield fd
    os.close(fd)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float, float]]:
    """What the processes were told to pulse."""
    sent = []
    send = socket.send_fds

    def keep(peer: socket.socket, messages: list[bytes], fds: list[int]) -> int:
        _operation, number, period, high = MESSAGE.unpack(messages[0])
        sent.append((number, period, high))
        return send(peer, messages, fds)

    monkeypatch.setattr(socket, "send_fds", keep)
    return sent


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """What this process writes to lines in place of one that is dead."""
    levels: list[tuple[int, bool]] = []
    monkeypatch.setattr(software_pwm, "put", lambda fd, level: levels.append((fd, level)))
    return levels
