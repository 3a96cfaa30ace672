"""The buzzer: passive (a piezo driven at the frequency of the tone) or active (a fixed tone of its own)."""

from typing import TYPE_CHECKING

from kiosk.core.signals import Volume
from kiosk.devices.output import Output
from kiosk.devices.part import Part
from kiosk.i18n import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: Duty cycle for each volume. The fundamental of a rectangular wave is proportional to sin(pi * duty):
#: -16 dB, -7 dB and 0 dB. Below 5 % the pulses of a 1 kHz tone are under 50 us, too short for software.
DUTY = {Volume.LOW: 0.05, Volume.MEDIUM: 0.15, Volume.HIGH: 0.5}


class _Buzzer(Part):
    def __init__(self, pin: int, factory: "Factory") -> None:
        self._output = Output(pin, factory, N_("The buzzer does not answer."))

    def close(self) -> None:
        """Switch the tone off and release the pin. May be called twice; never raises."""
        self._output.close()


class PassiveBuzzer(_Buzzer):
    """A passive piezo on GPIO ``pin``, silent at first and after ``close``.

    Raises ``PinsUnavailable`` if the pin cannot be used.
    """

    def __init__(self, pin: int, factory: "Factory") -> None:
        super().__init__(pin, factory)
        self._output.prepare()

    def play(self, hertz: int, volume: Volume) -> None:
        """Play this tone until the next call; 0 Hz or ``Volume.OFF`` is silence, with the line low.

        A new tone replaces the current one without a gap or a click. Raises ``PartFails``.
        """
        if hertz <= 0 or volume is Volume.OFF:
            self._output.steady(high=False)
        else:
            self._output.pulse(hertz, DUTY[volume])


class ActiveBuzzer(_Buzzer):
    """A buzzer with a fixed tone and volume on GPIO ``pin``, on while the line is high.

    Raises ``PinsUnavailable`` if the pin cannot be used.
    """

    def play(self, hertz: int, volume: Volume) -> None:
        """On for any tone above 0 Hz; 0 Hz or ``Volume.OFF`` is silence. Raises ``PartFails``."""
        self._output.steady(high=hertz > 0 and volume is not Volume.OFF)
