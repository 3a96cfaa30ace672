"""Writes records to the diary as they happen, one transaction for each, and reads the episodes."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, assert_never

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
from kiosk.core.technique import Ms
from kiosk.diary import place, retell, rows
from kiosk.diary.clock import clock_is_set
from kiosk.diary.database import (
    check_pages,
    connect,
    connect_read_only,
    put_aside,
    put_remains_aside,
    snapshot,
    told,
    torn,
    transaction,
)
from kiosk.diary.entry import Entry, OpenEpisode
from kiosk.diary.rows import Unreadable

log = logging.getLogger(__name__)

T = TypeVar("T")

_MS = timedelta(milliseconds=1)


class Store:
    """The diary in one SQLite file. It is opened when first used; not thread-safe.

    ``zone`` is the local time zone (None: the system's), ``clock_ok`` returns whether the wall clock is set,
    ``now`` the time for the name of a damaged file. After such a file was put aside, ``put_aside`` is its
    path (else None) and ``damage`` the reason. Reading and writing raise ``DiaryError`` or ``sqlite3.Error``;
    after an error, call ``close`` and repeat the call: committed records are not lost, and a repeated record
    is stored once. If the file is damaged, the last episode of this run, or the one found under way, is
    written to the new file as a whole. If it is missing or was replaced, an episode under way is.
    """

    def __init__(
        self,
        path: Path,
        *,
        zone: tzinfo | None = None,
        clock_ok: Callable[[], bool] = clock_is_set,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self.put_aside: Path | None = None
        self.damage = ""
        self._zone = zone
        self._clock_ok = clock_ok
        self._now = now
        self._read_only = False
        self._db: sqlite3.Connection | None = None
        self._file: place.Identity | None = None
        """the file that was opened last"""
        self._origins: dict[int, Ms] = {}
        """episode id -> its beginning on the monotonic clock; for episodes of this run"""
        self._undated: set[int] = set()
        """ids of episodes of this run that began before the clock was set"""
        self._ids: dict[int, int] = {}
        """key of an episode of this run -> its id, for a rating, which follows the end"""
        self._night: list[tuple[Record, datetime, bool]] = []
        """the last episode: the arguments of ``_write`` for each record"""
        self._of_earlier_run = False
        """whether that episode began before this run, so that its date must not be corrected"""
        self._again: list[tuple[Record, datetime, bool]] = []
        """records of that episode to be written to the new file"""
        self._unreadable: dict[tuple[str, int], Unreadable] = {}

    @classmethod
    def read_only(cls, path: Path) -> Self:
        """Open for reading, also while the service writes. Never changes the file. Raises ``DiaryError``."""
        store = cls(path)
        store._read_only = True
        store.open()
        return store

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Open and check the file now. Raises ``DiaryError``, ``sqlite3.Error``."""
        self._connected()

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def record(self, effect: Record, wall: datetime) -> None:
        """Store one record. It is synced to the card when this returns.

        ``wall`` is the time of ``effect.at`` on the wall clock, with its time zone. An impossible record (a
        technique without an episode, a rating of 11) is logged and skipped. Raises ``DiaryError``,
        ``sqlite3.Error``.
        """
        clock_ok = self._clock_ok()

        def work(db: sqlite3.Connection) -> None:
            with transaction(db):
                if clock_ok:
                    self._date(db, effect.at, wall)
                self._write(db, effect, wall, clock_ok)
            if isinstance(effect, EpisodeEnded):
                # So that a copy of the main file alone has every night. PASSIVE does not wait for readers.
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")

        self._attempt(work)
        if isinstance(effect, EpisodeBegan):
            self._night.clear()
            self._of_earlier_run = False
        self._night.append((effect, wall, clock_ok))
        if clock_ok:
            self._undated.clear()

    def settle(self, at: Ms, wall: datetime) -> None:
        """Correct the dates of episodes of this run that began before the clock was set, if it is set now.

        ``at`` and ``wall`` are the same moment on both clocks. ``record`` does this, too.
        """

        def work(db: sqlite3.Connection) -> None:
            with transaction(db):
                self._date(db, at, wall)

        if self._undated and self._clock_ok():
            self._attempt(work)
            self._undated.clear()

    def open_episode(self, at: Ms, wall: datetime) -> OpenEpisode | None:
        """The episode that was under way when the device was switched off, or None. Call it at the start.

        ``at`` and ``wall`` are the same moment on both clocks.
        """
        entry = next((entry for entry in self.episodes(limit=1) if entry.ending is None), None)
        if entry is None:
            return None
        clock_ok = self._clock_ok()
        since = retell.lapsed(entry.began, entry.clock_ok, entry.last, wall, clock_ok)
        records = retell.records(entry, at - since)
        self._night, self._of_earlier_run = [(each, entry.began, entry.clock_ok) for each in records], True
        return OpenEpisode(
            began=entry.began,
            since=since,
            ago=since - entry.last,
            sure=entry.clock_ok and clock_ok and wall >= entry.began + entry.last * _MS,
            cramp=entry.cramp,
            side=entry.side,
            techniques=entry.techniques,
        )

    def close_interrupted(self) -> None:
        """End the open episode as interrupted, at its last record, because its true end is not known."""

        def work(db: sqlite3.Connection) -> None:
            with transaction(db):
                self._interrupt(db)

        self._attempt(work)
        self._night.clear()

    def episodes(self, limit: int | None = None) -> list[Entry]:
        """The newest ``limit`` episodes (None: all), newest first. Adds skipped rows to ``unreadable``."""

        def work(db: sqlite3.Connection) -> tuple[list[Entry], list[Unreadable]]:
            with snapshot(db):
                return rows.read(db, limit)

        found, lost = self._attempt(work)
        self._unreadable |= {(row.table, row.id): row for row in lost}
        return found

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The rows of this file that ``episodes`` has skipped so far."""
        return tuple(self._unreadable.values())

    def check(self) -> None:
        """Read every page of the file. Raises ``DiaryError``, ``DamagedDiaryError`` among them."""
        check_pages(self._connected(), self.path)

    def _connected(self) -> sqlite3.Connection:
        if self._db is None:
            if self._read_only:
                self._db = connect_read_only(self.path)
            else:
                self._db = connect(self.path, self._now(), self._tell_aside)
                self._file = place.identity(self.path)
        if self._again:
            with transaction(self._db):
                rows.take_out(self._db, self._again[0][1].astimezone(self._zone))
                for earlier in self._again:
                    self._write(self._db, *earlier)
            self._again.clear()
            if self._of_earlier_run:
                self._undated.clear()
        return self._db

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Call ``work``; if it finds that the file is damaged, put that aside and call it with a new one."""
        if self._read_only:
            with told(self.path):
                return work(self._connected())
        if self._file is not None and place.identity(self.path) != self._file:
            self._lose_file()
        try:
            return work(self._connected())
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not (why := torn(error)):
                raise
            self.close()
            self._tell_aside(put_aside(self.path, self._now()), why)
        return work(self._connected())

    def _tell_aside(self, aside: Path, why: str) -> None:
        """A damaged file was renamed to ``aside``."""
        self.put_aside, self.damage = aside, why
        self._forget_file()

    def _lose_file(self) -> None:
        """The file was moved, deleted or replaced: carry only an episode under way over to what is there."""
        log.warning("the diary %s is gone, or is another file; it is opened anew", self.path)
        self.close()
        if self._night and isinstance(self._night[-1][0], EpisodeEnded | EpisodeRated):
            self._night.clear()
        self._forget_file()
        put_remains_aside(self.path, self._now())

    def _forget_file(self) -> None:
        """Forget the ids of the old file: a new one counts from 1 again."""
        self._file = None
        self._origins.clear()
        self._undated.clear()
        self._unreadable.clear()
        self._ids.clear()
        self._again = self._night.copy()

    def _write(self, db: sqlite3.Connection, effect: Record, wall: datetime, clock_ok: bool) -> None:
        if isinstance(effect, EpisodeBegan):
            self._begin(db, effect, wall, clock_ok)
            return
        if isinstance(effect, EpisodeRated):
            self._rate(db, effect)
            return
        episode = rows.under_way(db)
        if episode is None:
            self._stray(effect)
            return
        if isinstance(effect, EpisodeEnded) and effect.ending is Ending.INTERRUPTED:
            self._interrupt(db)
            return
        offset = max(0, effect.at - self._origin(db, episode, effect.at, wall, clock_ok))
        db.execute("UPDATE episode SET last_ms = max(last_ms, ?) WHERE id = ?", (offset, episode))
        match effect:
            case TechniqueBegan():
                self._begin_technique(db, episode, effect.technique, offset)
            case TechniqueEnded():
                self._end_technique(db, episode, effect, offset)
            case StopShown():
                db.execute(
                    "UPDATE episode SET stop_ms = coalesce(stop_ms, ?) WHERE id = ?", (offset, episode)
                )
            case EpisodeEnded():
                db.execute(
                    "UPDATE episode SET ended_ms = ?, ending = ? WHERE id = ?",
                    (offset, effect.ending.value, episode),
                )
            case EpisodeResumed():
                db.execute("UPDATE episode SET resumed = 1 WHERE id = ?", (episode,))
                self._ids[effect.key] = episode
            case _:
                assert_never(effect)

    def _begin(self, db: sqlite3.Connection, effect: EpisodeBegan, wall: datetime, clock_ok: bool) -> None:
        found = rows.under_way(db)
        if found is not None and self._origins.get(found) == effect.at:
            return  # repeated after an error, although the transaction was committed
        self._interrupt(db)
        episode = rows.next_episode_id(db)
        db.execute(
            "INSERT INTO episode (id, began_ms, utc_offset_min, clock_ok, cramp, side)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (episode, *rows.utc(wall.astimezone(self._zone)), clock_ok, effect.cramp, effect.side.value),
        )
        self._origins[episode] = effect.at
        self._ids[effect.key] = episode
        self._undated.discard(episode)
        if not clock_ok:
            self._undated.add(episode)

    def _interrupt(self, db: sqlite3.Connection) -> None:
        """End all open episodes. A damaged row may violate its constraints; it is left unchanged."""
        for (episode,) in db.execute(
            "SELECT id FROM episode WHERE ending IS NULL AND ended_ms IS NULL"
        ).fetchall():
            with contextlib.suppress(sqlite3.IntegrityError):
                db.execute(
                    "UPDATE episode SET ended_ms = last_ms, ending = ? WHERE id = ?",
                    (Ending.INTERRUPTED.value, episode),
                )

    def _stray(self, effect: Record) -> None:
        """Log a record without an episode, unless it is the end of a known one, which may be repeated."""
        if not (isinstance(effect, EpisodeEnded) and effect.key in self._ids):
            log.warning("no episode is under way for %r", effect)

    def _rate(self, db: sqlite3.Connection, effect: EpisodeRated) -> None:
        """Rate the episode with the record's key; another one may have begun since."""
        if not 0 <= effect.rating <= 10:
            log.warning("not a rating from 0 to 10: %r", effect)
        elif effect.key not in self._ids:
            log.warning("no episode is known for %r", effect)
        else:
            db.execute("UPDATE episode SET rating = ? WHERE id = ?", (effect.rating, self._ids[effect.key]))

    def _begin_technique(self, db: sqlite3.Connection, episode: int, technique: str, offset: Ms) -> None:
        number = rows.next_use_id(db)
        db.execute(
            "INSERT INTO technique_use (id, episode, technique, began_ms) SELECT ?1, ?2, ?3, ?4 WHERE"
            " NOT EXISTS (SELECT 1 FROM technique_use WHERE (episode, technique, began_ms) = (?2, ?3, ?4))",
            (number, episode, technique, offset),
        )

    def _end_technique(
        self, db: sqlite3.Connection, episode: int, effect: TechniqueEnded, offset: Ms
    ) -> None:
        changed = db.execute(
            "UPDATE technique_use SET ended_ms = ?, finished = ?, soak_min = ?, soak_max = ?, soak_ms = ?"
            " WHERE id = (SELECT max(id) FROM technique_use"
            " WHERE episode = ? AND technique = ? AND ended_ms IS NULL)",
            (
                offset,
                effect.finished,
                effect.soak_min,
                effect.soak_max,
                effect.soak_ms,
                episode,
                effect.technique,
            ),
        ).rowcount
        if not changed:
            log.warning("no such technique is under way for %r", effect)

    def _origin(self, db: sqlite3.Connection, episode: int, at: Ms, wall: datetime, clock_ok: bool) -> Ms:
        """The beginning of the episode on the monotonic clock of this run, in ms."""
        if episode not in self._origins:
            began, was_ok, last = db.execute(
                "SELECT began_ms, clock_ok, last_ms FROM episode WHERE id = ?", (episode,)
            ).fetchone()
            self._origins[episode] = at - retell.lapsed(
                rows.local(began, 0), bool(was_ok), last, wall, clock_ok
            )
        return self._origins[episode]

    def _date(self, db: sqlite3.Connection, at: Ms, wall: datetime) -> None:
        """Set the dates of ``_undated`` episodes, counted back from this moment on both clocks."""
        for episode in self._undated:
            began = wall.astimezone(UTC) - (at - self._origins[episode]) * _MS
            with contextlib.suppress(sqlite3.IntegrityError):  # a damaged row is left unchanged
                db.execute(
                    "UPDATE episode SET began_ms = ?, utc_offset_min = ?, clock_ok = 1 WHERE id = ?",
                    (*rows.utc(began.astimezone(self._zone)), episode),
                )
