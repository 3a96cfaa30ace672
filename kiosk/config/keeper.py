"""The owner's settings while the kiosk runs: which are in force, changes made on the screen, saving, and
faults."""

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

#: Pause before a failed save is retried.
RETRY_AFTER: Ms = MINUTE
#: Largest size of ``config.toml.yes`` that is read, in bytes; the names of all conditions are shorter.
_MOST_YES = 1000


class Keeper:
    """Keeps the settings that the files have (``found``) and the changes made since. ``now``: a clock in ms.

    Before a save the files are read again: if somebody edited them meanwhile, that comes into force, and the
    change is applied to it.

    While the health answers are doubtful, all conditions count as present; that is never written. The doubt
    ends when the files are corrected, or when all questions were answered on the screen; then the answers are
    written together. If only some were answered when the files are corrected, each yes of them is kept and
    each no is dropped. Until it can be written, a yes is stored in a file beside the user's own, so that it
    survives a power cut.

    ``change`` and the properties never block and may be called from any thread; ``save`` and ``look`` wait
    for the disk and belong to one thread.
    """

    def __init__(self, found: Found, now: Callable[[], Ms]) -> None:
        self._lock = Lock()
        self._now = now
        self._where = found.where or places()
        self._found = found
        """the files' contents that came into force last"""
        self._base = found.settings
        """the saved settings that are in force"""
        self._yes_file = self._where[-1].with_name(f"{self._where[-1].name}.yes")
        self._changes: list[Change] = [Change("yes", name) for name in _read_yes(self._yes_file)]
        """changes not saved yet, in order"""
        self._stored_yeses = _yes(self._changes)
        """the contents of the file ``_yes_file``"""
        self._settings = replay(self._base, self._changes)
        """``_base`` with ``_changes`` applied"""
        self._is_new = bool(self._changes)
        self._doubtful = found.doubtful
        self._files_doubtful = found.doubtful
        self._problems = found.problems
        self._failed_at: Ms | None = None
        self._logged = ""
        self._seen = found.stamps or self._stamps()

    @property
    def in_force(self) -> Settings:
        """The settings in force; with all health conditions while the answers are doubtful."""
        with self._lock:
            return careful(self._settings) if self._doubtful else self._settings

    @property
    def faulty(self) -> bool:
        """Whether the files have mistakes, or a change could not be saved."""
        with self._lock:
            unsaved = self._failed_at is not None or any(map(self._is_held, self._changes))
            return unsaved or bool(self._problems)

    def change(self, key: str, value: str, techniques: Sequence[str]) -> None:
        """Change one setting at once, without saving it; see ``changes.change``. Raises ``SettingsError``."""
        with self._lock:
            made = meant(self._settings, key, value, techniques)
            self._settings = made.on(self._settings)
            self._changes.append(made)
            if _is_all(self._changes):
                self._doubtful = False

    def save(self) -> None:
        """Write unsaved changes, and check whether the files have mistakes now. Never raises; a failure is
        logged, makes ``faulty`` true, and is retried."""
        self.look()
        with self._lock:
            changes = list(self._changes)
            if not _is_all(changes):  # some answers alone would look like a complete set
                changes = [each for each in changes if not self._is_held(each)]
        if changes:
            self._write(changes)
            self.look()
        self._store_yeses()

    def _store_yeses(self) -> None:
        """Store each unwritten yes in the file ``_yes_file``, which the next start reads."""
        with self._lock:
            said, self._is_new = _yes(self._changes), False
        if said == self._stored_yeses:
            return
        try:
            if said:
                write(self._yes_file, "".join(f"{name}\n" for name in said))
            else:
                self._yes_file.unlink(missing_ok=True)
        except OSError as error:
            sentence = _("{file} cannot be written: {reason}.")
            log.warning(sentence.format(file=self._yes_file, reason=error.strerror))
        else:
            self._stored_yeses = said

    def _write(self, changes: list[Change]) -> None:
        try:
            save(changes, self._where[-1], self._base, anew=_is_all(changes))
        except SettingsError as error:
            if str(error) != self._logged:
                self._logged = str(error)
                log.warning("%s", error)
            with self._lock:
                self._failed_at = self._now()
            return
        self._logged = ""
        saved = {id(each) for each in changes}
        with self._lock:
            self._failed_at = None
            self._base = replay(self._base, changes)
            self._changes = [each for each in self._changes if id(each) not in saved]

    def is_due(self) -> bool:
        """Whether ``save`` must be called. Reads no file while there is no fault; otherwise calls stat once
        per file."""
        if self._is_new:
            return True
        if not (self.faulty or self._doubtful):
            return False
        late = self._failed_at is not None and self._now() >= self._failed_at + RETRY_AFTER
        return late or self._stamps() != self._seen

    def look(self) -> None:
        """Read the files again if one of them changed. If no health answer in them is doubtful, they come
        into force, with the unsaved changes applied. New mistakes are logged. Never raises."""
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
                # If a file became unreadable while the kiosk runs, its old contents stay in force.
                if found.unread <= self._found.unread:
                    self._take_over(found)
            news = [problem for problem in problems if problem not in self._problems]
            self._problems = problems
        for problem in news:
            log.warning("%s", problem)

    def _take_over(self, found: Found) -> None:
        settings = found.settings
        if ("health", "conditions") not in found.sources:  # a deleted file deletes no answers
            settings = msgspec.structs.replace(settings, health=self._base.health)
        self._found, self._base, self._doubtful = found, settings, False
        self._settings = replay(settings, self._changes)

    def _is_held(self, change: Change) -> bool:
        """Whether ``change`` is a health answer that cannot be written yet: the answers in the files are
        unknown, or (for a "condition") the files are corrected but not yet in force, so that a no may be
        older than they are."""
        if self._files_doubtful:
            return _is_answer(change)
        return self._doubtful and change.key == "condition"

    def _stamps(self) -> tuple[Stamp, ...]:
        return tuple(map(stamp, self._where))


def _is_answer(change: Change) -> bool:
    return change.key in {"condition", "yes"}


def _answers(changes: Sequence[Change]) -> dict[str, str]:
    """The latest answer to each health question: condition -> "yes" or "no"."""
    said = (change.value.partition("=") for change in changes if _is_answer(change))
    return {name: answer or "yes" for name, _equals, answer in said}


def _yes(changes: Sequence[Change]) -> list[str]:
    """The conditions whose latest answer is yes, sorted."""
    return sorted(name for name, answer in _answers(changes).items() if answer == "yes")


def _read_yes(path: Path) -> list[str]:
    """The conditions in the file of unwritten yeses, sorted; unknown words are ignored."""
    try:
        words = read_file(path, _MOST_YES).decode(errors="replace").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror))
        return []
    return sorted({*words} & {each.value for each in Condition})


def _is_all(changes: Sequence[Change]) -> bool:
    """Whether every health question was answered."""
    return len(_answers([each for each in changes if each.key == "condition"])) == len(Condition)


def _without_doubt(changes: Sequence[Change]) -> list[Change]:
    """The changes with an incomplete set of health answers reduced to its yeses: a no may be older than the
    corrected files."""
    kept = [change for change in changes if not _is_answer(change)]
    return kept + [Change("yes", name) for name in _yes(changes)]
