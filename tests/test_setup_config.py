"""The firmware's file as text: what it lacks, our block in, our block out, every byte as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.setup_config import (
    ConfigError,
    Needs,
    has_block,
    missing,
    with_block,
    without_block,
)

BLOCK = """\
# cramp-kiosk begin: written by "cramp-kiosk setup", taken out by "cramp-kiosk setup --undo"
[all]
dtparam=strict_gpiod
dtoverlay=w1-gpio
# cramp-kiosk end
"""
LINES = ["dtparam=strict_gpiod", "dtoverlay=w1-gpio"]
PWM = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"


@pytest.mark.parametrize(
    ("text", "needs", "lacks"),
    [
        ("", Needs(), LINES),
        ("", Needs(probe=17), ["dtparam=strict_gpiod", "dtoverlay=w1-gpio,gpiopin=17"]),
        ("", Needs(pwm=True), [*LINES, PWM]),
        ("dtoverlay=w1-gpio\n", Needs(), ["dtparam=strict_gpiod"]),
        ("dtoverlay=w1-gpio,gpiopin=4\ndtparam=strict_gpiod\n", Needs(), []),
        ("dtoverlay=w1-gpio\ndtparam=gpiopin=17\n", Needs(probe=17), ["dtparam=strict_gpiod"]),
        (
            "dtoverlay=vc4-kms-v3d\ndtparam=gpiopin=17\n",
            Needs(probe=17),
            [LINES[0], f"{LINES[1]},gpiopin=17"],
        ),
        ("dtoverlay=w1-gpio-pullup,gpiopin=4,extpullup=5\n", Needs(), ["dtparam=strict_gpiod"]),
        ("dtparam=audio=on,strict_gpiod=on\n", Needs(), ["dtoverlay=w1-gpio"]),
        ("dtparam=strict_gpiod\ndtparam=strict_gpiod=off\n", Needs(), LINES),
        ("#dtoverlay=w1-gpio\n # dtparam=strict_gpiod\n", Needs(), LINES),
        (f"{PWM}\n", Needs(pwm=True), LINES),
    ],
)
def test_what_is_missing(text, needs, lacks):
    assert missing(text, needs) == lacks


def test_what_only_some_devices_read_does_not_count():
    assert missing("[pi4]\ndtoverlay=w1-gpio\n[all]\ndtparam=strict_gpiod\n", Needs()) == [
        "dtoverlay=w1-gpio"
    ]
    assert missing("[none]\ndtoverlay=w1-gpio\ndtparam=strict_gpiod\n", Needs()) == LINES


@pytest.mark.parametrize(
    ("lamp", "buzzer", "overlay"),
    [
        (12, 13, PWM),
        (13, 12, PWM),
        (18, 13, "dtoverlay=pwm-2chan,pin=18,func=2,pin2=13,func2=4"),
        (19, 12, "dtoverlay=pwm-2chan,pin=12,func=4,pin2=19,func2=2"),
    ],
)
def test_lamp_and_buzzer_on_pins_that_the_pwm_hardware_reaches(lamp, buzzer, overlay):
    assert missing("", Needs(lamp=lamp, buzzer=buzzer, pwm=True))[-1] == overlay


@pytest.mark.parametrize(("lamp", "buzzer"), [(12, 18), (5, 6), (12, 6), (13, 19)])
def test_lamp_and_buzzer_on_pins_that_it_does_not_reach(lamp, buzzer):
    with pytest.raises(ConfigError) as raised:
        missing("", Needs(lamp=lamp, buzzer=buzzer, pwm=True))
    assert str(raised.value) == (
        f"The PWM hardware does not reach GPIO{lamp} and GPIO{buzzer} at once: "
        "put lamp and buzzer on one of 12 and 18, and one of 13 and 19."
    )


def test_the_block_goes_to_the_end_and_comes_out_again():
    text = "# mine\n[pi4]\narm_boost=1\n"
    assert with_block(text, LINES) == text + BLOCK
    assert without_block(text + BLOCK) == text
    assert has_block(text + BLOCK)
    assert not has_block(text)


def test_windows_line_ends_are_kept():
    block = BLOCK.replace("\n", "\r\n")
    assert with_block("[all]\r\n", LINES) == f"[all]\r\n{block}"
    assert without_block(f"[all]\r\n{block}") == "[all]\r\n"


def test_what_was_added_after_the_block_stays_for_every_device():
    text = "[pi4]\narm_boost=1\n"
    assert without_block(f"{text}{BLOCK}dtparam=i2c_arm=on\n") == f"{text}[all]\ndtparam=i2c_arm=on\n"
    assert without_block(f"{text}{BLOCK}[pi5]\nusb=1\n") == f"{text}[pi5]\nusb=1\n"
    assert without_block(f"a=1\n{BLOCK}b=2\n") == "a=1\nb=2\n"


def test_a_block_that_lost_its_end_is_left_for_a_person():
    with pytest.raises(ConfigError) as raised:
        without_block(BLOCK.replace("# cramp-kiosk end\n", ""))
    assert str(raised.value) == (
        'The block of cramp-kiosk has lost its last line, "# cramp-kiosk end": put it back by hand.'
    )


@given(
    st.lists(st.sampled_from(["[pi4]", "[all]", "dtparam=audio=on", "# é", "", "\r", "\x0b", "\udce9"])).map(
        "\n".join
    )
)
def test_every_byte_is_as_it_was(text):
    assert without_block(with_block(text, LINES)) == text
