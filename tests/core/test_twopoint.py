"""The probe in ice water, then in warm water beside a thermometer: the owner's two-point check, by day."""

import pytest

from kiosk.core.events import (
    Act,
    ButtonReleased,
    ChangeSetting,
    EpisodeBegan,
    ProbeError,
    ReadEveryProbe,
    ReadWater,
    TechniqueBegan,
)
from kiosk.core.pages import Asleep, Check, CountIn, Dip, ProbeOffset, Settings, WarmWater
from kiosk.core.rules import Rules
from kiosk.core.soak import Reading
from kiosk.core.state import Light
from kiosk.core.technique import MINUTE, Side
from kiosk.core.twopoint import Hint, hint, offset, shown
from kiosk.devices.probe import Measured, reading
from tests.bedside import Bedside, standard

#: What was asked for on the way here: all probes on the page of the parts, then the water's.
BEGAN = [ReadEveryProbe(), ReadWater(on=True)]


def adjusting(rules: Rules | None = None) -> Bedside:
    """Somebody came by touch to the probe, the last of the parts, and taps Adjust."""
    day = Bedside(rules)
    day.tap()
    day.wait(2)
    for act in (Act.MORE, Act.SETTINGS, *[Act.NEXT] * 3, Act.CHECK, *[Act.NEXT] * 3, Act.ADJUST):
        day.tap(act)
    assert (day.page, day.effects) == (Dip(), BEGAN)
    return day


def dip(day: Bedside, said: float | ProbeError, seconds: int) -> None:
    """The sensor says this once a second for so long; its reader adds the offset in force."""
    for _ in range(seconds):
        raw = said if isinstance(said, ProbeError) else Measured(said)
        day.happen(reading(raw, day.state.rules.probe_offset))
        day.wait(1)


def dipped(day: Bedside) -> Dip:
    assert isinstance(day.page, Dip)
    return day.page


def look(day: Bedside) -> tuple[float | None, Hint | None]:
    """What the page shows, and what it says is missing."""
    return shown(dipped(day)), hint(dipped(day))


def warm(ice: float = 0.3) -> Bedside:
    """The ice said this; now the probe is to go into warm water."""
    day = adjusting()
    dip(day, ice, 20)
    day.tap(Act.SAVE)
    day.tap(Act.NEXT)
    assert day.page == Dip(round(-ice, 2) + 0.0)
    return day


def nudge(day: Bedside, tenths: int) -> None:
    """Plus or minus, so often."""
    for _ in range(abs(tenths)):
        day.tap(Act.PLUS if tenths > 0 else Act.MINUS)


def checked(ice: float, warm_error: float) -> Bedside:
    """Both points are taken."""
    day = warm(ice)
    dip(day, 37.5 - warm_error, 20)
    nudge(day, round(warm_error * 10))
    day.tap(Act.SAVE)
    return day


def test_ice_then_warm_water_then_the_offset_is_saved():
    day = adjusting()
    dip(day, 0.25, 20)
    assert look(day) == (0.25, None)
    day.tap(Act.SAVE)
    assert day.page == WarmWater(-0.25)
    day.wait(5 * 60)  # until the water is there
    day.tap(Act.NEXT)
    dip(day, 37.0, 20)
    nudge(day, -4)
    assert look(day) == (36.6, None)
    nudge(day, 1)
    day.tap(Act.SAVE)
    assert day.page == ProbeOffset(-0.25, -0.3)
    day.tap(Act.SAVE)
    assert day.page == Check(3)
    saved = [*BEGAN, ChangeSetting("probe_offset", "-0.3"), ReadWater(on=False), ReadEveryProbe()]
    assert day.effects == saved
    day.tap(Act.NEXT)
    assert (day.page, day.effects[len(saved) :]) == (Settings(3), [ReadWater(on=False)])


def test_the_offset_in_force_is_left_out():
    day = adjusting(standard(probe_offset=-0.8))
    dip(day, 0.25, 20)
    assert look(day) == (0.25, None)
    dip(day, 5.5, 1)  # 4.7 with the offset, which no foot bath is
    assert shown(dipped(day)) == 5.5
    dip(day, 21.4, 1)
    assert shown(dipped(day)) == 21.4


def test_ice_needs_fifteen_steady_seconds():
    day = adjusting()
    seen = []
    for _ in range(17):
        dip(day, 0.0, 1)
        seen.append(look(day))
    assert seen == [(0.0, Hint.WAIT)] * 15 + [(0.0, None)] * 2


@pytest.mark.parametrize(("swing", "missing"), [(0.3, None), (0.31, Hint.WAIT)])
def test_steady_is_within_three_tenths(swing, missing):
    day = adjusting()
    for _ in range(10):
        dip(day, 0.0, 1)
        dip(day, swing, 1)
    assert hint(dipped(day)) is missing


def test_the_probe_cools_on_its_way_into_the_ice():
    day = adjusting()
    dip(day, 21.0, 20)
    assert look(day) == (21.0, Hint.COLDER)
    for celsius in (14.0, 9.0, 6.0, 4.0, 2.5, 1.0, 0.5, 0.3):
        dip(day, celsius, 1)
    assert look(day) == (0.3, Hint.WAIT)
    dip(day, 0.25, 20)
    assert look(day) == (0.25, None)


@pytest.mark.parametrize(
    ("said", "missing"),
    [(-5.1, Hint.WARMER), (-5.0, None), (5.0, None), (5.1, Hint.COLDER), (75.0, Hint.COLDER)],
)
def test_far_from_zero_it_is_not_in_ice_water(said, missing):
    day = adjusting()
    dip(day, said, 20)
    before = day.page
    assert look(day) == (said, missing)
    day.tap(Act.SAVE)
    assert day.page == (WarmWater(-said) if missing is None else before)


def test_what_is_saved_is_the_mean_of_the_last_fifteen_seconds():
    day = adjusting()
    dip(day, 0.0, 12)
    dip(day, 0.2, 8)
    day.tap(Act.SAVE)
    assert day.page == WarmWater(-0.1)


def test_the_water_is_as_warm_as_the_soak_wants_it_once_it_matches():
    day = warm()
    dip(day, 35.8, 20)
    assert look(day) == (35.8, Hint.WARMER)
    nudge(day, 2)
    assert look(day) == (36.0, None)
    dip(day, 40.0, 20)
    assert look(day) == (40.2, Hint.COLDER)
    nudge(day, -2)
    assert look(day) == (40.0, None)


def test_save_waits_for_steady_warm_water():
    day = warm()
    day.tap(Act.SAVE)
    assert look(day) == (None, Hint.WAIT)
    dip(day, 37.0, 10)
    day.tap(Act.SAVE)
    assert look(day) == (37.0, Hint.WAIT)


def test_no_thermometer_differs_by_more_than_five_degrees():
    day = warm()
    nudge(day, 60)
    assert dipped(day).tenths == 50
    nudge(day, -120)
    assert dipped(day).tenths == -50


@pytest.mark.parametrize(
    ("ice", "warm_error", "value"),
    [
        (0.0, 0.0, "0.0"),
        (0.06, 0.0, "0.0"),
        (-0.5, 0.5, "0.5"),
        (-0.2, 0.4, "0.3"),
        (0.5, 0.5, "0.0"),
        (-1.0, 1.0, "1.0"),
        (1.0, -1.0, "-1.0"),
        (-0.6, 1.4, "1.0"),
    ],
)
def test_the_offset_is_the_mean_of_both_errors(ice, warm_error, value):
    day = checked(ice, warm_error)
    day.tap(Act.SAVE)
    assert (day.page, day.effects) == (
        Check(3),
        [*BEGAN, ChangeSetting("probe_offset", value), ReadWater(on=False), ReadEveryProbe()],
    )


@pytest.mark.parametrize(
    ("ice", "warm_error"), [(-1.1, 1.0), (1.1, -1.0), (0.6, 0.5), (-0.4, 1.5), (0.0, -1.1), (-1.06, 1.0)]
)
def test_a_probe_that_is_too_wrong_is_refused(ice, warm_error):
    day = checked(ice, warm_error)
    refused = ProbeOffset(round(-ice, 2), warm_error)
    assert offset(refused) is None
    day.tap(Act.SAVE)
    assert day.page == refused
    day.tap(Act.BACK)
    assert (day.page, day.effects) == (Check(3), [*BEGAN, ReadWater(on=False), ReadEveryProbe()])


def test_the_way_back():
    day = checked(-0.2, 0.4)
    seen = []
    while not isinstance(day.page, Check):
        day.tap(Act.BACK)
        seen.append(day.page)
    assert seen == [Dip(0.2, 4), WarmWater(0.2), Dip(), Check(3)]
    assert day.effects == [*BEGAN, ReadWater(on=False), ReadEveryProbe()]


def test_a_reading_that_fails_is_passed_over():
    day = adjusting()
    for said in (0.1, ProbeError.CRC) * 10:
        dip(day, said, 1)
    assert look(day) == (0.1, None)


def test_a_probe_that_is_pulled_out_is_told_after_five_seconds():
    day = adjusting()
    dip(day, 0.1, 20)
    dip(day, ProbeError.NO_PROBE, 4)
    assert look(day) == (None, Hint.WAIT)
    assert day.page == Dip(broken=True)
    day.tap(Act.SAVE)
    assert day.page == Dip(broken=True)
    dip(day, 0.1, 1)
    assert day.page == Dip(readings=(Reading(day.now - 1000, 0.1),))


def test_a_probe_that_was_never_there():
    day = adjusting()
    dip(day, ProbeError.NO_PROBE, 1)
    assert day.page == Dip(broken=True)


def test_a_reader_that_falls_silent_shows_no_old_number():
    day = adjusting()
    day.happen(reading(Measured(0.1), 0.0))
    day.wait(4.999)
    assert shown(dipped(day)) == 0.1
    day.wait(0.001)
    assert day.page == Dip(broken=True)


def test_left_alone_it_dims_and_sleeps_after_a_quarter_of_an_hour_and_nothing_is_changed():
    for day in (adjusting(), warm(), checked(-0.2, 0.4), checked(2.0, 0.0)):
        begun = day.now
        dip(day, 37.0, 60)
        assert day.state.light is Light.DIMMED
        dip(day, 37.0, 839)
        assert (day.page != Asleep(), day.effects) == (True, BEGAN)
        day.wait(1)
        assert (day.page, day.now - begun) == (Asleep(), 15 * MINUTE)
        assert day.effects == [*BEGAN, ReadWater(on=False)]


def test_between_the_points_too():
    day = adjusting()
    dip(day, 0.0, 20)
    day.tap(Act.SAVE)
    day.wait(15 * 60)
    assert (day.page, day.effects) == (Asleep(), [*BEGAN, ReadWater(on=False)])


def test_a_cramp_does_not_wait_for_it():
    day = warm()
    dip(day, 37.0, 5)
    day.press()
    assert isinstance(day.page, CountIn)
    assert day.effects == [
        *BEGAN,
        ReadWater(on=False),
        EpisodeBegan(day.now - 100, Side.LEFT),
        TechniqueBegan(day.now - 100, "hand"),
    ]


def test_a_button_that_comes_up_here_does_nothing():
    day = adjusting()
    day.happen(ButtonReleased())
    assert (day.page, day.state.episode) == (Dip(), None)


@pytest.mark.parametrize("act", [Act.ANYWHERE, Act.START, Act.NEXT, Act.PLUS, Act.GONE, Act.ADJUST])
def test_a_tap_that_does_not_apply_is_ignored(act):
    day = adjusting()
    day.tap(act)
    assert day.page == Dip()


def test_a_tap_that_does_not_apply_later_is_ignored():
    day = adjusting()
    dip(day, 0.0, 20)
    day.tap(Act.SAVE)
    day.tap(Act.SAVE)
    assert day.page == WarmWater(0.0)
    day.tap(Act.NEXT)
    day.tap(Act.NEXT)
    assert day.page == Dip(0.0)
    dip(day, 37.5, 20)
    day.tap(Act.SAVE)
    day.tap(Act.PLUS)
    assert day.page == ProbeOffset(0.0, 0.0)


def test_only_the_probe_can_be_adjusted():
    day = adjusting()
    day.tap(Act.BACK)
    day.tap(Act.BACK)
    day.tap(Act.ADJUST)
    assert day.page == Check(2)
