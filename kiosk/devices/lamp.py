"""The lamp: an LED in the button or beside it."""

from typing import TYPE_CHECKING

from kiosk.core.eye import light
from kiosk.devices.output import Output
from kiosk.devices.part import Part
from kiosk.i18n import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: PWM frequency in Hz: too fast to be seen as flicker, and a pulse of 1 % still lasts 100 us, which software
#: can time.
HERTZ = 100

#: Duty cycle above which the lamp is driven without PWM: the difference cannot be seen, and no pulses are
#: needed.
NEARLY_FULL = 0.995


class Lamp(Part):
    """The lamp on GPIO ``pin``, active high, off at first and after ``close``.

    Raises ``PinsUnavailable`` if the pin cannot be used.
    """

    def __init__(self, pin: int, factory: "Factory") -> None:
        self._output = Output(pin, factory, N_("The lamp does not answer."))
        self._output.prepare()

    def set(self, level: float) -> None:
        """Set the perceived brightness, 0.0 (off) to 1.0 (full). Raises ``PartFails``.

        Any level above 0 gives at least the smallest duty cycle of the pins: 0.3 % with gpiod (perceived as
        1/14 of full brightness), 1 % with lgpio (1/8).
        """
        share = light(level)
        if level <= 0 or share > NEARLY_FULL:
            self._output.steady(high=level > 0)
        else:
            self._output.pulse(HERTZ, share)

    def close(self) -> None:
        """Switch the lamp off and release the pin. May be called twice; never raises."""
        self._output.close()
