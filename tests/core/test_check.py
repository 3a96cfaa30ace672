"""The parts tried one by one on the screen: by touch, by button; and every way out of it."""

import pytest

from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    Fault,
    ProbeError,
    ReadEveryProbe,
    ReadWater,
    WaterRead,
)
from kiosk.core.pages import Asleep, Check, Page, Settings
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.state import Light
from tests.bedside import Bedside, standard


def checking(part: int = 0, rules: Rules | None = None) -> Bedside:
    """Somebody came here by touch, and as far as this part."""
    night = Bedside(rules)
    night.tap()
    night.wait(2)
    for act in (Act.MORE, Act.SETTINGS, *[Act.NEXT] * 3, Act.CHECK, *[Act.NEXT] * part):
        night.tap(act)
    assert night.page == Check(part)
    return night


def outputs(night: Bedside) -> tuple[float, int]:
    return night.lamp, night.tone


def test_by_touch_alone():
    night = checking()
    seen: list[tuple[Page, tuple[float, int]]] = []
    while isinstance(night.page, Check):
        seen.append((night.page, outputs(night)))
        night.tap(Act.NEXT)
    assert seen == [
        (Check(0), (0.0, 0)),
        (Check(1), (1.0, 0)),
        (Check(2), (0.0, 523)),
        (Check(3), (0.0, 0)),
    ]
    assert (night.page, outputs(night)) == (Settings(3), (0.0, 0))
    assert night.effects == [ReadEveryProbe(), ReadWater(on=False)]


def test_by_the_button_alone_and_no_press_starts_a_relief():
    night = checking()
    seen: list[Page] = []
    while isinstance(night.page, Check):
        night.happen(ButtonPressed())
        seen.append(night.page)
        night.wait(0.1)
        night.happen(ButtonReleased())
    assert seen == [Check(part, felt=True) for part in range(4)]
    assert night.page == Settings(3)
    assert night.state.episode is None
    assert night.effects == [ReadEveryProbe(), ReadWater(on=False)]


def test_the_way_back():
    night = checking(3)
    seen = []
    while isinstance(night.page, Check):
        night.tap(Act.BACK)
        seen.append((night.page, outputs(night)))
    assert seen == [
        (Check(2), (0.0, 523)),
        (Check(1), (1.0, 0)),
        (Check(0), (0.0, 0)),
        (Settings(3), (0.0, 0)),
    ]
    assert night.effects == [ReadEveryProbe(), ReadWater(on=False)]


def test_the_tones_of_hold_come_again_every_four_seconds():
    night = checking(2)
    start = night.now
    night.out.tones.clear()
    night.wait(9)
    assert [(at - start, hertz) for at, hertz in night.out.tones] == [
        (120, 784),
        (320, 0),
        (4000, 523),
        (4120, 784),
        (4320, 0),
        (8000, 523),
        (8120, 784),
        (8320, 0),
    ]


@pytest.mark.parametrize(
    ("volume", "heard"), [(Volume.OFF, Volume.OFF), (Volume.LOW, Volume.LOW), (Volume.HIGH, Volume.HIGH)]
)
def test_the_buzzer_is_as_loud_as_the_owner_wants_it(volume, heard):
    assert checking(2, standard(volume=volume)).out.volumes[-1][1] is heard


def test_an_active_buzzer_beeps():
    assert checking(2, standard(passive_buzzer=False)).tone == 1


def test_the_probe_is_shown_as_it_reads():
    night = checking(3)
    night.happen(WaterRead(21.4))
    assert night.page == Check(3, celsius=21.4)
    night.happen(WaterRead(None))
    assert night.page == Check(3, broken=True)
    night.happen(WaterRead(38.5))
    assert night.page == Check(3, celsius=38.5)
    night.happen(WaterRead(None, ProbeError.RANGE, 0.3))  # in ice water no wire is broken
    assert night.page == Check(3)


def test_a_reading_that_comes_late_says_nothing_to_the_next_part():
    night = checking(3)
    night.tap(Act.BACK)
    night.happen(WaterRead(None))
    assert night.page == Check(2)


def test_readings_keep_nobody_awake():
    night = checking(3)
    for _ in range(119):
        night.happen(WaterRead(21.4))
        night.wait(1)
    assert isinstance(night.page, Check)
    night.wait(1)
    assert (night.page, night.effects[-1]) == (Asleep(), ReadWater(on=False))


@pytest.mark.parametrize("part", range(4))
def test_a_long_press_sleeps(part):
    night = checking(part)
    night.hold()
    assert (night.page, night.state.light, outputs(night)) == (Asleep(), Light.OFF, (0.0, 0))
    assert night.effects == [ReadEveryProbe(), ReadWater(on=False)] * (part == 3)


@pytest.mark.parametrize("part", range(4))
def test_left_alone_it_dims_and_sleeps_without_a_question(part):
    night = checking(part)
    night.wait(60)
    assert (night.page, night.state.light) == (Check(part), Light.DIMMED)
    night.wait(59.999)
    assert night.page == Check(part)
    night.wait(0.001)
    assert (night.page, outputs(night)) == (Asleep(), (0.0, 0))


def test_a_button_that_is_stuck_does_not_hold_it():
    night = checking()
    night.happen(ButtonPressed())
    night.wait(10 + 120)
    assert (night.page, night.state.faults) == (Asleep(), {Fault.BUTTON_STUCK})


@pytest.mark.parametrize("act", [Act.ANYWHERE, Act.START, Act.GONE, Act.CHECK, Act.SAVE])
def test_a_tap_that_does_not_apply_is_ignored(act):
    night = checking(1)
    night.tap(act)
    assert (night.page, outputs(night)) == (Check(1), (1.0, 0))


def test_a_press_that_ends_on_another_page_does_nothing_there():
    night = checking()
    night.happen(ButtonPressed())
    night.tap(Act.BACK)
    night.happen(ButtonReleased())
    assert (night.page, night.state.episode, night.effects) == (Settings(3), None, [])
