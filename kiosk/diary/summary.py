"""Counting what the diary holds. Pure; only cramps count, and what was not recorded is never a 0."""

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from kiosk.core.events import Tally
from kiosk.diary.entry import Entry, night_of, whole_minutes

NIGHTS = 7
WEEKS = 6
#: The hours of the night that are counted, local time.
HOURS = (22, 23, 0, 1, 2, 3, 4, 5, 6, 7)


def tally(episodes: Iterable[Entry], now_local: datetime) -> Tally:
    """What the diary page shows, over the last six weeks.

    A week is seven nights, the last one ending with the night of ``now_local``; a night goes from noon
    to noon. Episodes recorded with an unset clock are counted on the night that it said, but in no
    hour: their date is the best there is, their hour is not. Minutes are the median time until it was
    gone; None if nobody has said so in these weeks.
    """
    weeks = [0] * WEEKS
    hours = [0] * len(HOURS)
    reliefs = []
    tonight = night_of(now_local)
    for entry in episodes:
        weeks_ago = (tonight - entry.night).days // NIGHTS
        if not entry.cramp or not 0 <= weeks_ago < WEEKS:
            continue
        weeks[-1 - weeks_ago] += 1
        if entry.clock_ok and entry.began.hour in HOURS:
            hours[HOURS.index(entry.began.hour)] += 1
        if entry.relief is not None:
            reliefs.append(entry.relief)
    return Tally(
        this_week=weeks[-1],
        weeks=tuple(weeks),
        hours=tuple(hours),
        usual_minutes=whole_minutes(round(median(reliefs))) if reliefs else None,
    )
