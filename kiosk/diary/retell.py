"""A night that the diary holds, as the records it was made of: to be written down again in another file."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kiosk.core.events import EpisodeBegan, EpisodeResumed, Record, StopShown, TechniqueBegan, TechniqueEnded
from kiosk.core.technique import Ms
from kiosk.diary.entry import Entry

_MS = timedelta(milliseconds=1)


def records(entry: Entry, origin: Ms) -> list[Record]:
    """The records of a night under way in their order. ``origin``: when it began, on this run's clock."""
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
    """How long after its beginning an episode of an earlier run is at ``wall``, in ms.

    Only the wall clock can tell, and only if it was set neither in between nor back: no moment is
    before the last record.
    """
    return max(last, (wall - began) // _MS) if was_ok == clock_ok else last
