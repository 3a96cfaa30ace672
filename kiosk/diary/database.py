"""The diary's file: opened, made, and put aside when it is damaged.

SQLite in WAL mode with ``synchronous=FULL``: every commit is on the card when it returns (as far as
the card is honest), and someone may read while the service writes.
"""

import glob
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from kiosk.diary import rows, schema
from kiosk.words import _

#: How long to wait for somebody else who holds the file.
BUSY_SECONDS = 5.0

#: SQLite's primary result codes: SQLITE_ERROR, SQLITE_READONLY, SQLITE_CANTOPEN; SQLITE_CORRUPT and
#: SQLITE_NOTADB; SQLITE_BUSY and SQLITE_LOCKED.
_ERROR, _READ_ONLY, _CANNOT_OPEN = 1, 8, 14
_TORN = {11, 26}
_BUSY = {5, 6}

#: What SQLite keeps beside a file.
_SIDECARS = ("-wal", "-shm")


class DiaryError(Exception):
    """The diary cannot be opened. The message is one sentence for the owner: what, where, what to do."""


class NewerDiaryError(DiaryError):
    """A newer program wrote this file; it was not touched."""


class NoDiaryError(DiaryError, FileNotFoundError):
    """There is nothing to read yet."""


class DamagedDiaryError(DiaryError):
    """The file is damaged, no database, or its tables are not what the migrations make: it is put aside at
    the next start. ``why``: what was found, in SQLite's words or ours."""

    def __init__(self, path: Path, why: str) -> None:
        text = _("The diary {path} is damaged; cramp-kiosk puts it aside when it starts next.")
        super().__init__(text.format(path=path))
        self.why = why


class _Torn(Exception):  # noqa: N818 - a finding, handled here
    """A ``DamagedDiaryError`` before anybody is told; its text is the ``why``."""


def torn(error: BaseException) -> str:
    """What SQLite says of a file that is itself damaged; "" if it is not (but full, locked, unreadable).

    SQLite quotes the schema that it cannot parse; where that is no text, Python cannot read the quotation.
    """
    if isinstance(error, UnicodeDecodeError):
        return "malformed database schema"
    return str(error) if _code(error) in _TORN else ""


def connect(path: Path, now: datetime, on_aside: Callable[[Path, str], None]) -> sqlite3.Connection:
    """Open the diary for writing, made new if there is none or if it is damaged.

    A damaged one is put aside: ``now`` names it, and ``on_aside`` is told its new name and what was found,
    also when no new one can be made. Raises ``DiaryError``.
    """
    with told(path):
        _check_kind(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _finding():
                if path.exists():
                    _check(path)
                elif _sidecar(path, "-wal").exists():
                    # SQLite would play the lost file's WAL into the new one
                    raise _Torn(_("only what SQLite keeps beside it is there"))
                else:
                    _create(path)
                return _ready(path)
        except _Torn as found:
            on_aside(put_aside(path, now), str(found))
        _create(path)
        return _ready(path)


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open the diary for reading only, while the service may be writing. Raises ``DiaryError``."""
    with told(path):
        if not path.exists():
            raise NoDiaryError(_("There is no diary at {path} yet.").format(path=path))
        _check_kind(path)
        db = _open_readable(path)
        try:
            _check_schema(db, path)
            if schema.version_of(db) < schema.READABLE_FROM:
                text = _(
                    "The diary {path} is from an older cramp-kiosk; start the new one once, then try again."
                )
                raise DiaryError(text.format(path=path))
        except BaseException:
            db.close()
            raise
        return db


def put_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged diary, with what SQLite keeps beside it, to a free name; the new name.

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


def asides(path: Path) -> list[Path]:
    """The damaged diaries that were put aside, the oldest first."""
    found = path.parent.glob(f"{glob.escape(path.stem)}.torn-*{glob.escape(path.suffix)}")
    return sorted(found, key=lambda aside: aside.stem)


def check_pages(db: sqlite3.Connection, path: Path) -> None:
    """Read every page of an open diary. Raises ``DiaryError``."""
    with told(path):
        _check_pages(db)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into a sentence for the owner."""
    try:
        yield
    except DiaryError:
        raise
    except PermissionError as error:
        raise DiaryError(_may_not(path)) from error
    except (_Torn, OSError, ValueError, MemoryError, sqlite3.Error) as error:
        if why := str(error) if isinstance(error, _Torn) else torn(error):
            raise DamagedDiaryError(path, why) from error
        if _code(error) in _BUSY:
            text = _("The diary {path} cannot be opened ({reason}); close the other program that uses it.")
        else:  # ValueError: a zero byte in the path
            text = _(
                "The diary {path} cannot be opened ({reason}); check that its disk is there and not full."
            )
        reason = error.strerror if isinstance(error, OSError) else str(error) or type(error).__name__
        raise DiaryError(text.format(path=path, reason=reason)) from error


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
def _finding() -> Iterator[None]:
    """What SQLite says of a damaged file is a finding like our own."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if why := torn(error):
            raise _Torn(why) from error
        raise


def _may_not(path: Path) -> str:
    return _("The diary {path} may not be opened by this user; try again with sudo.").format(path=path)


def _check_kind(path: Path) -> None:
    """Raises ``DiaryError`` for a folder, a pipe (which would be waited for) or a device."""
    if path.exists() and not path.is_file():
        raise DiaryError(_("{path} is no file; choose another place for the diary.").format(path=path))


def _check(path: Path) -> None:
    """Look at the file without changing it. Raises ``_Torn``, ``DiaryError`` or SQLite's own errors."""
    _check_size(path)
    with closing(_open(path, "mode=ro")) as db:
        _check_schema(db, path)
        _check_pages(db)


def _check_pages(db: sqlite3.Connection) -> None:
    if damage := schema.damaged_pages(db):
        raise _Torn(damage)


def _check_size(path: Path) -> None:
    with path.open("rb") as file:  # says "permission denied" where SQLite says "unable to open"
        if not file.read(1):
            raise _Torn(_("it is empty"))  # a new diary appears complete or not at all, so this one was cut


def _check_schema(db: sqlite3.Connection, path: Path) -> None:
    """Whether the file is ours, of a version that is known, and as the migrations make it."""
    found, ours = schema.version_of(db), schema.is_marked_ours(db)
    if ours and found > len(schema.MIGRATIONS):
        text = _(
            "The diary {path} has format {found} and this cramp-kiosk knows formats up to {known}; "
            "install the newer cramp-kiosk again."
        )
        raise NewerDiaryError(text.format(path=path, found=found, known=len(schema.MIGRATIONS)))
    try:
        shape = schema.shape(db)
    except sqlite3.OperationalError as error:
        if _code(error) == _ERROR:  # such as a file format that no SQLite knows
            raise _Torn(str(error)) from error
        raise
    if schema.is_as_made(shape, found) and (ours or found):
        return  # also where only the mark is damaged: nobody else makes these tables
    if ours:
        raise _Torn(_("its tables are not those of a diary"))
    text = _("{path} is a database, but not a cramp-kiosk diary; choose another place for the diary.")
    raise DiaryError(text.format(path=path))


def _code(error: BaseException) -> int:
    """SQLite's primary result code; 0 if it is none of SQLite's errors."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _ready(path: Path) -> sqlite3.Connection:
    """Open for writing, in the format of today."""
    db = _open(path, "mode=rw")
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        marked = schema.is_marked_ours(db)
        db.execute("BEGIN IMMEDIATE")
        schema.mark_ours(db)  # also to see whether the file takes a change at all
        db.execute("ROLLBACK" if marked else "COMMIT")
        schema.migrate(db)
    except BaseException as error:
        db.close()
        if _code(error) == _READ_ONLY and os.access(path, os.W_OK):
            raise _Torn(_("it says that nobody may write it")) from error
        raise
    return db


def _open(path: Path, query: str) -> sqlite3.Connection:
    """Connect without making a file. Transactions are ours (``isolation_level=None``)."""
    uri = f"file:{quote(str(path.absolute()))}?{query}"
    db = sqlite3.connect(uri, timeout=BUSY_SECONDS, uri=True, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.text_factory = rows.text
    return db


def _open_readable(path: Path) -> sqlite3.Connection:
    """Open for reading, also where this user may not write beside the file.

    A file in WAL mode needs its shared memory, which such a user cannot make. Then, with no WAL,
    nobody is writing and the file alone is everything: SQLite may take it as unchanging.
    """
    _check_size(path)
    db = _open(path, "mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if _code(error) not in {_READ_ONLY, _CANNOT_OPEN}:
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
        schema.mark_ours(db)
        schema.migrate(db)
        image = db.serialize()
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(image)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    _sync_folder(path.parent)


def _sidecar(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _sync_folder(folder: Path) -> None:
    """A new name is on the card only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
