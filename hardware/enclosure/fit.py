"""Whether everything fits into the enclosure, by arithmetic on parameters.toml alone (no OpenSCAD).

The side view is a flat figure: depth from the front edge and height above the table, in millimetres.
"""

from collections.abc import Iterator
from functools import cached_property
from math import cos, hypot, radians, sin, tan
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

FOLDER = Path(__file__).resolve().parent
Point = tuple[float, float]

#: Four lines of a 0.4 mm nozzle, in mm: less breaks, or is not printed at all.
THINNEST = 1.6


class Check(NamedTuple):
    """One thing that must fit: the room there is and the room it needs, in mm."""

    what: str
    room: float
    needs: float

    @property
    def fits(self) -> bool:
        """Whether there is room enough."""
        return self.room >= self.needs - 1e-9


class Build:
    """One build's measures and what follows from them; the derived ones are those of wedge.scad."""

    def __init__(self, name: str, measures: dict[str, Any]) -> None:
        """``measures`` are the common ones with the build's own."""
        self.name, self.measures = name, measures

    def __getattr__(self, name: str) -> Any:
        """A measure of parameters.toml."""
        try:
            return self.measures[name]
        except KeyError:
            raise AttributeError(f"parameters.toml has no {name} for {self.name}") from None

    @property
    def width(self) -> float:
        """Outside, from side to side."""
        return float(self.panel[0] + 2 * (self.gap + self.frame + self.side + self.wall))

    @property
    def slope(self) -> float:
        """Length of the front, up the slope."""
        return float(self.chin + self.panel[1] + 2 * self.gap + self.brow)

    @property
    def height(self) -> float:
        """Of the whole box."""
        return self.slope * sin(radians(self.angle))

    @property
    def top_front(self) -> float:
        """Depth at which the flat top begins."""
        return self.slope * cos(radians(self.angle))

    @property
    def depth(self) -> float:
        """Of the whole box, on the table."""
        return self.top_front + float(self.top)

    @property
    def reach(self) -> float:
        """Of the longest diagonal, for the camera."""
        return hypot(self.width, self.depth, self.height)

    @property
    def button_at(self) -> float:
        """Depth of the middle of the button."""
        return self.top_front + float(self.button_back)

    def from_front(self, up: float, inwards: float) -> Point:
        """A point given up the slope and into the case, as (depth, height)."""
        a = radians(self.angle)
        return up * cos(a) + inwards * sin(a), up * sin(a) - inwards * cos(a)

    @cached_property
    def stack_figures(self) -> list[list[Point]]:
        """The panel's frame and the Raspberry Pi, seen from the side."""
        middle = self.chin + self.gap + self.panel[1] / 2
        figures = []
        for _, tall, start, end, shift in self.stack:
            low, high = middle + shift - tall / 2, middle + shift + tall / 2
            front, back = self.wall + start, self.wall + end
            corners = ((low, front), (high, front), (high, back), (low, back))
            figures.append([self.from_front(up, inwards) for up, inwards in corners])
        return figures

    @cached_property
    def button_figure(self) -> list[Point]:
        """What hangs below the top, seen from the side."""
        left, right = self.button_at - self.button_body / 2, self.button_at + self.button_body / 2
        low = self.height - self.button_depth
        return [(left, low), (right, low), (right, self.height), (left, self.height)]

    @cached_property
    def board_figure(self) -> list[Point]:
        """The board with its parts on the back, seen from the side."""
        plate = self.depth - self.wall
        low, high = self.board_at[1] - self.board[1] / 2, self.board_at[1] + self.board[1] / 2
        return [
            (plate - self.board_height, low),
            (plate, low),
            (plate, high),
            (plate - self.board_height, high),
        ]


def builds(path: Path = FOLDER / "parameters.toml") -> dict[str, Build]:
    """Every build of parameters.toml by its name."""
    data: dict[str, dict[str, Any]] = msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, Any]])
    common = data.pop("common")
    return {name: Build(name, {**common, **own}) for name, own in data.items()}


def distance(one: list[Point], other: list[Point]) -> float:
    """Widest gap between two convex figures along any edge's normal; negative if they overlap."""
    best = -float("inf")
    for figure in (one, other):
        for (ax, ay), (bx, by) in zip(figure, [*figure[1:], figure[0]], strict=True):
            length = hypot(bx - ax, by - ay)
            nx, ny = (by - ay) / length, (ax - bx) / length
            first = [x * nx + y * ny for x, y in one]
            second = [x * nx + y * ny for x, y in other]
            best = max(best, min(second) - max(first), min(first) - max(second))
    return best


def _from_stack(b: Build, figure: list[Point]) -> float:
    return min(distance(part, figure) for part in b.stack_figures)


def checks(b: Build) -> Iterator[Check]:
    """Everything that must fit in one build."""
    yield from _walls(b)
    yield from _inside(b)
    yield from _back(b)
    yield from _print(b)


def _walls(b: Build) -> Iterator[Check]:
    yield Check("wall thickness", b.wall, 2.4)
    yield Check("thinnest wall: frame round the panel", b.frame, THINNEST)
    yield Check("thinnest wall: bar between two vents", b.vent[0], THINNEST)
    yield Check("thinnest wall: bar between two slots of the loudspeaker", b.slot[1] - b.slot[0], THINNEST)
    yield Check("thinnest wall: round a screw of the board", (b.board_post - b.screw) / 2, THINNEST)
    yield Check("thinnest wall: clamp", b.clamp, THINNEST)
    tie = abs(b.lead_at - (b.gland_at - (b.loop if b.gland_at > 0 else -b.loop)))
    apart = max(tie - 12, b.loop_height - 2 - (b.lead_height + b.wall + 9))
    yield Check("thinnest wall: between the slots of two ties", apart, THINNEST)
    yield Check("wall left behind a broken edge", b.wall - b.chamfer * 0.71, 1.5)
    shift = b.active_shift
    for axis, what in ((0, "sideways"), (1, "upwards")):
        lip = (b.panel[axis] - b.active[axis] - 1.2) / 2 - abs(shift[axis])
        yield Check(f"lip that covers the panel's edge, {what}", lip, 1.5)
    yield Check("wall round the lamp", b.chin / 2 + 2 - b.lamp / 2 - b.wall / tan(radians(b.angle / 2)), 4.0)
    yield Check("lamp below the panel's frame", b.chin / 2 - 2 - b.frame - b.lamp / 2, 2.0)
    yield Check("flesh round a screw", (b.boss - b.screw) / 2, 2.0)
    yield Check("clamp's grip on the panel", b.clamp_grip - b.gap, 2.0)
    yield from _clamps(b)
    yield from _access(b)


def _clamps(b: Build) -> Iterator[Check]:
    along = 0 if b.clamps == "long" else 1
    out = b.panel[1 - along] / 2 + b.gap + b.frame + b.boss
    reach = abs(_clamp_place(b)) + 9
    if b.clamps == "long":
        yield Check("clamps' posts below the top", b.brow + b.gap + b.panel[1] / 2 - out, b.wall)
        yield Check("clamps inside the sides", b.width / 2 - b.wall - reach, 2.0)
    else:
        yield Check("clamps' posts inside the sides", b.width / 2 - b.wall - out, 0.5)
        yield Check("clamps below the top", b.brow + b.panel[1] / 2 - reach, b.wall)
    for box in b.stack:
        half, tall, start, end = box[along] / 2, box[1 - along] / 2, box[2], box[3]
        shift = box[4] if along == 0 else 0.0
        level = start < b.panel_edge + b.clamp and end > b.panel_edge
        if level and half > reach - 18:
            room = b.panel[1 - along] / 2 - tall - abs(shift) - b.clamp_grip + b.gap
            yield Check("clamp's tip beside what stands behind the panel", room, 0.3)


def _access(b: Build) -> Iterator[Check]:
    """The way of the screwdriver to the lower clamps: through the floor, at right angles to the screen."""
    long = b.clamps == "long"
    out = b.panel[1 if long else 0] / 2 + b.gap + b.frame + b.boss / 2
    aside = abs(_clamp_place(b)) if long else out
    middle = b.chin + b.gap + b.panel[1] / 2
    up = middle - (out if long else _clamp_place(b))
    depth, radius = up / cos(radians(b.angle)), b.access / 2
    beside = [max(middle + shift - tall / 2 - up, aside - wide / 2) for wide, tall, _, _, shift in b.stack]
    yield Check("screwdriver's way beside the stack", min(beside) - radius, 1.0)
    yield Check("screwdriver's hole inside the sides", b.width / 2 - b.wall - aside - radius, 1.0)
    posts = b.depth - b.wall - 12 - 2.2 * b.boss
    yield Check("screwdriver's hole before the back's posts", posts - depth - 2 * radius, 1.0)
    foot = hypot(aside - (b.width / 2 - 14), depth - 16)
    yield Check("screwdriver's hole beside a foot", foot - b.foot / 2 - 2 * radius, 1.0)


def _clamp_place(b: Build) -> float:
    """Middle of a clamp along its edge, from the middle of the edge."""
    return float(b.panel[0] / 2 - 16 if b.clamps == "long" else b.panel[1] / 2 - 12)


def _inside(b: Build) -> Iterator[Check]:
    yield Check("button clear of the stack", _from_stack(b, b.button_figure), 2.0)
    low = min(height for figure in b.stack_figures for _, height in figure)
    yield Check("stack above the floor", low - b.wall, 0.0)
    back = max(depth for figure in b.stack_figures for depth, _ in figure)
    yield Check("stack in front of the back", b.depth - b.wall - back, 10.0)
    yield Check("button above the floor", b.height - b.button_depth - b.wall, 5.0)
    if abs(b.board_at[0]) < b.board[0] / 2 + b.button_body / 2:
        yield Check("board behind the button", distance(b.button_figure, b.board_figure), 2.0)
    yield Check("board behind the stack", _from_stack(b, b.board_figure), 2.0)
    yield Check("dome inside the top, front", b.button_back, b.button / 2 + 4)
    yield Check("dome inside the top, back", b.top - b.button_back, b.button / 2 + 4)
    yield Check("dome inside the top, sides", b.width / 2, b.button / 2 + 4)
    yield Check("dome covers its hole", b.button / 2, b.button_hole / 2 * 1.15 + 2)
    yield Check("a push does not tip it: foot in front of the button", b.button_at - 16, 5.0)
    yield Check("a push does not tip it: foot behind the button", b.depth - 14 - b.button_at, 5.0)
    yield from _speaker(b)


def _speaker(b: Build) -> Iterator[Check]:
    x, z = b.speaker_at
    radius = b.speaker / 2
    square = [
        (x - radius, z - radius),
        (x + radius, z - radius),
        (x + radius, z + radius),
        (x - radius, z + radius),
    ]
    beside = b.width / 2 - b.wall - max(wide for wide, *_ in b.stack) / 2
    if beside < b.speaker_depth + 2:
        yield Check("loudspeaker behind the stack", _from_stack(b, square), 1.0)
    yield Check("loudspeaker above the floor", z - radius, b.wall)
    over_posts = min(z - radius - b.wall - b.boss, b.height - b.wall - b.boss - z - radius)
    before_posts = b.depth - b.wall - 12 - 2.2 * b.boss - x - radius
    yield Check("loudspeaker clear of the back's posts", max(over_posts, before_posts), 1.0)
    yield Check("loudspeaker before the back", b.depth - b.wall - x - radius, 1.0)


def _back(b: Build) -> Iterator[Check]:
    half, low, high = b.width / 2 - b.wall - b.gap, b.wall + b.gap, b.height - b.wall - b.gap
    post_x, post_top, post_low = b.width / 2 - b.wall - b.boss, b.height - b.wall - b.boss, b.wall + b.boss
    left, right = b.board_at[0] - b.board[0] / 2, b.board_at[0] + b.board[0] / 2
    bottom, top = b.board_at[1] - b.board[1] / 2, b.board_at[1] + b.board[1] / 2
    beside_posts = max(post_top - top, min(post_x - right, post_x + left))
    yield Check("board beside the back's posts", beside_posts, 0.5)
    yield Check("board inside the back", min(half - right, half + left, high - top, bottom - low), 0.5)
    nut = b.gland_nut / 2
    aside = max(left - (b.gland_at + nut), (b.gland_at - nut) - right, bottom - (b.gland_height + nut))
    yield Check("gland's nut beside the board", aside, 0.5)
    yield Check(
        "gland's nut inside the back", min(half - abs(b.gland_at) - nut, b.gland_height - nut - low), 0.3
    )
    yield Check("gland's nut above or beside the posts",
                max(b.gland_height - nut - post_low, post_x - abs(b.gland_at) - nut), 0.0)  # fmt: skip
    lead = abs(b.lead_at - b.gland_at) - b.lead_width / 2 - nut
    yield Check("supply's slot beside the gland", lead, 3.0)
    yield Check("supply's slot inside the posts", post_x - abs(b.lead_at) - b.lead_width / 2, 1.0)
    tie = b.gland_at - (1 if b.gland_at > 0 else -1) * b.loop
    yield Check("probe's loop: tie inside the back", half - abs(tie) - 6, 2.0)
    yield Check("probe's loop: hangs below the gland", b.gland_height - b.gland / 2, 12.0)
    yield Check("probe's loop: tie above the gland", b.loop_height, b.gland_height + 10)
    yield from _vents(b, half, post_x)


def _vents(b: Build, half: float, post_x: float) -> Iterator[Check]:
    low, high = b.wall + b.gap, b.height - b.wall - b.gap
    posts = [
        (b.board_at[0] + s * (b.board[0] / 2 - 4), b.board_at[1] + s * (b.board[1] / 2 - 4)) for s in (-1, 1)
    ]
    tie = b.gland_at - (1 if b.gland_at > 0 else -1) * b.loop
    area = 0.0
    for x, z, count in b.vents:
        last = x + (count - 1) * 2 * b.vent[0]
        start, end = x - b.vent[0] / 2, last + b.vent[0] / 2
        bottom, top = z - b.vent[1] / 2, z + b.vent[1] / 2
        area += count * b.vent[0] * b.vent[1]
        yield Check("vents inside the back", min(half + start, half - end, bottom - low, high - top), 2.0)
        yield Check("vents beside the posts' screws", min(post_x + start, post_x - end), 0.0)
        for px, pz in posts:
            away = max(start - px, px - end, bottom - pz, pz - top)
            yield Check("vents beside the board's posts", away, 4.0)
        keep_out = (
            ("gland", b.gland_at, b.gland_height, 9.5, 9.5),
            (
                "supply's slot and tie",
                b.lead_at,
                (b.lead_height + b.wall + 9) / 2,
                7.0,
                (b.lead_height + b.wall + 9) / 2,
            ),
            ("probe's tie", tie, b.loop_height, 6.0, 2.0),
        )
        for what, kx, kz, rx, rz in keep_out:
            away = max(start - kx - rx, kx - rx - end, bottom - kz - rz, kz - rz - top)
            yield Check(f"vents beside the {what}", away, 1.5)
    yield Check("open area of the vents (mm²)", area, 240.0)


def _print(b: Build) -> Iterator[Check]:
    a = radians(b.angle)
    deep = b.depth * cos(a) + b.height * sin(a)
    yield Check("printer's bed across", b.bed - 4, b.width)
    yield Check("printer's bed, front to back", b.bed - 4, deep)
    yield Check("printer's bed for the back", b.bed - 4, max(b.width, b.height))
    yield Check("height a common printer reaches", 200.0, b.depth * sin(a))
    yield Check("walls lean no more than the printer manages", b.overhang, 90 - b.angle)
