"""A thread or a process of the kiosk dies while it leads: it goes on, or the program starts anew, at once."""

from pathlib import Path

import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Card, Home, Soak
from tests.device.both import Both
from tests.device.conftest import figure
from tests.device.product import UNIT
from tests.device.rig import LAMP, Rig

#: Pulses a second of a lamp that is neither on nor off, and how many of them may be missing.
PULSES, MISSING = 100, 10
#: From one sign of life to the next, in seconds.
SIGN = 2.25
#: The conductor dies at its next turn while this file is there; a new start takes the folder away.
DIE = "/run/cramp-kiosk/die"
DYING = f"""

_serve = Conductor._serve


def _dying(self):
    _serve(self)
    if __import__("os").path.exists("{DIE}"):
        raise SystemExit("told to")


Conductor._serve = _dying
"""


def _rises(rig: Rig, since: float) -> list[float]:
    return [edge.at for edge in rig.edges([LAMP], since=since) if edge.level == 1]


def _is_dim(rig: Rig) -> bool:
    """Pulsed through a whole second."""
    since = rig.now()
    rig.wait(1)
    return len([at for at in _rises(rig, since) if at < since + 1]) >= PULSES - MISSING


def _restarts(rig: Rig) -> int:
    return int(rig.show(UNIT, "NRestarts")["NRestarts"])


@pytest.mark.parametrize("name", ["KILL", "STOP"])
def test_what_makes_the_pulses_is_gone_while_the_lamp_is_dim(rig: Rig, name: str) -> None:
    """A dim lamp needs one message only. A killed process is noticed at once, a stopped one with the next
    sign of life. The lamp is dim because the probe cannot be read."""
    rig.set_water("crc")
    both = Both(rig)
    both.tap()
    both.tap(Act.SOAK)
    while isinstance(both.page, Card):
        both.tap(Act.NEXT)
    assert isinstance(both.page, Soak)
    assert rig.until(lambda: _is_dim(rig), timeout=30)

    program = rig.show(UNIT, "MainPID")["MainPID"]
    pulser = int(rig.guest(f"pgrep -P {program}"))
    gone = float(rig.call("kill", pid=pulser, name=name, at=rig.now()))
    assert rig.until(lambda: _is_dim(rig), timeout=15), "dark for good"
    again = next(at for at in _rises(rig, gone + 0.02) if at > gone + 0.02)
    figure(f"what pulses gets SIG{name} -> the lamp is dim again {again - gone:.2f} s")
    assert again - gone < (3 if name == "KILL" else SIGN + 3)
    assert int(rig.guest(f"pgrep -P {program}")) != pulser
    assert rig.show(UNIT, "MainPID")["MainPID"] == program
    assert "the process that makes pulses" in rig.journal(UNIT)


def test_touch_panels_that_come_and_go_at_every_moment_leave_the_real_one(rig: Rig, shots: Path) -> None:
    """Between being opened, asked, taken and read; most are gone before they can be."""
    rig.put((Path(__file__).parent / "guest/panels.py").read_bytes(), "/run/panels.py")
    rig.guest("modprobe uinput")
    said = rig.guest("python3 /run/panels.py 200", timeout=240)
    rig.wait(3)
    both = Both(rig)
    both.tap()
    assert isinstance(both.page, Home)
    both.see(shots / "home.png")
    assert "200" in said
    assert _restarts(rig) == 0
    assert "thread touch died" not in rig.journal(UNIT)


def test_a_dead_conductor_is_started_anew_at_once(rig: Rig) -> None:
    """Not when the watchdog has starved: that takes nine seconds more."""
    module = rig.guest("find /usr/lib/cramp-kiosk -name conductor.py").strip()
    rig.guest(f"cat >> {module} <<'E'{DYING}E")
    rig.guest(f"systemctl restart {UNIT}", timeout=120)
    rig.wait_active(UNIT)
    rig.wait(3)

    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    told = rig.now()
    rig.guest(f"touch {DIE}")
    dark = rig.wait_edge(LAMP, 0, since=told, timeout=5)
    assert rig.until(lambda: _restarts(rig) == 1, timeout=15)
    rig.wait_active(UNIT)
    ready = int(rig.show(UNIT, "ActiveEnterTimestampMonotonic")["ActiveEnterTimestampMonotonic"]) / 1e6
    figure(f"the conductor dies in a hold -> dark {dark - told:.2f} s, ready again {ready - told:.1f} s")
    assert dark - told < 2.5
    assert ready - told < 11
    assert "the thread conductor died, and the program ends with it" in rig.journal(UNIT)
