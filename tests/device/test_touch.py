"""A finger on the real touch device works the pages."""

from pathlib import Path

import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Asleep, Choose, Diary, Home, More, Settings
from tests.device.both import GUARD, Both
from tests.device.look import lit
from tests.device.rig import BUZZER, LAMP, Rig
from tests.device.twin import SIZE


@pytest.mark.smoke
def test_a_tap_wakes_and_does_nothing_else(rig: Rig, shots: Path) -> None:
    """The first tap is on the place where START appears; it and one right after it only wake."""
    assert lit(rig.screenshot(shots / "1-asleep.png")) == 0
    both = Both(rig)
    both.twin.tap()
    assert isinstance(both.page, Home)

    since = rig.now()
    x, y = both.twin.where(Act.START)
    rig.tap(x, y)
    rig.wait(0.2)
    rig.tap(x, y)
    both.wait(GUARD)

    both.see(shots / "2-home.png")
    assert rig.edges([LAMP, BUZZER], since=since) == [], "nothing began"


def test_taps_lead_to_more_and_back_and_start_a_night(rig: Rig, shots: Path) -> None:
    both = Both(rig)
    way = (
        *(Act.ANYWHERE, Act.MORE),
        *(Act.CHOOSE, Act.NEXT, Act.NEXT, Act.BACK),
        *(Act.DIARY, Act.BACK),
        *(Act.SETTINGS, Act.NEXT, Act.BACK, Act.BACK),
        Act.BACK,
    )
    for number, act in enumerate(way, start=1):
        both.tap(act)
        both.see(shots / f"{number:02}-{act}.png")
    assert isinstance(both.page, Home)

    since = rig.now()
    rig.tap(*both.twin.where(Act.START))
    assert rig.wait_edge(LAMP, 1, since=since) - since < 0.6


@pytest.mark.smoke
def test_each_target_is_reached_at_the_corner_of_the_panel(rig: Rig, shots: Path) -> None:
    """A finger at the rim of the glass, where panels are least precise, still means the nearest target."""
    both = Both(rig)
    both.tap()
    width, height = SIZE
    near, right, low = 18, width - 19, height - 19
    for x, y, page in ((near, near, Choose), (right, near, Diary), (near, low, Settings), (right, low, Home)):
        while not isinstance(both.page, More):
            both.tap(Act.MORE if isinstance(both.page, Home) else Act.BACK if _leads_back(both) else Act.NEXT)
        both.tap_at(x, y)
        assert isinstance(both.page, page)
        both.see(shots / f"{page.__name__.lower()}.png")
    # the outermost pixels belong to no target
    for x, y in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        both.tap_at(x, y)
        assert isinstance(both.page, Home)
        both.see(shots / "home.png")


def _leads_back(both: Both) -> bool:
    return any(target.act is Act.BACK for target in both.twin.targets)


def test_a_finger_that_leaves_its_target_does_nothing(rig: Rig, shots: Path) -> None:
    """Taps count where the finger is lifted; a slide from START to MORE is neither."""
    both = Both(rig)
    both.tap()
    since = rig.now()
    rig.swipe([both.twin.where(Act.START), (530, 350), both.twin.where(Act.MORE)])
    both.wait(1)
    both.see(shots / "home.png")
    assert rig.edges([LAMP, BUZZER], since=since) == []


def test_home_goes_to_sleep_and_a_touch_wakes_it_again(rig: Rig, shots: Path) -> None:
    """Nobody answers "still there?": black, light off. One tap brings it back."""
    both = Both(rig)
    both.tap()
    both.see(shots / "1-home.png")
    assert _light(rig) > 0
    both.wait(152)
    assert isinstance(both.page, Asleep)
    both.see(shots / "2-asleep.png")
    assert _light(rig) == 0
    both.tap()
    both.see(shots / "3-home.png")
    assert _light(rig) > 0


def _light(rig: Rig) -> int:
    """The backlight's level as the kernel has it; 0 also where its power is off."""
    level, power = rig.guest("cd /sys/class/backlight/10-0045; cat brightness bl_power").split()
    return int(level) if power == "0" else 0
