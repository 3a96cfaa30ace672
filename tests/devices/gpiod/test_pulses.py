"""Pulses of software: what is on the line; when exactly, see test_pulser.py."""

import pytest
from gpiozero import PWMLED, PinInvalidState, PinPWMUnsupported

from kiosk.devices.gpiod_pins import GpiodFactory
from tests.devices.gpiod.bench import FakePulser
from tests.devices.gpiod.fake_gpiod import Board


class TestPulses:
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
