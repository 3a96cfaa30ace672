"""Paths of the product's own files, and safe reading and atomic replacing of any file."""

import contextlib
import errno
import os
import pwd
import stat
from pathlib import Path

_HERE = Path(__file__).resolve().parent

#: Where ``assets/`` is in the wheel, in a checkout and in the Debian package. The first that has the file is
#: used.
PLACES = (_HERE / "assets", _HERE.parent / "assets", Path("/usr/share/cramp-kiosk/assets"))


def asset(*parts: str) -> Path:
    """Path of a file or folder of ``assets/``, for example ``asset("art", "poses.toml")``.

    Raises ``FileNotFoundError``, with the folders that were searched, if the installation lacks it.
    """
    for place in PLACES:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    looked = ", ".join(str(place) for place in PLACES)
    raise FileNotFoundError(f"{'/'.join(parts)} is not in any assets folder; looked in {looked}")


def typeface(*, bold: bool) -> str:
    """Path of the screen's font file, Atkinson Hyperlegible Next. Raises ``FileNotFoundError``."""
    return str(asset("fonts", f"AtkinsonHyperlegibleNext-{'Bold' if bold else 'Regular'}.ttf"))


def at_home(path: str) -> Path:
    """The path with ``~`` expanded; below /nonexistent if the user has no home folder."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path("/nonexistent", path)


def is_there(path: Path) -> bool:
    """Whether the file exists; False if this user may not search its folder, for which ``Path.exists`` raises
    ``PermissionError`` before Python 3.14."""
    with contextlib.suppress(OSError):
        return path.exists()
    return False


def user_name(uid: int) -> str:
    """The name of a user; the number as text if no user has it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def read_file(path: Path, most: int = -1) -> bytes:
    """The first ``most`` bytes of a regular file (-1: all).

    Raises ``OSError``, also for a folder, a pipe (reading it would block) or a device (it may have no end).
    """
    # O_NONBLOCK: opening a pipe would block until it has a writer
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    kind = os.fstat(opened).st_mode
    if not stat.S_ISREG(kind):
        os.close(opened)
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
        raise OSError(errno.EINVAL, "it is no file but a pipe or a device", os.fspath(path))
    with os.fdopen(opened, "rb") as file:
        found: bytes | None = file.read(most)
    if found is None:  # for example /proc/kmsg
        raise OSError(errno.EAGAIN, "it has nothing to read now", os.fspath(path))
    return found


Stamp = tuple[int, ...] | None
"""device, inode, size, and times of the last change (ns); None: no such file"""


def stamp(path: Path) -> Stamp:
    """A value that changes whenever the file changes; None if it does not exist or may not be looked up."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace or create a file atomically: after a power cut it has the old content or the new, never a mix.

    ``mode`` are its permissions, less the umask. The content is synced to the disk before this returns.
    Raises ``OSError``; then the file is unchanged, or, if only the sync of the folder failed, replaced.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # left by a power cut, perhaps with other permissions
        opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(opened, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the rename reaches the card only with this
    finally:
        os.close(folder)
