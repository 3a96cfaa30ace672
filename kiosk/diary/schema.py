"""The diary's tables: the migrations that create them, and the comparison with a file's schema.

A file whose tables differ from those of the migrations is not written to: a flipped bit in the schema may
have renamed a column, and a write could then destroy data.
"""

import re
import sqlite3
from contextlib import closing
from functools import cache

from kiosk.diary.place import APPLICATION_ID


def _redefine(table: str, statement: str) -> str:
    """SQL that changes a table's constraints without touching its rows.

    SQLite documents this for changes that do not affect the stored data
    (www.sqlite.org/lang_altertable.html, "writable schema"). Copying the rows into a new table would check
    each of them: one bad row would stop the migration or be lost. ``RESET`` reloads the schema in this
    connection; others see the change by the DROP INDEX of the same transaction.
    """
    quoted = statement.strip().replace("'", "''")
    update = f"UPDATE sqlite_schema SET sql = '{quoted}' WHERE type = 'table' AND name = '{table}'"  # noqa: S608 - ours
    return f"PRAGMA writable_schema = ON; {update}; PRAGMA writable_schema = RESET;"


#: One script for each version; ``user_version`` in the file is the number of scripts applied. Never change a
#: released script, add another one. Do not use ALTER TABLE: the SQL text that it stores differs between
#: versions of SQLite, and this text is compared.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE episode (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        began_ms INTEGER NOT NULL,            -- UTC, ms since 1970
        utc_offset_min INTEGER NOT NULL,      -- local time minus UTC at that moment
        clock_ok INTEGER NOT NULL CHECK (clock_ok IN (0, 1)),
        cramp INTEGER NOT NULL CHECK (cramp IN (0, 1)),
        side TEXT NOT NULL,
        last_ms INTEGER NOT NULL DEFAULT 0,   -- this and the next two: ms after the beginning
        stop_ms INTEGER,
        ended_ms INTEGER,
        ending TEXT,
        rating INTEGER CHECK (rating BETWEEN 0 AND 10),
        resumed INTEGER NOT NULL DEFAULT 0 CHECK (resumed IN (0, 1)),
        CHECK ((ended_ms IS NULL) = (ending IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX one_open_episode ON episode (1) WHERE ending IS NULL;
    CREATE TABLE technique_use (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        episode INTEGER NOT NULL REFERENCES episode ON DELETE CASCADE,
        technique TEXT NOT NULL,
        began_ms INTEGER NOT NULL,            -- ms after the episode began
        ended_ms INTEGER,
        finished INTEGER CHECK (finished IN (0, 1)),
        soak_min REAL,
        soak_max REAL,
        soak_ms INTEGER
    ) STRICT;
    CREATE INDEX technique_use_episode ON technique_use (episode);
    """,
    # Constraints for every column. Indexes and AUTOINCREMENT are removed: they store data twice, and a
    # damaged copy would reject a good record. A few thousand rows are read fast enough without them.
    """
    DROP INDEX one_open_episode;
    DROP INDEX technique_use_episode;
    """
    + _redefine(
        "episode",
        """
CREATE TABLE episode (
        id INTEGER PRIMARY KEY,
        began_ms INTEGER NOT NULL             -- UTC, ms since 1970; a clock may be wrong by centuries
            CHECK (began_ms BETWEEN -10000000000000 AND 100000000000000),
        utc_offset_min INTEGER NOT NULL       -- local time minus UTC at that moment
            CHECK (utc_offset_min BETWEEN -1439 AND 1439),
        clock_ok INTEGER NOT NULL CHECK (clock_ok IN (0, 1)),
        cramp INTEGER NOT NULL CHECK (cramp IN (0, 1)),
        side TEXT NOT NULL CHECK (side IN ('left', 'right', 'both')),
        last_ms INTEGER NOT NULL DEFAULT 0    -- this and the next two: ms after the beginning
            CHECK (last_ms BETWEEN 0 AND 10000000000000),
        stop_ms INTEGER CHECK (stop_ms BETWEEN 0 AND last_ms),
        ended_ms INTEGER CHECK (ended_ms BETWEEN 0 AND last_ms),
        ending TEXT CHECK (ending IN ('gone', 'no-answer', 'interrupted')),
        rating INTEGER CHECK (rating BETWEEN 0 AND 10),
        resumed INTEGER NOT NULL DEFAULT 0 CHECK (resumed IN (0, 1)),
        CHECK ((ended_ms IS NULL) = (ending IS NULL))
    ) STRICT
""",
    )
    + _redefine(
        "technique_use",
        """
CREATE TABLE technique_use (
        id INTEGER PRIMARY KEY,
        episode INTEGER NOT NULL REFERENCES episode ON DELETE CASCADE,
        technique TEXT NOT NULL CHECK (technique <> ''),
        began_ms INTEGER NOT NULL             -- this and the next: ms after the episode began
            CHECK (began_ms BETWEEN 0 AND 10000000000000),
        ended_ms INTEGER CHECK (ended_ms BETWEEN 0 AND 10000000000000),
        finished INTEGER CHECK (finished IN (0, 1)),
        soak_min REAL CHECK (soak_min BETWEEN -100 AND 200),
        soak_max REAL CHECK (soak_max BETWEEN -100 AND 200),
        soak_ms INTEGER CHECK (soak_ms BETWEEN 0 AND 10000000000000),
        CHECK ((ended_ms IS NULL) = (finished IS NULL))
    ) STRICT
""",
    ),
)

#: The tables that the migrations create.
TABLES = {"episode", "technique_use"}

#: The oldest version that can be read without a migration: a read-only user cannot migrate.
READABLE_FROM = 1

Shape = frozenset[tuple[str, ...]]
"""a schema: (type, name, table, normalised SQL) of each of its objects"""


def migrate(db: sqlite3.Connection) -> None:
    """Apply the missing migrations, each in one transaction. Raises ``sqlite3.Error``."""
    for version, script in enumerate(MIGRATIONS, start=1):
        if version > version_of(db):
            try:
                db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {version}; COMMIT;")
            except sqlite3.Error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise


def version_of(db: sqlite3.Connection) -> int:
    """The number of migrations applied. It is in the header, so it can be read if the schema is damaged.

    Raises ``sqlite3.Error``.
    """
    return _number(db, "user_version")


def is_marked_ours(db: sqlite3.Connection) -> bool:
    """Whether the header has our application id. Raises ``sqlite3.Error``."""
    return _number(db, "application_id") == APPLICATION_ID


def mark_ours(db: sqlite3.Connection) -> None:
    """Write our application id to the header. Raises ``sqlite3.Error``."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def shape(db: sqlite3.Connection) -> Shape:
    """The schema with comments removed and white space normalised. Raises ``sqlite3.Error``.

    It is loaded twice, because SQLite accepts an invalid text encoding in the header when it loads the schema
    first, and refuses it when it reloads the schema: in a migration, or later when another program adds a
    table.
    """
    db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    db.execute("PRAGMA writable_schema = RESET")  # drops the loaded schema and has no other effect
    return frozenset(
        (str(kind), str(name), str(table), " ".join(re.sub(r"--[^\n]*", "", str(sql)).split()))
        for kind, name, table, sql in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        if not str(name).startswith("sqlite_")
    )


def is_as_made(found: Shape, version: int) -> bool:
    """Whether our tables are exactly those of the migrations up to ``version``, without added indexes or
    triggers. Other programs' tables, such as a backup program's, are ignored."""
    wanted = _made_by(MIGRATIONS[: max(0, version)])
    tables = TABLES | {table for _kind, _name, table, _sql in wanted}
    return frozenset(thing for thing in found if thing[2].lower() in tables) == wanted


def damaged_pages(db: sqlite3.Connection) -> str:
    """The first problem that ``quick_check`` finds in the pages; "" if there is none. Reads the whole file.

    Problems of single rows, such as text in place of a number, are ignored: ``rows`` skips those rows. If
    SQLite cannot check the whole file because another program's table needs its collation, function or
    module, only our tables are checked. Raises ``sqlite3.Error``.
    """
    try:
        problems = _lines(db, "quick_check(100)")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
            raise
        problems = []
    of_pages = (each for each in problems if each.startswith(_OF_PAGES))
    made = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    ours = (each for table in sorted(TABLES & made) for each in _lines(db, f"quick_check({table})"))
    return next((each for each in (*of_pages, *ours) if not _OF_A_ROW.match(each)), "")


def _lines(db: sqlite3.Connection, pragma: str) -> list[str]:
    return [" ".join(str(row[0]).split()) for row in db.execute(f"PRAGMA {pragma}")]


#: How the line about pages starts; the other lines are about rows and indexes.
_OF_PAGES = "*** in database"
#: Lines about single rows, and "ok".
_OF_A_ROW = re.compile(r"ok$|(NULL|[A-Z]+|non-[A-Z]+) value in |CHECK constraint failed in ")


@cache
def _made_by(migrations: tuple[str, ...]) -> Shape:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for script in migrations:
            db.executescript(script)
        return shape(db)


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
