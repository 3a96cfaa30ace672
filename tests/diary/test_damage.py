"""A file that is damaged, or whose tables are not ours: put aside at the start, never written into."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, EpisodeResumed
from kiosk.core.technique import Side
from kiosk.diary import database, schema
from kiosk.diary.database import DamagedDiaryError, DiaryError, NewerDiaryError
from kiosk.diary.store import Store
from tests.diary.nights import (
    Clock,
    a_diary,
    a_killed_diary,
    a_night,
    an_old_diary,
    contents,
    keep,
    make_store,
    set_pragma,
)
from tests.prove import examples, prove

T0 = 5_000_000

pytestmark = pytest.mark.usefixtures("unsynced")


def swap(old: bytes, new: bytes) -> Callable[[Path], None]:
    """As a flipped bit does, at every place: pages that are no longer used have it, too."""

    def change(path: Path) -> None:
        whole = path.read_bytes()
        assert old in whole
        assert len(old) == len(new)
        path.write_bytes(whole.replace(old, new))

    return change


def sql(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.execute(statement)

    return change


def byte(place: int, value: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        whole = bytearray(path.read_bytes())
        whole[place] = value
        path.write_bytes(whole)

    return change


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a column renamed": swap(b"utc_offset_min", b"utc_gffset_min"),
    "a constraint on no column": swap(b"rating INTEGER", b"zating INTEGER"),
    "a constraint that lets more pass": swap(b"BETWEEN 0 AND 10)", b"BETWEEN 0 AND 90)"),
    "a type changed": swap(b"soak_min REAL", b"soak_min TEXT"),
    "a schema that is no text": swap(b"began_ms INTEGER", b"began_m\xf3 INTEGER"),
    "a schema that is no SQL": swap(b"cramp INTEGER", b"cra(p INTEGER"),
    "a table renamed": swap(b"technique_use", b"technique_usd"),
    "a table taken away": sql("DROP TABLE technique_use"),
    "a trigger added": sql("CREATE TRIGGER t BEFORE INSERT ON episode BEGIN SELECT raise(ABORT, 'no'); END"),
    "an index added": sql("CREATE UNIQUE INDEX one_a_day ON episode (began_ms)"),
    "version 0": sql("PRAGMA user_version = 0"),
    "version -1": sql("PRAGMA user_version = -1"),
    "nobody may write it": byte(18, 66),
    "nobody may read it": byte(19, 66),
    "a file format of no SQLite": byte(47, 132),
    "another text encoding": byte(59, 2),
    "no text encoding, which SQLite finds at its second look": byte(59, 4),
}
OLD_DAMAGES = {
    "an index renamed": swap(b"one_open_episode", b"one_open_episodd"),
    "an index on something else": swap(b"ON episode (1)", b"ON episode (9)"),
    "an index taken away": sql("DROP INDEX technique_use_episode"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_schema_is_not_written_into_but_put_aside(
    tmp_path: Path, clock: Clock, damage: Callable[[Path], None]
) -> None:
    path = a_diary(tmp_path, clock, nights=3)
    damage(path)
    it_is_put_aside(path, clock)


@pytest.mark.parametrize("damage", [*DAMAGES.values(), *OLD_DAMAGES.values()], ids=[*DAMAGES, *OLD_DAMAGES])
def test_a_damaged_old_schema_is_put_aside_too(
    tmp_path: Path, clock: Clock, damage: Callable[[Path], None]
) -> None:
    path = an_old_diary(tmp_path, clock, nights=3)
    damage(path)
    it_is_put_aside(path, clock)


def it_is_put_aside(path: Path, clock: Clock) -> None:
    """Readers leave it and say so; the start puts it aside as it is, once, and keeps what comes."""
    whole = path.read_bytes()
    if whole[18] < 3:  # a reader does not see that nobody may write
        with pytest.raises(
            DamagedDiaryError, match="is damaged; cramp-kiosk puts it aside when it starts next"
        ):
            Store.read_only(path)
    assert path.read_bytes() == whole
    with make_store(path.parent, clock) as store:
        assert store.put_aside is not None
        assert store.put_aside.read_bytes() == whole
        assert store.damage
        keep(store, clock, *a_night(clock.mono + 1))
    with make_store(path.parent, clock) as store:
        assert store.put_aside is None
        assert [entry.rating for entry in store.episodes()] == [6]


def test_every_table_of_ours_is_compared() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.migrate(db)
        made = schema.shape(db)
    assert {table for _kind, _name, table, _sql in made} == schema.TABLES
    assert schema.is_as_made(made, len(schema.MIGRATIONS))


def a_table_sorted_as_its_program_does(path: Path) -> None:
    """No other program knows that order, and SQLite refuses to check the file."""
    with closing(sqlite3.connect(path)) as db:
        db.create_collation("theirs", lambda one, other: (one > other) - (one < other))
        db.execute("CREATE TABLE place (name TEXT CHECK (name > '' COLLATE theirs) COLLATE theirs UNIQUE)")
        db.execute("INSERT INTO place VALUES ('Ulm')")
        db.commit()


HARMLESS: dict[str, Callable[[Path], None]] = {
    "a comment": swap(b"UTC, ms since", b"UTC( ms since"),
    "a backup program's table": sql("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)"),
    "a view of the owner's": sql("CREATE VIEW bad_nights AS SELECT * FROM episode WHERE rating > 7"),
    "a table in an order that SQLite does not know": a_table_sorted_as_its_program_does,
    "what SQLite keeps of ANALYZE": sql("ANALYZE"),
    "the mark that it is a diary": sql("PRAGMA application_id = 7"),
    "the ids that were given": sql("UPDATE sqlite_sequence SET seq = 9223372036854775807"),
    "the ids that were given, as text": sql("UPDATE sqlite_sequence SET seq = 'many'"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_changes_nothing_costs_nothing(
    tmp_path: Path, clock: Clock, change: Callable[[Path], None]
) -> None:
    with make_store(tmp_path, clock) as store:
        path = store.path
        keep(store, clock, *a_night(T0))
        store._connected().execute("INSERT INTO sqlite_sequence VALUES ('episode', 1)")
    change(path)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *a_night(clock.mono + 1))
        assert len(store.episodes()) == 2
        assert store.put_aside is None
    with Store.read_only(path) as reader:
        assert len(reader.episodes()) == 2


def test_what_stands_beside_a_damaged_schema_goes_along(tmp_path: Path, clock: Clock) -> None:
    path = a_killed_diary(tmp_path, clock)
    swap(b"utc_offset_min", b"utc_gffset_min")(path)
    before = contents(tmp_path)
    with make_store(tmp_path, clock) as store:
        assert store.put_aside is not None
        assert {end: Path(f"{store.put_aside}{end}").read_bytes() for end in ("", "-wal")} == {
            end: before[f"diary.db{end}"] for end in ("", "-wal")
        }
        assert store.episodes() == []


def test_a_diary_put_aside_is_told_also_if_no_new_one_can_be_made(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "diary.db").write_bytes(b"garbage")

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    store = make_store(tmp_path, clock)
    with monkeypatch.context() as patch:
        patch.setattr(database, "_create", full)
        with pytest.raises(DiaryError, match="No space left"):
            store.open()
    assert store.put_aside is not None
    assert store.put_aside.read_bytes() == b"garbage"
    assert store.damage == "file is not a database"
    with store:
        assert store.episodes() == []


def test_a_newer_diary_that_this_sqlite_cannot_read_is_not_taken_for_torn(
    tmp_path: Path, clock: Clock
) -> None:
    """A newer SQLite knows words of which this one says that the schema is malformed."""
    path = a_diary(tmp_path, clock)
    swap(b"cramp INTEGER", b"cra(p INTEGER")(path)
    set_pragma(path, f"user_version = {len(schema.MIGRATIONS) + 1}")
    before = contents(tmp_path)
    with pytest.raises(NewerDiaryError):
        make_store(tmp_path, clock).open()
    with pytest.raises(NewerDiaryError):
        Store.read_only(path)
    assert contents(tmp_path)["diary.db"] == before["diary.db"]


@pytest.mark.parametrize("error", [MemoryError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")])
def test_whatever_is_raised_when_it_is_opened_is_a_sentence(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    path = a_diary(tmp_path, clock)

    def fail(_db: sqlite3.Connection) -> int:
        raise error

    monkeypatch.setattr(schema, "version_of", fail)
    with pytest.raises(DiaryError, match=f"The diary {path} (is damaged|cannot be opened)"):
        Store.read_only(path)


# --- in the middle of a night


@pytest.mark.parametrize("when", ["while it is open", "when it is opened again"])
def test_a_night_whose_diary_is_torn_goes_into_the_new_one_whole(
    tmp_path: Path, clock: Clock, when: str
) -> None:
    """A page goes bad while the night is under way: the half that was kept is kept once more."""
    path = a_diary(tmp_path, clock, nights=3)
    *first, rating = a_night(clock.mono + 10)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *first[:4])
        store.close()
        if when == "while it is open":
            store.open()
        break_the_techniques(path)
        keep(store, clock, *first[4:])
        assert store.put_aside is not None
        keep(store, clock, rating)
        (entry,) = store.episodes()
    assert (entry.ended, entry.rating, len(entry.uses), entry.stop) == (900_123, 6, 3, 600_000)


def test_the_last_night_is_written_down_again_once(tmp_path: Path, clock: Clock) -> None:
    """It is still in memory, and its rating may be still to come."""
    path = a_diary(tmp_path, clock)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *a_night(clock.mono + 10))
        (before,) = store.episodes(limit=1)
        store.close()
        path.write_bytes(b"\xff" * 9000)
        keep(store, clock, EpisodeBegan(clock.mono + 10**6, Side.LEFT))
        begun, again = store.episodes()
    assert begun.ending is None
    assert again == msgspec.structs.replace(before, id=1)


def test_a_night_without_a_clock_is_dated_in_the_new_diary_too(tmp_path: Path) -> None:
    clock = Clock(is_set=False)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeBegan(clock.mono + 10, Side.LEFT))
        store.close()
        store.path.write_bytes(b"\xff" * 9000)
        clock.is_set = True
        keep(store, clock, EpisodeEnded(clock.mono + 60_000, Ending.GONE))
        (entry,) = store.episodes()
    assert (entry.clock_ok, entry.ended) == (True, 60_000)


@pytest.mark.parametrize("when", ["while it is open", "when it is opened again"])
def test_a_night_that_was_resumed_goes_into_the_new_diary_whole(
    tmp_path: Path, clock: Clock, when: str
) -> None:
    """What was before the power cut is known by the file alone: it was read when the night was found."""
    path = a_diary(tmp_path, clock, nights=3)
    *first, rating = a_night(clock.mono + 10)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *first[:4])
    with make_store(tmp_path, clock) as store:
        (before, *_others) = store.episodes()
        assert store.open_episode(clock.mono, clock.wall) is not None
        keep(store, clock, EpisodeResumed(clock.mono + 5, key=1))
        store.close()
        if when == "while it is open":
            store.open()
        break_the_techniques(path)
        keep(store, clock, *first[4:], rating)
        assert store.put_aside is not None
        (entry,) = store.episodes()
    assert (entry.began, entry.resumed, entry.ended, entry.rating) == (before.began, True, 900_123, 6)
    assert entry.uses[0] == before.uses[0]
    assert [(use.technique, use.ended) for use in entry.uses] == [
        ("hand_stretch", 60_000),
        ("massage", 90_500),
        ("soak", 899_000),
    ]


def test_a_night_that_is_not_resumed_is_in_the_new_diary_too(tmp_path: Path, clock: Clock) -> None:
    path = a_diary(tmp_path, clock, nights=3)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, *a_night(clock.mono + 10)[:7])
    with make_store(tmp_path, clock) as store:
        (before, *_others) = store.episodes()
        assert store.open_episode(clock.mono, clock.wall) is not None
        break_the_techniques(path)
        store.close()
        store.close_interrupted()
        assert store.put_aside is not None
        (entry,) = store.episodes()
    assert entry == msgspec.structs.replace(
        before, id=1, ending=Ending.INTERRUPTED, ended=before.last, resumed=False
    )


def test_a_resumed_night_without_a_clock_is_not_dated_by_this_run(tmp_path: Path) -> None:
    """How long the power was away nobody knows, in the new file as little as in the old one."""
    clock = Clock(is_set=False)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeBegan(clock.mono + 10, Side.LEFT))
    with make_store(tmp_path, clock) as store:
        assert store.open_episode(clock.mono, clock.wall) is not None
        keep(store, clock, EpisodeResumed(clock.mono + 5))
        store.close()
        store.path.write_bytes(b"\xff" * 9000)
        clock.is_set = True
        keep(store, clock, EpisodeEnded(clock.mono + 60_000, Ending.GONE))
        (entry,) = store.episodes()
    assert (entry.clock_ok, entry.resumed, entry.ending) == (False, True, Ending.GONE)


def break_the_techniques(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'technique_use'").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x4d")  # no such kind of page


# --- anything


flips = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2**20), st.integers(0, 7)), min_size=1, max_size=8
)


@prove
@examples
@given(old=st.booleans(), flips=flips, length=st.none() | st.integers(0, 2**15))
@example(old=False, flips=[(0, 18, 7)], length=None)
@example(old=True, flips=[(0, 47, 1)], length=None)
def test_whatever_becomes_of_its_bits_the_start_goes_well(
    tmp_path_factory: pytest.TempPathFactory,
    old: bool,
    flips: list[tuple[int, int, int]],
    length: int | None,
) -> None:
    """The second start never finds what the first has left standing."""
    folder, clock = tmp_path_factory.mktemp("flips"), Clock()
    path = (an_old_diary if old else a_diary)(folder, clock, nights=10)
    whole = bytearray(path.read_bytes())
    for near, place, bit in flips:  # half of them in the header and the schema
        whole[place % (4096 if near else len(whole))] ^= 1 << bit
    path.write_bytes(whole[:length])
    os.environ["STATE_DIRECTORY"] = str(folder)  # ``usual_place`` puts it back
    for start in range(2):
        try:
            store = make_store(folder, clock)
            store.open()
        except DiaryError as error:
            refused = isinstance(error, NewerDiaryError) or "not a cramp-kiosk diary" in str(error)
            if not refused or path.read_bytes() != whole[:length]:
                raise
            return
        store.open_episode(clock.mono, clock.wall)
        keep(store, clock, *a_night(clock.mono + 10**8))
        newest = store.episodes(limit=1)[0]
        assert (newest.rating, len(newest.uses)) == (6, 3)
        assert not (start and store.put_aside)
        store.close()
        with Store.read_only(path) as reader:
            reader.check()
            assert reader.episodes()
