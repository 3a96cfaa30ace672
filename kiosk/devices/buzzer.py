"""The buzzer: passive (a piezo that plays what it is given) or active (it knows one tone)."""

from typing import TYPE_CHECKING

from kiosk.core.signals import Volume
from kiosk.devices.output import Output
from kiosk.devices.part import Part
from kiosk.i18n import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: Share of each cycle the line is high. The fundamental of such a wave grows with the sine
#: of half the share's angle: -16 dB, -7 dB and 0 dB. Below 5 % the pulses of a 1 kHz tone would be shorter
#: than software can time them.
DUTY = {Volume.LOW: 0.05, Volume.MEDIUM: 0.15, Volume.HIGH: 0.5}


class _Buzzer(Part):
    def __init__(self, pin: int, factory: "Factory") -> None:
        self._output = Output(pin, factory, N_("The buzzer does not answer."))

    def close(self) -> None:
        """Silent, and the pin given back."""
        self._output.close()


class PassiveBuzzer(_Buzzer):
    """A passive piezo on GPIO ``pin``, silent to begin with and after ``close``.

    Raises ``PinsUnavailable`` when the pin cannot be had; ``play`` raises ``PartFails``.
    """

    def __init__(self, pin: int, factory: "Factory") -> None:
        super().__init__(pin, factory)
        self._output.prepare()

    def play(self, hertz: int, volume: Volume) -> None:
        """This tone from now on; 0 Hz or ``Volume.OFF`` is silence, with the line low.

        A new tone replaces the one under way without a gap or a click.
        """
        if hertz <= 0 or volume is Volume.OFF:
            self._output.steady(high=False)
        else:
            self._output.pulse(hertz, DUTY[volume])


class ActiveBuzzer(_Buzzer):
    """A buzzer with a tone of its own on GPIO ``pin``, on while the line is high; as loud as it is.

    Raises ``PinsUnavailable`` when the pin cannot be had; ``play`` raises ``PartFails``.
    """

    def play(self, hertz: int, volume: Volume) -> None:
        """On for any tone above 0 Hz; 0 Hz or ``Volume.OFF`` is silence."""
        self._output.steady(high=hertz > 0 and volume is not Volume.OFF)
