"""The kernel's framebuffer: which one is the panel, and writing its pixels."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pygame

from kiosk.display.base import DisplayError
from kiosk.display.geometry import Geometry, read_geometry, refusal, unknown_pixels
from kiosk.display.terminal import Ioctl, system_ioctl
from kiosk.words import _

_BUILT_IN = ("DSI", "DPI", "LVDS", "eDP", "SPI")


class Connector(msgspec.Struct, frozen=True, order=True):
    """A socket of a graphics card: ``status`` as the kernel says it (connected, disconnected, unknown)."""

    name: str
    status: str

    @property
    def connected(self) -> bool:
        """Whether a panel is plugged in."""
        return self.status == "connected"

    @property
    def built_in(self) -> bool:
        """Whether panels on this kind of socket are part of the device, not a monitor beside it."""
        return self.name.split("-", 1)[-1].startswith(_BUILT_IN)


class Candidate(msgspec.Struct, frozen=True):
    """A framebuffer and the sockets of its card. None at all: a panel that is always there (fbtft)."""

    device: Path
    name: str
    connectors: tuple[Connector, ...]

    @property
    def rank(self) -> int:
        """The lower, the likelier the one by the bed: 0 a built-in panel, 1 a monitor, 2 a framebuffer
        without sockets, 3 nothing is connected."""
        connected = [connector for connector in self.connectors if connector.connected]
        if connected:
            return 0 if any(connector.built_in for connector in connected) else 1
        return 3 if self.connectors else 2

    @property
    def is_slow(self) -> bool:
        """Whether every pixel takes its time on a serial bus: an SPI panel."""
        return any(connector.name.split("-", 1)[-1].startswith("SPI") for connector in self.connectors)

    def why(self) -> str:
        """One sentence: what speaks for drawing here, or against it."""
        names = ", ".join(
            connector.name.split("-", 1)[-1]
            for connector in self.connectors
            if connector.connected or self.rank == 3
        )
        sentence = (
            _("{device} ({name}): the built-in panel {sockets} is connected."),
            _("{device} ({name}): a monitor is connected to {sockets}."),
            _("{device} ({name}): a panel without a socket, which is always there."),
            _("{device} ({name}): nothing is connected to {sockets}."),
        )[self.rank]
        return sentence.format(device=self.device, name=self.name or "?", sockets=names)


class Survey(msgspec.Struct, frozen=True):
    """Every framebuffer, the best first, and connected sockets whose card has none to draw on."""

    candidates: tuple[Candidate, ...]
    without: tuple[Connector, ...]

    @property
    def chosen(self) -> Candidate | None:
        """Where the picture goes."""
        return self.candidates[0] if self.candidates else None

    def sentences(self) -> list[str]:
        """What is there, and which is taken for what reason."""
        told = [candidate.why() for candidate in self.candidates]
        told += [
            _(
                "{socket} is connected, but the kernel gives its card no framebuffer; "
                'the setting display = "desktop" can draw there all the same.'
            ).format(socket=connector.name)
            for connector in self.without
        ]
        if self.chosen is None:
            told.append(no_framebuffer())
        elif self.chosen.rank == 3:
            told.append(
                _("The picture goes to {device}, in case a sleeping monitor wakes.").format(
                    device=self.chosen.device
                )
            )
        else:
            told.append(_("The picture goes to {device}.").format(device=self.chosen.device))
        return told


def no_framebuffer() -> str:
    """What to say where there is none at all."""
    return _(
        "There is no screen: the kernel shows no framebuffer (/dev/fb0). Check the cable and the "
        "display's line in /boot/firmware/config.txt."
    )


def connectors(root: Path = Path("/")) -> list[Connector]:
    """The sockets of all graphics cards."""
    files = sorted((root / "sys" / "class" / "drm").glob("card*-*/status"))
    # "Writeback" is a loop back into memory, not a socket
    return [Connector(file.parent.name, _said(file)) for file in files if "-Writeback-" not in str(file)]


def survey(root: Path = Path("/")) -> Survey:
    """What there is to draw on. A framebuffer and a card belong together if their ``device`` is the
    same; card numbers say nothing, they change from boot to boot."""
    sys_class = root / "sys" / "class"
    sockets: dict[Path, list[Connector]] = {}
    for connector in connectors(root):
        card = sys_class / "drm" / connector.name.split("-", 1)[0] / "device"
        sockets.setdefault(card.resolve(), []).append(connector)
    found = [
        Candidate(
            root / "dev" / fb.name,
            _said(fb / "name"),
            tuple(sockets.get((fb / "device").resolve(), ())),
        )
        for fb in sorted((sys_class / "graphics").glob("fb[0-9]*"), key=lambda fb: int(fb.name[2:]))
    ]
    drawn_on = {connector for candidate in found for connector in candidate.connectors}
    left = {connector for card in sockets.values() for connector in card if connector.connected} - drawn_on
    return Survey(tuple(sorted(found, key=lambda candidate: candidate.rank)), tuple(sorted(left)))


def candidates(root: Path = Path("/")) -> list[Candidate]:
    """All framebuffers, the best first."""
    return list(survey(root).candidates)


def _said(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:  # unplugged while we looked
        return ""


class Framebuffer:
    """An open framebuffer with a surface in its own pixel format.

    The surface is a copy of its own and only whole bands of it are written, so a half-drawn picture
    is never seen. Written, not mapped: what is stored in a mapping of a panel without video memory of
    its own (SPI, virtual) the kernel notices by page faults and shows up to 50 ms later (deferred I/O,
    HZ/20 in DRM's emulation); what is written is on its way at once.

    ``exact``: only the pixels of a part are written, line by line, not its whole rows. That is what an
    SPI panel needs: the kernel sends on the columns too only where single lines were written
    (drm_fb_helper_memory_range_to_clip), and at 18 MHz all of 480x320 takes it a seventh of a second.
    Elsewhere one long write costs less than hundreds of short ones.
    """

    def __init__(self, device: Path, ioctl: Ioctl = system_ioctl, *, exact: bool = False) -> None:
        self.device = device
        self._exact = exact
        try:
            self._fd = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        except PermissionError as error:
            raise DisplayError(
                _('{device} may not be opened: add the user this runs as to the group "video".').format(
                    device=device
                )
            ) from error
        except OSError as error:
            raise DisplayError(
                _("{device} could not be opened: {error}.").format(device=device, error=error.strerror)
            ) from error
        try:
            self.geometry = read_geometry(self._fd, ioctl)
            self._sheet = _sheet(device, self.geometry)
        except OSError as error:
            os.close(self._fd)
            raise DisplayError(
                _("{device} does not answer like a framebuffer: {error}.").format(
                    device=device, error=error.strerror
                )
            ) from error
        except DisplayError:
            os.close(self._fd)
            raise
        self._ioctl = ioctl
        self.size = (self.geometry.width, self.geometry.height)
        self.surface = self._sheet.subsurface((0, 0), self.size)

    def has_changed(self) -> bool:
        """Whether the kernel has given it another mode since. Raises ``OSError`` where it is gone."""
        return read_geometry(self._fd, self._ioctl) != self.geometry

    def write(self, rects: Iterable[pygame.Rect]) -> None:
        """Write the rows of these parts, each row once; with ``exact`` just the parts. Raises ``OSError``."""
        with memoryview(self._sheet.get_buffer()) as pixels:  # type: ignore[arg-type]  # a buffer, untyped
            if self._exact:
                whole = self.surface.get_rect()
                for part in (rect.clip(whole) for rect in rects):
                    if part.width < whole.width:
                        self._write_part(pixels, part)
                    else:
                        self._write_band(pixels, part.top, part.bottom)
                return
            for top, bottom in bands(rects, self.size):
                self._write_band(pixels, top, bottom)

    def _write_part(self, pixels: memoryview, part: pygame.Rect) -> None:
        geometry, pitch = self.geometry, self._sheet.get_pitch()
        left, length = part.left * geometry.pixel_bytes, part.width * geometry.pixel_bytes
        for y in range(part.top, part.bottom):
            start = y * pitch + left
            at = geometry.start + y * geometry.stride + left
            _write_all(self._fd, pixels[start : start + length], at)

    def _write_band(self, pixels: memoryview, top: int, bottom: int) -> None:
        geometry, pitch = self.geometry, self._sheet.get_pitch()
        row = geometry.width * geometry.pixel_bytes
        at = geometry.start + top * geometry.stride
        if pitch == geometry.stride:
            _write_all(self._fd, pixels[top * pitch : (bottom - 1) * pitch + row], at)
            return
        for y in range(top, bottom):
            _write_all(self._fd, pixels[y * pitch : y * pitch + row], at)
            at += geometry.stride

    def close(self) -> None:
        """Leave it black."""
        self._sheet.fill(0)
        try:
            self.write([self.surface.get_rect()])
        finally:
            os.close(self._fd)


def _sheet(device: Path, geometry: Geometry) -> pygame.Surface:
    """A surface whose rows are as long as the framebuffer's, if a surface's can be: then a band of rows
    is one piece of memory. Raises ``DisplayError`` where none can be drawn."""
    why_not = refusal(device, geometry)
    if why_not is not None:
        raise DisplayError(why_not)
    whole = (geometry.stride // geometry.pixel_bytes, geometry.height)
    try:
        return pygame.Surface(whole, 0, geometry.bits, geometry.masks)
    except (ValueError, pygame.error) as error:
        raise DisplayError(unknown_pixels(device, geometry)) from error


def bands(rects: Iterable[pygame.Rect], size: tuple[int, int]) -> list[tuple[int, int]]:
    """The rows (from, up to) that these parts of a picture touch, from the top, none twice."""
    screen = pygame.Rect((0, 0), size)
    rows = sorted((part.top, part.bottom) for part in (rect.clip(screen) for rect in rects) if part)
    merged: list[tuple[int, int]] = []
    for top, bottom in rows:
        if merged and top <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], bottom))
        else:
            merged.append((top, bottom))
    return merged


def _write_all(fd: int, data: memoryview, at: int) -> None:
    while data:
        written = os.pwrite(fd, data, at)
        data, at = data[written:], at + written
