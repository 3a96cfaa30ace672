"""The diary as CSV for spreadsheets, and as lines of text for a terminal."""

import csv
from collections.abc import Iterable, Mapping
from typing import TextIO, assert_never

from kiosk.core.events import Ending
from kiosk.core.technique import MINUTE, Ms, Side
from kiosk.diary.entry import Entry, whole_minutes
from kiosk.diary.store import Store
from kiosk.i18n import N_, _, ngettext

#: The columns of the CSV. Names and values are the same in every language and version, because users'
#: spreadsheets depend on them. New columns are added at the end.
COLUMNS = (
    "night",  # the evening's date
    "start",  # local clock time
    "minutes",  # until it was gone
    "rating",  # 0 to 10
    "ending",  # gone, no-answer, interrupted; empty: still open
    "kind",  # cramp or soak
    "side",
    "techniques",  # ids in order of first use
    "soak_minutes",  # feet in warm water
    "soak_min_celsius",
    "soak_max_celsius",
    "stop_page_after_minutes",
    "clock",  # set or not-set; if not-set, then night, start, began and ended are not reliable
    "resumed",  # yes or no; if yes, it continued after a power cut, and minutes include that time
    "began",  # ISO 8601, local time with its offset from UTC
    "ended",  # the same; empty if still open or interrupted
)

#: A spreadsheet evaluates a cell that starts with one of these as a formula (CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _ending(ending: Ending) -> str:
    match ending:
        case Ending.GONE:
            return N_("gone")
        case Ending.NO_ANSWER:
            return N_("no answer")
        case Ending.INTERRUPTED:
            return N_("interrupted")
        case _:
            assert_never(ending)


def _side(side: Side) -> str:
    match side:
        case Side.LEFT:
            return N_("left foot")
        case Side.RIGHT:
            return N_("right foot")
        case Side.BOTH:
            return N_("both feet")
        case _:
            assert_never(side)


def rows(store: Store) -> list[tuple[str, ...]]:
    """One row for each episode, the oldest first, in the order of ``COLUMNS``; "" where nothing was recorded.

    Raises ``DiaryError``, ``sqlite3.Error``.
    """
    return [_row(entry) for entry in reversed(store.episodes())]


def write_csv(store: Store, file: TextIO) -> None:
    """Write the whole diary as CSV (RFC 4180). Open ``file`` with ``newline=""``.

    Raises ``DiaryError``, ``sqlite3.Error``, ``OSError``.
    """
    table = csv.writer(file)
    table.writerow(COLUMNS)
    table.writerows(rows(store))


def lines(store: Store, limit: int | None = None, names: Mapping[str, str] | None = None) -> list[str]:
    """The newest ``limit`` episodes (None: all) as text in aligned columns, the newest first.

    ``names`` maps technique ids to the names in their files; an id without a name is shown itself. An empty
    diary gives one sentence that says so. Raises ``DiaryError``, ``sqlite3.Error``.
    """
    table = [_cells(entry, names or {}) for entry in store.episodes(limit)]
    if not table:
        return [_("Nothing is in the diary yet.")]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table]


def left_out(store: Store) -> list[str]:
    """One sentence about the rows that this store could not read so far; an empty list if there are none."""
    lost = len(store.unreadable)
    text = ngettext(
        "{n} record of the diary cannot be read and is left out; cramp-kiosk doctor says more.",
        "{n} records of the diary cannot be read and are left out; cramp-kiosk doctor says more.",
        lost,
    )
    return [text.format(n=lost)] if lost else []


def _row(entry: Entry) -> tuple[str, ...]:
    soaks = [use for use in entry.uses if use.soak_ms is not None]
    coolest = [use.soak_min for use in entry.uses if use.soak_min is not None]
    warmest = [use.soak_max for use in entry.uses if use.soak_max is not None]
    return (
        entry.night.isoformat(),
        f"{entry.began:%H:%M}",
        _minutes(entry.relief),
        "" if entry.rating is None else str(entry.rating),
        "" if entry.ending is None else entry.ending.value,
        "cramp" if entry.cramp else "soak",
        entry.side.value,
        _safe(";".join(entry.techniques)),
        _minutes(sum(use.soak_ms or 0 for use in soaks) if soaks else None),
        f"{min(coolest):.1f}" if coolest else "",
        f"{max(warmest):.1f}" if warmest else "",
        _minutes(entry.stop),
        "set" if entry.clock_ok else "not-set",
        "yes" if entry.resumed else "no",
        entry.began.isoformat(timespec="seconds"),
        "" if entry.over_at is None else entry.over_at.isoformat(timespec="seconds"),
    )


def _minutes(length: Ms | None) -> str:
    return "" if length is None else f"{length / MINUTE:.1f}"


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(entry: Entry, names: Mapping[str, str]) -> tuple[str, ...]:
    when = f"{entry.began:%Y-%m-%d %H:%M}"
    if not entry.clock_ok:
        when = _("{when} (clock not set)").format(when=when)
    if entry.relief is None:
        length = _("not timed")
    else:
        minutes = whole_minutes(entry.relief)
        length = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    return (
        when,
        length,
        _("not rated") if entry.rating is None else _("{rating} of 10").format(rating=entry.rating),
        _("still open") if entry.ending is None else _(_ending(entry.ending)),
        _(_side(entry.side)) if entry.cramp else _("soak only"),
        _listed(_(names[id_]) if id_ in names else id_ for id_ in entry.techniques),
    )


def _listed(techniques: Iterable[str]) -> str:
    return ", ".join(techniques) or _("no technique")
