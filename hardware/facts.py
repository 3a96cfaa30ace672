"""Reads pinmap.toml and circuit.toml into typed values, for all other modules of this folder."""

from pathlib import Path
from typing import Literal

import msgspec

FOLDER = Path(__file__).resolve().parent

#: The 40-pin header as Raspberry Pi numbers it: header pin -> GPIO (BCM) or rail.
HEADER: dict[int, int | str] = dict(
    enumerate(
        (
            "3V3", "5V", 2, "5V", 3, "GND", 4, 14, "GND", 15,
            17, 18, 27, "GND", 22, 23, "3V3", 24, 10, "GND",
            9, 25, 11, 8, "GND", 7, 0, 1, 5, "GND",
            6, 12, 13, "GND", 19, 16, 26, 20, "GND", 21,
        ),
        start=1,
    )
)  # fmt: skip


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signal of ours on the header."""

    name: str
    bcm: int
    header: int
    direction: Literal["in", "out", "both"]
    boot_pull: Literal["up", "down"]
    active: Literal["low", "high"]
    wire: str
    why: str

    @property
    def net(self) -> str:
        """The name of its net in circuit.toml."""
        return f"GPIO{self.bcm}"


class Supply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rail of the header: the pin that is used, and others that could be used instead (``also``)."""

    name: str
    header: int
    also: list[int]
    wire: str
    feeds: str


class Span(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Header pins that an add-on covers, both ends inclusive."""

    first: int
    last: int
    step: int = 1

    def pins(self) -> range:
        """All of these header pins."""
        return range(self.first, self.last + 1, self.step)


class Addon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Other hardware for the header, and whether it can be used with our pins."""

    name: str
    key: str
    bcm: list[int]
    verdict: Literal["free", "clash", "no-pwm", "display-only"]
    note: str
    overlays: list[str] = []
    params: list[str] = []
    pwm: bool = False
    covers: Span | None = None


class PinMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of pinmap.toml."""

    pin: list[Pin]
    supply: list[Supply]
    addon: list[Addon]

    def named(self, name: str) -> Pin:
        """The pin with this name. Raises ``StopIteration`` if there is none."""
        return next(pin for pin in self.pin if pin.name == name)

    def leads(self) -> list[tuple[str, int, str]]:
        """The leads from the header to the board, as (net, header pin, wire colour), in the order of J1."""
        return [(s.name, s.header, s.wire) for s in self.supply] + [
            (p.net, p.header, p.wire) for p in sorted(self.pin, key=lambda p: p.bcm)
        ]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part: its value, its purpose, and the net of each pin.

    ``ohm``, ``farad`` and ``ampere`` are 0 if the part has no such value. ``watt`` is its rated power.
    """

    value: str
    what: str
    pins: dict[str, str] = {}
    option: Literal["ring", "puck"] | None = None
    ohm: float = 0.0
    farad: float = 0.0
    watt: float = 0.25
    ampere: float = 0.0


class Circuit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of circuit.toml."""

    conditions: dict[str, float]
    parts: dict[str, Part]

    def nets(self) -> dict[str, list[tuple[str, str]]]:
        """All nets, each with its pins as (reference, pin)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for ref, part in self.parts.items():
            for pin, net in part.pins.items():
                found.setdefault(net, []).append((ref, pin))
        return found


def pin_map(path: Path = FOLDER / "pinmap.toml") -> PinMap:
    """Read pinmap.toml. Raises ``msgspec.ValidationError``, which names the wrong field."""
    return msgspec.toml.decode(path.read_bytes(), type=PinMap)


def circuit(path: Path = FOLDER / "circuit.toml") -> Circuit:
    """Read circuit.toml. Raises ``msgspec.ValidationError``, which names the wrong field."""
    return msgspec.toml.decode(path.read_bytes(), type=Circuit)
