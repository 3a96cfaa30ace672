"""Makes the enclosure: one .scad file per build, STL files to print, pictures from six sides.

``make enclosure`` runs it. The .scad files are plain text from parameters.toml; STL and PNG come from
OpenSCAD, whose output differs a little between versions, so made.toml remembers what they were made from
(see hardware/made.py) instead of comparing them byte by byte.
"""

import shutil
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hardware import tools
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
    "left": View((90, 0, 270), flat=True, away=2.0),
    "right": View((90, 0, 90), flat=True, away=2.0),
    "top": View((0, 0, 0), flat=True, away=2.9),
    "bottom": View((180, 0, 0), flat=True, away=2.9),
    "corner": View((65, 0, 28), away=2.4),
    "behind": View((68, 0, 206), away=2.3),
    "inside": View((72, 0, 196), "inside", away=2.0),
    "exploded": View((64, 0, 240), "exploded", away=3.7, look=(0.0, 1.35, 0.6)),
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


def _stl(source: Path, part: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "part.stl"
        tools.run("openscad", "-q", "-D", f'part="{part}"', "-o", str(made), str(source))
        target.write_bytes(binary_stl(made.read_text(encoding="ascii")))


def _picture(build: Build, view: View, source: Path, target: Path) -> None:
    size = (build.width, build.depth, build.height)
    look = ",".join(f"{part * edge:.1f}" for part, edge in zip(view.look, size, strict=True))
    camera = f"{look},{view.turn[0]},{view.turn[1]},{view.turn[2]},{view.away * build.reach:.0f}"
    tools.run(
        *("xvfb-run", "-a", "-s", "-screen 0 1280x1024x24"),
        *("openscad", "-q", "-D", f'part="{view.part}"', f"--camera={camera}", "--colorscheme=Nature"),
        *(f"--projection={'o' if view.flat else 'p'}", f"--imgsize={PICTURE[0]},{PICTURE[1]}"),
        *("-o", str(target), str(source)),
    )


def make(target: Path = FOLDER, only: Iterable[str] = ()) -> None:
    """Write everything into ``target`` for the builds named, or for all of them. Takes minutes."""
    tools.need("openscad", "xvfb-run")
    for folder in ("stl", "views"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    if target != FOLDER:
        shutil.copy(FOLDER / "wedge.scad", target)
    for build in builds().values():
        if only and build.name not in only:
            continue
        source = target / f"{build.name}.scad"
        source.write_text(scad(build), encoding="utf-8")
        for part in PARTS:
            _stl(source, part, target / "stl" / f"{build.name}-{part}.stl")
        for name, view in VIEWS.items():
            _picture(build, view, source, target / "views" / f"{build.name}-{name}.png")
