"""The doctor looks at the board and its pins."""

import sys

import pytest
from gpiozero import InputDevice
from gpiozero.pins.mock import MockFactory, MockPin

from kiosk.config.settings import Factory, Pins, Settings
from kiosk.core.events import ButtonName
from kiosk.devices.pins import PinsUnavailable
from kiosk.doctor import device, pins
from kiosk.doctor.finding import fine, note
from tests.devices.gpiod.test_hardware_pwm import Tree
from tests.doctor.pi import MODEL, RUNNING, told


def test_a_board_without_a_revision_and_one_with_it_in_the_device_tree(pi):
    pi.take("proc/cpuinfo")
    assert device.check_board(pi.machine()) == [fine("device.board", MODEL, model=MODEL, revision="")]
    (pi.root / "proc/device-tree/system").mkdir()
    (pi.root / "proc/device-tree/system/linux,revision").write_bytes(bytes.fromhex("00c03115"))
    assert device.check_board(pi.machine())[0].facts == {"model": MODEL, "revision": "c03115"}


def test_too_little_power(pi):
    pi.put("sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    pi.put("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert told(device.check_power(pi.machine())) == [
        (
            "problem",
            "The supply voltage is too low; the device may stop or lose data.",
            "Use the supply made for this Raspberry Pi, with a short cable.",
        )
    ]


def test_a_supply_that_says_nothing(pi):
    pi.take("sys/class/hwmon/hwmon1/in0_lcrit_alarm")
    assert device.check_power(pi.machine()) == []


def test_no_pins_say_what_is_missing(pi):
    pi.opening = PinsUnavailable("The library lgpio is not installed: sudo apt install python3-lgpio.")
    assert told(pins.check_pins(pi.machine())) == [
        ("problem", "Button, lamp and buzzer cannot be used.", str(pi.opening))
    ]


def test_each_button_is_looked_at_on_its_own_pin(pi):
    found = pins.check_pins(pi.machine())[1:]
    assert [each.check for each in found] == [f"pins.{name}" for name in ButtonName]
    assert [each.facts["pin"] for each in found] == [getattr(Pins(), name) for name in ButtonName]
    assert len({each.says for each in found}) == len(ButtonName)


class Grounded(MockPin):
    """A pin whose wire touches ground: no pull brings it up."""

    def _set_pull(self, value):
        self._pull = value


def test_a_button_that_is_down(pi):
    pi.factory = MockFactory(pin_class=Grounded)
    assert told(pins.check_pins(pi.machine()))[1] == (
        "note",
        "The button on GPIO5 is down.",
        "If nobody presses it, it is stuck, or its wire touches ground.",
    )


def test_a_pin_that_somebody_else_holds(pi):
    with InputDevice(5, pin_factory=pi.factory):
        found = pins.check_pins(pi.machine())[1]
    assert (found.check, found.says) == ("pins.button", "The button on GPIO5 cannot be read.")
    assert found.remedy.startswith("GPIO5 cannot be used (")


def test_while_the_service_runs_its_lines_are_left_alone(pi):
    pi.unit = RUNNING
    assert pins.check_pins(pi.machine())[1] == note(
        "pins.button",
        "The service holds the pins, so the button's level cannot be read now.",
        "Press it and look at the screen; or sudo systemctl stop cramp-kiosk, then run this again.",
        pin=5,
        pressed=None,
    )
    assert pi.factory.pins == {}


@pytest.mark.parametrize(("level", "says"), [("hi", "up"), ("lo", "down")])
def test_root_sees_the_level_of_a_line_that_the_service_holds(pi, level, says):
    pi.unit = RUNNING
    pi.put(
        "sys/kernel/debug/gpio",
        "gpiochip0: GPIOs 512-569, parent: platform/fe200000.gpio, pinctrl-bcm2711:\n"
        " gpio-512 (ID_SDA              )\n"
        f" gpio-517 (GPIO5               |button              ) in  {level} IRQ ACTIVE LOW\n"
        " gpio-524 (GPIO12              |lamp                ) out lo\n",
    )
    assert pins.check_pins(pi.machine())[1].says == f"The button on GPIO5 is {says}."


@pytest.mark.parametrize(
    ("kernel", "model", "says"),
    [
        ("6.12.34+rpt-rpi-v8", MODEL, "RPi.GPIO notices no presses on Linux 6.6 and newer."),
        ("6.1.0-rpi4", "Raspberry Pi 5 Model B Rev 1.0", "RPi.GPIO does not know this board."),
    ],
)
def test_rpi_gpio_chosen_where_it_cannot_work(pi, kernel, model, says):
    pi.config = Settings(pins=Pins(factory=Factory.RPIGPIO))
    pi.put("proc/sys/kernel/osrelease", kernel)
    pi.put("proc/device-tree/model", model)
    found = told(pins.check_pins(pi.machine()))
    assert found[0] == ("problem", says, 'Set pins.factory to "auto".')


def test_rpi_gpio_on_an_old_system(pi):
    pi.config = Settings(pins=Pins(factory=Factory.RPIGPIO))
    pi.put("proc/sys/kernel/osrelease", "6.1.21-v8+")
    pi.missing = {"lgpio"}
    assert told(pins.check_pins(pi.machine()))[0] == (
        "ok",
        "The pins are reached through rpigpio (as the settings say).",
        "",
    )
    states = pins.check_libraries(pi.machine())[0].facts["libraries"]
    assert (states["lgpio"], states["rpigpio"]) == ("not installed", "installed")


def test_a_kernel_of_unknown_version_is_not_new(pi):
    pi.put("proc/sys/kernel/osrelease", "mine")
    assert pi.machine().kernel == (0, 0)


OFF = "Tones are made in software; the PWM hardware is not switched on for them."


def test_the_pwm_hardware_on_lamp_and_buzzer(pi):
    tree = Tree(pi.root / "sys")
    tree.chip(0, "brcm,bcm2835-pwm", [12, 13])
    (found,) = pins.check_pwm(pi.machine())
    assert (found.level, found.says) == (
        "ok",
        "The PWM hardware makes the pulses of GPIO12, GPIO13 (pwmchip0).",
    )
    assert found.facts["ours"] == {"GPIO12": "pwmchip0", "GPIO13": "pwmchip0"}


def test_the_buzzer_alone_by_the_kernels_own_pwm(pi):
    Tree(pi.root / "sys").chip(1, "pwm-gpio", [13])
    (found,) = pins.check_pwm(pi.machine())
    assert found.says == "The PWM hardware makes the pulses of GPIO13 (pwmchip1)."


def test_the_fan_of_a_pi_5_is_no_pwm_for_us(pi):
    pi.put("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
    Tree(pi.root / "sys").chip(0, "raspberrypi,rp1-pwm", [45], named=True)
    pi.put("sys/class/pwm/pwmchip0/npwm", "4\n")
    pi.put("sys/class/pwm/pwmchip3/npwm", "1\n")  # one without a device tree
    (found,) = pins.check_pwm(pi.machine())
    assert told([found]) == [("note", OFF, "For cleaner ones: sudo cramp-kiosk setup --pwm.")]
    assert [each["chip"] for each in found.facts["chips"]] == ["pwmchip0", "pwmchip3"]


def test_without_a_fit_gpiod_nothing_of_ours_uses_the_pwm_hardware(pi, monkeypatch):
    Tree(pi.root / "sys").chip(0, "brcm,bcm2835-pwm", [12, 13])
    monkeypatch.setitem(sys.modules, "kiosk.devices.gpiod_pins.hardware_pwm", None)
    assert pins.check_pwm(pi.machine())[0].says == OFF
