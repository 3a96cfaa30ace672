"""Boxes in whole pixels, with which a page divides its panel."""

from typing import NamedTuple

from kiosk.display.pygame_import import pygame


class Box(NamedTuple):
    """A rectangle in whole pixels. Immutable: each method returns a new box."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.h

    @property
    def cx(self) -> int:
        """The middle column."""
        return self.x + self.w // 2

    @property
    def cy(self) -> int:
        """The middle row."""
        return self.y + self.h // 2

    @property
    def rect(self) -> pygame.Rect:
        """The same rectangle as a ``pygame.Rect``."""
        return pygame.Rect(*self)

    def inset(self, dx: int, dy: int | None = None) -> "Box":
        """Smaller by ``dx`` at left and right and by ``dy`` (default ``dx``) at top and bottom."""
        dy = dx if dy is None else dy
        return Box(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def top(self, h: int) -> "Box":
        """The uppermost ``h`` rows."""
        return Box(self.x, self.y, self.w, h)

    def low(self, h: int) -> "Box":
        """The lowest ``h`` rows."""
        return Box(self.x, self.bottom - h, self.w, h)

    def left(self, w: int) -> "Box":
        """The leftmost ``w`` columns."""
        return Box(self.x, self.y, w, self.h)

    def right_part(self, w: int) -> "Box":
        """The rightmost ``w`` columns."""
        return Box(self.right - w, self.y, w, self.h)

    def without(self, *, top: int = 0, low: int = 0, left: int = 0, right: int = 0) -> "Box":
        """What is left after removing strips of these widths."""
        return Box(self.x + left, self.y + top, self.w - left - right, self.h - top - low)

    def row(self, n: int, gap: int) -> "list[Box]":
        """``n`` boxes of the same width, side by side, with ``gap`` pixels between them."""
        w = (self.w - gap * (n - 1)) // n
        return [Box(self.x + i * (w + gap), self.y, w, self.h) for i in range(n)]

    def column(self, n: int, gap: int) -> "list[Box]":
        """``n`` boxes of the same height, one below the other, with ``gap`` pixels between them."""
        h = (self.h - gap * (n - 1)) // n
        return [Box(self.x, self.y + i * (h + gap), self.w, h) for i in range(n)]

    def grid(self, across: int, down: int, gap: int) -> "list[Box]":
        """``across`` by ``down`` boxes, row by row, with ``gap`` pixels between them."""
        return [box for line in self.column(down, gap) for box in line.row(across, gap)]

    def middle(self, w: int, h: int) -> "Box":
        """A box of this size with the same centre; it may be larger."""
        return Box(self.x + (self.w - w) // 2, self.y + (self.h - h) // 2, w, h)

    def square(self) -> "Box":
        """The largest square with the same centre."""
        side = min(self.w, self.h)
        return self.middle(side, side)
