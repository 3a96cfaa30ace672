"""Where the diary lies, and whether what lies there is the owner's diary.

Settings are typed by hand and may name any file of the machine. So a file is moved away only on evidence:
it lies at the kiosk's own place, where nobody else keeps anything, its header bears the diary's mark, or it
was left behind when such a file was put aside. An empty file is nobody's.
"""

import glob
import os
import shlex
import stat
from pathlib import Path

from kiosk.files import at_home, read_file, user_name
from kiosk.i18n import _

#: "cram" in ASCII, which SQLite keeps in the header of each diary: tells it from other people's databases.
APPLICATION_ID = 0x6372616D

#: What SQLite keeps beside a file: what was written since, an index of that, and what was there before.
SIDECARS = WAL, _SHM, JOURNAL = "-wal", "-shm", "-journal"

#: Offsets in the header (www.sqlite.org/fileformat2.html).
_MAGIC, _WRITE_VERSION, _ID = slice(0, 16), slice(18, 19), slice(68, 72)


def usual() -> Path:
    """The kiosk's own place for its diary: the service's state folder, else the user's."""
    if state := os.environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0]) / "diary.db"
    home = os.environ.get("XDG_DATA_HOME", "")
    if not home.startswith(("/", "~")):  # a relative one is invalid (XDG Base Directory Specification)
        home = "~/.local/share"
    return at_home(home) / "cramp-kiosk" / "diary.db"


def real(path: Path) -> Path:
    """The file itself, behind every link: beside that one SQLite keeps its own. Raises ``ValueError``."""
    return Path(os.path.realpath(path))


def broken_link(path: Path) -> Path | None:
    """The link on the way to ``path`` that leads to a folder that is not there, as of a disk that is not."""
    if real(path).parent.exists():
        return None
    return next((each for each in (path, *path.parents) if each.is_symlink() and not each.exists()), None)


def beside(path: Path, end: str) -> Path:
    """What SQLite keeps beside a file under this end of its name."""
    return path.with_name(path.name + end)


def parts(path: Path) -> list[Path]:
    """Those of the file and SQLite's beside it that are there; the file first."""
    return [each for each in (path, *(beside(path, end) for end in SIDECARS)) if os.path.lexists(each)]


def is_ours(path: Path) -> bool:
    """Whether there is evidence that what lies at this (real) place is the owner's diary, or nothing at all
    is in it."""
    return _is_marked(path) or path == real(usual()) or _is_left(path)


def _is_marked(path: Path) -> bool:
    head = _header(path)
    return head[_MAGIC] == b"SQLite format 3\0" and head[_ID] == APPLICATION_ID.to_bytes(4, "big")


def _is_left(path: Path) -> bool:
    """Whether there is no more than empty files, or SQLite's beside a diary that was put aside without them:
    the power was cut off in between."""
    there = parts(path)
    full = [each for each in there if not stat.S_ISREG(each.lstat().st_mode) or each.lstat().st_size]
    if not there or path in full:
        return False
    return not full or any(map(_is_marked, asides(path)))


def asides(path: Path) -> list[Path]:
    """The damaged diaries that were put aside, the oldest first."""
    file = real(path)
    found = file.parent.glob(f"{glob.escape(file.stem)}.torn-*{glob.escape(file.suffix)}")
    return sorted(found, key=lambda aside: aside.stem)


Identity = tuple[int, int]
"""tells a file from another one of the same name"""


def identity(path: Path) -> Identity | None:
    """Which file it is; None where none can be seen."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def is_read_only(path: Path) -> bool:
    """Whether the file itself says that nobody may write it."""
    return _header(path)[_WRITE_VERSION] > b"\2"


def hindrance(path: Path) -> str:
    """What of the (real) diary this user may not write, and what to do: a sentence; "" if that is not it.

    Whose file it is is changed only where it is the diary; else another place is the remedy.
    """
    folder = next(each for each in path.parents if each.is_dir())
    stuck = [each for each in parts(path) if not os.access(each, os.R_OK | os.W_OK)]
    if not os.access(folder, os.W_OK | os.X_OK):
        stuck.append(folder)
    own = path == real(usual())
    if not stuck or (own and os.statvfs(folder).f_flag & os.ST_RDONLY):
        return ""
    user = user_name(os.geteuid())
    if (own and folder == path.parent) or (folder not in stuck and is_ours(path)):
        text = _("The diary {path} may not be written by {user}: run {command} and it goes on by itself.")
        return text.format(path=path, user=user, command=giving(user, stuck))
    text = _(
        "The diary {path} may not be written by {user}; choose another place for it, or, for the service, "
        "name its folder as ReadWritePaths= (systemctl edit cramp-kiosk) and give it to {user}."
    )
    return text.format(path=path, user=user)


def giving(user: str, files: list[Path]) -> str:
    """The command after which this user may write these files."""
    named = shlex.join(map(str, files))
    return f"sudo chown {user}: {named} && sudo chmod u+rwX {named}"


def strangers(path: Path) -> tuple[str, list[Path]]:
    """Who writes the diary, as its folder tells, and what of it that user may not write, such as a backup
    that root put back. Nothing where it is not the diary. Raises ``OSError``."""
    file = real(path)
    if not (there := parts(file)) or not is_ours(file):
        return "", []
    keeper = file.parent.stat().st_uid or there[0].stat().st_uid
    about = [(each, each.stat()) for each in there]
    others = stat.S_IWGRP | stat.S_IWOTH
    return user_name(keeper), [
        each for each, its in about if its.st_uid != keeper and not its.st_mode & others
    ]


def _header(path: Path) -> bytes:
    try:
        return read_file(path, 100)
    except OSError:
        return b""
