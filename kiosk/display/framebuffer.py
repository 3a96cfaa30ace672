"""Opens the kernel's framebuffer and writes its pixels."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from kiosk.display.base import DisplayError
from kiosk.display.geometry import Geometry, read_geometry, refusal, remedy, unknown_pixels
from kiosk.display.pygame_import import pygame
from kiosk.display.terminal import Ioctl, system_ioctl
from kiosk.i18n import _


class Framebuffer:
    """An open framebuffer with a surface in its own pixel format.

    The surface is a copy, and only finished parts of it are written, so that a half-drawn picture is never
    shown. It is written, not mapped: for a panel without video memory (SPI, virtual) the kernel detects
    changes of a mapping by page faults and shows them up to 50 ms later (deferred I/O, HZ/20 in DRM's
    emulation), but shows a write at once.

    ``exact`` True writes only the pixels of a part, line by line, instead of its whole rows. An SPI panel
    needs this: the kernel limits the columns that it sends only if single lines were written
    (drm_fb_helper_memory_range_to_clip), and at 18 MHz all of 480 x 320 takes a seventh of a second. On other
    panels one long write is faster than hundreds of short ones.

    Raises ``DisplayError``.
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
        """Whether the mode has changed since it was opened. Raises ``OSError`` if the framebuffer is gone."""
        return read_geometry(self._fd, self._ioctl) != self.geometry

    def write(self, rects: Iterable[pygame.Rect]) -> None:
        """Write the rows of these parts, each row once; if ``exact``, only the parts. Raises ``OSError``."""
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
        """Make it black and close it. Raises ``OSError``."""
        self._sheet.fill(0)
        try:
            self.write([self.surface.get_rect()])
        finally:
            os.close(self._fd)


def _sheet(device: Path, geometry: Geometry) -> pygame.Surface:
    """A surface with the framebuffer's row length, if pygame permits it, so that a band of rows is contiguous
    in memory. Raises ``DisplayError`` for a format that cannot be drawn."""
    why_not = refusal(device, geometry)
    if why_not is not None:
        raise DisplayError(f"{why_not} {remedy(geometry)}")
    whole = (geometry.stride // geometry.pixel_bytes, geometry.height)
    try:
        return pygame.Surface(whole, 0, geometry.bits, geometry.masks)
    except (ValueError, pygame.error) as error:
        raise DisplayError(f"{unknown_pixels(device, geometry)} {remedy(geometry)}") from error


def bands(rects: Iterable[pygame.Rect], size: tuple[int, int]) -> list[tuple[int, int]]:
    """The bands of rows that contain these parts, as (top, bottom), from top to bottom, without overlap.

    ``bottom`` is exclusive. Parts outside the picture of ``size`` are clipped.
    """
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
