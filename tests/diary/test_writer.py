"""The writer's thread: never blocks, never loses, says once what is wrong."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.events import (
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    Fault,
    Record,
    StopShown,
    Tally,
    TechniqueBegan,
)
from kiosk.core.technique import Side
from kiosk.diary.store import Store
from kiosk.diary.writer import Writer
from tests.diary.nights import BERLIN, NIGHT, Clock, a_night, make_store

T0 = 5_000_000
SOON = 20.0
"""seconds within which a thread surely gets its turn"""


class House:
    """A writer with everything around it written down, and its pauses under the test's control."""

    def __init__(self, store: Store, clock: Clock, *repairs: Callable[[], object]) -> None:
        self.clock = clock
        self.told: list[tuple[Fault, bool]] = []
        self.tallies: list[Tally] = []
        self.pauses: list[float] = []
        self.repairs = list(repairs)
        """one is done in each pause; with none left, the next pause goes on until closing"""
        self.stuck = threading.Event()
        self.writer = Writer(
            store,
            lambda: clock.wall.astimezone(BERLIN),
            lambda: clock.mono,
            lambda fault, present: self.told.append((fault, present)),
            self.tallies.append,
            wait=self.pause,
        )

    def pause(self, closing: threading.Event, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.repairs:
            self.repairs.pop(0)()
        else:
            self.stuck.set()
            assert closing.wait(SOON)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def build(clock: Clock) -> Iterator["Build"]:
    houses: list[House] = []

    def make(store: Store, *repairs: Callable[[], object]) -> House:
        houses.append(House(store, clock, *repairs))
        return houses[-1]

    yield make
    for house in houses:
        house.writer.close(SOON)


Build = Callable[..., House]


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


class Disk:
    """A disk that is full when told to be: SQLite's own limit on the size of a file."""

    def __init__(self) -> None:
        self.full = True
        self.open: list[sqlite3.Connection] = []

    def limit(self, db: sqlite3.Connection) -> None:
        """At most 1 page means: no more than there are."""
        db.execute(f"PRAGMA max_page_count = {1 if self.full else 1_000_000}")

    def fill(self) -> None:
        self.full = True
        self.limit(self.open[-1])

    def space(self) -> None:
        self.full = False

    def nothing(self) -> None:
        """A pause in which nothing gets better."""


@pytest.fixture
def disk(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Disk:
    with make_store(tmp_path, clock) as store:
        store.close_interrupted()  # the diary is there before the disk is full
    disk = Disk()
    connect = sqlite3.connect

    def connect_to_disk(*args: Any, **options: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **options)
        disk.limit(db)
        disk.open.append(db)
        return db

    monkeypatch.setattr(sqlite3, "connect", connect_to_disk)
    return disk


#: Too long for the pages the diary has.
LONG = [f"technique_{number}_{'x' * 5_000}" for number in range(5)]


def a_long_night(began: int) -> list[Record]:
    return [
        EpisodeBegan(began, Side.LEFT),
        *(TechniqueBegan(began + number, name) for number, name in enumerate(LONG)),
        EpisodeEnded(began + 60_000, Ending.GONE),
    ]


def test_a_full_disk_keeps_everything_in_memory_and_says_so_once(
    tmp_path: Path, clock: Clock, build: Build, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    house = build(make_store(tmp_path, clock), *[disk.nothing] * 8, disk.space)
    for effect in a_long_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    assert caplog.messages == [
        (
            f"the diary {tmp_path}/diary.db is not saved (database or disk is full); it is kept in memory "
            "and tried again: cramp-kiosk doctor says what to do"
        )
    ]
    assert house.pauses == [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 60.0, 60.0, 60.0]
    with Store.read_only(tmp_path / "diary.db") as reader:
        (entry,) = reader.episodes()
    assert [use.technique for use in entry.uses] == LONG
    assert (entry.ended, entry.ending, entry.resumed) == (60_000, Ending.GONE, False)


def test_each_trouble_is_told_and_cleared(tmp_path: Path, clock: Clock, build: Build, disk: Disk) -> None:
    house = build(make_store(tmp_path, clock), disk.space, disk.space)
    for effect in a_long_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    disk.fill()
    for effect in a_long_night(T0 + 10**6):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)] * 2
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert [entry.ending for entry in reader.episodes()] == [Ending.GONE] * 2


def test_no_card_at_the_start(tmp_path: Path, clock: Clock, build: Build) -> None:
    folder = tmp_path / "card"
    folder.write_text("this is where the folder should be")
    house = build(make_store(folder, clock), folder.unlink)
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    with Store.read_only(folder / "diary.db") as reader:
        assert [entry.rating for entry in reader.episodes()] == [6]


def test_while_the_disk_is_full_nothing_blocks_and_closing_tells_what_is_lost(
    tmp_path: Path, clock: Clock, build: Build, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    house = build(make_store(tmp_path, clock))
    for effect in a_long_night(T0):
        house.writer.put(effect)
    assert house.stuck.wait(SOON)
    assert not house.writer.flush(0.0)
    assert not house.writer.close(SOON)
    assert "records of the diary could not be kept" in caplog.text
    assert house.told == [(Fault.DISK, True)]
    with Store.read_only(tmp_path / "diary.db") as reader:  # what was kept before stays
        assert [entry.ending for entry in reader.episodes()] == [None]


def test_closing_tries_once_more(tmp_path: Path, clock: Clock, build: Build, disk: Disk) -> None:
    house = build(make_store(tmp_path, clock))
    for effect in a_long_night(T0):
        house.writer.put(effect)
    assert house.stuck.wait(SOON)
    disk.space()
    assert house.writer.close(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert [entry.ending for entry in reader.episodes()] == [Ending.GONE]


def test_a_record_that_can_never_be_written_is_left_out(
    tmp_path: Path, clock: Clock, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    house = build(make_store(tmp_path, clock))
    house.writer.put(EpisodeBegan(T0, Side.LEFT))
    house.writer.put(StopShown(10**30))
    house.writer.put(EpisodeEnded(T0 + 60_000, Ending.GONE))
    assert house.writer.flush(SOON)
    assert "left out of the diary: StopShown" in caplog.text
    assert house.told == []
    with Store.read_only(tmp_path / "diary.db") as reader:
        (entry,) = reader.episodes()
    assert (entry.stop, entry.ended) == (None, 60_000)


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
            f"the diary {tmp_path}/diary.db was damaged and is now {aside}; a new one began: keep "
            "the old one, parts of it may be read with sqlite3"
        )
    ]
    assert [tally.this_week for tally in house.tallies] == [0, 1]


def test_closing_twice_is_closing_once(tmp_path: Path, clock: Clock, build: Build) -> None:
    house = build(make_store(tmp_path, clock))
    assert house.writer.close(SOON)
    assert house.writer.close(SOON)
