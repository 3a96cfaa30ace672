"""The owner's settings while the kiosk runs: in force, changed on the screen, saved, and whether all is right
with them."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from kiosk.core.rules import Condition
from kiosk.core.technique import MINUTE, Ms
from kiosk.settings import Found, Settings, SettingsError, careful, find, places
from kiosk.settings_changes import Edits, change, edits, overlay, save

log = logging.getLogger(__name__)

#: What could not be saved is tried again after this.
RETRY_AFTER: Ms = MINUTE


class Keeper:
    """Keeps what the files say (``found``) and what was changed since. ``now``: a clock in ms.

    While the health answers are doubtful the night goes by all of them, which is never written. The doubt is
    over when the files are mended, or when all the questions were answered on the screen; the answers are
    written then, together. ``change`` and the properties never wait and may be called from any thread;
    ``save`` and ``look`` wait for the disk and belong to one thread.
    """

    def __init__(self, found: Found, now: Callable[[], Ms]) -> None:
        self._lock = Lock()
        self._now = now
        self._where = found.where or places()
        self._settings = found.settings
        self._doubtful = found.doubtful
        self._answered: set[str] = set()
        """health questions answered since the answers became doubtful"""
        self._unsaved: dict[tuple[str, str], object] = {}
        self._problems = found.problems
        self._failed_at: Ms | None = None
        self._told = ""
        self._seen: tuple[tuple[int, ...] | None, ...] = ()
        """the files as they were when they were read last; at first that is not known"""

    @property
    def in_force(self) -> Settings:
        """What the night goes by."""
        with self._lock:
            return careful(self._settings) if self._doubtful else self._settings

    @property
    def faulty(self) -> bool:
        """Whether the files have mistakes, or what was changed could not be saved."""
        with self._lock:
            return bool(self._problems) or self._failed_at is not None

    def change(self, key: str, value: str, techniques: Sequence[str]) -> None:
        """Change one setting, see ``settings_changes.change``. Raises ``SettingsError``."""
        with self._lock:
            self._settings = change(self._settings, key, value, techniques)
            changed = edits(self._settings, key)
            if key == "condition" and self._doubtful:
                self._answered.add(value.partition("=")[0])
                if len(self._answered) < len(Condition):
                    return  # a few answers alone would pass for all of them
                self._doubtful = False
            self._unsaved |= changed

    def save(self) -> None:
        """Write what is not saved yet, and see whether the files are right now. Never raises."""
        with self._lock:
            changed = dict(self._unsaved)
        if changed:
            self._write(changed)
        self.look()

    def _write(self, changed: Edits) -> None:
        answered = len(self._answered) == len(Condition) and ("health", "conditions") in changed
        try:
            save(changed, self._where[-1], anew=answered)
        except SettingsError as error:
            if str(error) != self._told:
                self._told = str(error)
                log.warning("%s", error)
            with self._lock:
                self._failed_at = self._now()
            return
        self._told = ""
        with self._lock:
            self._failed_at = None
            if answered:
                self._answered.clear()
            for key, value in changed.items():
                if self._unsaved[key] == value:
                    del self._unsaved[key]

    def is_due(self) -> bool:
        """Whether ``save`` may find something new. Costs nothing while all is well, else one stat a file."""
        if not self.faulty:
            return False
        late = self._failed_at is not None and self._now() >= self._failed_at + RETRY_AFTER
        return late or self._stamp() != self._seen

    def look(self) -> None:
        """Read the files again. After mistakes in them: as soon as their health answers are known they are in
        force, with what was changed since."""
        self._seen = self._stamp()
        found = find(self._where)
        with self._lock:
            if self._problems and not found.doubtful:
                self._settings = overlay(found.settings, self._unsaved)
                self._doubtful = False
                self._answered.clear()
            news = [problem for problem in found.problems if problem not in self._problems]
            self._problems = found.problems
        for problem in news:
            log.warning("%s", problem)

    def _stamp(self) -> tuple[tuple[int, ...] | None, ...]:
        """What changes when one of the files does."""
        return tuple(map(_stamp, self._where))


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
