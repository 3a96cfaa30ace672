"""What the documents say of the code is so: names, links, rooms, dependencies, safety tables, lengths."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from kiosk.cli.parser import command_line
from kiosk.core import safety, soak, twopoint
from kiosk.core.rules import Condition
from kiosk.core.soak import Bands
from kiosk.core.technique import MINUTE, SECOND, Load

ROOT = Path(__file__).parents[1]
ABOUT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), ROOT / "hardware" / "README.md"])
#: Those whose every name in backticks is looked up.
HELD = ("ARCHITECTURE.md", "BENCHMARKS.md", "CONTRIBUTING.md", "SAFETY.md")
MOST_WORDS = 1500
MOST_LETTERS = 120

#: In backticks, yet not in the tree: others' names, what is made here, what a reader fills in.
OTHERS = frozenset(
    {
        *("assert_never", "config.txt", "gettext", "mypy", "statistics.linear_regression"),
        *("tomllib", "--strict", "-D", "-d", "-i", "CPUUsageNSec="),
        *(".rig/figures.txt", ".venv", "out/rehearsal", "~/.config/cramp-kiosk/techniques/"),
        *("DEVICE='-k water'", "PEOPLE=200", "SEED=2", "rehearse --script"),
        *(
            "NN",
            "two-words",
            "two_words.py",
            "assets/techniques/NN_NAME.toml",
            "command(...)",
            "kiosk/cli/NAME.py",
        ),
        "assets/locale/de/LC_MESSAGES/cramp-kiosk.po",
        ".venv/bin/pybabel update",
        ".venv/bin/pybabel compile -D cramp-kiosk -d assets/locale",
        ".venv/bin/pybabel init -D cramp-kiosk -i assets/locale/cramp-kiosk.pot -d assets/locale -l de",
    }
)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def named(name: str) -> list[str]:
    """What stands in backticks, outside of blocks of code."""
    prose = re.sub(r"(?ms)^ *```.*?^ *```$", "", text(name))
    return re.findall(r"`([^`\n]+)`", prose)


@cache
def defined(module: Path) -> frozenset[str]:
    """Names of a module; of what is in its classes ``Class.name`` and, for fields, the name alone."""
    return frozenset(_names(ast.parse(module.read_text(encoding="utf-8"))))


def _names(node: ast.Module | ast.ClassDef, within: str = "") -> set[str]:
    found: set[str] = set()
    for each in node.body:
        match each:
            case ast.ClassDef(name=name):
                found |= {within + name} | _names(each, f"{name}.")
            case ast.FunctionDef(name=name):
                found.add(within + name)
            case ast.Assign(targets=[target]):
                found |= {within + each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found |= {within + name, name}
    return found


@cache
def modules() -> dict[str, list[Path]]:
    """Every module of the program and of the tests, by its name alone."""
    found: dict[str, list[Path]] = {}
    for folder in ("kiosk", "tests", "systemd", "hardware"):
        for path in (ROOT / folder).rglob("*.py"):
            name = path.parent.name if path.stem == "__init__" else path.stem
            found.setdefault(name, []).append(path)
    return found


def is_path(name: str) -> bool:
    """A file or folder of the tree, seen from its root or from ``kiosk/``."""
    places = (ROOT, ROOT / "kiosk")
    return any((place / f"{name}{end}").exists() for place in places for end in ("", ".py"))


def is_code(name: str) -> bool:
    """A module, what one defines, or ``module.name``; of the program or its tests."""
    if name in modules() or any(name in defined(path) for paths in modules().values() for path in paths):
        return True
    module, _, rest = name.partition(".")
    return any(rest in defined(path) for path in modules().get(module, ()))


@cache
def targets() -> frozenset[str]:
    return frozenset(re.findall(r"(?m)^([a-z-]+):", text("Makefile")))


def commands() -> frozenset[str]:
    (subparsers,) = (a for a in command_line()._actions if hasattr(a, "choices") and a.choices)
    return frozenset(subparsers.choices)


def is_command(name: str) -> bool:
    """``make TARGET``, ``cramp-kiosk COMMAND`` or ``python -m MODULE``, with whatever follows."""
    match [word for word in name.split() if not re.match(r"[A-Z]+=", word)]:
        case ["make", target, *_]:
            return target in targets()
        case ["cramp-kiosk", command, *_]:
            return command in commands()
        case ["python", "-m", module, *_]:
            return is_path(module.replace(".", "/"))
        case _:
            return False


def is_setting(name: str) -> bool:
    """``section.key`` or ``key = value`` of the owner's settings, or a word that one of them takes."""
    schema = text("kiosk/config/schema.py")
    key = name.partition(" = ")[0].rpartition(".")[2]
    return re.search(rf"(?m)^    {re.escape(key)}: ", schema) is not None or name in set(Condition)


def is_known(name: str) -> bool:
    looks = (is_path, is_code, is_command, is_setting)
    return name in OTHERS or any(look(name) for look in looks)


@pytest.mark.parametrize("name", HELD)
def test_what_a_document_names_is_there(name: str) -> None:
    names = named(name)
    assert len(names) > 5
    assert sorted({each for each in names if not is_known(each)}) == []


def test_a_name_that_is_gone_is_noticed() -> None:
    gone = [
        "tomlfiles",
        "App.lead",
        "core/turn",
        "night.go",
        "make tests",
        "cramp-kiosk ran",
        "voice/",
        "Showing",
    ]
    assert [name for name in gone if is_known(name)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not _leads(path, link)] == []


def _leads(path: Path, link: str) -> bool:
    if link.startswith("https://"):
        return True
    file, _, anchor = link.partition("#")
    there = (path.parent / file).resolve() if file else path
    return there.exists() and (not anchor or anchor in _anchors(there))


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_lines_fit_a_terminal_but_for_rows_of_tables(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > MOST_LETTERS and not line.startswith("|")] == []


def test_the_map_stays_short() -> None:
    assert 500 < len(text("ARCHITECTURE.md").split()) <= MOST_WORDS


def test_the_drawing_has_the_floors_that_the_contract_holds() -> None:
    drawing = re.search(r"(?s)## The rooms\n\n```\n(.*?)```", text("ARCHITECTURE.md"))
    assert drawing is not None
    drawn = [set(re.findall(r"[a-z0-9]+", line[:40])) for line in drawing[1].splitlines()]
    contract = ABOUT["tool"]["importlinter"]["contracts"][0]["layers"]
    assert [floor for floor in drawn if floor] == [set(floor.split(" | ")) for floor in contract]


def test_every_room_has_its_row_and_no_module_lies_in_the_hall() -> None:
    rooms = {path.parent.name for path in (ROOT / "kiosk").glob("*/__init__.py")}
    rows = set(re.findall(r"(?m)^\| `(\w+)/` \|", text("ARCHITECTURE.md")))
    assert rows == rooms
    loose = {path.stem for path in (ROOT / "kiosk").glob("*.py")}
    assert loose == {"__init__", "__main__", "i18n", "files"}


def test_every_dependency_has_its_reason() -> None:
    about = ABOUT["project"]
    lists = [
        about["dependencies"],
        *about["optional-dependencies"].values(),
        ABOUT["build-system"]["requires"],
    ]
    wanted = {re.split(r"[<>=; ]", each)[0] for names in lists for each in names}
    cells = re.findall(r"(?m)^\| ([^|]+) \| .{10}", text("ARCHITECTURE.md"))
    told = {re.split(r"[<>= ]", name.strip())[0] for cell in cells for name in cell.split(",")}
    assert wanted - told == set()


def test_readme_has_a_row_for_every_command() -> None:
    assert set(re.findall(r"(?m)^\| `cramp-kiosk ([a-z-]+)` \|", text("README.md"))) == commands()


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    block = re.search(r"(?s)```\n(KioskError\n.*?)```", text("CONTRIBUTING.md"))
    assert block is not None
    drawn, path = {}, {-1: ""}
    for line in block[1].splitlines():
        depth = re.search(r"\w", line).start() // 3
        path[depth] = line.split("─ ")[-1].split()[0]
        drawn[path[depth]] = path[depth - 1]
    bases = {
        each.name: [base.id for base in each.bases if isinstance(base, ast.Name)]
        for file in (ROOT / "kiosk").rglob("*.py")
        for each in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(each, ast.ClassDef)
    }
    grown, size = {"KioskError"}, 0
    while len(grown) > size:
        size = len(grown)
        grown |= {name for name, above in bases.items() if grown & set(above)}
    assert drawn == {
        name: next((base for base in bases[name] if base in grown), "") for name in sorted(grown)
    }


# --- SAFETY.md

WORDS = {
    "massage": Load.MASSAGE,
    "pressing": Load.PRESS,
    "roller": Load.ROLL,
    "heat": Load.HEAT,
    "cold": Load.COLD,
    "standing": Load.STAND,
    "walking": Load.WALK,
    "crossed leg": Load.CROSS_LEG,
    "stretch": Load.STRETCH,
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables under a heading of SAFETY.md."""
    part = text("SAFETY.md").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in part.splitlines()
        if line.startswith("| ")
    ]


def loads(cell: str) -> frozenset[Load]:
    return frozenset(WORDS[word.strip(" *")] for word in cell.split(",") if word.strip())


def test_safety_hides_and_softens_what_the_table_says() -> None:
    told = rows("What is left out, by condition")[1:]
    assert [row[0] for row in told] != []
    hides = {Condition(row[0].strip("`")): loads(row[2]) for row in told}
    softens = {Condition(row[0].strip("`")): loads(row[3]) for row in told if row[3]}
    agreed = {Condition(row[0].strip("`")) for row in told if "heat*" in row[2]}
    assert hides == safety.HIDES
    assert softens == safety.SOFTENS
    assert agreed == safety.SENSITIVE_FEET


def test_the_bands_are_those_of_the_table() -> None:
    told = [row for row in rows("The water") if len(row) == 4][1:]
    for column, bands in ((1, Bands()), (2, soak.SENSITIVE)):
        wanted = (bands.cold, bands.warm_low, bands.warm_high, bands.too_hot, bands.danger)
        assert tuple(float(row[column]) for row in told) == wanted


def test_the_rules_of_the_water_are_those_of_the_table() -> None:
    told = [re.findall(r"[\d.]+", row[1]) for row in rows("The water") if len(row) == 2][1:]
    assert [[float(number) for number in numbers] for numbers in told] == [
        [soak.STEADY_FOR / SECOND],
        [soak.STEADY_WITHIN],
        [2],
        [1],
        [],
        [soak.RISE],
        [soak.STALE / SECOND],
        list(soak.POSSIBLE),
        [soak.JUMP],
        [soak.FROZEN_AFTER / MINUTE],
        [twopoint.MOST],
        [safety.SOAK_AT_MOST],
        [safety.SOAK_SENSITIVE],
    ]
    assert safety.STOP_AFTER == 10 * MINUTE
