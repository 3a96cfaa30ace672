"""Statistics over the diary: pure functions. Only cramps are counted; missing values are not counted as 0."""

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from kiosk.core.events import Tally
from kiosk.diary.entry import Entry, night_of, whole_minutes

#: Nights in a week.
NIGHTS = 7
#: Weeks that ``tally`` covers.
WEEKS = 6
#: Hours of the night that are counted, local time: 22:00 to 7:59.
HOURS = (22, 23, 0, 1, 2, 3, 4, 5, 6, 7)


def tally(episodes: Iterable[Entry], now_local: datetime) -> Tally:
    """The numbers of the diary page, for the last six weeks.

    A week is seven nights; the last week ends with the night of ``now_local``. A night is from noon to noon.
    Episodes recorded with an unset clock are counted on the recorded night, as no better date is known, but
    not in ``hours``. ``usual_minutes`` is the median time until the cramp was gone; None if no episode of
    these weeks ended so.
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
