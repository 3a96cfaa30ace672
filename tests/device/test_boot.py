"""Switched on with parts missing: the night can still be led with what is there."""

from pathlib import Path

from kiosk.core.events import Fault
from kiosk.core.pages import Card, NextUp, Soak
from kiosk.core.soak import Verdict
from tests.device.both import Both
from tests.device.product import UNIT
from tests.device.rig import LAMP, Rig
from tests.device.twin import Twin


def test_no_touch_no_probe_no_backlight_at_boot(rig: Rig, shots: Path) -> None:
    """The button alone leads to the soak; a probe that is plugged in then is read."""
    rig.power_cut()
    rig.has_touch = False
    rig.words = "rig.no_backlight w1_sim.fault=2"
    rig.boot()
    rig.wait_active(UNIT)
    assert rig.guest("ls /sys/class/backlight") == ""
    both = Both(rig, Twin(Fault.NO_TOUCH, has_light=False))

    start = both.press()
    assert rig.wait_edge(LAMP, 1, since=start) - start < 0.1
    both.wait(3.2)
    both.see(shots / "1-count-in.png")
    while not isinstance(both.page, Card):
        both.press()
        both.wait(1)
    both.see(shots / "2-card.png")
    while not isinstance(both.page, Soak):
        both.press()
        both.wait(1)
    both.twin.water(None, 10)
    rig.wait(10)
    assert both.twin.verdict is Verdict.FAULT
    both.see(shots / "3-no-probe.png")

    rig.set_water(38.5, at_once=True)
    both.twin.water(38.5, 40)
    rig.wait(40)
    assert both.twin.verdict is Verdict.WARM
    both.see(shots / "4-warm.png")
    assert NextUp is not type(both.page)
