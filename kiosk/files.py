"""The product's own files, in a checkout or installed; and files replaced whole or not at all."""

import contextlib
import errno
import os
import pwd
import stat
from pathlib import Path

_HERE = Path(__file__).resolve().parent

#: Looked at in this order; the first that exists wins.
PLACES = (_HERE / "assets", _HERE.parent / "assets", Path("/usr/share/cramp-kiosk/assets"))


def asset(*parts: str) -> Path:
    """Path of a file or folder of ``assets/``, for example ``asset("art", "poses.toml")``.

    Raises ``FileNotFoundError`` naming every place looked at: an installation without its assets is
    broken, and says so.
    """
    for place in PLACES:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    looked = ", ".join(str(place) for place in PLACES)
    raise FileNotFoundError(f"{'/'.join(parts)} is not in any assets folder; looked in {looked}")


def typeface(*, bold: bool) -> str:
    """Path of the font file that every word on the screen is set in: Atkinson Hyperlegible Next."""
    return str(asset("fonts", f"AtkinsonHyperlegibleNext-{'Bold' if bold else 'Regular'}.ttf"))


def at_home(path: str) -> Path:
    """The path with ``~`` as the home it stands for; where there is no such home, in /nonexistent."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path("/nonexistent", path)


def is_there(path: Path) -> bool:
    """Whether there is such a file, as far as this user may look: where a folder may not be searched
    ``Path.exists`` raises, before Python 3.14."""
    with contextlib.suppress(OSError):
        return path.exists()
    return False


def user_name(uid: int) -> str:
    """The name of the user with this number; the number where nobody has it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def read_file(path: Path, most: int = -1) -> bytes:
    """The bytes of a file, at most so many (-1: all).

    Raises ``OSError``, also at once for what is no file: a pipe would be waited for, a device has no end.
    """
    # not blocking: even to open a pipe one has to wait for somebody at its other end
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    kind = os.fstat(opened).st_mode
    if not stat.S_ISREG(kind):
        os.close(opened)
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
        raise OSError(errno.EINVAL, "it is no file but a pipe or a device", os.fspath(path))
    with os.fdopen(opened, "rb") as file:
        found: bytes | None = file.read(most)
    if found is None:  # the kernel's own log, for one
        raise OSError(errno.EAGAIN, "it has nothing to read now", os.fspath(path))
    return found


Stamp = tuple[int, ...] | None


def stamp(path: Path) -> Stamp:
    """What changes when the file does; None where none can be seen."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file as a whole: after a power cut it holds the old bytes or the new, never a part.

    The file gets these permissions. Raises ``OSError``.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # what a power cut left has permissions of its own
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
        os.fsync(folder)  # the new name is on the card only after this
    finally:
        os.close(folder)
