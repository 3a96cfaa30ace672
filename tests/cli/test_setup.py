"""``cramp-kiosk setup`` as a person meets it: what it shows, asks, writes, and takes back."""

import builtins
import sys

import pytest

from kiosk.cli.setup import ask_person, board, find_config
from kiosk.config import config_txt
from kiosk.config.firmware import Needs
from tests.config.test_config_txt import BLOCK
from tests.pi_disk import CONFIG, Bench


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_it_shows_the_change_asks_writes_and_says_to_restart(bench):
    assert bench.setup() == 0
    assert bench.said == [
        f"--- {bench.config}",
        f"+++ {bench.config}",
        "@@ -3,2 +3,8 @@",
        " [pi4]",
        " arm_boost=1",
        *(f"+{line}" for line in BLOCK.splitlines()),
        "",
        "Written.",
        f"As it was before cramp-kiosk, it is in {bench.backup}.",
        "Restart the device for this to take effect: sudo reboot",
    ]
    assert bench.questions == [f"Write this to {bench.config}?"]
    assert bench.config.read_text() == CONFIG + BLOCK
    assert bench.backup.read_text() == CONFIG
    assert bench.warned == []


def test_a_second_time_there_is_nothing_to_do(bench):
    bench.setup(yes=True)
    assert bench.setup() == 0
    assert bench.said == [f"{bench.config} has everything that cramp-kiosk needs."]
    assert bench.questions == []
    assert bench.config.read_text() == CONFIG + BLOCK


def test_undo_gives_back_every_byte(bench):
    before = b"# caf\xe9\r\n[pi4]\r\narm_boost=1"
    bench.config.write_bytes(before)
    bench.setup(yes=True)
    assert bench.config.read_bytes() != before
    assert bench.backup.read_bytes() == before
    assert bench.setup(undo=True, yes=True) == 0
    assert bench.said[-2] == f"Written. {bench.config} is without the lines of cramp-kiosk."
    assert bench.config.read_bytes() == before
    assert not bench.backup.exists()
    assert bench.setup(undo=True) == 0
    assert bench.said == [f"{bench.config} has nothing of cramp-kiosk in it."]


def test_the_pwm_hardware_that_was_asked_for_once_stays(bench):
    pwm = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"
    bench.setup(Needs(pwm=True), yes=True)
    text = bench.config.read_text()
    assert pwm in text
    assert bench.setup(yes=True) == 0
    assert bench.said == [f"{bench.config} has everything that cramp-kiosk needs."]
    assert bench.setup(Needs(probe=17), yes=True) == 0
    assert {pwm, "dtoverlay=w1-gpio,gpiopin=17"} <= set(bench.config.read_text().splitlines())
    assert bench.setup(Needs(lamp=6), yes=True) == 0  # it does not reach that pin
    assert pwm not in bench.config.read_text()


def test_other_pins_replace_the_block_and_the_first_backup_stays(bench):
    bench.setup(yes=True)
    assert bench.setup(Needs(probe=17), yes=True) == 0
    assert bench.config.read_text() == CONFIG + BLOCK.replace("w1-gpio", "w1-gpio,gpiopin=17")
    assert bench.backup.read_text() == CONFIG


def test_a_no_changes_nothing(bench):
    bench.answer = False
    assert bench.setup() == 1
    assert bench.said[-1] == "Nothing was changed."
    assert bench.config.read_text() == CONFIG
    assert not bench.backup.exists()


def test_a_dry_run_only_shows(bench):
    assert bench.setup(dry_run=True) == 0
    assert bench.said[-1] == "Nothing was changed."
    assert (bench.questions, bench.config.read_text()) == ([], CONFIG)


def test_without_a_person_it_wants_to_be_told(bench):
    bench.answer = None
    assert bench.setup() == 1
    assert bench.warned == ["Nobody can answer here: say --yes to write it, or --dry-run to only look."]
    assert bench.config.read_text() == CONFIG


def test_it_says_what_will_still_be_in_the_way(bench):
    assert bench.setup(Needs(pwm=True), dry_run=True) == 0
    assert bench.said[-3:] == [
        "",
        (
            "config.txt: dtoverlay=pwm-2chan and dtparam=audio share the two PWM channels: sound and tones "
            "will disturb each other. Take one of the two lines out."
        ),
        "Nothing was changed.",
    ]


def test_hardware_pwm_on_a_pi_5(tmp_path):
    bench = Bench(tmp_path, "Raspberry Pi 5 Model B Rev 1.0")
    bench.config.write_text("")
    assert bench.setup(Needs(pwm=True), dry_run=True) == 0
    assert bench.said[-2] == (
        "On a Pi 5 this needs a recent system; "
        "after the restart cramp-kiosk doctor says whether the PWM hardware is there."
    )


def test_pins_that_the_hardware_does_not_reach(bench):
    assert bench.setup(Needs(pwm=True, lamp=6)) == 1
    assert bench.warned[0].startswith("The PWM hardware does not reach GPIO6 and GPIO13 at once")


def test_a_file_that_is_no_text_is_left_alone(bench, tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF\0\0")
    assert bench.setup(file=program, yes=True) == 2
    assert bench.warned == [f"{program} is no config.txt: it is not text."]
    assert program.read_bytes() == b"\x7fELF\0\0"


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("console=serial0,115200 console=tty1 root=PARTUUID=4a5b-02 rootwait quiet\n", 1),
        ("#!/bin/sh\nset -e\nPATH=/bin\necho done\n", 2),
        ("# mine\n[soak]\n\nprobe_offset = 0.4\nminutes = 15\n", 4),
        ('{"a": 1,\n "b": 2}\n', 1),
        ("[Unit]\nDescription=A service\nAfter=network.target\n", 2),
        ("proc /proc proc defaults 0 0\nPARTUUID=4a5b-02 / ext4 defaults 0 1\n", 1),
        ("DO NOT EDIT THIS FILE\n\nThe file you are looking for has moved to /boot/firmware/config.txt\n", 1),
        ("caf\xe9 \xff\xfe\n", 1),
    ],
)
def test_another_kind_of_file_is_left_alone(bench, text, number, undo):
    bench.config.write_bytes(text.encode("latin-1"))
    assert bench.setup(file=bench.config, yes=True, undo=undo) == 2
    assert bench.warned == [
        (
            f"{bench.config} is no config.txt: line {number} is no setting of the firmware, "
            "nor are most others."
        )
    ]
    assert bench.config.read_bytes() == text.encode("latin-1")
    assert not bench.backup.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n# all of it is comments\r\n",
        "[all]\r\n[pi4]\r\narm_boost=1\r\n[EDID=VSC-TD2220]\r\n[gpio4=1]\r\nhdmi_group:1=2\r\n",
        "include more.txt\ninitramfs initrd.img followkernel\nhdmi_cvt=800 480 60 6 0 0 0 # as on the back\n",
        f"dtoverlay=vc4-kms-v3d\ndtparam={'x' * 60_000}\n# caf\xe9\n",
        "  dtparam=audio=on\ngpio=17=op,dl\ndtoverlay=\nmax_framebuffers=2\nsomething I once typed\n",
        "gpu_mem = 16\nenable_uart=1\ndtparam=i2c_arm=on\n",
    ],
)
def test_every_config_txt_that_the_firmware_takes_is_taken(bench, text):
    bench.config.write_bytes(text.encode("latin-1"))
    assert bench.setup(file=bench.config, yes=True) == 0
    assert bench.config.read_bytes().startswith(text.encode("latin-1"))
    assert bench.setup(file=bench.config, undo=True, yes=True) == 0
    assert bench.config.read_bytes() == text.encode("latin-1")


def test_not_on_a_raspberry_pi(tmp_path):
    bench = Bench(tmp_path, "Rockchip Something")
    assert bench.setup() == 1
    assert bench.warned == [
        (
            "This is not a Raspberry Pi, so there is nothing to set up. "
            "For a card in a reader: cramp-kiosk setup --file PLACE/config.txt."
        )
    ]


def test_a_card_in_a_reader(tmp_path):
    bench = Bench(tmp_path, "A laptop")
    assert bench.setup(file=bench.config, yes=True) == 0
    assert bench.config.read_text() == CONFIG + BLOCK


def test_without_its_boot_partition(bench):
    bench.config.unlink()
    assert bench.setup() == 1
    assert bench.warned == [
        (
            f"There is no {bench.root}/boot/firmware/config.txt and no {bench.root}/boot/config.txt: "
            "mount the boot partition, then try again."
        )
    ]


def test_a_missing_file(bench, tmp_path):
    assert bench.setup(file=tmp_path / "none.txt") == 2
    assert bench.warned == [f"{tmp_path}/none.txt cannot be used: No such file or directory."]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "no", "F"), "{file} may not be changed by this user; try again with sudo."),
        (OSError(30, "no", "F"), "{file} is on a disk that is read-only: make it writable, then try again."),
        (OSError(28, "No space left on device"), "{file} cannot be used: No space left on device."),
    ],
)
def test_a_file_that_cannot_be_written(bench, monkeypatch, error, says):
    def refuse(*_):
        raise error

    monkeypatch.setattr(config_txt, "replace_file", refuse)
    assert bench.setup(yes=True) == 1
    assert bench.warned == [says.format(file=bench.backup.with_name("config.txt"))]
    assert bench.config.read_text() == CONFIG


@pytest.mark.parametrize("undo", [False, True])
def test_marks_that_do_not_pair_are_told_with_their_line_and_nothing_is_written(bench, undo):
    bench.config.write_text(f"gpu_mem=16\n{BLOCK.splitlines()[0]}\ngpu_mem=32\n{BLOCK}")
    before = bench.config.read_text()
    assert bench.setup(undo=undo, yes=True) == 2
    assert bench.warned == [
        (
            f"{bench.config}, line 2: the block of cramp-kiosk that begins here has no end. Delete by hand "
            "what is left of it; its marks are the lines that begin with # cramp-kiosk."
        )
    ]
    assert bench.config.read_text() == before


def test_lines_that_their_owner_wrote_below_the_block_leave_it_where_it_is(bench):
    bench.setup(yes=True)
    longer = bench.config.read_text() + "dtparam=i2c_arm=on\n"
    bench.config.write_text(longer)
    assert bench.setup() == 0
    assert bench.said == [f"{bench.config} has everything that cramp-kiosk needs."]
    assert bench.setup(undo=True, yes=True) == 0
    assert bench.config.read_text() == f"{CONFIG}[all]\ndtparam=i2c_arm=on\n"
    assert bench.backup.read_text() == CONFIG  # it says something else now: its owner decides


def test_a_remark_behind_a_setting_is_explained_and_does_not_count(bench):
    bench.config.write_text("[all]\ndtparam=strict_gpiod\ndtoverlay=w1-gpio #custom\n")
    assert bench.setup(yes=True) == 0
    assert (
        "config.txt, line 3: a remark behind a setting is read as part of it, and the setting may be lost. "
        "Put the remark on a line of its own: dtoverlay=w1-gpio"
    ) in bench.said
    added = "[all]\ndtoverlay=w1-gpio\ndtoverlay=\n"
    assert added in bench.config.read_text()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "dtoverlay = gpio-shutdown",
            (
                "the firmware may pass over a setting that is written with spaces or capitals. Write it in "
                "small letters, without spaces: dtoverlay=gpio-shutdown"
            ),
        ),
        ("dtparam=" + "audio=on," * 11, "the firmware reads no more than the first 98 letters."),
        ("include more.txt", "what that file says was not looked at: include more.txt"),
    ],
)
def test_other_lines_that_may_be_read_otherwise_are_named(bench, line, says):
    bench.config.write_text(f"# mine\n{line}\ngpu_mem=16\narm_boost=1\n")
    assert bench.setup(dry_run=True) == 0
    assert f"config.txt, line 2: {says}" in bench.said


def test_an_overlay_that_the_card_has_not_is_told(bench):
    overlays = bench.config.parent / "overlays"
    overlays.mkdir()
    assert bench.setup(Needs(probe=17), dry_run=True) == 0
    assert bench.said[-3:] == [
        f"{overlays} has no w1-gpio.dtbo, so the firmware cannot load it.",
        "Raspberry Pi OS brings that file; plain Debian does not.",
        "Nothing was changed.",
    ]
    (overlays / "w1-gpio.dtbo").touch()
    assert bench.setup(dry_run=True) == 0
    assert "dtbo" not in str(bench.said)


def test_the_older_place_and_a_board_without_a_name(tmp_path):
    assert find_config(tmp_path) is None
    assert board(tmp_path) == ""
    (tmp_path / "boot").mkdir()
    (tmp_path / "boot/config.txt").touch()
    assert find_config(tmp_path) == tmp_path / "boot/config.txt"
    place = tmp_path / "sys/firmware/devicetree/base/model"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")
    assert board(tmp_path) == "Raspberry Pi Zero 2 W Rev 1.0"


@pytest.mark.parametrize(
    ("tty", "typed", "answer"),
    [
        (False, "y", None),
        (True, "y", True),
        (True, " YES ", True),
        (True, "", False),
        (True, EOFError, False),
    ],
)
def test_asking_at_the_terminal(monkeypatch, capsys, tty, typed, answer):
    def typing():
        if typed is EOFError:
            raise EOFError
        return typed

    monkeypatch.setattr(sys.stdin, "isatty", lambda: tty, raising=False)
    monkeypatch.setattr(builtins, "input", typing)
    assert ask_person("Write it?") is answer
    assert capsys.readouterr().err == ("Write it? [y/N] " if tty else "")
