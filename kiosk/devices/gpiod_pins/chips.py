"""Which of the machine's GPIO chips has the pins of the header."""

from pathlib import Path

import gpiod
from gpiozero import BadPinFactory

#: Chips whose lines are the header's, in its own numbers. Looked for by label, because numbers change: the
#: Pi 5's RP1 was gpiochip4 until Linux 6.6.45 and is gpiochip0 since (raspberrypi/linux#6144).
LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")


class NoHeaderChip(BadPinFactory):
    """There are GPIO chips, but none with the header's pins. ``labels``: what they call themselves."""

    def __init__(self, message: str, labels: list[str]) -> None:
        super().__init__(message)
        self.labels = labels


def open_chip(dev: Path = Path("/dev")) -> gpiod.Chip:
    """The open chip with the header's pins.

    Raises ``BadPinFactory``: there are no chips in ``dev``, none may be opened, or (``NoHeaderChip``) none is
    the header's.
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
