"""``cramp-kiosk setup``: what the Raspberry Pi's firmware must be told, shown, asked, written, undone."""

import difflib
import errno
import sys
from collections.abc import Callable
from pathlib import Path

from kiosk.devices.conflicts import find
from kiosk.devices.pins import Pins
from kiosk.files import read_file, replace_file
from kiosk.setup_config import (
    ConfigError,
    Needs,
    NoConfigError,
    has_block,
    missing,
    refuse_strange,
    with_block,
    without_block,
)
from kiosk.words import _

#: Since Bookworm the firmware's files are in the first place; there the second only says so.
PLACES = ("boot/firmware/config.txt", "boot/config.txt")
_MODELS = ("proc/device-tree/model", "sys/firmware/devicetree/base/model")

OK, FAILED, WRONG = 0, 1, 2

Say = Callable[[str], None]
Ask = Callable[[str], bool | None]
"""asks a yes-or-no question; None: there is nobody to answer"""


def board(root: Path = Path("/")) -> str:
    """The board as its device tree names it, such as "Raspberry Pi 5 Model B Rev 1.0"; "" if unknown."""
    for place in _MODELS:
        try:
            return (root / place).read_bytes().rstrip(b"\0\n").decode(errors="replace")
        except OSError:
            continue
    return ""


def find_config(root: Path = Path("/")) -> Path | None:
    """The firmware's settings file; None if there is none."""
    return next((root / place for place in PLACES if (root / place).is_file()), None)


def read_config(path: Path) -> str:
    """The file as text from which every byte can be written back. Raises ``OSError``."""
    return read_file(path).decode(errors="surrogateescape")


def ask_person(question: str) -> bool | None:
    """Ask at the terminal; anything but yes is no. None where nobody sits at one.

    The question goes to standard error: what is printed may be for a machine.
    """
    if not sys.stdin.isatty():
        return None
    print(f"{question} [{_('y')}/N] ", end="", file=sys.stderr, flush=True)
    try:
        answer = input()
    except EOFError:
        return False
    return answer.strip().lower() in {_("y"), _("yes")}


class Setup:
    """One run of the command. ``file``: another ``config.txt`` than this device's, such as one on a card
    in a reader. ``say`` prints a line for the person, ``warn`` one about a problem."""

    def __init__(
        self,
        needs: Needs,
        *,
        root: Path = Path("/"),
        file: Path | None = None,
        ask: Ask = ask_person,
        say: Say = print,
        warn: Say = lambda line: print(line, file=sys.stderr),
    ) -> None:
        self._needs = needs
        self._file = file
        self._root = root
        self._ask, self._say, self._warn = ask, say, warn

    def run(self, *, undo: bool = False, yes: bool = False, dry_run: bool = False) -> int:
        """Change the file, or put it back as it was. Returns the exit code."""
        try:
            path = self._path()
            text = read_config(path)
            refuse_strange(text, path)
            plain = without_block(text)
            wanted = plain if undo else self._with_needs(plain)
        except ConfigError as error:
            self._warn(str(error))
            return WRONG if isinstance(error, NoConfigError) else FAILED
        except OSError as error:
            self._warn(_failed(error))
            return FAILED
        if wanted == text:
            self._say(
                _("{file} has nothing of cramp-kiosk in it.").format(file=path)
                if undo
                else _("{file} has everything that cramp-kiosk needs.").format(file=path)
            )
            return OK
        self._show(path, text, wanted, undo=undo)
        if dry_run:
            self._say(_("Nothing was changed."))
            return OK
        return self._write(path, text, wanted, yes=yes)

    def _path(self) -> Path:
        if self._file is not None:
            return self._file
        if "Raspberry Pi" not in board(self._root):
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

    def _with_needs(self, plain: str) -> str:
        lines = missing(plain, self._needs)
        return with_block(plain, lines) if lines else plain

    def _show(self, path: Path, text: str, wanted: str, *, undo: bool) -> None:
        old, new = (each.splitlines() for each in (text, wanted))
        for line in difflib.unified_diff(old, new, str(path), str(path), lineterm="", n=2):
            self._say(line.encode(errors="surrogateescape").decode(errors="replace"))
        self._say("")
        if not undo:
            for remark in self._remarks(wanted):
                self._say(remark)

    def _remarks(self, wanted: str) -> list[str]:
        """What will still be in the way."""
        pins = Pins(**{name: getattr(self._needs, name) for name in Pins.__struct_fields__})
        remarks = find(pins, wanted, board(self._root) if self._file is None else "")
        if self._needs.pwm and "Raspberry Pi 5" in board(self._root):
            remarks.append(
                _(
                    "On a Pi 5 this needs a recent system; "
                    "after the restart cramp-kiosk doctor says whether the PWM hardware is there."
                )
            )
        return remarks

    def _write(self, path: Path, text: str, wanted: str, *, yes: bool) -> int:
        if not yes:
            answer = self._ask(_("Write this to {file}?").format(file=path))
            if answer is None:
                self._warn(_("Nobody can answer here: say --yes to write it, or --dry-run to only look."))
                return FAILED
            if not answer:
                self._say(_("Nothing was changed."))
                return FAILED
        backup = path.with_name(f"{path.name}.before-cramp-kiosk")
        try:
            mode = path.stat().st_mode & 0o777
            if not has_block(text) or not backup.exists():
                replace_file(backup, _bytes(without_block(text)), mode)
            replace_file(path, _bytes(wanted), mode)
        except OSError as error:
            self._warn(_failed(error))
            return FAILED
        self._say(_("Written. As it was before cramp-kiosk, it is in {file}.").format(file=backup))
        self._say(_("Restart the device for this to take effect: sudo reboot"))
        return OK


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _failed(error: OSError) -> str:
    if error.errno in {errno.EACCES, errno.EPERM}:
        return _("{file} may not be changed by this user; try again with sudo.").format(file=error.filename)
    if error.errno == errno.EROFS:
        return _("{file} is on a disk that is read-only: make it writable, then try again.").format(
            file=error.filename
        )
    return _("{file} cannot be used: {reason}.").format(file=error.filename, reason=error.strerror)
