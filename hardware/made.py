"""What was made from what: digests of sources and products, so that a stale picture fails a test.

Bytes of drawings differ between versions of the tools, so nothing is drawn to find out. made.toml
remembers what each group of files was made from; `make test` compares digests alone, and
`make hardware-check` draws everything anew and compares what it shows.
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
    """Files made by one command: patterns of sources and products, from the project's folder."""

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
    """One group as it was when it was made."""

    sources: dict[str, str]
    products: dict[str, str]


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(ROOT.glob(pattern))


def digests(patterns: tuple[str, ...]) -> dict[str, str]:
    """Each file that fits a pattern, with the first 16 digits of its SHA-256."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in _files(patterns)
    }


def now(name: str) -> Made:
    """A group as it is."""
    group = GROUPS[name]
    sources, products = digests(group.sources), digests(group.products)
    return Made(sources, {file: digest for file, digest in products.items() if file not in sources})


def recorded() -> dict[str, Made]:
    """Every group as it was when it was made."""
    return msgspec.toml.decode(RECORD.read_bytes(), type=dict[str, Made])


def record(name: str) -> None:
    """Remember that a group has just been made."""
    made = (recorded() if RECORD.exists() else {}) | {name: now(name)}
    lines = ["# What each file was made from; written by `make hardware` and `make enclosure`."]
    for group, what in sorted(made.items()):
        for table, files in (("sources", what.sources), ("products", what.products)):
            lines += ["", f"[{group}.{table}]", *(f'"{file}" = "{digest}"' for file, digest in files.items())]
    RECORD.write_text("\n".join(lines) + "\n", encoding="utf-8")


def stale() -> Iterator[str]:
    """A sentence for each file that is not what made.toml remembers."""
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
