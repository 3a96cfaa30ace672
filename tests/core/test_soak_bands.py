"""Every row and every number of the soak table: when each verdict comes, and when it goes."""

import pytest

from kiosk.core import soak
from kiosk.core.soak import SENSITIVE, Bands, Verdict
from tests.core.tub import Tub, warm

V = Verdict


# --- the bands, each with its step back


def through(*celsius: float, start: float = 38.5, bands: Bands | None = None) -> list[Verdict]:
    """From warm water slowly through these, two readings each; the verdict after each pair."""
    tub = Tub(bands=bands).keep(start, 16)
    said = []
    for one in celsius:
        tub.read(one, one, every=2000)
        said.append(tub.verdict)
    return said


@pytest.mark.parametrize(
    ("way", "verdicts"),
    [
        ((36.0, 35.9), [V.WARM, V.TOP_UP]),
        ((35.9, 36.4, 36.5), [V.TOP_UP, V.TOP_UP, V.SETTLING]),
        ((35.9, 33.0, 32.9), [V.TOP_UP, V.TOP_UP, V.COLD]),
        ((34.0, 32.9, 33.4, 33.5), [V.TOP_UP, V.COLD, V.COLD, V.TOP_UP]),
        ((34.0, 32.9, 33.5, 36.4, 36.5), [V.TOP_UP, V.COLD, V.TOP_UP, V.TOP_UP, V.SETTLING]),
        ((39.0, 39.5, 40.0, 40.1), [V.WARM, V.WARM, V.RISING, V.HOT_EDGE]),
        ((40.1, 41.0, 41.1), [V.HOT_EDGE, V.HOT_EDGE, V.TOO_HOT]),
        ((41.1, 40.5, 40.4), [V.TOO_HOT, V.TOO_HOT, V.HOT_EDGE]),
        ((41.1, 40.4, 40.1, 40.0), [V.TOO_HOT, V.HOT_EDGE, V.HOT_EDGE, V.SETTLING]),
        ((41.1, 42.9), [V.TOO_HOT, V.TOO_HOT]),
    ],
)
def test_where_each_band_begins_and_ends(way, verdicts):
    if verdicts[0] is V.WARM and way[0] > 38.5:
        said = through(*way)
        assert said[-1] is verdicts[-1]
        return
    assert through(*way) == verdicts


def test_warm_lasts_to_forty_when_it_is_reached_slowly():
    tub = warm(39.6)
    for celsius in (39.7, 39.8, 39.9, 40.0):
        tub.keep(celsius, 12)
    assert set(tub.last(48)) == {V.WARM}
    assert tub.read(40.1, 40.1).last(2) == [V.WARM, V.HOT_EDGE]


def test_warm_needs_fifteen_steady_seconds():
    tub = Tub().keep(38.0, 16)
    assert tub.said == [V.WAITING, *[V.SETTLING] * 14, V.WARM]


@pytest.mark.parametrize(("swing", "verdict"), [(0.3, V.WARM), (0.4, V.SETTLING)])
def test_steady_is_within_three_tenths(swing, verdict):
    tub = Tub()
    for _ in range(15):
        tub.read(37.0, 37.0 + swing)
    assert tub.verdict is verdict


# --- danger


@pytest.mark.parametrize("verdict_before", [V.WAITING, V.DRY, V.COLD, V.TOP_UP, V.SETTLING, V.FAULT])
def test_danger_comes_at_once_on_one_valid_reading(verdict_before):
    tub = {
        V.WAITING: Tub,
        V.DRY: lambda: Tub().keep(20.0, 15),
        V.COLD: lambda: Tub().keep(31.5, 3),
        V.TOP_UP: lambda: Tub().keep(34.0, 3),
        V.SETTLING: lambda: Tub().keep(38.0, 3),
        V.FAULT: lambda: Tub().read(None, None),
    }[verdict_before]()
    assert tub.verdict is verdict_before
    assert tub.read(43.0, every=4900).verdict is V.DANGER


@pytest.mark.parametrize(("celsius", "verdict"), [(42.9, V.WARM), (43.0, V.DANGER)])
def test_danger_begins_at_forty_three(celsius, verdict):
    assert warm(39.0).read(celsius).verdict is verdict


def test_danger_stays_until_the_water_is_below_forty_one_and_somebody_answers():
    tub = warm(39.0).read(43.0)
    hot = soak.answer(tub.water, tub.bands)
    assert hot is tub.water
    tub.read(42.0, 41.0)
    assert soak.answer(tub.water, tub.bands).verdict is V.DANGER
    tub.read(40.9, 40.9)
    assert (tub.verdict, tub.water.may_clear(tub.bands)) == (V.DANGER, True)
    tub.water = soak.answer(tub.water, tub.bands)
    assert (tub.verdict, tub.water.latched) == (V.TOO_HOT, False)
    assert tub.read(40.4, 40.4).verdict is V.HOT_EDGE


@pytest.mark.parametrize(
    ("celsius", "after"), [(40.4, V.HOT_EDGE), (38.0, V.SETTLING), (35.0, V.TOP_UP), (31.0, V.COLD)]
)
def test_after_danger_the_water_is_judged_anew_and_never_warm_at_once(celsius, after):
    tub = warm(39.0).read(43.0, 39.0).keep(celsius, 20)
    assert tub.verdict is V.DANGER
    assert soak.answer(tub.water, tub.bands).verdict is after


def test_a_fault_does_not_answer_danger():
    tub = warm(39.0).read(43.5, None, None)
    assert (tub.verdict, tub.water.latched, tub.water.celsius) == (V.DANGER, True, None)
    assert soak.answer(tub.water, tub.bands) is tub.water
    assert tub.read(38.0, 38.0).last(2) == [V.DANGER, V.DANGER]


# --- rising


def test_hot_water_added_with_the_feet_in_is_said():
    assert warm(37.0).read(37.3, 37.5, 37.6).last(3) == [V.WARM] * 3
    assert warm(37.0).read(37.3, 37.6, 37.8).last(3) == [V.WARM, V.WARM, V.RISING]


def test_half_a_degree_in_ten_seconds_is_not_rising_nor_is_more_in_a_longer_time():
    assert warm(37.0).read(37.5, 37.5, 37.5).last(3) == [V.WARM] * 3
    tub = warm(37.0)
    for tenth in range(1, 20):
        tub.keep(37.0 + tenth / 10, 3)
    assert set(tub.last(57)) == {V.WARM}


def test_rising_ends_after_ten_steady_seconds_and_warm_comes_back_after_fifteen():
    tub = warm(37.0).read(37.6, 38.0)
    assert tub.verdict is V.RISING
    tub.keep(38.5, 11)
    assert tub.last(1) == [V.RISING]
    assert tub.keep(38.5, 1).last(1) == [V.SETTLING]
    assert tub.keep(38.5, 4).last(1) == [V.WARM]


def test_with_the_feet_out_adding_hot_water_is_no_alarm():
    tub = warm(37.0).read(35.8, 35.8).read(36.0, 36.3, 36.5, 37.2, 37.9, 38.6)
    assert V.RISING not in tub.said


def test_rising_gives_way_to_what_is_worse():
    tub = warm(39.0).read(39.6, 39.7)
    assert tub.verdict is V.RISING
    assert tub.read(40.6, 40.7).last(1) == [V.HOT_EDGE]
    assert tub.read(41.2, 41.3).last(1) == [V.TOO_HOT]


# --- feet that feel little


def test_the_sensitive_bands():
    assert (SENSITIVE.warm_low, SENSITIVE.warm_high, SENSITIVE.too_hot, SENSITIVE.danger) == (
        32.0, 35.0, 36.0, 38.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("way", "verdicts"),
    [
        ((32.0, 31.9, 32.4, 32.5), [V.WARM, V.TOP_UP, V.TOP_UP, V.SETTLING]),
        ((35.1, 36.0, 36.1, 35.5, 35.4), [V.HOT_EDGE, V.HOT_EDGE, V.TOO_HOT, V.TOO_HOT, V.HOT_EDGE]),
        ((37.9, 38.0), [V.TOO_HOT, V.DANGER]),
    ],
)
def test_where_the_sensitive_bands_begin_and_end(way, verdicts):
    assert through(*way, start=33.5, bands=SENSITIVE) == verdicts


def test_sensitive_danger_is_answered_below_thirty_six():
    tub = Tub(bands=SENSITIVE).read(38.0, 36.0)
    assert soak.answer(tub.water, SENSITIVE).verdict is V.DANGER
    tub.read(35.9)
    assert soak.answer(tub.water, SENSITIVE).verdict is V.DANGER
    tub.read(35.9)
    assert soak.answer(tub.water, SENSITIVE).verdict is V.TOO_HOT
