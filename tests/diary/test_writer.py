"""The writer's thread: never blocks, never loses, says once what is wrong."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.core.events import Ending, EpisodeBegan, Fault, Tally
from kiosk.core.technique import Side
from kiosk.diary import database
from kiosk.diary.store import Store
from tests.diary.nights import NIGHT, Clock, a_diary, a_killed_diary, a_night, make_store, spoil
from tests.diary.writing import SOON, Build

T0 = 5_000_000


def test_what_is_put_is_written_in_order_with_its_own_time(
    tmp_path: Path, clock: Clock, build: Build
) -> None:
    clock.pass_ms(1_000_000)  # the thread gets its turn late
    house = build(make_store(tmp_path, clock))
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.close(SOON)
    with make_store(tmp_path, clock) as store:
        (entry,) = store.episodes()
    assert entry.began == NIGHT
    assert (entry.ended, entry.ending, entry.rating, len(entry.uses)) == (900_123, Ending.GONE, 6, 3)
    assert house.told == []


def test_counts_at_the_start_after_each_episode_and_when_asked(
    tmp_path: Path, clock: Clock, build: Build
) -> None:
    house = build(make_store(tmp_path, clock))
    assert house.writer.flush(SOON)
    assert house.tallies == [Tally()]
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    three_am = (0, 0, 0, 0, 0, 1, 0, 0, 0, 0)
    one = Tally(this_week=1, weeks=(0, 0, 0, 0, 0, 1), hours=three_am, usual_minutes=15)
    assert house.tallies == [Tally(), one]
    clock.pass_ms(7 * 24 * 3_600_000)
    house.writer.recount()
    assert house.writer.flush(SOON)
    gone_by = Tally(this_week=0, weeks=(0, 0, 0, 0, 1, 0), hours=three_am, usual_minutes=15)
    assert house.tallies == [Tally(), one, gone_by]


def test_counting_dates_the_nights_recorded_before_the_clock_was_set(
    tmp_path: Path, clock: Clock, build: Build
) -> None:
    clock.is_set = False
    clock.wall = datetime(1970, 1, 1, tzinfo=UTC)
    house = build(make_store(tmp_path, clock))
    house.writer.put(EpisodeBegan(clock.mono, Side.LEFT))
    assert house.writer.flush(SOON)
    clock.pass_ms(60_000)
    clock.set_to(NIGHT)
    house.writer.recount()
    assert house.writer.flush(SOON)
    assert [tally.this_week for tally in house.tallies] == [0, 1]
    with Store.read_only(tmp_path / "diary.db") as reader:
        (entry,) = reader.episodes()
    assert (entry.began, entry.clock_ok) == (NIGHT - timedelta(minutes=1), True)


def test_a_slow_disk_does_not_hold_up_the_night(tmp_path: Path, clock: Clock, build: Build) -> None:
    store = make_store(tmp_path, clock)
    store.open()
    locker = sqlite3.connect(store.path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")  # the writer now waits for the file
    house = build(store)
    for effect in a_night(T0):
        house.writer.put(effect)
    assert not house.writer.flush(0.0)
    locker.execute("ROLLBACK")
    locker.close()
    assert house.writer.flush(SOON)
    with Store.read_only(store.path) as reader:
        assert reader.episodes()[0].rating == 6


# --- the night that was under way


def test_the_night_under_way_is_told_at_the_start(tmp_path: Path, clock: Clock, build: Build) -> None:
    a_killed_diary(tmp_path, clock)
    clock.pass_ms(60_000)
    house = build(make_store(tmp_path, clock))
    assert house.writer.flush(SOON)
    assert [(found.ago, found.techniques) for found in house.offered] == [(60_000, ("walk",))]
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert reader.episodes(1)[0].ending is None


def test_a_night_that_is_not_offered_again_was_interrupted(
    tmp_path: Path, clock: Clock, build: Build
) -> None:
    a_killed_diary(tmp_path, clock)
    house = build(make_store(tmp_path, clock), offers=False)
    assert house.writer.flush(SOON)
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert reader.episodes(1)[0].ending is Ending.INTERRUPTED


def test_a_night_is_offered_as_soon_as_a_busy_diary_is_free(
    tmp_path: Path, clock: Clock, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_killed_diary(tmp_path, clock)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    holder = hold(path)
    house = build(make_store(tmp_path, clock), lambda: clock.pass_ms(1_000), lambda: None, holder.close)
    assert house.writer.flush(SOON)
    assert [(found.ago, found.techniques) for found in house.offered] == [(1_000, ("walk",))]
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    assert house.pauses == [1.0, 2.0, 5.0]


def test_a_night_that_begins_while_the_diary_is_busy_is_not_offered_as_the_old_one(
    tmp_path: Path, clock: Clock, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_killed_diary(tmp_path, clock)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    holder = hold(path)
    house = build(make_store(tmp_path, clock))
    assert house.stuck.wait(SOON)
    house.repairs = [holder.close]
    house.writer.put(EpisodeBegan(clock.mono, Side.RIGHT))
    assert house.writer.flush(SOON)
    assert house.offered == []
    with Store.read_only(path) as reader:
        assert [entry.ending for entry in reader.episodes()] == [None, Ending.INTERRUPTED, Ending.GONE]


def hold(path: Path) -> sqlite3.Connection:
    """Somebody else has the file for themselves; closing it lets it go."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("PRAGMA user_version = 2")
    return holder


# --- what is damaged


def test_rows_that_cannot_be_read_are_named_once(
    tmp_path: Path, clock: Clock, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_diary(tmp_path, clock, nights=9)
    spoil(
        path,
        "UPDATE episode SET side = 'Left' WHERE id = 9",
        "UPDATE technique_use SET technique = CAST(X'746F65DF' AS TEXT) WHERE id <= 6",
    )
    house = build(make_store(tmp_path, clock))
    for effect in a_night(clock.mono + 10):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    house.writer.recount()
    assert house.writer.flush(SOON)
    techniques = ", ".join(
        f"technique_use {number} (Expected `str`, got `bytes` - at `$.technique`)" for number in range(1, 6)
    )
    told = f"of the diary {path} %d %s cannot be read and left out: %s"
    assert caplog.messages == [
        told % (1, "row", "episode 9 (Invalid enum value 'Left' - at `$.side`)"),
        told % (6, "rows", f"{techniques}, +1"),
    ]
    assert [tally.this_week for tally in house.tallies] == [8, 9, 9]
    assert house.told == []


def test_a_torn_diary_is_told_once(
    tmp_path: Path, clock: Clock, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "diary.db").write_bytes(b"garbage")
    house = build(make_store(tmp_path, clock))
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DIARY_TORN, True)]
    (aside,) = tmp_path.glob("diary.torn-*")
    assert caplog.messages == [
        (
            f"the diary {tmp_path}/diary.db was damaged (file is not a database) and is now {aside}; a new "
            "one began: keep the old one, parts of it may be read with sqlite3"
        )
    ]
    assert [tally.this_week for tally in house.tallies] == [0, 1]


def test_closing_twice_is_closing_once(tmp_path: Path, clock: Clock, build: Build) -> None:
    house = build(make_store(tmp_path, clock))
    assert house.writer.close(SOON)
    assert house.writer.close(SOON)
