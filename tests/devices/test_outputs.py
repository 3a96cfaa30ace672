"""Lamp, buzzer, safe outputs: whole histories of the line."""

from functools import partial
from pathlib import Path

import pytest
from gpiozero import DigitalOutputDevice
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.eye import light
from kiosk.core.signals import Volume
from kiosk.devices.backlight import Backlight
from kiosk.devices.buzzer import DUTY, ActiveBuzzer, PassiveBuzzer
from kiosk.devices.lamp import Lamp
from kiosk.devices.output import Output
from kiosk.devices.part import PartFails
from kiosk.devices.pins import Pins, PinsUnavailable
from kiosk.devices.safe import safe_outputs
from kiosk.display.backlights import lights
from tests.devices.conftest import TracingPin

OFF, ON = (None, 0.0), (None, 1.0)


def trace(factory: MockFactory, pin: int) -> list[tuple[int | None, float]]:
    found = factory.pin(pin)
    assert isinstance(found, TracingPin)
    return found.trace


def test_lamp_is_steady_at_both_ends_and_pulsed_between(factory: MockFactory) -> None:
    with Lamp(12, factory) as lamp:
        for level in (1.0, 0.5, 0.15, 0.001, 0.0, 0.5, 1.0):
            lamp.set(level)
    assert trace(factory, 12) == [
        OFF,
        ON,
        (100, 1.0),
        (100, 0.2176),
        (100, 0.0154),
        (100, 0.01),
        OFF,
        (100, 0.0),
        (100, 0.2176),
        OFF,
        ON,
        OFF,
    ]


@pytest.mark.parametrize(("level", "same_as"), [(-1.0, OFF), (0.999, ON), (7.0, ON)])
def test_lamp_takes_any_number(factory: MockFactory, level: float, same_as: tuple[None, float]) -> None:
    lamp = Lamp(12, factory)
    lamp.set(level)
    assert trace(factory, 12)[-1] == same_as


@given(st.floats(0, 1), st.floats(0, 1))
def test_light_grows_with_the_level(one: float, other: float) -> None:
    assert (light(one) <= light(other)) == (one <= other) or light(one) == light(other)
    assert 0 <= light(one) <= 1


@given(st.integers(1, 99))
def test_lgpio_gets_the_very_percent(percent: int) -> None:
    factory = MockFactory(pin_class=TracingPin)
    with Output(12, factory, "") as output:
        output.pulse(100, percent / 100)
        assert int(factory.pin(12).state * 100) == percent


def test_a_tune_on_a_passive_buzzer(factory: MockFactory) -> None:
    with PassiveBuzzer(13, factory) as buzzer:
        for hertz in (523, 784, 0):
            buzzer.play(hertz, Volume.LOW)
        buzzer.play(523, Volume.HIGH)
        buzzer.play(523, Volume.MEDIUM)
        buzzer.play(523, Volume.OFF)
        buzzer.play(659, Volume.LOW)
    assert trace(factory, 13) == [
        OFF,
        (523, 0.0),
        (523, 0.05),
        (784, 0.05),
        OFF,
        (523, 0.0),
        (523, 0.5),
        (523, 0.15),
        OFF,
        (659, 0.0),
        (659, 0.05),
        OFF,
    ]


def test_duties_grow_and_never_pass_a_half() -> None:
    assert [DUTY[volume] for volume in (Volume.LOW, Volume.MEDIUM, Volume.HIGH)] == sorted(DUTY.values())
    assert max(DUTY.values()) == 0.5


def test_an_active_buzzer_knows_on_and_off(factory: MockFactory) -> None:
    with ActiveBuzzer(13, factory) as buzzer:
        for hertz, volume in (
            (1, Volume.LOW),
            (784, Volume.HIGH),
            (0, Volume.HIGH),
            (1, Volume.OFF),
            (1, Volume.LOW),
        ):
            buzzer.play(hertz, volume)
    assert trace(factory, 13) == [OFF, ON, OFF, ON, OFF]


def test_closed_parts_stay_off_and_free_their_pin(factory: MockFactory) -> None:
    lamp = Lamp(12, factory)
    lamp.close()
    lamp.close()
    lamp.set(1.0)
    lamp.set(0.5)
    assert trace(factory, 12) == [OFF]
    Lamp(12, factory).close()


def test_a_lamp_that_fails_says_so_each_time_and_works_again(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp = Lamp(12, factory)

    def broken(self: TracingPin, value: float) -> None:
        raise RuntimeError("line is gone")

    with monkeypatch.context() as patch:
        patch.setattr(TracingPin, "_set_state", broken)
        for level in (1.0, 0.5, 0.0):
            with pytest.raises(PartFails, match=r"^The lamp does not answer\. \(line is gone\)$"):
                lamp.set(level)
    lamp.set(1.0)
    assert trace(factory, 12)[-1] == ON


def test_closing_one_that_fails_is_logged_and_gives_the_pin_back(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    buzzer = PassiveBuzzer(13, factory)

    def broken(self: TracingPin, value: float) -> None:
        raise RuntimeError("line is gone")

    with monkeypatch.context() as patch:
        patch.setattr(TracingPin, "_set_state", broken)
        buzzer.close()
    assert [record.getMessage() for record in caplog.records] == [
        "The buzzer does not answer. (line is gone)"
    ]
    PassiveBuzzer(13, factory).close()


def test_an_interrupt_is_no_hiccup(factory: MockFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    lamp = Lamp(12, factory)

    def interrupted(self: TracingPin, value: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TracingPin, "_set_state", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lamp.set(1.0)


def test_a_pin_in_use_is_said_plainly(factory: MockFactory) -> None:
    with (
        DigitalOutputDevice(13, pin_factory=factory),
        pytest.raises(PinsUnavailable, match=r"^GPIO13 cannot be used"),
    ):
        PassiveBuzzer(13, factory)


class TestSafeOutputs:
    @pytest.fixture
    def panel(self, tmp_path: Path) -> Path:
        folder = tmp_path / "sys/class/backlight/10-0045"
        folder.mkdir(parents=True)
        for name, text in (("max_brightness", "255\n"), ("brightness", "0\n"), ("bl_power", "4\n")):
            (folder / name).write_text(text)
        return folder

    def test_everything_goes_to_rest(self, factory: MockFactory, panel: Path, tmp_path: Path) -> None:
        assert safe_outputs(Pins(), factory, Backlight(partial(lights, tmp_path))) == []
        assert trace(factory, 12) == [OFF]
        assert trace(factory, 13) == [OFF]
        assert (panel / "brightness").read_text() == "7"
        assert (panel / "bl_power").read_text() == "0"

    def test_what_is_missing_is_said_and_the_rest_done(
        self, factory: MockFactory, panel: Path, tmp_path: Path
    ) -> None:
        (panel / "brightness").unlink()
        with DigitalOutputDevice(13, pin_factory=factory):
            trouble = safe_outputs(Pins(), factory, Backlight(partial(lights, tmp_path)))
        assert [sentence.split(" (")[0] for sentence in trouble] == [
            "GPIO13 cannot be used",
            "The brightness of the screen cannot be set.",
        ]
        assert trace(factory, 12) == [OFF]

    def test_without_pins_or_backlight(self, tmp_path: Path) -> None:
        assert safe_outputs(Pins(), None, Backlight(partial(lights, tmp_path))) == [
            "Lamp and buzzer cannot be switched off, because there are no pins."
        ]
