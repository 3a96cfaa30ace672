"""Which of the kernel's backlights is the one behind the panel that the picture goes to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path

import msgspec

from kiosk.display.panels import Connector, connectors, survey


class Kin(IntEnum):
    """How near a light is to the panel; the lower, the nearer."""

    SOCKET = 0
    """it is on the socket that the panel is connected to"""
    DEVICE = 1
    """it is on the device that drives the panel"""
    UNKNOWN = 2
    """the kernel says of no panel that the light is its"""
    STRANGER = 3
    """it is another panel's"""


class KernelLight(msgspec.Struct, frozen=True):
    """One of the kernel's backlights, see ``devices.backlight``; and how near it is to the panel."""

    folder: Path
    most: int
    kin: Kin
    writable: bool

    @property
    def is_strangers(self) -> bool:
        """Whether it is another panel's."""
        return self.kin is Kin.STRANGER


def lights(root: Path = Path("/"), may: Callable[[Path, int], bool] = os.access) -> list[KernelLight]:
    """Every backlight that has steps, the one to use first: of those that may be written, the panel's own
    before one that nobody knows the panel of; those of other panels last. ``may`` as ``os.access``."""
    folders = sorted((root / "sys/class/backlight").glob("*"))
    if not folders:
        return []  # most monitors: nobody needs to know what they are connected to
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
    """The panel that the picture goes to, and what there is besides, as folders of ``/sys/devices``."""

    def __init__(self, root: Path) -> None:
        seen, self._all = survey(root), connectors(root)
        chosen = seen.chosen
        self._sockets = {self._place(root, each): each for each in self._all}
        # without a framebuffer it is drawn on through KMS, where a built-in panel comes first, too
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
        """By the device that the light is on, else by the devices that the kernel's device links say need it
        (since 5.11, from the panel's ``backlight`` in the device tree)."""
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
            # A Pi 4's DSI panel is a child of the DSI controller, the card is not.
            if any(each.is_dsi for each in self._shown):
                return Kin.SOCKET
            return Kin.STRANGER if any(each.is_dsi for each in self._all) else Kin.UNKNOWN
        return kin


def _related(one: Path, other: Path) -> bool:
    """Whether one of two devices is the other, or above it."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _consumers(home: Path) -> Iterable[Path]:
    return ((link / "consumer").resolve() for link in home.glob("consumer:*") if (link / "consumer").exists())
