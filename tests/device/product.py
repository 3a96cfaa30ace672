"""Puts the Debian package of this checkout into the running device."""

import json
from pathlib import Path
from typing import Any

from systemd.debian import build
from tests.device.rig import Rig

ROOT = Path(__file__).parents[2]
UNIT = "cramp-kiosk.service"
#: What a Python of the guest needs to import the kiosk's modules.
MODULES = "/usr/lib/cramp-kiosk:/usr/lib/cramp-kiosk/vendor"
DIARY = "/var/lib/cramp-kiosk/diary.db"
SETTINGS = "/var/lib/cramp-kiosk/config.toml"

#: Room for dpkg and for compiling every module, in the guest's time.
PATIENCE = 240


def package(folder: Path) -> Path:
    """Build the package."""
    return build.build(folder, build.fetch(ROOT / "build/wheels"), build.epoch())


def install(rig: Rig, deb: Path) -> str:
    """Install or upgrade, as a person would with a downloaded file; what dpkg said.

    The package's own scripts start the service.
    """
    rig.put(deb.read_bytes(), "/root/cramp-kiosk.deb")
    said = rig.guest("dpkg -i /root/cramp-kiosk.deb 2>&1", timeout=PATIENCE)
    rig.guest("rm /root/cramp-kiosk.deb")
    return said


def configure(rig: Rig, toml: str) -> None:
    """Write the machine's settings."""
    rig.put(toml.encode(), "/etc/cramp-kiosk/config.toml")


def report(rig: Rig, mode: str = "ro") -> dict[str, Any]:
    """What is in the diary and in the settings (``guest/report.py``)."""
    rig.put((ROOT / "tests/device/guest/report.py").read_bytes(), "/run/report.py")
    found: dict[str, Any] = json.loads(rig.guest(f"python3 /run/report.py {DIARY} {SETTINGS} {mode}"))
    return found
