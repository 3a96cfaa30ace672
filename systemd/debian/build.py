"""``make deb``: builds the Debian package for Raspberry Pi OS and Debian Trixie, without debhelper.

All files are staged in a folder as they will be on the device, and packed by dpkg-deb. The build is
reproducible: all times are ``SOURCE_DATE_EPOCH``, or that of the last commit. debhelper would generate long
maintainer scripts that differ between Debian releases.

* Modules are private (``/usr/lib/cramp-kiosk``), and the launcher runs Python isolated, so that it imports
  nothing from a home or working folder. They are compiled at installation, as the service may not write
  there.
* **gpiozero and colorzero are included**, pinned by hash, because Debian has gpiozero 1.6.2 and Raspberry Pi
  OS 2.0.1. With ``Depends: python3-gpiozero (>= 2)`` the package could not be installed on Debian; with
  ``Recommends:`` it could be installed without working pins. For 0.7 MB one package works on both, and no
  other package's upgrade changes how pins work. Everything else (pygame, msgspec, evdev, libgpiod) is
  Debian's, with its security updates.
* The settings file has every setting commented out, so that an upgrade can change defaults; only lines that
  the owner uncommented count.
* The service is stopped before an upgrade and started after it, because a running old program would import
  modules of the new one.
* A purge deletes settings, techniques, user, group and what ``setup`` wrote into ``config.txt``. The diary
  stays, owned by root, and belongs to the service's user again after the next installation: it cannot be
  restored, so only the owner deletes it. The group ``gpio`` stays, because other programs may use it.
* **A purge undoes setup.** If ``setup`` wrote something, a removal leaves ``/etc/cramp-kiosk/undo-setup``:
  ``config_txt.py`` as a single file (``undo_setup``), which needs only the standard library. The purge runs
  it, or, if Python is gone, says what to delete by hand. Lines that somebody else wrote into our block stay;
  if the marks of the block do not pair, the file is not changed.
* Debian's package raspi-firmware regenerates ``config.txt`` at each upgrade of itself and of the kernel.
  There ``setup`` writes into ``/etc/default/raspi-firmware-custom``, which that package appends.
* The service has no network (a network namespace of its own), a read-only system, and of the devices only
  framebuffer, DRM, input, GPIO and its console. ``systemd-analyze security`` says 1.4 (systemd 252 and 257),
  of which 0.2 are for real time and 0.4 for reading the kernel's clock state. A test requires that, and 1.5
  with other versions. The unit says which options must stay off, and why.
* ``WatchdogSec=`` is 9 s, and the main loop feeds it every 2.25 s while the conductor answers: an SD card may
  take 7 s to write without counting as a hang, and a hang is noticed within 12 s.
* If the kernel or systemd hangs, the board's watchdog restarts the device. It concerns the whole machine, so
  the package does not configure it (newer Raspberry Pi OS sets one minute), and ``doctor`` reports what it
  covers: kernels before Linux 6.8 refuse more than 15 s and then run without it; later ones feed it
  themselves for longer timeouts, and until June 2026 did so wrongly (raspberrypi/linux#5838, #7432).
"""

import argparse
import gzip
import hashlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from kiosk import __version__, files
from kiosk.config.defaults import defaults_text
from systemd.debian.manual import manual

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME = "cramp-kiosk"
MAINTAINER = "The cramp-kiosk makers <makers@cramp-kiosk.example>"

LIB = Path("usr/lib") / NAME
DOC = Path("usr/share/doc") / NAME
CONFIG = Path("etc") / NAME / "config.toml"

#: File of the checkout -> its path in the package, and its mode.
FILES = {
    "systemd/cramp-kiosk.service": ("usr/lib/systemd/system/cramp-kiosk.service", 0o644),
    "systemd/cramp-kiosk.sysusers": ("usr/lib/sysusers.d/cramp-kiosk.conf", 0o644),
    "systemd/cramp-kiosk.tmpfiles": ("usr/lib/tmpfiles.d/cramp-kiosk.conf", 0o644),
    "systemd/60-cramp-kiosk.rules": ("usr/lib/udev/rules.d/60-cramp-kiosk.rules", 0o644),
    "systemd/user-data.example": ("usr/share/doc/cramp-kiosk/examples/user-data", 0o644),
    "systemd/debian/launcher": ("usr/bin/cramp-kiosk", 0o755),
    "systemd/debian/rtupdate": ("usr/share/python3/runtime.d/cramp-kiosk.rtupdate", 0o755),
    "systemd/debian/lintian-overrides": ("usr/share/lintian/overrides/cramp-kiosk", 0o644),
    "README.md": ("usr/share/doc/cramp-kiosk/README.md", 0o644),
    "SAFETY.md": ("usr/share/doc/cramp-kiosk/SAFETY.md", 0o644),
}
SCRIPTS = ("postinst", "prerm", "postrm")
#: Folders of the checkout -> their paths in the package; names that match ``LEFT_OUT`` are not copied.
TREES = {"kiosk": LIB / "kiosk", "assets": Path("usr/share") / NAME / "assets"}
LEFT_OUT = ("__pycache__", "*.pyc", "*.pot", "*.po", "pictures", ".*")


CONFIG_TOP = """\
# Settings of this machine. Each is commented out and shows its default: to change one, take away
# its # and write what you want. What is changed on the screen is kept in
# /var/lib/cramp-kiosk/config.toml and wins. See what is wrong: sudo cramp-kiosk settings --check.
# Then: sudo systemctl restart cramp-kiosk"""


class BuildError(Exception):
    """The package cannot be built; one sentence says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Build the package and print its path. Returns the exit code: 0, or 1 if it cannot be built."""
    parser = argparse.ArgumentParser(description="Build the Debian package.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the package")
    parser.add_argument(
        "--wheels", type=Path, default=ROOT / "build/wheels", help="folder in which downloads are kept"
    )
    chosen = parser.parse_args(arguments)
    try:
        print(build(chosen.out, fetch(chosen.wheels), epoch()))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def epoch() -> int:
    """The time of all files in the package, in seconds since 1970. Raises ``BuildError``."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        if not re.fullmatch("[0-9]{1,10}", given):
            raise BuildError(f'SOURCE_DATE_EPOCH is "{given}": it must be seconds since 1970, or not be set.')
        return int(given)
    if shutil.which("git") is not None:
        git = subprocess.run(
            ["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
        )
        if git.returncode == 0:
            return int(git.stdout)
    # Without git or without history (an unpacked release): each release changes the changelog.
    return int((ROOT / "CHANGELOG.md").stat().st_mtime)


def fetch(folder: Path) -> list[Path]:
    """The wheels of ``vendor.txt`` in ``folder``, checked by hash; missing ones are downloaded. Raises
    ``BuildError``."""
    wanted = re.findall(
        r"^(\S+?)==(\S+) --hash=sha256:(\w+)$", (HERE / "vendor.txt").read_text(), re.MULTILINE
    )
    hashes = {digest for _name, _version, digest in wanted}
    folder.mkdir(parents=True, exist_ok=True)

    def fitting() -> list[Path]:
        wheels = sorted(folder.glob("*.whl"))
        return [each for each in wheels if hashlib.sha256(each.read_bytes()).hexdigest() in hashes]

    if len(fitting()) < len(hashes):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        pip += [
            "--retries",
            "2",
            "--require-hashes",
            "--no-deps",
            "--dest",
            str(folder),
            "-r",
            str(HERE / "vendor.txt"),
        ]
        done = subprocess.run(pip, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise BuildError(
                "gpiozero and colorzero could not be had from PyPI: connect this computer to the network, "
                f"then do the same again ({last})."
            )
    return fitting()


def build(out: Path, wheels: Iterable[Path], when: int) -> Path:
    """Stage and pack the package in ``out``, with all times ``when`` (seconds since 1970); returns its path.
    Raises ``BuildError``."""
    if shutil.which("dpkg-deb") is None:
        raise BuildError("There is no dpkg-deb: build the package on Debian or Ubuntu.")
    out.mkdir(parents=True, exist_ok=True)
    staged = out / f".{NAME}"
    shutil.rmtree(staged, ignore_errors=True)
    stage(staged, wheels, when)
    package = out / f"{NAME}_{__version__}_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", staged, package],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(when)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    shutil.rmtree(staged)
    return package


def stage(root: Path, wheels: Iterable[Path], when: int) -> None:
    """Write all files of the package and its control files below ``root``."""
    for source, place in TREES.items():
        shutil.copytree(ROOT / source, root / place, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(root / LIB / "vendor")
    for source, (name, _mode) in FILES.items():
        _write(root / name, (ROOT / source).read_bytes())
    _write(root / LIB / "undo-setup", undo_setup().encode())
    _write(root / CONFIG, commented(defaults_text()).encode())
    _write(root / DOC / "copyright", _copyright(root / LIB / "vendor").encode())
    _write(root / DOC / "changelog.gz", _gzip(changelog((ROOT / "CHANGELOG.md").read_text(), when)))
    _write(root / "usr/share/man/man1/cramp-kiosk.1.gz", _gzip(manual(when)))
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):  # no language but English yet
            folder.rmdir()
    _control(root)
    executable = {place for place, mode in FILES.values() if mode & 0o111}
    executable |= {f"DEBIAN/{script}" for script in SCRIPTS}
    for path in (root, *root.rglob("*")):
        run = path.is_dir() or str(path.relative_to(root)) in executable
        private = path == root / CONFIG  # it may have health answers; postinst sets its group
        path.chmod(0o755 if run else 0o640 if private else 0o644)
        os.utime(path, (when, when))


def _control(root: Path) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    size = sum(-(-path.stat().st_size // 1024) for path in files)
    fields = (HERE / "control").read_text().format(version=__version__, maintainer=MAINTAINER, size=size)
    _write(root / "DEBIAN/control", fields.encode())
    _write(root / "DEBIAN/conffiles", f"/{CONFIG}\n".encode())
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in files
    ]
    _write(root / "DEBIAN/md5sums", "".join(sums).encode())
    for script in SCRIPTS:
        _write(root / "DEBIAN" / script, (HERE / script).read_bytes())


def undo_setup() -> str:
    """The program that removes our block from config.txt as one file: ``kiosk/config/config_txt.py`` with the
    functions inserted that it imports from ``kiosk/files.py``. Raises ``BuildError``."""
    program = (ROOT / "kiosk/config/config_txt.py").read_text()
    found = re.findall(r"(?m)^(from kiosk\.files import (.+)\n)", program)
    if len(found) != 1 or len(re.findall(r"(?m)^\s*(?:from|import) kiosk\b", program)) != 1:
        raise BuildError(
            "To run by itself kiosk/config/config_txt.py may import kiosk.files alone, in one line."
        )
    line, names = found[0]
    needed = re.findall(r"(?m)^(?:import|from) .+\n", (ROOT / "kiosk/files.py").read_text())
    needed += ["\n\n" + inspect.getsource(getattr(files, name.strip())) for name in names.split(",")]
    return program.replace(line, "".join(needed))


def commented(defaults: str) -> str:
    """The text with every setting commented out, so that an upgrade can change defaults. Headings stay, so
    that removing a ``#`` is enough to set a value."""
    _top, rest = defaults.split("\n\n", 1)
    return f"{CONFIG_TOP}\n\n" + re.sub(r"(?m)^(?=[a-z_]+ = )", "#", rest)


def changelog(text: str, when: int) -> str:
    """CHANGELOG.md in Debian's changelog format. Unreleased entries belong to the version being built."""
    entries = []
    for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        known = re.match(r"\[?(\d[\w.~+]*)\]?(?: - (\d{4}-\d\d-\d\d))?", title)
        day = datetime.fromtimestamp(when, UTC)
        if known and known[2]:
            day = datetime.fromisoformat(known[2]).replace(tzinfo=UTC)
        points = re.findall(r"^\* (.+?)(?=^\S|\Z)", body, re.MULTILINE | re.DOTALL)
        wrapped = [
            textwrap.fill(" ".join(point.split()), 78, initial_indent="  * ", subsequent_indent="    ")
            for point in points
        ]
        entries.append(
            f"{NAME} ({known[1] if known else __version__}) unstable; urgency=medium\n\n"
            + "\n".join(wrapped)
            + f"\n\n -- {MAINTAINER}  {format_datetime(day)}\n"
        )
    return "\n".join(entries)


def _copyright(vendor: Path) -> str:
    mit = (ROOT / "LICENSE").read_text().split("\n\n", 2)[2]
    ofl = (ROOT / "assets/fonts/OFL.txt").read_text()
    bsd = next(vendor.glob("gpiozero-*/LICENSE.rst")).read_text().split("\n\n", 1)[1]
    text = (HERE / "copyright").read_text()
    for mark, licence in (("@EXPAT@", mit), ("@OFL@", ofl), ("@BSD@", bsd)):
        lines = (line.strip() for line in licence.strip().splitlines())
        text = text.replace(mark, "\n".join(f" {line or '.'}" for line in lines))
    return text


def _gzip(text: str) -> bytes:
    return gzip.compress(text.encode(), 9, mtime=0)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
