"""Touch panels as they lie on their glass: what they say about a finger, both from 0 to 1."""

from kiosk.core.calibration import Point


def straight(point: Point) -> Point:
    """One that needs no calibration."""
    return point


def worn(point: Point) -> Point:
    """A resistive one: its axes swapped, one turned round, scaled and shifted."""
    x, y = point
    return 0.08 + 0.85 * y, 0.94 - 0.88 * x
