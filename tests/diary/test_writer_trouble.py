"""The writer's thread in trouble: a full disk, no card, no memory, records that nobody can write."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, Fault, Record, StopShown
from kiosk.core.technique import Side
from kiosk.diary.entry import Entry
from kiosk.diary.store import Store
from kiosk.diary.writer import _Chore
from tests.diary.nights import Clock, a_night, make_store
from tests.diary.writing import LONG, SOON, Build, Disk, a_long_night

T0 = 5_000_000


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


def test_no_card_at_the_start(no_card: Path, clock: Clock, build: Build) -> None:
    house = build(make_store(no_card, clock), no_card.unlink)
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    with Store.read_only(no_card / "diary.db") as reader:
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


def test_only_records_are_said_to_be_lost(
    no_card: Path, clock: Clock, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    """What was asked for besides, to look and to count, is nothing that could be kept."""
    house = build(make_store(no_card, clock))
    assert house.stuck.wait(SOON)
    for _ in range(3):
        house.writer.recount()
    assert house.writer.close(SOON)
    assert "could not be kept" not in caplog.text


def test_each_record_that_is_lost_is_counted(
    tmp_path: Path, clock: Clock, build: Build, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    house = build(make_store(tmp_path, clock))
    for effect in a_long_night(T0):
        house.writer.put(effect)
    assert house.stuck.wait(SOON)
    house.writer.recount()
    left = sum(not isinstance(job, _Chore) for job in house.writer._jobs)
    assert not house.writer.close(SOON)
    assert caplog.messages[-1] == f"{left} records of the diary could not be kept"
    assert 0 < left < len(a_long_night(T0))


def test_one_record_is_not_records(
    no_card: Path, clock: Clock, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    house = build(make_store(no_card, clock))
    assert house.stuck.wait(SOON)
    house.writer.put(EpisodeBegan(T0, Side.LEFT))
    assert not house.writer.close(SOON)
    assert caplog.messages[-1] == "1 record of the diary could not be kept"


@pytest.mark.parametrize(
    "error", [ValueError("bad"), MemoryError(), sqlite3.OperationalError("disk I/O error")]
)
def test_a_count_that_fails_keeps_no_record_waiting(
    tmp_path: Path, clock: Clock, build: Build, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_store: Store, limit: int | None = None) -> list[Entry]:
        raise error

    monkeypatch.setattr(Store, "episodes", fail)
    house = build(make_store(tmp_path, clock), *[lambda: None] * 50)
    for effect in a_night(T0):
        house.writer.put(effect)
    house.writer.close(SOON)
    monkeypatch.undo()
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert [entry.rating for entry in reader.episodes()] == [6]
    assert house.tallies == []


def test_a_record_ends_the_wait_for_a_count(no_card: Path, clock: Clock, build: Build) -> None:
    """The card was away when counting was tried, and is back when the night begins a minute later."""
    house = build(make_store(no_card, clock))
    assert house.stuck.wait(SOON)
    no_card.unlink()
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    assert house.tallies[-1].this_week == 1


@pytest.mark.parametrize(
    "error", [TypeError("what?"), RecursionError(), UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogate")]
)
def test_whatever_a_record_raises_the_next_one_is_kept(
    tmp_path: Path, clock: Clock, build: Build, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    record = Store.record

    def fail(store: Store, effect: Record, wall: datetime) -> None:
        if isinstance(effect, StopShown):
            raise error
        record(store, effect, wall)

    monkeypatch.setattr(Store, "record", fail)
    house = build(make_store(tmp_path, clock))
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == []
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert [(entry.rating, entry.stop) for entry in reader.episodes()] == [(6, None)]


def test_memory_that_was_short_costs_no_record(
    tmp_path: Path, clock: Clock, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = build(make_store(tmp_path, clock), monkeypatch.undo)
    assert house.writer.flush(SOON)

    def fail(_store: Store, _effect: Record, _wall: datetime) -> None:
        raise MemoryError

    monkeypatch.setattr(Store, "record", fail)
    for effect in a_night(T0):
        house.writer.put(effect)
    assert house.writer.flush(SOON)
    assert house.told == [(Fault.DISK, True), (Fault.DISK, False)]
    with Store.read_only(tmp_path / "diary.db") as reader:
        assert [entry.rating for entry in reader.episodes()] == [6]
