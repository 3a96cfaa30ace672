import errno
import importlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import mock  # noqa: UP026 - the library, as the project promises
import pytest
from gpiozero import BadPinFactory, PinUnknownPi
from gpiozero.pins.local import LocalPiFactory
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk.core.events import ButtonPressed, Event
from kiosk.core.signals import Volume
from kiosk.devices import pins as module
from kiosk.devices.button import Button
from kiosk.devices.buzzer import PassiveBuzzer
from kiosk.devices.lamp import Lamp
from kiosk.devices.pins import FACTORIES, Pins, PinsUnavailable, open_factory
from kiosk.runtime.supervision import Supervisor
from tests.devices.conftest import Clock

ROOT = Path(__file__).parents[2]


def test_defaults_are_those_of_the_pin_map() -> None:
    entries = tomllib.loads((ROOT / "hardware/pinmap.toml").read_text(encoding="utf-8"))["pin"]
    pins = Pins()
    assert {entry["name"]: entry["bcm"] for entry in entries} == {
        name: getattr(pins, name) for name in pins.__struct_fields__
    }


def test_mock_pins_can_pulse() -> None:
    factory = open_factory("mock")
    assert isinstance(factory, MockFactory)
    assert isinstance(factory.pin(12), MockPWMPin)


def test_a_name_that_is_none() -> None:
    with pytest.raises(PinsUnavailable) as raised:
        open_factory("pigpio")
    assert str(raised.value) == (
        "There is no pin library called pigpio; choose one of: auto, gpiod, lgpio, rpigpio, mock."
    )


def test_auto_is_the_first_and_falls_back_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def failing(name: str) -> Callable[[Supervisor | None], None]:
        def make(_supervisor: Supervisor | None) -> None:
            tried.append(name)
            raise PinUnknownPi("no revision")

        return make

    for name in list(FACTORIES):
        monkeypatch.setitem(FACTORIES, name, failing(name))
    with pytest.raises(PinsUnavailable, match=r"^This is not a Raspberry Pi: it has no pins to use\.$"):
        open_factory()
    assert tried == ["gpiod"]


class LgpioError(Exception):
    """Stands for lgpio.error, which derives from Exception alone."""


def missing(name: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(f"No module named '{name}'", name=name)


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("gpiod", missing("gpiod"), "The library gpiod is not installed: sudo apt install python3-libgpiod"),
        (
            "gpiod",
            ModuleNotFoundError("No module named 'gpiod.line'; 'gpiod' is not a package", name="gpiod.line"),
            "The installed gpiod does not fit (No module named 'gpiod.line'; 'gpiod' is not a package)",
        ),
        ("gpiod", BadPinFactory("none of these GPIO chips"), "There is no GPIO device"),
        ("lgpio", missing("lgpio"), "The library lgpio is not installed: sudo apt install python3-lgpio"),
        ("lgpio", missing("gpiozero"), "The library gpiozero is not installed: pip install"),
        ("rpigpio", missing("RPi"), "The library RPi.GPIO is not installed: pip install"),
        (
            "lgpio",
            AttributeError("module 'lgpio' has no attribute 'error'"),
            "The installed gpiozero and lgpio do not fit",
        ),
        ("lgpio", ImportError("bad ELF"), "The installed gpiozero and lgpio do not fit together (bad ELF)"),
        (
            "lgpio",
            FileNotFoundError(errno.ENOENT, "No such file", "/proc/cpuinfo"),
            "The board cannot be recognised because /proc is hidden",
        ),
        ("lgpio", LgpioError("can not open gpiochip"), "There is no GPIO device"),
        (
            "rpigpio",
            RuntimeError("Cannot determine SOC"),
            "RPi.GPIO cannot use this board (Cannot determine SOC)",
        ),
    ],
)
def test_what_is_missing_is_one_clear_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, error: Exception, says: str
) -> None:
    monkeypatch.setitem(FACTORIES, name, mock.Mock(side_effect=error))
    with pytest.raises(PinsUnavailable) as raised:
        open_factory(name, dev=tmp_path)
    sentence = str(raised.value)
    assert sentence.startswith(says)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        (False, "No permission to use {chip}: sudo usermod -aG gpio $USER, then log in again."),
        (
            True,
            (
                "{chip} cannot be opened (can not open gpiochip): "
                "restart the device, then run cramp-kiosk doctor."
            ),
        ),
    ],
)
def test_a_gpio_device_that_does_not_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, allowed: bool, says: str
) -> None:
    chip = tmp_path / "gpiochip0"
    chip.touch()
    monkeypatch.setattr(os, "access", lambda *_: allowed)
    monkeypatch.setitem(FACTORIES, "lgpio", mock.Mock(side_effect=LgpioError("can not open gpiochip")))
    with pytest.raises(PinsUnavailable) as raised:
        open_factory("lgpio", dev=tmp_path)
    assert str(raised.value) == says.format(chip=chip)


def test_edge_detection_that_is_gone_is_explained() -> None:
    with pytest.raises(PinsUnavailable, match=r"RPi\.GPIO cannot do that on Linux 6\.6"), module.claiming(5):
        raise RuntimeError("Failed to add edge detection")


@pytest.mark.parametrize("name", ["gpiod", "lgpio", "rpigpio"])
def test_on_a_laptop_it_is_the_board_that_is_missing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    no_pi = mock.Mock(side_effect=PinUnknownPi("unable to locate Pi revision"))
    monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", no_pi)
    with pytest.raises(PinsUnavailable, match=r"^This is not a Raspberry Pi: it has no pins to use\.$"):
        open_factory(name)


class TestLgpio:
    """gpiozero's own factory on a stand-in for the library, which behaves as lgpio 0.2.2 does on import."""

    @pytest.fixture
    def library(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
        folder = tmp_path / "site"
        folder.mkdir()
        (folder / "lgpio.py").write_text(
            "import os\n"
            "os.mkfifo('.lgd-nfy0')\n"
            "imported_in = os.getcwd()\n"
            "calls = []\n"
            "modes = {}\n"
            "class error(Exception): pass\n"
            "SET_BIAS_DISABLE, SET_BIAS_PULL_UP, SET_BIAS_PULL_DOWN = 128, 32, 64\n"
            "RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3\n"
            "def gpiochip_open(chip): return 0\n"
            "def gpiochip_close(handle): pass\n"
            "def gpio_get_mode(handle, gpio): return modes[gpio]\n"
            "def gpio_claim_input(handle, gpio, flags=0): modes[gpio] = 0; calls.append('input')\n"
            "def gpio_claim_output(handle, gpio): modes[gpio] = 2; calls.append('output')\n"
            "def gpio_write(handle, gpio, level): calls.append(('write', int(level)))\n"
            "def tx_pwm(handle, gpio, hertz, duty): calls.append(('pwm', hertz, duty))\n"
        )
        monkeypatch.syspath_prepend(str(folder))
        for name in ("lgpio", "gpiozero.pins.lgpio"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: 0xC03111)
        monkeypatch.setattr(LocalPiFactory, "pins", {})
        yield folder
        for name in ("lgpio", "gpiozero.pins.lgpio"):
            sys.modules.pop(name, None)

    def test_leaves_no_pipe_behind_and_stays_in_its_folder(
        self, library: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        here = tmp_path / "here"
        here.mkdir()
        monkeypatch.chdir(here)
        with open_factory("lgpio") as factory, open_factory("lgpio") as again:
            assert [type(one).__name__ for one in (factory, again)] == ["LGPIOFactory"] * 2
        imported_in = Path(importlib.import_module("lgpio").imported_in)
        assert Path.cwd() == here
        assert list(here.iterdir()) == []
        assert imported_in != here
        assert not imported_in.exists()

    def test_nowhere_to_make_the_pipe(self, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        nowhere = mock.Mock(side_effect=FileNotFoundError(errno.ENOENT, "No usable temporary directory"))
        monkeypatch.setattr("tempfile.TemporaryDirectory", nowhere)
        with pytest.raises(PinsUnavailable, match=r"^lgpio finds no folder to make its pipe in"):
            open_factory("lgpio")

    def test_what_lamp_and_buzzer_ask_of_it(self, library: Path) -> None:
        with open_factory("lgpio") as factory:
            calls = importlib.import_module("lgpio").calls
            with Lamp(12, factory) as lamp:
                lamp.set(1.0)
                lamp.set(0.57)
            assert calls == [
                "input",
                "output",
                ("write", 0),
                ("write", 1),
                ("pwm", 100, 0),
                ("pwm", 100, 29),
                ("pwm", 0, 0),
                ("write", 0),
                "input",
            ]
            calls.clear()
            with PassiveBuzzer(13, factory) as buzzer:
                buzzer.play(523, Volume.LOW)
                buzzer.play(784, Volume.LOW)
                buzzer.play(0, Volume.LOW)
            assert calls == [
                "input",
                "output",
                ("write", 0),
                ("pwm", 523, 0),
                ("pwm", 523, 5),
                ("pwm", 784, 5),
                ("pwm", 784, 5),
                ("pwm", 0, 0),
                ("write", 0),
                ("write", 0),
                "input",
            ]


class TestRPiGPIO:
    """gpiozero's own factory with ``mock`` standing in for RPi.GPIO."""

    @pytest.fixture
    def gpio(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[mock.Mock]:
        gpio = mock.Mock(
            name="GPIO",
            BCM=11,
            OUT=0,
            IN=1,
            HARD_PWM=43,
            SERIAL=40,
            I2C=42,
            SPI=41,
            UNKNOWN=-1,
            PUD_OFF=20,
            PUD_DOWN=21,
            PUD_UP=22,
            RISING=31,
            FALLING=32,
            BOTH=33,
        )
        gpio.functions = {}
        gpio.levels = {}

        def setup(channel: int, direction: int, *pull: int, **initial: bool) -> None:
            gpio.functions[channel] = direction

        def output(channel: int, value: object) -> None:
            # As the real one: a float is refused.
            if not isinstance(value, int):
                raise ValueError("Value must be an integer/boolean or a list/tuple of integers/booleans")

        gpio.setup.side_effect = setup
        gpio.output.side_effect = output
        gpio.gpio_function.side_effect = gpio.functions.__getitem__
        gpio.input.side_effect = lambda channel: gpio.levels.get(channel, 1)
        package = ModuleType("RPi")
        package.GPIO = gpio  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "RPi", package)
        monkeypatch.setitem(sys.modules, "RPi.GPIO", gpio)
        monkeypatch.delitem(sys.modules, "gpiozero.pins.rpigpio", raising=False)
        monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: 0xA02082)
        monkeypatch.setattr(LocalPiFactory, "pins", {})
        yield gpio
        sys.modules.pop("gpiozero.pins.rpigpio", None)

    def test_pins_are_counted_as_bcm(self, gpio: mock.Mock) -> None:
        with open_factory("rpigpio"):
            assert gpio.mock_calls == [mock.call.setmode(gpio.BCM), mock.call.setwarnings(False)]

    def test_lamp(self, gpio: mock.Mock) -> None:
        with open_factory("rpigpio") as factory:
            gpio.reset_mock()
            with Lamp(12, factory) as lamp:
                lamp.set(1.0)
                lamp.set(0.5)
                lamp.set(0.0)
        assert gpio.output.mock_calls == [mock.call(12, True), mock.call(12, False), mock.call(12, False)]
        assert gpio.PWM.mock_calls == [
            mock.call(12, 100),
            mock.call().start(0),
            mock.call().ChangeDutyCycle(pytest.approx(100 * 0.5**2.2, abs=1e-6)),
            mock.call().stop(),
        ]

    def test_buzzer(self, gpio: mock.Mock) -> None:
        with open_factory("rpigpio") as factory, PassiveBuzzer(13, factory) as buzzer:
            buzzer.play(523, Volume.HIGH)
            buzzer.play(784, Volume.HIGH)
            buzzer.play(0, Volume.HIGH)
        half = mock.call().ChangeDutyCycle(pytest.approx(50, abs=1e-6))
        assert gpio.PWM.mock_calls == [
            mock.call(13, 523),
            mock.call().start(0),
            half,
            mock.call().ChangeFrequency(784),
            half,
            mock.call().stop(),
        ]
        assert gpio.output.mock_calls == [mock.call(13, False), mock.call(13, False)]

    def test_button(self, gpio: mock.Mock) -> None:
        clock = Clock()
        posted: list[Event] = []
        with (
            open_factory("rpigpio") as factory,
            Button(5, factory, posted.append, clock, later=clock.later),
        ):
            assert gpio.setup.mock_calls[-1] == mock.call(5, gpio.IN, gpio.PUD_UP)
            (armed,) = gpio.add_event_detect.mock_calls
            assert armed == mock.call(5, gpio.BOTH, callback=mock.ANY, bouncetime=-666)
            gpio.levels[5] = 0
            armed.kwargs["callback"](5)
            clock.run_to(100)
        assert posted == [ButtonPressed()]
        assert gpio.remove_event_detect.mock_calls == [mock.call(5)]

    def test_button_on_a_kernel_without_edges(self, gpio: mock.Mock) -> None:
        gpio.add_event_detect.side_effect = RuntimeError("Failed to add edge detection")
        with (
            open_factory("rpigpio") as factory,
            pytest.raises(PinsUnavailable, match=r"^GPIO5 reports no presses"),
        ):
            Button(5, factory, lambda _: None, Clock())


def test_the_simulator_needs_no_pin_library() -> None:
    code = "import sys, kiosk.devices.simulated, kiosk.devices.pins; print('gpiozero' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == "False\n"
