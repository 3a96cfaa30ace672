"""Draws schematic.svg with schemdraw; values come from circuit.toml, pins from pinmap.toml.

Run by ``make hardware``. The blocks are connected by net names only, so that no wires cross.
"""

import itertools
from collections.abc import Callable
from pathlib import Path

import schemdraw
from schemdraw import elements as elm

from hardware.facts import Circuit, PinMap, circuit, pin_map

_BLUE, _GREY = "#1f4e79", "#555555"
_LEFT, _RIGHT, _GAP = 14.4, 19.0, 0.4


class Sheet:
    """Draws on the sheet: parts with reference and value, nets with header pins. Coordinates are schemdraw's
    drawing units, y upwards."""

    def __init__(self, parts: Circuit, pins: PinMap) -> None:
        """Start an empty sheet."""
        self.circuit = parts
        self.header = {net: number for net, number, _ in pins.leads()}
        self.drawing = schemdraw.Drawing(show=False)
        self.drawing.config(fontsize=11, font="DejaVu Sans, Arial, sans-serif", lw=1.6, unit=2.6, margin=0.4)

    def add(self, element: elm.Element) -> elm.Element:
        """Add an element to the sheet."""
        return self.drawing.add(element)

    def part(self, ref: str, element: elm.Element, loc: str = "top", ofst: float = 0.12) -> elm.Element:
        """Add a part, labelled with its reference and value."""
        value = self.circuit.parts[ref].value
        return self.add(element.label(f"{ref}\n{value}", loc, ofst=ofst))

    def box(self, at: tuple[float, float], size: tuple[float, float], colour: str, line: str = "-") -> None:
        """Draw a rectangle with this upper left corner, width and height."""
        low = (at[0] + size[0], at[1] - size[1])
        self.add(elm.Rect(corner1=at, corner2=low).at((0, 0)).theta(0).linestyle(line).color(colour))

    def text(self, text: str, at: tuple[float, float], size: float = 11, **style: str) -> None:
        """Write a text at a point."""
        self.add(elm.Label().at(at).theta(0).label(text, fontsize=size, **style))

    def flag(self, net: str, at: tuple[float, float], side: str = "left") -> None:
        """Draw the end of a net with its name, and its header pin if it has one."""
        text = f"{net}\npin {self.header[net]}" if net in self.header else net
        away = 0.45 if side == "bottom" else 0.15
        self.add(elm.Dot(open=True).at(at).color(_BLUE).label(text, side, color=_BLUE, ofst=away))

    def wire(self, *points: tuple[float, float]) -> None:
        """Draw a line through points."""
        for start, end in itertools.pairwise(points):
            self.add(elm.Line().at(start).to(end))

    def dot(self, at: tuple[float, float]) -> None:
        """Mark a junction."""
        self.add(elm.Dot().at(at))

    def ground(self, at: tuple[float, float]) -> None:
        """Draw a ground symbol below a point."""
        self.add(elm.Ground().at(at))

    def supply(self, net: str, at: tuple[float, float]) -> None:
        """Draw a supply arrow above a point."""
        name = f"{net} pin {self.header[net]}" if net in self.header else net
        self.add(elm.Vdd().at(at).color(_BLUE).label(name, "top", color=_BLUE))

    def plug(self, ref: str, at: tuple[float, float], pins: list[str], load: str = "") -> None:
        """Draw a connector as a box with its pins from ``at`` downwards, and the name of its ``load``."""
        x, y = at
        low = y - 1.0 * (len(pins) - 1)
        self.box((x, y + 0.5), (1.5, y - low + 1.0), _GREY)
        for number, pin in enumerate(pins, 1):
            where = (x, y - 1.0 * (number - 1))
            self.add(elm.Dot().at(where).color(_GREY))
            self.text(f"{number} {pin}", (x + 0.75, where[1] - 0.13), 10)
        self.text(ref, (x + 0.75, y + 0.65), color=_GREY)
        if load:
            self.text(f"{load}\n{self.circuit.parts[load].value}", (x + 0.75, low - 1.35))

    def title(self, text: str, at: tuple[float, float], size: tuple[float, float]) -> None:
        """Draw the frame and the title of a block."""
        self.box(at, size, "#aaaaaa", "--")
        self.text(text, (at[0] + 0.3, at[1] - 0.7), 15, halign="left")


def _button(s: Sheet, x: float, y: float) -> None:
    s.title("Button", (x, y), (_LEFT, 8.6))
    s.flag("GPIO5", (x + 1.6, y - 4))
    s.part("R1", elm.Resistor().at((x + 1.6, y - 4)).to((x + 4.6, y - 4)))
    s.dot((x + 5.2, y - 4))
    s.wire((x + 4.6, y - 4), (x + 8.9, y - 4))
    s.part("R2", elm.Resistor().at((x + 5.2, y - 4)).to((x + 5.2, y - 1.6)), "bottom")
    s.supply("3V3", (x + 5.2, y - 1.6))
    s.dot((x + 6.4, y - 4))
    s.part("C1", elm.Capacitor().at((x + 6.4, y - 4)).to((x + 6.4, y - 6.6)), "top")
    s.ground((x + 6.4, y - 6.6))
    s.plug("J2", (x + 8.9, y - 4), ["sw", "gnd"])
    s.wire((x + 8.9, y - 5), (x + 8.4, y - 5), (x + 8.4, y - 6.6))
    s.ground((x + 8.4, y - 6.6))
    s.part("S1", elm.Button().at((x + 11.6, y - 4)).to((x + 11.6, y - 6.2)), "bottom")
    s.wire((x + 10.4, y - 4), (x + 11.6, y - 4))
    s.wire((x + 10.4, y - 5), (x + 10.8, y - 5), (x + 10.8, y - 6.2), (x + 11.6, y - 6.2))


def _lamp(s: Sheet, x: float, y: float) -> None:
    s.title("Lamp", (x, y), (_LEFT, 6.6))
    s.flag("GPIO12", (x + 1.6, y - 2.6))
    s.part("R3", elm.Resistor().at((x + 1.6, y - 2.6)).to((x + 4.8, y - 2.6)))
    s.wire((x + 4.8, y - 2.6), (x + 6.6, y - 2.6))
    s.plug("J3", (x + 6.6, y - 2.6), ["A", "K"])
    s.wire((x + 6.6, y - 3.6), (x + 6.0, y - 3.6), (x + 6.0, y - 4.6))
    s.ground((x + 6.0, y - 4.6))
    s.wire((x + 8.1, y - 2.6), (x + 9.8, y - 2.6))
    s.part("D1", elm.LED().at((x + 9.8, y - 2.6)).to((x + 9.8, y - 5.0)), "bottom", 0.3)
    s.wire((x + 9.8, y - 5.0), (x + 8.6, y - 5.0), (x + 8.6, y - 3.6), (x + 8.1, y - 3.6))


def _probe(s: Sheet, x: float, y: float) -> None:
    s.title("Water probe", (x, y), (_LEFT, 10.8))
    s.text(
        "Resistors in its supply and data: a short stays below 0.1 A", (x + 0.3, y - 1.4), 11, halign="left"
    )
    y -= 1.2
    s.supply("3V3", (x + 1.6, y - 1.9))
    s.wire((x + 1.6, y - 1.9), (x + 1.6, y - 2.6))
    s.part("R10", elm.Resistor().at((x + 1.6, y - 2.6)).to((x + 5.0, y - 2.6)).scale(1))
    s.wire((x + 5.0, y - 2.6), (x + 7.6, y - 2.6), (x + 7.6, y - 4.4), (x + 8.6, y - 4.4))
    s.dot((x + 1.6, y - 2.6))
    s.part("R8", elm.Resistor().at((x + 1.6, y - 2.6)).to((x + 1.6, y - 5.4)), "bottom")
    s.dot((x + 1.6, y - 5.4))
    s.flag("GPIO4", (x + 1.6, y - 6.4), "bottom")
    s.wire((x + 1.6, y - 5.4), (x + 1.6, y - 6.4))
    s.part("R9", elm.Resistor().at((x + 1.6, y - 5.4)).to((x + 5.0, y - 5.4)))
    s.wire((x + 5.0, y - 5.4), (x + 8.6, y - 5.4))
    s.dot((x + 6.4, y - 2.6))
    s.wire((x + 6.4, y - 2.6), (x + 6.4, y - 2.9))
    s.part("C4", elm.Capacitor().at((x + 6.4, y - 2.6)).to((x + 6.4, y - 4.6)), "top")
    s.ground((x + 6.4, y - 4.6))
    s.plug("J5", (x + 8.6, y - 4.4), ["red", "yel", "blk"], "U1")
    s.wire((x + 8.6, y - 6.4), (x + 7.6, y - 6.4), (x + 7.6, y - 7.0))
    s.ground((x + 7.6, y - 7.0))


def _power(s: Sheet, x: float, y: float) -> None:
    s.title("Power", (x, y), (_LEFT, 6.6))
    s.box((x + 0.4, y - 1.9), (2.8, 3.0), _GREY)
    s.text(f"PS1\n{s.circuit.parts['PS1'].value}", (x + 1.8, y - 3.6))
    s.wire((x + 3.2, y - 3.4), (x + 3.8, y - 3.4))
    s.box((x + 3.8, y - 1.9), (3.5, 3.0), _GREY)
    a1, a2 = s.circuit.parts["A1"].value, s.circuit.parts["A2"].value
    s.text(f"A1 {a1}\nA2 {a2}\nA3 memory card\nJ1 leads", (x + 5.55, y - 3.8), 10)
    s.wire((x + 7.3, y - 2.6), (x + 7.7, y - 2.6))
    s.part("F1", elm.Fuse().at((x + 7.7, y - 2.6)).to((x + 10.2, y - 2.6)), "bottom", 0.5)
    s.text(f"5V pin {s.header['5V']}", (x + 8.5, y - 2.2), 10, color=_BLUE)
    s.wire((x + 10.2, y - 2.6), (x + 11.2, y - 2.6))
    s.dot((x + 11.2, y - 2.6))
    s.supply("5VF", (x + 11.2, y - 2.3))
    s.wire((x + 11.2, y - 2.3), (x + 11.2, y - 2.6))
    s.part("C3", elm.Capacitor(polar=True).at((x + 11.2, y - 2.6)).to((x + 11.2, y - 4.9)), "bottom")
    s.ground((x + 11.2, y - 4.9))
    s.wire((x + 7.3, y - 4.2), (x + 8.2, y - 4.2), (x + 8.2, y - 4.9))
    s.ground((x + 8.2, y - 4.9))
    s.text(f"GND pin {s.header['GND']}", (x + 9.4, y - 4.9), 10, color=_BLUE)


def _load(s: Sheet, x: float, y: float, refs: tuple[str, str, str, str]) -> None:
    """A load between 5VF and a transistor: series resistor, connector, flyback diode."""
    resistor, plug, load, diode = refs
    s.supply("5VF", (x, y))
    s.part(resistor, elm.Resistor().at((x, y)).to((x, y - 2.4)), "bottom")
    s.dot((x, y - 2.4))
    s.wire((x, y - 2.4), (x + 2.2, y - 2.4), (x + 2.2, y - 2.9), (x + 3.0, y - 2.9))
    s.wire((x, y - 2.4), (x, y - 2.6))
    s.part(diode, elm.Diode().at((x, y - 4.9)).to((x, y - 2.6)), "top")
    s.dot((x, y - 4.9))
    s.wire((x, y - 4.9), (x + 2.2, y - 4.9), (x + 2.2, y - 3.9), (x + 3.0, y - 3.9))
    s.plug(plug, (x + 3.0, y - 2.9), ["+", "−"], load)


def _buzzer(s: Sheet, x: float, y: float) -> None:
    s.title("Buzzer", (x, y), (_RIGHT, 12.0))
    base = y - 8.6
    s.text("C2 lets tones through; a pin that stands still is silent", (x + 0.3, y - 1.4), 11, halign="left")
    s.flag("GPIO13", (x + 1.6, base))
    s.part("R4", elm.Resistor().at((x + 1.6, base)).to((x + 4.2, base)))
    s.dot((x + 4.5, base))
    s.wire((x + 4.2, base), (x + 4.9, base))
    s.wire((x + 4.5, base), (x + 4.5, base + 1.6))
    s.flag("TONE", (x + 4.5, base + 1.6), "top")
    s.part("C2", elm.Capacitor(polar=True).at((x + 4.9, base)).to((x + 6.9, base)), "bottom", 0.5)
    s.dot((x + 7.3, base))
    s.wire((x + 6.9, base), (x + 7.6, base))
    s.part("D3", elm.Schottky().at((x + 7.3, base - 2.2)).to((x + 7.3, base)), "bottom", 0.2)
    s.ground((x + 7.3, base - 2.2))
    s.part("R5", elm.Resistor().at((x + 7.6, base)).to((x + 10.2, base)))
    s.dot((x + 10.6, base))
    s.wire((x + 10.2, base), (x + 11.6, base))
    s.part("R6", elm.Resistor().at((x + 10.6, base)).to((x + 10.6, base - 2.2)), "top")
    s.ground((x + 10.6, base - 2.2))
    q = s.part("Q1", elm.BjtNpn(circle=True).at((x + 11.6, base)).anchor("base").right(), "right", 0.2)
    s.wire(q.emitter, (q.emitter[0], base - 2.2))
    s.ground((q.emitter[0], base - 2.2))
    s.wire(q.collector, (q.collector[0], y - 6.7))
    _load(s, q.collector[0], y - 1.8, ("R7", "J4", "BZ1", "D4"))


def _ring(s: Sheet, x: float, y: float) -> None:
    s.title("Ring light (option)", (x, y), (_RIGHT, 9.2))
    base = y - 6.0
    s.flag("GPIO12", (x + 1.6, base))
    s.part("R11", elm.Resistor().at((x + 1.6, base)).to((x + 4.8, base)))
    s.dot((x + 5.6, base))
    s.wire((x + 4.8, base), (x + 7.0, base))
    s.part("R12", elm.Resistor().at((x + 5.6, base)).to((x + 5.6, base - 2.2)), "bottom")
    s.ground((x + 5.6, base - 2.2))
    q = s.part("Q2", elm.BjtNpn(circle=True).at((x + 7.0, base)).anchor("base").right(), "right", 0.2)
    s.wire(q.emitter, (q.emitter[0], base - 2.2))
    s.ground((q.emitter[0], base - 2.2))
    top = q.collector
    s.wire(top, (top[0], y - 4.4), (top[0] + 3.4, y - 4.4))
    s.plug("J6", (top[0] + 3.4, y - 3.4), ["A", "K"], "D2")
    s.wire((top[0] + 3.4, y - 3.4), (top[0] + 2.6, y - 3.4))
    s.part("R13", elm.Resistor().at((top[0] - 0.6, y - 3.4)).to((top[0] + 2.6, y - 3.4)))
    s.wire((top[0] - 0.6, y - 3.4), (top[0] - 0.6, y - 2.2))
    s.supply("5VF", (top[0] - 0.6, y - 2.2))


def _puck(s: Sheet, x: float, y: float) -> None:
    s.title("Vibration puck (option)", (x, y), (_RIGHT, 11.8))
    base = y - 8.6
    s.flag("TONE", (x + 1.6, base))
    s.part("C5", elm.Capacitor().at((x + 1.6, base)).to((x + 3.8, base)), "top", 0.2)
    s.dot((x + 4.2, base))
    s.wire((x + 3.8, base), (x + 4.5, base))
    s.part("D5", elm.Schottky().at((x + 4.2, base - 2.2)).to((x + 4.2, base)), "top", 0.2)
    s.ground((x + 4.2, base - 2.2))
    s.part("D6", elm.Schottky().at((x + 4.5, base)).to((x + 6.9, base)), "top", 0.2)
    s.dot((x + 7.6, base))
    s.wire((x + 6.9, base), (x + 10.6, base))
    s.part("C6", elm.Capacitor().at((x + 7.6, base)).to((x + 7.6, base - 2.2)), "top")
    s.ground((x + 7.6, base - 2.2))
    s.dot((x + 9.6, base))
    s.part("R14", elm.Resistor().at((x + 9.6, base)).to((x + 9.6, base - 2.2)), "top")
    s.ground((x + 9.6, base - 2.2))
    q = s.add(elm.NFet().at((x + 11.6, base)).anchor("gate").theta(0).reverse())
    s.wire((x + 10.6, base), q.gate)
    s.text(f"Q3\n{s.circuit.parts['Q3'].value}", (q.drain[0] + 1.1, base - 0.3))
    s.wire(q.source, (q.source[0], base - 2.2))
    s.ground((q.source[0], base - 2.2))
    s.wire(q.drain, (q.drain[0], y - 6.7))
    _load(s, q.drain[0], y - 1.8, ("R15", "J7", "M1", "D7"))


def draw(target: Path) -> None:
    """Draw the whole sheet into an SVG file."""
    schemdraw.use("svg")
    sheet = Sheet(circuit(), pin_map())
    left: list[tuple[Callable[[Sheet, float, float], None], float]] = [
        (_power, 0.0), (_button, -7.0), (_lamp, -16.0), (_probe, -23.0),
    ]  # fmt: skip
    right: list[tuple[Callable[[Sheet, float, float], None], float]] = [
        (_buzzer, 0.0), (_ring, -12.4), (_puck, -22.0),
    ]  # fmt: skip
    for block, top in left:
        block(sheet, 0.0, top)
    for block, top in right:
        block(sheet, _LEFT + _GAP, top)
    sheet.drawing.save(str(target))
