"""The lamp in the button or beside it: an LED."""

from typing import TYPE_CHECKING

from kiosk.devices.light import light
from kiosk.devices.output import Output
from kiosk.devices.part import Part
from kiosk.words import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: Pulses a second: above what the eye sees, and 1 % (lgpio's finest step) still lasts 100 us, which a
#: pulse made in software can keep.
HERTZ = 100


class Lamp(Part):
    """The lamp on GPIO ``pin``, active high, off to begin with and after ``close``.

    Raises ``PinsUnavailable`` when the pin cannot be had.
    """

    def __init__(self, pin: int, factory: "Factory") -> None:
        self._output = Output(pin, factory, N_("The lamp does not answer."))

    def set(self, level: float) -> None:
        """Brightness as seen, 0.0 (off) to 1.0 (full); anything above 0 is at least 1 % of the light."""
        percent = round(100 * light(level))
        if level <= 0 or percent >= 100:
            self._output.steady(high=level > 0)
        else:
            self._output.pulse(HERTZ, max(1, percent))

    def close(self) -> None:
        """Off, and the pin given back."""
        self._output.close()
