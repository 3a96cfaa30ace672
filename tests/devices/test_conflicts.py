"""Someone else's line in config.txt, and the sentence the owner reads for it."""

import pytest

from kiosk.devices.conflicts import Line, enabled, find
from kiosk.devices.pins import Pins

PI_4 = "Raspberry Pi 4 Model B Rev 1.5"
ZERO = "Raspberry Pi Zero 2 W Rev 1.0"
PI_5 = "Raspberry Pi 5 Model B Rev 1.0"

BUTTON = (
    "config.txt: dtoverlay={} takes GPIO5, the button's: presses will be missed. "
    "Give it another pin, or take the line out."
)
LAMP = (
    "config.txt: dtoverlay={} takes GPIO12, the lamp's: it will not show hold and let go. "
    "Give it another pin, or take the line out."
)
BUZZER = (
    "config.txt: dtoverlay={} takes GPIO13, the buzzer's: tones will be missing. "
    "Give it another pin, or take the line out."
)
PROBE = (
    "config.txt: dtoverlay={} takes GPIO4, the water probe's: it cannot be read. "
    "Give it another pin, or take the line out."
)
EVERY_PIN = (
    "config.txt: dtoverlay={} takes every pin: button, lamp, buzzer and probe cannot be used with this "
    "panel. It shows the pages and takes touches; for the rest use a panel on DSI, HDMI or SPI."
)
ELSEWHERE = (
    "config.txt: 1-Wire is on GPIO17, but the water probe is wired to GPIO4. "
    "Write dtoverlay=w1-gpio,gpiopin=4, or move the yellow wire."
)
BOTH_PWM = (
    "config.txt: dtoverlay=pwm-2chan and dtparam=audio share the two PWM channels: sound and tones will "
    "disturb each other. Take one of the two lines out."
)

#: As Raspberry Pi OS writes it, with the line for the probe.
USUAL = """\
# For more options and information see http://rptl.io/configtxt
dtparam=i2c_arm=on
dtparam=spi=on
dtparam=audio=on
camera_auto_detect=1
display_auto_detect=1
dtoverlay=vc4-kms-v3d
[cm4]
otg_mode=1
[cm5]
dtoverlay=dwc2,dr_mode=host
[all]
dtoverlay=w1-gpio
"""


@pytest.mark.parametrize("model", ["", ZERO, PI_4, PI_5])
def test_the_usual_config_is_in_nobodys_way(model: str) -> None:
    assert find(Pins(), USUAL, model) == []


@pytest.mark.parametrize(
    "config",
    [
        "",
        "dtoverlay=piscreen,drm\n",
        "dtoverlay=waveshare35a\ndtoverlay=w1-gpio",
        "dtoverlay=i2c-rtc,ds3231",
        "dtoverlay=hifiberry-dac",
        "dtoverlay=vc4-kms-dsi-7inch",
        "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4",
        "dtoverlay=pwm-gpio,gpio=13",
        "dtoverlay=gpio-fan,gpiopin=26",
        "dtoverlay=audremap,pins_18_19",
        "dtoverlay=w1-gpio-pullup,extpullup=26",
        "dtoverlay=gpio-shutdown",
        "#dtoverlay=gpio-fan",
        "[none]\ndtoverlay=gpio-fan\n[all]",
    ],
)
def test_these_go_with_our_pins(config: str) -> None:
    assert find(Pins(), config) == []


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ("dtoverlay=gpio-fan", [LAMP]),
        ("dtoverlay=audremap", [LAMP, BUZZER]),
        ("dtoverlay=uart5", [LAMP, BUZZER]),
        ("dtoverlay=i2c3", [BUTTON, PROBE]),
        ("dtoverlay=dht11", [PROBE]),
        ("dtoverlay=w1-gpio-pullup", [BUTTON]),
        ("dtoverlay=w1-gpio-pullup,gpiopin=4,extpullup=on", [BUTTON]),
        ("dtoverlay=pwm-gpio,gpio=5", [BUTTON]),
        ("dtoverlay=gpio-key,gpio=13", [BUZZER]),
        ("dtoverlay=pwm-gpio-fan,fan_gpio=12", [LAMP]),
        ("dtoverlay=gpio-shutdown,gpio_pin=5", [BUTTON]),
        ("dtoverlay=gpio-fan\ndtparam=gpiopin=13", [BUZZER]),
        ("dtoverlay=vc4-kms-dpi-hyperpixel4", [EVERY_PIN]),
    ],
)
def test_a_line_that_takes_a_pin_of_ours_is_named(config: str, sentences: list[str]) -> None:
    name = config.partition("=")[2].split("\n")[0].split(",")[0]
    assert find(Pins(), config) == [sentence.format(name) for sentence in sentences]


def test_a_moved_button_clashes_with_the_panel_it_was_moved_onto() -> None:
    assert find(Pins(button=17), "dtoverlay=piscreen") == [
        BUTTON.replace("GPIO5", "GPIO17").format("piscreen")
    ]


def test_the_board_itself_can_take_a_pin() -> None:
    told = find(Pins(lamp=2), "dtparam=i2c_arm=on")
    assert told == [LAMP.replace("dtoverlay={}", "dtparam=i2c_arm").replace("GPIO12", "GPIO2")]
    assert find(Pins(lamp=2), "dtparam=i2c_arm=off") == []


def test_one_wire_on_another_pin_leaves_the_probe_unread() -> None:
    assert find(Pins(), "dtoverlay=w1-gpio,gpiopin=17") == [ELSEWHERE]
    assert find(Pins(probe=17), "dtoverlay=w1-gpio,gpiopin=17") == []
    assert find(Pins(), "dtoverlay=w1-gpio,gpiopin=17\ndtoverlay=w1-gpio") == []


def test_one_wire_on_the_lamps_pin_is_two_mistakes() -> None:
    told = find(Pins(), "dtoverlay=w1-gpio,gpiopin=12")
    assert told == [LAMP.format("w1-gpio"), ELSEWHERE.replace("GPIO17", "GPIO12")]


def test_jack_and_hardware_pwm_share_their_channels() -> None:
    told = find(Pins(), "dtparam=audio=on\ndtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4")
    assert told == [BOTH_PWM]


@pytest.mark.parametrize(
    ("section", "counts_on"),
    [
        ("pi4", [PI_4]),
        ("pi5", [PI_5]),
        ("pi0", [ZERO]),
        ("pi02", [ZERO]),
        ("pi3", []),
        ("all", [PI_4, PI_5, ZERO]),
        ("EDID=VSC-TD2220", [PI_4, PI_5, ZERO]),
    ],
)
def test_a_section_counts_on_its_own_model_only(section: str, counts_on: list[str]) -> None:
    config = f"[{section}]\ndtoverlay=gpio-fan\n"
    assert [model for model in (PI_4, PI_5, ZERO) if find(Pins(), config, model)] == counts_on


def test_all_ends_a_section() -> None:
    assert find(Pins(), "[pi5]\n[all]\ndtoverlay=gpio-fan", PI_4) == [LAMP.format("gpio-fan")]


def test_the_same_line_twice_is_said_once() -> None:
    assert find(Pins(), "dtoverlay=gpio-fan\n" * 2) == [LAMP.format("gpio-fan")]


def test_a_parameter_on_its_own_line_belongs_to_the_overlay_before_it() -> None:
    assert enabled(
        "dtparam=audio=on\ndtoverlay=gpio-fan\ndtparam=temp=60000\ndtoverlay=\ndtparam=spi=on"
    ) == [
        Line("", {"audio": "on"}),
        Line("", {"temp": "60000"}),
        Line("", {"spi": "on"}),
        Line("gpio-fan", {"temp": "60000"}),
    ]
