"""A frame as a list of things to draw. Comparing two lists gives the rectangles that have changed.

Each thing has its box and draws itself from cached surfaces. Things are immutable and compare by value, so
for an unchanged page nothing is drawn.
"""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from kiosk.core.events import Act
from kiosk.core.state import State
from kiosk.core.technique import Ms
from kiosk.display.pygame_import import pygame
from kiosk.files import typeface
from kiosk.screen import art
from kiosk.screen.layout import Box
from kiosk.screen.theme import Colour, Look


class Ink:
    """Caches fonts, rendered text and pictures of one look."""

    def __init__(self, look: Look) -> None:
        pygame.font.init()  # works without a display
        self.look = look
        self.font = lru_cache(maxsize=32)(self._font)
        self.letters = lru_cache(maxsize=256)(self._letters)
        self.shape = lru_cache(maxsize=128)(self._shape)
        self.picture = lru_cache(maxsize=160)(self._picture)

    def _font(self, em: int, bold: bool) -> pygame.font.Font:
        return pygame.font.Font(typeface(bold=bold), em)

    def width(self, text: str, em: int, *, bold: bool) -> int:
        """The width of a line of text in pixels; ``em`` is the font size in pixels."""
        return int(self.font(em, bold).size(text)[0])

    def _letters(self, text: str, em: int, bold: bool, colour: Colour) -> pygame.Surface:
        surface = self.font(em, bold).render(text, True, colour)
        surface.set_alpha(255, pygame.RLEACCEL)
        return surface

    def _shape(self, body: str, width: int, height: int) -> pygame.Surface:
        return art.rasterise(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{body}</svg>'
        )

    def _picture(
        self, name: str, pose: "Pose", size: tuple[int, int], flipped: bool
    ) -> tuple[pygame.Surface, ...]:
        blended = art.blend(name, pose.start, pose.end, pose.step / pose.steps)
        return art.draw_picture(name, blended, self.look, size, flipped=flipped)


class Thing(msgspec.Struct, frozen=True):
    """Something that is drawn inside its ``box``."""

    box: Box

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Draw it."""
        raise NotImplementedError


class Words(Thing, frozen=True):
    """One line of text on a baseline. ``box`` has its full line height; ``cap_box``, which has the height of
    its capitals, is its visible extent, used to check distances between texts. ``em`` is in pixels."""

    text: str
    role: str
    baseline: int
    em: int
    bold: bool
    colour: Colour
    cap_box: Box

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Draw it."""
        surface.blit(ink.letters(self.text, self.em, self.bold, self.colour), self.box[:2])


class Shape(Thing, frozen=True):
    """SVG elements in coordinates of the box."""

    body: str

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Draw it."""
        surface.blit(ink.shape(self.body, self.box.w, self.box.h), self.box[:2])


class Rim(Thing, frozen=True):
    """A rounded rim, filled if it is pressed. Its corners come from one small cached shape, because an SVG of
    a large rim takes longer to rasterise than a whole picture."""

    radius: int
    stroke: int
    colour: Colour
    fill: Colour | None = None

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Draw it."""
        x, y, w, h = self.box
        r, s = self.radius, self.stroke
        if self.fill:
            pygame.draw.rect(surface, self.fill, self.box.inset(s // 2).rect, border_radius=r)
        paint = "#{:02x}{:02x}{:02x}".format(*self.colour)
        ring = f'<circle cx="{r}" cy="{r}" r="{r - s / 2}" fill="none" stroke="{paint}" stroke-width="{s}"/>'
        corners = ink.shape(ring, 2 * r, 2 * r)
        for right in (0, 1):
            for low in (0, 1):
                at = (x + right * (w - r), y + low * (h - r))
                surface.blit(corners, at, (right * r, low * r, r, r))
        for side in (
            (x + r, y, w - 2 * r, s),
            (x + r, y + h - s, w - 2 * r, s),
            (x, y + r, s, h - 2 * r),
            (x + w - s, y + r, s, h - 2 * r),
        ):
            surface.fill(self.colour, side)


class Pose(msgspec.Struct, frozen=True):
    """A frame of the move from pose ``start`` to ``end``: ``step`` of ``steps``."""

    start: str = ""
    end: str = ""
    step: int = 0
    steps: int = 1


class Picture(Thing, frozen=True):
    """An illustration or icon in a pose, as large as its box."""

    name: str
    pose: Pose = Pose()
    flipped: bool = False

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Draw it."""
        x, y = self.box[:2]
        for band in ink.picture(self.name, self.pose, (self.box.w, self.box.h), self.flipped):
            surface.blit(band, (x, y))
            y += band.get_height()


class Target(msgspec.Struct, frozen=True):
    """An area to touch: its visible ``box`` and the action it triggers."""

    box: Box
    act: Act
    number: int = 0
    key: str = ""
    main: bool = False
    """the button triggers the same action now"""


class Scene:
    """A frame for a State at a time: things in drawing order, targets, and when the frame changes by itself.

    ``pressed`` is the target to show as pressed, ``due`` the time of the next change in ms (None: never).
    """

    def __init__(
        self, ink: Ink, state: State, now: Ms, pressed: Target | None = None, look: Look | None = None
    ) -> None:
        self.ink = ink
        self.state = state
        self.now = now
        self.look = look or ink.look
        self.box = Box(0, 0, *ink.look.panel.size)
        self.pressed = pressed
        self.things: list[Thing] = []
        self.targets: list[Target] = []
        self.due: Ms | None = None
        self.asks_place = False
        """a touch outside the targets is reported with its position"""
        self.asks_rest = False
        """only a finger that rests at a position counts"""
        self.tight: set[str] = set()
        """roles whose text does not fit at the larger text size"""

    def wake(self, at: Ms) -> None:
        """Note that this frame changes at ``at`` without an event; the earliest time counts."""
        self.due = at if self.due is None else min(self.due, at)

    @property
    def texts(self) -> list[Words]:
        """All lines of text."""
        return [thing for thing in self.things if isinstance(thing, Words)]

    def changed_since(self, before: "Scene") -> list[pygame.Rect]:
        """The rectangles in which two frames of the same look differ; overlapping ones are merged."""
        then, now = set(before.things), set(self.things)
        return united(
            thing.box.rect for thing in [*before.things, *self.things] if (thing in then) != (thing in now)
        )

    def draw(self, surface: pygame.Surface, area: pygame.Rect) -> None:
        """Draw everything within ``area``, including the background."""
        old = surface.get_clip()
        surface.set_clip(area)
        surface.fill(self.look.palette.rgb("bg"), area)
        for thing in self.things:
            if area.colliderect(thing.box):
                thing.draw(surface, self.ink)
        surface.set_clip(old)


def united(rects: Iterable[pygame.Rect]) -> list[pygame.Rect]:
    """Merge overlapping rectangles into their bounding boxes, until none overlap."""
    apart: list[pygame.Rect] = []
    for rect in rects:
        merged = rect
        while (at := merged.collidelist(apart)) >= 0:
            merged = merged.union(apart.pop(at))
        apart.append(merged)
    return apart
