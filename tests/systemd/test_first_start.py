"""The first start by cloud-init (user-data.example): it installs when the clock allows, restarts only after
all went well, and says on the card what did not. The script is the file's own; what it calls is pretended."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

FILE = Path(__file__).parents[2] / "systemd/user-data.example"
DATA = yaml.safe_load(FILE.read_text())
(SCRIPT,) = DATA["write_files"]

#: Each notes its call; its answer is in a file of its name, one line a call, the last for good: "CODE WORDS".
STUB = """\
#!/bin/sh
here=$(dirname "$0")
echo "$(basename "$0") $*" >>"$here/calls"
answers=$here/$(basename "$0").answers
answer=$(head -n 1 "$answers")
[ "$(wc -l <"$answers")" -gt 1 ] && sed -i 1d "$answers"
echo "${answer#* }"
exit "${answer%% *}"
"""

NOT_YET = "100 E: Release file for http://deb.debian.org/debian/dists/trixie/InRelease is not valid yet"


class Card:
    """A card in a Pi that starts for the first time."""

    def __init__(self, folder: Path) -> None:
        self.boot = folder / "boot"
        self.bin = folder / "bin"
        self.done = folder / "done"
        self.told = self.boot / "cramp-kiosk-first-start.txt"
        self.boot.mkdir()
        self.bin.mkdir()
        self.answer("timedatectl", "0 yes")
        self.answer("sleep", "0 ")
        self.answer("sync", "0 ")
        self.answer("apt-get", "0 ")
        self.answer("cramp-kiosk", "0 Written.")
        (self.boot / "cramp-kiosk_0.1.0_all.deb").touch()
        self.script = folder / "first-start"
        self.script.write_text(SCRIPT["content"])

    def answer(self, command: str, *answers: str) -> None:
        stub = self.bin / command
        stub.write_text(STUB)
        stub.chmod(0o755)
        stub.with_name(f"{command}.answers").write_text("".join(f"{each}\n" for each in answers))

    def start(self) -> int:
        run = subprocess.run(
            ["sh", self.script],
            env={
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "BOOT": str(self.boot),
                "DONE": str(self.done),
                "TMPDIR": str(self.bin),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.stderr == ""
        return run.returncode

    @property
    def restarts(self) -> bool:
        """Whether cloud-init would, by the condition in the file."""
        condition = DATA["power_state"]["condition"].replace("/run/cramp-kiosk-first-start", str(self.done))
        return subprocess.run(condition, shell=True, check=False).returncode == 0  # noqa: S602 - as cloud-init does

    def calls(self, command: str) -> list[str]:
        lines = (self.bin / "calls").read_text().splitlines()
        return [line.removeprefix(f"{command} ") for line in lines if line.startswith(f"{command} ")]


@pytest.fixture
def card(tmp_path):
    return Card(tmp_path)


def test_it_is_what_cloud_init_reads():
    assert FILE.read_text().splitlines()[0] == "#cloud-config"
    assert DATA["runcmd"] == [SCRIPT["path"]]
    assert SCRIPT["permissions"] == "0755"
    assert DATA["power_state"]["mode"] == "reboot"
    assert "package_update" not in DATA, "apt would run before the clock is set"


def test_all_goes_well(card):
    card.told.write_text("The kiosk was not installed: last time\n")
    assert card.start() == 0
    package = card.boot / "cramp-kiosk_0.1.0_all.deb"
    wait = "-o DPkg::Lock::Timeout=600"
    assert card.calls("apt-get") == [
        f"{wait} update",
        f"{wait} install --yes --no-install-recommends {package}",
    ]
    assert card.calls("cramp-kiosk") == ["setup --yes"]
    assert card.calls("sleep") == []
    assert card.restarts
    assert not card.told.exists()


def test_nothing_is_fetched_before_the_clock_is_set(card):
    card.answer("timedatectl", *["0 no"] * 7, "0 yes")
    assert card.start() == 0
    calls = (card.bin / "calls").read_text().split("apt-get")[0].splitlines()
    assert calls[-1].startswith("timedatectl")
    assert card.calls("sleep") == ["5"] * 7
    assert card.restarts


def test_a_clock_that_is_never_set_is_waited_for_five_minutes(card):
    card.answer("timedatectl", "0 no")
    card.answer("apt-get", NOT_YET)
    assert card.start() == 1
    assert card.calls("sleep") == ["5"] * 60 + ["30"] * 2
    assert card.told.read_text() == (
        "The kiosk was not installed: apt failed, and the clock was not set within five minutes. "
        f"Is there a network?\n{NOT_YET.removeprefix('100 ')}\n"
    )
    assert not card.restarts


def test_a_network_that_forbids_asking_for_the_time_is_no_end(card):
    card.answer("timedatectl", "0 no")
    assert card.start() == 0
    assert card.restarts


def test_a_network_that_fails_once_is_tried_again(card):
    card.answer("apt-get", "100 E: Temporary failure resolving", "0 ")
    assert card.start() == 0
    assert card.calls("sleep") == ["30"]
    assert card.restarts


def test_a_network_that_fails_is_told_and_nothing_restarts(card):
    card.answer("apt-get", "100 E: Temporary failure resolving 'deb.debian.org'")
    assert card.start() == 1
    assert card.told.read_text().splitlines() == [
        "The kiosk was not installed: apt failed. Is there a network?",
        "E: Temporary failure resolving 'deb.debian.org'",
    ]
    assert card.calls("cramp-kiosk") == []
    assert not card.restarts


@pytest.mark.parametrize(
    ("packages", "says"),
    [
        ((), "there is no cramp-kiosk_*_all.deb next to user-data."),
        (("0.1.0", "0.2.0"), "there are several cramp-kiosk_*_all.deb next to user-data; leave one of them."),
    ],
)
def test_a_card_without_the_package_or_with_two(card, packages, says):
    for old in card.boot.glob("*.deb"):
        old.unlink()
    for version in packages:
        (card.boot / f"cramp-kiosk_{version}_all.deb").touch()
    assert card.start() == 1
    assert card.told.read_text() == f"The kiosk was not installed: {says}\n"
    assert not card.restarts


def test_a_setup_that_fails_is_told_with_its_own_words(card):
    card.answer("cramp-kiosk", "1 /boot/firmware/config.txt is on a disk that is read-only")
    assert card.start() == 1
    assert card.told.read_text() == (
        "The kiosk was not installed: config.txt could not be written.\n"
        "/boot/firmware/config.txt is on a disk that is read-only\n"
    )
    assert not card.restarts
