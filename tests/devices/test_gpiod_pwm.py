"""Pulses: when software's are due, and what is written to the kernel's files for the hardware's."""

import errno
import os
import queue
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import gpiod
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
from gpiozero.pins.local import LocalPiFactory
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.signals import Volume
from kiosk.devices.buzzer import PassiveBuzzer
from kiosk.devices.gpiod_pins import GpiodFactory, GpiodPin, GpiodPWMPin, hardware_pwm, software_pwm
from kiosk.devices.gpiod_pins.pulser import CHANGE, MESSAGE, START, STOP, Player, serve
from kiosk.devices.gpiod_pins.software_pwm import Pulser
from kiosk.devices.lamp import Lamp
from kiosk.devices.pins import Pins
from kiosk.devices.safe import safe_outputs
from tests.devices.fake_gpiod import Board, FakeChip
from tests.devices.test_gpiod_pins import PATIENCE, PI_4, NoBacklight


class Desk:
    """A player whose time moves when told, and what it wrote."""

    def __init__(self) -> None:
        self.now = 10.0
        self.written: list[tuple[float, bool]] = []
        self.broken = False
        #: how much later than asked this one gets the processor
        self.late = 0.0
        self.player = Player(self._put, self._clock)

    def start(self, period: float, high: float, number: int = 13) -> int:
        fd = os.eventfd(0)
        self.player.handle(MESSAGE.pack(START, number, period, high), [fd])
        return fd

    def change(self, period: float, high: float) -> None:
        self.player.handle(MESSAGE.pack(CHANGE, 13, period, high), [])

    def run_to(self, end: float) -> None:
        while (due := self.player.due) is not None and max(self.now, due + self.late) <= end:
            self.now = max(self.now, due + self.late)
            self.late = 0.0
            self.player.play()
        self.now = max(self.now, end)

    def _put(self, fd: int, level: bool) -> None:
        if self.broken:
            raise OSError(errno.ENODEV, "No such device")
        self.written.append((round(self.now, 6), level))

    def _clock(self) -> float:
        self.now += 1e-7  # so that waiting awake ends
        return self.now


@pytest.fixture
def desk() -> Desk:
    return Desk()


def closed(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return True
    return False


class TestPlayer:
    def test_pulses_are_at_multiples_of_the_period(self, desk: Desk) -> None:
        desk.start(0.002, 0.001)
        desk.late = 0.0005  # the first one only: it does not delay the others
        desk.run_to(10.0081)
        assert desk.written == [
            (pytest.approx(at, abs=2e-5), level)
            for at, level in (
                (10.0005, True), (10.001, False), (10.002, True), (10.003, False), (10.004, True),
                (10.005, False), (10.006, True), (10.007, False), (10.008, True),
            )
        ]  # fmt: skip

    def test_a_short_pulse_is_as_long_as_it_should_be_however_late(self, desk: Desk) -> None:
        desk.start(0.002, 0.0001)
        desk.late = 0.0003
        desk.run_to(10.0015)
        (rise, up), (fall, down) = desk.written
        assert (up, down) == (True, False)
        assert rise == pytest.approx(10.0003, abs=1e-6)
        assert fall - rise == pytest.approx(0.0001, abs=2e-6)

    @pytest.mark.parametrize(
        ("pause", "goes_on"), [(0.0012, 10.004), (0.1, 10.102), (0.1003, 10.102), (0.1007, 10.104)]
    )
    def test_after_a_pause_it_is_on_the_beat_again_without_a_burst(
        self, desk: Desk, pause: float, goes_on: float
    ) -> None:
        desk.start(0.002, 0.001)
        desk.run_to(10.0005)
        desk.late = pause
        desk.run_to(goes_on + 0.0005)
        assert [(pytest.approx(at, abs=1e-5), level) for at, level in desk.written] == [
            (10.0, True),
            (10.001 + pause, False),
            (goes_on, True),
        ]

    def test_a_change_waits_for_the_next_cycle(self, desk: Desk) -> None:
        desk.start(0.002, 0.001)
        desk.run_to(10.0005)
        desk.change(0.004, 0.003)
        desk.run_to(10.0091)
        assert [(pytest.approx(at, abs=2e-5), level) for at, level in desk.written] == [
            (10.0, True), (10.001, False), (10.002, True), (10.005, False), (10.006, True), (10.009, False)
        ]  # fmt: skip

    def test_two_lines_at_once(self, desk: Desk) -> None:
        desk.start(0.010, 0.005, number=12)
        desk.start(0.002, 0.001, number=13)
        desk.run_to(10.0199)
        assert sum(level for _, level in desk.written) == 2 + 10
        assert desk.player.handle(MESSAGE.pack(STOP, 13, 0, 0), []) is True
        desk.written.clear()
        desk.run_to(10.0299)
        assert [level for _, level in desk.written] == [True, False]

    def test_stopped_it_lets_go_of_the_line_and_writes_no_more(self, desk: Desk) -> None:
        fd = desk.start(0.002, 0.001)
        desk.run_to(10.0005)
        desk.player.handle(MESSAGE.pack(STOP, 13, 0, 0), [])
        assert (desk.player.due, closed(fd)) == (None, True)
        assert desk.player.handle(MESSAGE.pack(STOP, 13, 0, 0), []) is True
        desk.change(0.002, 0.001)
        desk.run_to(10.1)
        assert [level for _, level in desk.written] == [True]

    def test_a_line_that_fails_is_dropped(self, desk: Desk) -> None:
        fd = desk.start(0.002, 0.001)
        desk.broken = True
        desk.run_to(11.0)
        assert (desk.player.due, closed(fd), desk.written) == (None, True, [])

    def test_silence_is_low(self, desk: Desk) -> None:
        fds = [desk.start(0.002, 0.001, number) for number in (12, 13)]
        desk.run_to(10.0005)
        desk.written.clear()
        desk.player.silence()
        assert [level for _, level in desk.written] == [False, False]
        assert [closed(fd) for fd in fds] == [True, True]

    @given(st.lists(st.tuples(st.floats(0, 0.01), st.sampled_from([0.0003, 0.001, 0.0017])), max_size=20))
    def test_always_alternates_and_never_bursts(self, pauses: list[tuple[float, float]]) -> None:
        desk = Desk()
        desk.start(0.002, 0.001)
        for late, high in pauses:
            desk.late = late
            desk.change(0.002, high)
            desk.run_to((desk.player.due or 0) + late)
        assert [level for _, level in desk.written] == [n % 2 == 0 for n in range(len(desk.written))]
        rises = [at for at, level in desk.written if level]
        beats = [(at - 10.0) / 0.002 for at in rises]
        # at most one pulse in each cycle of the beat
        assert len({int(number + 0.01) for number in beats}) == len(beats)


class TestServe:
    """The player at the other end of a socket, in a thread of the test."""

    def test_until_the_socket_ends(self) -> None:
        written: queue.Queue[bool] = queue.Queue()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        player = Player(lambda _fd, level: written.put(level))
        thread = threading.Thread(target=serve, args=(theirs, player))
        thread.start()
        with theirs, ours:
            ours.settimeout(PATIENCE)
            line = os.eventfd(0)
            socket.send_fds(ours, [MESSAGE.pack(START, 13, 0.001, 0.0005)], [line])
            first = [written.get(timeout=PATIENCE) for _ in range(20)]
            ours.send(MESSAGE.pack(STOP, 13, 0, 0))
            assert ours.recv(1) == b"."
            rest = [written.get_nowait() for _ in range(written.qsize())]
            assert first + rest == [number % 2 == 0 for number in range(len(first + rest))]
            socket.send_fds(ours, [MESSAGE.pack(START, 13, 1000, 500)], [line])
            assert written.get(timeout=PATIENCE) is True
            os.close(line)
            ours.shutdown(socket.SHUT_RDWR)
            assert written.get(timeout=PATIENCE) is False
            thread.join(PATIENCE)
        assert not thread.is_alive()
        assert written.empty()


class TestPulser:
    """The real process; what it is given is no line, so it drops it."""

    @pytest.fixture
    def pulser(self) -> Iterator[Pulser]:
        made = Pulser()
        yield made
        made.close()

    @pytest.fixture
    def line(self) -> Iterator[int]:
        fd = os.eventfd(0)
        yield fd
        os.close(fd)

    def test_ends_when_it_is_closed(self, pulser: Pulser, line: int) -> None:
        pulser.pulse(13, line, 0.002, 0.001)
        process = pulser._process
        assert process is not None
        pulser.stop(13)
        pulser.stop(13)
        assert pulser._process is process
        pulser.close()
        pulser.close()
        assert process.returncode == 0

    def test_is_started_once(self, pulser: Pulser, line: int) -> None:
        pulser.prepare()
        process = pulser._process
        pulser.prepare()
        pulser.pulse(12, line, 0.01, 0.001)
        pulser.pulse(13, line, 0.002, 0.001)
        pulser.pulse(13, line, 0.004, 0.001)
        assert pulser._process is process

    @pytest.mark.parametrize("again", ["pulse", "stop"])
    def test_one_that_was_killed_is_replaced(self, pulser: Pulser, line: int, again: str) -> None:
        pulser.pulse(13, line, 0.002, 0.001)
        first = pulser._process
        assert first is not None
        first.kill()
        first.wait(PATIENCE)
        if again == "stop":
            pulser.stop(13)
        pulser.pulse(13, line, 0.004, 0.001)
        second = pulser._process
        assert second is not None
        assert second is not first
        assert second.poll() is None

    def test_one_that_hangs_is_killed(
        self, pulser: Pulser, line: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pulser.pulse(13, line, 0.002, 0.001)
        process = pulser._process
        assert process is not None
        monkeypatch.setattr(software_pwm, "_PATIENCE", 0.01)
        pulser._peer.settimeout(0.01)
        process.send_signal(signal.SIGSTOP)
        pulser.stop(13)
        assert process.returncode == -signal.SIGKILL
        assert pulser._process is None

    def test_one_that_cannot_be_started(self, pulser: Pulser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(PinPWMUnsupported, match=r"^the process that makes pulses cannot be started"):
            pulser.prepare()


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


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Board:
    made = Board()
    monkeypatch.setattr(FakeChip, "board", made, raising=False)
    monkeypatch.setattr(gpiod, "Chip", FakeChip)
    monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: PI_4)
    monkeypatch.setattr(LocalPiFactory, "pins", {})
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/gpiochip0").touch()
    made.chips = {str(tmp_path / "dev/gpiochip0"): "pinctrl-bcm2711"}
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
        return GpiodFactory(dev=tmp_path / "dev", sys=tree.root)

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
        with GpiodFactory(dev=tmp_path / "dev", sys=tree.root, hardware_pwm=False) as plain:
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
