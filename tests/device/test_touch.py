"""A finger on the real touch device works the pages."""

from pathlib import Path

import pytest

from kiosk.core.calibration import CROSSES, PROOF, Point, moved
from kiosk.core.check import DOTS, TOUCH
from kiosk.core.events import Act, Fault
from kiosk.core.pages import Asleep, Calibration, Check, Choose, Diary, Home, More, Settings
from tests.device.both import GUARD, Both
from tests.device.look import lit
from tests.device.product import report, start_with
from tests.device.rig import BUZZER, LAMP, Rig
from tests.device.twin import SIZE, Twin


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


def test_a_touchscreen_that_falls_out_comes_back(rig: Rig, shots: Path) -> None:
    """Said on the page, and the button leads; when it is there again a tap means what it meant."""
    both = Both(rig)
    both.tap()
    driver = "cd /sys/bus/virtio/drivers/virtio_input"
    device = rig.guest(f"{driver}; echo virtio*").strip()
    rig.guest(f"{driver}; echo {device} > unbind")
    both.wait(1)
    both.twin.lose(Fault.NO_TOUCH)
    both.see(shots / "1-home-with-banner.png")
    contact = both.press()
    assert rig.wait_edge(LAMP, 1, since=contact) - contact < 0.1
    both.wait(2)

    rig.guest(f"{driver}; echo {device} > bind")
    both.wait(5)
    both.twin.mend(Fault.NO_TOUCH)
    both.press(1.7)
    both.wait(3)
    both.tap(Act.PLUS)
    both.see(shots / "2-rating.png")


def test_touch_is_put_right_by_who_has_no_keyboard(rig: Rig, shots: Path) -> None:
    """Touches are taken for elsewhere: the button leads to the crosses, and after them a tap hits again."""
    askew = (0.85, 0.0, 0.1, 0.0, 0.85, 0.1)
    start_with(rig, f"[touch]\ncalibration = {list(askew)}\n")
    both = Both(rig, Twin(own_touch=True))
    both.press()
    both.wait(5)
    both.press(10.5)
    both.wait(1)
    assert isinstance(both.page, Check)
    while both.page != Check(TOUCH):
        both.press()
        both.wait(1)
    both.see(shots / "1-dot.png")

    _rest(both, DOTS[0], moved(DOTS[0], askew))
    both.see(shots / "2-missed.png")
    both.press()
    both.wait(1)
    for number, cross in enumerate((*CROSSES, PROOF), start=1):
        assert isinstance(both.page, Calibration)
        both.see(shots / f"3-cross-{number}.png")
        _rest(both, cross, cross)
    both.see(shots / "4-works.png")
    both.tap(Act.BACK)
    both.tap(Act.NEXT)
    for number, dot in enumerate(DOTS, start=1):
        both.see(shots / f"5-dot-{number}.png")
        _rest(both, dot, dot)
    both.see(shots / "6-works.png")
    assert report(rig)["settings"]["touch"]["calibration"] == pytest.approx([1, 0, 0, 0, 1, 0], abs=0.005)


def _rest(both: Both, finger: Point, seen: Point) -> None:
    """A finger rests on a place of the picture, and the kiosk takes it for another."""
    both.tap_at(*_pixel(finger), ms=300, seen=_pixel(seen))


def _pixel(place: Point) -> tuple[int, int]:
    width, height = SIZE
    return round(place[0] * (width - 1)), round(place[1] * (height - 1))


def _light(rig: Rig) -> int:
    """The backlight's level as the kernel has it; 0 also where its power is off."""
    level, power = rig.guest("cd /sys/class/backlight/10-0045; cat brightness bl_power").split()
    return int(level) if power == "0" else 0
