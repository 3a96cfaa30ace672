"""Saves settings on a thread of its own: writing to an SD card may take seconds, and the conductor must not
wait."""

import logging
import threading
from collections.abc import Callable

from kiosk.runtime.supervision import Supervisor

log = logging.getLogger(__name__)


class Saver:
    """Calls ``save`` on its own thread after each ``ask``; requests that come before it starts are one call.

    ``save`` finds out by itself what there is to save. If it raises or hangs, ``on_trouble`` is called; after
    an exception it is called again when ``supervisor`` restarts the thread.
    """

    def __init__(
        self, save: Callable[[], None], supervisor: Supervisor, on_trouble: Callable[[], None]
    ) -> None:
        self._save = save
        self._asked = self._saved = 0
        """number of requests, and of those that are done"""
        self._closing = False
        self._changed = threading.Condition()
        self._supervisor = supervisor
        self._thread = supervisor.start("settings", self._run, on_death=on_trouble, on_hang=on_trouble)

    def ask(self) -> None:
        """Request a save. From any thread; does not wait for it."""
        with self._changed:
            self._asked += 1
            self._changed.notify()

    def close(self, timeout: float = 3.0) -> None:
        """Wait up to ``timeout`` seconds for requested saves, then stop. Log an error if one is still
        missing."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.retire()
        self._thread.join(timeout)
        if self._saved != self._asked:
            log.error("the last change of the settings was not saved")

    def _run(self) -> None:
        while asked := self._next():
            with self._supervisor.busy():
                self._save()
            with self._changed:
                self._saved = asked

    def _next(self) -> int:
        """Wait for a request; return the number of requests so far, or 0 when closing with nothing left."""
        with self._changed:
            self._changed.wait_for(lambda: self._saved != self._asked or self._closing)
            return self._asked if self._saved != self._asked else 0
