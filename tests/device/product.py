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
DOWNLOADED = "/run/cramp-kiosk.deb"

#: Room for dpkg and for compiling every module, in the guest's time.
PATIENCE = 240


def package(folder: Path) -> Path:
    """Build the package."""
    return build.build(folder, build.fetch(ROOT / "build/wheels"), build.epoch())


def install(rig: Rig, deb: Path) -> str:
    """Install or upgrade, as a person would with a downloaded file; what dpkg said.

    The package's own scripts start the service.
    """
    rig.put(deb.read_bytes(), DOWNLOADED)
    said = rig.guest(f"dpkg -i {DOWNLOADED} 2>&1", timeout=PATIENCE)
    rig.guest(f"rm {DOWNLOADED}")
    return said


def configure(rig: Rig, toml: str) -> None:
    """Write the machine's settings."""
    rig.put(toml.encode(), "/etc/cramp-kiosk/config.toml")


def start_with(rig: Rig, toml: str) -> None:
    """Start the service anew with these settings of the machine, and wait until it is ready and at rest."""
    configure(rig, toml)
    rig.guest(f"systemctl restart {UNIT}", timeout=120)
    rig.wait_active(UNIT)
    rig.wait(3)


def report(rig: Rig, mode: str = "ro") -> dict[str, Any]:
    """What is in the diary and in the settings (``guest/report.py``)."""
    rig.put((ROOT / "tests/device/guest/report.py").read_bytes(), "/run/report.py")
    found: dict[str, Any] = json.loads(rig.guest(f"python3 /run/report.py {DIARY} {SETTINGS} {mode}"))
    return found
