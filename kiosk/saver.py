"""What is saved is saved on a thread of its own: an SD card may take seconds, the night may not."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk.supervise import Supervisor, busy

log = logging.getLogger(__name__)

T = TypeVar("T")


class Saver(Generic[T]):
    """Saves what was put last; what was put before it and not begun is passed over.

    ``save`` runs on the saver's thread. Where it raises or hangs, ``on_trouble`` is called; what it did not
    save because it raised is tried again when ``supervisor`` starts the thread again.
    """

    def __init__(
        self, save: Callable[[T], None], supervisor: Supervisor, on_trouble: Callable[[], None]
    ) -> None:
        self._save = save
        self._wanted: T | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = supervisor.start("settings", self._run, on_death=on_trouble, on_hang=on_trouble)

    def put(self, what: T) -> None:
        """Save this. Returns at once."""
        with self._changed:
            self._wanted = what
            self._changed.notify()

    def close(self, timeout: float = 3.0) -> None:
        """Save what is left, within ``timeout`` seconds, then stop; what could not be saved is logged."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.retire()
        self._thread.join(timeout)
        if self._wanted is not None:
            log.error("the last change of the settings was not saved")

    def _run(self) -> None:
        while (what := self._next()) is not None:
            with busy():
                self._save(what)
            with self._changed:
                if self._wanted is what:
                    self._wanted = None

    def _next(self) -> T | None:
        """Wait for something to save; None when closing and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted is not None or self._closing)
            return self._wanted
