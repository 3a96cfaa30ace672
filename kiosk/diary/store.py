"""The diary itself: an episode and its techniques, written down as they happen, one commit a record."""

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
    """The diary in one SQLite file. Opens by itself when first used; one thread at a time.

    ``zone`` is the local time zone (None: the system's), ``clock_ok`` says whether the wall clock is
    set, ``now`` the time that names a damaged file which is put aside (``put_aside``, None while there
    was none; ``damage``: what was found). Reading and writing raise ``DiaryError`` or ``sqlite3.Error``;
    after an error, ``close`` and use it again: what was committed is there, and a record repeated is kept
    once. Where the file turns out to be damaged, the last night of this run, or the one that it found under
    way, goes into the new one whole; where it is gone or another one, a night under way does.
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
        """what was opened last"""
        self._origins: dict[int, Ms] = {}
        """episode id -> when it began on the monotonic clock; known for those of this run"""
        self._undated: set[int] = set()
        """begun in this run while the clock was not set: dated as soon as it is"""
        self._ids: dict[int, int] = {}
        """key of an episode of this run -> its id: a rating comes when it has ended"""
        self._night: list[tuple[Record, datetime, bool]] = []
        """the last night, each record as it was given to ``_write``"""
        self._of_earlier_run = False
        """whether that one began before this run, whose clock cannot date it"""
        self._again: list[tuple[Record, datetime, bool]] = []
        """of it, what a file that was put aside took along and the new one does not have yet"""
        self._unreadable: dict[tuple[str, int], Unreadable] = {}

    @classmethod
    def read_only(cls, path: Path) -> Self:
        """The diary for reading, while the service writes or not; changes nothing, checks at once."""
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
        """Open and check the file now. Raises ``DiaryError``; a newer diary stays as it is."""
        self._connected()

    def close(self) -> None:
        """Close the file; used again, it opens again."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def record(self, effect: Record, wall: datetime) -> None:
        """Keep one thing that happened. On the card when this returns.

        ``wall`` is the moment of ``effect.at`` on the wall clock, with its time zone. What cannot be
        (a technique without an episode, a rating of 11) is logged and left out.
        """
        clock_ok = self._clock_ok()

        def work(db: sqlite3.Connection) -> None:
            with transaction(db):
                if clock_ok:
                    self._date(db, effect.at, wall)
                self._write(db, effect, wall, clock_ok)
            if isinstance(effect, EpisodeEnded):
                # So that a copy of the one file has every night; passive: waits for no reader.
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")

        self._attempt(work)
        if isinstance(effect, EpisodeBegan):
            self._night.clear()
            self._of_earlier_run = False
        self._night.append((effect, wall, clock_ok))
        if clock_ok:
            self._undated.clear()

    def settle(self, at: Ms, wall: datetime) -> None:
        """Give their true date to the nights of this run that began before the clock was set.

        ``at`` and ``wall`` are one moment on both clocks. Every record does this, too.
        """

        def work(db: sqlite3.Connection) -> None:
            with transaction(db):
                self._date(db, at, wall)

        if self._undated and self._clock_ok():
            self._attempt(work)
            self._undated.clear()

    def open_episode(self, at: Ms, wall: datetime) -> OpenEpisode | None:
        """At start: the night that was under way when the device went off, or None.

        ``at`` and ``wall`` are one moment on both clocks.
        """
        entry = next((entry for entry in self.episodes(limit=1) if entry.ending is None), None)
        if entry is None:
            return None
        clock_ok = self._clock_ok()
        since = retell.lapsed(entry.began, entry.clock_ok, entry.last, wall, clock_ok)
        told = retell.records(entry, at - since)
        self._night, self._of_earlier_run = [(each, entry.began, entry.clock_ok) for each in told], True
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
        """Close the open night as interrupted, at its last record: nobody knows when it ended."""

        def work(db: sqlite3.Connection) -> None:
            with transaction(db):
                self._interrupt(db)

        self._attempt(work)
        self._night.clear()

    def episodes(self, limit: int | None = None) -> list[Entry]:
        """What is in the diary, the newest first, at most ``limit``; what cannot be read is left out."""

        def work(db: sqlite3.Connection) -> tuple[list[Entry], list[Unreadable]]:
            with snapshot(db):
                return rows.read(db, limit)

        found, lost = self._attempt(work)
        self._unreadable |= {(row.table, row.id): row for row in lost}
        return found

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The rows that ``episodes`` has left out until now."""
        return tuple(self._unreadable.values())

    def check(self) -> None:
        """Read every page of the file. Raises ``DiaryError``."""
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
        """Do something with the file; if that shows that it is torn, with a fresh one instead."""
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
        """The file is there now."""
        self.put_aside, self.damage = aside, why
        self._forget_file()

    def _lose_file(self) -> None:
        """It is no longer where it was: only a night under way goes on, in what is there now."""
        log.warning("the diary %s is gone, or is another file; it is opened anew", self.path)
        self.close()
        if self._night and isinstance(self._night[-1][0], EpisodeEnded | EpisodeRated):
            self._night.clear()
        self._forget_file()
        put_remains_aside(self.path, self._now())

    def _forget_file(self) -> None:
        """A fresh one counts its episodes from 1 again."""
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
            return  # repeated after an error whose commit had come through
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
        """Close what is open. A row that cannot be read takes no change and stays: no night waits for it."""
        for (episode,) in db.execute(
            "SELECT id FROM episode WHERE ending IS NULL AND ended_ms IS NULL"
        ).fetchall():
            with contextlib.suppress(sqlite3.IntegrityError):
                db.execute(
                    "UPDATE episode SET ended_ms = last_ms, ending = ? WHERE id = ?",
                    (Ending.INTERRUPTED.value, episode),
                )

    def _stray(self, effect: Record) -> None:
        """A record without an episode. The end of one may be said twice; then its rating still follows."""
        if not (isinstance(effect, EpisodeEnded) and effect.key in self._ids):
            log.warning("no episode is under way for %r", effect)

    def _rate(self, db: sqlite3.Connection, effect: EpisodeRated) -> None:
        """Its key says which episode is meant, whatever has begun since."""
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
        """When the episode began, on this run's monotonic clock."""
        if episode not in self._origins:
            began, was_ok, last = db.execute(
                "SELECT began_ms, clock_ok, last_ms FROM episode WHERE id = ?", (episode,)
            ).fetchone()
            self._origins[episode] = at - retell.lapsed(
                rows.local(began, 0), bool(was_ok), last, wall, clock_ok
            )
        return self._origins[episode]

    def _date(self, db: sqlite3.Connection, at: Ms, wall: datetime) -> None:
        """The clock is set now: the undated nights of this run began so long before this moment."""
        for episode in self._undated:
            began = wall.astimezone(UTC) - (at - self._origins[episode]) * _MS
            with contextlib.suppress(sqlite3.IntegrityError):  # a row that cannot be read takes no date
                db.execute(
                    "UPDATE episode SET began_ms = ?, utc_offset_min = ?, clock_ok = 1 WHERE id = ?",
                    (*rows.utc(began.astimezone(self._zone)), episode),
                )
