"""The package's life on a device: installed (by the fixture), upgraded, removed, purged."""

import re
import subprocess
from pathlib import Path

from kiosk import __version__
from tests.device import product
from tests.device.product import DIARY, UNIT, report
from tests.device.rig import BUZZER, LAMP, Rig

NEWER = f"{__version__}+next"


def _newer(deb: Path, folder: Path) -> Path:
    """The same package with a higher version."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {NEWER}", control.read_text()))
    newer = folder / "newer.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree, newer], check=True)
    return newer


def test_upgraded_removed_purged(rig: Rig, deb: Path, tmp_path: Path) -> None:
    """A night and a setting survive an upgrade; purged, only the diary is left, and it is said where."""
    # the image keeps no manuals and no documentation
    wrong = rig.guest("dpkg --verify cramp-kiosk | grep -v -e /usr/share/man/ -e /usr/share/doc/ || true")
    assert wrong == ""
    settings = "/etc/cramp-kiosk/config.toml"
    assert rig.guest(f"stat -c '%a %U:%G' {settings}").strip() == "640 root:cramp-kiosk"
    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    rig.press(ms=1700)
    rig.wait(2)
    product.configure(rig, "[sound]\nvolume = 'low'\n")
    before = report(rig)
    assert before["episodes"] == [[1, "gone", None]]

    said = product.install(rig, _newer(deb, tmp_path))
    assert "error" not in said.lower(), said
    rig.wait_active(UNIT)
    assert rig.guest("dpkg-query -W -f '${Version} ${Status}' cramp-kiosk") == f"{NEWER} install ok installed"
    assert report(rig) == before
    assert rig.get(settings) == b"[sound]\nvolume = 'low'\n"
    assert rig.guest(f"stat -c '%a %U:%G' {settings}").strip() == "640 root:cramp-kiosk"
    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start)

    rig.guest("dpkg --remove cramp-kiosk 2>&1", timeout=product.PATIENCE)
    assert rig.show(UNIT, "LoadState", "ActiveState") == {"LoadState": "not-found", "ActiveState": "inactive"}
    last = {edge.pin: edge.level for edge in rig.edges([LAMP, BUZZER], since=start) if edge.level is not None}
    assert last == {LAMP: 0, BUZZER: 0}, "removed in a hold"
    assert report(rig)["episodes"][0] == [1, "gone", None]

    said = rig.guest("dpkg --purge cramp-kiosk 2>&1", timeout=product.PATIENCE)
    assert str(Path(DIARY).parent) in said, said
    left = rig.guest(
        "find / -xdev -name '*cramp*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/var/log/*'; "
        "getent passwd cramp-kiosk || true"
    )
    assert left.splitlines() == [str(Path(DIARY).parent)]
    assert report(rig)["episodes"][0] == [1, "gone", None]
