"""A model of the cooling water of a foot bath, for simulated probes."""

import math

from kiosk.core.technique import MINUTE, Ms

#: Time constant of 8 litres in a plastic tub with two feet in it, in ms: at 38 degrees in a room of 21, about
#: a quarter of a degree a minute. An assumption of the model, not a measurement.
TIME_CONSTANT: Ms = 70 * MINUTE

#: Steps per degree of a DS18B20 at 12 bits (data sheet).
_STEPS = 16


def cooled(celsius: float, room: float, after: Ms) -> float:
    """Temperature of water that had ``celsius`` degrees ``after`` ms ago, in a room of ``room`` degrees."""
    return room + (celsius - room) * math.exp(-after / TIME_CONSTANT)


def in_steps(celsius: float) -> float:
    """The reading of a 12-bit probe: ``celsius`` rounded to 1/16 degree."""
    return round(celsius * _STEPS) / _STEPS
