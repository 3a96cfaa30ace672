"""The DS18B20 of the device drives the soak page: every band, every fault, unplugged and back."""

from pathlib import Path

import pygame
import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Card, Soak
from kiosk.core.soak import Verdict
from tests.device.both import Both
from tests.device.look import SAME, unlike
from tests.device.rig import LAMP, Rig
from tests.device.spans import of_edges
from tests.device.twin import Twin

#: The curve and the minutes left differ a little from the twin's; the verdict does not.
ALIKE = 0.06
#: Where the key word and the sentence above it are.
WORDS = pygame.Rect(40, 320, 320, 140)

BANDS = {
    Verdict.DRY: 21.0,
    Verdict.COLD: 31.5,
    Verdict.TOP_UP: 34.5,
    Verdict.WARM: 38.5,
    Verdict.HOT_EDGE: 40.6,
    Verdict.TOO_HOT: 42.0,
    Verdict.DANGER: 44.0,
}


def _twin_in_the_tub() -> Twin:
    twin = Twin()
    twin.tap()
    twin.wait(2)
    twin.tap(Act.SOAK)
    twin.wait(2)
    while isinstance(twin.page, Card):
        twin.tap(Act.NEXT)
        twin.wait(2)
    assert isinstance(twin.page, Soak)
    return twin


@pytest.fixture(scope="module")
def pictures() -> dict[Verdict, pygame.Surface]:
    """The soak page of every verdict, from the twin."""
    twin = _twin_in_the_tub()
    drawn = {}
    for verdict, celsius in BANDS.items():
        twin.water(celsius, 40)
        assert twin.verdict is verdict
        drawn[verdict] = twin.picture()
    twin = _twin_in_the_tub()
    twin.water(38.5, 40)
    twin.water(None, 10)
    assert twin.verdict is Verdict.FAULT
    drawn[Verdict.FAULT] = twin.picture()
    return drawn


@pytest.fixture(scope="module")
def danger_without_a_number() -> dict[Verdict, pygame.Surface]:
    """FEET OUT after the probe failed, from the twin."""
    twin = _twin_in_the_tub()
    twin.water(38.5, 40)
    twin.water(41.0, 5)
    twin.water(44.0, 5)
    twin.water(None, 10)
    assert (twin.verdict, twin.celsius) == (Verdict.DANGER, None)
    return {Verdict.DANGER: twin.picture()}


@pytest.fixture
def tub(rig: Rig) -> Rig:
    """The device on the soak page, led there by touch; the room is 21 degrees."""
    rig.set_water(21.0)
    twin = Twin()
    rig.tap(400, 240)
    twin.tap()
    while not isinstance(twin.page, Soak):
        rig.wait(1.5)
        twin.wait(1.5)
        act = Act.NEXT if isinstance(twin.page, Card) else Act.SOAK
        rig.tap(*twin.where(act))
        twin.tap(act)
    return rig


def _become(
    rig: Rig, verdict: Verdict, pictures: dict[Verdict, pygame.Surface], shot: Path, timeout: float = 60
) -> None:
    """Wait for the page of this verdict: its words must match the twin's, the rest nearly."""
    measured = (1.0, 1.0)

    def seen() -> bool:
        nonlocal measured
        rig.screenshot(shot)
        measured = unlike(shot, pictures[verdict], WORDS), unlike(shot, pictures[verdict])
        return measured[0] <= SAME and measured[1] <= ALIKE

    assert rig.until(seen, timeout=timeout), f"{shot} is no {verdict}: {measured}"


def _warm(rig: Rig, start: float, end: float) -> None:
    """Change the water as water changes: a jump is taken for a broken probe."""
    steps = max(1, round(abs(end - start) / 2))
    for step in range(1, steps + 1):
        rig.set_water(start + (end - start) * step / steps)
        rig.wait(2)


def test_the_water_from_cold_to_danger_and_back(
    tub: Rig, pictures: dict[Verdict, pygame.Surface], shots: Path
) -> None:
    at = 21.0
    for number, (verdict, celsius) in enumerate(BANDS.items(), start=1):
        _warm(tub, at, celsius)
        at = celsius
        _become(tub, verdict, pictures, shots / f"{number}-{verdict}.png")
    since = tub.now()
    tub.wait(4)
    # asking takes time, too
    edges = [edge for edge in tub.edges([LAMP], since=since) if edge.at <= since + 4]
    flashes = of_edges(edges, end=since + 4, steady=0.06)
    # 2 Hz, half on: sixteen changes in four seconds
    assert 15 <= len(flashes) <= 17, flashes

    _warm(tub, at, 38.5)
    tub.wait(3)
    _become(tub, Verdict.DANGER, pictures, shots / "8-danger-until-a-press.png")
    tub.press()
    _become(tub, Verdict.WARM, pictures, shots / "9-warm-again.png")


@pytest.mark.parametrize(
    "fault", [pytest.param("crc", marks=pytest.mark.smoke), "reset", "shorted", "missing"]
)
def test_a_probe_that_fails_and_comes_back(
    tub: Rig, pictures: dict[Verdict, pygame.Surface], shots: Path, fault: str
) -> None:
    _warm(tub, 21.0, 38.5)
    _become(tub, Verdict.WARM, pictures, shots / "1-warm.png")
    tub.set_water(fault, at_once=fault == "missing")
    _become(tub, Verdict.FAULT, pictures, shots / "2-fault.png", timeout=15)
    tub.set_water(38.5, at_once=fault == "missing")
    _become(tub, Verdict.WARM, pictures, shots / "3-warm-again.png")


@pytest.mark.smoke
def test_a_danger_outlives_an_unplugged_probe(
    tub: Rig,
    pictures: dict[Verdict, pygame.Surface],
    danger_without_a_number: dict[Verdict, pygame.Surface],
    shots: Path,
) -> None:
    _warm(tub, 21.0, 38.5)
    _become(tub, Verdict.WARM, pictures, shots / "1-warm.png")
    _warm(tub, 38.5, 44.0)
    _become(tub, Verdict.DANGER, pictures, shots / "2-danger.png")
    tub.set_water("missing", at_once=True)
    tub.wait(10)
    _become(tub, Verdict.DANGER, danger_without_a_number, shots / "3-without-a-number.png", timeout=5)
    since = tub.now()
    tub.wait(4)
    edges = [edge for edge in tub.edges([LAMP], since=since) if edge.at <= since + 4]
    assert 15 <= len(of_edges(edges, end=since + 4, steady=0.06)) <= 17
    tub.set_water(38.5, at_once=True)
    tub.wait(5)
    _become(tub, Verdict.DANGER, pictures, shots / "4-cool-and-not-answered.png")
    tub.press()
    _become(tub, Verdict.WARM, pictures, shots / "5-answered.png")


@pytest.mark.parametrize(
    "how", [{"frozen": 1}, {"conv_ms": 400_000, "late": 1}], ids=["frozen", "never-ends"]
)
def test_a_reading_that_no_longer_changes_is_none(
    tub: Rig, pictures: dict[Verdict, pygame.Surface], shots: Path, how: dict[str, int]
) -> None:
    """The water is really at 46 degrees, and the probe says 38.5 for ever."""
    _warm(tub, 21.0, 38.5)
    _become(tub, Verdict.WARM, pictures, shots / "1-warm.png")
    tub.set_probes(**how)
    tub.set_water(46.0)
    tub.wait(150)
    _become(tub, Verdict.WARM, pictures, shots / "2-believed.png", timeout=5)
    _become(tub, Verdict.FAULT, pictures, shots / "3-not-believed.png", timeout=60)


def test_a_soak_keeps_the_probe_it_began_with(
    tub: Rig, pictures: dict[Verdict, pygame.Surface], shots: Path
) -> None:
    """A second one, in warm water of its own, is not read in place of the first."""
    _warm(tub, 21.0, 38.5)
    _become(tub, Verdict.WARM, pictures, shots / "1-warm.png")
    tub.set_probes(present2=1, temp2_mc=38_500)
    tub.wait(10)
    _become(tub, Verdict.WARM, pictures, shots / "2-still-the-first.png", timeout=5)
    tub.set_probes(absent1=1)
    _become(tub, Verdict.FAULT, pictures, shots / "3-no-other-in-its-place.png", timeout=20)


def test_with_two_probes_and_none_chosen_there_is_no_reading_until_one_was_warmed(
    rig: Rig, pictures: dict[Verdict, pygame.Surface], shots: Path
) -> None:
    rig.set_water(21.0)
    rig.set_probes(present2=1, temp2_mc=21_000)
    both = Both(rig, Twin(own_touch=True))
    for act in (Act.ANYWHERE, Act.MORE, Act.SETTINGS, *[Act.NEXT] * 3, Act.CHECK, *[Act.NEXT] * 3):
        both.tap(act)
    rig.wait(5)
    rig.screenshot(shots / "1-two-probes.png")
    for celsius in (24, 28, 30):
        rig.set_probes(temp2_mc=celsius * 1000)
        rig.wait(8)
    rig.screenshot(shots / "2-kept.png")
    saved = rig.guest("cat /var/lib/cramp-kiosk/config.toml")
    assert 'probe = "28-3c01f0964f90"' in saved
