"""Wiring, schematic, board and header show the circuit, the whole circuit and nothing but the circuit."""

import itertools
from collections import Counter

import msgspec
import pytest

from hardware import same
from hardware.board import OUTSIDE, Board, board, footprint, hole, problems, spell
from hardware.board_picture import picture as board_picture
from hardware.facts import FOLDER, circuit, pin_map
from hardware.header_picture import picture as header_picture
from hardware.wiring import BRANCHES, COLOURS, wiring

CIRCUIT, PINS, BOARD = circuit(), pin_map(), board()
COLOUR_OF = {"BK": "#000000", "BU": "#0066ff", "GN": "#00ff00", "OG": "#ff8000", "RD": "#ff0000",
             "VT": "#8000ff", "YE": "#ffff00", "WH": "#ffffff"}  # fmt: skip
"""What WireViz draws for its codes."""


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_wiring_yml_is_fresh() -> None:
    assert text("wiring.yml") == wiring(PINS, CIRCUIT), "run `make hardware`"


def test_every_part_outside_the_board_is_wired_pin_by_pin() -> None:
    wired = {branch.load: branch for branch in BRANCHES}
    assert wired.keys() == {ref for ref in OUTSIDE if CIRCUIT.parts[ref].pins}
    for branch in BRANCHES:
        plug, load = CIRCUIT.parts[branch.plug].pins, CIRCUIT.parts[branch.load].pins
        assert {(plug[a], load[b]) for a, b, _ in branch.leads} == {(net, net) for net in load.values()}


def test_the_wiring_picture_names_every_lead_and_part() -> None:
    shown = same.words(text("wiring.svg"))
    for pin in PINS.pin:
        assert shown[f"A1:{pin.header}:GPIO{pin.bcm}"] == 1
    for supply in PINS.supply:
        assert shown[f"A1:{supply.header}:{supply.name}"] == 1
    for branch in BRANCHES:
        for _, pin, colour in branch.leads:
            assert shown[f"{branch.load}:{pin}"] == 1
            assert any(word.endswith(f":{colour.upper()}") for word in shown)


def test_wires_are_drawn_in_their_own_colours() -> None:
    used = {wire for _, _, wire in PINS.leads()} | {colour for b in BRANCHES for _, _, colour in b.leads}
    assert {COLOUR_OF[COLOURS[colour]] for colour in used} <= same.colours(text("wiring.svg"))


def test_the_schematic_shows_every_part_once_with_its_value_below_it() -> None:
    shown = Counter(itertools.pairwise(same.texts(text("schematic.svg"))))
    by_itself = {"A1", "A2", "J1", *(ref for ref in CIRCUIT.parts if ref[0] == "J")}  # boxes: named inside
    expected = {(ref, part.value): 1 for ref, part in CIRCUIT.parts.items() if ref not in by_itself}
    assert {pair: shown[pair] for pair in expected} == expected
    words = same.words(text("schematic.svg"))
    assert {ref: words[ref] for ref in by_itself} == dict.fromkeys(by_itself, 1)


def test_the_schematic_names_every_pin_of_ours_and_its_place() -> None:
    shown = same.words(text("schematic.svg"))
    for pin in PINS.pin:
        assert shown[pin.net] >= 1, pin.name
        assert shown[str(pin.header)] >= 1, pin.name
    for supply in PINS.supply:
        assert shown[supply.name] >= 1


def test_the_board_is_the_circuit() -> None:
    assert problems(BOARD, CIRCUIT) == []


def changed(**parts: list[str]) -> Board:
    return msgspec.structs.replace(BOARD, part=BOARD.part | parts)


def test_a_missing_track_is_named() -> None:
    tracks = {net: paths for net, paths in BOARD.track.items() if net != "LAMP"}
    told = problems(msgspec.structs.replace(BOARD, track=tracks), CIRCUIT)
    assert len(told) == 1
    assert told[0].startswith("LAMP: ")
    assert "is not joined to" in told[0]


def test_a_short_circuit_is_named() -> None:
    end = BOARD.part["R3"][0]  # GPIO12
    tracks = BOARD.track | {"GND": [*BOARD.track["GND"], f"{end} {end}"]}
    told = problems(msgspec.structs.replace(BOARD, track=tracks), CIRCUIT)
    assert any(f"meet at {end}" in sentence for sentence in told)


def test_parts_in_each_others_way_are_named() -> None:
    told = problems(changed(R1=BOARD.part["R2"]), CIRCUIT)
    assert any("R1" in sentence and "R2" in sentence for sentence in told)


def test_a_part_that_does_not_fit_its_holes_is_named() -> None:
    told = problems(changed(R1=[BOARD.part["R1"][0], BOARD.part["R1"][0][:-1] + "r"]), CIRCUIT)
    assert "R1 does not fit into" in " ".join(told)


def test_a_forgotten_part_is_named() -> None:
    parts = {ref: holes for ref, holes in BOARD.part.items() if ref != "R6"}
    assert problems(msgspec.structs.replace(BOARD, part=parts), CIRCUIT) == ["R6 is not on the board."]


def test_options_can_be_left_out() -> None:
    # the insulated wires belong to them alone
    for net in BOARD.wire:
        assert any(CIRCUIT.parts[ref].option for ref, _ in CIRCUIT.nets()[net]), net


def test_footprints_are_those_of_the_packages() -> None:
    assert footprint("R1", 0.25)[0][-1] == (4, 0)  # 10 mm pitch
    assert footprint("R7", 1.0)[0][-1] == (6, 0)  # 15 mm pitch
    assert footprint("C1", 0.25)[0][-1] == (2, 0)  # 5 mm pitch
    with pytest.raises(ValueError, match="X1 has no footprint"):
        footprint("X1", 0.25)


def test_holes_are_counted_as_on_the_picture() -> None:
    assert hole("7c") == (6, 2)
    assert spell((6, 2)) == "7c"


def test_board_and_header_pictures_are_fresh() -> None:
    assert text("board.svg") == board_picture(BOARD, CIRCUIT, PINS), "run `make hardware`"
    assert text("header.svg") == header_picture(PINS), "run `make hardware`"


def test_the_board_picture_names_every_part_on_it() -> None:
    shown = same.words(text("board.svg"))
    assert [ref for ref in BOARD.part if shown[ref] < 1] == []


def test_the_header_picture_shows_every_lead() -> None:
    shown = text("header.svg")
    for number, (net, header, wire) in enumerate(PINS.leads(), 1):
        assert f"{wire}: {net}" in shown
        assert f"to J1 pin {number}<" in shown
        assert f">{header}</text>" in shown
