"""Every sequence of records, on real files."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.events import (
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeRated,
    EpisodeResumed,
    Record,
    StopShown,
    TechniqueBegan,
    TechniqueEnded,
)
from kiosk.core.technique import Side
from kiosk.diary.entry import Entry, OpenEpisode, Use
from kiosk.diary.store import Store
from tests.diary.nights import NIGHT, Clock, a_night, keep, make_store

CET = timezone(timedelta(hours=1))
T0 = 5_000_000


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Any:
    with make_store(tmp_path, clock) as store:
        yield store


def only(store: Store) -> Entry:
    (entry,) = store.episodes()
    return entry


def test_a_whole_night_is_kept_to_the_millisecond(store: Store, clock: Clock) -> None:
    keep(store, clock, *a_night(T0))
    assert store.episodes() == [
        Entry(
            id=1,
            began=datetime(2026, 11, 22, 3, 12, tzinfo=CET),
            clock_ok=True,
            cramp=True,
            side=Side.LEFT,
            last=900_123,
            ended=900_123,
            ending=Ending.GONE,
            rating=6,
            stop=600_000,
            uses=(
                Use(technique="hand_stretch", began=3_000, ended=60_000, finished=True),
                Use(technique="massage", began=63_000, ended=90_500, finished=False),
                Use(
                    technique="soak",
                    began=91_000,
                    ended=899_000,
                    finished=False,
                    soak_min=36.5,
                    soak_max=39.25,
                    soak_ms=612_000,
                ),
            ),
        )
    ]
    assert only(store).began.utcoffset() == timedelta(hours=1)
    assert only(store).relief == 900_123
    assert only(store).over_at == datetime(2026, 11, 22, 3, 27, 0, 123_000, tzinfo=CET)


def test_each_record_is_there_when_record_returns(store: Store, clock: Clock) -> None:
    seen = []
    with Store.read_only(store.path) as reader:
        for effect in a_night(T0):
            keep(store, clock, effect)
            entry = only(reader)
            seen.append((entry.last, len(entry.uses), entry.ending, entry.rating))
    assert seen == [
        (0, 0, None, None),
        (3_000, 1, None, None),
        (60_000, 1, None, None),
        (63_000, 2, None, None),
        (90_500, 2, None, None),
        (91_000, 3, None, None),
        (600_000, 3, None, None),
        (899_000, 3, None, None),
        (900_123, 3, Ending.GONE, None),
        (900_123, 3, Ending.GONE, 6),
    ]


def test_what_was_not_answered_stays_not_recorded(store: Store, clock: Clock) -> None:
    keep(store, clock, *a_night(T0, rating=None))
    assert only(store).rating is None


def test_a_rating_of_zero_is_a_rating(store: Store, clock: Clock) -> None:
    keep(store, clock, *a_night(T0, rating=0))
    assert only(store).rating == 0


@pytest.mark.parametrize("rating", [-1, 11])
def test_a_rating_that_cannot_be_is_left_out(store: Store, clock: Clock, rating: int) -> None:
    keep(store, clock, *a_night(T0, rating=rating))
    assert only(store).rating is None


def test_a_rating_is_for_the_episode_that_ended_whatever_has_begun_since(store: Store, clock: Clock) -> None:
    *first, rating = a_night(T0)
    keep(store, clock, *first, EpisodeBegan(T0 + 904_000, Side.LEFT, key=2), rating)
    assert [(entry.id, entry.rating) for entry in store.episodes()] == [(2, None), (1, 6)]


def test_two_episodes_in_a_night_have_each_their_rating(store: Store, clock: Clock) -> None:
    keep(store, clock, *a_night(T0, rating=3), *a_night(T0 + 1_200_000, rating=8, key=2))
    assert [(entry.id, entry.rating) for entry in store.episodes()] == [(2, 8), (1, 3)]


def test_the_rating_of_a_night_that_could_not_be_kept_is_not_given_to_another(
    store: Store, clock: Clock
) -> None:
    keep(store, clock, *a_night(T0, rating=3))
    _began, *rest = a_night(T0 + 1_200_000, rating=8, key=2)
    keep(store, clock, *rest)
    assert only(store).rating == 3


def test_the_rating_of_a_night_whose_end_could_not_be_kept_is_not_given_to_another(
    store: Store, clock: Clock
) -> None:
    """The end alone is lost, as no number of SQLite's takes it; the person still rates this night."""
    keep(store, clock, *a_night(T0, rating=3))
    *first, _end, rating = a_night(T0 + 1_200_000, rating=8, key=2)
    keep(store, clock, *first)
    with pytest.raises(OverflowError):
        store.record(EpisodeEnded(10**30, Ending.GONE, key=2), clock.wall)
    keep(store, clock, rating)
    assert [(entry.ending, entry.rating) for entry in store.episodes()] == [(None, 8), (Ending.GONE, 3)]


def test_an_end_said_twice_does_not_cost_the_rating(store: Store, clock: Clock) -> None:
    """An error may come after the commit has come through; the end is then written again."""
    *first, rating = a_night(T0)
    keep(store, clock, *first, first[-1], rating)
    assert only(store).rating == 6


def test_an_interruption_said_too_late_does_not_cost_the_rating(store: Store, clock: Clock) -> None:
    *first, rating = a_night(T0)
    keep(store, clock, *first, EpisodeEnded(T0 + 901_000, Ending.INTERRUPTED), rating)
    assert (only(store).rating, only(store).ending) == (6, Ending.GONE)


def test_nobody_answered(store: Store, clock: Clock) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.BOTH), EpisodeEnded(T0 + 120_000, Ending.NO_ANSWER))
    entry = only(store)
    assert (entry.ending, entry.ended, entry.relief) == (Ending.NO_ANSWER, 120_000, None)
    assert entry.over_at == entry.began + timedelta(minutes=2)


def test_a_soak_alone_is_no_cramp(store: Store, clock: Clock) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.RIGHT, cramp=False))
    assert (only(store).cramp, only(store).side) == (False, Side.RIGHT)


def test_a_new_episode_closes_the_open_one_at_its_last_record(store: Store, clock: Clock) -> None:
    keep(
        store,
        clock,
        EpisodeBegan(T0, Side.LEFT),
        TechniqueBegan(T0 + 7_000, "walk"),
        EpisodeBegan(T0 + 500_000, Side.LEFT),
    )
    new, old = store.episodes()
    assert (old.ending, old.ended, old.over_at, old.relief) == (Ending.INTERRUPTED, 7_000, None, None)
    assert (new.ending, new.ended, new.uses) == (None, None, ())


def test_a_technique_used_twice_is_two_uses_and_one_name(store: Store, clock: Clock) -> None:
    keep(
        store,
        clock,
        EpisodeBegan(T0, Side.LEFT),
        TechniqueBegan(T0 + 1, "walk"),
        TechniqueEnded(T0 + 2, "walk", finished=False),
        TechniqueBegan(T0 + 3, "massage"),
        TechniqueBegan(T0 + 4, "walk"),
        TechniqueEnded(T0 + 5, "walk", finished=True),
    )
    assert only(store).uses == (
        Use(technique="walk", began=1, ended=2, finished=False),
        Use(technique="massage", began=3),
        Use(technique="walk", began=4, ended=5, finished=True),
    )
    assert only(store).techniques == ("walk", "massage")


@pytest.mark.parametrize(
    "stray",
    [
        TechniqueBegan(T0, "walk"),
        TechniqueEnded(T0, "walk", finished=True),
        StopShown(T0),
        EpisodeEnded(T0, Ending.GONE),
        EpisodeEnded(T0, Ending.INTERRUPTED),
        EpisodeRated(T0, 5),
        EpisodeResumed(T0),
    ],
    ids=lambda effect: type(effect).__name__,
)
def test_a_record_without_an_episode_leaves_nothing(store: Store, clock: Clock, stray: Record) -> None:
    keep(store, clock, stray)
    assert store.episodes() == []


def test_the_end_of_a_technique_that_never_began_is_left_out(store: Store, clock: Clock) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.LEFT), TechniqueEnded(T0 + 5, "walk", finished=True))
    assert (only(store).uses, only(store).last) == ((), 5)


def test_the_stop_page_counts_when_it_came_first(store: Store, clock: Clock) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.LEFT), StopShown(T0 + 600_000), StopShown(T0 + 700_000))
    assert only(store).stop == 600_000


def test_a_record_repeated_is_kept_once(store: Store, clock: Clock) -> None:
    """An error may come after the commit has come through; the record is then written again."""
    for effect in a_night(T0):
        keep(store, clock, effect)
        once = store.episodes()
        keep(store, clock, effect)
        assert store.episodes() == once


def test_the_newest_come_first_up_to_the_limit(store: Store, clock: Clock) -> None:
    for number in range(4):
        keep(store, clock, *a_night(T0 + number * 1_000_000))
    assert [entry.id for entry in store.episodes()] == [4, 3, 2, 1]
    newest = store.episodes(limit=2)
    assert [entry.id for entry in newest] == [4, 3]
    assert newest == store.episodes()[:2]


# --- after a power cut


def test_nothing_was_under_way(store: Store, clock: Clock) -> None:
    assert store.open_episode(clock.mono, clock.wall) is None
    keep(store, clock, *a_night(T0))
    assert store.open_episode(clock.mono, clock.wall) is None


def begin_and_lose_power(folder: Path, clock: Clock) -> None:
    with make_store(folder, clock) as store:
        keep(
            store,
            clock,
            EpisodeBegan(T0, Side.LEFT),
            TechniqueBegan(T0 + 2_000, "walk"),
            TechniqueEnded(T0 + 30_000, "walk", finished=True),
            TechniqueBegan(T0 + 40_000, "massage"),
        )


def test_the_night_under_way_is_found_again_and_goes_on(tmp_path: Path) -> None:
    begin_and_lose_power(tmp_path, Clock())
    clock = Clock(NIGHT + timedelta(seconds=100), mono=9_000)  # a new boot: a new monotonic clock
    with make_store(tmp_path, clock) as store:
        assert store.open_episode(clock.mono, clock.wall) == OpenEpisode(
            began=NIGHT,
            since=100_000,
            ago=60_000,
            sure=True,
            cramp=True,
            side=Side.LEFT,
            techniques=("walk", "massage"),
        )
        keep(store, clock, EpisodeResumed(9_000), TechniqueBegan(10_000, "soak"))
        keep(store, clock, EpisodeEnded(29_000, Ending.GONE), EpisodeRated(30_000, 3))
        entry = only(store)
    assert (entry.resumed, entry.ended, entry.ending, entry.rating) == (True, 120_000, Ending.GONE, 3)
    assert [(use.technique, use.began) for use in entry.uses] == [
        ("walk", 2_000),
        ("massage", 40_000),
        ("soak", 101_000),
    ]


@pytest.mark.parametrize("said", [True, False], ids=["by the night", "by the app"])
def test_not_resumed_it_ends_at_its_last_record(tmp_path: Path, said: bool) -> None:
    begin_and_lose_power(tmp_path, Clock())
    clock = Clock(NIGHT + timedelta(hours=9), mono=9_000)
    with make_store(tmp_path, clock) as store:
        if said:
            keep(store, clock, EpisodeEnded(9_000, Ending.INTERRUPTED))
        else:
            store.close_interrupted()
        entry = only(store)
        assert store.open_episode(clock.mono, clock.wall) is None
    assert (entry.ending, entry.ended, entry.over_at) == (Ending.INTERRUPTED, 40_000, None)


def test_a_clock_that_came_back_behind_makes_the_gap_a_guess(tmp_path: Path) -> None:
    """Without a clock chip the system starts from the last time it saved, minutes ago."""
    begin_and_lose_power(tmp_path, Clock())
    clock = Clock(NIGHT - timedelta(minutes=3), mono=9_000, is_set=False)
    with make_store(tmp_path, clock) as store:
        found = store.open_episode(clock.mono, clock.wall)
        assert found is not None
        assert (found.since, found.ago, found.sure) == (40_000, 0, False)
        keep(store, clock, EpisodeResumed(9_000), EpisodeEnded(14_000, Ending.GONE))
        entry = only(store)
    assert (entry.ended, entry.began, entry.clock_ok) == (45_000, NIGHT, True)


# --- clocks


def test_the_wall_clock_jumps_and_the_duration_does_not(store: Store, clock: Clock) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.LEFT))
    clock.wall += timedelta(hours=5)
    keep(store, clock, TechniqueBegan(T0 + 1_000, "walk"))
    clock.wall -= timedelta(days=400)
    keep(store, clock, EpisodeEnded(T0 + 61_001, Ending.GONE))
    entry = only(store)
    assert (entry.began, entry.ended, entry.uses[0].began) == (NIGHT, 61_001, 1_000)


def test_a_clock_set_during_the_night_dates_what_came_before(tmp_path: Path) -> None:
    clock = Clock(datetime(1970, 1, 1, 0, 1, tzinfo=UTC), is_set=False)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *a_night(T0))
        keep(store, clock, EpisodeBegan(T0 + 1_000_000, Side.LEFT))
        assert [(e.clock_ok, e.began.year) for e in store.episodes()] == [(False, 1970)] * 2
        clock.pass_ms(10_000)
        clock.set_to(NIGHT)
        keep(store, clock, TechniqueBegan(T0 + 1_010_000, "walk"))
        later, first = store.episodes()
    assert (later.clock_ok, later.began) == (True, NIGHT - timedelta(milliseconds=10_000))
    assert (first.clock_ok, first.began) == (True, NIGHT - timedelta(milliseconds=1_010_000))
    assert first.began.utcoffset() == timedelta(hours=1)
    assert (first.ended, later.last) == (900_123, 10_000)


def test_a_clock_set_later_dates_the_nights_of_this_run(tmp_path: Path) -> None:
    clock = Clock(datetime(1970, 1, 1, 0, 1, tzinfo=UTC), is_set=False)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *a_night(T0))
        store.settle(clock.mono, clock.wall)
        assert not only(store).clock_ok
        clock.set_to(NIGHT)
        store.settle(clock.mono, clock.wall)
        assert (only(store).clock_ok, only(store).began) == (True, NIGHT - timedelta(milliseconds=905_000))


def test_a_night_of_an_earlier_run_stays_marked(tmp_path: Path) -> None:
    clock = Clock(datetime(1970, 1, 1, 0, 1, tzinfo=UTC), is_set=False)
    begin_and_lose_power(tmp_path, clock)
    clock = Clock(NIGHT, mono=9_000)
    with make_store(tmp_path, clock) as store:
        found = store.open_episode(clock.mono, clock.wall)
        assert found is not None
        assert (found.since, found.ago, found.sure) == (40_000, 0, False)
        keep(store, clock, EpisodeResumed(9_000), EpisodeEnded(19_000, Ending.GONE))
        entry = only(store)
    assert (entry.clock_ok, entry.began.year) == (False, 1970)
    assert entry.ended == 50_000  # the gap is not known, so it is not in it: no 56 years


@pytest.mark.parametrize(
    ("began", "offset", "over"),
    [
        # 25 October 2026, 3:00 summer time -> 2:00 winter time
        (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), 2, "2026-10-25T03:05:00+02:00"),
        (datetime(2026, 10, 25, 1, 10, tzinfo=UTC), 1, "2026-10-25T02:25:00+01:00"),
        # 28 March 2027, 2:00 winter time -> 3:00 summer time
        (datetime(2027, 3, 28, 0, 50, tzinfo=UTC), 1, "2027-03-28T02:05:00+01:00"),
        (datetime(2027, 3, 28, 1, 10, tzinfo=UTC), 2, "2027-03-28T03:25:00+02:00"),
    ],
)
def test_nights_in_which_the_hour_changes(tmp_path: Path, began: datetime, offset: int, over: str) -> None:
    clock = Clock(began)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *a_night(T0))
        entry = only(store)
    assert entry.began == began
    assert entry.began.utcoffset() == timedelta(hours=offset)
    assert entry.ended == 900_123
    assert entry.over_at is not None
    assert entry.over_at.isoformat(timespec="seconds") == over
