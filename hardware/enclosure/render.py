"""Makes the enclosure: one .scad file per build, STL files to print, pictures from six sides.

``make enclosure`` runs it. The .scad files are plain text from parameters.toml; STL and PNG come from
OpenSCAD, whose output differs a little between versions, so the manifest remembers what they were made
from (see hardware/manifest.py) instead of comparing them byte by byte.
"""

import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from hardware.enclosure.fit import FOLDER, Build, builds

#: What is printed, and how many of each.
PARTS = {"case": 1, "back": 1, "clamp": 4}
PICTURE = (960, 720)


class View(NamedTuple):
    """A picture: what is drawn, how the camera is turned, how far away it is, where it looks."""

    turn: tuple[int, int, int]
    part: str = "all"
    flat: bool = False
    away: float = 1.8
    look: tuple[float, float, float] = (0.0, 0.5, 0.5)  # in parts of width, depth, height


VIEWS = {
    "front": View((90, 0, 0), flat=True),
    "back": View((90, 0, 180), flat=True),
    "left": View((90, 0, 270), flat=True),
    "right": View((90, 0, 90), flat=True),
    "top": View((0, 0, 0), flat=True),
    "bottom": View((180, 0, 0), flat=True),
    "corner": View((65, 0, 28), away=2.1),
    "behind": View((68, 0, 206), away=2.1),
    "inside": View((72, 0, 196), "inside", away=2.0),
    "exploded": View((64, 0, 240), "exploded", away=3.5, look=(0.0, 1.15, 0.6)),
    "back-inside": View((35, 0, 15), "back_inside", away=2.2, look=(0.0, 0.35, 0.0)),
    "print": View((50, 0, 20), "on_bed", away=3.6, look=(0.1, 0.1, 0.2)),
}


def scad(build: Build) -> str:
    """The .scad file of a build: its measures, then wedge.scad."""
    measures = "".join(f"{name} = {_value(value)};\n" for name, value in sorted(build.measures.items()))
    head = "// Made from parameters.toml by render.py; `make enclosure` writes it again.\n"
    return f'{head}part = "all";   // "case", "back", "clamp" or "all"\n{measures}include <wedge.scad>\n'


def _value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def binary_stl(text: str) -> bytes:
    """OpenSCAD's text STL as binary STL, a fifth of the size, facets in a fixed order."""
    facets: list[tuple[float, ...]] = []
    corners: list[float] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["vertex"]:
            corners += [round(float(word), 4) + 0.0 for word in words[1:]]
            if len(corners) == 9:
                facets.append(tuple(corners))
                corners = []
    body = b"".join(struct.pack("<12fH", 0.0, 0.0, 0.0, *facet, 0) for facet in sorted(facets))
    return b"cramp-kiosk enclosure".ljust(80) + struct.pack("<I", len(facets)) + body


def _openscad(*arguments: str) -> None:
    subprocess.run(["openscad", "-q", *arguments], check=True)  # noqa: S603, S607 - fixed arguments, from PATH


def _picture(build: Build, name: str, view: View) -> None:
    size = (build.width, build.depth, build.height)
    look = ",".join(f"{part * edge:.1f}" for part, edge in zip(view.look, size, strict=True))
    camera = f"{look},{view.turn[0]},{view.turn[1]},{view.turn[2]},{view.away * build.reach:.0f}"
    target = FOLDER / "views" / f"{build.name}-{name}.png"
    command = [
        *("openscad", "-q", "-D", f'part="{view.part}"', f"--camera={camera}", "--colorscheme=Nature"),
        *(f"--projection={'o' if view.flat else 'p'}", f"--imgsize={PICTURE[0]},{PICTURE[1]}"),
        *("-o", str(target), str(FOLDER / f"{build.name}.scad")),
    ]
    subprocess.run(["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24", *command], check=True)  # noqa: S603, S607


def make(only: list[str]) -> None:
    """Write everything for the builds named, or for all of them."""
    for folder in ("stl", "views"):
        (FOLDER / folder).mkdir(exist_ok=True)
    for build in builds().values():
        if only and build.name not in only:
            continue
        (FOLDER / f"{build.name}.scad").write_text(scad(build), encoding="utf-8")
        for part in PARTS:
            with tempfile.TemporaryDirectory() as folder:
                made = Path(folder) / "part.stl"
                _openscad("-D", f'part="{part}"', "-o", str(made), str(FOLDER / f"{build.name}.scad"))
                stl = binary_stl(made.read_text(encoding="ascii"))
            (FOLDER / "stl" / f"{build.name}-{part}.stl").write_bytes(stl)
        for name, view in VIEWS.items():
            _picture(build, name, view)


if __name__ == "__main__":
    missing = [tool for tool in ("openscad", "xvfb-run") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"The enclosure needs {' and '.join(missing)}: sudo apt-get install openscad xvfb")
    make(sys.argv[1:])
