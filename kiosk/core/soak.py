"""Water readings -> can I trust it? -> what to tell the feet. Bands and hysteresis as in the signal table.

Degrees Celsius throughout, after the owner's probe offset.
"""

from enum import StrEnum

import msgspec

from kiosk.core.technique import Ms


class Verdict(StrEnum):
    """What the water is, for a pair of feet."""

    WAITING = "waiting"
    """no two readings yet"""
    FAULT = "fault"
    DRY = "dry"
    """the probe is not in the water"""
    COLD = "cold"
    TOP_UP = "top-up"
    SETTLING = "settling"
    """in the warm band, not yet steady"""
    WARM = "warm"
    HOT_EDGE = "hot-edge"
    TOO_HOT = "too-hot"
    DANGER = "danger"
    RISING = "rising"


class Reading(msgspec.Struct, frozen=True):
    """One good reading."""

    at: Ms
    celsius: float


class Bands(msgspec.Struct, frozen=True):
    """Where one verdict ends and the next begins, in degrees Celsius."""

    cold: float = 33.0
    warm_low: float = 36.0
    warm_high: float = 40.0
    too_hot: float = 41.0
    danger: float = 43.0


class Water(msgspec.Struct, frozen=True):
    """What is known of the water. ``readings``: the good ones of the last minutes, oldest first."""

    verdict: Verdict = Verdict.WAITING
    readings: tuple[Reading, ...] = ()
    warm_for: Ms | None = None
    """the water will leave the warm band in about so many ms (None: cannot tell)"""

    @property
    def celsius(self) -> float | None:
        """The temperature to show; None when there is none to be trusted."""
        if self.verdict in {Verdict.WAITING, Verdict.FAULT} or not self.readings:
            return None
        return self.readings[-1].celsius

    @property
    def trend(self) -> float:
        """Degrees a minute over the last readings; 0.0 while too few are known."""
        return 0.0
