"""What is saved is saved on a thread of its own: an SD card may take seconds, the night may not."""

import logging
import threading
from collections.abc import Callable

from kiosk.runtime.supervision import Supervisor

log = logging.getLogger(__name__)


class Saver:
    """Saves when it is asked to; asked several times before it began, it does so once.

    ``save`` runs on the saver's thread, and finds out by itself what there is to save. Where it raises or
    hangs, ``on_trouble`` is called; what it did not save because it raised is tried again when ``supervisor``
    starts the thread again.
    """

    def __init__(
        self, save: Callable[[], None], supervisor: Supervisor, on_trouble: Callable[[], None]
    ) -> None:
        self._save = save
        self._asked = self._saved = 0
        """how often it was asked to save, and what of that is done"""
        self._closing = False
        self._changed = threading.Condition()
        self._supervisor = supervisor
        self._thread = supervisor.start("settings", self._run, on_death=on_trouble, on_hang=on_trouble)

    def ask(self) -> None:
        """Save what there is now. Returns at once."""
        with self._changed:
            self._asked += 1
            self._changed.notify()

    def close(self, timeout: float = 3.0) -> None:
        """Save what is left, within ``timeout`` seconds, then stop; what could not be saved is logged."""
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
        """Wait for something to save: how often that was asked by now; 0 when closing and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._saved != self._asked or self._closing)
            return self._asked if self._saved != self._asked else 0
