"""The Debian package itself, and the wheel. ``make lint-deb``; needs systemd, dpkg and what pip downloads."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kiosk
from systemd.debian import build

UNITS = "usr/lib/systemd/system"
UNIT = "cramp-kiosk.service"


def output(*command: str | Path, **more: object) -> str:
    """What a command prints, errors too; it must succeed."""
    done = subprocess.run(command, stdout=-1, stderr=subprocess.STDOUT, text=True, check=False, **more)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return build.build(
        tmp_path_factory.mktemp("deb"), build.fetch(build.ROOT / "build/wheels"), 1_700_000_000
    )


@pytest.fixture(scope="module")
def root(package):
    """Its files, unpacked."""
    output("dpkg-deb", "--extract", package, package.parent / "root")
    return package.parent / "root"


def test_the_same_checkout_gives_the_same_bytes(package, tmp_path):
    before = os.umask(0o077)  # another builder's habits
    try:
        again = build.build(tmp_path, build.fetch(build.ROOT / "build/wheels"), 1_700_000_000)
    finally:
        os.umask(before)
    assert again.name == package.name == f"cramp-kiosk_{kiosk.__version__}_all.deb"
    assert again.read_bytes() == package.read_bytes()


def test_it_brings_what_the_program_needs_and_nothing_else(root):
    there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    lib = {path for path in there if path.startswith("usr/lib/cramp-kiosk/")}
    assets = {path for path in there if path.startswith("usr/share/cramp-kiosk/assets/")}
    assert {path.split("/")[3] for path in lib} == {"kiosk", "undo-setup", "vendor"}
    assert "usr/share/cramp-kiosk/assets/techniques/10_hand_stretch.toml" in assets
    assert sorted(there - lib - assets) == [
        "etc/cramp-kiosk/config.toml",
        "usr/bin/cramp-kiosk",
        f"{UNITS}/{UNIT}",
        "usr/lib/sysusers.d/cramp-kiosk.conf",
        "usr/lib/tmpfiles.d/cramp-kiosk.conf",
        "usr/lib/udev/rules.d/60-cramp-kiosk.rules",
        "usr/share/doc/cramp-kiosk/README.md",
        "usr/share/doc/cramp-kiosk/SAFETY.md",
        "usr/share/doc/cramp-kiosk/changelog.gz",
        "usr/share/doc/cramp-kiosk/copyright",
        "usr/share/doc/cramp-kiosk/examples/user-data",
        "usr/share/lintian/overrides/cramp-kiosk",
        "usr/share/man/man1/cramp-kiosk.1.gz",
        "usr/share/python3/runtime.d/cramp-kiosk.rtupdate",
    ]


def test_the_settings_file_is_its_owners(package):
    assert output("dpkg-deb", "--info", package, "conffiles") == "/etc/cramp-kiosk/config.toml\n"


def test_nobody_else_may_read_it(package):
    """postinst gives it the group of the service."""
    (line,) = [
        each
        for each in output("dpkg-deb", "--contents", package).splitlines()
        if each.endswith("config.toml")
    ]
    assert line.split()[:2] == ["-rw-r-----", "root/root"]


def test_systemd_finds_nothing_wrong_with_the_unit(root, tmp_path):
    # The programs where they are unpacked; everything else, such as targets, is this machine's.
    unit = (root / UNITS / UNIT).read_text()
    unit = unit.replace("/usr/bin/", f"{root}/usr/bin/")
    (tmp_path / UNIT).write_text(unit)
    (root / "usr/bin/udevadm").touch(0o755)
    assert output("systemd-analyze", "verify", "--man=no", tmp_path / UNIT) == ""
    (tmp_path / UNIT).write_text(unit.replace("Type=notify", "Type=telling"))
    assert "ignoring: telling" in output("systemd-analyze", "verify", "--man=no", tmp_path / UNIT)


def test_an_intruder_would_get_little(root):
    told = output("systemd-analyze", "security", "--offline=true", root / UNITS / UNIT)
    score = float(re.search(r"Overall exposure level .*: ([\d.]+) ", told)[1])
    claim = re.search(
        r"security`` says ([\d.]+) \(systemd (\d+) and (\d+)\)", " ".join(build.__doc__.split())
    )
    version = re.match(r"systemd (\d+)", output("systemd-analyze", "--version"))[1]
    assert score == float(claim[1]) if version in claim.groups()[1:] else score <= 1.5


def test_the_wheel_works_outside_the_checkout(tmp_path):
    output(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, build.ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    output(sys.executable, "-m", "venv", tmp_path / "venv")
    command = tmp_path / "venv/bin/cramp-kiosk"
    output(tmp_path / "venv/bin/python", "-m", "pip", "install", "-q", wheel)
    clean = {"cwd": tmp_path, "env": {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}}
    assert output(command, "--version", **clean) == f"cramp-kiosk {kiosk.__version__}\n"
    assert output(command, "techniques", **clean).splitlines()[-1] == "soak             Soak"
    assert output(command, "rehearse", **clean).splitlines()[-1] == "5:02:30.000  page    asleep"
    output(command, "rehearse", "--out", "pictures", **clean)
    assert len(list((tmp_path / "pictures").iterdir())) == 31
