"""The panel's backlight, through sysfs (``/sys/class/backlight``)."""

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from kiosk.core.eye import light
from kiosk.devices.part import driving
from kiosk.i18n import N_, _

#: Values of ``bl_power``: FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN (the kernel's fb.h).
_ON, _OFF = "0", "4"

#: Fewest steps above 0 that count as dimmable: the lowest of 8 is about 1 % of the light (1 / 8 ** 2.2).
_DIMMABLE = 8

#: Errors of a backlight that we may not write.
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class KernelLight(Protocol):
    """One backlight of the kernel (``display.backlights`` finds them)."""

    @property
    def folder(self) -> Path:
        """Its folder in sysfs."""

    @property
    def most(self) -> int:
        """Its ``max_brightness``, at least 1."""

    @property
    def is_strangers(self) -> bool:
        """Whether it belongs to another panel than ours."""


L = TypeVar("L", bound=KernelLight)


class Backlight(Generic[L]):
    """The backlight of our panel; if it has none, one that the kernel links to no panel. A backlight without
    write permission is skipped for the next one.

    A screen without a backlight (HDMI, most SPI panels) is no error: every method then does nothing. One that
    appears later is found at the next ``set``. ``find`` returns all backlights, the one to use first.
    ``alone`` True means that no other program uses a screen of this machine: the backlights of other panels,
    which would light the bedroom all night, are then switched off until ``close``.
    """

    def __init__(self, find: Callable[[], Sequence[L]], *, alone: bool = False) -> None:
        self._find_lights = find
        self._alone = alone
        self._powered: bool | None = None
        self._lost = False
        self._darkened: dict[Path, str] = {}
        self.lights: list[L] = []
        """all backlights, the one to use first"""
        self._find()

    @property
    def chosen(self) -> L | None:
        """The backlight to use; None if there is none."""
        return next((each for each in self.lights if not each.is_strangers), None)

    @property
    def is_present(self) -> bool:
        """Whether there is a backlight to set."""
        return self.chosen is not None

    @property
    def dims(self) -> bool:
        """Whether it has enough steps to be dimmed (gpio-backlight has only 0 and 1)."""
        return self.chosen is not None and self.chosen.most >= _DIMMABLE

    def describe(self) -> str:
        """One sentence about the backlight, for ``doctor``."""
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
        """Set the perceived brightness, 0.0 (off) to 1.0; any level above 0 gives at least the lowest step.

        Raises ``PartFails`` if the backlight cannot be written, or is missing after an earlier failure.
        """
        missed = self._lost or self.chosen is not None
        if self.chosen is None or (level > 0 and not self._powered):
            self._find()  # the panel may have been connected or exchanged
        if self.chosen is None and not missed:
            self._darken()
            return
        with driving(N_("The brightness of the screen cannot be set.")):
            try:
                self._set(level)
            except OSError:
                self.lights, self._powered = [], None  # search again at the next call
                self._lost = True
                raise
            self._lost = False

    def close(self) -> None:
        """Restore the backlights of other panels. Never raises."""
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
        """Set the first backlight that can be written. If none can, raises the error of the first."""
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
        """Switch off the backlights of other panels, each once, if we are ``alone``."""
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
        # On Raspberry Pi OS the group video may write `brightness` only; brightness 0 is then dark enough.
        if powered is not self._powered:
            with contextlib.suppress(OSError):
                _put(folder / "bl_power", _ON if powered else _OFF)
            self._powered = powered


def _put(path: Path, text: str) -> None:
    """Write to an existing file. Raises ``OSError`` if it is missing."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC), "w", encoding="ascii") as file:
        file.write(text)
