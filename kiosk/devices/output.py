"""One output line: low, high, or PWM. Lamp and buzzer use it."""

from typing import TYPE_CHECKING

from gpiozero import DigitalOutputDevice

from kiosk.devices.part import LogOnce, Part, driving
from kiosk.devices.pins import claiming

if TYPE_CHECKING:
    from gpiozero.pins import Factory


class Output(Part):
    """An output line, low at first and after ``close``; PWM runs only while it is needed.

    gpiozero's ``PWMOutputDevice`` would keep PWM running at 0 and 100 %, and lgpio would then write the line
    in every cycle, all night. ``finest`` is the smallest duty cycle, 0.0 to 1.0. ``trouble`` is the sentence
    for errors of the pins (marked with ``N_``).

    Raises ``PinsUnavailable`` if the pin cannot be used.
    """

    def __init__(self, pin: int, factory: "Factory", trouble: str) -> None:
        with claiming(pin):
            self._device = DigitalOutputDevice(pin, pin_factory=factory)
        self._trouble = trouble
        self._once = LogOnce(trouble)
        #: 0.01: lgpio's duty cycles are whole percents
        self.finest: float = getattr(factory, "finest_level", 0.01)

    def prepare(self) -> None:
        """Start the factory's pulse process, if it has one, before the first pulse. Never raises."""
        with self._once:
            prepare = getattr(self._device.pin, "prepare_pulses", None)
            if prepare is not None:
                prepare()

    def steady(self, *, high: bool) -> None:
        """Stop PWM and set the line low or high. Raises ``PartFails``."""
        with driving(self._trouble):
            self._steady(high=high)

    def _steady(self, *, high: bool) -> None:
        if self._device.closed:
            return
        # PWM first: lgpio's stops at any point of its cycle and may leave the line high.
        if self._device.pin.frequency is not None:
            self._device.pin.frequency = None
        self._device.pin.state = high

    def pulse(self, hertz: float, share: float) -> None:
        """PWM at ``hertz`` with the duty cycle ``share``, clamped to ``finest`` to 1.0. Raises ``PartFails``.

        If PWM is running already, the change takes effect at the end of the current cycle, without a gap, in
        all factories. Otherwise it starts at once; with lgpio within 20 ms, as its pulse thread sleeps that
        long (lgPthTx.c).
        """
        with driving(self._trouble):
            if self._device.closed:
                return
            pin = self._device.pin
            if pin.frequency != hertz:
                pin.frequency = hertz
            # gpiozero passes int(state * 100) to lgpio, which is 28 for 0.29: stay just above the percent.
            pin.state = min(max(share, self.finest) + 1e-9, 1)

    def close(self) -> None:
        """Set the line low and release it. May be called twice; never raises."""
        with self._once:
            self._steady(high=False)
        with self._once:
            self._device.close()
