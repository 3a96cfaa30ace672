"""The diary's data: episodes and the techniques used in them."""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec

from kiosk.core.events import Ending
from kiosk.core.technique import MINUTE, Ms, Side

_NIGHT_BEGINS = timedelta(hours=12)

#: Upper bound of every duration, in ms: 317 years. Any date of the diary plus this is a valid datetime.
LONGEST: Ms = 10**13

Id = Annotated[int, msgspec.Meta(ge=1)]
Length = Annotated[Ms, msgspec.Meta(ge=0, le=LONGEST)]
Celsius = Annotated[float, msgspec.Meta(ge=-100, le=200)]
Score = Annotated[int, msgspec.Meta(ge=0, le=10)]
TechniqueId = Annotated[str, msgspec.Meta(min_length=1)]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a technique. ``began`` and ``ended`` are ms after the episode began.

    ``soak_min`` and ``soak_max`` are degrees Celsius, ``soak_ms`` the time with the feet in warm water.
    None means that nothing was recorded.
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

    ``last`` (the last record), ``ended`` and ``stop`` (the stop page was shown) are ms after ``began``,
    measured on the monotonic clock, so they are right even if the wall clock jumps. None means "not
    recorded". If ``clock_ok`` is False the clock was not set, and ``began`` is unreliable. ``resumed``: the
    episode was continued after a crash or power cut; the time without power is from the wall clock.
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
        """The date of the evening on which this night began."""
        return night_of(self.began)

    @property
    def over_at(self) -> datetime | None:
        """When the episode ended, with the UTC offset of ``began``, so that the difference is its length.

        None if it is under way, or was interrupted: then only the time of its last record is known.
        """
        if self.ended is None or self.ending is Ending.INTERRUPTED:
            return None
        return self.began + timedelta(milliseconds=self.ended)

    @property
    def relief(self) -> Ms | None:
        """Time until the cramp was gone, in ms; None unless the person said that it was gone."""
        return self.ended if self.ending is Ending.GONE else None

    @property
    def techniques(self) -> tuple[str, ...]:
        """Ids of the techniques in the order of their first use."""
        return tuple(dict.fromkeys(use.technique for use in self.uses))


class OpenEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """The episode that was under way when the device was switched off.

    ``since`` is the time since it began and ``ago`` the time since its last record, in ms, both >= 0. If the
    clock was set in between, or is now behind, the time without power is unknown and counts as 0; then
    ``sure`` is False.
    """

    began: datetime
    since: Ms
    ago: Ms
    sure: bool
    cramp: bool
    side: Side
    techniques: tuple[str, ...] = ()


def night_of(local: datetime) -> date:
    """The night that a local time belongs to, by the date of its evening. A night is from noon to noon."""
    return (local.replace(tzinfo=None) - _NIGHT_BEGINS).date()


def whole_minutes(length: Ms) -> int:
    """A length in ms as minutes to show: rounded half up, at least 1."""
    return max(1, (length + MINUTE // 2) // MINUTE)
