"""The perforated board as data: positions of parts, tracks and wires, and a check against the circuit.

Coordinates in board.toml are for the board seen from the component side with J1 on the left: columns 1, 2, 3
from the left, rows a, b, c from the top; hole 7c is in column 7, row c. board_picture.py draws it.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hardware.facts import FOLDER, Circuit

Hole = tuple[int, int]
"""Column and row, counted from 0."""

Box = tuple[int, int, int, int]
"""Columns and rows that a part covers: left, top, right, bottom, all inclusive."""

#: Parts that are connected by leads and are not on the board.
OUTSIDE = frozenset({"A1", "A2", "PS1", "S1", "D1", "BZ1", "U1", "D2", "M1"})


class Board(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of board.toml, with holes by name."""

    columns: int
    rows: int
    part: dict[str, list[str]]
    track: dict[str, list[str]]
    wire: dict[str, list[str]] = {}

    def pins(self, ref: str) -> list[Hole]:
        """The holes of a part's pins, in the order of circuit.toml."""
        return [hole(name) for name in self.part[ref]]

    def tracks(self, net: str) -> list[list[Hole]]:
        """The bare wires of a net, each as a list of corners."""
        return [[hole(name) for name in path.split()] for path in self.track.get(net, [])]

    def wires(self, net: str) -> list[list[Hole]]:
        """The insulated wires of a net, each as a list of its two ends."""
        return [[hole(name) for name in path.split()] for path in self.wire.get(net, [])]


def board(path: Path = FOLDER / "board.toml") -> Board:
    """Read board.toml; ``msgspec.ValidationError`` names the field that is wrong."""
    return msgspec.toml.decode(path.read_bytes(), type=Board)


def hole(name: str) -> Hole:
    """ "7c" as (6, 2): column 7, row c. Raises ``ValueError`` if the column is no number."""
    return int(name[:-1]) - 1, ord(name[-1]) - ord("a")


def spell(where: Hole) -> str:
    """(6, 2) as "7c": the inverse of ``hole``."""
    return f"{where[0] + 1}{chr(ord('a') + where[1])}"


def footprint(ref: str, watt: float) -> tuple[list[Hole], Box]:
    """The pins of a part and the box it covers, with its first pin on the left and its last on the right.

    In holes (2.54 mm) from the first pin. Sizes are those of the packages in bom.csv; a resistor of 1 W
    or more is larger. Raises ``ValueError`` for an unknown kind of part.
    """
    match ref[0], ref:
        case "R", _:
            return ([(0, 0), (6, 0)], (0, -1, 6, 1)) if watt >= 1 else ([(0, 0), (4, 0)], (0, 0, 4, 0))
        case "D", _:
            return [(0, 0), (3, 0)], (0, 0, 3, 0)
        case "C", "C2":
            return [(0, 0), (1, 0)], (0, -1, 1, 1)
        case "C", "C3":
            return [(0, 0), (1, 0)], (-1, -1, 2, 1)
        case "C", "C5":
            return [(0, 0), (2, 0)], (0, 0, 2, 1)
        case "C", _:
            return [(0, 0), (2, 0)], (0, 0, 2, 0)
        case "F", _:
            return [(0, 0), (2, 0)], (0, 0, 2, 1)
        case "Q", "Q3":
            return [(0, 0), (1, 0), (2, 0)], (-1, -1, 3, 0)
        case "Q", _:
            return [(0, 0), (1, 0), (2, 0)], (0, -1, 2, 0)
    raise ValueError(f"{ref} has no footprint")


def turned(where: Hole, quarters: int) -> Hole:
    """A position rotated clockwise about (0, 0) by ``quarters`` quarter turns."""
    x, y = where
    for _ in range(quarters % 4):
        x, y = -y, x
    return x, y


def direction(pins: list[Hole]) -> int:
    """Clockwise quarter turns of a part from left to right. Raises ``KeyError`` if it is diagonal."""
    (ax, ay), (bx, by) = pins[0], pins[-1]
    return {(1, 0): 0, (0, 1): 1, (-1, 0): 2, (0, -1): 3}[((bx > ax) - (bx < ax), (by > ay) - (by < ay))]


def body(board: Board, ref: str, watt: float) -> Box:
    """The box that a part covers on the board. A connector covers two more rows than its pins, for its
    housing."""
    pins = board.pins(ref)
    if ref[0] == "J":
        xs, ys = [x for x, _ in pins], [y for _, y in pins]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        if left == right:
            return (left, top, left + 2, bottom) if left == 0 else (left - 2, top, left, bottom)
        return (left, top, right, top + 2) if top == 0 else (left, top - 2, right, top)
    quarters = direction(pins)
    _, box = footprint(ref, watt)
    ax, ay = turned(box[:2], quarters)
    bx, by = turned(box[2:], quarters)
    x, y = pins[0]
    return x + min(ax, bx), y + min(ay, by), x + max(ax, bx), y + max(ay, by)


def problems(board: Board, parts: Circuit) -> list[str]:
    """One sentence for each difference between board and circuit, and for each part that cannot be fitted.

    Connections are checked only if all parts are placed properly.
    """
    wanted = {ref for ref in parts.parts if ref not in OUTSIDE}
    found = [f"{ref} is not on the board." for ref in sorted(wanted - board.part.keys())]
    found += [f"{ref} is no part of the circuit." for ref in sorted(board.part.keys() - wanted)]
    found += [f"{net} is no net of the circuit." for net in sorted(board.track.keys() | board.wire.keys())
              if net not in parts.nets()]  # fmt: skip
    if found:
        return found
    found += _misplaced(board, parts)
    found += _crowded(board, parts)
    return found or [*_short_circuits(board, parts), *_open_connections(board, parts)]


def _misplaced(board: Board, parts: Circuit) -> Iterator[str]:
    for ref in board.part:
        pins = board.pins(ref)
        part = parts.parts[ref]
        if len(pins) != len(part.pins):
            yield f"{ref} has {len(part.pins)} pins, the board gives it {len(pins)} holes."
            continue
        own = [(i, 0) for i in range(len(pins))] if ref[0] == "J" else footprint(ref, part.watt)[0]
        x, y = pins[0]
        lies = [(x + dx, y + dy) for dx, dy in (turned(pin, direction(pins)) for pin in own)]
        if lies != pins:
            yield f"{ref} does not fit into {' '.join(board.part[ref])}."


def _crowded(board: Board, parts: Circuit) -> Iterator[str]:
    taken: dict[Hole, str] = {}
    for x, y in itertools.product((0, 1, 2), repeat=2):  # the head of a screw in each corner
        for corner in ((x, y), (board.columns - 1 - x, y), (x, board.rows - 1 - y),
                       (board.columns - 1 - x, board.rows - 1 - y)):  # fmt: skip
            taken[corner] = "a screw"
    for ref in board.part:
        left, top, right, bottom = body(board, ref, parts.parts[ref].watt)
        if left < 0 or top < 0 or right >= board.columns or bottom >= board.rows:
            yield f"{ref} reaches over the edge of the board."
        for where in itertools.product(range(left, right + 1), range(top, bottom + 1)):
            if other := taken.get(where):
                yield f"{ref} and {other} are both at {spell(where)}."
            taken[where] = ref


def along(path: list[Hole]) -> list[Hole]:
    """All holes of a track with these corners. Raises ``ValueError`` if a section is diagonal."""
    found = path[:1]
    for (ax, ay), (bx, by) in itertools.pairwise(path):
        if ax != bx and ay != by:
            raise ValueError(f"a track runs aslant from {spell((ax, ay))} to {spell((bx, by))}")
        steps = max(abs(bx - ax), abs(by - ay))
        found += [(ax + (bx - ax) * i // steps, ay + (by - ay) * i // steps) for i in range(1, steps + 1)]
    return found


def _pins_by_net(board: Board, parts: Circuit) -> dict[str, dict[Hole, str]]:
    found: dict[str, dict[Hole, str]] = {}
    for ref in board.part:
        for (pin, net), where in zip(parts.parts[ref].pins.items(), board.pins(ref), strict=True):
            found.setdefault(net, {})[where] = f"{ref} pin {pin}"
    return found


def _short_circuits(board: Board, parts: Circuit) -> Iterator[str]:
    """One sentence for each hole that two nets share."""
    owner = {where: net for net, pins in _pins_by_net(board, parts).items() for where in pins}
    for net in board.track.keys() | board.wire.keys():
        touched = [where for path in board.tracks(net) for where in along(path)]
        touched += [end for path in board.wires(net) for end in path]
        for where in touched:
            if owner.setdefault(where, net) != net:
                yield f"{net} and {owner[where]} meet at {spell(where)}."


def _open_connections(board: Board, parts: Circuit) -> Iterator[str]:
    """One sentence for each pin that is not connected to its net, and for each net with a useless track."""
    for net, pins in _pins_by_net(board, parts).items():
        groups = [{where} for where in pins]
        for path in [along(path) for path in board.tracks(net)] + board.wires(net):
            touching = [group for group in groups if group & set(path)]
            groups = [group for group in groups if group not in touching] + [set(path).union(*touching)]
        islands = [group & pins.keys() for group in groups if group & pins.keys()]
        for island in islands[1:]:
            yield f"{net}: {pins[min(island)]} is not joined to {pins[min(islands[0])]}."
        if len(groups) > len(islands):
            yield f"{net}: a track leads nowhere."
