"""What the diary's tables are: made by migrations, and compared with what a file has.

A file whose tables are not what the migrations make is not written into: a flipped bit in the schema may
rename a column, and what comes after it is anybody's guess.
"""

import re
import sqlite3
from contextlib import closing
from functools import cache

from kiosk.diary.place import APPLICATION_ID


def _redefine(table: str, statement: str) -> str:
    """SQL that gives a table other constraints and leaves its rows as they are, byte for byte.

    SQLite's own way where what is stored does not change (www.sqlite.org/lang_altertable.html, "writable
    schema"). Rows copied into a new table would each have to pass its constraints: one bad row, and there is
    no migration, or no row. ``RESET`` reads the schema anew; whoever else has the file open sees that it
    changed by the DROP INDEX of the same transaction.
    """
    quoted = statement.strip().replace("'", "''")
    update = f"UPDATE sqlite_schema SET sql = '{quoted}' WHERE type = 'table' AND name = '{table}'"  # noqa: S608 - ours
    return f"PRAGMA writable_schema = ON; {update}; PRAGMA writable_schema = RESET;"


#: One script a version; ``user_version`` says how many a file has seen. Never change one that was
#: released, add the next. No ALTER TABLE: what it leaves as the table's text differs between SQLites, and
#: the text is what is compared.
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
    # Constraints for every column. The indexes and AUTOINCREMENT go: each is a second truth, which may be
    # damaged by itself and then keeps a good record out, and some thousand rows are read without them.
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

#: What the migrations make.
TABLES = {"episode", "technique_use"}

#: The oldest version whose rows are read as they are: a reader may not bring a file up to date.
READABLE_FROM = 1

Shape = frozenset[tuple[str, ...]]


def migrate(db: sqlite3.Connection) -> None:
    """Bring a database up to date, each version whole or not at all. Raises ``sqlite3.Error``."""
    for version, script in enumerate(MIGRATIONS, start=1):
        if version > version_of(db):
            try:
                db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {version}; COMMIT;")
            except sqlite3.Error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise


def version_of(db: sqlite3.Connection) -> int:
    """How many migrations a file has seen. Read without the schema, so it is known for a damaged one, too."""
    return _number(db, "user_version")


def is_marked_ours(db: sqlite3.Connection) -> bool:
    """Whether the file says that it is a diary. Read without the schema."""
    return _number(db, "application_id") == APPLICATION_ID


def mark_ours(db: sqlite3.Connection) -> None:
    """Let the file say that it is a diary."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def shape(db: sqlite3.Connection) -> Shape:
    """The schema without comments and white space, which change nothing. Raises ``sqlite3.Error``.

    It is read twice: a text encoding that there is none of is let pass at the first look and refused at the
    next one, as in a migration, or in the night when somebody's backup adds a table.
    """
    db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    db.execute("PRAGMA writable_schema = RESET")  # forgets what was read, and nothing else
    return frozenset(
        (str(kind), str(name), str(table), " ".join(re.sub(r"--[^\n]*", "", str(sql)).split()))
        for kind, name, table, sql in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        if not str(name).startswith("sqlite_")
    )


def is_as_made(found: Shape, version: int) -> bool:
    """Whether our tables are what the migrations up to ``version`` make, with nothing added to them.

    Tables beside them, such as a backup program's, are nobody's business.
    """
    wanted = _made_by(MIGRATIONS[: max(0, version)])
    tables = TABLES | {table for _kind, _name, table, _sql in wanted}
    return frozenset(thing for thing in found if thing[2].lower() in tables) == wanted


def damaged_pages(db: sqlite3.Connection) -> str:
    """What SQLite finds wrong with the file's pages first; "" if they are in order. Reads all of it.

    What is wrong with a row, such as text in the place of a number, costs that row and not the diary. Tables
    beside ours may need what only their program has (a collation, a function, a module): then SQLite refuses
    to look at the whole, and ours are looked at alone. Raises ``sqlite3.Error``.
    """
    try:
        told = _told(db, "quick_check(100)")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
            raise
        told = []
    of_pages = (each for each in told if each.startswith(_OF_PAGES))
    made = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    ours = (each for table in sorted(TABLES & made) for each in _told(db, f"quick_check({table})"))
    return next((each for each in (*of_pages, *ours) if not _OF_A_ROW.match(each)), "")


def _told(db: sqlite3.Connection, pragma: str) -> list[str]:
    return [" ".join(str(row[0]).split()) for row in db.execute(f"PRAGMA {pragma}")]


#: Before all that is wrong with pages, in one answer; what follows is about rows and indexes.
_OF_PAGES = "*** in database"
_OF_A_ROW = re.compile(r"ok$|(NULL|[A-Z]+|non-[A-Z]+) value in |CHECK constraint failed in ")


@cache
def _made_by(migrations: tuple[str, ...]) -> Shape:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for script in migrations:
            db.executescript(script)
        return shape(db)


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
