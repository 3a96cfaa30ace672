"""A picture older than what it shows, a table nobody filled in, a link to nothing: each fails here."""

import re
from pathlib import Path

import pytest

from hardware import made, same, tables, tools
from hardware.calculations import lamp_current, quantity
from hardware.enclosure.fit import builds
from hardware.facts import FOLDER, circuit, pin_map


def test_nothing_is_stale() -> None:
    assert list(made.stale()) == []


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one source and one picture, just made."""
    monkeypatch.setattr(made, "ROOT", tmp_path)
    monkeypatch.setattr(made, "RECORD", tmp_path / "made.toml")
    monkeypatch.setattr(made, "GROUPS", {"all": made.Group("make all", ("*.txt",), ("*.svg",))})
    (tmp_path / "a.txt").write_text("5", encoding="utf-8")
    (tmp_path / "a.svg").write_text("<svg/>", encoding="utf-8")
    made.record("all")
    assert list(made.stale()) == []
    return tmp_path


def test_a_changed_source_is_named(small: Path) -> None:
    (small / "a.txt").write_text("6", encoding="utf-8")
    assert list(made.stale()) == ["a.txt, a source, changed since `make all`; run it again."]


def test_a_picture_changed_by_hand_is_named(small: Path) -> None:
    (small / "a.svg").write_text("<svg></svg>", encoding="utf-8")
    assert list(made.stale()) == ["a.svg, a product, changed since `make all`; run it again."]


def test_files_that_come_and_go_are_named(small: Path) -> None:
    (small / "a.svg").unlink()
    (small / "b.txt").write_text("", encoding="utf-8")
    assert list(made.stale()) == [
        "b.txt, a source, is new; run `make all`.",
        "a.svg, a product, is gone; run `make all`.",
    ]


def test_another_drawing_is_told_from_the_same_one_laid_out_otherwise(tmp_path: Path) -> None:
    ours, fresh = tmp_path / "ours", tmp_path / "fresh"
    for folder in (ours, fresh):
        folder.mkdir()
    (ours / "a.svg").write_text('<svg><text x="1" fill="#ff0000">R1</text><text>1 k</text></svg>')
    (fresh / "a.svg").write_text('<svg><text>1 k</text><text x="7" fill="#FF0000">R1</text></svg>')
    assert list(same.differences(ours, fresh)) == []
    (fresh / "a.svg").write_text('<svg><text>2 k</text><text fill="#FF0000">R1</text></svg>')
    assert list(same.differences(ours, fresh)) == ["a.svg says something else: 1, 2."]
    (fresh / "a.svg").write_text('<svg><text>1 k</text><text fill="#00ff00">R1</text></svg>')
    assert list(same.differences(ours, fresh)) == ["a.svg has other colours: #00ff00, #ff0000."]
    (fresh / "b.yml").write_text("")
    assert "b.yml is missing." in list(same.differences(ours, fresh))


def test_another_body_is_told_from_the_same_one(tmp_path: Path) -> None:
    ours, fresh = tmp_path / "ours", tmp_path / "fresh"
    for folder in (ours, fresh):
        folder.mkdir()
    stl = (FOLDER / "enclosure" / "stl" / "seven-clamp.stl").read_bytes()
    (ours / "a.stl").write_bytes(stl)
    (fresh / "a.stl").write_bytes(stl)
    assert list(same.differences(ours, fresh)) == []
    (fresh / "a.stl").write_bytes((FOLDER / "enclosure" / "stl" / "seven-back.stl").read_bytes())
    assert list(same.differences(ours, fresh)) == ["a.stl is 18.00 mm where it should be 200.60 mm."]


README = tables.README.read_text(encoding="utf-8")


def test_the_readmes_tables_are_fresh() -> None:
    assert tables.filled(README) == README, "run `make hardware`"
    assert set(re.findall(r"<!-- table: (\w+) -->", README)) == set(tables.TABLES)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert len(links) > 20
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in README.splitlines()
        if line.startswith("#")
    }
    for link in links:
        file, _, heading = link.partition("#")
        assert (FOLDER / file).exists(), link
        if not file:
            assert heading in headings, link


def test_the_readme_gives_the_cases_size_as_it_is() -> None:
    row = next(line for line in README.splitlines() if line.startswith("| outside (mm) |"))
    order = [builds()[name] for name in ("three_five", "seven", "touch2")]
    told = [f"{b.width:.0f} x {b.depth:.0f} x {b.height:.0f}" for b in order]
    assert [cell.strip() for cell in row.split("|")[2:-1]] == told


def test_the_readme_sends_the_meter_to_the_right_pins() -> None:
    told = " ".join(README.split())
    pins, parts = pin_map(), circuit()
    at = {pin.name: pin.header for pin in pins.pin} | {supply.name: supply.header for supply in pins.supply}
    for sentence in (
        f"measure 5 V between header pins {at['5V']} and {at['GND']}.",
        f"measure header pin {at['button']} to {at['GND']};",
        f"measure header pin {at['lamp']} to {at['GND']} during",
        f"green lead on the wrong pin ({at['lamp']} it is)",
        f"yellow lead on the wrong pin ({at['probe']} it is)",
        f"Ours are {at['5V']} and {at['GND']}, so both fit.",
        f"stands still on {pins.named('buzzer').net} cannot pass C2",
        f"0.3 mA instead of {quantity(lamp_current(parts), 'A')}",
        f"GND is also on pins {', '.join(map(str, pins.supply[2].also[:-1]))} and {pins.supply[2].also[-1]}",
    ):
        assert sentence in told, sentence


def test_one_symptom_a_heading() -> None:
    trouble = README.split("## When something is wrong")[1].split("\n## ")[0]
    assert trouble.count("\n### ") >= 12


def test_safety_comes_before_tools_and_tools_before_the_first_step() -> None:
    order = [
        README.index(f"\n## {title}") for title in ("Safety first", "Tools", "Parts", "1. Print the case")
    ]
    assert order == sorted(order)


def test_a_missing_tool_is_one_sentence_to_who_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        tools.shutil, "which", lambda program: None if program == "dot" else f"/bin/{program}"
    )
    monkeypatch.setattr(tools.os, "geteuid", lambda: 1000)
    tools.need("openscad")
    with pytest.raises(
        SystemExit, match=r"^dot is missing. Do this once: sudo apt-get install graphviz fonts"
    ):
        tools.need("dot", "openscad")


def test_a_tool_that_fails_says_why() -> None:
    with pytest.raises(SystemExit, match=r"sh -c .* failed \(3\)\.\nno\Z"):
        tools.run("sh", "-c", "echo no; exit 3")


def test_the_drawing_libraries_are_pinned() -> None:
    project = (FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r"^hardware = \[(.+)\]$", project, re.MULTILINE)
    assert found
    assert all("==" in each for each in found.group(1).split(","))
