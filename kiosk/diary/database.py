"""The diary's file: opened, made, and put aside when it is damaged.

SQLite in WAL mode with ``synchronous=FULL``: every commit is on the card when it returns (as far as
the card is honest), and someone may read while the service writes.
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

#: How long to wait for somebody else who holds the file.
BUSY_SECONDS = 5.0

#: SQLite's primary result codes.
_TORN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class DiaryError(KioskError):
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
    also when no new one can be made. What a power cut left half done is undone. Raises ``DiaryError``.
    """
    with told(path, writing=True):
        file = _found(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _finding():
                if file.exists():
                    _check(file)
                else:
                    _check_alone(file)
                    _create(file)
                return _ready(file)
        except _Torn as found:
            on_aside(put_aside(file, now), str(found))
        _create(file)
        return _ready(file)


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open the diary for reading only, while the service may be writing. Raises ``DiaryError``."""
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
    """Rename a damaged diary, with what SQLite keeps beside it, to a free name; the new name.

    Nothing is deleted or written over: an unset clock gives the same name twice. What is not known to be the
    owner's diary is not touched. Raises ``DiaryError``, ``OSError``.
    """
    file = place.real(path)
    found = place.parts(file)
    if not place.is_ours(file):
        raise _foreign(file)
    return _move_aside(file, found, now)


def put_remains_aside(path: Path, now: datetime) -> None:
    """Rename in the same way what SQLite kept beside the diary that was open, if that is gone: it would be
    played into a new one. Raises ``OSError``."""
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
    # The database goes first: cut off in between, the next start finds the others alone and moves them, too.
    for part in found:
        part.rename(f"{aside}{part.name.removeprefix(file.name)}")
    _sync_folder(file.parent)
    return aside


def check_pages(db: sqlite3.Connection, path: Path) -> None:
    """Read every page of an open diary. Raises ``DiaryError``."""
    with told(path):
        _check_pages(db)


@contextmanager
def told(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Turn what SQLite and the system say into a sentence for the owner."""
    try:
        yield
    except DiaryError:
        raise
    except (_Torn, OSError, ValueError, MemoryError, sqlite3.Error) as error:
        if why := str(error) if isinstance(error, _Torn) else torn(error):
            file = place.real(path)
            raise DamagedDiaryError(path, why) if place.is_ours(file) else _foreign(file) from error
        if _is_cut_off(error):
            if not place.is_ours(place.real(path)):
                raise _foreign(place.real(path)) from error
            text = _("A change of the diary {path} was cut off; start cramp-kiosk once, then try again.")
            raise DiaryError(text.format(path=path)) from error
        if writing and _is_about_rights(error) and (hindrance := place.hindrance(place.real(path))):
            raise DiaryError(hindrance) from error
        if isinstance(error, PermissionError):
            text = _("The diary {path} may not be opened by this user; try again with sudo.")
            raise DiaryError(text.format(path=path)) from error
        if _code(error) in _BUSY:
            text = _("The diary {path} cannot be opened ({reason}); close the other program that uses it.")
        else:  # ValueError: a zero byte in the path
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


def _is_about_rights(error: BaseException) -> bool:
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
    """The file itself, behind every link. Raises ``DiaryError`` for a link that leads nowhere, and for what
    is no file: a folder, a pipe (which would be waited for), a device."""
    if link := place.broken_link(path):
        text = _("The diary {path} is behind the link {link}, and {target} is not there; plug in its disk.")
        raise DiaryError(text.format(path=path, link=link, target=place.real(link)))
    file = place.real(path)
    if file.exists() and not file.is_file():
        raise DiaryError(_("{path} is no file; choose another place for the diary.").format(path=path))
    return file


def _check_alone(file: Path) -> None:
    """Where there is no diary: whether there is nothing beside it either. SQLite would play a lost file's WAL
    or journal into the new one. Raises ``_Torn``."""
    if any(place.beside(file, end).exists() for end in (place.WAL, place.JOURNAL)):
        raise _Torn(_("only what SQLite keeps beside it is there"))


def _check(path: Path) -> None:
    """Look at the file without changing it, save that a change that was cut off is undone.

    In WAL mode there is none; but new diaries once were not in it, and a person may have left it.
    Raises ``_Torn``, ``DiaryError`` or SQLite's own errors.
    """
    try:
        _look(path)
    except sqlite3.Error as error:
        if not _is_cut_off(error) or not place.is_ours(path):
            raise
        with closing(_open(path, "mode=rw")) as db:
            schema.version_of(db)  # SQLite undoes it before it reads
        _look(path)


def _look(path: Path) -> None:
    _check_size(path)
    with closing(_open(path, "mode=ro")) as db:
        _check_schema(db, path)
        _check_pages(db)


def _is_cut_off(error: BaseException) -> bool:
    """Whether a journal lies beside the file that only who may write can play back."""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK


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
        if _code(error) == sqlite3.SQLITE_ERROR:  # such as a file format that no SQLite knows
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
        if _code(error) == sqlite3.SQLITE_READONLY and place.is_read_only(path):
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
    db = _open(path, "mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not _is_about_rights(error) or _is_cut_off(error):
            return db  # torn, busy or cut off: comes again, and is said, at the next question
        db.close()
        wal = place.beside(path, place.WAL)
        if wal.exists() and wal.stat().st_size > 0:
            raise PermissionError from None
        return _open(path, "immutable=1")
    return db


def _create(path: Path) -> None:
    """Make an empty diary that appears complete or not at all, whenever the power goes. Raises ``OSError``.

    It is in WAL mode from the beginning: SQLite's change to it is one more moment to be cut off at.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.mark_ours(db)
        schema.migrate(db)
        image = bytearray(db.serialize())
    image[18:20] = b"\2\2"  # write and read version (www.sqlite.org/fileformat2.html)
    replace_file(path, bytes(image), 0o666)


def _sync_folder(folder: Path) -> None:
    """A new name is on the card only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
