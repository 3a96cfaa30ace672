"""The calculation behind the value of each part, from circuit.toml, with its limit.

The table in README.md is made from this. A test checks every result against its limit.
"""

from collections.abc import Iterator
from math import exp, log
from typing import Literal, NamedTuple

from hardware.facts import Circuit

_PREFIXES = ((1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


class Calculation(NamedTuple):
    """One line of the table: what is calculated, how, the result in ``unit``, and its limit."""

    group: str
    what: str
    how: str
    result: float
    unit: str
    must: Literal["at most", "at least"]
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the result is within its limit."""
        return self.result <= self.limit if self.must == "at most" else self.result >= self.limit


def quantity(value: float, unit: str) -> str:
    """A number with unit and SI prefix: 0.0014 and "A" give "1.4 mA"."""
    if unit == "×":
        return f"{value:.1f} ×"
    for factor, prefix in _PREFIXES:
        if abs(value) >= factor or factor == _PREFIXES[-1][0]:
            return f"{value / factor:.3g} {prefix}{unit}"
    raise AssertionError(value)


def calculations(circuit: Circuit) -> Iterator[Calculation]:
    """All calculations, group by group."""
    yield from _button(circuit)
    yield from _lamp(circuit)
    yield from _buzzer(circuit)
    yield from _probe(circuit)
    yield from _ring(circuit)
    yield from _puck(circuit)
    yield from _whole(circuit)


def lamp_current(circuit: Circuit) -> float:
    """Current through the lamp at full brightness, in amperes."""
    c = circuit.conditions
    return (c["logic_high"] - c["amber_forward"]) / circuit.parts["R3"].ohm


def base_current(circuit: Circuit) -> tuple[float, float]:
    """Current into R5 at the start and at the end of the longest half wave, in amperes.

    While the pin is low, D3 discharges C2 to the forward voltage of a Schottky diode. While it is high, the
    base current charges C2, and so decreases.
    """
    c, parts = circuit.conditions, circuit.parts
    drive = c["logic_high"] - c["schottky"] - c["junction"]
    resistance = parts["R4"].ohm + parts["R5"].ohm
    half_wave = 0.5 / c["lowest_tone"]
    start = drive / resistance
    return start, start * exp(-half_wave / (resistance * parts["C2"].farad))


def buzzer_current(circuit: Circuit) -> float:
    """Current through the loudspeaker while the transistor is on, in amperes."""
    c = circuit.conditions
    return (c["supply"] - c["saturation"]) / (circuit.parts["R7"].ohm + c["speaker"])


def gate_voltage(circuit: Circuit) -> float:
    """Lowest voltage at Q3's gate during the lowest tone, in volts: the charge pump's output."""
    c, parts = circuit.conditions, circuit.parts
    pin = c["logic_high"] - base_current(circuit)[0] * parts["R4"].ohm
    given = pin - 2 * c["schottky"]
    kept = exp(-1 / (c["lowest_tone"] * parts["R14"].ohm * parts["C6"].farad))
    big, small = parts["C5"].farad, parts["C6"].farad
    return kept * big * given / (big + small * (1 - kept))


def _button(circuit: Circuit) -> Iterator[Calculation]:
    c, parts = circuit.conditions, circuit.parts
    r1, r2, c1 = parts["R1"].ohm, parts["R2"].ohm, parts["C1"].farad
    low = c["logic_high"] * r1 / (r1 + c["internal_pull_up"])
    yield Calculation(
        "Button", "Level at the pin while pressed", "3.3 V · R1 / (R1 + 50 kΩ inside the processor)",
        low, "V", "at most", c["input_low"],
    )  # fmt: skip
    yield Calculation(
        "Button", "Rise to 2 V after letting go", "R2 · C1 · ln(3.3 V / 1.3 V)",
        r2 * c1 * log(c["logic_high"] / 1.3), "s", "at most", 0.005,
    )  # fmt: skip
    yield Calculation(
        "Button", "Pin driven high by mistake, button pressed", "3.3 V / R1",
        c["logic_high"] / r1, "A", "at most", c["pin_limit"],
    )  # fmt: skip
    yield Calculation(
        "Button", "Current through the contacts", "3.3 V / R2", c["logic_high"] / r2, "A", "at most", 0.001,
    )  # fmt: skip


def _lamp(circuit: Circuit) -> Iterator[Calculation]:
    yield Calculation(
        "Lamp", "Full brightness (a glow in a dark room)", "(3.3 V − 1.9 V) / R3",
        lamp_current(circuit), "A", "at most", 0.002,
    )  # fmt: skip
    yield Calculation(
        "Lamp", "Lead shorted", "3.3 V / R3",
        circuit.conditions["logic_high"] / circuit.parts["R3"].ohm, "A", "at most", 0.016,
    )  # fmt: skip


def _buzzer(circuit: Circuit) -> Iterator[Calculation]:
    c, parts = circuit.conditions, circuit.parts
    start, end = base_current(circuit)
    collector = buzzer_current(circuit)
    pull_down = c["junction"] / parts["R6"].ohm
    yield Calculation(
        "Buzzer", "Base current, start of a half wave", "(3.3 V − 0.3 V − 0.7 V) / (R4 + R5)",
        start, "A", "at most", 0.008,
    )  # fmt: skip
    yield Calculation(
        "Buzzer", "Collector current", "(5 V − 0.2 V) / (R7 + 8 Ω)", collector, "A", "at most", 0.5,
    )  # fmt: skip
    yield Calculation(
        "Buzzer", "Base current in hand at 523 Hz",
        "160 · (base current, end of the half wave − 0.7 V / R6) / collector current",
        c["gain"] * (end - pull_down) / collector, "×", "at least", 2.0,
    )  # fmt: skip
    yield Calculation(
        "Buzzer", "Pin stuck high: base current gone after", "3 · (R4 + R5) · C2",
        3 * (parts["R4"].ohm + parts["R5"].ohm) * parts["C2"].farad, "s", "at most", 0.05,
    )  # fmt: skip
    yield Calculation(
        "Buzzer", "Power in R7, loudest tone", "collector current² · R7 / 2",
        collector**2 * parts["R7"].ohm / 2, "W", "at most", parts["R7"].watt / 2,
    )  # fmt: skip
    yield Calculation(
        "Buzzer", "Current in D4 when the transistor opens", "= collector current",
        collector, "A", "at most", 0.2,
    )  # fmt: skip
    yield Calculation(
        "Buzzer", "Sound power in the loudspeaker", "(collector current / 2)² · 8 Ω",
        (collector / 2) ** 2 * c["speaker"], "W", "at most", 1.0,
    )  # fmt: skip


def _probe(circuit: Circuit) -> Iterator[Calculation]:
    c, parts = circuit.conditions, circuit.parts
    pull = c["logic_high"] / (parts["R8"].ohm + parts["R9"].ohm)
    yield Calculation(
        "Probe", "Current a chip must sink", "3.3 V / (R8 + R9)", pull, "A", "at most", 0.004,
    )  # fmt: skip
    yield Calculation(
        "Probe", "Low level at the pin", "0.4 V + 3.3 V · R9 / (R8 + R9)",
        c["probe_sink"] + pull * parts["R9"].ohm, "V", "at most", c["input_low"],
    )  # fmt: skip
    yield Calculation(
        "Probe", "Supply left for the chip while it measures", "3.3 V − 1.5 mA · R10",
        c["logic_high"] - c["probe_current"] * parts["R10"].ohm, "V", "at least", c["probe_minimum"],
    )  # fmt: skip
    yield Calculation(
        "Probe", "Supply wire shorted, or wet", "3.3 V / R10",
        c["logic_high"] / parts["R10"].ohm, "A", "at most", 0.1,
    )  # fmt: skip
    yield Calculation(
        "Probe", "Power in R10 then", "(3.3 V)² / R10",
        c["logic_high"] ** 2 / parts["R10"].ohm, "W", "at most", parts["R10"].watt,
    )  # fmt: skip
    yield Calculation(
        "Probe", "Rise of the data line, 3 m of cable (300 pF)", "2.2 · (R8 + R9) · 300 pF",
        2.2 * (parts["R8"].ohm + parts["R9"].ohm) * 300e-12, "s", "at most", 15e-6,
    )  # fmt: skip


def _ring(circuit: Circuit) -> Iterator[Calculation]:
    c, parts = circuit.conditions, circuit.parts
    current = (c["supply"] - c["amber_forward"] - c["saturation"]) / parts["R13"].ohm
    base = (c["logic_high"] - c["junction"]) / parts["R11"].ohm - c["junction"] / parts["R12"].ohm
    yield Calculation(
        "Ring light", "Current", "(5 V − 1.9 V − 0.2 V) / R13", current, "A", "at most", 0.02,
    )  # fmt: skip
    yield Calculation(
        "Ring light", "Base current in hand", "160 · ((3.3 V − 0.7 V) / R11 − 0.7 V / R12) / current",
        c["gain"] * base / current, "×", "at least", 5.0,
    )  # fmt: skip


def _puck(circuit: Circuit) -> Iterator[Calculation]:
    c, parts = circuit.conditions, circuit.parts
    gate = gate_voltage(circuit)
    carries = c["gate_slope"] * (gate - c["gate_threshold"]) ** 2
    release = parts["R14"].ohm * parts["C6"].farad * log(gate / 1.0)
    yield Calculation(
        "Puck", "Gate voltage during the lowest tone", "pump of C5, D5, D6 into C6, less what R14 takes",
        gate, "V", "at least", c["gate_threshold"] + 0.2,
    )  # fmt: skip
    yield Calculation(
        "Puck", "Current a weak Q3 still carries then", "5.25 A/V² · (gate voltage − 2.0 V)²",
        carries, "A", "at least", 2 * c["puck_current"],
    )  # fmt: skip
    yield Calculation(
        "Puck", "Stops after the tone, or with the pin stuck", "R14 · C6 · ln(gate voltage / 1.0 V)",
        release, "s", "at most", 0.06,
    )  # fmt: skip
    yield Calculation(
        "Puck", "Voltage left for the motor", "5 V − 75 mA · R15",
        c["supply"] - c["puck_current"] * parts["R15"].ohm, "V", "at most", c["puck_voltage"] + 0.1,
    )  # fmt: skip
    yield Calculation(
        "Puck", "Power in R15 with the lead shorted", "(5 V)² / R15",
        c["supply"] ** 2 / parts["R15"].ohm, "W", "at most", parts["R15"].watt,
    )  # fmt: skip


def _whole(circuit: Circuit) -> Iterator[Calculation]:
    c, parts = circuit.conditions, circuit.parts
    base = (c["logic_high"] - c["junction"]) / parts["R11"].ohm
    lamp_pin = lamp_current(circuit) + base
    ring = (c["supply"] - c["amber_forward"] - c["saturation"]) / parts["R13"].ohm
    loads = buzzer_current(circuit) / 2 + c["puck_current"] + ring
    yield Calculation(
        "Whole", "Lamp pin, with the ring light", "lamp + (3.3 V − 0.7 V) / R11",
        lamp_pin, "A", "at most", c["pin_limit"],
    )  # fmt: skip
    yield Calculation(
        "Whole", "All pins together", "lamp pin + base current",
        lamp_pin + base_current(circuit)[0], "A", "at most", c["pins_limit"],
    )  # fmt: skip
    yield Calculation(
        "Whole", "Through fuse F1, everything on", "collector current / 2 + puck 75 mA + ring",
        loads, "A", "at most", c["fuse_hold"] * c["fuse_derating"],
    )  # fmt: skip
