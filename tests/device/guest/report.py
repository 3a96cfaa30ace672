"""Prints the content of diary and settings as JSON: report.py DIARY SETTINGS (ro|rw)."""

import json
import os
import sqlite3
import sys
import tomllib
from pathlib import Path
from typing import Any


def main(diary: str, settings: str, mode: str) -> None:
    found: dict[str, Any] = {"check": None, "episodes": [], "uses": [], "offsets": [], "settings": None}
    if Path(diary).exists():
        os.seteuid(Path(diary).stat().st_uid)  # so that SQLite's WAL and -shm belong to the service
        db = sqlite3.connect(f"file:{diary}?mode={mode}", uri=True)
        found["check"] = db.execute("PRAGMA quick_check").fetchone()[0]
        found["episodes"] = db.execute("SELECT id, ending, rating FROM episode ORDER BY id").fetchall()
        found["offsets"] = [each for (each,) in db.execute("SELECT utc_offset_min FROM episode ORDER BY id")]
        found["uses"] = db.execute("SELECT id, technique FROM technique_use ORDER BY id").fetchall()
    if Path(settings).exists():
        found["settings"] = tomllib.loads(Path(settings).read_text())
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
