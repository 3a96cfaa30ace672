"""Puts the kiosk of this checkout into the running device, the way its package will."""

import io
import tarfile
from pathlib import Path

from tests.device.rig import Rig

ROOT = Path(__file__).parents[2]
UNIT = "cramp-kiosk.service"
HOME = "/usr/lib/cramp-kiosk"

_LAUNCHER = f"""#!/bin/sh
PYTHONPATH={HOME} exec /usr/bin/python3 -P -m kiosk "$@"
"""
_PLACES = {
    "systemd/cramp-kiosk.sysusers": "/usr/lib/sysusers.d/cramp-kiosk.conf",
    "systemd/cramp-kiosk.service": f"/usr/lib/systemd/system/{UNIT}",
    "systemd/60-cramp-kiosk.rules": "/usr/lib/udev/rules.d/60-cramp-kiosk.rules",
}


def install(rig: Rig) -> None:
    """Copy program, assets and system files in, and tell the system about them. Starts nothing."""
    rig.put(_tarball(), "/tmp/cramp-kiosk.tar.gz")
    rig.guest(f"mkdir -p {HOME} && tar -xzf /tmp/cramp-kiosk.tar.gz -C {HOME} && rm /tmp/cramp-kiosk.tar.gz")
    rig.put(_LAUNCHER.encode(), "/usr/bin/cramp-kiosk", 0o755)
    for source, place in _PLACES.items():
        rig.put((ROOT / source).read_bytes(), place)
        if "sysusers" in place:  # udev drops a rule whose group is not there when it reads it
            rig.guest("systemd-sysusers")
    # compiled now: the service may not write there, and would compile at each start
    rig.guest(f"python3 -m compileall -q {HOME}", timeout=180)
    rig.guest(
        "udevadm control --reload && udevadm trigger --settle --subsystem-match=gpio "
        "&& systemctl daemon-reload"
    )


def configure(rig: Rig, toml: str) -> None:
    """Write the machine's settings."""
    rig.put(toml.encode(), "/etc/cramp-kiosk/config.toml")


def _tarball() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for folder in ("kiosk", "assets"):
            for path in sorted((ROOT / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    tar.add(path, str(path.relative_to(ROOT)))
    return packed.getvalue()
