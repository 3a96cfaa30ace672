"""``make bench``: what things cost, as figures to compare, one function a section.

``python -m tests.bench WORD ...`` runs the sections whose name has one of the words in it.
"""

import sys
from collections.abc import Callable, Iterable, Sequence

from tests import bench_screen

SECTIONS: dict[str, Callable[[], Iterable[str]]] = {**bench_screen.SECTIONS}


def main(words: Sequence[str]) -> None:
    for title, section in SECTIONS.items():
        if not words or any(word in title for word in words):
            print(f"\n{title}")
            for line in section():
                print(f"  {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
