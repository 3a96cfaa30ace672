"""The firmware's ``config.txt`` as the firmware reads it, and our block in it, put in and taken out again.

A line ends at a newline and nowhere else. What begins with ``#`` is a remark, and only that: behind a setting
it is part of the value. A name in brackets is a filter (``[pi4]``, ``[EDID=...]``): filters of the same kind
replace each other, those of different kinds add up, ``[all]`` ends them. A ``dtparam`` is offered to the last
``dtoverlay`` first; an empty one ends that. (Raspberry Pi's documentation of config.txt, "File format" and
"Conditional filters", and of device trees, "DT parameters".)

Everything that reads or changes the file asks here: ``setup``, its ``--undo``, the doctor, and the purge of
the package, which runs this module when nothing else of the product is left (``systemd/debian/prerm``). So
it needs the standard library alone, and of ours ``kiosk.files``, which does the same.
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

#: Where our block may be. Since Bookworm the firmware's files are in the first place, and the second only
#: says so. Debian's own firmware package writes config.txt anew at each upgrade, the third at its end.
PLACES = ("boot/firmware/config.txt", "boot/config.txt", "etc/default/raspi-firmware-custom")


#: So much of a line the firmware reads (78 before 2021): what is behind is lost, or read as a line of its own
#: (raspberrypi/firmware#1669).
WIDTH = 98

#: So many bytes of a file are read, and so many kinds of filters kept: both far more than the firmware takes.
_MOST = 65_536
_KINDS = 50

#: The marks are read by machines and never translated. The second kind says that the file's last line had no
#: end when the block was added, so that taking it out gives back every byte.
_BEGIN = '# cramp-kiosk begin: taken out by "cramp-kiosk setup --undo"'
_JOINED = " (the line above had no end)"
_END = "# cramp-kiosk end"

#: What a block of ours may hold; anything else in it was written by its owner.
_OURS = re.compile(r"\[all\]|dtparam=strict_gpiod|dtoverlay=(w1-gpio(,.*)?|pwm-2chan,.*)?|", re.ASCII)

#: Filters by model, and what ``/proc/device-tree/model`` says where they count.
MODELS = {
    "pi0": r"Pi Zero", "pi0w": r"Pi Zero (2 )?W", "pi02": r"Pi Zero 2", "pi1": r"Pi Model|Pi 1|Module Rev",
    "pi2": r"Pi 2", "pi3": r"Pi 3|Module 3", "pi3+": r"Pi 3 Model . Plus", "pi4": r"Pi 4|Module 4",
    "pi400": r"Pi 400", "cm4": r"Module 4\b", "cm4s": r"Module 4S", "pi5": r"Pi 5|Module 5",
    "pi500": r"Pi 500", "cm5": r"Module 5", "cm0": r"Module 0",
}  # fmt: skip

#: What of the device tree a setting is about; each key has an older name that the firmware still takes.
KEYS = {
    "dtoverlay": "dtoverlay",
    "device_tree_overlay": "dtoverlay",
    "dtparam": "dtparam",
    "device_tree_param": "dtparam",
}

Filters = tuple[tuple[str, str, str], ...]
"""what is asked of the device, as (kind, name, the line as it stands)"""


class BrokenMarksError(Exception):
    """The marks of our block do not pair: by hand somebody took out, doubled or turned round some of them.

    ``says`` is a sentence with ``{file}`` and ``{line}``, the number of the line that is wrong.
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
    """A setting. ``key`` and ``value`` are what stands before and after its first ``=``, not stripped."""

    number: int
    """its line's, from 1"""
    text: str
    """the line without what is blank around it"""
    key: str
    value: str
    filters: Filters

    def counts(self, model: str = "") -> bool | None:
        """Whether a device reads it: one of this model (as its device tree says), or any if that is "".

        None: it depends on the model, or on a monitor, a pin, a serial number.
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
    """The lines, each with its end. (``str.splitlines`` would end them at form feeds, too.)"""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def settings(text: str) -> Iterator[Entry]:
    """Every setting, in order, with the filters it is under."""
    filters: Filters = ()
    for number, row in enumerate(split(text), 1):
        bare = _bare(row)
        if bare.startswith("["):
            filters = _filtered(filters, bare)
        elif bare:
            key, _sign, value = bare.partition("=")
            yield Entry(number, bare, key, value, filters)


def _bare(row: str) -> str:
    """The line without what is blank around it; "" for one that says nothing to the firmware."""
    bare = row.strip(" \t\r\n")
    return "" if bare.startswith("#") else bare


def _filtered(filters: Filters, bare: str) -> Filters:
    name = bare[1:].partition("]")[0].strip().lower()
    if name == "all":
        return ()
    kind = "model" if name in MODELS else re.split("[=:<>]", name)[0]
    before = [old for old in filters if old[0] != kind]
    # Whether a filter replaces [none] or adds to it is not documented, so what is under both is not known.
    before = [("none?", "", old[2]) if old[0] == "none" else old for old in before]
    return (*before, (kind, name, bare))[-_KINDS:]


def tree_setting(bare: str) -> tuple[str, str]:
    """``dtoverlay`` or ``dtparam``, by whichever name, and the value; "" for other lines."""
    key, _sign, value = bare.partition("=")
    return KEYS.get(key.strip().lower(), ""), value.strip()


def with_block(text: str, lines: Sequence[str]) -> str:
    """The text with our block at its end, in the text's own kind of line ends."""
    end = "\r\n" if "\r\n" in text else "\n"
    joined = bool(text) and not text.endswith("\n")
    # An overlay of ours is closed, so that it gets no dtparam written below. None is closed before: an empty
    # dtoverlay= that comes first of all keeps the firmware from loading a HAT's own overlay.
    closed = ["dtoverlay="] if any(line.startswith("dtoverlay=") for line in lines) else []
    block = [_BEGIN + (_JOINED if joined else ""), "[all]", *lines, *closed, _END]
    return text + (end if joined else "") + "".join(line + end for line in block)


class _Place(NamedTuple):
    """Somewhere in the file: which filters hold there, and under which ones an overlay is open, so that a
    ``dtparam`` is offered to it first: on every device where there are none."""

    filters: Filters = ()
    opened: tuple[Filters, ...] = ()

    def after(self, row: str) -> "_Place":
        """Behind one more line."""
        bare = _bare(row)
        if bare.startswith("["):
            return self._replace(filters=_filtered(self.filters, bare))
        key, value = tree_setting(bare)
        if key != "dtoverlay":
            return self
        others = tuple(each for each in self.opened if each != self.filters) if self.filters else ()
        return self._replace(opened=(*others, self.filters) if value else others)

    def closed(self) -> list[str]:
        """The lines that close every overlay that is open here, and leave no filter in force."""
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
    """The text as it was without our block; what its owner wrote in it or after it stays, and stays for every
    device and out of every overlay. Raises ``BrokenMarksError``.
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
    """What has to stand between, so that the lines ``after`` mean what they meant behind our block."""
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
    """Where our blocks begin and end. Raises ``BrokenMarksError``."""
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
    """The lines of our block, without its marks; empty if there is none, or not one that is whole."""
    rows = split(text)
    try:
        ((first, last),) = _blocks(rows)
    except (BrokenMarksError, ValueError):
        return []
    return [row.rstrip("\r\n") for row in rows[first + 1 : last]]


def has_block(text: str) -> bool:
    """Whether a mark of ours is there, part of a whole block or not."""
    return any(_mark(row) for row in split(text))


def places(root: Path) -> list[Path]:
    """The files under a root (``/``) in which our block may be, each once, whatever links there are."""
    files = {path.resolve(): path for place in reversed(PLACES) if (path := root / place).is_file()}
    return sorted(files.values(), key=lambda path: PLACES.index(str(path.relative_to(root))))


def backup_of(path: Path) -> Path:
    """Where ``setup`` keeps the file as it was before."""
    return path.with_name(f"{path.name}.before-cramp-kiosk")


def read(path: Path) -> str:
    """The file as text from which every byte can be written back. Raises ``OSError``, also for one that is
    far longer than any ``config.txt``."""
    data = read_file(path, _MOST + 1)
    if len(data) > _MOST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    return data.decode(errors="surrogateescape")


def write(path: Path, text: str) -> None:
    """Replace the file as a whole, behind a link the one it leads to; a new one may be read by everybody.
    Raises ``OSError``."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    replace_file(path.resolve(), text.encode(errors="surrogateescape"), mode)


def put_back(path: Path, text: str) -> None:
    """Write the file without our block. The copy that ``setup`` kept goes if it says the same, and so does
    a file of Debian's that was made for us. Raises ``OSError``.
    """
    if not text and path.match(PLACES[-1]):
        path.unlink()
    else:
        write(path, text)
    copy = backup_of(path)
    if copy.exists() and read(copy) == text:
        copy.unlink()


def main(arguments: Sequence[str]) -> int:
    """Take our block out of every file under a root (``/``). Returns 0, or 1 if one still has it."""
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
