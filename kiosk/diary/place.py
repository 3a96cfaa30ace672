"""The diary's path, and whether the file there is a diary of this program.

The setting is typed by hand and may name any file of the machine. A file is therefore renamed only if there
is evidence that it is ours: it is at the default path, which no other program uses, its header has our
application id, or it was left behind when a diary was put aside. An empty file is no evidence.
"""

import glob
import os
import shlex
import stat
from pathlib import Path

from kiosk.files import at_home, read_file, user_name
from kiosk.i18n import _

#: "cram" in ASCII. SQLite stores it in the header; it tells a diary from other databases.
APPLICATION_ID = 0x6372616D

#: Suffixes of the files that SQLite keeps beside a database: write-ahead log, its shared memory, and rollback
#: journal.
SIDECARS = WAL, _SHM, JOURNAL = "-wal", "-shm", "-journal"

#: Bytes of the header (www.sqlite.org/fileformat2.html).
_MAGIC, _WRITE_VERSION, _ID = slice(0, 16), slice(18, 19), slice(68, 72)


def usual() -> Path:
    """The default path: in systemd's STATE_DIRECTORY, else in the user's XDG_DATA_HOME."""
    if state := os.environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0]) / "diary.db"
    home = os.environ.get("XDG_DATA_HOME", "")
    if not home.startswith(("/", "~")):  # a relative path is invalid (XDG Base Directory Specification)
        home = "~/.local/share"
    return at_home(home) / "cramp-kiosk" / "diary.db"


def real(path: Path) -> Path:
    """The path with all symbolic links resolved; SQLite keeps its WAL beside that one.

    Raises ``ValueError`` for a NUL byte in the path.
    """
    return Path(os.path.realpath(path))


def broken_link(path: Path) -> Path | None:
    """The symbolic link in ``path`` whose target does not exist, such as a disk that is not mounted; None if
    the folder of the diary exists or no link is broken. Raises ``ValueError``."""
    if real(path).parent.exists():
        return None
    return next((each for each in (path, *path.parents) if each.is_symlink() and not each.exists()), None)


def beside(path: Path, end: str) -> Path:
    """The path of the file that SQLite keeps beside ``path``; ``end`` is one of ``SIDECARS``."""
    return path.with_name(path.name + end)


def parts(path: Path) -> list[Path]:
    """Those of the database and its ``SIDECARS`` that exist; the database first."""
    return [each for each in (path, *(beside(path, end) for end in SIDECARS)) if os.path.lexists(each)]


def is_ours(path: Path) -> bool:
    """Whether there is evidence that the file at this path (links resolved) is a diary of this program, or
    that only empty files are there."""
    return _is_marked(path) or path == real(usual()) or _is_left(path)


def _is_marked(path: Path) -> bool:
    head = _header(path)
    return head[_MAGIC] == b"SQLite format 3\0" and head[_ID] == APPLICATION_ID.to_bytes(4, "big")


def _is_left(path: Path) -> bool:
    """Whether all files there are empty, or a diary was put aside without its ``SIDECARS`` because the power
    was cut in between."""
    there = parts(path)
    full = [each for each in there if not stat.S_ISREG(each.lstat().st_mode) or each.lstat().st_size]
    if not there or path in full:
        return False
    return not full or any(map(_is_marked, asides(path)))


def asides(path: Path) -> list[Path]:
    """The damaged diaries that were put aside from this path, the oldest first. Raises ``ValueError``."""
    file = real(path)
    found = file.parent.glob(f"{glob.escape(file.stem)}.torn-*{glob.escape(file.suffix)}")
    return sorted(found, key=lambda aside: aside.stem)


Identity = tuple[int, int]
"""device and inode number: tells whether a path still names the same file"""


def identity(path: Path) -> Identity | None:
    """The identity of the file at ``path``; None if it does not exist or may not be looked up."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def is_read_only(path: Path) -> bool:
    """Whether the header has a write version above 2, for which SQLite opens the file read-only."""
    return _header(path)[_WRITE_VERSION] > b"\2"


def hindrance(path: Path) -> str:
    """One sentence: which files of the diary this user may not write, and what to do. "" if the files are
    writable, or if the disk of the default path is mounted read-only.

    ``path`` has its links resolved. The remedy is a change of owner only if the file is known to be the
    diary; else the sentence advises another path.
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
    """The shell command that makes ``user`` the owner of these files, with permission to write them."""
    named = shlex.join(map(str, files))
    return f"sudo chown {user}: {named} && sudo chmod u+rwX {named}"


def strangers(path: Path) -> tuple[str, list[Path]]:
    """The user who writes the diary, by the owner of its folder, and the files of it that this user may not
    write, such as a backup that root restored. ("", []) if the file is not known to be the diary. Raises
    ``OSError``."""
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
