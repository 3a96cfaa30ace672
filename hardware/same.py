"""Whether two sets of made files show the same, though other versions of the tools made them."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from hardware import mesh

#: Mean difference of two pictures, of 255, that other fonts, lights and roundings may make.
PICTURE_TOLERANCE = 3.0

_TEXT = re.compile(r">([^<>]*\S[^<>]*)<")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def texts(svg: str) -> list[str]:
    """Every piece of text of an SVG, in the order in which it was drawn."""
    svg = re.sub(r"<!--.*?-->|<title>.*?</title>|<style.*?</style>", "", svg, flags=re.DOTALL)
    return [unescape(text).strip() for text in _TEXT.findall(svg)]


def words(svg: str) -> Counter[str]:
    """Every word of an SVG, in no order: drawing programs differ in where they put them."""
    return Counter(word for text in texts(svg) for word in text.split())


def colours(svg: str) -> set[str]:
    """Every colour an SVG uses."""
    return {colour.lower() for colour in _COLOUR.findall(svg)}


def differences(ours: Path, fresh: Path) -> Iterator[str]:
    """A sentence for each file of ``fresh`` that ``ours`` shows otherwise, or lacks."""
    for path in sorted(fresh.rglob("*")):
        name = path.relative_to(fresh)
        mine = ours / name
        if path.is_dir():
            continue
        if not mine.exists():
            yield f"{name} is missing."
            continue
        match path.suffix:
            case ".svg":
                told = _drawing(mine.read_text(encoding="utf-8"), path.read_text(encoding="utf-8"))
            case ".stl":
                told = _mesh(mesh.read(mine), mesh.read(path))
            case ".png":
                told = _picture(mine, path)
            case _:
                told = "" if mine.read_bytes() == path.read_bytes() else "is another text"
        if told:
            yield f"{name} {told}."


def _drawing(mine: str, fresh: str) -> str:
    if words(mine) != words(fresh):
        apart = (words(mine) - words(fresh)) | (words(fresh) - words(mine))
        return f"says something else: {', '.join(sorted(apart)[:8])}"
    if colours(mine) != colours(fresh):
        return f"has other colours: {', '.join(sorted(colours(mine) ^ colours(fresh)))}"
    return ""


def _mesh(mine: list[mesh.Facet], fresh: list[mesh.Facet]) -> str:
    for one, other in zip(mesh.size(mine), mesh.size(fresh), strict=True):
        if abs(one - other) > 0.02:
            return f"is {one:.2f} mm where it should be {other:.2f} mm"
    if abs(mesh.volume(mine) / mesh.volume(fresh) - 1) > 0.001:
        return "has another volume"
    return ""


def _picture(mine: Path, fresh: Path) -> str:
    from PIL import Image, ImageChops, ImageStat  # noqa: PLC0415 - only this needs Pillow, which WireViz brings

    with Image.open(mine) as one, Image.open(fresh) as other:
        if one.size != other.size:
            # graphviz lays out by the fonts it finds: compare what is there, not how large
            return "" if mine.name == "wiring.png" else f"is {one.size}, not {other.size}"
        apart = ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]
    return f"looks different ({apart:.1f} of 255)" if apart > PICTURE_TOLERANCE else ""
