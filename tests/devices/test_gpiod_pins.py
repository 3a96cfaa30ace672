"""The pin factory on the kernel's character device, as gpiozero's own factories are tested, and more."""

import ast
import errno
import inspect
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Bias
from gpiozero import (
    LED,
    PWMLED,
    BadPinFactory,
    DigitalInputDevice,
    DigitalOutputDevice,
    GPIOPinInUse,
    PinEdgeDetectUnsupported,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPin,
    PinInvalidPull,
    PinInvalidState,
    PinPWMFixedValue,
    PinPWMUnsupported,
    PinSetInput,
    PinUnknownPi,
)
from gpiozero import Button as AnyButton
from gpiozero.pins.local import LocalPiFactory
from gpiozero.pins.mock import MockFactory

from kiosk.core.events import ButtonPressed, ButtonReleased, Event
from kiosk.core.signals import Volume
from kiosk.core.technique import Ms
from kiosk.devices import gpiod_pins
from kiosk.devices.button import Button
from kiosk.devices.buzzer import PassiveBuzzer
from kiosk.devices.gpiod_pins import GpiodFactory, GpiodPin
from kiosk.devices.lamp import Lamp
from kiosk.devices.pins import Pins, PinsUnavailable, open_factory
from kiosk.devices.safe import safe_outputs
from tests.devices.fake_gpiod import Board, FakeChip, FakeRequest

PI_4, PI_5 = 0xC03111, 0xC04170
#: A patience, not a pause: what is waited for comes at once, or the test fails.
PATIENCE = 10


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

    def close(self) -> None:
        self.said.append("close")


@pytest.fixture
def pulser(monkeypatch: pytest.MonkeyPatch) -> FakePulser:
    made = FakePulser()
    monkeypatch.setattr("kiosk.devices.gpiod_pins.factory.Pulser", lambda: made)
    return made


@pytest.fixture
def factory(board: Board, tmp_path: Path, pulser: FakePulser) -> Iterator[GpiodFactory]:
    with GpiodFactory(dev=tmp_path, sys=tmp_path) as made:
        yield made
    assert board.opened == []
    assert [line.consumer for line in board.lines] == [None] * len(board.lines)
    assert not [one for one in threading.enumerate() if one.name.startswith("gpiod edges")]


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


class TestChip:
    def test_is_found_by_its_label(self, factory: GpiodFactory, board: Board, tmp_path: Path) -> None:
        assert factory.chip.path == str(tmp_path / "gpiochip0")
        assert board.opened == [str(tmp_path / "gpiochip0")]

    @pytest.mark.parametrize("number", [0, 4, 10])
    def test_on_a_pi_5_it_is_the_rp1_whatever_its_number(
        self, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: PI_5)
        others = {"gpiochip0": "gpio-brcmstb@107d508500", "gpiochip13": "gpio-brcmstb@107d517c00"}
        plug(board, tmp_path, {**others, f"gpiochip{number}": "pinctrl-rp1"})
        with GpiodFactory(dev=tmp_path) as factory, LED(12, pin_factory=factory) as led:
            assert factory.chip.path == str(tmp_path / f"gpiochip{number}")
            led.on()
            assert board.lines[12].history == [0, 1]

    def test_the_link_gpiochip4_of_raspberry_pi_os_is_not_a_second_one(
        self, board: Board, tmp_path: Path
    ) -> None:
        (tmp_path / "gpiochip4").symlink_to("gpiochip0")
        with GpiodFactory(dev=tmp_path) as factory:
            assert factory.chip.path == str(tmp_path / "gpiochip0")

    def test_may_be_named(self, board: Board, tmp_path: Path) -> None:
        with GpiodFactory(tmp_path / "gpiochip1") as factory:
            assert factory.chip.path == str(tmp_path / "gpiochip1")

    @pytest.mark.parametrize(
        ("chips", "says"),
        [
            ({}, "there is no GPIO chip in {dev}: boot a Raspberry Pi kernel"),
            (
                {"gpiochip0": "pinctrl-nuc", "gpiochip1": OSError(errno.ENODEV, "No such device")},
                (
                    "none of these GPIO chips has a Raspberry Pi's pins: "
                    "{dev}/gpiochip0 (pinctrl-nuc), {dev}/gpiochip1 ([Errno 19] No such device)"
                ),
            ),
            (
                {"gpiochip0": PermissionError(errno.EACCES, "Permission denied"), "gpiochip1": "other"},
                (
                    "no permission to open {dev}/gpiochip0: add yourself to the group gpio "
                    "(sudo usermod -aG gpio $USER) and log in again"
                ),
            ),
        ],
    )
    def test_what_is_wrong_is_said(
        self, board: Board, tmp_path: Path, chips: dict[str, str | OSError], says: str
    ) -> None:
        dev = tmp_path / "dev"
        dev.mkdir()
        plug(board, dev, chips)
        with pytest.raises(BadPinFactory) as raised:
            GpiodFactory(dev=dev)
        assert str(raised.value) == says.format(dev=dev)
        assert board.opened == []

    def test_an_unknown_board_is_known_at_once(
        self, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: 0x9999)
        with pytest.raises(PinUnknownPi):
            GpiodFactory(dev=tmp_path)
        assert board.opened == []

    def test_closes_twice_and_takes_everything_with_it(self, board: Board, tmp_path: Path) -> None:
        factory = GpiodFactory(dev=tmp_path)
        heard = Heard()
        factory.pin(5).when_changed = heard
        factory.pin(12).output_with_state(True)
        factory.close()
        factory.close()
        assert board.lines[12].history == [1, "in"]
        assert (board.lines[5].consumer, board.lines[12].consumer, board.opened) == (None, None, [])


class TestNames:
    @pytest.mark.parametrize("name", [5, "5", "GPIO5", "BCM5", "BOARD29", "J8:29", "WPI21"])
    def test_all_of_gpiozeros_names_are_one_pin(self, factory: GpiodFactory, name: int | str) -> None:
        assert factory.pin(name) is factory.pin("GPIO5")
        assert repr(factory.pin(name)) == "GPIO5"

    @pytest.mark.parametrize("name", ["GPIO99", "BOARD41", "BOARD1", "GND", "x", -1])
    def test_others_are_refused(self, factory: GpiodFactory, name: int | str) -> None:
        with pytest.raises(PinInvalidPin):
            factory.pin(name)

    def test_a_second_factory_has_the_same_pins(self, factory: GpiodFactory, tmp_path: Path) -> None:
        second = GpiodFactory(dev=tmp_path)
        assert second.pin(5) is factory.pin(5)
        with LED(12, pin_factory=factory), pytest.raises(GPIOPinInUse):
            LED(12, pin_factory=second)
        second.close()


class TestInputs:
    def test_pulls(self, factory: GpiodFactory, board: Board) -> None:
        pin, line = factory.pin(5), board.lines[5]
        assert (pin.function, pin.pull, line.consumer) == ("input", "floating", None)
        for pull, level, bias in (
            ("up", 1, Bias.PULL_UP),
            ("down", 0, Bias.PULL_DOWN),
            ("floating", 0, Bias.DISABLED),
        ):
            pin.pull = pull
            assert (pin.pull, pin.state, line.bias, line.consumer) == (pull, level, bias, "gpiozero")
            pin.input_with_pull(pull)
            assert (pin.function, pin.pull, pin.state) == ("input", pull, level)

    def test_the_outside_wins_over_the_pull(self, factory: GpiodFactory, board: Board) -> None:
        pin = factory.pin(5)
        pin.input_with_pull("up")
        board.put(5, False)
        assert pin.state == 0
        board.put(5, None)
        assert pin.state == 1

    def test_bad_pulls(self, factory: GpiodFactory) -> None:
        pin = factory.pin(5)
        with pytest.raises(PinInvalidPull):
            pin.pull = "sideways"
        with pytest.raises(PinInvalidPull):
            pin.input_with_pull("sideways")
        pin.function = "output"
        with pytest.raises(PinFixedPull):
            pin.pull = "up"

    def test_a_resistor_on_the_board_stays(self, factory: GpiodFactory) -> None:
        pin = factory.pin(2)
        for pull in ("down", "floating"):
            with pytest.raises(PinFixedPull):
                pin.input_with_pull(pull)
        pin.input_with_pull("up")
        assert pin.pull == "up"

    def test_cannot_be_set(self, factory: GpiodFactory) -> None:
        pin = factory.pin(5)
        pin.function = "input"
        with pytest.raises(PinSetInput):
            pin.state = True
        with pytest.raises(PinPWMFixedValue):
            pin.frequency = 100
        with pytest.raises(PinInvalidFunction):
            pin.function = "i2c"


class TestOutputs:
    def test_starts_at_its_level_without_a_blip(self, factory: GpiodFactory, board: Board) -> None:
        pin = factory.pin(12)
        pin.output_with_state(True)
        assert (pin.function, pin.state, pin.pull) == ("output", 1, "floating")
        pin.state = 0
        assert pin.state == 0
        pin.output_with_state(False)
        assert board.lines[12].history == [1, 0, 0]

    def test_becomes_an_output_at_the_level_it_has(self, factory: GpiodFactory, board: Board) -> None:
        board.put(12, True)
        pin = factory.pin(12)
        pin.function = "output"
        pin.function = "output"
        assert (pin.state, board.lines[12].history) == (1, [1])

    def test_is_taken_as_an_earlier_program_left_it(self, factory: GpiodFactory, board: Board) -> None:
        line = board.lines[12]
        line.direction, line.driven = line.direction.OUTPUT, True
        pin = factory.pin(12)
        assert (pin.function, pin.state, line.history) == ("output", 1, [])
        pin.state = 0
        assert (pin.state, line.history) == (0, [0])

    def test_closed_it_is_an_input_and_can_be_used_again(self, factory: GpiodFactory, board: Board) -> None:
        for _ in range(2):
            with DigitalOutputDevice(12, initial_value=True, pin_factory=factory) as device:
                assert device.value == 1
        with DigitalInputDevice(12, pull_up=True, pin_factory=factory) as device:
            assert device.value == 0
        assert board.lines[12].history == [1, "in", 1, "in"]
        factory.pin(12).close()

    def test_no_edges_on_an_output(self, factory: GpiodFactory) -> None:
        pin = factory.pin(12)
        pin.function = "output"
        with pytest.raises(PinEdgeDetectUnsupported):
            pin.when_changed = Heard()

    def test_a_line_of_another_program(self, factory: GpiodFactory, board: Board) -> None:
        board.lines[4].consumer = "onewire@4"
        with pytest.raises(GPIOPinInUse) as raised:
            LED(4, pin_factory=factory)
        assert str(raised.value) == "pin GPIO4 is in use by onewire@4, outside this program"
        board.lines[4].consumer = None

    def test_a_refusal_of_the_kernel_is_not_hidden(self, factory: GpiodFactory, board: Board) -> None:
        pin = factory.pin(12)
        pin.output_with_state(False)
        board.broken = OSError(errno.ENODEV, "No such device")
        with pytest.raises(OSError, match="No such device"):
            pin.state = True
        pin.close()
        assert board.lines[12].consumer is None
        board.broken = None


class TestEdges:
    @pytest.mark.parametrize(
        ("edges", "expected"), [("both", [0, 1, 0, 1]), ("falling", [0, 0]), ("rising", [1, 1]), ("none", [])]
    )
    def test_are_reported_with_the_kernels_time(
        self, factory: GpiodFactory, board: Board, edges: str, expected: list[int]
    ) -> None:
        pin, heard = factory.pin(5), Heard()
        pin.input_with_pull("up")
        pin.edges = edges
        pin.when_changed = heard
        assert pin.edges == edges
        times = []
        for level in (False, True, False, True):
            board.advance(10)
            times.append((board.now / 1e9, int(level)))
            board.put(5, level)
        board.advance(10)
        pin.edges = "both"
        assert heard.all_before(board, lambda: board.put(5, False)) == [
            (at, level) for at, level in times if level in expected
        ]

    def test_only_one_thread_and_only_while_it_is_needed(self, factory: GpiodFactory, board: Board) -> None:
        def threads() -> list[threading.Thread]:
            return [one for one in threading.enumerate() if one.name == "gpiod edges"]

        heard = Heard()
        pins = [factory.pin(number) for number in (5, 6, 16)]
        assert threads() == []
        for pin in pins:
            pin.when_changed = heard
        (thread,) = threads()
        pins[0].when_changed = None
        board.put(16, True)
        assert heard.next() == (board.now / 1e9, 1)
        for pin in pins:
            pin.when_changed = None
        thread.join(PATIENCE)
        assert threads() == []
        pins[0].when_changed = heard
        board.put(5, True)
        assert heard.next() == (board.now / 1e9, 1)

    def test_a_callback_that_raises_is_logged_and_the_next_one_called(
        self, factory: GpiodFactory, board: Board, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard = Heard()

        def careless(ticks: float, state: int) -> None:
            heard(ticks, state)
            raise RuntimeError("inbox is gone")

        pin = factory.pin(5)
        pin.when_changed = careless
        with caplog.at_level(logging.ERROR):
            levels = []
            for level in (True, False, True):
                board.put(5, level)
                levels.append(heard.next()[1])
            pin.close()
        assert levels == [1, 0, 1]
        assert {record.getMessage() for record in caplog.records} == {"An edge could not be handled."}

    def test_a_callback_may_close_its_pin(self, factory: GpiodFactory, board: Board) -> None:
        closed = threading.Event()
        pin = factory.pin(5)

        def close(ticks: float, state: int) -> None:
            pin.close()
            closed.set()

        pin.when_changed = close
        board.put(5, True)
        board.put(5, False)
        assert closed.wait(PATIENCE)
        assert board.lines[5].consumer is None

    def test_a_callback_that_is_gone_is_forgotten(self, factory: GpiodFactory, board: Board) -> None:
        pin = factory.pin(5)
        first, second = Heard(), Heard()
        pin.when_changed = first
        factory.pin(6).when_changed = second
        del first
        board.put(5, True)
        board.put(6, True)
        assert second.next()[1] == 1
        assert pin.when_changed is None

    def test_the_oldest_are_lost_when_nobody_reads(self, factory: GpiodFactory, board: Board) -> None:
        heard, go, blocked = Heard(), threading.Event(), threading.Event()

        def slow(ticks: float, state: int) -> None:
            blocked.set()
            go.wait(PATIENCE)
            heard(ticks, state)

        pin = factory.pin(5)
        pin.when_changed = slow
        board.put(5, True)
        assert blocked.wait(PATIENCE)
        for _ in range(40):
            board.advance(1)
            board.put(5, False)
            board.put(5, True)
        go.set()
        assert [round(heard.next()[0] * 1000) for _ in range(65)] == [1000] + [
            ms for ms in range(1009, 1041) for _ in (0, 1)
        ]

    def test_bad_values(self, factory: GpiodFactory) -> None:
        pin = factory.pin(5)
        with pytest.raises(PinInvalidEdges):
            pin.edges = "sharp"
        with pytest.raises(PinInvalidBounce):
            pin.bounce = -1


class TestDebounce:
    def test_is_how_long_a_level_must_stay(self, factory: GpiodFactory, board: Board) -> None:
        pin, heard = factory.pin(5), Heard()
        pin.input_with_pull("up")
        pin.bounce = 0.02
        pin.when_changed = heard
        assert pin.bounce == 0.02
        for level, ms in ((False, 2), (True, 1), (False, 1), (True, 2), (False, 100), (True, 5), (False, 50)):
            board.put(5, level)
            board.advance(ms)
        assert pin.state == 0
        board.put(5, True)
        assert pin.state == 0
        board.advance(50)
        board.advance(50)
        pressed = (1_000 + 6 + 20) / 1000
        assert [heard.next(), heard.next()] == [(pressed, 0), (1 + (6 + 100 + 5 + 50 + 20) / 1000, 1)]

    def test_can_be_changed_while_listening(self, factory: GpiodFactory, board: Board) -> None:
        pin, heard = factory.pin(5), Heard()
        pin.when_changed = heard
        pin.bounce = 0.05
        pin.bounce = None
        assert pin.bounce is None
        board.put(5, True)
        assert heard.next() == (1.0, 1)

    def test_gpiozeros_own_button(self, factory: GpiodFactory, board: Board) -> None:
        happened: queue.Queue[str] = queue.Queue()
        with AnyButton(5, pin_factory=factory, bounce_time=0.02) as button:
            button.when_pressed = lambda: happened.put("pressed")
            button.when_released = lambda: happened.put("released")
            for level, ms in ((False, 3), (True, 1), (False, 40), (True, 1), (False, 1), (True, 40)):
                board.put(5, level)
                board.advance(ms)
            assert [happened.get(timeout=PATIENCE) for _ in range(2)] == ["pressed", "released"]
            assert happened.empty()


class TestPulses:
    """What is on the line; when exactly, see test_gpiod_pwm.py."""

    def test_steady_levels_are_no_pulses(
        self, factory: GpiodFactory, board: Board, pulser: FakePulser
    ) -> None:
        with PWMLED(12, pin_factory=factory) as led:
            for value in (1, 0, 1):
                led.value = value
                assert led.value == value
        assert pulser.said == ["prepare"]
        assert board.lines[12].history == [0, 0, 0, 1, 0, 1, 0, "in"]

    def test_pulses_come_and_end_low(self, factory: GpiodFactory, board: Board, pulser: FakePulser) -> None:
        pin = factory.pin(13)
        pin.output_with_state(False)
        pin.frequency = 1000
        assert (pin.frequency, pin.state) == (1000, 0)
        pin.state = 0.5
        pin.frequency = 500
        assert (pin.frequency, pin.state) == (500, 0.5)
        pin.frequency = None
        assert (pin.frequency, pin.state) == (None, 0)
        pin.state = 1
        assert pulser.said == ["prepare", (13, 0.001, 0.0005), (13, 0.002, 0.001), ("stop", 13)]
        assert board.lines[13].history == [0, 0, 0, 1]

    @pytest.mark.parametrize("hertz", [-1, 10_001])
    def test_what_software_cannot_do(self, factory: GpiodFactory, hertz: float) -> None:
        pin = factory.pin(13)
        pin.function = "output"
        with pytest.raises(PinPWMUnsupported, match="at most 10000 Hz"):
            pin.frequency = hertz

    def test_a_level_that_is_none(self, factory: GpiodFactory) -> None:
        pin = factory.pin(13)
        pin.function = "output"
        pin.frequency = 100
        for level in (-0.1, 1.1):
            with pytest.raises(PinInvalidState):
                pin.state = level

    def test_an_input_in_the_middle_of_a_tone(
        self, factory: GpiodFactory, board: Board, pulser: FakePulser
    ) -> None:
        pin = factory.pin(13)
        pin.output_with_state(False)
        pin.frequency = 1000
        pin.state = 0.5
        pin.function = "input"
        assert (pin.frequency, board.lines[13].history[-2:]) == (None, [0, "in"])
        assert pulser.said[-1] == ("stop", 13)

    def test_closed_in_the_middle_of_a_tone(
        self, factory: GpiodFactory, board: Board, pulser: FakePulser
    ) -> None:
        pin = factory.pin(13)
        pin.output_with_state(False)
        pin.frequency = 1000
        pin.state = 0.5
        factory.close()
        assert pulser.said == ["prepare", (13, 0.001, 0.0005), ("stop", 13), "close"]
        assert board.lines[13].history == [0, 0, 0, "in"]


class TestTheKiosk:
    """Its parts on these pins."""

    def test_a_bouncing_press_wakes_the_program_once(self, factory: GpiodFactory, board: Board) -> None:
        posted: queue.Queue[tuple[Ms, Event]] = queue.Queue()

        def now() -> Ms:
            return board.now // 1_000_000

        def later(delay: Ms, call: Callable[[], None]) -> None:
            raise AssertionError("the kernel waits, we don't")

        with Button(5, factory, lambda event: posted.put((now(), event)), now, later=later) as button:
            assert board.lines[5].debounce == 20_000_000
            for level, ms in ((False, 2), (True, 1), (False, 19), (False, 1)):
                board.put(5, level)
                board.advance(ms)
            assert posted.get(timeout=PATIENCE) == (1023, ButtonPressed())
            board.put(5, True)
            board.advance(20)
            assert posted.get(timeout=PATIENCE) == (1043, ButtonReleased())
            assert button.is_pressed is False
            board.put(5, False)
            board.advance(5)
            board.put(5, True)
            board.advance(50)
            button.check()
            assert posted.empty()

    def test_a_press_that_was_reported_late_still_counts(self, factory: GpiodFactory, board: Board) -> None:
        posted: list[Event] = []
        with Button(
            5, factory, posted.append, lambda: board.now // 1_000_000, later=lambda *_: None
        ) as button:
            button._edge(board.now / 1e9 - 0.4, 0)
            assert posted == [ButtonPressed()]

    def test_lamp_and_buzzer(self, factory: GpiodFactory, board: Board) -> None:
        with Lamp(12, factory) as lamp, PassiveBuzzer(13, factory) as buzzer:
            lamp.set(1.0)
            lamp.set(0.0)
            buzzer.play(523, Volume.LOW)
            assert (factory.pin(13).frequency, factory.pin(13).state) == (523, pytest.approx(0.05))
            buzzer.play(0, Volume.LOW)
            lamp.set(0.01)
            assert factory.pin(12).state == pytest.approx(0.003)
            lamp.set(0.5)
            assert factory.pin(12).state == pytest.approx(0.5**2.2)
        assert board.lines[12].history[:3] == [0, 1, 0]
        assert board.lines[12].history[-2:] == [0, "in"]
        assert board.lines[13].history[-2:] == [0, "in"]

    def test_safe_outputs_after_a_kill(self, factory: GpiodFactory, board: Board) -> None:
        for pin in (12, 13):
            board.lines[pin].direction, board.lines[pin].driven = board.lines[pin].direction.OUTPUT, True
        trouble = safe_outputs(Pins(), factory, NoBacklight())
        assert trouble == []
        assert [board.lines[pin].history for pin in (12, 13)] == [[0, 0, "in"]] * 2

    def test_is_what_auto_opens(
        self, board: Board, pulser: FakePulser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("kiosk.devices.gpiod_pins.chips.open_chip.__defaults__", (tmp_path,))
        monkeypatch.setattr("kiosk.devices.gpiod_pins.factory.GpiodFactory.__init__.__kwdefaults__", {
            **(GpiodFactory.__init__.__kwdefaults__ or {}), "dev": tmp_path, "sys": tmp_path,
        })  # fmt: skip
        with open_factory() as factory:
            assert isinstance(factory, GpiodFactory)
            lamp = Lamp(12, factory)
            assert board.lines[12].consumer == "cramp-kiosk"
            board.lines[13].consumer = "other"
            with pytest.raises(
                PinsUnavailable, match=r"^GPIO13 cannot be used \(pin GPIO13 is in use by other"
            ):
                Lamp(13, factory)
            lamp.close()
        board.lines[13].consumer = None


class NoBacklight:
    is_present = False

    def set(self, level: float) -> None:
        pass


class TestAsAPackageOfItsOwn:
    def test_gpiozero_finds_it_by_name(self) -> None:
        (entry,) = metadata.entry_points(group="gpiozero_pin_factories", name="gpiod")
        assert entry.load() is GpiodFactory

    def test_imports_nothing_of_the_kiosk(self) -> None:
        folder = Path(gpiod_pins.__file__).parent
        nodes = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
        absolute = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
        absolute += [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
        assert [name for name in absolute if name and name.startswith("kiosk")] == []
        assert {node.level for node in nodes if isinstance(node, ast.ImportFrom)} == {0, 1}

    def test_has_all_that_a_gpiozero_pin_has(self) -> None:
        mock_pin = MockFactory().pin_class
        ours = {name for name in dir(GpiodPin) if not name.startswith("__")}
        assert {name for name in dir(mock_pin.__mro__[1]) if not name.startswith("__")} <= ours

    @pytest.mark.parametrize(("real", "fake"), [(gpiod.Chip, FakeChip), (gpiod.LineRequest, FakeRequest)])
    def test_the_stand_in_takes_what_the_library_takes(self, real: type, fake: type) -> None:
        shared = {name for name in vars(fake) if not name.startswith("_")} - {"board", "deliver"}
        for name in sorted(shared):
            theirs, mine = getattr(real, name), getattr(fake, name)
            if callable(theirs):
                assert list(inspect.signature(mine).parameters) == list(inspect.signature(theirs).parameters)
