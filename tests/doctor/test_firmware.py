"""The doctor reads config.txt as the firmware does, and looks at what else is on the header."""

from kiosk.doctor import pins
from tests.doctor.pi import told


def test_the_firmware_was_not_told(pi):
    pi.put("boot/firmware/config.txt", "dtparam=audio=on\n")
    assert told(pins.check_firmware(pi.machine())) == [
        (
            "problem",
            "/boot/firmware/config.txt lacks dtparam=strict_gpiod, dtoverlay=w1-gpio.",
            "Run sudo cramp-kiosk setup, then restart the device.",
        )
    ]


def test_an_overlay_that_takes_a_pin(pi):
    pi.put(
        "boot/firmware/config.txt", "dtparam=strict_gpiod\ndtoverlay=w1-gpio\ndtoverlay=gpio-fan,gpiopin=12\n"
    )
    found = pins.check_firmware(pi.machine())
    assert [each.check for each in found] == ["pins.firmware", "pins.conflict"]
    assert found[1].says.startswith("config.txt: dtoverlay=gpio-fan takes GPIO12, the lamp's")


def test_without_the_boot_partition(pi):
    pi.take("boot/firmware/config.txt")
    assert told(pins.check_firmware(pi.machine())) == [
        (
            "problem",
            "The firmware's config.txt is not there.",
            "Mount the boot partition: sudo mount /boot/firmware",
        )
    ]


def test_a_pin_that_is_no_number_counts_as_none(pi):
    pi.put("boot/firmware/config.txt", "dtparam=strict_gpiod\ndtoverlay=w1-gpio,gpiopin=x\n")
    found = pins.check_firmware(pi.machine())
    assert found[0].says == "/boot/firmware/config.txt lacks dtoverlay=w1-gpio."


def test_a_config_that_may_not_be_read(pi, monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pins, "read", refuse)
    assert told(pins.check_firmware(pi.machine())) == [
        (
            "note",
            "/boot/firmware/config.txt cannot be read (Permission denied).",
            "Run sudo cramp-kiosk doctor.",
        )
    ]


def test_a_remark_behind_the_probes_line_is_told_and_the_line_does_not_count(pi):
    pi.put("boot/firmware/config.txt", "dtparam=strict_gpiod\ndtoverlay=w1-gpio #custom\n")
    assert told(pins.check_firmware(pi.machine())) == [
        (
            "problem",
            "/boot/firmware/config.txt lacks dtoverlay=w1-gpio.",
            "Run sudo cramp-kiosk setup, then restart the device.",
        ),
        (
            "note",
            (
                "config.txt, line 2: a remark behind a setting is read as part of it, and the setting may be "
                "lost. Put the remark on a line of its own: dtoverlay=w1-gpio"
            ),
            "",
        ),
    ]


def test_what_counts_on_this_board_is_there(pi):
    pi.put(
        "boot/firmware/config.txt", "dtparam=strict_gpiod\n[pi4]\ndtoverlay=w1-gpio\n[pi5]\ndtoverlay=uart4\n"
    )
    assert [each.level for each in pins.check_firmware(pi.machine())] == ["ok"]


def test_marks_of_our_block_that_do_not_pair(pi):
    pi.put("boot/firmware/config.txt", "# cramp-kiosk end\ndtparam=strict_gpiod\ndtoverlay=w1-gpio\n")
    (found,) = pins.check_firmware(pi.machine())
    assert found.level == "problem"
    assert found.says.startswith(
        "/boot/firmware/config.txt, line 1: the block of cramp-kiosk that ends here has"
    )
    assert found.remedy == "Then run sudo cramp-kiosk setup."


def test_a_card_without_the_overlay_of_the_probe(pi):
    (pi.root / "boot/firmware/overlays").mkdir()
    assert told(pins.check_firmware(pi.machine()))[1:] == [
        (
            "problem",
            "/boot/firmware/overlays has no w1-gpio.dtbo, so the firmware cannot load it.",
            "Raspberry Pi OS brings that file; plain Debian does not.",
        )
    ]


def test_the_probes_pin_taken_by_an_amplifier(pi):
    pi.put("boot/firmware/config.txt", "dtparam=strict_gpiod\ndtoverlay=w1-gpio\ndtoverlay=max98357a\n")
    assert pins.check_firmware(pi.machine())[1].says.startswith(
        "config.txt: dtoverlay=max98357a takes GPIO4, the water probe's"
    )


def test_a_hat_that_takes_our_pins_and_one_that_nobody_knows(pi):
    assert pins.check_hat(pi.machine()) == []
    pi.put("proc/device-tree/hat/product", "Pisound\0")
    assert pins.check_hat(pi.machine())[0].says.startswith(
        "The HAT Pisound takes GPIO12, GPIO13 without a line"
    )
    pi.put("proc/device-tree/hat/product", "Sense HAT\0")
    assert told(pins.check_hat(pi.machine())) == [
        (
            "note",
            "The HAT Sense HAT is on the header; config.txt does not tell which pins it takes.",
            "Its maker's papers do: it goes with the kiosk if it leaves GPIO4, GPIO5, GPIO12, GPIO13 alone.",
        )
    ]
