"""Installs and configures the Debian package of this checkout in the running device."""

import json
from pathlib import Path
from typing import Any

from systemd.debian import build
from tests.device.rig import Rig

ROOT = Path(__file__).parents[2]
UNIT = "cramp-kiosk.service"
#: PYTHONPATH with which a Python of the guest can import the kiosk's modules.
MODULES = "/usr/lib/cramp-kiosk:/usr/lib/cramp-kiosk/vendor"
DIARY = "/var/lib/cramp-kiosk/diary.db"
SETTINGS = "/var/lib/cramp-kiosk/config.toml"
DOWNLOADED = "/run/cramp-kiosk.deb"

#: Time-out for dpkg, which compiles all modules, in seconds of the guest.
PATIENCE = 240


def package(folder: Path) -> Path:
    """Build the package; return its path."""
    return build.build(folder, build.fetch(ROOT / "build/wheels"), build.epoch())


def install(rig: Rig, deb: Path) -> str:
    """Install or upgrade the package, as with a downloaded file; return dpkg's output.

    The package's scripts start the service.
    """
    rig.put(deb.read_bytes(), DOWNLOADED)
    output = rig.guest(f"dpkg -i {DOWNLOADED} 2>&1", timeout=PATIENCE)
    rig.guest(f"rm {DOWNLOADED}")
    return output


def configure(rig: Rig, toml: str) -> None:
    """Write the machine's settings file."""
    rig.put(toml.encode(), "/etc/cramp-kiosk/config.toml")


def start_with(rig: Rig, toml: str) -> None:
    """Restart the service with these settings of the machine, and wait until it is ready."""
    configure(rig, toml)
    rig.guest(f"systemctl restart {UNIT}", timeout=120)
    rig.wait_active(UNIT)
    rig.wait(3)


def report(rig: Rig, mode: str = "ro") -> dict[str, Any]:
    """The content of diary and settings (``guest/report.py``). ``mode`` is SQLite's: "ro" or "rw"."""
    rig.put((ROOT / "tests/device/guest/report.py").read_bytes(), "/run/report.py")
    found: dict[str, Any] = json.loads(rig.guest(f"python3 /run/report.py {DIARY} {SETTINGS} {mode}"))
    return found
