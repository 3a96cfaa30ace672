"""The product's own files, in a checkout or installed; and files replaced whole or not at all."""

import os
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


def at_home(path: str) -> Path:
    """The path with ``~`` as the home it stands for; where there is no such home, in /nonexistent."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path("/nonexistent", path)


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file as a whole: after a power cut it holds the old bytes or the new, never a part.

    A new file gets these permissions. Raises ``OSError``.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
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
