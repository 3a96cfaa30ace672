"""The thread that writes the diary: an fsync on an SD card may take half a second, the night may not."""

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.core.events import EpisodeEnded, Fault, Record, Tally
from kiosk.core.technique import Ms
from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
from kiosk.diary.summary import tally
from kiosk.supervise import Supervisor, busy

log = logging.getLogger(__name__)

#: Seconds between two tries while the disk is in trouble; the last one goes on.
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

#: Errors of the record itself: tried again, they come again.
_HOPELESS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError, ValueError)


class Writer:
    """Writes records to the store in order, on a thread of its own; keeps them while the disk cannot.

    ``wall_clock`` gives local time with its zone, ``mono_clock`` the ms that records are stamped with.
    ``on_trouble(fault, present)`` is told once when the disk stops and once when it works again, and
    when a torn diary was put aside. ``on_tally`` gets the counts at the start, after each episode,
    and when ``recount`` is called. Both are called on the writer's thread. ``wait(closing, seconds)``
    pauses between tries and ends early when ``closing`` is set. ``supervisor`` keeps the thread. The store
    belongs to the writer from here on; ``close`` closes it.
    """

    def __init__(
        self,
        store: Store,
        wall_clock: Callable[[], datetime],
        mono_clock: Callable[[], Ms],
        on_trouble: Callable[[Fault, bool], None],
        on_tally: Callable[[Tally], None],
        *,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._store = store
        self._wall_clock = wall_clock
        self._mono_clock = mono_clock
        self._on_trouble = on_trouble
        self._on_tally = on_tally
        self._wait = wait
        self._jobs: deque[Record | None] = deque([None])  # None: count
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._torn_told: Path | None = None
        self._stood_still = False
        self._thread = (supervisor or Supervisor()).start(
            "diary", self._run, on_death=self._stands_still, on_hang=self._stands_still
        )

    def put(self, effect: Record) -> None:
        """Keep this. Returns at once, always."""
        self._add(effect)

    def recount(self) -> None:
        """Count again, for example when the clock was set or midnight has passed. Returns at once."""
        self._add(None)

    def flush(self, timeout: float) -> bool:
        """Wait until everything is on the card; False if it is not after ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Write what is left, then stop; False if something could not be kept within ``timeout`` s."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
        self._thread.end()
        return self._thread.join(timeout) and not self._jobs

    def _add(self, job: Record | None) -> None:
        with self._changed:
            self._jobs.append(job)
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while self._work_to_do():
                job = self._jobs[0]  # stays there until it is done: only this thread takes away
                if not self._keep(job):
                    log.error("%d records of the diary could not be kept", len(self._jobs))
                    return
                with self._changed:
                    self._jobs.popleft()
                    if isinstance(job, EpisodeEnded):
                        self._jobs.appendleft(None)
                    self._changed.notify_all()
        finally:
            self._store.close()

    def _work_to_do(self) -> bool:
        """Wait for a job; False when closing and none is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closing.is_set())
            return bool(self._jobs)

    def _keep(self, job: Record | None) -> bool:
        """Do a job, however long the disk makes us wait; False only when closing in the meantime."""
        failures = 0
        while True:
            try:
                with busy():
                    self._do(job)
            except _HOPELESS:
                log.exception("left out of the diary: %r", job)
                break
            except (DiaryError, OSError, sqlite3.Error) as error:
                self._store.close()  # the disk may come back as another one: look at the file again
                if not failures:
                    log.warning(
                        "the diary %s is not saved (%s); it is kept in memory and tried again: "
                        "cramp-kiosk doctor says what to do",
                        self._store.path,
                        str(error).rstrip("."),
                    )
                    self._on_trouble(Fault.DISK, True)
                if self._closing.is_set():
                    return False
                self._wait(self._closing, BACK_OFF[min(failures, len(BACK_OFF) - 1)])
                failures += 1
            else:
                break
        if failures or self._stood_still:
            self._stood_still = False
            self._on_trouble(Fault.DISK, False)
        return True

    def _stands_still(self) -> None:
        """The thread died of something nobody foresaw, and starts again with the same job; or it is still
        waiting for the disk."""
        self._stood_still = True
        self._on_trouble(Fault.DISK, True)

    def _do(self, job: Record | None) -> None:
        wall, mono = self._wall_clock(), self._mono_clock()
        try:
            if job is None:
                self._store.settle(mono, wall)
                self._on_tally(tally(self._store.episodes(), wall))
            else:
                self._store.record(job, wall.astimezone(UTC) - timedelta(milliseconds=mono - job.at))
        finally:
            aside = self._store.put_aside
            if aside is not None and aside != self._torn_told:
                self._torn_told = aside
                log.warning(
                    "the diary %s was damaged and is now %s; a new one began: keep the old one, "
                    "parts of it may be read with sqlite3",
                    self._store.path,
                    aside,
                )
                self._on_trouble(Fault.DIARY_TORN, True)
