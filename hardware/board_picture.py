"""Draws board.svg: the perforated board from both sides, from board.toml and circuit.toml."""

from html import escape
from typing import Any

from hardware.board import Board, Hole, body
from hardware.facts import Circuit, PinMap

_STEP = 30
_EDGE = 92
_FONT = 'font-family="DejaVu Sans, Arial, sans-serif"'
_WIRE = {"orange": "#e07b00", "red": "#c81e1e", "black": "#111111", "yellow": "#b89b00", "blue": "#1f5fd0",
         "green": "#1b8a2f", "violet": "#7a2fb0"}  # fmt: skip
#: Colours of nets without a lead to the Raspberry Pi, used in turn so that neighbours differ.
_OTHERS = ("#0b7f86", "#a0522d", "#c2187a", "#4f6b1f", "#5b4bb5", "#8a6d00", "#2f6f4f", "#8b1e3f")
_BODY = {"R": "#e9d9b3", "D": "#f0b27a", "C": "#b9d4ea", "Q": "#c9c9c9", "F": "#f3e08a", "J": "#ffffff"}
#: The text below each side.
_BELOW = (
    "Dashed outlines: only for the options ring light and vibration puck. Faint lines: soldered below.",
    "Lines: bare tinned wire from hole to hole, soldered to each pin it passes. Dashed: insulated wire.",
)


class Picture:
    """Writes the SVG: one side of the board below the other.

    ``top`` is the upper edge of the current side, ``mirror`` whether it is the solder side. Coordinates are
    pixels of the SVG.
    """

    def __init__(self, layout: Board, parts: Circuit, pins: PinMap) -> None:
        """Start an empty picture of this board."""
        self.board, self.circuit = layout, parts
        self.lines: list[str] = []
        self.top, self.mirror = 0, False
        self.width = layout.columns * _STEP + 2 * _EDGE
        self.height = layout.rows * _STEP + 2 * _EDGE + 66
        leads = {net: _WIRE[wire] for net, _, wire in pins.leads()}
        rest = [net for net in parts.nets() if net not in leads]
        self.colour = leads | {net: _OTHERS[i % len(_OTHERS)] for i, net in enumerate(rest)}
        self.colour["5VF"] = "#e2574c"

    def at(self, where: Hole) -> tuple[float, float]:
        """The centre of a hole in the picture."""
        x = self.board.columns - 1 - where[0] if self.mirror else where[0]
        return _EDGE + (x + 0.5) * _STEP, self.top + _EDGE + 30 + (where[1] + 0.5) * _STEP

    def add(self, name: str, inside: str = "", **attributes: Any) -> None:
        """Write an SVG element; underscores in attribute names become hyphens."""
        given = " ".join(f'{key.replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
        self.lines.append(f"<{name} {given}>{inside}</{name}>" if inside else f"<{name} {given}/>")

    def text(self, words: str, x: float, y: float, size: float = 12, **attributes: object) -> None:
        """Write a text centred at a point; the attribute ``turn`` rotates it, in degrees clockwise."""
        turn = attributes.pop("turn", 0)
        more = {"transform": f"rotate({turn} {_value(x)} {_value(y)})"} if turn else {}
        where = {"x": x, "y": y + size * 0.36, "font_size": size, "text_anchor": "middle"}
        self.add("text", escape(words), **{**where, **more, **attributes})

    def ground(self, top: int, mirror: bool, title: str) -> None:
        """Start a side: draw the board with its holes, and their numbers at the edges."""
        self.top, self.mirror = top, mirror
        board, colour = self.board, "#d8b878"
        self.text(title, self.width / 2, top + 24, 20, font_weight="bold")
        self.add("rect", x=_EDGE, y=top + _EDGE + 30, width=board.columns * _STEP,
                 height=board.rows * _STEP, rx=6, fill=colour, stroke="#8a6d3b", stroke_width=2)  # fmt: skip
        for column in range(board.columns):
            for row in (-1, board.rows):
                x, y = self.at((column, row))
                self.text(str(column + 1), x, y, 12, fill="#444")
        for row in range(board.rows):
            for column in (-1, board.columns):
                x, y = self.at((column, row))
                self.text(chr(ord("a") + row), x, y, 12, fill="#444")
        screws = {(x, y) for x in (1, board.columns - 2) for y in (1, board.rows - 2)}
        for column in range(board.columns):
            for row in range(board.rows):
                near = any(abs(column - x) <= 1 and abs(row - y) <= 1 for x, y in screws)
                x, y = self.at((column, row))
                if not near:
                    self.add("circle", cx=x, cy=y, r=3.2, fill="#6b5320" if not mirror else "#fff8e6",
                             stroke="#8a6d3b", stroke_width=1)  # fmt: skip
        for screw in sorted(screws):
            x, y = self.at(screw)
            self.add("circle", cx=x, cy=y, r=1.6 / 2.54 * _STEP, fill="#ffffff", stroke="#555")
            self.text("M3", x, y, 11, fill="#555")

    def tracks(self, faint: bool) -> None:
        """Draw the bare tracks; ``faint`` as seen through the board, else with the insulated wires, too."""
        for net in self.circuit.nets():
            for path in self.board.tracks(net):
                points = " ".join(f"{_value(x)},{_value(y)}" for x, y in map(self.at, path))
                look = ("#9a8352", 3, 0.55) if faint else (self.colour[net], 7, 1)
                style = dict[str, Any](zip(("stroke", "stroke_width", "stroke_opacity"), look, strict=True))
                self.add("polyline", points=points, fill="none", stroke_linejoin="round",
                         stroke_linecap="round", **style)  # fmt: skip
        if faint:
            return
        for net in self.circuit.nets():
            for start, end in self.board.wires(net):
                (ax, ay), (bx, by) = self.at(start), self.at(end)
                middle = (ax + bx) / 2 + (by - ay) * 0.12, (ay + by) / 2 - (bx - ax) * 0.12
                a, m, b = (f"{_value(x)},{_value(y)}" for x, y in ((ax, ay), middle, (bx, by)))
                for colour, wide, dash in (("#ffffff", 9, "none"), (self.colour[net], 5, "10 5")):
                    self.add("path", d=f"M{a} Q{m} {b}", fill="none", stroke=colour, stroke_width=wide,
                             stroke_dasharray=dash, stroke_linecap="round")  # fmt: skip

    def pads(self) -> None:
        """Draw the soldered pins, each in the colour of its net."""
        for ref in self.board.part:
            for net, where in zip(self.circuit.parts[ref].pins.values(), self.board.pins(ref), strict=True):
                x, y = self.at(where)
                self.add("circle", cx=x, cy=y, r=8, fill="#e8e8e8", stroke=self.colour[net], stroke_width=3.5)

    def names(self) -> None:
        """Write the reference of the part on each pad of the solder side."""
        for ref in self.board.part:
            pins = self.board.pins(ref)
            for number, where in enumerate(pins, 1):
                x, y = self.at(where)
                self.text(f"{ref}" if ref[0] != "J" else f"{ref[1:]}.{number}", x, y, 7.5, font_weight="bold")

    def part(self, ref: str) -> None:
        """Draw a part from above, with its reference, value and orientation."""
        part, pins = self.circuit.parts[ref], self.board.pins(ref)
        (ax, ay), (bx, by) = self.at(pins[0]), self.at(pins[-1])
        upright = ax == bx
        middle = (ax + bx) / 2, (ay + by) / 2
        if ref[0] == "J":
            self.plug(ref)
            return
        dash = "5 3" if part.option else "none"
        style: dict[str, Any] = {
            "fill": _BODY[ref[0]],
            "stroke": "#222",
            "stroke_width": 1.6,
            "stroke_dasharray": dash,
        }
        self.add("line", x1=ax, y1=ay, x2=bx, y2=by, stroke="#777", stroke_width=4)
        size = 11.5
        lines = [f"{ref}  {part.value}"]
        if ref in ("C2", "C3"):
            radius = (2.5 if ref == "C2" else 3.15) / 2.54 * _STEP
            self.add("circle", cx=middle[0], cy=middle[1], r=radius, **style)
            lines, size, upright = [ref, part.value.replace(" ", "")], 9.5, False
        elif ref[0] == "Q":
            lines = self.transistor(ref, style)
        else:
            long = abs(bx - ax) + abs(by - ay)
            room = {4: 2.2, 6: 2.2, 3: 1.3, 2: -0.9}[round(long / _STEP)]
            length = long - room * _STEP / 2.54
            thick = {"R": 22.0, "D": 19.0, "C": 22.0, "F": 26.0}[ref[0]] + (20 if part.watt >= 1 else 0)
            wide, tall = (thick, length) if upright else (length, thick)
            self.add(
                "rect", x=middle[0] - wide / 2, y=middle[1] - tall / 2, width=wide, height=tall, rx=5, **style
            )
            if ref[0] == "D":
                self.band(pins, middle, length, thick)
            if ref[0] in "DF" or len(lines[0]) * 7.5 > length:
                lines, size = [ref, part.value], 8.5
            if ref[0] == "D":  # the label is beside the band
                (kx, ky), (px, py) = self.at(pins[1]), self.at(pins[0])
                middle = middle[0] - ((kx > px) - (kx < px)) * 6, middle[1] - ((ky > py) - (ky < py)) * 6
        self.label(lines, middle, size, upright)
        self.marks(ref)

    def band(self, pins: list[Hole], middle: tuple[float, float], length: float, thick: float) -> None:
        """Draw the band at a diode's cathode, its second pin."""
        (ax, ay), (bx, by) = self.at(pins[0]), self.at(pins[1])
        to = (bx > ax) - (bx < ax), (by > ay) - (by < ay)
        x, y = (middle[0] + to[0] * (length / 2 - 6), middle[1] + to[1] * (length / 2 - 6))
        wide, tall = (5.0, thick) if to[0] else (thick, 5.0)
        self.add("rect", x=x - wide / 2, y=y - tall / 2, width=wide, height=tall, fill="#222")

    def transistor(self, ref: str, style: dict[str, Any]) -> list[str]:
        """Draw a TO-92 with its flat side, or a TO-220 with its metal tab. Returns no label: ``marks`` writes
        it."""
        pins = [self.at(pin) for pin in self.board.pins(ref)]
        left, top, right, bottom = body(self.board, ref, 0.25)
        (x0, y0), (x1, y1) = self.at((left, top)), self.at((right, bottom))
        (ax, ay), (bx, by) = pins[0], pins[-1]
        ux, uy = (bx > ax) - (bx < ax), (by > ay) - (by < ay)
        rx, ry = uy, -ux  # direction of the round side, or of the tab
        cx, cy = pins[1]
        if ref == "Q3":
            self.add("rect", x=min(x0, x1) - 9, y=min(y0, y1) - 9, width=abs(x1 - x0) + 18,
                     height=abs(y1 - y0) + 18, rx=2, **style)  # fmt: skip
            tx, ty = cx + rx * (_STEP + 6), cy + ry * (_STEP + 6)
            wide, tall = (abs(x1 - x0) + 18, 7) if ux else (7, abs(y1 - y0) + 18)
            self.add("rect", x=tx - wide / 2, y=ty - tall / 2, width=wide, height=tall, fill="#8b9096")
        else:
            reach, back = 1.35 * _STEP, 9
            fx, fy = cx - rx * back, cy - ry * back
            sx, sy, ex, ey = (
                _value(v) for v in (fx - ux * reach, fy - uy * reach, fx + ux * reach, fy + uy * reach)
            )
            curve = f"M{sx},{sy} L{ex},{ey} A{_value(reach)},{_value(reach)} 0 0 0 {sx},{sy} Z"
            self.add("path", d=curve, **style)
        return []

    def label(self, lines: list[str], middle: tuple[float, float], size: float, upright: bool) -> None:
        """Write lines of text on a part, vertically if it is ``upright``."""
        for number, line in enumerate(lines):
            shift = (number - (len(lines) - 1) / 2) * (size + 1.5)
            x, y = (middle[0] + shift, middle[1]) if upright else (middle[0], middle[1] + shift)
            self.text(
                line, x, y, size, turn=-90 if upright else 0, font_weight="bold" if number == 0 else "normal"
            )

    def marks(self, ref: str) -> None:
        """Mark the pins of a transistor, and the positive pin of a polarised part."""
        part, pins = self.circuit.parts[ref], self.board.pins(ref)
        if ref[0] == "Q":
            for name, where in zip(part.pins, pins, strict=True):
                x, y = self.at(where)
                self.add("circle", cx=x, cy=y, r=8, fill="#fff", stroke="#222")
                self.text(name, x, y, 10, font_weight="bold")
            (ax, ay), (bx, by) = self.at(pins[0]), self.at(pins[-1])
            ux, uy = (bx > ax) - (bx < ax), (by > ay) - (by < ay)
            x, y = self.at(pins[1])
            turn = -90 if uy else 0
            away = 20 if ref != "Q3" else 19
            self.text(ref, x + uy * away, y - ux * away, 11, turn=turn, font_weight="bold")
        elif "+" in part.pins:
            x, y = self.at(pins[list(part.pins).index("+")])
            mx, my = self.at(pins[1 - list(part.pins).index("+")])
            y += (y - my) * 0.25 - (13 if y == my else 0)
            self.text("+", x + (x - mx) * 0.25, y, 17, font_weight="bold", fill="#b00000")

    def plug(self, ref: str) -> None:
        """Draw a connector with its pins, and its name outside the edge of the board."""
        part, pins = self.circuit.parts[ref], self.board.pins(ref)
        (x0, y0), (x1, y1) = self.at(min(pins)), self.at(max(pins))
        dash = "5 3" if part.option else "none"
        words = f"{ref} {part.what}"
        match min(pins), max(pins):
            case (0, _), _:
                self.text(words, x0 - 66, (y0 + y1) / 2, 14, turn=-90, font_weight="bold")
            case (left, _), (right, _) if left == right:
                self.text(words, x0 + 66, (y0 + y1) / 2, 14, turn=-90, font_weight="bold")
            case (_, row), _:
                away = -58 if row == 0 else 58
                self.text(words, (x0 + x1) / 2, y0 + away, 14, font_weight="bold")
        self.add("rect", x=min(x0, x1) - 13, y=min(y0, y1) - 13, width=abs(x1 - x0) + 26,
                 height=abs(y1 - y0) + 26, rx=3, fill="#ffffff", stroke="#222", stroke_width=1.6,
                 stroke_dasharray=dash)  # fmt: skip
        for (name, net), where in zip(part.pins.items(), pins, strict=True):
            x, y = self.at(where)
            self.add("circle", cx=x, cy=y, r=9, fill=self.colour[net])
            self.text(name, x, y, 11, fill="#ffffff", font_weight="bold")


def _value(value: object) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def picture(layout: Board, parts: Circuit, pins: PinMap) -> str:
    """The content of board.svg."""
    drawn = Picture(layout, parts, pins)
    drawn.ground(0, mirror=False, title="Seen from above: parts")
    drawn.tracks(faint=True)
    for ref in layout.part:
        drawn.part(ref)
    drawn.ground(drawn.height, mirror=True, title="Seen from below: solder side, left and right swapped")
    drawn.tracks(faint=False)
    drawn.pads()
    drawn.names()
    for side, words in enumerate(_BELOW):
        drawn.text(words, drawn.width / 2, (side + 1) * drawn.height - 34, 14)
    width, height = drawn.width, 2 * drawn.height
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" {_FONT}><rect width="100%" height="100%" fill="#ffffff"/>'
    )
    return "\n".join([head, *drawn.lines, "</svg>"]) + "\n"
