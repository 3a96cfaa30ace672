"""An episode of the diary as the records that produce it, so that it can be written to another file."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kiosk.core.events import EpisodeBegan, EpisodeResumed, Record, StopShown, TechniqueBegan, TechniqueEnded
from kiosk.core.technique import Ms
from kiosk.diary.entry import Entry

_MS = timedelta(milliseconds=1)


def records(entry: Entry, origin: Ms) -> list[Record]:
    """The records of an episode under way, in order of time.

    ``origin`` is its beginning on the monotonic clock of this run, in ms; it may be negative.
    """
    first = EpisodeBegan(origin, entry.side, entry.cramp)
    return [first, *sorted(_later(entry, origin), key=lambda record: record.at)]


def _later(entry: Entry, origin: Ms) -> Iterator[Record]:
    for use in entry.uses:
        yield TechniqueBegan(origin + use.began, use.technique)
        if use.ended is not None:
            yield TechniqueEnded(
                origin + use.ended,
                use.technique,
                finished=bool(use.finished),
                soak_min=use.soak_min,
                soak_max=use.soak_max,
                soak_ms=use.soak_ms,
            )
    if entry.stop is not None:
        yield StopShown(origin + entry.stop)
    if entry.resumed:
        yield EpisodeResumed(origin + entry.last)


def lapsed(began: datetime, was_ok: bool, last: Ms, wall: datetime, clock_ok: bool) -> Ms:
    """Time from the beginning of an episode of an earlier run to ``wall``, in ms, at least ``last``.

    Only the wall clock can measure this. If it was set (or lost its time) since the episode began, that is,
    if ``was_ok`` and ``clock_ok`` differ, the result is ``last``: the time of the last record.
    """
    return max(last, (wall - began) // _MS) if was_ok == clock_ok else last
