"""The owner's settings while the kiosk runs: in force, changed on the screen, saved, and whether all is right
with them."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from kiosk.config.changes import Change, meant, replay, save
from kiosk.config.settings import Found, Settings, SettingsError, careful, find, places
from kiosk.config.tomlfile import write
from kiosk.core.rules import Condition
from kiosk.core.technique import MINUTE, Ms
from kiosk.files import Stamp, read_file, stamp
from kiosk.i18n import _

log = logging.getLogger(__name__)

#: What could not be saved is tried again after this.
RETRY_AFTER: Ms = MINUTE
#: Bytes that are read of the answers that wait; all of them are fewer.
_MOST_YES = 1000


class Keeper:
    """Keeps what the files say (``found``) and what was changed since. ``now``: a clock in ms.

    Files that somebody changes while the kiosk runs are obeyed before anything is saved in them; what was
    changed on the screen is changed in what they say now.

    While the health answers are doubtful the night goes by all of them, which is never written. The doubt is
    over when the files are mended, or when all the questions were answered on the screen; the answers are
    written then, together. Of a few of them each yes is kept when the files are mended; until it is written
    it waits in a file beside the user's own, should the device go off before. ``change`` and the
    properties never wait and may be called from any thread; ``save`` and ``look`` wait for the disk and
    belong to one thread.
    """

    def __init__(self, found: Found, now: Callable[[], Ms]) -> None:
        self._lock = Lock()
        self._now = now
        self._where = found.where or places()
        self._found = found
        """what was obeyed last"""
        self._base = found.settings
        """what is saved, as far as it is obeyed"""
        self._waiting = self._where[-1].with_name(f"{self._where[-1].name}.yes")
        self._changes: list[Change] = [Change("yes", name) for name in _read_yes(self._waiting)]
        """not saved yet, in their order"""
        self._laid_by = _yes(self._changes)
        """what is in the file ``_waiting``"""
        self._settings = replay(self._base, self._changes)
        """what is saved, with what was changed since"""
        self._is_new = bool(self._changes)
        self._doubtful = found.doubtful
        self._files_doubtful = found.doubtful
        self._problems = found.problems
        self._failed_at: Ms | None = None
        self._told = ""
        self._seen = found.stamps or self._stamps()

    @property
    def in_force(self) -> Settings:
        """What the night goes by."""
        with self._lock:
            return careful(self._settings) if self._doubtful else self._settings

    @property
    def faulty(self) -> bool:
        """Whether the files have mistakes, or what was changed could not be saved."""
        with self._lock:
            unsaved = self._failed_at is not None or any(map(self._is_held, self._changes))
            return unsaved or bool(self._problems)

    def change(self, key: str, value: str, techniques: Sequence[str]) -> None:
        """Change one setting, see ``changes.change``. Raises ``SettingsError``."""
        with self._lock:
            made = meant(self._settings, key, value, techniques)
            self._settings = made.on(self._settings)
            self._changes.append(made)
            if _is_all(self._changes):
                self._doubtful = False

    def save(self) -> None:
        """Write what is not saved yet, and see whether the files are right now. Never raises."""
        self.look()
        with self._lock:
            changes = list(self._changes)
            if not _is_all(changes):  # a few would pass for all
                changes = [each for each in changes if not self._is_held(each)]
        if changes:
            self._write(changes)
            self.look()
        self._lay_by()

    def _lay_by(self) -> None:
        """Keep each yes that is not written yet where the next start finds it."""
        with self._lock:
            said, self._is_new = _yes(self._changes), False
        if said == self._laid_by:
            return
        try:
            if said:
                write(self._waiting, "".join(f"{name}\n" for name in said))
            else:
                self._waiting.unlink(missing_ok=True)
        except OSError as error:
            told = _("{file} cannot be written: {reason}.")
            log.warning(told.format(file=self._waiting, reason=error.strerror))
        else:
            self._laid_by = said

    def _write(self, changes: list[Change]) -> None:
        try:
            save(changes, self._where[-1], self._base, anew=_is_all(changes))
        except SettingsError as error:
            if str(error) != self._told:
                self._told = str(error)
                log.warning("%s", error)
            with self._lock:
                self._failed_at = self._now()
            return
        self._told = ""
        saved = {id(each) for each in changes}
        with self._lock:
            self._failed_at = None
            self._base = replay(self._base, changes)
            self._changes = [each for each in self._changes if id(each) not in saved]

    def is_due(self) -> bool:
        """Whether ``save`` may find something new. Costs nothing while all is well, else one stat a file."""
        if self._is_new:
            return True
        if not (self.faulty or self._doubtful):
            return False
        late = self._failed_at is not None and self._now() >= self._failed_at + RETRY_AFTER
        return late or self._stamps() != self._seen

    def look(self) -> None:
        """Read the files again if they are others than before. As soon as nothing in them is in doubt they
        are in force, with what was changed since."""
        if self._stamps() == self._seen:
            return
        found = find(self._where)
        problems = found.problems
        with self._lock:
            in_doubt = self._doubtful or self._files_doubtful
            self._seen, self._files_doubtful = found.stamps, found.doubtful
            if not found.doubtful:
                if in_doubt and not _is_all(self._changes):
                    self._changes = _without_doubt(self._changes)
                    self._settings = replay(self._base, self._changes)
                # a file that broke while the kiosk runs says nothing better than what it said before
                if found.unread <= self._found.unread:
                    self._obey(found)
            news = [problem for problem in problems if problem not in self._problems]
            self._problems = problems
        for problem in news:
            log.warning("%s", problem)

    def _obey(self, found: Found) -> None:
        settings = found.settings
        if ("health", "conditions") not in found.sources:  # answers do not go because a file went
            settings = msgspec.structs.replace(settings, health=self._base.health)
        self._found, self._base, self._doubtful = found, settings, False
        self._settings = replay(settings, self._changes)

    def _is_held(self, change: Change) -> bool:
        """Whether it is one of a few answers that cannot be written yet: nobody knows what others stand in
        the files, or, of those that were said since, whether a no is newer than what is not in force yet."""
        if self._files_doubtful:
            return _is_answer(change)
        return self._doubtful and change.key == "condition"

    def _stamps(self) -> tuple[Stamp, ...]:
        return tuple(map(stamp, self._where))


def _is_answer(change: Change) -> bool:
    return change.key in {"condition", "yes"}


def _answers(changes: Sequence[Change]) -> dict[str, str]:
    """What was answered last to each question about health: "yes" or "no"."""
    said = (change.value.partition("=") for change in changes if _is_answer(change))
    return {name: answer or "yes" for name, _equals, answer in said}


def _yes(changes: Sequence[Change]) -> list[str]:
    """Those that were answered with yes."""
    return sorted(name for name, answer in _answers(changes).items() if answer == "yes")


def _read_yes(path: Path) -> list[str]:
    """Each yes that waits in this file."""
    try:
        words = read_file(path, _MOST_YES).decode(errors="replace").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror))
        return []
    return sorted({*words} & {each.value for each in Condition})


def _is_all(changes: Sequence[Change]) -> bool:
    """Whether every question about health is answered."""
    return len(_answers([each for each in changes if each.key == "condition"])) == len(Condition)


def _without_doubt(changes: Sequence[Change]) -> list[Change]:
    """The changes, and of answers that are not all there each yes: who said it meant it, while a no may be
    older than what the files say now."""
    kept = [change for change in changes if not _is_answer(change)]
    return kept + [Change("yes", name) for name in _yes(changes)]
