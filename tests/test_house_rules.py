"""The rules of the house (CONTRIBUTING.md) that can be counted."""

import re
import tomllib
from pathlib import Path

import yaml

from kiosk import __version__

ROOT = Path(__file__).parents[1]
LONGEST = 400


def test_no_file_is_over_400_lines():
    files = [
        path for folder in ("kiosk", "tests", "hardware", "systemd") for path in (ROOT / folder).rglob("*.py")
    ]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files
    }
    assert lengths["tests/test_house_rules.py"] > 10
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_the_version_is_in_one_place():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in about["project"]
    assert about["tool"]["hatch"]["version"]["path"] == "kiosk/__init__.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_a_commit_is_checked_as_make_lint_checks():
    lint = [line.split("$(BIN)/")[1] for line in _recipe("lint")]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0][
        "hooks"
    ]
    assert [hook["entry"].removeprefix(".venv/bin/").removesuffix(" --force-exclude") for hook in hooks] == [
        line.removesuffix(" .") for line in lint
    ]


def _recipe(target: str) -> list[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return text.split(f"\n{target}: $(READY)\n", 1)[1].split("\n\n", 1)[0].splitlines()
