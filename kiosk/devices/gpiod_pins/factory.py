"""The pin factory: opens the chip, and creates a hardware PWM pin or a line for each pin."""

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

    ``chip`` is a device such as ``/dev/gpiochip0``, to be used instead of the one found by its label.
    ``consumer`` is the owner of the lines that ``gpioinfo`` shows. If ``hardware_pwm`` is False, pins of a
    PWM overlay are used as plain lines. ``dev`` and ``sys`` are the folders of the kernel's files.
    ``supervisor`` runs the threads.

    Raises ``PinUnknownPi``, ``BadPinFactory``, and ``OSError`` for a ``chip`` that cannot be opened.
    """

    bounce_settles = True
    """``bounce`` is the time for which a level must be stable before its edge is reported"""

    finest_level = 0.003
    """smallest ``state`` above 0 of software PWM at 100 Hz: pulses of 30 us"""

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
        self._get_board_info()  # raises for an unknown board now, not at the first pin
        self.chip = open_chip(dev) if chip is None else gpiod.Chip(os.fspath(chip))
        self.consumer = consumer
        self._hardware_pwm = hardware_pwm
        self._sys = sys
        self.edge_thread = EdgeThread(supervisor)
        self.pulser = Pulser(supervisor)
        self.pin_class = _pin

    def close(self) -> None:
        """Release all lines and PWM channels, end the thread and the process. May be called twice."""
        super().close()
        self.edge_thread.join(1)
        self.pulser.close()
        if self.chip:
            self.chip.close()

    def check(self) -> None:
        """Test the pulse process and repair it (``Pulser.check``). Call it every few seconds."""
        self.pulser.check()

    def find_channel(self, gpio: int) -> tuple[Path, int] | None:
        """The PWM chip and channel that own this GPIO; None if there are none, or if they are not used."""
        if not self._hardware_pwm:
            return None
        name = self.chip.get_info().name
        return find_channel(gpio, self._sys / "bus/gpio/devices" / name / "of_node", self._sys)


def _pin(factory: GpiodFactory, info: PinInfo) -> LocalPiPin:
    if "gpio" in info.interfaces and (found := factory.find_channel(int(info.name[4:]))):
        return GpiodPWMPin(factory, info, *found)
    return GpiodPin(factory, info)
