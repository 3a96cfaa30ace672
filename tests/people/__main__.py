"""``make people``: many random nights, the table of what they were like, and the ten worst as scripts.

PEOPLE: how many nights (10,000); SEED: which (1); PROCESSES: how many at once (one a processor).
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from kiosk.config.defaults import file_text
from tests.people import judges
from tests.people.bed import settings_of
from tests.people.life import Life
from tests.people.run import SOAKERS, nights

OUT = Path("out/people")
WORST = 10


def main() -> int:
    """Live, judge, write."""
    count, seed = int(os.environ.get("PEOPLE", "10000")), int(os.environ.get("SEED", "1"))
    processes = int(os.environ.get("PROCESSES", str(os.cpu_count() or 1)))
    started, commit = time.monotonic(), _commit()
    lives: list[Life] = []
    worst: list[tuple[float, int, Life]] = []
    for number, life in enumerate(nights(count, seed, processes)):
        worst.append((judges.badness(life), -number, life))
        worst = sorted(worst, key=lambda each: each[:2])[-WORST:]
        lives.append(life)
        if all(life is not kept for *_, kept in worst):
            life.scripts = []
    took = time.monotonic() - started
    head = (
        f"{count} nights (one in {SOAKERS} of somebody who wants the soak), seed {seed}, commit {commit}; "
        f"{took:.0f} s on {processes} processes, {count / took:.1f} nights a second"
    )
    told = f"{head}\n\n{judges.in_words(judges.table(lives))}\n"
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    (OUT / "table.txt").write_text(told, encoding="utf-8")
    print(told)
    for place, (_, number, life) in enumerate(reversed(worst), start=1):
        _write(OUT / f"worst-{place:02}", -number, life)
    print(
        f"The table is in {OUT / 'table.txt'}, and beside it the {len(worst)} worst nights. The worst again:"
    )
    first = OUT / "worst-01"
    print(f"  XDG_CONFIG_HOME={first} cramp-kiosk rehearse --script {first / 'night.toml'}")
    for life in lives:
        if life.error:
            print(life.error, file=sys.stderr)
            return 1
    return 0


def _commit() -> str:
    try:
        command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _write(folder: Path, number: int, life: Life) -> None:
    """The night as scripts, and the settings that it was lived with."""
    settings = folder / "cramp-kiosk" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(file_text(settings_of(life.who.owner)), encoding="utf-8")
    who, cramp = life.who, life.who.cramp
    hand, has = "taps" if who.taps else "presses", ", ".join(sorted(who.conditions)) or "nothing"
    about = [
        f"Night {number}: {who.body.id}, {who.sight.id}, {who.hearing.id}, {hand}; says so {who.tells}",
        f"Has: {has}",
        "No cramp: pressed by accident"
        if cramp is None
        else f"Cramp: {cramp.foot}, ends by itself after {cramp.ends:.0f} s, helped by {cramp.helped_by}",
        f"How bad: {judges.badness(life):.0f}",
    ]
    about += [f"{at / 1000:9.1f}  {page}" for at, page in life.pages]
    text = "".join(f"# {line}\n" for line in about)
    for part, script in enumerate(life.scripts, start=1):
        name = "night.toml" if part == 1 else f"night-{part}.toml"
        (folder / name).write_text(text + script, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
