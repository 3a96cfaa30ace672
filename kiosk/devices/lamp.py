"""The lamp in the button or beside it: an LED."""

from typing import TYPE_CHECKING

from kiosk.core.eye import light
from kiosk.devices.output import Output
from kiosk.devices.part import Part
from kiosk.i18n import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: Pulses a second: above what the eye sees, and a pulse of 1 % still lasts 100 us, which software can keep.
HERTZ = 100

#: Nobody sees the rest, and without pulses nothing has to be kept up.
NEARLY_FULL = 0.995


class Lamp(Part):
    """The lamp on GPIO ``pin``, active high, off to begin with and after ``close``.

    Raises ``PinsUnavailable`` when the pin cannot be had; ``set`` raises ``PartFails``.
    """

    def __init__(self, pin: int, factory: "Factory") -> None:
        self._output = Output(pin, factory, N_("The lamp does not answer."))
        self._output.prepare()

    def set(self, level: float) -> None:
        """Brightness as seen, 0.0 (off) to 1.0 (full).

        Anything above 0 shines, if only with the least light that the pins can make: 0.3 % through gpiod
        (which looks a fourteenth as bright as full), 1 % through lgpio (an eighth).
        """
        share = light(level)
        if level <= 0 or share > NEARLY_FULL:
            self._output.steady(high=level > 0)
        else:
            self._output.pulse(HERTZ, share)

    def close(self) -> None:
        """Off, and the pin given back."""
        self._output.close()
