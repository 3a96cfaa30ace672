"""Every row of the signal table, and what must never be heard or seen."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import signals
from kiosk.core.signals import (
    LAMP,
    RHYTHM,
    TUNE,
    Pattern,
    Signal,
    Volume,
    loudness,
    tune,
)

INFORMATION = (Signal.HOLD, Signal.RELEASE)
ALARMS = (Signal.TOO_HOT, Signal.DANGER, Signal.PROBE_FAULT)
BURST = [(523, 150), (587, 150), (659, 150), (698, 150), (784, 150)]


def notes(pattern: Pattern) -> list[tuple]:
    return [(level, length) for length, level in pattern.pieces]


@pytest.mark.parametrize(
    ("signal", "expected", "every"),
    [
        (Signal.TICK, [(523, 40), (0, 960), (523, 40), (0, 960), (523, 40)], 0),
        (Signal.HOLD, [(523, 120), (784, 200)], 0),
        (Signal.RELEASE, [(784, 120), (523, 200)], 0),
        (Signal.MOVE, [(523, 60)], 0),
        (Signal.NEXT, [(659, 100), (0, 100), (659, 100)], 0),
        (Signal.DONE, [(523, 150), (1047, 450)], 0),
        (Signal.TOP_UP, [(523, 300)], 0),
        (Signal.TOO_HOT, [(523, 180), (587, 180), (659, 180)], 10_000),
        (Signal.DANGER, [*BURST, (0, 150), *BURST], 5_000),
        (Signal.PROBE_FAULT, [(523, 200), (0, 200), (523, 200)], 30_000),
    ],
)
def test_what_is_heard(signal, expected, every):
    assert notes(tune(signal, passive=True)) == expected
    assert TUNE[signal].period == every
    assert TUNE[signal].after == 0


@pytest.mark.parametrize(
    ("signal", "pieces", "after", "period"),
    [
        (Signal.TICK, (), 0.0, 0),
        (Signal.HOLD, (), 1.0, 0),
        (Signal.RELEASE, (), 0.0, 0),
        (Signal.NEXT, ((150, 1.0),), 0.0, 0),
        (Signal.TOP_UP, (), 0.15, 0),
        (Signal.TOO_HOT, ((1000, 1.0), (1000, 0.0)), 0.0, 2000),
        (Signal.DANGER, ((250, 1.0), (250, 0.0)), 0.0, 500),
        (Signal.PROBE_FAULT, (), 0.15, 0),
    ],
)
def test_what_is_seen(signal, pieces, after, period):
    assert LAMP[signal] == Pattern(pieces, after, period)


def test_moving_breathes_slowly_once_in_four_seconds():
    lamp = LAMP[Signal.MOVE]
    levels = [level for _, level in lamp.pieces]
    assert lamp.period == sum(length for length, _ in lamp.pieces) == 4000
    assert levels[0] == 0.1
    assert max(levels) == levels[16] == 1.0
    assert levels[:17] == sorted(levels[:17])
    assert levels[16:] == sorted(levels[16:], reverse=True)


def test_done_fades_out_once():
    lamp = LAMP[Signal.DONE]
    levels = [level for _, level in lamp.pieces]
    assert levels == sorted(levels, reverse=True)
    assert (levels[0], lamp.after, lamp.period) == (1.0, 0.0, 0)
    assert sum(length for length, _ in lamp.pieces) == 1600


@pytest.mark.parametrize("signal", Signal)
def test_no_flash_above_three_hertz(signal):
    # A flash is a rise to bright from at most half as bright; no second holds more than three.
    lamp = LAMP[signal]
    levels = [lamp.at(ms) for ms in range(0, 6000, 10)]
    rises = [i * 10 for i, (a, b) in enumerate(itertools.pairwise([0.0, *levels])) if b >= 0.5 > a]
    assert all(len([r for r in rises if start <= r < start + 1000]) <= 3 for start in rises)


@pytest.mark.parametrize("table", [TUNE, RHYTHM], ids=["passive", "active"])
def test_hold_and_release_never_share_an_alarms_rhythm(table):
    def rhythm(signal):
        return [(level > 0, length) for level, length in notes(table[signal])]

    for mine, alarm in itertools.product(INFORMATION, ALARMS):
        assert rhythm(mine) != rhythm(alarm)[: len(rhythm(mine))]
        assert table[mine].period == 0 < table[alarm].period
    assert rhythm(Signal.HOLD) != rhythm(Signal.RELEASE) or notes(table[Signal.HOLD]) != notes(
        table[Signal.RELEASE]
    )


def test_an_active_buzzer_holds_long_and_releases_in_two_short():
    assert notes(tune(Signal.HOLD, passive=False)) == [(1, 320)]
    assert notes(tune(Signal.RELEASE, passive=False)) == [(1, 100), (0, 100), (1, 100)]
    assert notes(tune(Signal.DONE, passive=False)) == [(1, 150), (0, 100), (1, 450)]


@pytest.mark.parametrize("signal", Signal)
def test_an_active_buzzer_repeats_when_a_passive_one_does_and_is_not_longer(signal):
    # On/off knows no pitch: where only the pitch parts two notes, a short gap does.
    assert RHYTHM[signal].period == TUNE[signal].period
    length = sum(length for length, _ in TUNE[signal].pieces)
    assert sum(length for length, _ in RHYTHM[signal].pieces) <= length + 150
    assert any(hertz > 0 for _, hertz in RHYTHM[signal].pieces)


@pytest.mark.parametrize("signal", [Signal.TOO_HOT, Signal.DANGER])
def test_an_active_buzzer_beeps_as_often_as_a_passive_one_sounds(signal):
    sounding = [hertz for _, hertz in TUNE[signal].pieces if hertz]
    assert [hertz for _, hertz in RHYTHM[signal].pieces if hertz] == [1] * len(sounding)


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("chosen", Volume)
def test_danger_is_never_silent_and_never_low(chosen, quiet):
    assert loudness(Signal.DANGER, chosen, quiet=quiet) in {Volume.MEDIUM, Volume.HIGH}
    assert loudness(Signal.DANGER, Volume.HIGH, quiet=quiet) is Volume.HIGH


@pytest.mark.parametrize("signal", [each for each in Signal if each is not Signal.DANGER])
def test_all_else_follows_the_owner_and_quiet_hours(signal):
    for chosen in Volume:
        assert loudness(signal, chosen, quiet=False) is chosen
    assert loudness(signal, Volume.OFF, quiet=True) is Volume.OFF
    for chosen in (Volume.LOW, Volume.MEDIUM, Volume.HIGH):
        assert loudness(signal, chosen, quiet=True) is Volume.LOW


@st.composite
def patterns(draw):
    pieces = tuple(draw(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 3)), max_size=6)))
    length = sum(length for length, _ in pieces)
    period = draw(st.sampled_from([0, 1])) and length + draw(st.integers(1, 700))
    return Pattern(pieces, draw(st.integers(0, 3)), period)


@given(patterns(), st.integers(0, 5000))
def test_levels_change_only_at_the_moments_that_were_announced(pattern, elapsed):
    change = pattern.next_change(elapsed)
    last = elapsed + 3000 if change is None else change
    assert change is None or change > elapsed
    assert {pattern.at(ms) for ms in range(elapsed, last)} == {pattern.at(elapsed)}


@given(patterns(), st.integers(0, 20), st.integers(0, 3000))
def test_a_pattern_repeats_exactly_and_never_drifts(pattern, laps, elapsed):
    if pattern.period:
        assert pattern.at(elapsed + laps * pattern.period) == pattern.at(elapsed)
    elif elapsed >= sum(length for length, _ in pattern.pieces):
        assert (pattern.at(elapsed), pattern.next_change(elapsed)) == (pattern.after, None)


@pytest.mark.parametrize("table", [LAMP, TUNE, RHYTHM])
def test_every_repeated_pattern_fits_its_period(table):
    assert set(table) == set(Signal)
    for pattern in table.values():
        assert pattern.period == 0 or sum(length for length, _ in pattern.pieces) <= pattern.period


def test_a_signal_without_its_row_is_told_at_import(monkeypatch):
    monkeypatch.delitem(signals.LAMP, Signal.DONE)
    monkeypatch.delitem(signals.TUNE, Signal.HOLD)
    with pytest.raises(TypeError, match="says nothing for: done, hold"):
        signals.check_complete()
