"""The circuit: values that keep their limits, and the things it must do when the program does nothing."""

import pytest

from hardware.calculations import (
    Calculation,
    base_current,
    buzzer_current,
    calculations,
    lamp_current,
    quantity,
)
from hardware.facts import circuit

CIRCUIT = circuit()
PARTS = CIRCUIT.parts
ALL = list(calculations(CIRCUIT))


@pytest.mark.parametrize("each", ALL, ids=lambda each: f"{each.group}: {each.what}")
def test_each_result_keeps_its_limit(each: Calculation) -> None:
    assert each.holds, f"{quantity(each.result, each.unit)}, {each.must} {quantity(each.limit, each.unit)}"


def test_a_limit_can_be_broken() -> None:
    assert not ALL[0]._replace(result=ALL[0].limit * 1.01).holds
    assert Calculation("x", "x", "x", 1.0, "A", "at least", 1.1).holds is False


def test_the_lamp_glows_and_does_not_light_the_room() -> None:
    assert 0.0003 <= lamp_current(CIRCUIT) <= 0.003


def test_the_buzzers_transistor_is_driven_hard_and_its_pin_gently() -> None:
    start, end = base_current(CIRCUIT)
    assert 0.001 < end < start < 0.008
    assert buzzer_current(CIRCUIT) < 0.5


def test_pull_ups_are_where_they_must_be() -> None:
    assert set(PARTS["R2"].pins.values()) == {"3V3", "BUTTON"}
    assert PARTS["R2"].ohm == 10e3
    assert set(PARTS["R8"].pins.values()) == {"3V3", "GPIO4"}
    assert PARTS["R8"].ohm == 4.7e3


def test_nothing_sounds_or_moves_unless_it_is_driven() -> None:
    # every base and gate has its way to ground, and a standing level of GPIO13 ends at a capacitor
    for base, resistor in (("BASE1", "R6"), ("BASE2", "R12"), ("GATE", "R14")):
        assert set(PARTS[resistor].pins.values()) == {base, "GND"}
    at_tone = {ref for ref, _ in CIRCUIT.nets()["TONE"]}
    assert at_tone == {"R4", "C2", "C5"}


def test_coils_have_their_diode_across_them() -> None:
    for coil, diode in (("BZ1", "D4"), ("M1", "D7")):
        assert PARTS[diode].pins["K"] == PARTS[coil].pins["1"]
        assert PARTS[diode].pins["A"] == PARTS[coil].pins["2"]


def test_each_live_wire_into_the_water_has_a_resistor() -> None:
    for pin in ("VDD", "DQ"):
        net = PARTS["U1"].pins[pin]
        others = {ref for ref, _ in CIRCUIT.nets()[net]} - {"U1", "J5"}
        assert {ref[0] for ref in others} <= {"R", "C"}
        assert any(ref[0] == "R" for ref in others), net
        assert not {"3V3", "5V", "5VF", "GPIO4"} & {net}


def test_every_net_joins_something() -> None:
    assert [net for net, pins in CIRCUIT.nets().items() if len(pins) < 2] == []


def test_everything_on_5_volts_is_behind_the_fuse() -> None:
    assert {ref for ref, _ in CIRCUIT.nets()["5V"]} == {"J1", "F1"}


@pytest.mark.parametrize(("value", "unit", "told"), [
    (0.0014, "A", "1.4 mA"), (4700.0, "Ω", "4.7 kΩ"), (3.0, "×", "3.0 ×"), (3.17e-6, "s", "3.17 µs"),
])  # fmt: skip
def test_numbers_are_written_as_engineers_do(value: float, unit: str, told: str) -> None:
    assert quantity(value, unit) == told


def test_each_value_is_the_number_it_is_worked_out_with() -> None:
    factor = {"k": 1e3, "µ": 1e-6, "n": 1e-9}
    for ref, part in PARTS.items():
        number, _, unit = part.value.partition(" ")
        scale = factor.get(unit[:1], 1.0)
        if part.ohm:
            assert float(number) * scale == pytest.approx(part.ohm), ref
        if part.farad:
            assert float(number) * scale == pytest.approx(part.farad), ref
        if part.ampere:
            assert float(number) == part.ampere, ref
