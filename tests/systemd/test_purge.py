"""A purge undoes what setup and the kiosk wrote, by the package's own script, and leaves the nights."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.setup import Setup
from kiosk.config.config_txt import PLACES, backup_of
from kiosk.config.firmware import Needs
from systemd.debian import build
from tests.config.test_config_txt import BEGIN, BLOCK

#: What the script may call; the rest of the machine is out of its reach.
TOOLS = {tool: shutil.which(tool) for tool in ("sh", "rm", "find", "rmdir", "grep", "mkdir", "cp")}
TOOLS["python3"] = str(Path(sys.executable).resolve())
STUBS = dict.fromkeys(
    ("chown", "deb-systemd-helper", "deb-systemd-invoke", "py3clean", "systemctl", "udevadm"), 0
)
STUBS |= {"getent": 1}

MODEL = b"Raspberry Pi 4 Model B Rev 1.5\0"


class Device:
    """A disk under ``root`` with the package on it; ``purge`` is what apt does, through its scripts."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        for tool, program in TOOLS.items():
            (self.bin / tool).symlink_to(program)
        for name, code in STUBS.items():
            (self.bin / name).write_text(f"#!/bin/sh\nexit {code}\n")
            (self.bin / name).chmod(0o755)
        self.put("usr/lib/cramp-kiosk/undo-setup", build.undo_setup())
        self.config = self.put(PLACES[0], "gpu_mem=16\n")
        (self.put("proc/device-tree/model", "")).write_bytes(MODEL)

    def put(self, path: str, text: str) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def script(self, name: str, what: str) -> str:
        run = subprocess.run(
            ["sh", build.HERE / name, what],
            env={"PATH": str(self.bin), "DPKG_ROOT": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        return run.stdout

    def remove(self) -> None:
        assert self.script("prerm", "remove") == ""
        shutil.rmtree(self.root / "usr/lib/cramp-kiosk")
        assert self.script("postrm", "remove") == ""

    def purge(self) -> str:
        self.remove()
        return self.script("postrm", "purge")

    def undo(self) -> int:
        """What the person's own command does."""
        return Setup(Needs(), root=self.root, say=lambda _: None).run(undo=True, yes=True)

    def tree(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.root)): path.read_text()
            for path in self.root.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "gpu_mem=16\n",
        "gpu_mem=16",
        "",
        "[pi4]\r\narm_boost=1\r\n",
        "# chapter\fdtoverlay=w1-gpio\ndtoverlay=w1-gpio #custom\n[EDID=x]\nhdmi_group=2\n",
        "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4\n[none]\nx=1\n",
    ],
)
def test_a_purge_is_an_undo(device, text):
    device.config.write_bytes(text.encode())
    assert Setup(Needs(), root=device.root, say=lambda _: None).run(yes=True) == 0
    assert device.config.read_bytes() != text.encode()
    assert backup_of(device.config).exists()
    assert device.purge() == f"{device.config} is without the lines of cramp-kiosk.\n"
    assert device.config.read_bytes() == text.encode()
    assert not backup_of(device.config).exists()


@pytest.mark.parametrize(
    "text",
    [
        f"[pi4]\narm_boost=1\n{BLOCK}dtoverlay=gpio-shutdown\n",
        f"{BLOCK.replace('--undo', '--undo (the line above had no end)')}",
        f"a=1\n{BEGIN}gpu_mem=32\n{BLOCK}",
        f"# cramp-kiosk end\nb=2\n{BEGIN}",
        f"[EDID=x]\n{BLOCK}[pi5]\nusb=1\n",
        f"[pi5]\ndtoverlay=gpio-fan\n{BLOCK}device_tree_param=gpiopin=26\n",
        BLOCK.replace("[all]\n", "[all]\ndtoverlay=gpio-shutdown\n"),
        "# cramp-kiosk\n",
    ],
)
def test_undo_and_purge_agree_on_whatever_stands_there(device, tmp_path, text):
    device.config.write_text(text)
    other = Device(tmp_path / "other")
    other.config.write_text(text)
    code = device.undo()
    said = other.purge()
    assert other.config.read_text() == device.config.read_text()
    assert ("Delete by hand" in said) == (code == 2)


def test_marks_that_do_not_pair_are_told_and_left(device):
    device.config.write_text(f"{BEGIN}gpu_mem=16\n")
    said = device.purge()
    assert f"{device.config}, line 1: the block of cramp-kiosk that begins here has no end." in said
    assert "Delete by hand from /boot/firmware/config.txt what is between" in said
    assert device.config.read_text() == f"{BEGIN}gpu_mem=16\n"


def test_without_python_it_says_what_to_delete(device):
    device.config.write_text(BLOCK)
    device.put(PLACES[2], BLOCK)
    (device.bin / "python3").unlink()
    says = 'Delete by hand from /{} what is between "# cramp-kiosk begin" and "# cramp-kiosk end".\n'
    assert device.purge() == says.format(PLACES[0]) + says.format(PLACES[2])
    assert device.config.read_text() == BLOCK


def test_settings_and_techniques_go_and_the_nights_stay(device):
    device.put("etc/cramp-kiosk/config.toml.dpkg-old", "")
    device.put("etc/cramp-kiosk/techniques/mine.toml", "id = 'mine'\n")
    device.put("var/lib/cramp-kiosk/config.toml", "")
    device.put("var/lib/cramp-kiosk/techniques/other.toml", "")
    device.put("var/lib/cramp-kiosk/diary.db", "nights")
    state = device.root / "var/lib/cramp-kiosk"
    assert (
        device.purge()
        == f"The diary of the nights was kept in {state}. To delete it, too: sudo rm -r {state}\n"
    )
    left = set(device.tree()) - {PLACES[0], "proc/device-tree/model"}
    assert left == {"var/lib/cramp-kiosk/diary.db"}
    assert not (device.root / "etc/cramp-kiosk").exists()


def test_where_nothing_was_set_up_nothing_is_said(device):
    assert device.purge() == ""


def test_a_removal_leaves_the_script_where_it_will_be_needed_and_an_upgrade_leaves_nothing(device):
    left = device.root / "etc/cramp-kiosk/undo-setup"
    device.remove()
    assert not left.exists()
    device.put("usr/lib/cramp-kiosk/undo-setup", build.undo_setup())
    device.config.write_text(BLOCK)
    device.script("prerm", "upgrade")
    assert not left.exists()
    device.remove()
    assert left.read_text() == build.undo_setup()


def test_the_script_is_in_one_piece():
    text = build.undo_setup()
    assert re.findall(r"(?m)^\s*(?:from|import) kiosk\b", text) == []
    compile(text, "undo-setup", "exec")


def test_a_module_that_cannot_run_by_itself_is_not_packed(monkeypatch, tmp_path):
    (tmp_path / "kiosk" / "config").mkdir(parents=True)
    (tmp_path / "kiosk/config/config_txt.py").write_text(
        "from kiosk.i18n import _\nfrom kiosk.files import read_file\n"
    )
    monkeypatch.setattr(build, "ROOT", tmp_path)
    with pytest.raises(build.BuildError, match=r"may import kiosk\.files alone"):
        build.undo_setup()
