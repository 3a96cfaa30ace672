"""The light behind the panel, through the kernel's backlight files."""

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from kiosk.core.eye import light
from kiosk.devices.part import driving
from kiosk.i18n import N_, _

#: Values of ``bl_power`` (FB_BLANK_UNBLANK, FB_BLANK_POWERDOWN in the kernel's fb.h).
_ON, _OFF = "0", "4"

#: Steps that are worth calling dimming: the lowest of these is below a hundredth of the light.
_DIMMABLE = 8

#: What a light answers that may not be set, by us or by anyone.
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class KernelLight(Protocol):
    """One of the kernel's backlights (``display.backlights`` finds them)."""

    @property
    def folder(self) -> Path:
        """Where the kernel has it."""

    @property
    def most(self) -> int:
        """Its highest step, from 1."""

    @property
    def is_strangers(self) -> bool:
        """Whether it is another panel's."""


L = TypeVar("L", bound=KernelLight)


class Backlight(Generic[L]):
    """The panel's own backlight, else one of which the kernel says of no panel that it is its; one that may
    not be written is passed over for one that may.

    A screen without one (HDMI, most SPI panels) is no fault: everything here then does nothing. One that
    appears later, or comes back, is found at the next ``set``. ``find`` says which there are, the one to use
    first. ``alone``: nobody but us shows anything on this machine, so that the lights of other
    panels, which would glow in the bedroom all night, are ours as well: they are dark until ``close``.
    """

    def __init__(self, find: Callable[[], Sequence[L]], *, alone: bool = False) -> None:
        self._find_lights = find
        self._alone = alone
        self._powered: bool | None = None
        self._lost = False
        self._darkened: dict[Path, str] = {}
        self.lights: list[L] = []
        """every backlight there is, the one to use first"""
        self._find()

    @property
    def chosen(self) -> L | None:
        """The one to use; None: there is none."""
        return next((each for each in self.lights if not each.is_strangers), None)

    @property
    def is_present(self) -> bool:
        """Whether there is a light to set."""
        return self.chosen is not None

    @property
    def dims(self) -> bool:
        """Whether it can be turned down, not only off (gpio-backlight knows 0 and 1)."""
        return self.chosen is not None and self.chosen.most >= _DIMMABLE

    def describe(self) -> str:
        """Which light it is, in one sentence."""
        if self.chosen is None:
            return _("The screen has no backlight that can be set.")
        if not self.dims:
            return _("The backlight is {folder}, on or off; the colours are dimmed instead.").format(
                folder=self.chosen.folder
            )
        return _("The backlight is {folder}, 0 to {most}.").format(
            folder=self.chosen.folder, most=self.chosen.most
        )

    def set(self, level: float) -> None:
        """Brightness as seen: 0.0 is off, anything above is at least the panel's lowest step.

        Raises ``PartFails``.
        """
        missed = self._lost or self.chosen is not None
        if self.chosen is None or (level > 0 and not self._powered):
            self._find()  # a panel may have come, or another been connected
        if self.chosen is None and not missed:
            self._darken()
            return
        with driving(N_("The brightness of the screen cannot be set.")):
            try:
                self._set(level)
            except OSError:
                self.lights, self._powered = [], None  # look again next time
                self._lost = True
                raise
            self._lost = False

    def close(self) -> None:
        """Give other panels their light back."""
        for brightness, was in self._darkened.items():
            with contextlib.suppress(OSError):
                _put(brightness, was)
                _put(brightness.with_name("bl_power"), _ON)
        self._darkened.clear()

    def _find(self) -> None:
        before = self.chosen
        self.lights = list(self._find_lights())
        if self.chosen != before:
            self._powered = None

    def _set(self, level: float) -> None:
        """Set the first that may be set; where none may, the reason is the first's."""
        refused: OSError | None = None
        for each in [each for each in self.lights if not each.is_strangers]:
            try:
                self._write(level, each)
            except OSError as error:
                if error.errno not in _FORBIDDEN:
                    raise
                refused, self._powered = refused or error, None
                self.lights.remove(each)
            else:
                break
        else:
            raise refused or FileNotFoundError("/sys/class/backlight")
        self._darken()

    def _darken(self) -> None:
        """The lights of other panels off, each once, if nobody else shows anything on them."""
        for each in self.lights if self._alone else ():
            brightness = each.folder / "brightness"
            if each.is_strangers and brightness not in self._darkened:
                with contextlib.suppress(OSError):
                    was = brightness.read_text(encoding="ascii").strip()
                    _put(brightness, "0")
                    self._darkened[brightness] = was
                    _put(each.folder / "bl_power", _OFF)

    def _write(self, level: float, which: KernelLight) -> None:
        powered = level > 0
        steps = max(1, round(which.most * light(level))) if powered else 0
        if powered:
            self._power(which.folder, powered)
        _put(which.folder / "brightness", str(steps))
        if not powered:
            self._power(which.folder, powered)

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
