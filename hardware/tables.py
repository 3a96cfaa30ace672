"""Generates the tables of README.md from pinmap.toml, circuit.toml, bom.csv and the calculations.

Each table is between two comments, ``<!-- table: pins -->`` and ``<!-- end -->``; ``make hardware`` replaces
what is between them.
"""

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from hardware.calculations import calculations, quantity
from hardware.facts import FOLDER, Circuit, PinMap, circuit, pin_map

README = FOLDER / "README.md"
_TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_VERDICT = {
    "free": "goes with ours",
    "no-pwm": "goes with ours, but see there",
    "clash": "**shares a pin**",
    "display-only": "**takes every pin**",
}


def bom(path: Path = FOLDER / "bom.csv") -> list[dict[str, str]]:
    """All lines of the parts list, by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(head: str, rows: Iterable[Iterable[str]]) -> str:
    titles = [title.strip() for title in head.split("|")]
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _pins(pins: PinMap, _: Circuit) -> str:
    places = {header: number for number, (_, header, _) in enumerate(pins.leads(), 1)}
    rows = [
        [supply.name, str(supply.header), supply.wire, f"J1.{places[supply.header]}", supply.feeds]
        for supply in pins.supply
    ]
    rows += [
        [f"GPIO{pin.bcm} {pin.name}", str(pin.header), pin.wire, f"J1.{places[pin.header]}", pin.why]
        for pin in sorted(pins.pin, key=lambda pin: pin.bcm)
    ]
    return _table("signal | header pin | wire | on the board | why this one", rows)


def _conflicts(pins: PinMap, _: Circuit) -> str:
    rows = []
    for addon in pins.addon:
        taken = ", ".join(str(pin) for pin in addon.bcm)
        if len(addon.bcm) > 20:
            taken = "all"
        rows.append([addon.name, taken or "none", _VERDICT[addon.verdict], addon.note])
    return _table("on the same header | GPIO | with our pins | what to do", rows)


def _values(_: PinMap, parts: Circuit) -> str:
    rows = [
        [each.group, each.what, each.how, quantity(each.result, each.unit),
         f"{each.must} {quantity(each.limit, each.unit)}"]
        for each in calculations(parts)
    ]  # fmt: skip
    return _table("part | what | how | result | must be", rows)


def _parts(_: PinMap, parts: Circuit) -> str:
    rows = []
    for line in bom():
        refs = line["reference"].split()
        what = "; ".join(dict.fromkeys(parts.parts[ref].what for ref in refs if ref in parts.parts))
        counts = [line[key] for key in line if key.startswith("quantity_")]
        rows.append([" ".join(refs), line["part"], line["value"], *counts, what])
    return _table('reference | part | value | Zero 2 W, 3.5" | Pi 3/4, 7" | Pi 5, Display 2 | for', rows)


def _ohms(pins: PinMap, parts: Circuit) -> str:
    """Resistances to measure before anything is connected: first those that must be high, then the others."""
    ring = quantity(parts.parts["R11"].ohm + parts.parts["R12"].ohm, "Ω")
    buzzer, lamp = (_lead(parts, pins.named(name).net) for name in ("buzzer", "lamp"))
    others = f"above 100 kΩ, after a rise at {buzzer}; {lamp} with a ring light: at most {ring}"
    rows = [
        [f"{_lead(parts, '5V')} (5 V) and GND", "rises while C3 charges, ends above 100 kΩ"],
        [f"{_lead(parts, '3V3')} (3.3 V) and GND", "above 100 kΩ"],
        ["each other pin of J1 and GND", others],
    ]
    paths = [("3V3", ["R8"]), ("3V3", ["R2", "R1"]), ("3V3", ["R10"]), ("5V", ["F1", "R7"])]
    paths += [(pins.named("probe").net, ["R9"]), (pins.named("lamp").net, ["R3"])]
    for start, refs in paths:
        net = start
        for ref in refs:
            net = next(other for other in parts.parts[ref].pins.values() if other != net)
        end = _lead(parts, net) if net in parts.parts["J1"].pins.values() else _plug(parts, net)
        total = sum(parts.parts[ref].ohm for ref in refs)
        expected = quantity(total, "Ω")
        if "F1" in refs:
            expected = f"{total:.0f} Ω to {total + 4:.0f} Ω"  # a polyfuse of this size has 1 Ω to 4 Ω
        rows.append([f"{_lead(parts, start)} and {end}", f"{expected} ({' and '.join(refs)})"])
    return _table("between | must be", rows)


def _lead(parts: Circuit, net: str) -> str:
    return "J1." + next(pin for pin, each in parts.parts["J1"].pins.items() if each == net)


def _plug(parts: Circuit, net: str) -> str:
    """The connector pin with this net, such as "J2.1"."""
    pins = ((ref, pin, each) for ref, part in parts.parts.items() for pin, each in part.pins.items())
    return next(f"{ref}.{pin}" for ref, pin, each in pins if ref[0] == "J" and each == net)


TABLES: dict[str, Callable[[PinMap, Circuit], str]] = {
    "pins": _pins,
    "conflicts": _conflicts,
    "ohms": _ohms,
    "values": _values,
    "parts": _parts,
}


def filled(text: str) -> str:
    """The text of README.md with all tables replaced. Raises ``KeyError`` for an unknown table."""
    pins, parts = pin_map(), circuit()
    return _TABLE.sub(lambda found: found[1] + "\n" + TABLES[found[2]](pins, parts) + "\n" + found[3], text)
