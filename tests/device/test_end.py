"""However a night or the program ends, nothing shines and nothing sounds afterwards."""

from pathlib import Path

import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Asleep, GoodNight, Rating
from tests.device.both import Both
from tests.device.conftest import figure
from tests.device.look import lit
from tests.device.product import UNIT
from tests.device.rig import BUZZER, LAMP, Rig

#: When the first hold of the default sequence begins, and how long its rising tone sounds, in seconds.
HOLD, TONE = 4.0, 0.320


def test_a_long_press_ends_the_night(rig: Rig, shots: Path) -> None:
    """Gone -> how bad was it -> good night -> asleep, and the diary knows."""
    both = Both(rig)
    both.press()
    both.wait(6)
    both.press(1.7)
    both.wait(3)
    assert isinstance(both.page, Rating)
    both.see(shots / "1-rating.png")

    for number in (2, 3):
        both.tap(Act.PLUS)
        both.see(shots / f"{number}-rating.png")
    both.tap(Act.SAVE)
    assert isinstance(both.page, GoodNight)
    both.see(shots / "4-good-night.png")

    both.wait(10)
    assert isinstance(both.page, Asleep)
    assert lit(rig.screenshot(shots / "5-asleep.png")) == 0
    since = rig.now()
    rig.wait(3)
    assert rig.edges([LAMP, BUZZER], since=since) == [], "lines are written to while asleep"
    assert (rig.line(LAMP), rig.line(BUZZER)) == (0, 0)

    said = rig.guest("cramp-kiosk diary --csv").splitlines()
    assert len(said) == 2, said
    assert "gone" in said[1]


def test_the_service_stops_in_a_hold(rig: Rig) -> None:
    """The lamp is on when somebody stops the service."""
    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    rig.guest(f"systemctl stop {UNIT}")
    assert _written_last(rig, since=start) == {LAMP: 0, BUZZER: 0}


@pytest.mark.smoke
def test_the_program_is_killed_in_a_tone(rig: Rig) -> None:
    """No line of the program runs any more: ``safe-outputs`` takes the pins and writes low."""
    start = rig.press()
    killed = _signal(rig, "KILL", start + HOLD + TONE / 2)
    assert any(edge.at > killed - 0.010 for edge in rig.edges([BUZZER], since=start) if edge.at < killed)

    assert rig.until(lambda: _written_last(rig, since=killed) == {LAMP: 0, BUZZER: 0}, timeout=10)
    back = _wait_restarted(rig)
    figure(f"killed in a tone -> ready again {back - killed:.1f} s")
    assert back - killed < 20
    assert (rig.line(LAMP), rig.line(BUZZER)) == (0, 0)


@pytest.mark.smoke
def test_the_program_hangs_in_a_hold(rig: Rig) -> None:
    """The lamp is on and nothing moves any more: the watchdog starts the program anew."""
    start = rig.press()
    hung = _signal(rig, "STOP", start + HOLD + 2)
    assert rig.line(LAMP) == 1

    back = _wait_restarted(rig)
    figure(f"hung in a hold -> ready again {back - hung:.1f} s")
    assert back - hung < 20
    assert _written_last(rig, since=hung) == {LAMP: 0, BUZZER: 0}
    assert "Watchdog timeout" in rig.journal(UNIT)

    rig.press()  # the night that was interrupted goes on
    assert rig.wait_edge(LAMP, 1, since=rig.now() - 1)


def _signal(rig: Rig, name: str, at: float) -> float:
    """Send the kiosk a signal at a time of the guest's clock; return when it was sent."""
    pid = int(rig.show(UNIT, "MainPID")["MainPID"])
    return float(rig.call("kill", pid=pid, name=name, at=at))


def _written_last(rig: Rig, since: float) -> dict[int, int]:
    """The last levels written to lamp and buzzer."""
    return {edge.pin: edge.level for edge in rig.edges([LAMP, BUZZER], since) if edge.level is not None}


def _wait_restarted(rig: Rig) -> float:
    """Wait until systemd has restarted the kiosk and it is ready; return when it was."""
    rig.until(lambda: rig.show(UNIT, "NRestarts")["NRestarts"] == "1", timeout=30)
    rig.wait_active(UNIT)
    since = rig.show(UNIT, "ActiveEnterTimestampMonotonic")["ActiveEnterTimestampMonotonic"]
    return int(since) / 1e6
