"""What is written to the kernel's files for the pulses of the hardware."""

import errno
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from gpiozero import (
    PWMLED,
    DigitalInputDevice,
    GPIOPinInUse,
    PinEdgeDetectUnsupported,
    PinFixedPull,
    PinInvalidFunction,
    PinInvalidState,
    PinPWMUnsupported,
)

from kiosk.core.signals import Volume
from kiosk.devices.buzzer import PassiveBuzzer
from kiosk.devices.gpiod_pins import GpiodFactory, GpiodPin, GpiodPWMPin, hardware_pwm
from kiosk.devices.lamp import Lamp
from kiosk.devices.pins import Pins
from kiosk.devices.safe import safe_outputs
from tests.devices.gpiod.bench import NoBacklight
from tests.devices.gpiod.fake_gpiod import Board


class Tree:
    """``/sys`` of a board: PWM chips, their pins, and a kernel that answers writes (drivers/pwm/core.c)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[tuple[str, int]] = []
        self.busy: set[str] = set()
        self.after_export: Callable[[Path], None] = lambda _folder: None
        self._handles = iter(range(100, 200))
        (root / "class/pwm").mkdir(parents=True)
        self.controller = root / "bus/gpio/devices/gpiochip0/of_node"
        self.controller.mkdir(parents=True)

    def chip(self, number: int, kind: str, pins: list[int], *, named: bool = False) -> Path:
        handle = next(self._handles)
        node = self.root / f"class/pwm/pwmchip{number}/device/of_node"
        node.mkdir(parents=True)
        (node / "compatible").write_bytes(kind.encode() + b"\0")
        (node / "pinctrl-0").write_bytes(struct.pack(">I", handle))
        group = self.controller / f"pwm_pins_{number}"
        group.mkdir()
        (group / "phandle").write_bytes(struct.pack(">I", handle))
        if named:
            (group / "pins").write_bytes("".join(f"gpio{pin}\0" for pin in pins).encode())
        else:
            (group / "brcm,pins").write_bytes(struct.pack(f">{len(pins)}I", *pins))
        return node.parents[1]

    def exported(self, chip: Path, channel: int, *, period: int = 0, duty: int = 0, enable: int = 0) -> Path:
        folder = chip / f"pwm{channel}"
        folder.mkdir()
        for name, value in (("period", period), ("duty_cycle", duty), ("enable", enable)):
            (folder / name).write_text(f"{value}\n")
        return folder

    def write(self, path: Path, value: int) -> None:
        where = str(path.relative_to(self.root / "class/pwm"))
        if path.name == "export":
            if where in self.busy:
                raise OSError(errno.EBUSY, "Device or resource busy")
            self.after_export(self.exported(path.parent, value))
        elif path.name == "unexport":
            folder = path.parent / f"pwm{value}"
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        else:
            now = {name: int((path.parent / name).read_text()) for name in ("period", "duty_cycle", "enable")}
            then = {**now, path.name: value}
            if not then["period"] or then["duty_cycle"] > then["period"] or then["period"] > 4_000_000_000:
                raise OSError(errno.EINVAL, "Invalid argument")
            path.write_text(f"{value}\n")
        self.written.append((where, value))


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tree:
    made = Tree(tmp_path / "sys")
    monkeypatch.setattr(hardware_pwm, "_write", made.write)
    return made


class TestChannels:
    @pytest.mark.parametrize(
        ("kind", "pins", "channels"),
        [
            ("brcm,bcm2835-pwm", [12, 13], {12: 0, 13: 1, 18: None, 19: None}),
            ("brcm,bcm2835-pwm", [18, 19], {12: None, 18: 0, 19: 1}),
            ("brcm,bcm2835-pwm", [13], {12: None, 13: 1}),
            ("raspberrypi,rp1-pwm", [12, 13], {12: 0, 13: 1, 18: None}),
            ("raspberrypi,rp1-pwm", [18, 19], {18: 2, 19: 3, 13: None}),
            ("pwm-gpio", [23], {23: 0, 24: None}),
            ("pwm-gpio", [23, 24], {23: 0, 24: 1}),
            ("vendor,unknown-pwm", [12], {12: None}),
        ],
    )
    @pytest.mark.parametrize("named", [False, True])
    def test_are_those_that_the_overlay_connects(
        self, tree: Tree, kind: str, pins: list[int], channels: dict[int, int | None], named: bool
    ) -> None:
        tree.chip(1, "brcm,bcm2835-pwm", [40, 41])  # the headphones of a Pi 4
        chip = tree.chip(7, kind, pins, named=named)
        found = {pin: hardware_pwm.find_channel(pin, tree.controller, tree.root) for pin in channels}
        assert found == {
            pin: None if channel is None else (chip, channel) for pin, channel in channels.items()
        }

    def test_a_pwm_that_the_device_tree_does_not_know(self, tree: Tree) -> None:
        (tree.root / "class/pwm/pwmchip0/device").mkdir(parents=True)
        assert hardware_pwm.find_channel(12, tree.controller, tree.root) is None

    def test_a_machine_without_pwm(self, tmp_path: Path) -> None:
        assert hardware_pwm.find_channel(12, tmp_path, tmp_path) is None


class TestPins:
    @pytest.fixture
    def factory(self, tree: Tree, board: Board, tmp_path: Path) -> GpiodFactory:
        tree.chip(0, "brcm,bcm2835-pwm", [12, 13])
        return GpiodFactory(dev=tmp_path, sys=tree.root)

    def test_a_tune_and_a_clean_end(self, factory: GpiodFactory, tree: Tree, board: Board) -> None:
        before = threading.active_count()
        with factory, PassiveBuzzer(13, factory) as buzzer:
            buzzer.play(500, Volume.HIGH)
            buzzer.play(800, Volume.HIGH)
            buzzer.play(400, Volume.LOW)
            assert threading.active_count() == before
            buzzer.play(0, Volume.LOW)
        assert tree.written == [
            ("pwmchip0/export", 1),
            ("pwmchip0/pwm1/period", 1_000_000),
            ("pwmchip0/pwm1/period", 2_000_000),
            ("pwmchip0/pwm1/duty_cycle", 1_000_000),
            ("pwmchip0/pwm1/enable", 1),
            # never longer than its period, not for a moment
            ("pwmchip0/pwm1/period", 1_250_000),
            ("pwmchip0/pwm1/duty_cycle", 625_000),
            ("pwmchip0/pwm1/period", 2_500_000),
            ("pwmchip0/pwm1/duty_cycle", 1_250_000),
            ("pwmchip0/pwm1/duty_cycle", 125_000),
            ("pwmchip0/pwm1/period", 1_000_000),
            ("pwmchip0/pwm1/duty_cycle", 0),
            ("pwmchip0/pwm1/enable", 0),
            ("pwmchip0/unexport", 1),
        ]
        assert board.lines[13].history == []  # as a line it would be lost to the PWM

    def test_a_lamp_from_off_to_full(self, factory: GpiodFactory, tree: Tree) -> None:
        with factory, Lamp(12, factory) as lamp:
            lamp.set(0.01)
            assert factory.pin(12).state == pytest.approx(0.003)
            lamp.set(1.0)
            assert [(factory.pin(12).frequency, factory.pin(12).state)] == [(None, 1)]
            lamp.set(0.0)
        assert tree.written[-5:] == [
            ("pwmchip0/pwm0/duty_cycle", 1_000_000),
            ("pwmchip0/pwm0/enable", 1),
            ("pwmchip0/pwm0/duty_cycle", 0),
            ("pwmchip0/pwm0/enable", 0),
            ("pwmchip0/unexport", 0),
        ]

    def test_what_a_killed_program_left_playing_is_silenced(
        self, factory: GpiodFactory, tree: Tree, board: Board
    ) -> None:
        chip = tree.root / "class/pwm/pwmchip0"
        tree.exported(chip, 1, period=2_000_000, duty=1_000_000, enable=1)
        with factory:
            assert safe_outputs(Pins(), factory, NoBacklight()) == []
        assert tree.written[0] == ("pwmchip0/pwm1/enable", 0)
        assert not (chip / "pwm1").exists()
        assert not (chip / "pwm0").exists()

    def test_other_pins_are_lines(self, factory: GpiodFactory, tree: Tree, tmp_path: Path) -> None:
        with factory:
            assert isinstance(factory.pin(12), GpiodPWMPin)
            assert isinstance(factory.pin(5), GpiodPin)
        with GpiodFactory(dev=tmp_path, sys=tree.root, hardware_pwm=False) as plain:
            assert isinstance(plain.pin(12), GpiodPin)

    def test_it_is_an_output_and_nothing_else(self, factory: GpiodFactory, tree: Tree) -> None:
        with factory:
            pin = factory.pin(12)
            with pytest.raises(PinInvalidFunction, match="GPIO12: it is the output of a PWM"):
                DigitalInputDevice(12, pin_factory=factory)
            with pytest.raises(PinFixedPull):
                pin.pull = "up"
            with pytest.raises(PinEdgeDetectUnsupported):
                pin.when_changed = print
            with pytest.raises(PinInvalidState):
                pin.state = 2
            with pytest.raises(PinPWMUnsupported, match="above 0 Hz"):
                pin.frequency = -1
            with pytest.raises(PinPWMUnsupported, match=r"cannot make 0\.1 Hz"):
                pin.frequency = 0.1
            assert (pin.function, pin.pull, pin.frequency, pin.state) == ("output", "floating", None, 0)

    def test_gpiozeros_own_led(self, factory: GpiodFactory, tree: Tree) -> None:
        with factory, PWMLED(12, pin_factory=factory, frequency=1000) as led:
            led.value = 0.25
            assert led.value == 0.25
            assert tree.written[-2:] == [("pwmchip0/pwm0/duty_cycle", 250_000), ("pwmchip0/pwm0/enable", 1)]

    def test_a_channel_of_a_fan(self, factory: GpiodFactory, tree: Tree) -> None:
        tree.busy.add("pwmchip0/export")
        with factory, pytest.raises(GPIOPinInUse, match=r"GPIO12 is in use by a driver of the kernel"):
            PWMLED(12, pin_factory=factory)

    def test_waits_for_udev(self, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
        chip = tree.chip(0, "brcm,bcm2835-pwm", [12, 13])
        answers = iter([False, False, True])
        slept: list[float] = []
        monkeypatch.setattr(os, "access", lambda *_: next(answers))
        pwm = hardware_pwm.HardwarePWM(chip, 0, sleep=slept.append)
        assert slept == [0.01, 0.01]
        assert repr(pwm) == "pwmchip0/pwm0"


def test_without_permission_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError, match="let udev give it to the group gpio"):
        hardware_pwm._write(tmp_path / "enable", 1)


def test_what_is_written_is_a_number(tmp_path: Path) -> None:
    (tmp_path / "period").write_text("")
    hardware_pwm._write(tmp_path / "period", 42)
    assert (tmp_path / "period").read_text() == "42"
    with pytest.raises(FileNotFoundError):
        hardware_pwm._write(tmp_path / "nothing", 1)
