"""Checks of an STL file for 3D printing: whether it is closed, its size, and where it needs supports."""

import struct
from collections import Counter, defaultdict
from math import cos, radians, sqrt
from pathlib import Path
from typing import NamedTuple

Corner = tuple[float, float, float]
Facet = tuple[Corner, Corner, Corner]


class Overhang(NamedTuple):
    """An overhanging patch of the surface: its lowest point in mm above the bed, and the shorter and longer
    side of its bounding box in mm, seen from above."""

    height: float
    short: float
    long: float


def read(path: Path) -> list[Facet]:
    """The facets of a binary STL file, in millimetres. Raises ``OSError``, ``struct.error``."""
    data = path.read_bytes()
    (count,) = struct.unpack_from("<I", data, 80)
    found = []
    for number in range(count):
        v = struct.unpack_from("<9f", data, 84 + 50 * number + 12)
        found.append((v[0:3], v[3:6], v[6:9]))
    return found


def size(facets: list[Facet]) -> Corner:
    """The size along each axis in millimetres."""
    low, high = bounds(facets)
    return (high[0] - low[0], high[1] - low[1], high[2] - low[2])


def bounds(facets: list[Facet]) -> tuple[Corner, Corner]:
    """The lowest and the highest corner of the bounding box."""
    corners = [corner for facet in facets for corner in facet]
    low, high = (tuple(pick(c[i] for c in corners) for i in range(3)) for pick in (min, max))
    return low, high  # type: ignore[return-value] # three each


def is_closed(facets: list[Facet]) -> bool:
    """Whether each edge of a facet occurs in the opposite direction in another: the mesh has no hole and no
    inverted facet."""
    edges = Counter(edge for a, b, c in facets for edge in ((a, b), (b, c), (c, a)))
    return all(edges[b, a] == count for (a, b), count in edges.items())


def volume(facets: list[Facet]) -> float:
    """The volume of a closed mesh in cubic millimetres."""
    total = 0.0
    for a, b, c in facets:
        n = _cross(b, c)
        total += (a[0] * n[0] + a[1] * n[1] + a[2] * n[2]) / 6
    return total


def overhangs(facets: list[Facet], steepest: float) -> list[Overhang]:
    """Patches whose facets face downwards at more than ``steepest`` degrees from the vertical and are not on
    the bed."""
    bed = min(corner[2] for facet in facets for corner in facet)
    hanging = []
    for a, b, c in facets:
        n = _cross(_minus(b, a), _minus(c, a))
        length = sqrt(n[0] ** 2 + n[1] ** 2 + n[2] ** 2)
        lean = n[2] < -length * cos(radians(90 - steepest)) * 1.0001
        if length > 1e-6 and lean and max(a[2], b[2], c[2]) > bed + 0.01:
            hanging.append((a, b, c))
    return [_extent(patch, bed) for patch in _patches(hanging)]


def _patches(facets: list[Facet]) -> list[list[Facet]]:
    """Groups of facets that share corners."""
    parent = list(range(len(facets)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    by_corner: dict[Corner, int] = {}
    for number, facet in enumerate(facets):
        for corner in facet:
            parent[root(number)] = root(by_corner.setdefault(corner, number))
    patches: dict[int, list[Facet]] = defaultdict(list)
    for number, facet in enumerate(facets):
        patches[root(number)].append(facet)
    return list(patches.values())


def _extent(patch: list[Facet], bed: float) -> Overhang:
    low, high = bounds(patch)
    short, long = sorted((high[0] - low[0], high[1] - low[1]))
    return Overhang(low[2] - bed, short, long)


def _minus(a: Corner, b: Corner) -> Corner:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _cross(a: Corner, b: Corner) -> Corner:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
