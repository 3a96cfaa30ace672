"""The plug is pulled: what the device had said it knew, it still knows."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Rating
from tests.device.both import Both
from tests.device.conftest import figure
from tests.device.look import lit
from tests.device.product import UNIT, report
from tests.device.rig import LAMP, Rig


def _cut_and_look(rig: Rig) -> dict[str, Any]:
    """Pull the plug, and read what is on the card with nothing of ours running."""
    rig.power_cut()
    rig.words = "systemd.unit=sysinit.target"
    rig.boot()
    rig.words = ""
    return report(rig, "rw")


@pytest.mark.smoke
def test_a_power_cut_in_a_hold_and_the_night_goes_on(rig: Rig, shots: Path) -> None:
    """Power on again: the kiosk is back by itself, offers the night that was under way, and leads on."""
    both = Both(rig)
    start = both.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    rig.wait(1)
    rig.power_cut()

    wall = rig.boot()
    rig.wait_active(UNIT)
    ready = int(rig.show(UNIT, "ActiveEnterTimestampMonotonic")["ActiveEnterTimestampMonotonic"]) / 1e6
    figure(f"power on -> ready {ready:.1f} s of the device's time (its system answered {wall:.0f} s of ours)")
    assert rig.line(LAMP) == 0
    assert rig.until(lambda: lit(rig.screenshot(shots / "resume.png")) > 0), "the night is not offered again"
    assert report(rig)["episodes"] == [[1, None, None]]
    rig.press()
    rig.wait(1)
    start = rig.press()
    assert rig.wait_edge(LAMP, 1, since=start, timeout=12)


@pytest.mark.parametrize("after", [0.0, 0.05, 0.2, 1.0])
def test_a_power_cut_while_a_technique_is_written(rig: Rig, after: float) -> None:
    """At each "next" the diary is written. What a reader saw there before the cut is there after it."""
    both = Both(rig)
    both.press()
    both.wait(4)
    both.press()
    both.wait(1)
    both.press()
    rig.wait(after)
    seen = report(rig)
    found = _cut_and_look(rig)
    assert found["check"] == "ok"
    assert found["episodes"] == seen["episodes"] == [[1, None, None]]
    assert found["uses"][: len(seen["uses"])] == seen["uses"]
    if after >= 0.2:
        assert [name for _, name in found["uses"]] == ["hand_stretch", "toe_stretch"]


@pytest.mark.parametrize("after", [0.0, 0.1, 1.0])
def test_a_power_cut_while_the_rating_is_written(rig: Rig, after: float) -> None:
    both = Both(rig)
    both.press()
    both.wait(4)
    both.press(1.7)
    both.wait(2)
    assert isinstance(both.page, Rating)
    both.tap(Act.PLUS)
    rig.tap(*both.twin.where(Act.SAVE))
    rig.wait(after)
    seen = report(rig)
    found = _cut_and_look(rig)
    assert found["check"] == "ok"
    assert found["episodes"] in (seen["episodes"], [[1, "gone", 5]])
    if after >= 1.0:
        assert found["episodes"] == [[1, "gone", 5]]


@pytest.mark.parametrize("after", [0.0, 0.1, 1.0])
def test_a_power_cut_while_a_setting_is_saved(rig: Rig, after: float) -> None:
    """The file holds the old settings or the new, whole; a second after the tap, the new."""
    both = Both(rig)
    for act in (Act.ANYWHERE, Act.MORE, Act.SETTINGS, Act.CHANGE):
        both.tap(act)
    old = report(rig)["settings"]
    rig.tap(*both.twin.where(Act.CHANGE))
    rig.wait(after)
    seen = report(rig)["settings"]
    found = _cut_and_look(rig)
    assert old is not None
    assert found["settings"] in (old, seen)
    if after >= 1.0:
        assert found["settings"] == seen != old
