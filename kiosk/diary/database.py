"""The diary's file: open it, create it, and put it aside when it is damaged.

SQLite in WAL mode with ``synchronous=FULL``: each commit is synced to the card before it returns (if the
card reports truthfully), and other processes can read while the service writes.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from kiosk.core.errors import KioskError
from kiosk.diary import place, rows, schema
from kiosk.files import replace_file
from kiosk.i18n import _

#: How long to wait for another process that has locked the file.
BUSY_SECONDS = 5.0

#: SQLite's primary result codes (www.sqlite.org/rescode.html).
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class DiaryError(KioskError):
    """The diary cannot be read or written. The message is one sentence for the owner: what is wrong, where,
    what to do."""


class NewerDiaryError(DiaryError):
    """The file was written by a newer version; it was not touched."""


class NoDiaryError(DiaryError, FileNotFoundError):
    """There is no diary to read yet."""


class DamagedDiaryError(DiaryError):
    """The file is damaged, is no database, or its tables differ from those of the migrations. The service
    puts it aside at its next start. ``why`` is the reason, from SQLite or from our own checks."""

    def __init__(self, path: Path, why: str) -> None:
        text = _("The diary {path} is damaged; cramp-kiosk puts it aside when it starts next.")
        super().__init__(text.format(path=path))
        self.why = why


class _DamageFound(Exception):  # noqa: N818 - a finding that is handled in this module
    """The file is damaged. The text becomes ``DamagedDiaryError.why``, or the reason to put it aside."""


def torn(error: BaseException) -> str:
    """SQLite's message if the error means that the file is damaged; "" for any other error (disk full, file
    locked or unreadable).

    A UnicodeDecodeError means damage, too: SQLite quotes a schema that it cannot parse, and Python raises it
    if the quotation is not UTF-8.
    """
    if isinstance(error, UnicodeDecodeError):
        return "malformed database schema"
    return str(error) if _code(error) in _DAMAGED else ""


def connect(path: Path, now: datetime, on_aside: Callable[[Path, str], None]) -> sqlite3.Connection:
    """Open the diary for writing. Creates it if it does not exist, and a new one if it is damaged.

    A damaged file is put aside under a name made from ``now``; ``on_aside`` gets its new path and the reason,
    even if no new file can be created afterwards. A transaction that a power cut interrupted is rolled back.
    Raises ``DiaryError``.
    """
    with told(path, writing=True):
        file = _found(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _finding_damage():
                if file.exists():
                    _check(file)
                else:
                    _check_alone(file)
                    _create(file)
                return _ready(file)
        except _DamageFound as found:
            on_aside(put_aside(file, now), str(found))
        _create(file)
        return _ready(file)


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open the diary for reading, also while the service writes. Raises ``DiaryError``: ``NoDiaryError`` if
    there is no file, ``DamagedDiaryError``, ``NewerDiaryError``."""
    with told(path):
        file = _found(path)
        if not file.exists():
            _check_alone(file)
            raise NoDiaryError(_("There is no diary at {path} yet.").format(path=path))
        _check_size(file)
        db = _open_readable(file)
        try:
            _check_schema(db, file)
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
    """Rename a damaged diary with its WAL and journal to a name that is free; return the new path.

    Never overwrites: an unset clock gives the same time stamp twice, so a number is added. Raises
    ``DiaryError`` if there is no evidence that the file is ours (``place.is_ours``), and ``OSError``.
    """
    file = place.real(path)
    found = place.parts(file)
    if not place.is_ours(file):
        raise _foreign(file)
    return _move_aside(file, found, now)


def put_remains_aside(path: Path, now: datetime) -> None:
    """Rename in the same way the WAL and journal of a diary that was deleted: SQLite would apply them to the
    new file. Does nothing while the diary exists. Raises ``OSError``."""
    file = place.real(path)
    if (found := place.parts(file)) and found[0] != file:
        _move_aside(file, found, now)


def _move_aside(file: Path, found: list[Path], now: datetime) -> Path:
    stem = f"{file.stem}.torn-{now:%Y%m%dT%H%M%S}"
    number = 1
    aside = file.with_name(f"{stem}{file.suffix}")
    while place.parts(aside):
        number += 1
        aside = file.with_name(f"{stem}-{number}{file.suffix}")
    # The database first: after a power cut in between, the next start finds the rest alone and renames it.
    for part in found:
        part.rename(f"{aside}{part.name.removeprefix(file.name)}")
    _sync_folder(file.parent)
    return aside


def check_pages(db: sqlite3.Connection, path: Path) -> None:
    """Read every page of an open diary. Raises ``DamagedDiaryError`` or another ``DiaryError``."""
    with told(path):
        _check_pages(db)


@contextmanager
def told(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Convert errors of SQLite and the system to ``DiaryError``. ``writing``: say which file is read-only."""
    try:
        yield
    except DiaryError:
        raise
    except (_DamageFound, OSError, ValueError, MemoryError, sqlite3.Error) as error:
        if why := str(error) if isinstance(error, _DamageFound) else torn(error):
            file = place.real(path)
            raise DamagedDiaryError(path, why) if place.is_ours(file) else _foreign(file) from error
        if _has_hot_journal(error):
            if not place.is_ours(place.real(path)):
                raise _foreign(place.real(path)) from error
            text = _("A change of the diary {path} was cut off; start cramp-kiosk once, then try again.")
            raise DiaryError(text.format(path=path)) from error
        if writing and _is_about_permissions(error) and (hindrance := place.hindrance(place.real(path))):
            raise DiaryError(hindrance) from error
        if isinstance(error, PermissionError):
            text = _("The diary {path} may not be opened by this user; try again with sudo.")
            raise DiaryError(text.format(path=path)) from error
        if _code(error) in _BUSY:
            text = _("The diary {path} cannot be opened ({reason}); close the other program that uses it.")
        else:  # ValueError: a NUL byte in the path
            text = _(
                "The diary {path} cannot be opened ({reason}); check that its disk is there and not full."
            )
        reason = str(error) or type(error).__name__
        if isinstance(error, OSError) and error.strerror:
            elsewhere = error.filename is not None and Path(error.filename) != path
            reason = f"{error.filename}: {error.strerror}" if elsewhere else error.strerror
        raise DiaryError(text.format(path=path, reason=reason)) from error


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction: committed and synced at the end of the block, rolled back if the block raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite itself has rolled back if the disk is full
            db.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Queries inside the block see one state of the file, even if another process writes meanwhile."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


@contextmanager
def _finding_damage() -> Iterator[None]:
    """Convert SQLite's errors about a damaged file to ``_DamageFound``; others pass."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if why := torn(error):
            raise _DamageFound(why) from error
        raise


def _is_about_permissions(error: BaseException) -> bool:
    return isinstance(error, OSError) or _code(error) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


def _foreign(file: Path) -> DiaryError:
    if not os.path.lexists(file):
        text = _(
            "Beside {path}, which is not there, lies what SQLite would take for a part of it: {files}. "
            "Move that away, or choose another place for the diary."
        )
        return DiaryError(text.format(path=file, files=", ".join(map(str, place.parts(file)))))
    text = _(
        "{path} is not known to be a cramp-kiosk diary and is left alone; choose another place for the "
        "diary, or, if it is yours, move it away."
    )
    return DiaryError(text.format(path=file))


def _found(path: Path) -> Path:
    """The path with all symbolic links resolved. Raises ``DiaryError`` for a broken link, and for anything
    but a regular file: a folder, a pipe (opening it would block), a device."""
    if link := place.broken_link(path):
        text = _("The diary {path} is behind the link {link}, and {target} is not there; plug in its disk.")
        raise DiaryError(text.format(path=path, link=link, target=place.real(link)))
    file = place.real(path)
    if file.exists() and not file.is_file():
        raise DiaryError(_("{path} is no file; choose another place for the diary.").format(path=path))
    return file


def _check_alone(file: Path) -> None:
    """For a diary that does not exist: check that it has left no WAL or journal, which SQLite would apply to
    the new file. Raises ``_DamageFound``."""
    if any(place.beside(file, end).exists() for end in (place.WAL, place.JOURNAL)):
        raise _DamageFound(_("only what SQLite keeps beside it is there"))


def _check(path: Path) -> None:
    """Check size, schema and pages without changing the file, except that a hot journal is rolled back.

    There is none in WAL mode, but older versions did not create files in it, and a user may have changed the
    mode. Raises ``_DamageFound``, ``DiaryError`` or ``sqlite3.Error``.
    """
    try:
        _check_read_only(path)
    except sqlite3.Error as error:
        if not _has_hot_journal(error) or not place.is_ours(path):
            raise
        with closing(_open(path, "mode=rw")) as db:
            schema.version_of(db)  # SQLite rolls back before it reads
        _check_read_only(path)


def _check_read_only(path: Path) -> None:
    _check_size(path)
    with closing(_open(path, "mode=ro")) as db:
        _check_schema(db, path)
        _check_pages(db)


def _has_hot_journal(error: BaseException) -> bool:
    """Whether an interrupted transaction must be rolled back first, which needs write access."""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK


def _check_pages(db: sqlite3.Connection) -> None:
    if damage := schema.damaged_pages(db):
        raise _DamageFound(damage)


def _check_size(path: Path) -> None:
    with path.open("rb") as file:  # raises PermissionError where SQLite only says "unable to open"
        if not file.read(1):
            raise _DamageFound(_("it is empty"))  # _create never leaves an empty file: this was truncated


def _check_schema(db: sqlite3.Connection, path: Path) -> None:
    """Check that the file is a diary, of a known version, with the tables that the migrations create. Raises
    ``_DamageFound``, ``NewerDiaryError``, ``DiaryError`` (another program's database), ``sqlite3.Error``."""
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
        if _code(error) == sqlite3.SQLITE_ERROR:  # for example a file format number that does not exist
            raise _DamageFound(str(error)) from error
        raise
    if schema.is_as_made(shape, found) and (ours or found):
        return  # also if only the application id is damaged: no other program has these tables
    if ours:
        raise _DamageFound(_("its tables are not those of a diary"))
    text = _("{path} is a database, but not a cramp-kiosk diary; choose another place for the diary.")
    raise DiaryError(text.format(path=path))


def _code(error: BaseException) -> int:
    """SQLite's primary result code; 0 if the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _ready(path: Path) -> sqlite3.Connection:
    """Open for writing and migrate to the current version. Raises ``_DamageFound``, ``sqlite3.Error``."""
    db = _open(path, "mode=rw")
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        marked = schema.is_marked_ours(db)
        db.execute("BEGIN IMMEDIATE")
        schema.mark_ours(db)  # also tests whether the file can be written
        db.execute("ROLLBACK" if marked else "COMMIT")
        schema.migrate(db)
    except BaseException as error:
        db.close()
        if _code(error) == sqlite3.SQLITE_READONLY and place.is_read_only(path):
            raise _DamageFound(_("it says that nobody may write it")) from error
        raise
    return db


def _open(path: Path, query: str) -> sqlite3.Connection:
    """Connect to an existing file, in autocommit mode: this module begins and ends each transaction."""
    uri = f"file:{quote(str(path.absolute()))}?{query}"
    db = sqlite3.connect(uri, timeout=BUSY_SECONDS, uri=True, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.text_factory = rows.text
    return db


def _open_readable(path: Path) -> sqlite3.Connection:
    """Open for reading, also for a user without write permission in the folder.

    WAL mode needs a ``-shm`` file, which such a user cannot create. Without a WAL nobody is writing and the
    file is complete, so it can be opened as immutable. With one, raises ``PermissionError``.
    """
    db = _open(path, "mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not _is_about_permissions(error) or _has_hot_journal(error):
            return db  # damaged, busy or interrupted: the caller's first query raises the same error
        db.close()
        wal = place.beside(path, place.WAL)
        if wal.exists() and wal.stat().st_size > 0:
            raise PermissionError from None
        return _open(path, "immutable=1")
    return db


def _create(path: Path) -> None:
    """Create an empty diary atomically: after a power cut it is complete or missing. Raises ``OSError``.

    The file is in WAL mode from the start; a later switch by SQLite could be interrupted, too.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.mark_ours(db)
        schema.migrate(db)
        image = bytearray(db.serialize())
    image[18:20] = b"\2\2"  # write and read version 2: WAL (www.sqlite.org/fileformat2.html)
    replace_file(path, bytes(image), 0o666)


def _sync_folder(folder: Path) -> None:
    """A rename reaches the card only when its folder is synced. Raises ``OSError``."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
