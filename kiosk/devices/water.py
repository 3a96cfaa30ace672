"""Water that cools as a foot bath does, for the probes that are simulated."""

import math

from kiosk.core.technique import MINUTE, Ms

#: By so much (a time constant) 8 litres in a tub of plastic, two feet in it, come nearer to the room: about a
#: quarter of a degree a minute at 38. A model, not a measurement.
TIME_CONSTANT: Ms = 70 * MINUTE

#: A DS18B20 at 12 bits measures in sixteenths of a degree.
_STEPS = 16


def cooled(celsius: float, room: float, after: Ms) -> float:
    """How warm water is that was ``celsius`` so many ms ago, in a room of ``room`` degrees Celsius."""
    return room + (celsius - room) * math.exp(-after / TIME_CONSTANT)


def in_steps(celsius: float) -> float:
    """What a probe says of it: the nearest sixteenth of a degree."""
    return round(celsius * _STEPS) / _STEPS
