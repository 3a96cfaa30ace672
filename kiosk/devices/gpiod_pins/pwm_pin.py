"""A pin that is the output of a hardware PWM."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gpiozero.exc import (
    GPIOPinInUse,
    PinEdgeDetectUnsupported,
    PinFixedPull,
    PinInvalidFunction,
    PinPWMUnsupported,
)
from gpiozero.pins import PinInfo
from gpiozero.pins.local import LocalPiPin

from .hardware_pwm import HardwarePWM
from .line_pin import level_of

if TYPE_CHECKING:
    from .factory import GpiodFactory


class GpiodPWMPin(LocalPiPin):
    """A pin that a PWM overlay owns: an output, pulsed or steady, driven by the hardware."""

    #: Frequency in Hz while the level is 0 or 1; its value does not matter.
    _STEADY = 1000.0

    def __init__(self, factory: "GpiodFactory", info: PinInfo, chip: Path, channel: int) -> None:
        super().__init__(factory, info)
        self._open: Callable[[], HardwarePWM] = lambda: HardwarePWM(chip, channel)
        self._pwm: HardwarePWM | None = None
        self._frequency: float | None = None
        self._level: float = 0

    def close(self) -> None:
        """Switch the output off and release the channel."""
        if self._pwm is not None:
            self._pwm.close()
        self._pwm, self._frequency, self._level = None, None, 0

    def output_with_state(self, state: float) -> None:
        """Set a steady level, 0 or 1. Raises ``GPIOPinInUse``, ``OSError``."""
        self._frequency = None
        self._set_state(state)

    def input_with_pull(self, pull: str) -> None:  # noqa: ARG002 - gpiozero's signature
        """Always raises ``PinInvalidFunction``."""
        self._set_function("input")

    def _get_function(self) -> str:
        return "output"

    def _set_function(self, value: str) -> None:
        if value != "output":
            raise PinInvalidFunction(
                f'invalid function "{value}" for pin {self!r}: it is the output of a PWM. Choose another '
                "pin, or take the line dtoverlay=pwm out of /boot/firmware/config.txt"
            )
        self._set_state(self._level)

    def _get_state(self) -> float:
        return self._level

    def _set_state(self, value: float) -> None:
        level = level_of(self, value)
        if self._frequency is None:
            level = int(bool(level))
        self._apply(self._frequency, level)

    def _get_frequency(self) -> float | None:
        return self._frequency

    def _set_frequency(self, value: float | None) -> None:
        if not value:
            if self._frequency is not None:
                self._apply(None, 0)
            return
        if value < 0:
            raise PinPWMUnsupported(f"the frequency of {self!r} must be above 0 Hz")
        self._apply(value, 0 if self._frequency is None else self._level)

    def _apply(self, frequency: float | None, level: float) -> None:
        try:
            if self._pwm is None:
                self._pwm = self._open()
            self._pwm.set(frequency or self._STEADY, level)
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise GPIOPinInUse(f"the PWM of pin {self!r} is in use by a driver of the kernel") from error
            if error.errno in (errno.EINVAL, errno.ERANGE):
                raise PinPWMUnsupported(f"the PWM of {self!r} cannot make {frequency} Hz") from error
            raise
        self._frequency, self._level = frequency, level

    def prepare_pulses(self) -> None:
        """Does nothing: the hardware needs no preparation."""

    def _get_pull(self) -> str:
        return "floating"

    def _set_pull(self, value: str) -> None:  # noqa: ARG002 - gpiozero's signature
        raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")

    def _enable_event_detect(self) -> None:
        raise PinEdgeDetectUnsupported(f"{self!r} is the output of a PWM, which has no edges to detect")

    def _disable_event_detect(self) -> None:
        pass
