"""The probe of the soak: which readings are believed, when they are a fault, and when it lies in the air."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import soak
from kiosk.core.soak import SENSITIVE, Bands, Verdict, Water
from tests.core.tub import Tub, warm

V = Verdict


# --- two agreeing readings


def test_one_reading_is_never_believed():
    tub = Tub().read(38.0)
    assert (tub.said, tub.water.celsius) == ([V.WAITING], None)


def test_two_that_agree_are_believed_and_shown():
    tub = Tub().read(38.0, 38.5)
    assert (tub.said, tub.water.celsius) == ([V.WAITING, V.SETTLING], 38.5)


def test_two_that_do_not_agree_are_not_believed():
    assert Tub().read(38.0, 36.5, 38.0, 36.5).said == [V.WAITING] * 4


@pytest.mark.parametrize(("between", "verdict"), [(4999, V.TOP_UP), (5000, V.FAULT)])
def test_two_that_are_five_seconds_apart_do_not_agree(between, verdict):
    tub = Tub().read(34.0).read(34.0, every=between)
    assert tub.verdict is verdict


def test_a_single_reading_of_another_band_changes_nothing():
    tub = warm().read(35.0, 38.5, 42.0, 38.5)
    assert tub.last(4) == [V.WARM] * 4


def test_two_in_a_row_end_a_verdict_even_if_each_says_something_else():
    # Hot water runs in: the feet must not hear "good" until two readings happen to meet in one band.
    assert warm().read(40.5, 41.5).last(2) == [V.WARM, V.TOO_HOT]


# --- probe fault


@pytest.mark.parametrize("bad", [None, 85.0, 127.94, 4.99, 70.01, -0.06, math.nan, math.inf])
def test_two_bad_readings_in_a_row_are_a_fault_and_there_is_no_number_any_more(bad):
    tub = warm().read(bad)
    assert (tub.verdict, tub.water.celsius) == (V.WARM, 38.5)
    tub.read(bad)
    assert (tub.verdict, tub.water.celsius) == (V.FAULT, None)


@pytest.mark.parametrize("edge", [5.0, 70.0])
def test_the_last_possible_values_are_readings(edge):
    assert Tub().read(edge, edge).verdict is (V.COLD if edge < 33 else V.DANGER)


def test_a_single_bad_reading_between_good_ones_is_forgiven():
    assert warm().read(None, 38.5, None, 38.5).last(4) == [V.WARM] * 4


def test_different_kinds_of_bad_add_up():
    assert warm().read(None, 85.0).verdict is V.FAULT


def test_a_jump_of_more_than_five_in_a_second_is_bad_and_the_next_may_confirm_it():
    assert warm().read(33.4).last(1) == [V.WARM]
    tub = warm().read(33.4, 28.3)
    assert tub.verdict is V.FAULT
    assert warm(38.5).read(33.5, 33.5).last(2) == [V.WARM, V.TOP_UP]


def test_a_jump_counts_by_the_second():
    assert warm().read(29.0, every=2000).water.bad == 0
    assert warm().read(28.4, every=2000).water.bad == 1


def test_a_jump_into_danger_is_believed_by_its_second_reading():
    assert warm().read(44.0, 44.0).last(2) == [V.WARM, V.DANGER]


def test_a_fault_is_over_after_two_good_agreeing_readings():
    tub = warm().read(None, None, 38.5)
    assert (tub.verdict, tub.water.celsius) == (V.FAULT, None)
    assert tub.read(38.4).verdict is V.SETTLING
    assert warm().read(None, None, 38.5, 36.9, 38.5).verdict is V.FAULT


def test_a_good_reading_before_a_bad_one_does_not_count_towards_the_end_of_a_fault():
    assert warm().read(None, None, 38.5, None, 38.5).last(4) == [V.FAULT] * 4


def test_while_waiting_a_bad_reading_takes_back_the_good_one_before_it():
    assert Tub().read(38.0, None, 38.0).said == [V.WAITING] * 3
    assert Tub().read(38.0, None, 38.0, 38.0).verdict is V.SETTLING


def test_nothing_read_for_five_seconds_is_a_fault():
    tub = warm()
    assert tub.water.stale_at() == tub.now + 5000
    assert soak.age(tub.water, tub.now + 4999).verdict is V.WARM
    aged = soak.age(tub.water, tub.now + 5000)
    assert (aged.verdict, aged.celsius, aged.trend) == (V.FAULT, None, 0.0)
    assert soak.age(aged, tub.now + 60_000) is aged


def test_the_first_reading_must_come_within_five_seconds_too():
    assert soak.age(soak.begin(100), 5099).verdict is V.WAITING
    assert soak.age(soak.begin(100), 5100).verdict is V.FAULT


def test_a_reading_that_comes_too_late_is_the_first_of_two():
    tub = warm().read(38.5, every=5000)
    assert (tub.verdict, tub.water.celsius) == (V.FAULT, None)
    assert tub.read(38.5).verdict is V.SETTLING


# --- the probe in the air


def test_a_probe_in_the_air_is_seen_after_ten_seconds():
    tub = Tub().keep(20.5, 13)
    # The second reading begins the ten seconds.
    assert tub.said == [V.WAITING] * 11 + [V.DRY] * 2


def test_it_is_in_the_water_above_thirty_by_two_readings():
    assert Tub().keep(20.5, 15).read(25, 30.0, 30.0).last(3) == [V.DRY] * 3
    assert Tub().keep(20.5, 15).read(25, 30.0, 30.1, 30.1).last(2) == [V.DRY, V.COLD]


@pytest.mark.parametrize(
    ("celsius", "verdict"),
    [(15.0, V.DRY), (14.9, V.COLD), (22.5, V.DRY), (22.6, V.COLD), (18.5, V.DRY), (18.4, V.COLD)],
)
def test_dry_is_within_two_of_the_room_and_between_fifteen_and_thirty(celsius, verdict):
    room = 16.0 if celsius < 16 else 20.5
    tub = Tub(room=room).keep(34.0, 3)
    tub.read(30.0, 25.1)  # cooling without a jump
    assert tub.read(20.2).keep(celsius, 15).verdict is verdict


def test_lifted_out_of_the_water_it_is_cold_at_first_and_dry_after_ten_seconds():
    tub = warm(room=20.0)
    tub.read(34.0, 29.5, 25.0, 21.5)
    assert tub.last(2) == [V.COLD, V.COLD]
    assert tub.keep(20.5, 9).last(1) == [V.COLD]
    assert tub.keep(20.5, 1).last(1) == [V.DRY]


def test_the_room_is_what_the_probe_said_in_the_air_at_its_lowest():
    tub = Tub().keep(24.0, 3).keep(22.0, 10).read(24.0)
    assert tub.water.air == 22.0
    assert soak.begin(0, tub.water.air).air == 22.0


def test_water_never_teaches_the_room():
    assert Tub(room=20.0).keep(38.0, 30).water.air == 20.0
    assert Tub().keep(38.0, 30).water.air == 21.0


def test_one_reading_alone_teaches_nothing():
    assert Tub(room=26.0).read(16.0, 20.0).water.air == 26.0


@pytest.mark.parametrize(
    ("last_time", "air"), [(18.0, 27.0), (27.0, 18.0), (21.0, 30.0), (21.0, 15.0)], ids=str
)
def test_the_probe_lies_in_the_air_of_another_season(last_time, air):
    # Summer after winter, winter after summer: this night's air is the room, not the last one's.
    tub = Tub(room=last_time).keep(air, 13)
    assert tub.said == [V.WAITING] * 11 + [V.DRY] * 2
    assert tub.water.air == air
    tub.read(air + 5, air + 10, 34.0, 34.0, 34.0)
    assert tub.verdict is V.TOP_UP
    tub.read(30.5, max(air, 26.0)).keep(air, 12)
    assert tub.verdict is V.DRY


@pytest.mark.parametrize("air", [14.9, 30.1])
def test_no_room_is_so_cold_or_so_warm(air):
    tub = Tub(room=20.0).keep(air, 15)
    assert (tub.verdict, tub.water.air) == (V.COLD, 20.0)


def test_a_probe_out_of_a_warm_hand_teaches_the_room_as_it_cools():
    tub = Tub(room=18.0).read(29.5, 29.0, 28.0, 27.0, 26.0, 25.0).keep(24.5, 20)
    assert (tub.verdict, tub.water.air) == (V.DRY, 24.5)


# --- whatever is read

VALUES = st.one_of(
    st.none(), st.sampled_from([85.0, 127.94, 20.0, 38.0, 43.0]), st.floats(10, 50), st.floats()
)


@given(
    st.lists(st.tuples(VALUES, st.integers(100, 7000)), max_size=60), st.sampled_from([Bands(), SENSITIVE])
)
def test_whatever_is_read_warm_is_in_the_band_and_danger_is_never_missed(told, bands):
    water, now = soak.begin(0), 0
    for celsius, later in told:
        now += later
        was, water = water, soak.read(water, celsius, now, bands)
        assert (water.celsius is None) == (water.lost or water.verdict in {V.WAITING, V.FAULT})
        if water.verdict is V.WARM and was.verdict is not V.WARM:
            assert celsius is not None
            assert bands.warm_low <= celsius <= bands.warm_high
            assert len(water.readings) > 1
        if water.celsius is not None and water.celsius >= bands.danger:
            assert water.verdict is V.DANGER
        if was.latched:
            assert water.latched
            assert water.verdict is V.DANGER
        assert all(now - r.at <= soak.KEEP for r in water.readings)


def test_nothing_read_yet_has_no_trend():
    assert Water().trend == 0.0
