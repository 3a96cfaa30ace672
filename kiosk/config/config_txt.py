"""Parses the firmware's ``config.txt`` as the firmware does, and adds and removes our block.

Only a newline ends a line. A line that begins with ``#`` is a comment; a ``#`` after a setting is part of its
value. A name in brackets is a conditional filter (``[pi4]``, ``[EDID=...]``): a filter replaces an earlier
one of the same kind, filters of different kinds must all match, and ``[all]`` resets them. A ``dtparam`` is
applied to the last ``dtoverlay`` first; an empty ``dtoverlay=`` prevents that. (Raspberry Pi's documentation
of config.txt, "File format" and "Conditional filters", and of device trees, "DT parameters".)

Everything that reads or changes the file uses this module: ``setup``, its ``--undo``, the doctor, and the
purge of the package, which runs it when nothing else of the product is left (``systemd/debian/prerm``).
Therefore it imports only the standard library and ``kiosk.files``, which does the same.
"""

import errno
import itertools
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kiosk.files import read_file, replace_file

#: Files that may have our block, relative to the root. Since Bookworm the firmware reads the first one, and
#: the second one only says so. Debian's package raspi-firmware regenerates config.txt at each upgrade and
#: appends the third one.
PLACES = ("boot/firmware/config.txt", "boot/config.txt", "etc/default/raspi-firmware-custom")


#: Characters of a line that the firmware reads (78 before 2021). The rest is ignored, or read as another line
#: (raspberrypi/firmware#1669).
WIDTH = 98

#: Largest file in bytes, and most filters at once: both far above what the firmware accepts.
_MOST = 65_536
_KINDS = 50

#: Marks of our block; never translated, because programs search for them. ``_JOINED`` is appended to the
#: first one if the last line of the file had no newline, so that removing the block restores every byte.
_BEGIN = '# cramp-kiosk begin: taken out by "cramp-kiosk setup --undo"'
_JOINED = " (the line above had no end)"
_END = "# cramp-kiosk end"

#: Lines that we write into the block; any other line in it is the owner's.
_OURS = re.compile(r"\[all\]|dtparam=strict_gpiod|dtoverlay=(w1-gpio(,.*)?|pwm-2chan,.*)?|", re.ASCII)

#: Model filters, each with a pattern of the ``/proc/device-tree/model`` that it matches.
MODELS = {
    "pi0": r"Pi Zero", "pi0w": r"Pi Zero (2 )?W", "pi02": r"Pi Zero 2", "pi1": r"Pi Model|Pi 1|Module Rev",
    "pi2": r"Pi 2", "pi3": r"Pi 3|Module 3", "pi3+": r"Pi 3 Model . Plus", "pi4": r"Pi 4|Module 4",
    "pi400": r"Pi 400", "cm4": r"Module 4\b", "cm4s": r"Module 4S", "pi5": r"Pi 5|Module 5",
    "pi500": r"Pi 500", "cm5": r"Module 5", "cm0": r"Module 0",
}  # fmt: skip

#: Keys of device tree settings -> their current name; each has an older name that the firmware still accepts.
KEYS = {
    "dtoverlay": "dtoverlay",
    "device_tree_overlay": "dtoverlay",
    "dtparam": "dtparam",
    "device_tree_param": "dtparam",
}

Filters = tuple[tuple[str, str, str], ...]
"""the filters in force, each as (kind, name, its line)"""


class BrokenMarksError(Exception):
    """The marks of our block do not pair: somebody deleted, duplicated or swapped some of them.

    Outside of the ``KioskError`` tree, because this module runs alone at a purge; ``firmware`` turns it into
    ``WrongFileError``. ``says``: a sentence with ``{file}`` and ``{line}``; ``line``: number of the wrong
    line.
    """

    def __init__(self, says: str, line: int) -> None:
        super().__init__(says.format(file="config.txt", line=line))
        self.says, self.line = says, line


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows; kiosk.i18n is not here at a purge
    """Mark a sentence for translators."""
    return message


_NO_END = N_(
    "{file}, line {line}: the block of cramp-kiosk that begins here has no end. Delete by hand what is "
    "left of it; its marks are the lines that begin with # cramp-kiosk."
)
_NO_BEGIN = N_(
    "{file}, line {line}: the block of cramp-kiosk that ends here has no beginning. Delete by hand what is "
    "left of it; its marks are the lines that begin with # cramp-kiosk."
)


class Entry(NamedTuple):
    """A setting. ``key`` and ``value``: the text before and after the first ``=``, not stripped."""

    number: int
    """number of its line, from 1"""
    text: str
    """the line, stripped"""
    key: str
    value: str
    filters: Filters

    def counts(self, model: str = "") -> bool | None:
        """Whether a board of this ``model`` (text of its device tree) reads the setting; "": whether every
        board does.

        None: it depends on the model, a monitor, a pin or a serial number.
        """
        verdict: bool | None = True
        for kind, name, _line in self.filters:
            if kind == "none":
                return False
            if kind != "model" or not model or name not in MODELS:
                verdict = None
            elif not re.search(MODELS[name], model):
                return False
        return verdict


def split(text: str) -> list[str]:
    """The lines with their newlines. (``str.splitlines`` would also split at form feeds.)"""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def settings(text: str) -> Iterator[Entry]:
    """Every setting in order, with the filters in force."""
    filters: Filters = ()
    for number, row in enumerate(split(text), 1):
        bare = _bare(row)
        if bare.startswith("["):
            filters = _filtered(filters, bare)
        elif bare:
            key, _sign, value = bare.partition("=")
            yield Entry(number, bare, key, value, filters)


def _bare(row: str) -> str:
    """The stripped line; "" for a comment."""
    bare = row.strip(" \t\r\n")
    return "" if bare.startswith("#") else bare


def _filtered(filters: Filters, bare: str) -> Filters:
    name = bare[1:].partition("]")[0].strip().lower()
    if name == "all":
        return ()
    kind = "model" if name in MODELS else re.split("[=:<>]", name)[0]
    before = [old for old in filters if old[0] != kind]
    # Whether another filter replaces [none] or is combined with it is not documented: such lines are
    # doubtful.
    before = [("none?", "", old[2]) if old[0] == "none" else old for old in before]
    return (*before, (kind, name, bare))[-_KINDS:]


def tree_setting(bare: str) -> tuple[str, str]:
    """("dtoverlay" or "dtparam", value) of a line, also for the older names; ("", value) for other lines."""
    key, _sign, value = bare.partition("=")
    return KEYS.get(key.strip().lower(), ""), value.strip()


def with_block(text: str, lines: Sequence[str]) -> str:
    """The text with our block of ``lines`` appended, in the line endings of the text."""
    end = "\r\n" if "\r\n" in text else "\n"
    joined = bool(text) and not text.endswith("\n")
    # An empty dtoverlay= after our overlays, so that no later dtparam is applied to them. None before them:
    # as the first one of the file it would stop the firmware from loading the overlay of a HAT.
    closed = ["dtoverlay="] if any(line.startswith("dtoverlay=") for line in lines) else []
    block = [_BEGIN + (_JOINED if joined else ""), "[all]", *lines, *closed, _END]
    return text + (end if joined else "") + "".join(line + end for line in block)


class _Place(NamedTuple):
    """The state at a line of the file: the filters in force, and for each overlay that is open there (a
    ``dtparam`` would be applied to it) the filters it was loaded under; () means on every board."""

    filters: Filters = ()
    opened: tuple[Filters, ...] = ()

    def after(self, row: str) -> "_Place":
        """The state after one more line."""
        bare = _bare(row)
        if bare.startswith("["):
            return self._replace(filters=_filtered(self.filters, bare))
        key, value = tree_setting(bare)
        if key != "dtoverlay":
            return self
        others = tuple(each for each in self.opened if each != self.filters) if self.filters else ()
        return self._replace(opened=(*others, self.filters) if value else others)

    def closed(self) -> list[str]:
        """The lines that close every open overlay and reset the filters."""
        lines: list[str] = []
        filters = self.filters
        for each in self.opened:
            if each != filters:
                lines += ["[all]"] if filters else []
                lines += [line for _kind, _name, line in each]
            lines.append("dtoverlay=")
            filters = each
        return [*lines, "[all]"] if filters else lines


def without_block(text: str) -> str:
    """The text without our block. Raises ``BrokenMarksError``.

    What the owner wrote into the block or after it stays. If the block's ``[all]`` and ``dtoverlay=``
    protected those lines from earlier filters and overlays, replacements are inserted, so that they mean the
    same as before.
    """
    rows = split(text)
    kept: list[str] = []
    place = _Place()
    done = 0
    for first, last in _blocks(rows):
        for row in rows[done:first]:
            place = place.after(row)
        kept += rows[done:first]
        done = last + 1
        theirs = [row for row in rows[first + 1 : last] if not _OURS.fullmatch(row.strip(" \t\r\n"))]
        end = rows[first][len(rows[first].rstrip("\r\n")) :]
        if _JOINED in rows[first] and kept and not theirs and done == len(rows):
            kept[-1] = kept[-1].removesuffix(end)
        rest = itertools.chain(theirs, (rows[at] for at in range(done, len(rows))))
        closes = any(tree_setting(row.strip())[0] == "dtoverlay" for row in rows[first:last])
        between = [line + end for line in _bridge(place if closes else place._replace(opened=()), rest)]
        for row in (*between, *theirs):
            place = place.after(row)
        kept += between + theirs
    return "".join(kept + rows[done:])


def _bridge(place: _Place, after: Iterable[str]) -> list[str]:
    """The lines to insert at ``place`` so that the lines ``after`` mean the same as after our block."""
    lines: list[str] = []
    here = _Place()
    for number, bare in enumerate(bare for row in after if (bare := _bare(row))):
        if number == 0 and place.filters and _Place(place.filters).after(bare) != here.after(bare):
            lines.append("[all]")
        key, _value = tree_setting(bare)
        if key == "dtparam" and place.opened:
            return place.closed()
        if not place.opened or (key == "dtoverlay" and not here.filters):
            break
        here = here.after(bare)
    return lines


def _mark(row: str) -> str:
    found = re.match(r"# cramp-kiosk (begin|end)\b", row)
    return found[1] if found else ""


def _blocks(rows: Sequence[str]) -> list[tuple[int, int]]:
    """Index of first and last line of each of our blocks. Raises ``BrokenMarksError``."""
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for at, row in enumerate(rows):
        mark = _mark(row)
        if mark == "begin" and begin is not None:
            break
        if mark == "end" and begin is None:
            raise BrokenMarksError(_NO_BEGIN, at + 1)
        if mark == "begin":
            begin = at
        elif mark == "end" and begin is not None:
            found.append((begin, at))
            begin = None
    if begin is not None:
        raise BrokenMarksError(_NO_END, begin + 1)
    return found


def block(text: str) -> list[str]:
    """The lines of our block without its marks; empty unless there is exactly one complete block."""
    rows = split(text)
    try:
        ((first, last),) = _blocks(rows)
    except (BrokenMarksError, ValueError):
        return []
    return [row.rstrip("\r\n") for row in rows[first + 1 : last]]


def has_block(text: str) -> bool:
    """Whether the text has a mark of ours, even without its partner."""
    return any(_mark(row) for row in split(text))


def places(root: Path) -> list[Path]:
    """The existing files of ``PLACES`` below ``root``; of several links to one file only the first."""
    files = {path.resolve(): path for place in reversed(PLACES) if (path := root / place).is_file()}
    return sorted(files.values(), key=lambda path: PLACES.index(str(path.relative_to(root))))


def backup_of(path: Path) -> Path:
    """Path of the copy that ``setup`` makes before its first change."""
    return path.with_name(f"{path.name}.before-cramp-kiosk")


def read(path: Path) -> str:
    """The file's text; ``write`` restores every byte of it (surrogateescape). Raises ``OSError``, with EFBIG
    for more than 64 KiB."""
    data = read_file(path, _MOST + 1)
    if len(data) > _MOST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    return data.decode(errors="surrogateescape")


def write(path: Path, text: str) -> None:
    """Replace the file atomically and keep its mode; a symbolic link is followed. A new file has mode 0644.
    Raises ``OSError``."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    replace_file(path.resolve(), text.encode(errors="surrogateescape"), mode)


def put_back(path: Path, text: str) -> None:
    """Write ``text``, the file without our block. Delete the copy that ``setup`` made if it is equal, and a
    raspi-firmware-custom that is empty now. Raises ``OSError``.
    """
    if not text and path.match(PLACES[-1]):
        path.unlink()
    else:
        write(path, text)
    copy = backup_of(path)
    if copy.exists() and read(copy) == text:
        copy.unlink()


def main(arguments: Sequence[str]) -> int:
    """Remove our block from every file below the root in ``arguments[0]``. Returns 0, or 1 if one still has
    it."""
    left = 0
    for path in places(Path(arguments[0])):
        try:
            text = read(path)
            if (plain := without_block(text)) != text:
                put_back(path, plain)
                print(f"{path} is without the lines of cramp-kiosk.")
                if (copy := backup_of(path)).exists():
                    print(f"As it was before cramp-kiosk, it is in {copy}.")
        except BrokenMarksError as error:
            print(error.says.format(file=path, line=error.line), file=sys.stderr)
            left = 1
        except OSError as error:
            print(f"{path} still has the lines of cramp-kiosk: {error.strerror}.", file=sys.stderr)
            left = 1
    return left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
