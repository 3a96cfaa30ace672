"""The factory: opens the chip, and makes each pin what it can be."""

import os
from pathlib import Path

import gpiod
from gpiozero.pins import PinInfo
from gpiozero.pins.local import LocalPiFactory, LocalPiPin

from .chips import open_chip
from .edges import EdgeThread
from .hardware_pwm import find_channel
from .line_pin import GpiodPin
from .pwm_pin import GpiodPWMPin
from .software_pwm import Pulser
from .threads import Threads


class GpiodFactory(LocalPiFactory):
    """Pins of a Raspberry Pi through the kernel's GPIO character device.

    ``chip`` is the device to use instead of the one found by its label (``/dev/gpiochip0``); ``consumer``
    is what ``gpioinfo`` shows as the owner of the lines. With ``hardware_pwm`` False pins of a PWM overlay
    are taken from it and used as plain lines. ``dev`` and ``sys`` are where the kernel's files are. Threads
    are ``supervisor``'s.

    Raises ``PinUnknownPi`` and ``BadPinFactory``.
    """

    bounce_settles = True
    """``bounce`` is the time a level must stay before it is reported, counted from the last edge."""

    finest_level = 0.003
    """Smallest ``state`` but 0 that software can make at 100 Hz: pulses of 30 us."""

    def __init__(
        self,
        chip: str | os.PathLike[str] | None = None,
        *,
        consumer: str = "gpiozero",
        hardware_pwm: bool = True,
        dev: Path = Path("/dev"),
        sys: Path = Path("/sys"),
        supervisor: Threads | None = None,
    ) -> None:
        super().__init__()
        self._get_board_info()  # an unknown board is known now, not at the first pin
        self.chip = open_chip(dev) if chip is None else gpiod.Chip(os.fspath(chip))
        self.consumer = consumer
        self._hardware_pwm = hardware_pwm
        self._sys = sys
        self.edge_thread = EdgeThread(supervisor)
        self.pulser = Pulser(supervisor)
        self.pin_class = _pin

    def close(self) -> None:
        """Release every line and PWM, end thread and process. May be called twice."""
        super().close()
        self.edge_thread.join(1)
        self.pulser.close()
        if self.chip:
            self.chip.close()

    def check(self) -> None:
        """Whether what software pulses is pulsed (``Pulser.check``); to be called now and then."""
        self.pulser.check()

    def find_channel(self, gpio: int) -> tuple[Path, int] | None:
        """The PWM chip and channel that own this pin, or None."""
        if not self._hardware_pwm:
            return None
        name = self.chip.get_info().name
        return find_channel(gpio, self._sys / "bus/gpio/devices" / name / "of_node", self._sys)


def _pin(factory: GpiodFactory, info: PinInfo) -> LocalPiPin:
    if "gpio" in info.interfaces and (found := factory.find_channel(int(info.name[4:]))):
        return GpiodPWMPin(factory, info, *found)
    return GpiodPin(factory, info)
