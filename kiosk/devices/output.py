"""One output line: low, high, or pulsed. Lamp and buzzer are made of it."""

from typing import TYPE_CHECKING

from gpiozero import DigitalOutputDevice

from kiosk.devices.part import LogOnce, Part, driving
from kiosk.devices.pins import claiming

if TYPE_CHECKING:
    from gpiozero.pins import Factory


class Output(Part):
    """A line that starts low, ends low, and pulses only while it must.

    Not gpiozero's ``PWMOutputDevice``: that one keeps the pulses going at 0 and 100 %, and lgpio then
    writes the line at every cycle, all night. ``finest`` is the smallest share of a cycle that the line can
    be high. ``trouble`` is the sentence for when the pins fail.

    Raises ``PinsUnavailable`` when the pin cannot be had; ``steady`` and ``pulse`` raise ``PartFails``.
    """

    def __init__(self, pin: int, factory: "Factory", trouble: str) -> None:
        with claiming(pin):
            self._device = DigitalOutputDevice(pin, pin_factory=factory)
        self._trouble = trouble
        self._once = LogOnce(trouble)
        #: lgpio knows whole percents only
        self.finest: float = getattr(factory, "finest_level", 0.01)

    def prepare(self) -> None:
        """Pulses will be wanted: let what makes them start now, where it takes time to start."""
        with self._once:
            prepare = getattr(self._device.pin, "prepare_pulses", None)
            if prepare is not None:
                prepare()

    def steady(self, *, high: bool) -> None:
        """No pulses, and the line low or high."""
        with driving(self._trouble):
            self._steady(high=high)

    def _steady(self, *, high: bool) -> None:
        if self._device.closed:
            return
        # In this order: lgpio's pulses stop wherever they are, high as likely as low.
        if self._device.pin.frequency is not None:
            self._device.pin.frequency = None
        self._device.pin.state = high

    def pulse(self, hertz: float, share: float) -> None:
        """So many pulses a second, the line high for ``share`` (``finest`` to 1.0) of the time.

        A change of one that is under way takes effect at the end of its cycle, without a gap: all
        factories see to that. The first of them comes at once, through lgpio within 20 ms: its pulse
        thread looks up only so often (lgPthTx.c).
        """
        with driving(self._trouble):
            if self._device.closed:
                return
            pin = self._device.pin
            if pin.frequency != hertz:
                pin.frequency = hertz
            # gpiozero gives lgpio int(state * 100), which makes 28 of 0.29: stay above the whole percent.
            pin.state = min(max(share, self.finest) + 1e-9, 1)

    def close(self) -> None:
        """Low, then given back. May be called twice; never raises."""
        with self._once:
            self._steady(high=False)
        with self._once:
            self._device.close()
