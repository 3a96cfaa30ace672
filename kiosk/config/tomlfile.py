"""TOML files read and written: what a file costs is bounded before it is parsed, and no file is torn."""

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
"""bytes of a file; a person's own are a tenth of that. A start waits for all that is read."""

#: Where whoever runs this machine puts settings and techniques for everyone.
SYSTEM = Path("/etc/cramp-kiosk")


class TomlError(KioskError):
    """A file that cannot be read at all. ``tell`` says which, where and why in one sentence, in the language
    of the moment: what the settings' is may stand in a file that is read after this one."""

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
    """Where this user's own files are: under systemd the service's state folder, else XDG's."""
    if state := environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0])
    return at_home(environ.get("XDG_CONFIG_HOME") or "~/.config") / "cramp-kiosk"


def passed_over(place: Path) -> str:
    """The sentence for a file or folder that this user may not read where it can be done without."""
    return _("{file} is not yours to read; everything goes on without it.").format(file=place)


def dangling(link: Path) -> str:
    """The sentence for a link whose end is not there."""
    told = _("{file} is a link that leads nowhere. Bring back what it leads to, or take the link away.")
    return told.format(file=link)


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ``TomlError``; a missing file is the caller's to judge.

    Its time and memory grow with the length of the file alone, and that is at most ``MOST``.
    """
    return parse(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a TOML file. Raises as ``read`` does."""
    try:
        found = read_file(path, MOST + 1)
    except FileNotFoundError as error:
        if path.is_symlink():  # it is meant to be there
            raise TomlError(partial(dangling, path)) from error
        raise
    except OSError as error:
        kind = ForbiddenError if isinstance(error, PermissionError) else TomlError
        reason = error.strerror or str(error)
        raise kind(partial(_say, _UNREADABLE, file=path, reason=reason)) from error
    if len(found) > MOST:
        raise TomlError(partial(_say, _TOO_LONG, file=path, most=MOST))
    try:
        # Editors on Windows begin a file with a mark.
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
    except ValueError as error:  # Python's own limit, 4300 digits
        number = re.search(r"(?<![0-9_])[0-9][0-9_]{4000}", text)
        line = text.count("\n", 0, number.start() if number else 0) + 1
        raise TomlError(partial(_say, _TOO_MANY_DIGITS, file=file, line=line)) from error


def _say(sentence: str, **what: object) -> str:
    return _(sentence).format(**what)


def emit(value: object) -> str:
    """A value of a settings tree, or of a file that was read, as TOML; tables inline, ``None`` left out."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # Every JSON string is a TOML one, but for DEL, which TOML wants escaped.
            return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
        case int() if value >= 1 << 63:
            return hex(value)  # of any length, where Python writes no more than 4300 decimal digits
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
    """A key, in quotes where TOML needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else emit(key)


def write(path: Path, text: str) -> None:
    """Replace a file as a whole: after a power cut it holds the old text or the new, never a part.

    Readable by its owner only, as it may tell about someone's health. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
