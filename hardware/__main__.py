"""``python -m hardware``: draws, renders and checks what is in this folder; the Makefile calls it."""

import argparse
import tempfile
from pathlib import Path

from hardware import made, same, tables, tools
from hardware.board import board, problems
from hardware.board_picture import picture as board_picture
from hardware.enclosure import render
from hardware.enclosure.fit import builds, checks
from hardware.facts import FOLDER, circuit, pin_map
from hardware.header_picture import picture as header_picture
from hardware.wiring import wiring


def draw(target: Path) -> None:
    """Write the pictures of wiring, schematic, board and header into a folder.

    Raises ``SystemExit`` if Graphviz is missing and cannot be installed, or if a program fails.
    """
    from hardware import schematic  # noqa: PLC0415 - only drawing needs schemdraw

    tools.need("dot")
    pins, parts = pin_map(), circuit()
    (target / "wiring.yml").write_text(wiring(pins, parts), encoding="utf-8")
    tools.run("wireviz", "-f", "ps", "-o", str(target), str(target / "wiring.yml"))
    schematic.draw(target / "schematic.svg")
    (target / "board.svg").write_text(board_picture(board(), parts, pins), encoding="utf-8")
    (target / "header.svg").write_text(header_picture(pins), encoding="utf-8")


def _drawings(_: argparse.Namespace) -> list[str]:
    wrong = problems(board(), circuit())
    if wrong:
        return wrong
    draw(FOLDER)
    (made.ROOT / "assets" / "pinmap.toml").write_bytes((FOLDER / "pinmap.toml").read_bytes())
    if tables.README.exists():
        tables.README.write_text(tables.filled(tables.README.read_text(encoding="utf-8")), encoding="utf-8")
    made.record("drawings")
    return []


def _enclosure(_: argparse.Namespace) -> list[str]:
    wrong = [
        f"{build.name}: {each.what}: {each.room:.1f} mm of room, {each.needs:.1f} mm needed."
        for build in builds().values()
        for each in checks(build)
        if not each.fits
    ]
    if wrong:
        return wrong
    render.make()
    made.record("enclosure")
    return []


def _check(_: argparse.Namespace) -> list[str]:
    wrong = list(made.stale())
    if wrong:
        return wrong
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        draw(fresh)
        render.make(fresh / "enclosure")
        return list(same.differences(FOLDER, fresh))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 1 if it found problems, which are printed."""
    parser = argparse.ArgumentParser(prog="python -m hardware", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, what, text in (
        ("drawings", _drawings, "draw wiring, schematic, board and header; fill in the README's tables"),
        ("enclosure", _enclosure, "render the enclosure: STL files and pictures (takes minutes)"),
        ("check", _check, "say which files are stale, then make everything anew elsewhere and compare"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(command=what)
    chosen = parser.parse_args(arguments)
    wrong: list[str] = chosen.command(chosen)
    print("\n".join(wrong) or "All is well.")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
