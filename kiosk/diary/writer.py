"""The thread that writes the diary. An fsync on an SD card may take half a second; the night cannot wait."""

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

#: Errors of the file or the machine: the job is retried until it succeeds.
_TROUBLE = (DiaryError, OSError, sqlite3.Error, MemoryError)

#: Those among them that the record itself causes: a retry would fail again.
_PERMANENT = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)


class _Chore(Enum):
    """Jobs for the screen. They may fail, and never delay a record."""

    LOOK = "look for a night under way"
    COUNT = "count the nights"


_Job = Record | _Chore


class Writer:
    """Writes records to the store in order, on a thread of its own; queues them while the disk fails.

    ``wall_clock`` returns local time with its zone, ``mono_clock`` the ms clock of the records' time stamps.
    ``on_trouble(fault, present)`` is called once when writing fails and once when it works again
    (``Fault.DISK``), and when a damaged diary was put aside (``Fault.DIARY_TORN``). ``on_tally`` gets the
    counts at the start, after each episode, and after ``recount``. ``on_under_way`` gets the episode that was
    under way when the device was switched off, if there is one, and returns whether it is offered again; if
    not, it is ended as interrupted. All three are called on the writer's thread. ``wait(wake, seconds)``
    pauses between retries and returns early when ``wake`` is set. ``supervisor`` runs the thread. The writer
    owns the store; ``close`` closes it. No content of the file and no SQLite error ends the thread.
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
        """consecutive failures of ``_TROUBLE``"""
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
        """Queue a record. Never blocks."""
        self._add(effect)

    def recount(self) -> None:
        """Count again, for example after the clock was set or after midnight. Never blocks."""
        self._add(_Chore.COUNT)

    def flush(self, timeout: float) -> bool:
        """Wait until all jobs are done and synced; False if they are not after ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Write the queued records, then stop; False if one could not be written within ``timeout`` s."""
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
        """Whether the chore is queued and not yet begun. The job under way is still in the queue, but may
        have read the clock already."""
        under_way = 1 if chore is self._doing else 0
        return self._jobs.count(chore) > under_way

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                if self._try(job):
                    self._strike_out(job)
                elif not self._closing.is_set():
                    # a new record ends the pause of a chore
                    wake = self._called if isinstance(job, _Chore) else self._closing
                    self._wait(wake, pause_after(self._failures))
                elif isinstance(job, _Chore):
                    self._strike_out(job)
                else:
                    return
        finally:
            self._store.close()

    def _next(self) -> _Job | None:
        """Wait for the next job; None when closing and the queue is empty. ``_strike_out`` removes it.

        Jobs are taken in order, but after a failure records come before chores.
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
                self._jobs.remove(_Chore.LOOK)  # the open episode is now the one of that record
            if isinstance(job, EpisodeEnded) and _Chore.COUNT not in self._jobs:
                self._jobs.appendleft(_Chore.COUNT)
            self._changed.notify_all()

    def _try(self, job: _Job) -> bool:
        """Do a job; False if it must be retried."""
        try:
            with self._supervisor.busy():
                self._do(job)
        except Exception as error:  # no error may keep the next record from being written
            if isinstance(error, _TROUBLE) and not isinstance(error, _PERMANENT):
                self._store.close()  # the disk may be replaced: open and check the file again
                self._report_trouble(error)
                return False
            if isinstance(job, _Chore):
                log.exception("the diary could not %s", job.value)
            else:
                log.exception("left out of the diary: %r", job)
        finally:
            self._report_lost()
        if self._failures or self._stood_still:
            self._failures, self._stood_still = 0, False
            self._on_trouble(Fault.DISK, False)
        return True

    def _stands_still(self) -> None:
        """The thread died of an unexpected error and restarts with the same job, or it hangs in the disk."""
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

    def _report_trouble(self, error: Exception) -> None:
        """Log and post the first of consecutive failures."""
        self._failures += 1
        if self._failures == 1:
            log.warning(
                "the diary %s is not saved (%s); it is kept in memory and tried again: "
                "cramp-kiosk doctor says what to do",
                self._store.path,
                str(error).rstrip(".") or type(error).__name__,
            )
            self._on_trouble(Fault.DISK, True)

    def _report_lost(self) -> None:
        """Report each damaged diary that was put aside, and each unreadable row, once."""
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
