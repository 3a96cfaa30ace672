"""bom.csv buys every part of the circuit, in every build, and nothing the circuit does not have."""

import re

import pytest

from hardware.enclosure.fit import builds
from hardware.facts import circuit, pin_map
from hardware.tables import bom

CIRCUIT = circuit()
BOM = bom()
COUNTS = [key for key in BOM[0] if key.startswith("quantity_")]

#: Bought, but no part of the circuit: the memory card, and what is mechanical (MP...).
NOT_DRAWN = {"A3"}


def references(line: dict[str, str]) -> list[str]:
    return line["reference"].split()


def test_three_builds() -> None:
    assert COUNTS == ["quantity_zero2w_3in5", "quantity_pi4_7in", "quantity_pi5_display2"]


def test_everything_drawn_is_bought_and_everything_bought_is_drawn() -> None:
    bought = [ref for line in BOM for ref in references(line)]
    assert len(set(bought)) == len(bought)
    electric = {ref for ref in bought if not ref.startswith("MP")} - NOT_DRAWN
    assert electric == set(CIRCUIT.parts)


@pytest.mark.parametrize("line", BOM, ids=lambda line: line["reference"])
def test_each_line_counts_its_references(line: dict[str, str]) -> None:
    if line["reference"].startswith("MP"):
        assert all(int(line[key]) >= 0 for key in COUNTS)
        assert any(int(line[key]) for key in COUNTS)
    else:
        assert [int(line[key]) for key in COUNTS] == [len(references(line))] * 3


@pytest.mark.parametrize("line", BOM, ids=lambda line: line["reference"])
def test_each_line_buys_the_value_that_is_drawn(line: dict[str, str]) -> None:
    drawn = {CIRCUIT.parts[ref].value for ref in references(line) if ref in CIRCUIT.parts}
    assert drawn <= {line["value"]}


def test_resistors_are_bought_strong_enough() -> None:
    for line in BOM:
        for ref in references(line):
            if ref[0] == "R":
                watt = re.search(r"Resistor ([0-9.]+) W", line["part"])
                assert watt, ref
                assert float(watt.group(1)) >= CIRCUIT.parts[ref].watt, ref


def test_options_say_that_they_are() -> None:
    for line in BOM:
        for ref in references(line):
            part = CIRCUIT.parts.get(ref)
            if part and part.option:
                assert re.search(rf"[Oo]ptions? .*{part.option}", line["notes"]), ref


def test_no_links_that_rot() -> None:
    assert [
        line for line in BOM if "http" in ",".join(line.values()) or "www" in ",".join(line.values())
    ] == []


def test_no_field_is_left_over() -> None:
    assert all(None not in line and None not in line.values() for line in BOM)


def test_where_a_panel_covers_a_lead_there_is_a_way_round() -> None:
    pins = pin_map()
    covered = {
        addon.key: [net for net, header, _ in pins.leads() if addon.covers and header in addon.covers.pins()]
        for addon in pins.addon
        if addon.key in ("spi-panel", "dsi-panel", "touch-display-2")
    }
    assert covered == {
        "spi-panel": ["3V3", "5V", "GPIO4"],  # stacking header MP9
        "dsi-panel": [],
        "touch-display-2": ["5V"],  # our red lead joins the panel's
    }
    header = next(line for line in BOM if line["reference"] == "MP9")
    assert [int(header[key]) for key in COUNTS] == [1, 0, 0]


def measure(reference: str, pattern: str) -> float:
    """A number of the parts list."""
    line = next(line for line in BOM if reference in references(line))
    found = re.search(pattern, " ".join((line["value"], line["package"])))
    assert found, (reference, pattern)
    return float(found.group(1))


def test_the_case_has_the_holes_the_parts_need() -> None:
    for build in builds().values():
        assert 0 <= build.lamp - measure("D1", r"(\d) mm") <= 0.2
        assert build.button == measure("S1", r"dome (\d+) mm")
        assert build.button_hole == measure("S1", r"(\d+) mm hole")
        assert build.speaker == measure("BZ1", r"round (\d+) mm")
        assert build.speaker_depth == measure("BZ1", r"to (\d+) mm deep")
        assert 0 <= build.gland - measure("MP2", r"hole ([0-9.]+) mm") <= 0.3
        assert build.foot == measure("MP4", r"(\d+) mm")
        columns, rows = measure("MP1", r"(\d+) x"), measure("MP1", r"x (\d+)")
        assert build.board == pytest.approx([columns * 2.54, rows * 2.54], abs=0.3)
        screws = 8 + 2  # four in the back, four in the clamps, two in the board
        assert [int(line[key]) for line in BOM if line["reference"] == "MP3" for key in COUNTS] == [
            screws
        ] * 3
