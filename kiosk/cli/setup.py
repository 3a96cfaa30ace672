"""``cramp-kiosk setup``: add what the kiosk needs to the firmware's config.txt, or take it out (``--undo``).

The change is shown as a diff and written after a question.
"""

import argparse
import difflib
import errno
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from kiosk.cli.ask import ask_person
from kiosk.cli.owner import read_settings
from kiosk.cli.streams import FAILED, OK, WRONG, complain
from kiosk.config import config_txt
from kiosk.config.config_txt import PLACES
from kiosk.config.conflicts import doubts, find
from kiosk.config.firmware import (
    ConfigError,
    Needs,
    WrongFileError,
    absent_overlays,
    board,
    find_config,
    is_generated,
    keep_pwm,
    missing,
    refuse_strange,
    where_overlays_are,
    without_block,
)
from kiosk.config.settings import wiring
from kiosk.i18n import _

Say = Callable[[str], None]
Ask = Callable[[str], bool | None]
"""asks a yes-or-no question; None: nobody is there to answer"""


class _Change(NamedTuple):
    """A file, its text, and the text it should have."""

    path: Path
    text: str
    wanted: str


class Setup:
    """One run of the command.

    ``root``: prefix of /boot and /proc, for tests. ``file``: another ``config.txt`` than this device's, such
    as one on a card in a reader. ``say`` prints a line of output, ``warn`` a line about a problem.
    """

    def __init__(
        self,
        needs: Needs,
        *,
        root: Path = Path("/"),
        file: Path | None = None,
        ask: Ask = ask_person,
        say: Say = print,
        warn: Say = lambda line: complain([line]),
    ) -> None:
        self._needs = needs
        self._file = file
        self._root = root
        self._model = board(root) if file is None else ""
        self._ask, self._say, self._warn = ask, say, warn

    def run(self, *, undo: bool = False, yes: bool = False, dry_run: bool = False) -> int:
        """Add our block to the file, or with ``undo`` take it out. ``yes`` does not ask; ``dry_run`` only
        shows.

        Returns the exit code: 0 written, or nothing to do; 1 not written; 2 the file is no ``config.txt`` or
        is not there.
        """
        config = self._file or Path("config.txt")
        try:
            config = self._path()
            changes = self._removals(config) if undo else self._additions(config)
        except ConfigError as error:
            self._warn(str(error))
            return WRONG if isinstance(error, WrongFileError) else FAILED
        except OSError as error:
            self._warn(_failed(error, config))
            return WRONG if isinstance(error, FileNotFoundError) and self._file is not None else FAILED
        changes = [each for each in changes if each.text != each.wanted]
        if not changes:
            sentence = (
                _("{file} has nothing of cramp-kiosk in it.")
                if undo
                else _("{file} has everything that cramp-kiosk needs.")
            )
            self._say(sentence.format(file=config))
            if not undo and (hint := self._regenerate_hint(config)):
                self._say(hint)
            return OK
        for change in changes:
            self._show(change)
        if not undo:
            for remark in self._remarks(config, changes[0].wanted):
                self._say(remark)
        if dry_run:
            self._say(_("Nothing was changed."))
            return OK
        codes = [self._write(change, config, undo=undo, yes=yes) for change in changes]
        return max(codes)

    def _path(self) -> Path:
        if self._file is not None:
            return self._file
        if "Raspberry Pi" not in self._model:
            raise ConfigError(
                _(
                    "This is not a Raspberry Pi, so there is nothing to set up. "
                    "For a card in a reader: cramp-kiosk setup --file PLACE/config.txt."
                )
            )
        path = find_config(self._root)
        if path is None:
            raise ConfigError(
                _("There is no {first} and no {second}: mount the boot partition, then try again.").format(
                    first=self._root / PLACES[0], second=self._root / PLACES[1]
                )
            )
        return path

    def _additions(self, config: Path) -> list[_Change]:
        path, text = config, config_txt.read(config)
        refuse_strange(text, config)
        plain = without_block(text, config)
        if is_generated(text):
            path = self._persistent_file(config)
            text = config_txt.read(path) if path.is_file() else ""
            plain = without_block(text, path)
        self._needs = keep_pwm(text, self._needs)
        lines = missing(plain, self._needs, self._model)
        wanted = config_txt.with_block(plain, lines) if lines else plain
        # If only the owner's own lines follow our block, it need not move to the end.
        if config_txt.block(text) == config_txt.block(wanted) and not missing(text, self._needs, self._model):
            wanted = text
        return [_Change(path, text, wanted)]

    def _persistent_file(self, config: Path) -> Path:
        """The file whose lines survive when Debian's package raspi-firmware regenerates ``config``. Raises
        ``ConfigError`` for a card in a reader, whose root file system is not at hand."""
        if self._file is None:
            return self._root / PLACES[-1]
        raise ConfigError(
            _(
                "{file} is written anew at each upgrade of Debian's kernel or firmware: run cramp-kiosk "
                "setup on the device itself, or put the lines into /{lasting} there."
            ).format(file=config, lasting=PLACES[-1])
        )

    def _removals(self, config: Path) -> list[_Change]:
        text = config_txt.read(config)
        refuse_strange(text, config)
        paths = [config] if self._file is not None else config_txt.places(self._root)
        texts = {path: config_txt.read(path) for path in paths}
        return [_Change(path, text, without_block(text, path)) for path, text in texts.items()]

    def _regenerate_hint(self, config: Path) -> str:
        """What to do if raspi-firmware must still copy our lines into config.txt; "" if nothing."""
        text = config_txt.read(config)
        if not is_generated(text) or not missing(text, self._needs, self._model):
            return ""
        return _("Let Debian write {file} anew: sudo update-initramfs -u -k all").format(file=config)

    def _show(self, change: _Change) -> None:
        path = str(change.path)
        old, new = (
            [row.rstrip("\r\n") for row in config_txt.split(text)] for text in (change.text, change.wanted)
        )
        for line in difflib.unified_diff(old, new, path, path, lineterm="", n=2):
            self._say(line.encode(errors="surrogateescape").decode(errors="replace"))
        self._say("")

    def _remarks(self, config: Path, wanted: str) -> list[str]:
        """Sentences about what will still conflict with our pins after the change."""
        remarks = find(self._needs, wanted, self._model) + doubts(wanted, self._model)
        if absent := absent_overlays(config, config_txt.block(wanted)):
            remarks += [*absent, where_overlays_are()]
        if self._needs.pwm and "Raspberry Pi 5" in self._model:
            remarks.append(
                _(
                    "On a Pi 5 this needs a recent system; "
                    "after the restart cramp-kiosk doctor says whether the PWM hardware is there."
                )
            )
        return remarks

    def _write(self, change: _Change, config: Path, *, undo: bool, yes: bool) -> int:
        path, text, wanted = change
        if not yes:
            answer = self._ask(_("Write this to {file}?").format(file=path))
            if answer is None:
                self._warn(_("Nobody can answer here: say --yes to write it, or --dry-run to only look."))
                return FAILED
            if not answer:
                self._say(_("Nothing was changed."))
                return FAILED
        backup = config_txt.backup_of(path)
        try:
            if undo:
                config_txt.put_back(path, wanted)
            else:
                if path.exists() and (not config_txt.has_block(text) or not backup.exists()):
                    config_txt.write(backup, config_txt.without_block(text))
                config_txt.write(path, wanted)
        except OSError as error:
            self._warn(_failed(error, path))
            return FAILED
        if undo:
            self._say(_("Written. {file} is without the lines of cramp-kiosk.").format(file=path))
        else:
            self._say(_("Written."))
        if backup.exists():
            self._say(_("As it was before cramp-kiosk, it is in {file}.").format(file=backup))
        if not undo and (hint := self._regenerate_hint(config)):
            self._say(hint)
        self._say(_("Restart the device for this to take effect: sudo reboot"))
        return OK


def _failed(error: OSError, path: Path) -> str:
    if error.errno in {errno.EACCES, errno.EPERM}:
        return _("{file} may not be changed by this user; try again with sudo.").format(file=path)
    if error.errno == errno.EROFS:
        return _("{file} is on a disk that is read-only: make it writable, then try again.").format(file=path)
    return _("{file} cannot be used: {reason}.").format(file=path, reason=error.strerror)


def run(chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code, see ``Setup.run``."""
    pins = wiring(read_settings().in_force.pins)
    needs = Needs(**msgspec.structs.asdict(pins), pwm=chosen.pwm)
    return Setup(needs, file=chosen.file).run(undo=chosen.undo, yes=chosen.yes, dry_run=chosen.dry_run)
