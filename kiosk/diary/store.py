"""The diary itself: an episode and its techniques, written down as they happen, one commit a record."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, assert_never

import msgspec

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
from kiosk.diary.clock import clock_is_set
from kiosk.diary.database import connect, connect_read_only, is_torn, put_aside, snapshot, transaction
from kiosk.diary.entry import Entry, OpenEpisode

log = logging.getLogger(__name__)

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Store:
    """The diary in one SQLite file. Opens by itself when first used; one thread at a time.

    ``zone`` is the local time zone (None: the system's), ``clock_ok`` says whether the wall clock is
    set, ``now`` the time that names a torn file which is put aside (``put_aside``, None while there
    was none). Reading and writing raise ``DiaryError`` or ``sqlite3.Error``; after an error,
    ``close`` and use it again: what was committed is there, and a record repeated is kept once.
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
        self._zone = zone
        self._clock_ok = clock_ok
        self._now = now
        self._read_only = False
        self._db: sqlite3.Connection | None = None
        self._origins: dict[int, Ms] = {}
        """episode id -> when it began on the monotonic clock; known for those of this run"""
        self._undated: set[int] = set()
        """begun in this run while the clock was not set: dated as soon as it is"""

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

    def open_episode(self, now_wall: datetime) -> OpenEpisode | None:
        """At start: the night that was under way when the device went off, or None."""
        entry = next((entry for entry in self.episodes(limit=1) if entry.ending is None), None)
        if entry is None:
            return None
        clock_ok = self._clock_ok()
        since = _lapsed(entry.began, entry.clock_ok, entry.last, now_wall, clock_ok)
        return OpenEpisode(
            began=entry.began,
            since=since,
            ago=since - entry.last,
            sure=entry.clock_ok and clock_ok and now_wall >= entry.began + entry.last * _MS,
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

    def episodes(self, limit: int | None = None) -> list[Entry]:
        """What is in the diary, the newest first, at most ``limit``."""

        def work(db: sqlite3.Connection) -> list[Entry]:
            with snapshot(db):
                return _read(db, -1 if limit is None else limit)

        return self._attempt(work)

    def _connected(self) -> sqlite3.Connection:
        if self._db is None:
            if self._read_only:
                self._db = connect_read_only(self.path)
            else:
                self._db, aside = connect(self.path, self._now())
                if aside is not None:
                    self._forget_run(aside)
        return self._db

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the file; if that shows that it is torn, with a fresh one instead."""
        try:
            return work(self._connected())
        except sqlite3.DatabaseError as error:
            if self._read_only or not is_torn(error):
                raise
            self.close()
            self._forget_run(put_aside(self.path, self._now()))
        return work(self._connected())

    def _forget_run(self, aside: Path) -> None:
        self.put_aside = aside
        self._origins.clear()  # a fresh file counts its episodes from 1 again
        self._undated.clear()

    def _write(self, db: sqlite3.Connection, effect: Record, wall: datetime, clock_ok: bool) -> None:
        if isinstance(effect, EpisodeBegan):
            self._begin(db, effect, wall, clock_ok)
            return
        if isinstance(effect, EpisodeRated):
            self._rate(db, effect)
            return
        found = db.execute("SELECT id, last_ms FROM episode WHERE ending IS NULL").fetchone()
        if found is None:
            log.warning("no episode is under way for %r", effect)
            return
        episode, last = found
        if isinstance(effect, EpisodeEnded) and effect.ending is Ending.INTERRUPTED:
            self._interrupt(db)
            return
        offset = max(0, effect.at - self._origin(db, episode, effect.at, wall, clock_ok))
        db.execute("UPDATE episode SET last_ms = ? WHERE id = ?", (max(last, offset), episode))
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
            case _:
                assert_never(effect)

    def _begin(self, db: sqlite3.Connection, effect: EpisodeBegan, wall: datetime, clock_ok: bool) -> None:
        found = db.execute("SELECT id FROM episode WHERE ending IS NULL").fetchone()
        if found and self._origins.get(found["id"]) == effect.at:
            return  # repeated after an error whose commit had come through
        self._interrupt(db)
        (episode,) = db.execute(
            "INSERT INTO episode (began_ms, utc_offset_min, clock_ok, cramp, side)"
            " VALUES (?, ?, ?, ?, ?) RETURNING id",
            (*_utc(wall.astimezone(self._zone)), clock_ok, effect.cramp, effect.side.value),
        ).fetchone()
        self._origins[episode] = effect.at
        self._undated.discard(episode)
        if not clock_ok:
            self._undated.add(episode)

    def _interrupt(self, db: sqlite3.Connection) -> None:
        db.execute(
            "UPDATE episode SET ended_ms = last_ms, ending = ? WHERE ending IS NULL",
            (Ending.INTERRUPTED.value,),
        )

    def _rate(self, db: sqlite3.Connection, effect: EpisodeRated) -> None:
        """The newest episode is meant: it has just ended."""
        if 0 <= effect.rating <= 10:
            db.execute(
                "UPDATE episode SET rating = ? WHERE id = (SELECT max(id) FROM episode)", (effect.rating,)
            )
        else:
            log.warning("not a rating from 0 to 10: %r", effect)

    def _begin_technique(self, db: sqlite3.Connection, episode: int, technique: str, offset: Ms) -> None:
        db.execute(
            "INSERT INTO technique_use (episode, technique, began_ms) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
            " (SELECT 1 FROM technique_use WHERE episode = ?1 AND technique = ?2 AND began_ms = ?3)",
            (episode, technique, offset),
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
            self._origins[episode] = at - _lapsed(_local(began, 0), bool(was_ok), last, wall, clock_ok)
        return self._origins[episode]

    def _date(self, db: sqlite3.Connection, at: Ms, wall: datetime) -> None:
        """The clock is set now: the undated nights of this run began so long before this moment."""
        for episode in self._undated:
            began = wall.astimezone(UTC) - (at - self._origins[episode]) * _MS
            db.execute(
                "UPDATE episode SET began_ms = ?, utc_offset_min = ?, clock_ok = 1 WHERE id = ?",
                (*_utc(began.astimezone(self._zone)), episode),
            )


def _read(db: sqlite3.Connection, limit: int) -> list[Entry]:
    episodes = db.execute(
        "SELECT id, began_ms, utc_offset_min, clock_ok, cramp, side, last_ms AS last, ended_ms AS ended,"
        " ending, rating, stop_ms AS stop, resumed FROM episode ORDER BY id DESC LIMIT ?",
        (limit,),
    ).fetchall()
    uses: dict[int, list[dict[str, object]]] = {}
    for use in db.execute(
        "SELECT episode, technique, began_ms AS began, ended_ms AS ended, finished, soak_min, soak_max,"
        " soak_ms FROM technique_use WHERE episode >= ? ORDER BY id",
        (episodes[-1]["id"] if episodes else 0,),
    ):
        uses.setdefault(use["episode"], []).append(dict(use))
    return [
        msgspec.convert(
            {
                **dict(row),
                "began": _local(row["began_ms"], row["utc_offset_min"]),
                "uses": uses.get(row["id"], ()),
            },
            Entry,
            strict=False,  # SQLite has no booleans, only 0 and 1
        )
        for row in episodes
    ]


def _lapsed(began: datetime, was_ok: bool, last: Ms, wall: datetime, clock_ok: bool) -> Ms:
    """How long after its beginning an episode of an earlier run is at ``wall``, in ms.

    Only the wall clock can tell, and only if it was set neither in between nor back: no moment is
    before the last record.
    """
    return max(last, (wall - began) // _MS) if was_ok == clock_ok else last


def _utc(local: datetime) -> tuple[int, int]:
    """A local time as ms of UTC since 1970, and its offset from UTC in minutes."""
    offset = local.utcoffset() or timedelta()
    return (local - _EPOCH) // _MS, offset // timedelta(minutes=1)


def _local(began_ms: Ms, offset_min: int) -> datetime:
    return (_EPOCH + began_ms * _MS).astimezone(timezone(timedelta(minutes=offset_min)))
