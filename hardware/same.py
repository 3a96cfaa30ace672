"""Compares the content of generated files that were made by different versions of the tools."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from hardware import mesh

#: Largest mean difference of two pictures (of 255) that is attributed to fonts, shading and rounding.
PICTURE_TOLERANCE = 3.0

_TEXT = re.compile(r">([^<>]*\S[^<>]*)<")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def texts(svg: str) -> list[str]:
    """All texts of an SVG, in drawing order."""
    svg = re.sub(r"<!--.*?-->|<title>.*?</title>|<style.*?</style>", "", svg, flags=re.DOTALL)
    return [unescape(text).strip() for text in _TEXT.findall(svg)]


def words(svg: str) -> Counter[str]:
    """The words of an SVG with their counts, without order, which differs between drawing programs."""
    return Counter(word for text in texts(svg) for word in text.split())


def colours(svg: str) -> set[str]:
    """All colours of an SVG, as ``#rrggbb``."""
    return {colour.lower() for colour in _COLOUR.findall(svg)}


def differences(ours: Path, fresh: Path) -> Iterator[str]:
    """One sentence for each file of ``fresh`` that is missing in ``ours`` or has another content there."""
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
                difference = _drawing(mine.read_text(encoding="utf-8"), path.read_text(encoding="utf-8"))
            case ".stl":
                difference = _mesh(mesh.read(mine), mesh.read(path))
            case ".png":
                difference = _picture(mine, path)
            case _:
                difference = "" if mine.read_bytes() == path.read_bytes() else "is another text"
        if difference:
            yield f"{name} {difference}."


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
            # Graphviz's layout depends on the installed fonts, so the size of this picture may differ
            return "" if mine.name == "wiring.png" else f"is {one.size}, not {other.size}"
        apart = ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]
    return f"looks different ({apart:.1f} of 255)" if apart > PICTURE_TOLERANCE else ""
