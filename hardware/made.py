"""Digests of sources and products, with which a test detects outdated drawings.

Drawings differ in their bytes between versions of the tools, so a test cannot draw them again and compare.
Instead made.toml records the digests when a group of files is made. `make test` compares the digests only;
`make hardware-check` draws everything again and compares the content.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from hardware.facts import FOLDER

ROOT = FOLDER.parent
RECORD = FOLDER / "made.toml"


class Group(NamedTuple):
    """The files made by one command: patterns of sources and products, relative to the project's folder."""

    command: str
    sources: tuple[str, ...]
    products: tuple[str, ...]


_PROGRAMS = ("facts", "wiring", "schematic", "board", "board_picture", "header_picture")

GROUPS = {
    "drawings": Group(
        "make hardware",
        (
            *(f"hardware/{name}.py" for name in _PROGRAMS),
            "hardware/pinmap.toml",
            "hardware/circuit.toml",
            "hardware/board.toml",
        ),
        ("hardware/*.svg", "hardware/wiring.png", "hardware/wiring.yml", "assets/pinmap.toml"),
    ),
    "enclosure": Group(
        "make enclosure",
        ("hardware/enclosure/*.py", "hardware/enclosure/parameters.toml", "hardware/enclosure/wedge.scad"),
        ("hardware/enclosure/*.scad", "hardware/enclosure/stl/*.stl", "hardware/enclosure/views/*.png"),
    ),
}


class Made(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Digests of a group's files, by path."""

    sources: dict[str, str]
    products: dict[str, str]


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(ROOT.glob(pattern))


def digests(patterns: tuple[str, ...]) -> dict[str, str]:
    """All files that match a pattern, each with the first 16 hexadecimal digits of its SHA-256."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in _files(patterns)
    }


def now(name: str) -> Made:
    """The current digests of a group."""
    group = GROUPS[name]
    sources, products = digests(group.sources), digests(group.products)
    return Made(sources, {file: digest for file, digest in products.items() if file not in sources})


def recorded() -> dict[str, Made]:
    """The recorded digests of all groups. Raises ``OSError``, ``msgspec.ValidationError``."""
    return msgspec.toml.decode(RECORD.read_bytes(), type=dict[str, Made])


def record(name: str) -> None:
    """Record the current digests of a group that has just been made."""
    made = (recorded() if RECORD.exists() else {}) | {name: now(name)}
    lines = ["# What each file was made from; written by `make hardware` and `make enclosure`."]
    for group, what in sorted(made.items()):
        for table, files in (("sources", what.sources), ("products", what.products)):
            lines += ["", f"[{group}.{table}]", *(f'"{file}" = "{digest}"' for file, digest in files.items())]
    RECORD.write_text("\n".join(lines) + "\n", encoding="utf-8")


def stale() -> Iterator[str]:
    """One sentence for each file whose digest differs from made.toml."""
    before = recorded()
    for name, group in GROUPS.items():
        old, new = before[name], now(name)
        for kind, then, is_now in (
            ("source", old.sources, new.sources),
            ("product", old.products, new.products),
        ):
            for file in sorted(then.keys() | is_now.keys()):
                if file not in is_now:
                    yield f"{file}, a {kind}, is gone; run `{group.command}`."
                elif file not in then:
                    yield f"{file}, a {kind}, is new; run `{group.command}`."
                elif then[file] != is_now[file]:
                    yield f"{file}, a {kind}, changed since `{group.command}`; run it again."
