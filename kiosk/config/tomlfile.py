"""Reads and writes TOML files: the cost is bounded before parsing, and a file is replaced atomically."""

import codecs
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from kiosk.config.tomlsyntax import DEEPEST, explain, too_deep
from kiosk.core.errors import KioskError
from kiosk.files import at_home, read_file, replace_file
from kiosk.i18n import N_, _

MOST = 64 * 1024
"""largest file that is read, in bytes. The start waits for it; files written by hand have a tenth of that."""

#: Folder of the settings and techniques that the administrator provides for all users.
SYSTEM = Path("/etc/cramp-kiosk")


class TomlError(KioskError):
    """A file that cannot be read at all.

    ``tell`` returns the sentence: which file, where, and why. It is called when the sentence is needed and
    not before, because the owner's language may be set in a file that is read after this one.
    """

    def __init__(self, tell: Callable[[], str]) -> None:
        super().__init__()
        self.tell = tell

    def __str__(self) -> str:
        return self.tell()


class ForbiddenError(TomlError):
    """A file that this user may not read."""


_UNREADABLE = N_("{file} cannot be read: {reason}.")
_TOO_LONG = N_("{file} is too long: a file may have 64 kB ({most} bytes). Take out what is not needed.")
_NO_TEXT = N_("{file}, line {line}: this is not text in UTF-8. Save the file anew, as UTF-8.")
_TOO_DEEP = N_(
    "{file}, line {line}: this goes more than {most} deep, by brackets inside brackets or by points "
    "in a name. Nothing needs that here; take it apart."
)
_TOO_MANY_DIGITS = N_("{file}, line {line}: this number is far too long. Example: minutes = 15")


def own_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """This user's folder for settings and techniques: under systemd the service's state folder, otherwise
    ``cramp-kiosk`` in the XDG configuration folder."""
    if state := environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0])
    return at_home(environ.get("XDG_CONFIG_HOME") or "~/.config") / "cramp-kiosk"


def passed_over(place: Path) -> str:
    """The sentence for an optional file or folder that this user may not read."""
    return _("{file} is not yours to read; everything goes on without it.").format(file=place)


def dangling(link: Path) -> str:
    """The sentence for a symbolic link whose target does not exist."""
    sentence = _("{file} is a link that leads nowhere. Bring back what it leads to, or take the link away.")
    return sentence.format(file=link)


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ``TomlError``, ``ForbiddenError`` if this user may not read it, and
    ``FileNotFoundError``.

    Time and memory are linear in the length of the file, which is at most ``MOST``.
    """
    return parse(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a TOML file. Raises as ``read`` does."""
    try:
        found = read_file(path, MOST + 1)
    except FileNotFoundError as error:
        if path.is_symlink():  # somebody meant the file to exist
            raise TomlError(partial(dangling, path)) from error
        raise
    except OSError as error:
        kind = ForbiddenError if isinstance(error, PermissionError) else TomlError
        reason = error.strerror or str(error)
        raise kind(partial(_say, _UNREADABLE, file=path, reason=reason)) from error
    if len(found) > MOST:
        raise TomlError(partial(_say, _TOO_LONG, file=path, most=MOST))
    try:
        # Editors on Windows write a byte order mark.
        return found.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        raise TomlError(partial(_say, _NO_TEXT, file=path, line=line)) from error


def parse(text: str, file: object) -> dict[str, Any]:
    """The tables of a TOML text. Raises ``TomlError``, which names ``file``."""
    if line := too_deep(text):
        raise TomlError(partial(_say, _TOO_DEEP, file=file, line=line, most=DEEPEST))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(partial(explain, error, text, file)) from error
    except ValueError as error:  # Python converts at most 4300 digits (sys.int_info)
        number = re.search(r"(?<![0-9_])[0-9][0-9_]{4000}", text)
        line = text.count("\n", 0, number.start() if number else 0) + 1
        raise TomlError(partial(_say, _TOO_MANY_DIGITS, file=file, line=line)) from error


def _say(sentence: str, **what: object) -> str:
    return _(sentence).format(**what)


def emit(value: object) -> str:
    """A value as TOML text; tables are inline, ``None`` in a table is left out. Raises ``TypeError`` for a
    type that TOML does not have."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # A JSON string is a valid TOML string, except that TOML requires DEL to be escaped.
            return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
        case int() if value >= 1 << 63:
            return hex(value)  # of any length; Python writes at most 4300 decimal digits
        case int() | float():
            return repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case tuple() | list():
            return "[" + ", ".join(map(emit, value)) + "]"
        case dict():
            pairs = (f"{emit_key(key)} = {emit(each)}" for key, each in value.items() if each is not None)
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
    raise TypeError(f"a settings tree holds no {type(value).__name__}")


def emit_key(key: str) -> str:
    """A key as TOML text, in quotes if it needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else emit(key)


def write(path: Path, text: str) -> None:
    """Replace a file atomically: after a power cut it has the old text or the new one, never a part.

    Its mode is 0600, as it may be about someone's health. Missing folders are created. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
