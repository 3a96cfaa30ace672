"""The diary's file: made, checked, brought up to date, and put aside when it is torn.

SQLite in WAL mode with ``synchronous=FULL``: every commit is on the card when it returns (as far as
the card is honest), and someone may read while the service writes.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from kiosk.words import _

#: "cram" in ASCII: tells our files from other people's databases.
APPLICATION_ID = 0x6372616D

#: One script a version; ``user_version`` says how many a file has seen. Never change one that was
#: released, add the next.
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
)

#: How long to wait for somebody else who holds the file.
BUSY_SECONDS = 5.0

#: Primary result codes: SQLITE_CORRUPT and SQLITE_NOTADB.
_TORN = {11, 26}

_SIDECARS = ("-wal", "-shm")


#: Primary result codes: SQLITE_READONLY and SQLITE_CANTOPEN.
_MAY_NOT_WRITE = {8, 14}


class DiaryError(Exception):
    """The diary cannot be opened. The message is one sentence for the owner: what, where, what to do."""


class NewerDiaryError(DiaryError):
    """A newer program wrote this file; it was not touched."""


class NoDiaryError(DiaryError, FileNotFoundError):
    """There is nothing to read yet."""


class _Torn(Exception):  # noqa: N818 - a finding, handled here
    """The file is damaged or no database."""


def is_torn(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is damaged (not full, locked or unreadable)."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _TORN


def connect(path: Path, now: datetime) -> tuple[sqlite3.Connection, Path | None]:
    """Open the diary for writing, made new if there is none; also where a torn one was put.

    ``now`` names what is put aside. Raises ``DiaryError``.
    """
    with _told(path):
        _check_kind(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = None
        if path.exists():
            try:
                _check(path)
            except _Torn:
                aside = put_aside(path, now)
        elif _sidecar(path, "-wal").exists():
            aside = put_aside(path, now)  # SQLite would play the lost file's WAL into the new one
        if not path.exists():
            _create(path)
        db = _open(path, "mode=rw")
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            _migrate(db)
        except BaseException:
            db.close()
            raise
        return db, aside


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open the diary for reading only, while the service may be writing. Raises ``DiaryError``."""
    with _told(path):
        if not path.exists():
            raise NoDiaryError(_("There is no diary at {path} yet.").format(path=path))
        _check_kind(path)
        if path.stat().st_size == 0:
            raise DiaryError(_damaged(path))
        db = _open_readable(path)
        try:
            _check_ours(db, path)
            if _number(db, "user_version") < len(MIGRATIONS):
                text = _(
                    "The diary {path} is from an older cramp-kiosk; start the new one once, then try again."
                )
                raise DiaryError(text.format(path=path))
        except BaseException:
            db.close()
            raise
        return db


def put_aside(path: Path, now: datetime) -> Path:
    """Rename a torn diary, with what SQLite keeps beside it, to a free name; the new name.

    Nothing is deleted or written over: an unset clock gives the same name twice.
    """
    stem = f"{path.stem}.torn-{now:%Y%m%dT%H%M%S}"
    number = 1
    aside = path.with_name(f"{stem}{path.suffix}")
    while any(_sidecar(aside, end).exists() for end in ("", *_SIDECARS)):
        number += 1
        aside = path.with_name(f"{stem}-{number}{path.suffix}")
    # The database goes first: cut off in between, the next start finds a WAL alone and moves it, too.
    for end in ("", *_SIDECARS):
        part = _sidecar(path, end)
        if part.exists():
            part.rename(_sidecar(aside, end))
    _sync_folder(path.parent)
    return aside


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing of it, on the card when the block is left."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite has rolled back by itself when the disk was full
            db.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Several questions about one moment, whoever writes meanwhile."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into a sentence for the owner."""
    try:
        yield
    except DiaryError:
        raise
    except PermissionError as error:
        raise DiaryError(_may_not(path)) from error
    except (OSError, ValueError, sqlite3.Error) as error:  # ValueError: a zero byte in the path
        if isinstance(error, sqlite3.Error) and is_torn(error):
            raise DiaryError(_damaged(path)) from error
        text = _("The diary {path} cannot be opened ({reason}); check that its disk is there and not full.")
        reason = error.strerror if isinstance(error, OSError) else error
        raise DiaryError(text.format(path=path, reason=reason)) from error


def _may_not(path: Path) -> str:
    return _("The diary {path} may not be opened by this user; try again with sudo.").format(path=path)


def _damaged(path: Path) -> str:
    text = _("The diary {path} is damaged; cramp-kiosk puts it aside when it starts next.")
    return text.format(path=path)


def _check_kind(path: Path) -> None:
    """Raises ``DiaryError`` for a folder, a pipe (which would be waited for) or a device."""
    if path.exists() and not path.is_file():
        raise DiaryError(_("{path} is no file; choose another place for the diary.").format(path=path))


def _check(path: Path) -> None:
    """Look at the file without changing it. Raises ``_Torn``, ``DiaryError`` or SQLite's own errors."""
    if path.stat().st_size == 0:
        raise _Torn  # a new diary appears complete or not at all, so this one was cut
    db = _open(path, "mode=ro")
    try:
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _Torn
        _check_ours(db, path)
    except sqlite3.DatabaseError as error:
        if is_torn(error):
            raise _Torn from error
        raise
    finally:
        db.close()


def _check_ours(db: sqlite3.Connection, path: Path) -> None:
    if _number(db, "application_id") != APPLICATION_ID:
        text = _("{path} is a database, but not a cramp-kiosk diary; choose another place for the diary.")
        raise DiaryError(text.format(path=path))
    found = _number(db, "user_version")
    if found > len(MIGRATIONS):
        text = _(
            "The diary {path} has format {found} and this cramp-kiosk knows formats up to {known}; "
            "install the newer cramp-kiosk again."
        )
        raise NewerDiaryError(text.format(path=path, found=found, known=len(MIGRATIONS)))


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])


def _open(path: Path, query: str) -> sqlite3.Connection:
    """Connect without making a file. Transactions are ours (``isolation_level=None``)."""
    uri = f"file:{quote(str(path.absolute()))}?{query}"
    db = sqlite3.connect(uri, timeout=BUSY_SECONDS, uri=True, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _open_readable(path: Path) -> sqlite3.Connection:
    """Open for reading, also where this user may not write beside the file.

    A file in WAL mode needs its shared memory, which such a user cannot make. Then, with no WAL,
    nobody is writing and the file alone is everything: SQLite may take it as unchanging.
    """
    with path.open("rb"):  # says "permission denied" where SQLite says "unable to open"
        pass
    db = _open(path, "mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _MAY_NOT_WRITE:
            return db  # torn or busy: comes again, and is said, at the next question
        db.close()
        wal = _sidecar(path, "-wal")
        if wal.exists() and wal.stat().st_size > 0:
            raise PermissionError from None
        return _open(path, "immutable=1")
    return db


def _create(path: Path) -> None:
    """Make an empty diary that appears complete or not at all, whenever the power goes."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        _migrate(db)
        image = db.serialize()
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(image)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    _sync_folder(path.parent)


def _migrate(db: sqlite3.Connection) -> None:
    for version, script in enumerate(MIGRATIONS, start=1):
        if version > _number(db, "user_version"):
            try:
                db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {version}; COMMIT;")
            except sqlite3.Error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise


def _sidecar(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _sync_folder(folder: Path) -> None:
    """A new name is on the card only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
