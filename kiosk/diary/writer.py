"""The thread that writes the diary: an fsync on an SD card may take half a second, the night may not."""

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from kiosk.core.events import EpisodeEnded, Fault, Record, Tally
from kiosk.core.technique import Ms
from kiosk.core.threads import Watcher, pause_after
from kiosk.diary.database import DiaryError
from kiosk.diary.entry import OpenEpisode
from kiosk.diary.rows import named
from kiosk.diary.store import Store
from kiosk.diary.summary import tally

log = logging.getLogger(__name__)

#: Trouble with the file or the machine: tried again until it is over.
_TROUBLE = (DiaryError, OSError, sqlite3.Error, MemoryError)

#: Errors of the record itself, among those: tried again, they come again.
_HOPELESS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)


class _Chore(Enum):
    """What is done for the screen. It may fail, and never keeps a record waiting."""

    LOOK = "look for a night under way"
    COUNT = "count the nights"


_Job = Record | _Chore


class Writer:
    """Writes records to the store in order, on a thread of its own; keeps them while the disk cannot.

    ``wall_clock`` gives local time with its zone, ``mono_clock`` the ms that records are stamped with.
    ``on_trouble(fault, present)`` is told once when the disk stops and once when it works again, and
    when a damaged diary was put aside. ``on_tally`` gets the counts at the start, after each episode,
    and when ``recount`` is called. ``on_under_way`` is told at the start of the night that was under way
    when the device went off, and says whether it is offered again; if not, it is closed as interrupted.
    All three are called on the writer's thread. ``wait(wake, seconds)`` pauses between tries and ends early
    when ``wake`` is set. ``supervisor`` keeps the thread. The store belongs to the writer from here on;
    ``close`` closes it. Nothing that the file holds, and nothing that SQLite raises, ends the thread.
    """

    def __init__(
        self,
        store: Store,
        wall_clock: Callable[[], datetime],
        mono_clock: Callable[[], Ms],
        on_trouble: Callable[[Fault, bool], None],
        on_tally: Callable[[Tally], None],
        *,
        on_under_way: Callable[[OpenEpisode], bool],
        supervisor: Watcher,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        self._store = store
        self._wall_clock = wall_clock
        self._mono_clock = mono_clock
        self._on_trouble = on_trouble
        self._on_tally = on_tally
        self._on_under_way = on_under_way
        self._wait = wait
        self._jobs: deque[_Job] = deque(_Chore)
        self._doing: _Job | None = None
        self._failures = 0
        """tries in a row that the disk's trouble has ended"""
        self._changed = threading.Condition()
        self._called = threading.Event()
        self._closing = threading.Event()
        self._torn_told: Path | None = None
        self._stood_still = False
        self._unreadable_told: set[tuple[str, int]] = set()
        self._supervisor = supervisor
        self._thread = supervisor.start(
            "diary", self._run, on_death=self._stands_still, on_hang=self._stands_still
        )

    def put(self, effect: Record) -> None:
        """Keep this. Returns at once, always."""
        self._add(effect)

    def recount(self) -> None:
        """Count again, for example when the clock was set or midnight has passed. Returns at once."""
        self._add(_Chore.COUNT)

    def flush(self, timeout: float) -> bool:
        """Wait until everything is on the card; False if it is not after ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Write what is left, then stop; False if a record could not be kept within ``timeout`` s."""
        with self._changed:
            self._closing.set()
            self._called.set()
            self._changed.notify_all()
        self._thread.retire()
        self._thread.join(timeout)
        with self._changed:
            left = sum(not isinstance(job, _Chore) for job in self._jobs)
        if left:
            log.error("%d %s of the diary could not be kept", left, "record" if left == 1 else "records")
        return not left

    def _add(self, job: _Job) -> None:
        with self._changed:
            if not isinstance(job, _Chore) or not self._awaits(job):
                self._jobs.append(job)
            self._called.set()
            self._changed.notify_all()

    def _awaits(self, chore: _Chore) -> bool:
        """Whether it will be begun after now. One that is under way is among the jobs, too, but may have
        looked at the clock already."""
        under_way = 1 if chore is self._doing else 0
        return self._jobs.count(chore) > under_way

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                if self._try(job):
                    self._strike_out(job)
                elif not self._closing.is_set():
                    # a record that is put meanwhile waits for no chore
                    wake = self._called if isinstance(job, _Chore) else self._closing
                    self._wait(wake, pause_after(self._failures))
                elif isinstance(job, _Chore):
                    self._strike_out(job)
                else:
                    return
        finally:
            self._store.close()

    def _next(self) -> _Job | None:
        """Wait for a job; None when closing and none is left. It stays until it is struck out.

        In their order, unless there is trouble: then what is to be kept comes first.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closing.is_set())
            self._called.clear()
            records = (job for job in self._jobs if self._failures and not isinstance(job, _Chore))
            self._doing = next(records, self._jobs[0] if self._jobs else None)
            return self._doing

    def _strike_out(self, job: _Job) -> None:
        with self._changed:
            self._jobs.remove(job)
            self._doing = None
            if not isinstance(job, _Chore) and _Chore.LOOK in self._jobs:
                self._jobs.remove(_Chore.LOOK)  # what is open now is the night of that record
            if isinstance(job, EpisodeEnded) and _Chore.COUNT not in self._jobs:
                self._jobs.appendleft(_Chore.COUNT)
            self._changed.notify_all()

    def _try(self, job: _Job) -> bool:
        """Do a job; False if it is to be tried again."""
        try:
            with self._supervisor.busy():
                self._do(job)
        except Exception as error:  # whatever it is, the next record is kept
            if isinstance(error, _TROUBLE) and not isinstance(error, _HOPELESS):
                self._store.close()  # the disk may come back as another one: look at the file again
                self._tell_trouble(error)
                return False
            if isinstance(job, _Chore):
                log.exception("the diary could not %s", job.value)
            else:
                log.exception("left out of the diary: %r", job)
        finally:
            self._tell_lost()
        if self._failures or self._stood_still:
            self._failures, self._stood_still = 0, False
            self._on_trouble(Fault.DISK, False)
        return True

    def _stands_still(self) -> None:
        """The thread died of something nobody foresaw, and starts again with the same job; or it is still
        waiting for the disk."""
        self._stood_still = True
        self._on_trouble(Fault.DISK, True)

    def _do(self, job: _Job) -> None:
        wall, mono = self._wall_clock(), self._mono_clock()
        if job is _Chore.LOOK:
            under_way = self._store.open_episode(mono, wall)
            if under_way is not None and not self._on_under_way(under_way):
                self._store.close_interrupted()
        elif job is _Chore.COUNT:
            self._store.settle(mono, wall)
            self._on_tally(tally(self._store.episodes(), wall))
        else:
            self._store.record(job, wall.astimezone(UTC) - timedelta(milliseconds=mono - job.at))

    def _tell_trouble(self, error: Exception) -> None:
        """Once, until it is over."""
        self._failures += 1
        if self._failures == 1:
            log.warning(
                "the diary %s is not saved (%s); it is kept in memory and tried again: "
                "cramp-kiosk doctor says what to do",
                self._store.path,
                str(error).rstrip(".") or type(error).__name__,
            )
            self._on_trouble(Fault.DISK, True)

    def _tell_lost(self) -> None:
        """Once, that a damaged diary was put aside, and which rows cannot be read."""
        aside = self._store.put_aside
        if aside is not None and aside != self._torn_told:
            self._torn_told = aside
            self._unreadable_told.clear()
            log.warning(
                "the diary %s was damaged (%s) and is now %s; a new one began: keep the old one, "
                "parts of it may be read with sqlite3",
                self._store.path,
                self._store.damage,
                aside,
            )
            self._on_trouble(Fault.DIARY_TORN, True)
        rows = [row for row in self._store.unreadable if (row.table, row.id) not in self._unreadable_told]
        if rows:
            self._unreadable_told |= {(row.table, row.id) for row in rows}
            log.warning(
                "of the diary %s %d %s cannot be read and left out: %s",
                self._store.path,
                len(rows),
                "row" if len(rows) == 1 else "rows",
                named(rows),
            )
