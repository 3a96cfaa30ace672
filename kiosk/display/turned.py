"""Rotates the picture of a display in software, as the framebuffer driver cannot."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from kiosk.core.technique import Ms
from kiosk.display.base import Display
from kiosk.display.pygame_import import pygame


class Turned:
    """A display that shows its upright surface rotated by ``degrees`` clockwise on ``inner``.

    Raises ``ValueError`` if ``degrees`` is not a multiple of 90. Contacts are rotated by the ``Transform`` of
    ``inner``, so they are in pixels of this surface.
    """

    def __init__(self, inner: Display, degrees: int) -> None:
        if degrees % 90:
            raise ValueError(f"a picture is turned by 0, 90, 180 or 270 degrees, not {degrees}")
        self._inner = inner
        self._degrees = degrees % 360
        self._surface: pygame.Surface | None = None
        self._panel: pygame.Surface | None = None
        self.name = inner.name

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        width, height = self._inner.size
        return (width, height) if self._degrees % 180 == 0 else (height, width)

    @property
    def surface(self) -> pygame.Surface:
        """The upright surface to draw on; ``present`` shows it. Raises ``DisplayError`` if it is not open."""
        panel = self._inner.surface
        if self._degrees == 0:
            return panel
        if self._surface is None or self._panel is not panel or self._surface.get_size() != self.size:
            # the first call, or the panel was given another mode
            self._surface, self._panel = pygame.Surface(self.size, 0, panel), panel
        return self._surface

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Rotate and show these parts only. Raises ``OSError``."""
        if self._degrees == 0:
            self._inner.present(rects)
            return
        there = []
        whole = self.surface.get_rect()
        for shown in (rect.clip(whole) for rect in rects):
            if 0 in shown.size:  # outside the picture
                continue
            target = self._place(shown)
            turned = pygame.transform.rotate(self.surface.subsurface(shown), -self._degrees)
            self._inner.surface.blit(turned, target)
            there.append(target)
        self._inner.present(there)

    def _place(self, rect: pygame.Rect) -> pygame.Rect:
        """A rectangle of the picture in pixels of the panel."""
        width, height = self.size
        if self._degrees == 90:
            return pygame.Rect(height - rect.bottom, rect.x, rect.h, rect.w)
        if self._degrees == 180:
            return pygame.Rect(width - rect.right, height - rect.bottom, rect.w, rect.h)
        return pygame.Rect(rect.y, width - rect.right, rect.h, rect.w)

    def poll_ms(self, *, moving: bool) -> Ms | None:
        """As the inner display."""
        return self._inner.poll_ms(moving=moving)

    def pump(self) -> None:
        """As the inner display."""
        self._inner.pump()

    def open(self) -> None:
        """Open the screen. Raises ``DisplayError``."""
        self._inner.open()

    def close(self) -> None:
        """Make the screen black and release everything."""
        self._surface = self._panel = None
        self._inner.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
