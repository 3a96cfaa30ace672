"""Finds the backlight of the panel that shows the picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path

import msgspec

from kiosk.display.panels import Connector, connectors, survey


class Kin(IntEnum):
    """How a backlight is related to our panel, the closest relation first."""

    SOCKET = 0
    """it is a device below the panel's connector"""
    DEVICE = 1
    """it is on the device that drives the panel"""
    UNKNOWN = 2
    """the kernel links it to no panel"""
    STRANGER = 3
    """it belongs to another panel"""


class KernelLight(msgspec.Struct, frozen=True):
    """One backlight of the kernel, see ``devices.backlight``, and its relation to our panel."""

    folder: Path
    most: int
    kin: Kin
    writable: bool

    @property
    def is_strangers(self) -> bool:
        """Whether it belongs to another panel."""
        return self.kin is Kin.STRANGER


def lights(root: Path = Path("/"), may: Callable[[Path, int], bool] = os.access) -> list[KernelLight]:
    """All backlights with ``max_brightness`` above 0, the one to use first. Writable ones come before others,
    and then by ``kin``; those of other panels are last. ``may`` works as ``os.access``."""
    folders = sorted((root / "sys/class/backlight").glob("*"))
    if not folders:
        return []  # as with most monitors; the survey of the panels is not needed
    panel = _Panel(root)
    found = []
    for folder in folders:
        try:
            most = int((folder / "max_brightness").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if most > 0:
            found.append(KernelLight(folder, most, panel.kin(folder), may(folder / "brightness", os.W_OK)))
    return sorted(found, key=lambda light: (light.kin is Kin.STRANGER, not light.writable, light.kin))


class _Panel:
    """The panel that shows the picture, and all other panels, as folders of ``/sys/devices``."""

    def __init__(self, root: Path) -> None:
        seen, self._all = survey(root), connectors(root)
        chosen = seen.chosen
        self._sockets = {self._place(root, each): each for each in self._all}
        # without a framebuffer KMS is used, which also prefers a built-in panel (desktop.driver_settings)
        shown = [each for each in (chosen.connectors if chosen else seen.without) if each.connected]
        built_in = [each for each in shown if each.built_in]
        self._shown = set(built_in or shown)
        graphics = root / "sys/class/graphics"
        self._device = None if chosen is None else (graphics / chosen.device.name / "device").resolve()
        self._others = {(graphics / each.device.name / "device").resolve() for each in seen.candidates[1:]}

    @staticmethod
    def _place(root: Path, connector: Connector) -> Path:
        return (root / "sys/class/drm" / connector.name).resolve()

    def kin(self, light: Path) -> Kin:
        """The closest relation of the backlight's device, or of a device that the kernel's device links name
        as its consumer (since Linux 5.11, from the panel's ``backlight`` in the device tree)."""
        home = (light / "device").resolve()
        kins = [self._kin(home), *map(self._needed_by, _consumers(home))]
        return min((kin for kin in kins if kin is not Kin.UNKNOWN), default=Kin.UNKNOWN)

    def _kin(self, home: Path) -> Kin:
        for place, socket in self._sockets.items():
            if home.is_relative_to(place):
                return Kin.SOCKET if socket in self._shown else Kin.STRANGER
        if self._device is not None and _related(home, self._device):
            return Kin.DEVICE
        return Kin.STRANGER if any(_related(home, other) for other in self._others) else Kin.UNKNOWN

    def _needed_by(self, consumer: Path) -> Kin:
        kin = self._kin(consumer)
        if kin is Kin.UNKNOWN and ".dsi" in str(consumer):
            # On a Pi 4 the DSI panel is a child of the DSI controller, but the graphics card is not.
            if any(each.is_dsi for each in self._shown):
                return Kin.SOCKET
            return Kin.STRANGER if any(each.is_dsi for each in self._all) else Kin.UNKNOWN
        return kin


def _related(one: Path, other: Path) -> bool:
    """Whether the devices are the same, or one is an ancestor of the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _consumers(home: Path) -> Iterable[Path]:
    return ((link / "consumer").resolve() for link in home.glob("consumer:*") if (link / "consumer").exists())
