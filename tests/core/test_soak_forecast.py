"""What a soak remembers, and when it foretells that the water leaves the band."""

import math

import pytest

from kiosk.core import soak
from kiosk.core.soak import Bands, Reading, Verdict
from kiosk.core.technique import MINUTE, SECOND, Ms
from tests.core.tub import Tub, warm

V = Verdict


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
    tub = warm(38.0)
    for celsius in (38.1, 38.2, 38.1, 38.0):
        tub.keep(celsius, 100)
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
