"""What one episode left in the diary: plain data, nothing counted and nothing worded."""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec

from kiosk.core.events import Ending
from kiosk.core.technique import MINUTE, Ms, Side

_NIGHT_BEGINS = timedelta(hours=12)

#: The longest that anything may last, in ms: 317 years, and no sum of a date with it is out of range.
LONGEST: Ms = 10**13

Id = Annotated[int, msgspec.Meta(ge=1)]
Length = Annotated[Ms, msgspec.Meta(ge=0, le=LONGEST)]
Celsius = Annotated[float, msgspec.Meta(ge=-100, le=200)]
Score = Annotated[int, msgspec.Meta(ge=0, le=10)]
TechniqueId = Annotated[str, msgspec.Meta(min_length=1)]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One technique, used once. ``began`` and ``ended`` are ms after the episode began.

    ``finished``, ``ended`` and the soak's numbers (Celsius, ms) are None where nothing was recorded.
    """

    technique: TechniqueId
    began: Length
    ended: Length | None = None
    finished: bool | None = None
    soak_min: Celsius | None = None
    soak_max: Celsius | None = None
    soak_ms: Length | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One episode. ``began`` is local time with the UTC offset of that moment.

    ``last``, ``ended`` and ``stop`` are ms after the beginning, measured on the monotonic clock, so
    they stay true when the wall clock jumps. None is "not recorded", never 0. ``clock_ok`` False: the
    clock was not set, so ``began`` is only what it happened to say. ``resumed``: the night went
    on after a crash or power cut (the gap is then taken from the wall clock).
    """

    id: Id
    began: datetime
    clock_ok: bool
    cramp: bool
    side: Side
    last: Length = 0
    ended: Length | None = None
    ending: Ending | None = None
    rating: Score | None = None
    stop: Length | None = None
    resumed: bool = False
    uses: tuple[Use, ...] = ()

    @property
    def night(self) -> date:
        """The evening's date of this night."""
        return night_of(self.began)

    @property
    def over_at(self) -> datetime | None:
        """When it was over, in the UTC offset of its beginning so that differences are right.

        None while it is open, and when it was interrupted: then only its last record is known.
        """
        if self.ended is None or self.ending is Ending.INTERRUPTED:
            return None
        return self.began + timedelta(milliseconds=self.ended)

    @property
    def relief(self) -> Ms | None:
        """How long until it was gone, in ms; None unless the person said that it was."""
        return self.ended if self.ending is Ending.GONE else None

    @property
    def techniques(self) -> tuple[str, ...]:
        """Ids of the techniques in the order of their first use."""
        return tuple(dict.fromkeys(use.technique for use in self.uses))


class OpenEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """The night that was under way when the device went off.

    ``since`` is how long ago it began and ``ago`` how long ago its last record was, in ms. Both are
    never negative and never absurd: where the clock was set in between, or came back behind, the time
    without power is unknown and counts as none (``sure`` is False).
    """

    began: datetime
    since: Ms
    ago: Ms
    sure: bool
    cramp: bool
    side: Side
    techniques: tuple[str, ...] = ()


def night_of(local: datetime) -> date:
    """The evening's date of the night a local time belongs to: nights go from noon to noon."""
    return (local.replace(tzinfo=None) - _NIGHT_BEGINS).date()


def whole_minutes(length: Ms) -> int:
    """Minutes to show for a length in ms: rounded, and at least one, for it did take time."""
    return max(1, (length + MINUTE // 2) // MINUTE)
