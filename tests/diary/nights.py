"""What the tests of the diary share: a clock by which a night is written down."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kiosk.core.events import (
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeRated,
    Record,
    StopShown,
    TechniqueBegan,
    TechniqueEnded,
)
from kiosk.core.technique import Ms, Side
from kiosk.diary import schema
from kiosk.diary.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
#: 3:12 at night in Berlin, winter time.
NIGHT = datetime(2026, 11, 22, 2, 12, tzinfo=UTC)


class Clock:
    """A wall clock and a monotonic one that go together until the wall clock is set anew."""

    def __init__(self, wall: datetime = NIGHT, mono: Ms = 5_000_000, *, is_set: bool = True) -> None:
        self.wall = wall
        self.mono = mono
        self.is_set = is_set

    def pass_ms(self, length: Ms) -> None:
        self.wall += timedelta(milliseconds=length)
        self.mono += length

    def set_to(self, wall: datetime) -> None:
        self.wall = wall
        self.is_set = True

    def moment(self, at: Ms) -> datetime:
        return self.wall - timedelta(milliseconds=self.mono - at)


def make_store(folder: Path, clock: Clock, **changes: Any) -> Store:
    options: dict[str, Any] = {"zone": BERLIN, "clock_ok": lambda: clock.is_set, "now": lambda: clock.wall}
    return Store(folder / "diary.db", **(options | changes))


def keep(store: Store, clock: Clock, *effects: Record) -> None:
    """Record effects; the clocks go to the moment of each."""
    for effect in effects:
        clock.pass_ms(max(0, effect.at - clock.mono))
        store.record(effect, clock.moment(effect.at))


def a_night(began: Ms, *, rating: int | None = 6, key: int = 1) -> tuple[Record, ...]:
    """A whole night: two techniques, the ten-minute page, a soak, gone after a quarter of an hour."""
    night: tuple[Record, ...] = (
        EpisodeBegan(began, Side.LEFT),
        TechniqueBegan(began + 3_000, "hand_stretch"),
        TechniqueEnded(began + 60_000, "hand_stretch", finished=True),
        TechniqueBegan(began + 63_000, "massage"),
        TechniqueEnded(began + 90_500, "massage", finished=False),
        TechniqueBegan(began + 91_000, "soak"),
        StopShown(began + 600_000),
        TechniqueEnded(
            began + 899_000, "soak", finished=False, soak_min=36.5, soak_max=39.25, soak_ms=612_000
        ),
        EpisodeEnded(began + 900_123, Ending.GONE),
    )
    whole = night if rating is None else (*night, EpisodeRated(began + 905_000, rating))
    return tuple(msgspec.structs.replace(record, key=key) for record in whole)


def a_diary(folder: Path, clock: Clock, nights: int = 1) -> Path:
    """A diary with so many nights, cleanly closed. The clock is at the end of the last."""
    image, wall, mono = _written(nights, clock.wall, clock.mono, clock.is_set)
    clock.wall, clock.mono = wall, mono
    path = folder / "diary.db"
    path.write_bytes(image)
    return path


@cache
def _written(nights: int, wall: datetime, mono: Ms, is_set: bool) -> tuple[bytes, datetime, Ms]:
    """The same nights are written down once, and not synced."""
    clock = Clock(wall, mono, is_set=is_set)
    with TemporaryDirectory() as folder, make_store(Path(folder), clock) as store:
        store._connected().execute("PRAGMA synchronous = OFF")
        for _ in range(nights):
            keep(store, clock, *a_night(clock.mono + 1_000_000))
        store.close()
        return store.path.read_bytes(), clock.wall, clock.mono


def a_killed_diary(folder: Path, clock: Clock) -> Path:
    """One closed night in the file and one open one in its WAL, as a power cut leaves it."""
    live = folder / "live"
    began = clock.mono
    with make_store(live, clock) as store:
        keep(store, clock, *a_night(began))
        keep(store, clock, EpisodeBegan(began + 10**6, Side.LEFT), TechniqueBegan(began + 10**6 + 5, "walk"))
        for end in ("", "-wal"):
            shutil.copy(f"{store.path}{end}", folder / f"diary.db{end}")
    shutil.rmtree(live)
    return folder / "diary.db"


def an_old_diary(folder: Path, clock: Clock, nights: int = 1) -> Path:
    """The same nights in a file of the first version, as one that was never started since holds them."""
    path = folder / "diary.db"
    with a_copy_of(a_diary(folder, clock, nights)) as newer, closing(sqlite3.connect(path)) as db:
        schema.mark_ours(db)
        db.executescript(schema.MIGRATIONS[0])
        db.execute("ATTACH ? AS newer", (str(newer),))
        db.execute("INSERT INTO episode SELECT * FROM newer.episode")
        db.execute("INSERT INTO technique_use SELECT * FROM newer.technique_use")
        db.execute("PRAGMA user_version = 1")
        db.commit()
        db.execute("PRAGMA journal_mode = WAL")
    return path


@contextmanager
def a_copy_of(path: Path) -> Iterator[Path]:
    """The diary under another name, and nothing under its own."""
    moved = path.rename(path.with_name("moved.db"))
    yield moved
    moved.unlink()


def spoil(path: Path, *statements: str) -> None:
    """Change rows as a flipped bit does: nothing is checked, neither constraints nor types."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        made = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
        loose = [(name, _loosened(db, name)) for name, _sql in made if not name.startswith("sqlite_")]
        _redefine(db, loose)
        for statement in statements:
            assert db.execute(statement).rowcount
        _redefine(db, made)


def spoil_row(path: Path, table: str, number: int, change: str) -> None:
    """Change one row like that; ``change`` as after SET."""
    spoil(path, f"UPDATE {table} SET {change} WHERE id = {number}")  # noqa: S608 - the test's own words


def _loosened(db: sqlite3.Connection, table: str) -> str:
    _id, *columns = (row[1] for row in db.execute(f"PRAGMA table_info({table})"))
    return f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(columns)})"


def _redefine(db: sqlite3.Connection, tables: list[tuple[str, str]]) -> None:
    db.execute("PRAGMA writable_schema = ON")
    db.executemany("UPDATE sqlite_schema SET sql = ?2 WHERE type = 'table' AND name = ?1", tables)
    db.execute("PRAGMA writable_schema = RESET")


def set_pragma(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA {statement}")
    db.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
