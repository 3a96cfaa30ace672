"""``make help`` is the list of everything that make can do here."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_help_names_every_target():
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(targets) > 10
    named = set(re.findall(r"[a-z][a-z-]*", told.stdout))
    assert [target for target in targets if target not in {"help", *named}] == []
