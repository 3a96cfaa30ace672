"""Collects all sentences that a person reads into ``assets/locale/cramp-kiosk.pot``.

Run ``python -m tests.tools.messages`` after changing a sentence; a test fails while the file is out of date.
The file has no dates and no line numbers, so it changes only if a sentence changes.

To add a language, German for example:

    pybabel init -D cramp-kiosk -i assets/locale/cramp-kiosk.pot -d assets/locale -l de
    (translate assets/locale/de/LC_MESSAGES/cramp-kiosk.po)
    pybabel compile -D cramp-kiosk -d assets/locale

and set ``language = "de"``. Later changes are merged with ``pybabel update`` and the same ``-D``, ``-i`` and
``-d``.
"""

import io
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from kiosk.core.cues import CUES

ROOT = Path(__file__).parents[2]
POT = ROOT / "assets" / "locale" / "cramp-kiosk.pot"

HEADER = """\
# Every sentence of the cramp kiosk. Written by tests/tools/messages.py; change the sources, not this.
msgid ""
msgstr ""
"Project-Id-Version: cramp-kiosk\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

#: The keys of a technique file whose values are translated -> comment for translators.
SPOKEN = {
    "name": "a technique; with its posture at most five words",
    "posture": "how to sit or stand; with the name at most five words",
    "word": "a key word in capitals: one short word, or two",
    "line": "what to do, at most five words",
    "gentle": "what to do, with care; at most five words",
    "caution": "what to watch for; may be long",
    "by_day": "what helps on other days; may be long",
}


def collect(root: Path) -> Catalog:
    """A catalogue of all sentences of the program and of the technique files under ``root``."""
    catalog = Catalog(domain="cramp-kiosk", charset="utf-8")
    for path in sorted((root / "kiosk").rglob("*.py")):
        for _line, message, comments, context in extract_from_file(
            "python", path, comment_tags=("Translators:",)
        ):
            catalog.add(message, None, [(_name(path, root), 1)], auto_comments=comments, context=context)
    cues = root / "kiosk" / "core" / "cues.py"  # core may not import i18n, so its words are not marked
    for word in (word for row in CUES.values() for word in (row.word, row.short) if word and cues.is_file()):
        catalog.add(word, None, [(_name(cues, root), 1)], auto_comments=[SPOKEN["word"]])
    for path in sorted((root / "assets" / "techniques").glob("*.toml")):
        for key, sentence in spoken(tomllib.loads(path.read_text(encoding="utf-8"))):
            catalog.add(sentence, None, [(_name(path, root), 1)], auto_comments=[SPOKEN[key]])
    return catalog


def spoken(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, sentence) of all values in a technique file that are translated, at any depth."""
    for key, value in table.items():
        if key in SPOKEN and isinstance(value, str):
            yield key, value
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from spoken(inner)


def template(root: Path = ROOT) -> str:
    """The text of the .pot file for the sources under ``root``."""
    text = io.BytesIO()
    write_po(text, collect(root), omit_header=True, include_lineno=False, sort_by_file=True, width=100)
    return HEADER + text.getvalue().decode("utf-8")


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


if __name__ == "__main__":
    POT.parent.mkdir(parents=True, exist_ok=True)
    POT.write_text(template(), encoding="utf-8")
