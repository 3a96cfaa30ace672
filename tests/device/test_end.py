"""However a night ends, nothing shines and nothing sounds afterwards."""

from pathlib import Path

import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Asleep, GoodNight, Rating
from tests.device.look import lit, see
from tests.device.product import UNIT
from tests.device.rig import BUZZER, LAMP, Rig
from tests.device.twin import Twin


def test_a_long_press_ends_the_night(rig: Rig, shots: Path) -> None:
    """Gone -> how bad was it -> good night -> asleep, and the diary knows."""
    twin = Twin()
    twin.press()
    rig.press()
    rig.wait(6)
    twin.wait(6)
    rig.press(ms=1700)
    twin.press(1.7)
    rig.wait(3)
    twin.wait(3)
    assert isinstance(twin.page, Rating)
    see(rig, twin.picture(), shots / "1-rating.png")

    for number in (2, 3):
        rig.tap(*twin.where(Act.PLUS))
        twin.tap(Act.PLUS)
        rig.wait(1)
        twin.wait(1)
        see(rig, twin.picture(), shots / f"{number}-rating.png")
    rig.tap(*twin.where(Act.SAVE))
    twin.tap(Act.SAVE)
    twin.wait(1)
    assert isinstance(twin.page, GoodNight)
    see(rig, twin.picture(), shots / "4-good-night.png")

    twin.wait(60)
    assert isinstance(twin.page, Asleep)
    assert rig.until(lambda: lit(rig.screenshot(shots / "5-asleep.png")) == 0, timeout=30)
    since = rig.now()
    rig.wait(3)
    assert rig.edges([LAMP, BUZZER], since=since) == [], "lines are written to while asleep"
    assert (rig.line(LAMP), rig.line(BUZZER)) == (0, 0)

    said = rig.guest(
        "runuser -u cramp-kiosk -- env STATE_DIRECTORY=/var/lib/cramp-kiosk cramp-kiosk diary --csv"
    )
    assert len(said.splitlines()) == 2, said
    assert "gone" in said.splitlines()[1]


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_the_service_ends_in_a_hold(rig: Rig, signal: str) -> None:
    """The lamp is on when the program is stopped in good order, or killed: low is written all the same."""
    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    rig.guest(f"systemctl {'stop' if signal == 'TERM' else f'kill -s {signal}'} {UNIT}")

    # a killed program leaves its lines to the kernel; `safe-outputs` takes them and writes low
    def written_low() -> bool:
        last = {
            edge.pin: edge.level for edge in rig.edges([LAMP, BUZZER], since=start) if edge.level is not None
        }
        return last == {LAMP: 0, BUZZER: 0}

    assert rig.until(written_low, timeout=20)
    assert (rig.line(LAMP), rig.line(BUZZER)) == (0, 0)
    if signal == "KILL":
        rig.wait_active(UNIT)
        assert rig.show(UNIT, "NRestarts") == {"NRestarts": "1"}
