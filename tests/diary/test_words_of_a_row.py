"""What the night may say of an episode, the file takes; what the file takes, the night may say."""

import re
import sqlite3
from contextlib import closing
from enum import StrEnum
from pathlib import Path

import pytest

from kiosk.core.events import Ending
from kiosk.core.technique import Side
from kiosk.diary import export, schema


def taken(column: str) -> set[str]:
    """The words that a new diary's CHECK of this column names."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.mark_ours(db)
        schema.migrate(db)
        (table,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'episode'").fetchone()
    found = re.search(rf"CHECK \({column} IN \(([^)]*)\)\)", table)
    assert found is not None
    return set(re.findall(r"'([^']*)'", found[1]))


@pytest.mark.parametrize(("column", "words"), [("ending", Ending), ("side", Side)])
def test_a_new_word_needs_its_migration(column: str, words: type[StrEnum]) -> None:
    assert taken(column) == {word.value for word in words}


def test_each_has_a_word_for_people() -> None:
    assert len({export._ending(ending) for ending in Ending}) == len(Ending)
    assert len({export._side(side) for side in Side}) == len(Side)


def test_the_comment_beside_the_column_names_each_ending() -> None:
    source = Path(export.__file__).read_text(encoding="utf-8")
    line = next(each for each in source.splitlines() if '"ending",' in each)
    assert all(ending.value in line for ending in Ending)
