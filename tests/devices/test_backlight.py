import shutil
from functools import partial
from pathlib import Path

import pytest

from kiosk.devices.backlight import Backlight
from kiosk.devices.part import PartFails
from kiosk.display.backlights import lights


def panel(root: Path, name: str = "10-0045", most: int = 255, power: bool = True) -> Path:
    folder = root / "sys/class/backlight" / name
    folder.mkdir(parents=True)
    (folder / "max_brightness").write_text(f"{most}\n")
    (folder / "brightness").write_text(f"{most}\n")
    if power:
        (folder / "bl_power").write_text("0\n")
    return folder


def state(folder: Path) -> tuple[str, str]:
    return (folder / "brightness").read_text().strip(), (folder / "bl_power").read_text().strip()


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (255, {0.0: "0", 0.001: "1", 0.25: "12", 0.5: "55", 1.0: "255", 2.0: "255"}),
        (31, {0.0: "0", 0.001: "1", 0.25: "1", 0.5: "7", 1.0: "31"}),
        (1, {0.0: "0", 0.001: "1", 0.5: "1", 1.0: "1"}),
    ],
)
def test_levels_on_every_kind_of_panel(tmp_path: Path, most: int, steps: dict[float, str]) -> None:
    folder = panel(tmp_path, most=most)
    backlight = Backlight(partial(lights, tmp_path))
    seen = {}
    for level in steps:
        backlight.set(level)
        seen[level] = state(folder)[0]
    assert seen == steps


def test_off_cuts_the_power_and_on_gives_it_back(tmp_path: Path) -> None:
    folder = panel(tmp_path)
    backlight = Backlight(partial(lights, tmp_path))
    states = []
    for level in (0.0, 1.0, 0.0):
        backlight.set(level)
        states.append(state(folder))
    assert states == [("0", "4"), ("255", "0"), ("0", "4")]


def test_power_is_touched_only_when_it_changes(tmp_path: Path) -> None:
    folder = panel(tmp_path)
    backlight = Backlight(partial(lights, tmp_path))
    backlight.set(0.5)
    (folder / "bl_power").write_text("untouched")
    backlight.set(1.0)
    assert state(folder) == ("255", "untouched")


def test_brightness_alone_is_enough(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = panel(tmp_path, power=False)
    backlight = Backlight(partial(lights, tmp_path))
    backlight.set(0.0)
    assert (folder / "brightness").read_text() == "0"
    assert not (folder / "bl_power").exists()
    assert caplog.records == []


def test_the_first_that_can_be_set_is_taken(tmp_path: Path) -> None:
    panel(tmp_path, "a-broken", most=0)
    (tmp_path / "sys/class/backlight/b-no-numbers").mkdir()
    good = panel(tmp_path, "c-good", most=31)
    other = panel(tmp_path, "d-other", most=255)
    backlight = Backlight(partial(lights, tmp_path), alone=True)
    backlight.set(0.0)
    assert backlight.describe() == f"The backlight is {good}, 0 to 31."
    assert state(other) == ("255", "0"), "whose it is nobody knows: it may be behind the same panel"


@pytest.mark.parametrize("root", ["", "missing"])
def test_a_screen_without_one_is_no_fault(
    tmp_path: Path, root: str, caplog: pytest.LogCaptureFixture
) -> None:
    backlight = Backlight(partial(lights, tmp_path / root))
    backlight.set(1.0)
    backlight.set(0.0)
    assert backlight.is_present is False
    assert backlight.describe() == "The screen has no backlight that can be set."
    assert caplog.records == []


def test_one_that_comes_later_is_found(tmp_path: Path) -> None:
    backlight = Backlight(partial(lights, tmp_path))
    folder = panel(tmp_path)
    backlight.set(0.0)
    assert backlight.is_present
    assert state(folder) == ("0", "4")


def test_one_that_goes_is_missed_until_it_comes_back(tmp_path: Path) -> None:
    folder = panel(tmp_path)
    backlight = Backlight(partial(lights, tmp_path))
    backlight.set(0.0)
    shutil.rmtree(folder)
    for level in (1.0, 0.5):
        with pytest.raises(PartFails, match=r"^The brightness of the screen cannot be set\. \("):
            backlight.set(level)
    assert backlight.is_present is False
    panel(tmp_path)
    (folder / "bl_power").write_text("4")
    backlight.set(1.0)
    assert state(folder) == ("255", "0")
    assert backlight.is_present


def test_one_that_may_not_be_written_is_said_each_time(tmp_path: Path) -> None:
    folder = panel(tmp_path)
    (folder / "brightness").unlink()
    (folder / "brightness").mkdir()
    backlight = Backlight(partial(lights, tmp_path))
    for level in (1.0, 0.5, 0.0):
        with pytest.raises(PartFails, match="Is a directory"):
            backlight.set(level)


@pytest.mark.parametrize(("most", "dims"), [(255, True), (31, True), (8, True), (7, False), (1, False)])
def test_one_that_only_switches_does_not_dim(tmp_path: Path, most: int, dims: bool) -> None:
    """HyperPixel's gpio-backlight knows 0 and 1."""
    folder = panel(tmp_path, most=most)
    backlight = Backlight(partial(lights, tmp_path))
    assert backlight.dims is dims
    told = {
        True: f"The backlight is {folder}, 0 to {most}.",
        False: f"The backlight is {folder}, on or off; the colours are dimmed instead.",
    }
    assert backlight.describe() == told[dims]


def test_no_light_does_not_dim(tmp_path: Path) -> None:
    assert Backlight(partial(lights, tmp_path)).dims is False
