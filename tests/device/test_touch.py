"""A finger on the real touch device works the pages."""

from pathlib import Path

from kiosk.core.events import Act
from kiosk.core.pages import Home, More
from tests.device.look import lit, see
from tests.device.rig import BUZZER, LAMP, Rig
from tests.device.twin import Twin

GUARD = 1.5
"""Longer than the second after waking in which taps do nothing."""


def test_a_tap_wakes_and_does_nothing_else(rig: Rig, shots: Path) -> None:
    """The first tap is on the place where START appears; it and one right after it only wake."""
    assert lit(rig.screenshot(shots / "1-asleep.png")) == 0
    twin = Twin()
    twin.tap()
    twin.wait(GUARD)
    assert isinstance(twin.page, Home)

    since = rig.now()
    x, y = twin.where(Act.START)
    rig.tap(x, y)
    rig.wait(0.2)
    rig.tap(x, y)
    rig.wait(GUARD)

    see(rig, twin.picture(), shots / "02-home.png")
    assert rig.edges([LAMP, BUZZER], since=since) == [], "nothing began"


def test_taps_lead_to_more_and_back_and_start_a_night(rig: Rig, shots: Path) -> None:
    twin = Twin()
    _tap(rig, twin, Act.ANYWHERE)
    see(rig, twin.picture(), shots / "01-home.png")

    _tap(rig, twin, Act.MORE)
    assert isinstance(twin.page, More)
    see(rig, twin.picture(), shots / "02-more.png")

    for number, act in enumerate(
        (Act.CHOOSE, Act.NEXT, Act.NEXT, Act.BACK, Act.DIARY, Act.BACK, Act.SETTINGS, Act.BACK), start=3
    ):
        _tap(rig, twin, act)
        see(rig, twin.picture(), shots / f"{number:02}-{act}.png")

    _tap(rig, twin, Act.BACK)
    assert isinstance(twin.page, Home)
    see(rig, twin.picture(), shots / "11-home.png")

    since = rig.now()
    rig.tap(*twin.where(Act.START))
    assert rig.wait_edge(LAMP, 1, since=since) - since < 0.6


def test_a_finger_that_leaves_its_target_does_nothing(rig: Rig, shots: Path) -> None:
    """Taps count where the finger is lifted; a slide from START to MORE is neither."""
    twin = Twin()
    _tap(rig, twin, Act.ANYWHERE)
    since = rig.now()
    rig.swipe([twin.where(Act.START), (530, 350), twin.where(Act.MORE)])
    rig.wait(1)
    see(rig, twin.picture(), shots / "home.png")
    assert rig.edges([LAMP, BUZZER], since=since) == []


def _tap(rig: Rig, twin: Twin, act: Act) -> None:
    """The same tap on both; then both wait until the next one counts."""
    x, y = (400, 240) if act is Act.ANYWHERE else twin.where(act)
    rig.tap(x, y)
    twin.tap(act)
    twin.wait(GUARD)
    rig.wait(GUARD)
