"""The diary's file: versions, torn files, power cuts."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.core.events import Ending, EpisodeBegan
from kiosk.core.technique import Side
from kiosk.diary import database, schema
from kiosk.diary.database import DiaryError, NewerDiaryError
from kiosk.diary.entry import Entry
from kiosk.diary.schema import MIGRATIONS
from kiosk.diary.store import Store
from tests.diary.nights import (
    Clock,
    a_diary,
    a_killed_diary,
    a_night,
    contents,
    keep,
    make_store,
    set_pragma,
)

T0 = 5_000_000
ROOT = Path(__file__).parents[2]


def pragma(path: Path, name: str) -> object:
    db = sqlite3.connect(path)
    try:
        return db.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        db.close()


# --- new, and of other versions


def test_a_new_diary_is_made_with_its_folder(tmp_path: Path, clock: Clock) -> None:
    with make_store(tmp_path / "state" / "deep", clock) as store:
        assert store.episodes() == []
        assert store.put_aside is None
    assert [path.name for path in (tmp_path / "state" / "deep").iterdir()] == ["diary.db"]
    assert pragma(store.path, "user_version") == len(MIGRATIONS)
    assert pragma(store.path, "application_id") == schema.APPLICATION_ID


def test_every_commit_is_synced(tmp_path: Path, clock: Clock) -> None:
    db = database.connect(tmp_path / "diary.db", clock.wall, lambda _aside, _why: None)
    answers = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    db.close()
    assert answers == ["wal", 2]


def test_an_older_diary_is_brought_up_to_date(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_diary(tmp_path, clock)
    with make_store(tmp_path, clock) as store:
        before = store.episodes()
    newer = (*MIGRATIONS, "ALTER TABLE episode ADD COLUMN note TEXT", "CREATE TABLE sleep (id INTEGER)")
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    monkeypatch.setattr(schema, "READABLE_FROM", len(newer))
    with pytest.raises(DiaryError, match="is from an older cramp-kiosk"):
        Store.read_only(path)
    with make_store(tmp_path, clock) as store:
        assert store.episodes() == before
    assert pragma(path, "user_version") == len(newer)
    with make_store(tmp_path, clock) as store:  # and only once
        assert store.episodes() == before


def test_a_migration_happens_whole_or_not_at_all(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_diary(tmp_path, clock)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE half (id INTEGER); NOT SQL"))
        with pytest.raises(DiaryError, match="cannot be opened"):
            make_store(tmp_path, clock).open()
    assert pragma(path, "user_version") == len(MIGRATIONS)
    with make_store(tmp_path, clock) as store:
        assert len(store.episodes()) == 1


@pytest.mark.parametrize("opener", ["write", "read"])
def test_a_newer_diary_is_refused_and_stays_as_it_is(tmp_path: Path, clock: Clock, opener: str) -> None:
    path = a_killed_diary(tmp_path, clock)
    set_pragma(path, "user_version = 99")
    before = contents(tmp_path)
    with pytest.raises(NewerDiaryError) as caught:
        Store.read_only(path) if opener == "read" else make_store(tmp_path, clock).open()
    assert str(caught.value) == (
        f"The diary {path} has format 99 and this cramp-kiosk knows formats up to {len(MIGRATIONS)}; "
        "install the newer cramp-kiosk again."
    )
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert all(not data for name, data in after.items() if name.endswith("-wal") and name not in before)


@pytest.mark.parametrize("opener", ["write", "read"])
def test_somebody_elses_database_is_refused_and_stays_as_it_is(
    tmp_path: Path, clock: Clock, opener: str
) -> None:
    path = tmp_path / "diary.db"
    set_pragma(path, "user_version = 1")
    before = path.read_bytes()
    with pytest.raises(DiaryError, match="is a database, but not a cramp-kiosk diary"):
        Store.read_only(path) if opener == "read" else make_store(tmp_path, clock).open()
    assert contents(tmp_path) == {"diary.db": before}


# --- torn


TORN: dict[str, Callable[[bytes], bytes]] = {
    "zero length": lambda whole: whole[:0],
    "header only": lambda whole: whole[:100],
    "one page": lambda whole: whole[:4096],
    "a page short": lambda whole: whole[:-4096],
    "half a page short": lambda whole: whole[:-2000],
    "zeros after the first page": lambda whole: whole[:4096] + bytes(len(whole) - 4096),
    "zeros": lambda whole: bytes(len(whole)),
    "noise": lambda whole: b"".join(sha256(whole + bytes([i])).digest() for i in range(200)),
    "text": lambda whole: whole.hex().encode(),
}


@pytest.mark.parametrize("tear", TORN.values(), ids=TORN.keys())
def test_a_torn_diary_is_put_aside_and_a_fresh_one_begun(
    tmp_path: Path, clock: Clock, tear: Callable[[bytes], bytes]
) -> None:
    path = a_diary(tmp_path, clock, nights=60)
    torn = tear(path.read_bytes())
    path.write_bytes(torn)
    clock.wall = datetime.fromisoformat("2026-11-23T03:04:05Z")
    with make_store(tmp_path, clock) as store:
        assert store.put_aside == tmp_path / "diary.torn-20261123T030405.db"
        assert store.put_aside.read_bytes() == torn
        assert store.episodes() == []
        keep(store, clock, *a_night(clock.mono))
        assert len(store.episodes()) == 1
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is None
        assert len(store.episodes()) == 1


def test_what_sqlite_keeps_beside_it_goes_along(tmp_path: Path, clock: Clock) -> None:
    path = a_killed_diary(tmp_path, clock)
    path.write_bytes(b"garbage" * 1000)
    wal = Path(f"{path}-wal").read_bytes()
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is not None
        assert Path(f"{store.put_aside}-wal").read_bytes() == wal
        assert store.episodes() == []


def test_a_wal_whose_diary_is_lost_does_not_get_into_the_fresh_one(tmp_path: Path, clock: Clock) -> None:
    path = a_killed_diary(tmp_path, clock)
    path.unlink()
    wal = Path(f"{path}-wal").read_bytes()
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is not None
        assert Path(f"{store.put_aside}-wal").read_bytes() == wal
        assert store.episodes() == []


def test_a_lost_wal_loses_only_what_was_in_it(tmp_path: Path, clock: Clock) -> None:
    path = a_killed_diary(tmp_path, clock)
    Path(f"{path}-wal").unlink()
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is None
        assert [len(entry.uses) for entry in store.episodes()] == [3]  # the ended night is in the file


def test_nothing_put_aside_is_written_over(tmp_path: Path, clock: Clock) -> None:
    """Without a clock, two torn diaries get the same moment."""
    path = tmp_path / "diary.db"
    names = []
    for content in (b"first", b"second", b"third"):
        path.write_bytes(content)
        with make_store(tmp_path, clock) as store:
            assert store.put_aside is not None
            assert store.put_aside.read_bytes() == content
            names.append(store.put_aside.name)
    assert names == [f"diary.torn-20261122T021200{number}.db" for number in ("", "-2", "-3")]


def test_torn_while_in_use(tmp_path: Path, clock: Clock) -> None:
    """The card goes bad: the record at hand goes into a fresh diary, after the night still in memory."""
    store = make_store(tmp_path, clock)
    keep(store, clock, *a_night(T0))
    with store.path.open("r+b") as file:
        file.write(b"\xff" * store.path.stat().st_size)
    store.close()
    keep(store, clock, EpisodeBegan(T0 + 10**6, Side.LEFT))
    assert store.put_aside is not None
    assert [entry.ending for entry in store.episodes()] == [None, Ending.GONE]
    store.close()


# --- places that cannot be used


def test_a_place_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "diary.db"
    with pytest.raises(DiaryError) as caught:
        make_store(tmp_path / "file", clock).open()
    assert str(caught.value).startswith(f"The diary {path} cannot be opened (")
    assert str(caught.value).endswith("); check that its disk is there and not full.")


def test_an_unfinished_new_diary_is_made_again(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / ".diary.db.new").write_bytes(b"half of it")
    with make_store(tmp_path, clock) as store:
        assert store.episodes() == []
    assert [path.name for path in tmp_path.iterdir()] == ["diary.db"]


# --- power cuts

CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.diary.store import Store
from tests.diary.nights import a_night

store = Store(Path(sys.argv[1]), clock_ok=lambda: True)
for night in range(10_000):
    for effect in a_night(night * 1_000_000):
        store.record(effect, datetime.now(UTC))
        print("kept", flush=True)
"""


@pytest.mark.parametrize("patience", [1, 2, 9, 34, 77, 150])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(
    tmp_path: Path, clock: Clock, patience: int
) -> None:
    """Somewhere after so many records: how far the child has got by then is up to the machine."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "diary.db")], stdout=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        acknowledged = sum(1 for _ in zip(range(patience), child.stdout, strict=False))
        child.kill()
        acknowledged += child.stdout.read().count(b"kept")
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is None
        entries = store.episodes()
    assert count_records(entries) in (acknowledged, acknowledged + 1)


def count_records(entries: list[Entry]) -> int:
    """How many records of ``a_night`` these entries are made of."""
    return sum(
        1
        + sum(1 + (use.ended is not None) for use in entry.uses)
        + (entry.stop is not None)
        + (entry.ending is not None)
        + (entry.rating is not None)
        for entry in entries
    )


def test_wherever_the_wal_is_cut_the_records_before_are_there(tmp_path: Path, clock: Clock) -> None:
    """A cut during a write leaves the end of the WAL undone; what stands before it must be whole."""
    live = tmp_path / "live"
    with make_store(live, clock) as store:
        sizes = []
        for effect in a_night(T0)[:-2]:  # the end of the night would empty the WAL
            keep(store, clock, effect)
            sizes.append(Path(f"{store.path}-wal").stat().st_size)
        whole = {end: Path(f"{store.path}{end}").read_bytes() for end in ("", "-wal")}
    assert len(set(sizes)) == len(sizes) == 8
    cuts = sorted({0, 1, 31, 33, *sizes, *(size - 1 for size in sizes), *range(0, sizes[-1], 3001)})
    for cut in cuts:
        folder = tmp_path / f"cut-{cut}"
        folder.mkdir()
        (folder / "diary.db").write_bytes(whole[""])
        (folder / "diary.db-wal").write_bytes(whole["-wal"][:cut])
        with make_store(folder, clock) as store:
            assert store.put_aside is None
            assert count_records(store.episodes()) == sum(size <= cut for size in sizes), cut


def test_a_place_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(DiaryError, match="embedded null") as error, Store(tmp_path / "a\0b"):
        pass
    assert "check that its disk is there" in str(error.value)
