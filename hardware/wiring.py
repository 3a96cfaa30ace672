"""Generates wiring.yml for WireViz from pinmap.toml and circuit.toml: all leads outside the board.

``make hardware`` then runs WireViz, which draws wiring.svg and wiring.png from it.
"""

from hardware.facts import Circuit, PinMap

#: WireViz's two-letter colour codes (IEC 60757) for the names in pinmap.toml.
COLOURS = {
    "black": "BK",
    "blue": "BU",
    "green": "GN",
    "orange": "OG",
    "red": "RD",
    "violet": "VT",
    "yellow": "YE",
    "white": "WH",
}

_Lead = tuple[str, str, str]  # pin of the connector, pin of the part, colour


class Branch:
    """One cable from a connector on the board to a part outside it."""

    def __init__(self, plug: str, load: str, title: str, leads: list[_Lead], length: float) -> None:
        """``leads`` are (connector pin, part pin, colour); ``length`` is in metres."""
        self.plug, self.load, self.title, self.leads, self.length = plug, load, title, leads, length


BRANCHES = [
    Branch("J2", "S1", "Big button", [("1", "1", "blue"), ("2", "2", "black")], 0.3),
    Branch("J3", "D1", "Lamp, amber", [("1", "A", "green"), ("2", "K", "black")], 0.3),
    Branch("J4", "BZ1", "Buzzer", [("1", "1", "red"), ("2", "2", "violet")], 0.3),
    Branch(
        "J5", "U1", "Water probe", [("1", "VDD", "red"), ("2", "DQ", "yellow"), ("3", "GND", "black")], 1.0
    ),
    Branch("J6", "D2", "Ring light (option)", [("1", "A", "red"), ("2", "K", "white")], 0.3),
    Branch("J7", "M1", "Vibration puck (option)", [("1", "1", "red"), ("2", "2", "white")], 1.5),
]


def _list(items: list[str]) -> str:
    return "[" + ", ".join(items) + "]"


def _quoted(items: list[str]) -> str:
    return _list([item if item.isdigit() else f"'{item}'" for item in items])


def _connectors(pins: PinMap, parts: Circuit) -> list[str]:
    names = {pin.net: f"GPIO{pin.bcm} {pin.name}" for pin in pins.pin}
    leads = pins.leads()
    board = [f"J1-{n}" for n in range(1, len(leads) + 1)]
    labels = [net for net, _, _ in leads]
    for branch in BRANCHES:
        for pin, _, _ in branch.leads:
            board.append(f"{branch.plug}-{pin}")
            labels.append(parts.parts[branch.plug].pins[pin])
    lines = [
        "connectors:",
        "  A1:",
        "    type: Raspberry Pi",
        "    subtype: 40-pin header",
        "    bgcolor: WH",
        f"    pins: {_list([str(header) for _, header, _ in leads])}",
        f"    pinlabels: {_quoted([names.get(net, net) for net, _, _ in leads])}",
        "  Board:",
        "    type: Our board",
        "    subtype: see board.svg",
        f"    pins: {_quoted(board)}",
        f"    pinlabels: {_quoted(labels)}",
    ]
    for branch in BRANCHES:
        part = parts.parts[branch.load]
        lines += [
            f"  {branch.load}:",
            f"    type: {branch.title}",
            f"    subtype: '{part.value}'",
            f"    pins: {_quoted([pin for _, pin, _ in branch.leads])}",
        ]
    return lines


def _cables(pins: PinMap) -> list[str]:
    lines = ["cables:"]
    colours = [COLOURS[wire] for _, _, wire in pins.leads()]
    cables = [("W1", "Leads", 0.2, colours)]
    for number, branch in enumerate(BRANCHES, 2):
        kind = "Probe's own cable" if branch.load == "U1" else "Stranded"
        cables.append((f"W{number}", kind, branch.length, [COLOURS[wire] for _, _, wire in branch.leads]))
    for name, kind, length, wires in cables:
        lines += [
            f"  {name}:",
            f'    type: "{kind}"',
            "    gauge: 0.14 mm2",
            f"    length: {length}",
            "    category: bundle" if name == "W1" else "    show_wirecount: true",
            f"    colors: {_list(wires)}",
        ]
    return lines


def _connections(pins: PinMap) -> list[str]:
    leads = pins.leads()
    wires = _list([str(n) for n in range(1, len(leads) + 1)])
    lines = [
        "connections:",
        "  -",
        f"    - A1: {_list([str(header) for _, header, _ in leads])}",
        f"    - W1: {wires}",
        f"    - Board: {_quoted([f'J1-{n}' for n in range(1, len(leads) + 1)])}",
    ]
    for number, branch in enumerate(BRANCHES, 2):
        count = _list([str(n) for n in range(1, len(branch.leads) + 1)])
        lines += [
            "  -",
            f"    - Board: {_quoted([f'{branch.plug}-{pin}' for pin, _, _ in branch.leads])}",
            f"    - W{number}: {count}",
            f"    - {branch.load}: {_quoted([pin for _, pin, _ in branch.leads])}",
        ]
    return lines


def wiring(pins: PinMap, parts: Circuit) -> str:
    """The content of wiring.yml."""
    lines = [
        "# Made by wiring.py from pinmap.toml and circuit.toml; `make hardware` writes it again.",
        *_connectors(pins, parts),
        *_cables(pins),
        *_connections(pins),
        "options:",
        "  fontname: DejaVu Sans",
        "  bgcolor: WH",
        "  color_mode: FULL",
    ]
    return "\n".join(lines) + "\n"
