"""PWM by the hardware or the kernel, through ``/sys/class/pwm``."""

import contextlib
import errno
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

#: Channel of each GPIO, by the PWM's ``compatible`` in the device tree. From the overlay's source
#: (pwm-2chan-overlay.dts) and, for the Pi 5, the RP1's table of pin functions.
CHANNELS: dict[str, dict[int, int]] = {
    "brcm,bcm2835-pwm": {12: 0, 18: 0, 40: 0, 52: 0, 13: 1, 19: 1, 41: 1, 45: 1, 53: 1},
    "raspberrypi,rp1-pwm": {12: 0, 13: 1, 14: 2, 15: 3, 18: 2, 19: 3},
}

#: Longest wait for udev to change the group of an exported channel, in seconds.
_UDEV = 2.0


def find_channel(gpio: int, controller: Path, sys: Path = Path("/sys")) -> tuple[Path, int] | None:
    """The PWM chip and channel that an overlay has connected to this GPIO; None if there is none.

    ``controller`` is the device tree node of the GPIO chip. The PWM's ``pinctrl-0`` lists its pins; the
    channel number alone is not enough, as each channel can be routed to several pins.
    """
    for chip in sorted((sys / "class/pwm").glob("pwmchip*")):
        node = chip / "device/of_node"
        try:
            kinds = _strings(node / "compatible")
            pins = [pin for handle in _cells(node / "pinctrl-0") for pin in _pins(controller, handle)]
            if gpio not in pins:
                continue
            if "pwm-gpio" in kinds:  # the kernel's own software PWM: channels in the order of its pins
                return chip, pins.index(gpio)
            for kind in kinds:
                if gpio in CHANNELS.get(kind, {}):
                    return chip, CHANNELS[kind][gpio]
        except OSError:
            continue  # a PWM without a device tree node, or without pins of this chip
    return None


def _strings(path: Path) -> list[str]:
    return path.read_bytes().decode(errors="replace").rstrip("\0").split("\0")


def _cells(path: Path) -> list[int]:
    data = path.read_bytes()
    return list(struct.unpack(f">{len(data) // 4}I", data))


def _pins(controller: Path, handle: int) -> list[int]:
    for group in sorted(controller.glob("*/phandle")):
        if _cells(group) == [handle]:
            old, new = group.with_name("brcm,pins"), group.with_name("pins")
            if old.exists():
                return _cells(old)
            return [int(name[4:]) for name in _strings(new) if name[:4] == "gpio" and name[4:].isdigit()]
    return []


class HardwarePWM:
    """One channel of a PWM chip, off at first.

    A channel that a killed program left exported and running is taken over and switched off.

    Raises ``OSError``; its errno is ``EBUSY`` if a kernel driver uses the channel. ``sleep`` takes seconds.
    """

    def __init__(self, chip: Path, channel: int, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._chip = chip
        self._number = channel
        self._folder = chip / f"pwm{channel}"
        if not self._folder.exists():
            _write(chip / "export", channel)
        waited = 0.0
        while not os.access(self._folder / "enable", os.W_OK) and waited < _UDEV:
            sleep(0.01)
            waited += 0.01
        self._values = {
            name: int((self._folder / name).read_text()) for name in ("enable", "period", "duty_cycle")
        }
        self._put("enable", 0)

    def __repr__(self) -> str:
        return f"{self._chip.name}/{self._folder.name}"

    def set(self, frequency: float, level: float) -> None:
        """Set the frequency in Hz (above 0) and the duty cycle (0.0 to 1.0), where 0 disables the PWM.

        Raises ``OSError``, with ``EINVAL`` or ``ERANGE`` for a frequency that the hardware cannot generate.
        """
        period = round(1e9 / frequency)
        high = round(period * level)
        # In the order in which the pulse is never longer than the period, which the kernel refuses.
        if period < self._values["duty_cycle"]:
            self._put("duty_cycle", high)
            self._put("period", period)
        else:
            self._put("period", period)
            self._put("duty_cycle", high)
        self._put("enable", int(high > 0))

    def close(self) -> None:
        """Disable and unexport the channel. Raises ``OSError``."""
        if self._folder.exists():
            self._put("duty_cycle", 0)
            self._put("enable", 0)
            with contextlib.suppress(OSError):
                _write(self._chip / "unexport", self._number)

    def _put(self, name: str, value: int) -> None:
        # Write changes only: while the period is 0 the kernel refuses any write, even of 0.
        if self._values[name] != value:
            _write(self._folder / name, value)
            self._values[name] = value


def _write(path: Path, value: int) -> None:
    try:
        # unbuffered, and without creating the file
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except PermissionError as error:
        raise PermissionError(
            errno.EACCES, "no permission: let udev give it to the group gpio, and join that group", str(path)
        ) from error
    try:
        os.write(handle, str(value).encode())
    finally:
        os.close(handle)
