"""The rules of the house (CONTRIBUTING.md) that can be counted."""

from pathlib import Path

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
