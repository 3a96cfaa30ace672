"""``cramp-kiosk doctor`` inside the device: beside the running service, and alone with the pins."""

import json
from pathlib import Path
from typing import Any

from tests.device.product import UNIT
from tests.device.rig import LAMP, Rig


def findings(rig: Rig) -> dict[str, dict[str, Any]]:
    """What root's doctor finds, by the name of the check."""
    report = json.loads(rig.guest("cramp-kiosk doctor --json || true"))
    assert report["schema"] == 1
    return {each["check"]: each for each in report["findings"]}


def test_beside_the_service_and_without_it(rig: Rig, shots: Path) -> None:
    """It disturbs nothing that runs; without the service it reads the button itself."""
    rig.guest(f"systemctl enable {UNIT}")
    (shots / "beside.txt").write_text(rig.guest("cramp-kiosk doctor || true"))
    found = findings(rig)
    assert found["device.board"]["facts"]["model"].startswith("Raspberry Pi 4")
    assert found["pins.library"]["level"] == "ok"
    assert found["pins.button"]["facts"]["pressed"] is not True
    assert found["screen.panel"]["level"] == "ok"
    assert found["screen.touch"]["level"] == "ok"
    assert found["probe.sensor"]["level"] == "ok"
    assert found["probe.sensor"]["facts"]["raw"].count("\n") == 2
    assert found["memory.diary"]["facts"]["file"] == "/var/lib/cramp-kiosk/diary.db"
    assert found["service.unit"]["level"] == "ok"
    assert rig.show(UNIT, "ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}

    rig.guest(f"systemctl stop {UNIT}")
    (shots / "alone.txt").write_text(rig.guest("cramp-kiosk doctor || true"))
    found = findings(rig)
    assert found["service.unit"]["level"] == "problem"
    assert found["pins.button"]["facts"]["pressed"] is False

    # root looked at the diary; the service must still be able to write it
    assert rig.guest("find /var/lib/cramp-kiosk ! -user cramp-kiosk") == ""
    rig.guest(f"systemctl start --no-block {UNIT}")
    rig.wait_active(UNIT)


#: Commands, run by a user who is in none of the groups, with their exit codes.
COMMANDS = {
    "--version": 0,
    "techniques --check": 0,
    "settings --check": 0,
    "rehearse": 0,
    "diary": 0,  # an empty one of their own
    "doctor": 1,
    "setup --yes": 1,
    "calibrate": 1,
    "safe-outputs": 1,
    "run": 0,  # a rehearsal
}


def test_who_may_nothing_is_told_so(rig: Rig, shots: Path) -> None:
    """No command ends in a traceback, and none disturbs the night."""
    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    nobody = "cd /; HOME=/nonexistent timeout 60 setpriv --reuid=nobody --regid=nogroup --clear-groups"
    for command, code in COMMANDS.items():
        said = rig.guest(f"{nobody} cramp-kiosk {command} 2>&1 </dev/null; echo $?", timeout=90)
        (shots / f"{command.split()[0].strip('-')}.txt").write_text(said)
        *_, ended = said.split()
        assert "Traceback" not in said, said
        assert int(ended) == code, (command, said)
    assert "sudo cramp-kiosk diary" in (shots / "diary.txt").read_text()
    assert rig.show(UNIT, "ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    since = rig.now()
    assert rig.wait_edge(LAMP, 1, since=since, timeout=30), "the night goes on"
