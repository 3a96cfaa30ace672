"""What the kiosk needs of the firmware and config.txt lacks, read as the firmware reads it."""

import pytest

from kiosk.config.config_txt import with_block
from kiosk.config.firmware import ConfigError, Needs, is_generated, missing

LINES = ["dtparam=strict_gpiod", "dtoverlay=w1-gpio"]
PWM = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"
PI_4 = "Raspberry Pi 4 Model B Rev 1.5"
PI_5 = "Raspberry Pi 5 Model B Rev 1.0"


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
        *(
            (f"dtparam=strict_gpiod\ndtoverlay={name}\n", Needs(), [])
            for name in ("w1-gpio-pi5", "w1-gpio-pullup-pi5")
        ),
        ("dtparam=audio=on,strict_gpiod=on\n", Needs(), ["dtoverlay=w1-gpio"]),
        ("dtparam=strict_gpiod\ndtparam=strict_gpiod=off\n", Needs(), LINES),
        ("#dtoverlay=w1-gpio\n # dtparam=strict_gpiod\n", Needs(), LINES),
        (f"{PWM}\n", Needs(pwm=True), LINES),
    ],
)
def test_what_is_missing(text, needs, lacks):
    assert missing(text, needs) == lacks


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("dtoverlay=w1-gpio #custom\ndtparam=strict_gpiod\n", LINES[1:]),  # no overlay has that name
        ("dtoverlay=w1-gpio,gpiopin=4 # yellow\ndtparam=strict_gpiod\n", LINES[1:]),
        ("dtoverlay=w1-gpio\ndtparam=strict_gpiod # for the crash\n", LINES[:1]),
        ("dtoverlay=w1-gpio\ndtparam=audio=on,strict_gpiod=on #x\n", LINES[:1]),
        ("dtoverlay=w1-gpio\ndtparam=strict_gpiod,audio=on #x\n", []),
        ("dtoverlay = w1-gpio\ndtparam= strict_gpiod\nDTPARAM=strict_gpiod\n", LINES),
        ("# chapter 1\fdtoverlay=w1-gpio\n# 2\x85dtparam=strict_gpiod\n", LINES),
        (f"dtoverlay=w1-gpio,{'x=1,' * 25}\ndtparam=strict_gpiod\n", LINES[1:]),  # over 98 letters
        ("device_tree_overlay=w1-gpio\ndevice_tree_param=strict_gpiod\n", []),
        ("dtoverlay=w1-gpio:gpiopin=4\ndtparam=strict_gpiod\n", []),
        ("dtoverlay=w1-gpio,gpiopin=0x4\ndtparam=strict_gpiod\n", []),
        ("dtoverlay=w1-gpio\ndtparam=gpiopin=17\ndtparam=strict_gpiod\n", LINES[1:]),
        ("dtoverlay=w1-gpio\ndtoverlay=\ndtparam=gpiopin=17\ndtparam=strict_gpiod\n", []),
    ],
)
def test_what_the_firmware_may_read_otherwise_does_not_count_as_there(text, lacks):
    assert missing(text, Needs()) == lacks


@pytest.mark.parametrize(
    ("text", "on_any", "on_a_pi_4"),
    [
        ("[pi4]\ndtoverlay=w1-gpio\n[all]\ndtparam=strict_gpiod\n", LINES[1:], []),
        ("[pi5]\ndtoverlay=w1-gpio\n[all]\ndtparam=strict_gpiod\n", LINES[1:], LINES[1:]),
        ("[none]\ndtoverlay=w1-gpio\ndtparam=strict_gpiod\n", LINES, LINES),
        ("[EDID=VSC-TD2220]\ndtoverlay=w1-gpio\n[all]\ndtparam=strict_gpiod\n", LINES[1:], LINES[1:]),
        ("[gpio4=1]\n[pi4]\ndtoverlay=w1-gpio\ndtparam=strict_gpiod\n", LINES, LINES),
        ("[pi5]\n[pi4]\ndtoverlay=w1-gpio\ndtparam=strict_gpiod\n", LINES, []),
    ],
)
def test_what_this_device_does_not_surely_read_does_not_count(text, on_any, on_a_pi_4):
    assert missing(text, Needs()) == on_any
    assert missing(text, Needs(), PI_4) == on_a_pi_4


def test_an_own_pwm_overlay_for_lamp_and_buzzer_is_ours_with_whatever_follows_it():
    needs = Needs(pwm=True)
    for own in (PWM, "dtoverlay=pwm-2chan,pin2=13,func2=4,pin=12,func=4", f"{PWM.replace('=12', '=0xc')}"):
        text = with_block(f"{own}\n", missing(f"{own}\n", needs))
        assert missing(text, needs) == [], own
        assert text.count("pwm-2chan") == 1
    assert missing("dtoverlay=pwm-2chan\n", Needs(lamp=18, buzzer=19, pwm=True)) == LINES


@pytest.mark.parametrize("own", ["pwm-2chan", "pwm-2chan,pin=12,func=4", "pwm,pin=12,func=4", "pwm"])
def test_an_own_pwm_overlay_for_something_else_is_not_overwritten(own):
    with pytest.raises(ConfigError) as raised:
        missing(f"dtoverlay={own}\n", Needs(pwm=True))
    assert str(raised.value) == (
        f"config.txt has dtoverlay={own.split(',')[0]} already, not for lamp and buzzer, and the firmware "
        "takes one such line: take it out, or do without --pwm."
    )
    assert missing(f"dtoverlay={own}\n", Needs()) == LINES


GENERATED = """\
# Do not modify this file!
#
# It is automatically generated upon install or update of either the
# firmware or the Linux kernel.
#
# If you need to set boot-time parameters, do so via the
# /etc/default/raspi-firmware, /etc/default/raspi-firmware-custom or
# /etc/default/raspi-extra-cmdline files.

enable_uart=1
upstream_kernel=1

kernel=vmlinuz-6.12.48-arm64
# For details on the initramfs directive, see
# https://www.raspberrypi.org/forums/viewtopic.php?f=63&t=10532
initramfs initrd.img-6.12.48-arm64
"""


def test_debians_generated_file_is_known_by_its_head():
    assert is_generated(GENERATED)
    assert not is_generated("")
    assert not is_generated("gpu_mem=16\n" + GENERATED)
    assert not is_generated("# Do not modify this file!\n")


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
