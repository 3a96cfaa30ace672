"""Counting: weeks, hours, the usual minutes."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import Ending, Tally
from kiosk.core.technique import Side
from kiosk.diary.entry import Entry, night_of, whole_minutes
from kiosk.diary.summary import HOURS, tally
from tests.diary.nights import BERLIN

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=BERLIN)
"""Sunday morning: last night was the one of Saturday the 21st"""

EMPTY = (0,) * 6
NEVER = (0,) * 10


def entry(began: str, minutes: float | None = None, /, **changes: Any) -> Entry:
    """An episode that began at a local time in Berlin; with minutes, it was gone after them."""
    facts: dict[str, Any] = {
        "id": 1,
        "began": datetime.fromisoformat(began).replace(tzinfo=BERLIN),
        "clock_ok": True,
        "cramp": True,
        "side": Side.LEFT,
    }
    if minutes is not None:
        facts |= {"ended": round(minutes * 60_000), "ending": Ending.GONE}
    return Entry(**(facts | changes))


def test_nothing_recorded() -> None:
    assert tally([], NOW) == Tally(0, EMPTY, NEVER, None)


@pytest.mark.parametrize(
    ("local", "night"),
    [
        ("2026-11-21 23:50", date(2026, 11, 21)),
        ("2026-11-22 00:00", date(2026, 11, 21)),
        ("2026-11-22 03:00", date(2026, 11, 21)),
        ("2026-11-22 11:59", date(2026, 11, 21)),
        ("2026-11-22 12:00", date(2026, 11, 22)),
        ("2027-01-01 02:00", date(2026, 12, 31)),
        ("2026-10-25 02:30", date(2026, 10, 24)),  # an hour that is there twice
        ("2027-03-28 03:10", date(2027, 3, 27)),  # after an hour that is not there
        ("2027-03-28 12:10", date(2027, 3, 28)),
    ],
)
def test_a_night_has_the_date_of_its_evening(local: str, night: date) -> None:
    moment = datetime.fromisoformat(local)
    assert night_of(moment) == night
    assert night_of(moment.replace(tzinfo=BERLIN)) == night
    assert night_of(moment.replace(tzinfo=BERLIN, fold=1)) == night
    assert entry(local).night == night


@pytest.mark.parametrize(
    ("began", "weeks"),
    [
        ("2026-11-22 03:12", (0, 0, 0, 0, 0, 1)),  # last night
        ("2026-11-15 12:00", (0, 0, 0, 0, 0, 1)),  # seven nights ago, the first of this week
        ("2026-11-15 11:59", (0, 0, 0, 0, 1, 0)),  # the night before that
        ("2026-10-18 12:00", (0, 1, 0, 0, 0, 0)),
        ("2026-10-11 12:00", (1, 0, 0, 0, 0, 0)),  # the oldest night of six weeks
        ("2026-10-11 11:59", EMPTY),
        ("2026-11-22 12:00", EMPTY),  # after now: the clock was wrong once
        ("1970-01-01 03:00", EMPTY),
    ],
)
def test_a_week_is_seven_nights(began: str, weeks: tuple[int, ...]) -> None:
    counted = tally([entry(began)], NOW)
    assert counted.weeks == weeks
    assert counted.this_week == weeks[-1]


def test_in_the_afternoon_the_coming_night_is_the_last_of_the_week() -> None:
    nights = [entry("2026-11-15 22:30"), entry("2026-11-22 13:00")]
    assert tally(nights, NOW).weeks == (0, 0, 0, 0, 0, 1)
    assert tally(nights, NOW.replace(hour=13)).weeks == (0, 0, 0, 0, 1, 1)


def test_hours_of_the_night() -> None:
    began = ["22:00", "23:59", "00:00", "02:59", "03:00", "03:30", "07:59", "08:00", "21:59", "15:00"]
    nights = [entry(f"2026-11-20 {time}") for time in began]
    assert tally(nights, NOW).hours == (1, 1, 1, 0, 1, 2, 0, 0, 0, 1)
    assert tally(nights, NOW).this_week == len(began)


def test_in_an_hour_that_is_there_twice_both_count() -> None:
    now = datetime(2026, 10, 25, 8, 0, tzinfo=BERLIN)
    first = entry("2026-10-25 02:30")
    twice = [first, entry("2026-10-25 02:30", began=first.began.replace(fold=1))]
    assert tally(twice, now).hours[HOURS.index(2)] == 2


@pytest.mark.parametrize(
    ("minutes", "usual"),
    [
        ([7], 7),
        ([2, 30, 4], 4),
        ([4, 7], 6),  # 5.5, rounded
        ([0.2], 1),
        ([2.49], 2),
    ],
)
def test_the_usual_minutes_are_the_median(minutes: list[float], usual: int) -> None:
    assert tally([entry("2026-11-20 03:00", each) for each in minutes], NOW).usual_minutes == usual


def test_only_what_was_gone_has_minutes() -> None:
    nights = [
        entry("2026-11-20 03:00", 12),
        entry("2026-11-20 03:00", 50, ending=Ending.NO_ANSWER),
        entry("2026-11-20 03:00", 1, ending=Ending.INTERRUPTED),
        entry("2026-11-20 03:00"),
    ]
    assert (tally(nights, NOW).usual_minutes, tally(nights, NOW).this_week) == (12, 4)
    assert tally(nights[1:], NOW).usual_minutes is None


def test_only_cramps_count() -> None:
    assert tally([entry("2026-11-20 21:30", 15, cramp=False)], NOW) == Tally(0, EMPTY, NEVER, None)


def test_a_night_with_an_unset_clock_counts_in_its_week_but_in_no_hour() -> None:
    counted = tally([entry("2026-11-20 03:00", 9, clock_ok=False)], NOW)
    assert counted == Tally(1, (0, 0, 0, 0, 0, 1), NEVER, 9)


@pytest.mark.parametrize(
    ("length", "minutes"), [(0, 1), (29_999, 1), (89_999, 1), (90_000, 2), (600_000, 10)]
)
def test_whole_minutes(length: int, minutes: int) -> None:
    assert whole_minutes(length) == minutes


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=60))))
def test_nothing_is_counted_twice(ago: list[timedelta]) -> None:
    nights = [entry("2026-11-22 08:00", began=NOW - each) for each in ago]
    counted = tally(nights, NOW)
    in_six_weeks = sum((night_of(NOW) - night.night).days < 42 for night in nights)
    assert sum(counted.weeks) == in_six_weeks
    assert sum(counted.hours) <= in_six_weeks
