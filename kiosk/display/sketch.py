"""Small antialiased drawings for the simulator: drawn at three times the size, then scaled down."""

from __future__ import annotations

import tomllib
from functools import cache

from kiosk.display.pygame_import import pygame
from kiosk.files import asset, typeface

Colour = tuple[int, int, int]
Point = tuple[float, float]

_FINER = 3


@cache
def palette() -> dict[str, Colour]:
    """The colours of the night theme by name, from ``assets/tokens.toml``."""
    with asset("tokens.toml").open("rb") as file:
        night: dict[str, str] = tomllib.load(file)["theme"]["night"]
    return {name: (int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16)) for name, c in night.items()}


@cache
def font(pixels: int, *, bold: bool) -> pygame.font.Font:
    """The product's typeface in this size."""
    pygame.font.init()
    return pygame.font.Font(typeface(bold=bold), pixels)


def mix(low: Colour, high: Colour, share: float) -> Colour:
    """The colour between ``low`` (``share`` 0) and ``high`` (``share`` 1)."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(low, high, strict=True))
    return r, g, b


class Sketch:
    """A drawing of ``size`` pixels. Coordinates are design units of ``scale`` pixels; ``origin`` is the upper
    left corner, ``ground`` the background."""

    def __init__(
        self,
        size: tuple[int, int],
        scale: float,
        *,
        origin: Point = (0, 0),
        ground: Colour = (0, 0, 0),
    ) -> None:
        self._size = size
        self._scale = scale
        self._origin = origin
        self._k = scale * _FINER
        self._large = pygame.Surface((size[0] * _FINER, size[1] * _FINER), 0, 32)
        self._large.fill(ground)
        self._words: list[tuple[pygame.Surface, Point]] = []

    def _at(self, point: Point) -> Point:
        return (point[0] - self._origin[0]) * self._k, (point[1] - self._origin[1]) * self._k

    def _thick(self, width: float) -> int:
        return max(1, round(width * self._k)) if width else 0

    def disc(self, colour: Colour, centre: Point, radius: float, width: float = 0) -> None:
        """Draw a filled circle; with ``width`` a ring of that thickness, inside the radius."""
        pygame.draw.circle(self._large, colour, self._at(centre), radius * self._k, self._thick(width))

    def ellipse(self, colour: Colour, centre: Point, radii: Point) -> None:
        """Draw a filled ellipse with these horizontal and vertical radii."""
        (x, y), (a, b) = self._at(centre), (radii[0] * self._k, radii[1] * self._k)
        pygame.draw.ellipse(self._large, colour, (x - a, y - b, 2 * a, 2 * b))

    def line(self, colour: Colour, start: Point, end: Point, width: float) -> None:
        """Draw a straight line with round ends."""
        pygame.draw.line(self._large, colour, self._at(start), self._at(end), self._thick(width))
        for point in (start, end):
            pygame.draw.circle(self._large, colour, self._at(point), width * self._k / 2)

    def box(
        self, colour: Colour, box: tuple[float, float, float, float], width: float, radius: float
    ) -> None:
        """Draw the outline of ``box`` (x, y, width, height) with round corners; ``width`` 0 fills it."""
        place = pygame.Rect(self._at(box[:2]), (box[2] * self._k, box[3] * self._k))
        pygame.draw.rect(
            self._large, colour, place, self._thick(width), border_radius=round(radius * self._k)
        )

    def words(
        self, text: str, point: Point, size: float, colour: Colour, *, bold: bool = False, align: float = 0.5
    ) -> None:
        """Draw a line of text with its baseline at ``point``, where it starts (``align`` 0), is centred (0.5)
        or ends (1). It is at least 9 pixels high."""
        typeface = font(max(9, round(size * self._scale)), bold=bold)
        picture = typeface.render(text, True, colour)
        x = (point[0] - self._origin[0]) * self._scale - picture.get_width() * align
        y = (point[1] - self._origin[1]) * self._scale - typeface.get_ascent()
        self._words.append((picture, (round(x), round(y))))

    def picture(self) -> pygame.Surface:
        """The finished drawing, scaled down to ``size``."""
        done = pygame.transform.smoothscale(self._large, self._size)
        done.blits(self._words)
        return done
