"""The pin factory on the kernel's character device, as gpiozero's own factories are tested, and more."""

import errno
from pathlib import Path

import pytest
from gpiod.line import Bias
from gpiozero import (
    LED,
    DigitalInputDevice,
    DigitalOutputDevice,
    GPIOPinInUse,
    PinEdgeDetectUnsupported,
    PinFixedPull,
    PinInvalidFunction,
    PinInvalidPin,
    PinInvalidPull,
    PinPWMFixedValue,
    PinSetInput,
)

from kiosk.devices.gpiod_pins import GpiodFactory
from tests.devices.gpiod.bench import Heard
from tests.devices.gpiod.fake_gpiod import Board


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
