"""Where the product's own files are: in a checkout, in an installed wheel, in the Debian package."""

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
