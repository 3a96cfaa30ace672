"""Finds the GPIO chip that has the pins of the header."""

from pathlib import Path

import gpiod
from gpiozero import BadPinFactory

#: Labels of chips whose line numbers are the GPIO numbers of the header. Device numbers change: the Pi 5's
#: RP1 was gpiochip4 until Linux 6.6.45 and has been gpiochip0 since (raspberrypi/linux#6144).
LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")


class NoHeaderChip(BadPinFactory):
    """There are GPIO chips, but none has the pins of the header. ``labels`` are those of the chips found."""

    def __init__(self, message: str, labels: list[str]) -> None:
        super().__init__(message)
        self.labels = labels


def open_chip(dev: Path = Path("/dev")) -> gpiod.Chip:
    """Open the chip that has the pins of the header; the caller closes it.

    Raises ``BadPinFactory`` if there is no chip in ``dev`` or no permission to open one, and ``NoHeaderChip``
    if none has the pins.
    """
    seen: list[str] = []
    labels: list[str] = []
    refused: list[str] = []
    for path in sorted({path.resolve() for path in dev.glob("gpiochip*")}):
        try:
            chip = gpiod.Chip(str(path))
        except PermissionError:
            refused.append(str(path))
            continue
        except OSError as error:
            seen.append(f"{path} ({error})")
            continue
        label = chip.get_info().label
        if label in LABELS:
            return chip
        chip.close()
        seen.append(f"{path} ({label})")
        labels.append(label)
    if refused:
        raise BadPinFactory(
            f"no permission to open {', '.join(refused)}: add yourself to the group gpio "
            "(sudo usermod -aG gpio $USER) and log in again"
        )
    if seen:
        message = f"none of these GPIO chips has a Raspberry Pi's pins: {', '.join(seen)}"
        raise NoHeaderChip(message, labels)
    raise BadPinFactory(f"there is no GPIO chip in {dev}: boot a Raspberry Pi kernel")
