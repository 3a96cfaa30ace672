"""The light behind the panel, through the kernel's backlight files."""

import contextlib
import os
from pathlib import Path

from kiosk.devices.light import light
from kiosk.devices.part import driving
from kiosk.words import N_, _

#: Panels differ in name and address: 10-0045, 11-0045, rpi_backlight, backlight-gpio ...
BACKLIGHTS = Path("/sys/class/backlight")

#: Values of ``bl_power`` (FB_BLANK_UNBLANK, FB_BLANK_POWERDOWN in the kernel's fb.h).
_ON, _OFF = "0", "4"

#: Steps that are worth calling dimming: the lowest of these is below a hundredth of the light.
_DIMMABLE = 8


class Backlight:
    """The first backlight under ``root`` that can be set.

    A screen without one (HDMI, most SPI panels) is no fault: everything here then does nothing. One that
    appears later, or comes back, is found at the next ``set``.
    """

    def __init__(self, root: Path = BACKLIGHTS) -> None:
        self._root = root
        self._powered: bool | None = None
        self._lost = False
        self._found: tuple[Path, int] | None = None
        self._find()

    @property
    def is_present(self) -> bool:
        """Whether there is a light to set."""
        return self._found is not None

    @property
    def dims(self) -> bool:
        """Whether it can be turned down, not only off (gpio-backlight knows 0 and 1)."""
        return self._found is not None and self._found[1] >= _DIMMABLE

    def describe(self) -> str:
        """Which light it is, in one sentence."""
        if self._found is None:
            return _("The screen has no backlight that can be set.")
        folder, most = self._found
        if not self.dims:
            return _("The backlight is {folder}, on or off; the colours are dimmed instead.").format(
                folder=folder
            )
        return _("The backlight is {folder}, 0 to {most}.").format(folder=folder, most=most)

    def set(self, level: float) -> None:
        """Brightness as seen: 0.0 is off, anything above is at least the panel's lowest step.

        Raises ``PartFails``.
        """
        if self._found is None:
            self._find()
        if self._found is None and not self._lost:
            return
        with driving(N_("The brightness of the screen cannot be set.")):
            try:
                if self._found is None:
                    raise FileNotFoundError(self._root)
                self._write(level, *self._found)
            except OSError:
                self._found = self._powered = None  # look again next time
                self._lost = True
                raise
            self._lost = False

    def _find(self) -> None:
        with contextlib.suppress(OSError):
            for folder in sorted(self._root.iterdir()):
                with contextlib.suppress(OSError, ValueError):
                    most = int((folder / "max_brightness").read_text(encoding="ascii"))
                    if most > 0:
                        self._found = folder, most
                        return

    def _write(self, level: float, folder: Path, most: int) -> None:
        powered = level > 0
        steps = max(1, round(most * light(level))) if powered else 0
        if powered:
            self._power(folder, powered)
        _put(folder / "brightness", str(steps))
        if not powered:
            self._power(folder, powered)

    def _power(self, folder: Path, powered: bool) -> None:
        # Raspberry Pi OS lets the group video write `brightness` alone; 0 there is dark enough then.
        if powered is not self._powered:
            with contextlib.suppress(OSError):
                _put(folder / "bl_power", _ON if powered else _OFF)
            self._powered = powered


def _put(path: Path, text: str) -> None:
    """Write to a file that is there; a missing one is not made."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC), "w", encoding="ascii") as file:
        file.write(text)
