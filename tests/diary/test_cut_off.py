"""Power that goes while the file itself is changed, not its log: first starts, and other journal modes.

What SQLite keeps to undo such a change is a rollback journal, ``diary.db-journal``.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.diary import database
from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
from tests.diary.nights import Clock, a_diary, a_night, contents, keep, make_store, set_pragma


def cut_off(path: Path, *, written: bool) -> None:
    """Leave the diary as a power cut in the middle of a change in rollback mode does: the journal is on the
    card, the change is half ``written`` into the file or not yet."""
    set_pragma(path, "journal_mode = DELETE")
    before = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size = 1")  # more is changed than memory may hold
        db.execute("BEGIN")
        db.execute("UPDATE episode SET rating = 7")
        db.execute("UPDATE technique_use SET technique = 'x' || hex(zeroblob(500))")
        for end in ("", "-journal"):
            shutil.copy(f"{path}{end}", path.with_name(f"cut{end}"))
        db.execute("ROLLBACK")
    for end in ("", "-journal"):
        path.with_name(f"cut{end}").rename(f"{path}{end}")
    assert path.read_bytes() != before
    if not written:
        path.write_bytes(before)


def test_a_new_diary_needs_no_change_that_could_be_cut_off(tmp_path: Path, clock: Clock) -> None:
    """A first start made it in rollback mode and changed it to WAL: power that went just then left it
    unwritable for good."""
    path = tmp_path / "diary.db"
    database._create(path)
    made = path.read_bytes()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with make_store(tmp_path, clock) as store:
        assert store.episodes() == []
    assert contents(tmp_path) == {"diary.db": made}


@pytest.mark.parametrize("written", [True, False], ids=["half written", "not written"])
def test_a_change_that_was_cut_off_is_undone_by_the_next_start(
    tmp_path: Path, clock: Clock, written: bool
) -> None:
    path = a_diary(tmp_path, clock, nights=9)
    with Store.read_only(path) as reader:
        before = reader.episodes()
    cut_off(path, written=written)
    with make_store(tmp_path, clock) as store:
        assert (store.put_aside, store.episodes()) == (None, before)
        keep(store, clock, *a_night(clock.mono + 1))
    with Store.read_only(path) as reader:
        reader.check()
        assert [entry.rating for entry in reader.episodes()] == [6] * 10
    assert not Path(f"{path}-journal").exists()


@pytest.mark.parametrize("written", [True, False], ids=["half written", "not written"])
def test_a_reader_tells_of_it_and_leaves_it(tmp_path: Path, clock: Clock, written: bool) -> None:
    path = a_diary(tmp_path, clock, nights=9)
    cut_off(path, written=written)
    before = contents(tmp_path)
    with pytest.raises(DiaryError) as caught:
        Store.read_only(path)
    assert str(caught.value) == (
        f"A change of the diary {path} was cut off; start cramp-kiosk once, then try again."
    )
    assert contents(tmp_path) == before


def test_a_journal_of_noise_stops_nobody(tmp_path: Path, clock: Clock) -> None:
    path = a_diary(tmp_path, clock, nights=2)
    Path(f"{path}-journal").write_bytes(b"\xa5" * 5000)
    with make_store(tmp_path, clock) as store:
        assert (store.put_aside, len(store.episodes())) == (None, 2)
        keep(store, clock, *a_night(clock.mono + 1))
        assert len(store.episodes()) == 3


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_the_journal_of_a_lost_diary_does_not_get_into_the_new_one(
    tmp_path: Path, clock: Clock, left: str
) -> None:
    path = a_diary(tmp_path, clock, nights=9)
    cut_off(path, written=True)
    journal = Path(f"{path}-journal").read_bytes()
    if left == "nothing":
        path.unlink()
        with pytest.raises(DiaryError, match="is damaged"):
            Store.read_only(path)
    else:
        path.write_bytes(b"")
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is not None
        keep(store, clock, *a_night(clock.mono + 1))
        assert [entry.id for entry in store.episodes()] == [1]
    (aside,) = tmp_path.glob("diary.torn-*-journal")
    assert aside.read_bytes() == journal


@pytest.mark.parametrize("opener", ["write", "read"])
def test_what_somebody_else_left_half_done_is_theirs_to_undo(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, opener: str
) -> None:
    path = a_diary(tmp_path, clock, nights=9)
    cut_off(path, written=True)
    for end in ("", "-journal"):
        each = Path(f"{path}{end}")
        each.write_bytes(each.read_bytes().replace(b"cram", b"GPKG"))
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/cramp-kiosk")
    before = contents(tmp_path)
    with pytest.raises(DiaryError, match="is not known to be a cramp-kiosk diary and is left alone"):
        Store.read_only(path) if opener == "read" else make_store(tmp_path, clock).open()
    assert contents(tmp_path) == before


def test_it_is_waited_for_whoever_holds_the_file(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    path = a_diary(tmp_path, clock)
    set_pragma(path, "journal_mode = DELETE")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("UPDATE episode SET rating = 1")
        with pytest.raises(DiaryError, match=r"cannot be opened \(database is locked\)"):
            make_store(tmp_path, clock).open()
        holder.execute("COMMIT")
    with make_store(tmp_path, clock) as store:
        assert [entry.rating for entry in store.episodes()] == [1]
