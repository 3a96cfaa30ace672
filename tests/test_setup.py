"""``cramp-kiosk setup`` as a person meets it: what it shows, asks, writes, and takes back."""

import builtins
import sys

import pytest

from kiosk import setup
from kiosk.setup import Setup, ask_person, board, find_config
from kiosk.setup_config import Needs

CONFIG = "# mine\ndtparam=audio=on\n[pi4]\narm_boost=1\n"
BLOCK = """\
# cramp-kiosk begin: written by "cramp-kiosk setup", taken out by "cramp-kiosk setup --undo"
[all]
dtparam=strict_gpiod
dtoverlay=w1-gpio
# cramp-kiosk end
"""


class Bench:
    """A Raspberry Pi's disk, and a person who answers ``answer`` to everything."""

    def __init__(self, root, model="Raspberry Pi 4 Model B Rev 1.5"):
        self.root = root
        self.config = root / "boot/firmware/config.txt"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(CONFIG)
        self.backup = self.config.with_name("config.txt.before-cramp-kiosk")
        (root / "proc/device-tree").mkdir(parents=True)
        (root / "proc/device-tree/model").write_bytes(model.encode() + b"\0")
        self.answer = True
        self.questions = []
        self.said = []
        self.warned = []

    def _ask(self, question):
        self.questions.append(question)
        return self.answer

    def setup(self, needs=Needs(), file=None, **how):  # noqa: B008 - immutable
        self.said.clear()
        return Setup(
            needs, root=self.root, file=file, ask=self._ask, say=self.said.append, warn=self.warned.append
        ).run(**how)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_it_shows_the_change_asks_writes_and_says_to_restart(bench):
    assert bench.setup() == 0
    assert bench.said == [
        f"--- {bench.config}",
        f"+++ {bench.config}",
        "@@ -3,2 +3,7 @@",
        " [pi4]",
        " arm_boost=1",
        *(f"+{line}" for line in BLOCK.splitlines()),
        "",
        f"Written. As it was before cramp-kiosk, it is in {bench.backup}.",
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
    assert bench.setup(undo=True, yes=True) == 0
    assert bench.config.read_bytes() == before
    assert bench.setup(undo=True) == 0
    assert bench.said == [f"{bench.config} has nothing of cramp-kiosk in it."]


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
        f"dtoverlay=vc4-kms-v3d\ndtparam={'x' * 100_000}\n# caf\xe9\n",
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
    assert bench.setup(file=tmp_path / "none.txt") == 1
    assert bench.warned == [f"{tmp_path}/none.txt cannot be used: No such file or directory."]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "no", "F"), "F may not be changed by this user; try again with sudo."),
        (OSError(30, "no", "F"), "F is on a disk that is read-only: make it writable, then try again."),
    ],
)
def test_a_file_that_cannot_be_written(bench, monkeypatch, error, says):
    def refuse(*_):
        raise error

    monkeypatch.setattr(setup, "replace_file", refuse)
    assert bench.setup(yes=True) == 1
    assert bench.warned == [says]
    assert bench.config.read_text() == CONFIG


def test_a_damaged_block_is_told(bench):
    bench.config.write_text(BLOCK.replace("# cramp-kiosk end\n", ""))
    assert bench.setup() == 1
    assert bench.warned[0].startswith("The block of cramp-kiosk has lost its last line")


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
