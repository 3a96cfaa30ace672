"""Every row and every number of the soak table: when each verdict comes, and when it goes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import soak
from kiosk.core.soak import SENSITIVE, Bands, Reading, Verdict, Water
from kiosk.core.technique import MINUTE, SECOND, Ms

V = Verdict


class Tub:
    """A probe in a tub, read once a second; ``said`` is the verdict after each reading."""

    def __init__(self, bands: Bands | None = None, room: float = soak.ROOM_USUAL) -> None:
        self.now: Ms = 0
        self.bands = bands or Bands()
        self.water = soak.begin(0, room)
        self.said: list[Verdict] = []

    def read(self, *celsius: float | None, every: Ms = SECOND) -> "Tub":
        for one in celsius:
            self.now += every
            self.water = soak.read(self.water, one, self.now, self.bands)
            self.said.append(self.water.verdict)
        return self

    def keep(self, celsius: float, seconds: int) -> "Tub":
        return self.read(*[celsius] * seconds)

    def last(self, number: int) -> list[Verdict]:
        return self.said[-number:]

    @property
    def verdict(self) -> Verdict:
        return self.water.verdict


def warm(celsius: float = 38.5, **more) -> Tub:
    tub = Tub(**more).keep(celsius, 16)
    assert tub.verdict is V.WARM
    return tub


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
    assert (tub.verdict, tub.water.latched) == (V.FAULT, True)
    assert soak.answer(tub.water, tub.bands) is tub.water
    assert tub.read(38.0, 38.0).last(2) == [V.FAULT, V.DANGER]


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
    assert soak.answer(tub.water, SENSITIVE).verdict is V.TOO_HOT


# --- what is remembered and foretold


def test_the_coldest_and_warmest_are_those_of_the_feet_in_the_water():
    tub = warm(38.0).read(37.6, 38.4, 38.0).read(35.0, 35.0).keep(34.0, 3)
    assert (tub.water.low, tub.water.high) == (35.0, 38.4)


def test_the_trend_is_degrees_a_minute_over_the_last_half_minute():
    tub = Tub().read(38.0, 38.0, 38.0, 38.0)
    assert tub.water.trend == 0.0
    tub = Tub()
    for second in range(60):
        tub.read(39.0 - second * 0.01)
    assert tub.water.trend == pytest.approx(-0.6, abs=0.01)


def test_five_minutes_of_readings_are_kept():
    tub = warm(38.0).keep(38.0, 400)
    assert tub.water.readings[-1].at - tub.water.readings[0].at == 5 * MINUTE


def cooling(
    tub: Tub, seconds: int, start: float = 38.5, room: float = 20.0, per_minute: float = 0.016
) -> Tub:
    for second in range(seconds):
        tub.read(room + (start - room) * math.exp(-per_minute * second / 60))
    return tub


def test_when_the_water_leaves_the_band_is_said_once():
    tub = cooling(Tub(room=20.0), 60 * 7)
    told = [(r, w) for r, w in _warm_for(20.0, 60 * 7) if w is not None]
    truth = math.log(18.5 / 16) / 0.016 * MINUTE
    first, left = told[0]
    assert left == pytest.approx(truth - first, abs=20 * SECOND)
    # said for twenty seconds, never again in this spell
    assert [at for at, _ in told] == list(range(first, first + 20 * SECOND, SECOND))
    assert {w for _, w in told} == {left}
    assert tub.water.warm_for is None


def _warm_for(room: float, seconds: int) -> list[tuple[Ms, Ms | None]]:
    tub, seen = Tub(room=room), []
    for second in range(seconds):
        tub.read(room + (38.5 - room) * math.exp(-0.016 * second / 60))
        seen.append((tub.now - SECOND, tub.water.warm_for))
    return seen


def test_a_new_warm_spell_is_foretold_anew():
    tub = cooling(Tub(room=20.0), 60 * 4)
    assert tub.water.told_at is not None
    tub.read(35.5, 35.5)
    assert (tub.verdict, tub.water.told_at, tub.water.warm_for) == (V.TOP_UP, None, None)
    tub.keep(38.5, 16)
    cooling(tub, 60 * 3)
    assert tub.water.told_at is not None


def test_water_that_keeps_its_warmth_is_not_foretold():
    assert warm(38.5).keep(38.5, 300).water.told_at is None


def readings(*celsius: float) -> tuple[Reading, ...]:
    return tuple(Reading(i * SECOND, c) for i, c in enumerate(celsius))


def test_nothing_is_foretold_from_less_than_two_minutes():
    assert soak.warm_left(readings(*[38.0 - i * 0.01 for i in range(118)]), 20.0, Bands()) is None
    assert soak.warm_left(readings(*[38.0 - i * 0.01 for i in range(119)]), 20.0, Bands()) is not None


@pytest.mark.parametrize("room", [35.5, 37.5])
def test_nothing_is_foretold_in_a_room_as_warm_as_the_water(room):
    assert soak.warm_left(readings(*[38.0 - i * 0.01 for i in range(120)]), room, Bands()) is None


def test_water_about_to_leave_the_band_is_foretold_as_now():
    assert soak.warm_left(readings(*[37.0 - i * 0.01 for i in range(120)]), 20.0, Bands()) == 0


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
        assert (water.celsius is None) == (water.verdict in {V.WAITING, V.FAULT})
        if water.verdict is V.WARM and was.verdict is not V.WARM:
            assert celsius is not None
            assert bands.warm_low <= celsius <= bands.warm_high
            assert len(water.readings) > 1
        if water.celsius is not None and water.celsius >= bands.danger:
            assert water.verdict is V.DANGER
        if was.latched:
            assert water.latched
            assert water.verdict in {V.DANGER, V.FAULT}
        assert all(now - r.at <= soak.KEEP for r in water.readings)


def test_nothing_read_yet_has_no_trend():
    assert Water().trend == 0.0
