"""Someone else's line in config.txt, and the sentence the owner reads for it."""

import pytest

from kiosk.config.conflicts import doubts, find, find_hat
from kiosk.config.overlays import Line, enabled, known, number, spread, table
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
    "config.txt: dtoverlay={} takes every pin: button, lamp, buzzer and probe cannot be used beside it. "
    "If it is a panel, it shows the pages and takes touches; for the rest use one on DSI, HDMI or SPI."
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
        Line(name="", params={"audio": "on"}),
        Line(name="", params={"temp": "60000"}),
        Line(name="", params={"spi": "on"}),
        Line(name="gpio-fan", params={"temp": "60000"}),
    ]


# --- what overlays take without being told to


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("max98357a", [PROBE]),
        ("max98357a,sdmode-pin=4", [PROBE]),
        ("max98357a,sdmode-pin=16", []),
        ("max98357a,sdmode-pin=13", [BUZZER]),
        ("max98357a,no-sdmode", []),
        ("max98357a,no-sdmode=off", [PROBE]),
        ("max98357a,sdmode-pin=16 # amplifier", [PROBE]),  # the firmware refuses that number, and takes 4
        ("max98357a\ndtparam=no-sdmode", []),
        ("max98357a\ndtoverlay=\ndtparam=no-sdmode", [PROBE]),
        ("hifiberry-dac", []),
        ("hifiberry-amp100", [PROBE]),
        ("hifiberry-digi-pro", [BUTTON]),
        ("allo-boss2-dac-audio", [BUTTON]),
        ("chipdip-dac", [EVERY_PIN]),
        ("pisound", [LAMP, BUZZER]),
        ("audremap,pins_18_19", []),
        ("audremap,pins_none", []),
        ("goodix", [PROBE]),
        ("goodix,interrupt=26", []),
        ("goodix,interrupt=26,reset=5", [BUTTON]),
        ("mcp23017,noints", []),
        ("mcp23017,gpiopin=0x1a", []),
        ("i2c-sensor,bme280", []),
        ("i2c-sensor,mpu6050", [PROBE]),
        ("i2c-sensor,mpu6050,int_pin=26", []),
        ("tinylcd35", []),
        ("tinylcd35,touch", [BUTTON]),
        ("tinylcd35,touch,touchgpio=26", []),
        ("tinylcd35,touch,keypad", [BUTTON, PROBE]),
        ("hd44780-lcd,pin_d5=22", []),
        ("hd44780-lcd,pin_bl=12", [LAMP, BUZZER]),
        ("sunfounder-pironman5", [LAMP, BUZZER]),
        ("sunfounder-pironman5,ir=off", []),
        ("sunfounder-pironman5,ir_pins=12", [LAMP]),
        ("vc4-kms-dpi-panel", []),
        ("vc4-kms-dpi-panel,kippah-7inch", [EVERY_PIN]),
        ("vga666", [EVERY_PIN]),
        ("rotary-encoder:pin_a=22", []),  # the older sign before the first parameter
        ("gpio-shutdown,gpio_pin=005", [BUTTON]),
        ("fbtft,dc_pin=12,reset_pin=25", [LAMP]),
        ("unheard-of,gpio=99999999999999999999999999", []),
    ],
)
def test_what_an_overlay_takes_by_default_and_what_its_parameters_change(line, sentences) -> None:
    name = line.split("\n")[0].replace(":", ",").split(",")[0]
    assert find(Pins(), f"dtoverlay={line}\n") == [sentence.format(name) for sentence in sentences]


@pytest.mark.parametrize(
    ("name", "on_a_zero", "on_a_4", "on_a_5"),
    [
        ("uart2", [], [], [BUTTON, PROBE]),
        ("uart3", [], [BUTTON, PROBE], []),
        ("uart4", [], [], [LAMP, BUZZER]),
        ("uart5", [], [LAMP, BUZZER], []),
        ("i2c2", [], [], [BUTTON, PROBE]),
        ("i2c3", [], [BUTTON, PROBE], []),
        ("spi3-1cs", [], [], [BUTTON, PROBE]),
        ("spi4-1cs", [], [BUTTON, PROBE], []),
        ("spi5-2cs", [], [LAMP, BUZZER], [LAMP, BUZZER]),
        ("pwm-pio", [], [], [PROBE]),
        ("smi", [EVERY_PIN], [EVERY_PIN], []),
        ("audremap", [LAMP, BUZZER], [LAMP, BUZZER], [LAMP, BUZZER]),
        ("w1-gpio", [], [], []),
    ],
)
def test_the_board_decides_which_overlay_is_behind_a_name(name, on_a_zero, on_a_4, on_a_5) -> None:
    found = [find(Pins(), f"dtoverlay={name}\n", model) for model in (ZERO, PI_4, PI_5)]
    assert found == [[each.format(name) for each in told] for told in (on_a_zero, on_a_4, on_a_5)]


def test_another_way_for_sound_is_another_overlay_on_a_pi_5() -> None:
    line = "dtoverlay=audremap,pins_18_19"
    assert find(Pins(lamp=18), line, PI_4) == [LAMP.replace("GPIO12", "GPIO18").format("audremap")]
    assert find(Pins(lamp=18), line, PI_5) == []  # it is off, then


def test_the_boards_own_parameters_can_name_a_pin_of_ours() -> None:
    told = find(Pins(), "dtoverlay=vc4-kms-v3d\ndtparam=act_led_gpio=12,act_led_trigger=heartbeat\n")
    assert told == [LAMP.replace("dtoverlay={}", "dtparam=act_led_gpio")]


def test_infrared_by_pwm_and_tones_by_pwm_share_their_channels() -> None:
    ours = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"
    assert find(Pins(), f"{ours}\ndtoverlay=pwm-ir-tx\n") == [
        BOTH_PWM.replace("dtparam=audio", "dtoverlay=pwm-ir-tx")
    ]
    assert find(Pins(), "dtoverlay=pwm-ir-tx\ndtparam=audio=on\n") == []


HAT = (
    "The HAT {} takes GPIO{} without a line in config.txt: what of ours is wired there will not work. "
    "Use another board for sound, or other pins."
)


@pytest.mark.parametrize(
    ("product", "model", "pins"),
    [
        ("HiFiBerry Amp100", PI_4, "4"),
        ("pisound", PI_4, "12, GPIO13"),
        ("HiFiBerry DAC8x", PI_5, "5"),
        ("HiFiBerry DAC8x", PI_4, ""),
        ("HiFiBerry DAC+ Pro", PI_4, ""),
        ("Sense HAT", PI_4, ""),
    ],
)
def test_a_hat_that_loads_its_overlay_by_itself(product, model, pins) -> None:
    assert find_hat(Pins(), product, model) == ([HAT.format(product, pins)] if pins else [])


# --- the table itself


def test_every_row_is_whole_and_no_name_is_twice_on_a_board() -> None:
    rows = table().overlay
    assert len(rows) > 50
    assert {row.boards for row in rows} <= set(table().boards)
    for model in (ZERO, PI_4, PI_5, "Raspberry Pi Compute Module 4 Rev 1.0"):
        names = [name for row in rows for name in row.names if row in known(name, model)]
        assert len(names) == len(set(names)), model
    for row in rows:
        taken = spread(row.pins).union(*(spread(spans) for spans in row.adds.values()))
        assert taken <= set(range(28)), row.names
        assert set(row.moves.values()) <= taken, row.names
        assert {pin for spans in row.drops.values() for pin in spread(spans)} <= taken, row.names
        assert set(row.moves) <= set(table().pin_params), row.names
        assert row.sure


@pytest.mark.parametrize(
    ("text", "pin"),
    [("4", 4), ("0x1A", 26), ("010", 8), ("0", 0), ("08", None), ("", None), ("4 #x", None), ("٤", None)],
)
def test_a_number_is_read_as_the_firmware_reads_it(text, pin) -> None:
    assert number(text) == pin


def test_lines_that_may_be_read_otherwise_are_told_where_they_count() -> None:
    config = (
        "[pi5]\ndtoverlay=uart4 # for the bed\n[pi4]\nDTPARAM=audio=on\n# dtparam=x #y\nhdmi_group=2 #tv\n"
    )
    assert [each.split(":")[0] for each in doubts(config)] == ["config.txt, line 2", "config.txt, line 4"]
    assert [each.split(":")[0] for each in doubts(config, PI_5)] == ["config.txt, line 2"]


def test_a_setting_in_doubt_is_told_as_if_it_counted() -> None:
    for line in ("dtoverlay=gpio-fan #mine", "dtoverlay = gpio-fan", "[EDID=x]\ndtoverlay=gpio-fan"):
        assert find(Pins(), line) == [LAMP.format("gpio-fan")]
        assert not enabled(line)[0].is_sure
