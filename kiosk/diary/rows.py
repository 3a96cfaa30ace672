"""Reads the rows of the diary and validates each one.

A row may be damaged by a flipped bit or a manual UPDATE. Such a row is skipped; the caller gets the others,
and a list of those that could not be read, with the reason.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from kiosk.core.technique import Ms
from kiosk.diary.entry import LONGEST, Entry, Use

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

#: SQLite has no booleans; any other value is left as it is, and fails the validation.
_FLAGS = {0: False, 1: True, None: None}

_EPISODE = (
    "SELECT id, began_ms, utc_offset_min, clock_ok, cramp, side, last_ms AS last, ended_ms AS ended, ending,"
    " rating, stop_ms AS stop, resumed FROM episode ORDER BY id DESC"
)
_USE = (
    "SELECT id, episode, technique, began_ms AS began, ended_ms AS ended, finished, soak_min, soak_max,"
    " soak_ms FROM technique_use WHERE :whole OR episode >= :oldest ORDER BY id"
)

#: Ids count up from 1. Deleted episodes leave gaps, but not one as wide as this: an id beyond it was never
#: assigned and is damaged.
_STRIDE = 10**6

#: Errors of converting a value of the wrong type or size.
_WRONG = (msgspec.ValidationError, ValueError, TypeError, OverflowError)

#: Longest reason that is kept, in characters: it may quote a long text.
_WHY = 120

#: How many unreadable rows a message lists.
_NAMED = 5


class Unreadable(msgspec.Struct, frozen=True):
    """A row that was skipped: its table, its id, and the reason."""

    table: str
    id: int
    why: str

    def __str__(self) -> str:
        return f"{self.table} {self.id} ({self.why})"


def named(rows: Sequence[Unreadable]) -> str:
    """The first five rows and the number of the others, for a message."""
    more = [f"+{len(rows) - _NAMED}"] if len(rows) > _NAMED else []
    return ", ".join([*map(str, rows[:_NAMED]), *more])


def text(raw: bytes) -> str | bytes:
    """SQLite's ``text_factory``: decodes UTF-8; returns the bytes if that fails, so that only the row is
    rejected and not the whole query."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def last_id(db: sqlite3.Connection, table: str) -> int:
    """The highest id assigned in a table, 0 if there is none. Ids beyond a gap of 10**6 are damaged.

    Raises ``sqlite3.Error``, as every function here that takes ``db``.
    """
    last, further = 0, f"SELECT max(id) FROM {table} WHERE id > ?1 AND id <= ?1 + {_STRIDE}"  # noqa: S608 - ours
    while (found := db.execute(further, (last,)).fetchone()[0]) is not None:
        last = found
    return int(last)


def under_way(db: sqlite3.Connection) -> int | None:
    """The id of the newest episode if it has not ended, else None. Older ones are ended when one begins."""
    newest = db.execute(
        "SELECT id, ending IS NULL AND ended_ms IS NULL AS open FROM episode"
        " WHERE id BETWEEN 1 AND ? ORDER BY id DESC LIMIT 1",
        (last_id(db, "episode"),),
    ).fetchone()
    return newest["id"] if newest is not None and newest["open"] else None


def take_out(db: sqlite3.Connection, began: datetime) -> None:
    """Delete the episode under way if it began at this moment: a file that was missing for a while has a part
    of the episode, which is then written again as a whole."""
    db.execute("DELETE FROM episode WHERE id = ? AND began_ms = ?", (under_way(db), utc(began)[0]))


def next_episode_id(db: sqlite3.Connection) -> int:
    """The id for a new episode: higher than all others, and than those that leftover uses of a deleted
    episode refer to."""
    last = last_id(db, "episode")
    (used,) = db.execute(
        "SELECT max(episode) FROM technique_use WHERE typeof(episode) = 'integer' AND episode < ?",
        (last + _STRIDE,),
    ).fetchone()
    return max(last, used or 0) + 1


def next_use_id(db: sqlite3.Connection) -> int:
    """The id for a new use of a technique: higher than all others."""
    return last_id(db, "technique_use") + 1


def read(db: sqlite3.Connection, limit: int | None) -> tuple[list[Entry], list[Unreadable]]:
    """The newest ``limit`` readable episodes (None: all), the newest first, and the rows it skipped."""
    found: list[Entry] = []
    lost: list[Unreadable] = []
    ids: set[int] = set()
    """ids of the rows read so far, whether valid or not"""
    last = last_id(db, "episode")
    for row in db.execute(_EPISODE):
        if len(found) == limit:
            break
        ids.add(row["id"])
        try:
            found.append(_entry(row, last))
        except _WRONG as error:
            lost.append(Unreadable("episode", row["id"], str(error)[:_WHY]))
    uses: dict[int, list[Use]] = {}
    for episode, use in _uses(db, ids, lost, whole=limit is None):
        uses.setdefault(episode, []).append(use)
    return [msgspec.structs.replace(each, uses=tuple(uses.get(each.id, ()))) for each in found], lost


def _uses(
    db: sqlite3.Connection, episodes: set[int], lost: list[Unreadable], *, whole: bool
) -> Iterator[tuple[int, Use]]:
    """The uses of techniques in these episodes. ``whole``: ``episodes`` is the complete set, so a use of any
    other episode is unreadable."""
    last = last_id(db, "technique_use")
    for row in db.execute(_USE, {"whole": whole, "oldest": min(episodes, default=0)}):
        try:
            if row["episode"] in episodes:
                yield row["episode"], _use(row, last)
            elif whole:
                raise ValueError(f"there is no episode {row['episode']!r}")
        except _WRONG as error:
            lost.append(Unreadable("technique_use", row["id"], str(error)[:_WHY]))


def _entry(row: sqlite3.Row, last: int) -> Entry:
    _check_id(row, last)
    began = row["began_ms"]
    if not -LONGEST <= began <= 10 * LONGEST:
        raise ValueError(f"began_ms is {began}")
    entry = msgspec.convert(
        {**_flagged(row, "clock_ok", "cramp", "resumed"), "began": local(began, row["utc_offset_min"])},
        Entry,
    )
    if (entry.ended is None) != (entry.ending is None):
        raise ValueError("only one of ended_ms and ending is there")
    if max(entry.ended or 0, entry.stop or 0) > entry.last:
        raise ValueError("something is after the last record")
    return entry


def _use(row: sqlite3.Row, last: int) -> Use:
    _check_id(row, last)
    use = msgspec.convert(_flagged(row, "finished"), Use)
    if (use.ended is None) != (use.finished is None):
        raise ValueError("only one of ended_ms and finished is there")
    return use


def _check_id(row: sqlite3.Row, last: int) -> None:
    if not 1 <= row["id"] <= last:
        raise ValueError("there is no such id")


def _flagged(row: sqlite3.Row, *flags: str) -> dict[str, object]:
    """The values of a row by name, with ``flags`` as booleans."""
    return {name: _FLAGS.get(row[name], row[name]) if name in flags else row[name] for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values


def utc(local: datetime) -> tuple[int, int]:
    """A local time as ms since 1970 in UTC, and its offset from UTC in minutes."""
    offset = local.utcoffset() or timedelta()
    return (local - _EPOCH) // _MS, offset // timedelta(minutes=1)


def local(began_ms: Ms, offset_min: int) -> datetime:
    """Inverse of ``utc``. Raises ``TypeError``, ``ValueError`` or ``OverflowError`` for damaged values."""
    return (_EPOCH + began_ms * _MS).astimezone(timezone(timedelta(minutes=offset_min)))
