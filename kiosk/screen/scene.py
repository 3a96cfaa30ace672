"""A frame as a list of things to draw: comparing two lists says which rectangles changed.

Every thing knows its own box and draws itself from cached pictures and letters. Things are immutable
and compare by value, so an unchanged page costs a comparison and not one pixel.
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
    """Fonts, letters and pictures of one look, kept once made."""

    def __init__(self, look: Look) -> None:
        pygame.font.init()  # no display is needed to make letters
        self.look = look
        self.font = lru_cache(maxsize=32)(self._font)
        self.letters = lru_cache(maxsize=256)(self._letters)
        self.shape = lru_cache(maxsize=128)(self._shape)
        self.picture = lru_cache(maxsize=160)(self._picture)

    def _font(self, em: int, bold: bool) -> pygame.font.Font:
        return pygame.font.Font(typeface(bold=bold), em)

    def width(self, text: str, em: int, *, bold: bool) -> int:
        """How many pixels a text is wide."""
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
    """Something drawn inside its ``box``."""

    box: Box

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Put it on the surface."""
        raise NotImplementedError


class Words(Thing, frozen=True):
    """One line of text on a baseline. ``box`` is its full line height, ``cap_box`` the capitals' height:
    what the eye sees of it, used to keep texts apart."""

    text: str
    role: str
    baseline: int
    em: int
    bold: bool
    colour: Colour
    cap_box: Box

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Put it on the surface."""
        surface.blit(ink.letters(self.text, self.em, self.bold, self.colour), self.box[:2])


class Shape(Thing, frozen=True):
    """Lines and areas as SVG, in coordinates of the box."""

    body: str

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Put it on the surface."""
        surface.blit(ink.shape(self.body, self.box.w, self.box.h), self.box[:2])


class Rim(Thing, frozen=True):
    """A rounded rim, filled inside when pressed. Its four corners are one small cached shape: an SVG of
    a large empty rim takes longer to draw than a whole picture."""

    radius: int
    stroke: int
    colour: Colour
    fill: Colour | None = None

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Put it on the surface."""
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
    """``step`` of ``steps`` on the way from one pose to another."""

    start: str = ""
    end: str = ""
    step: int = 0
    steps: int = 1


class Picture(Thing, frozen=True):
    """An illustration or icon in a pose, exactly as large as its box."""

    name: str
    pose: Pose = Pose()
    flipped: bool = False

    def draw(self, surface: pygame.Surface, ink: Ink) -> None:
        """Put it on the surface."""
        x, y = self.box[:2]
        for band in ink.picture(self.name, self.pose, (self.box.w, self.box.h), self.flipped):
            surface.blit(band, (x, y))
            y += band.get_height()


class Target(msgspec.Struct, frozen=True):
    """Something to touch: what is drawn (``box``) and what it means."""

    box: Box
    act: Act
    number: int = 0
    key: str = ""
    main: bool = False
    """the big button does this now"""


class Scene:
    """One frame being put together for a State at a moment: things in drawing order, targets, and when
    it changes by itself."""

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
        """beside the targets it matters where the finger is"""
        self.asks_rest = False
        """and only one that rests there counts"""
        self.tight: set[str] = set()
        """roles found to have no room to be larger"""

    def wake(self, at: Ms) -> None:
        """This frame looks different from ``at`` on, though nothing happens."""
        self.due = at if self.due is None else min(self.due, at)

    @property
    def texts(self) -> list[Words]:
        """All lines of text."""
        return [thing for thing in self.things if isinstance(thing, Words)]

    def changed_since(self, before: "Scene") -> list[pygame.Rect]:
        """The rectangles in which two frames of the same look differ, overlapping ones united."""
        then, now = set(before.things), set(self.things)
        return united(
            thing.box.rect for thing in [*before.things, *self.things] if (thing in then) != (thing in now)
        )

    def draw(self, surface: pygame.Surface, area: pygame.Rect) -> None:
        """Draw everything within ``area``."""
        old = surface.get_clip()
        surface.set_clip(area)
        surface.fill(self.look.palette.rgb("bg"), area)
        for thing in self.things:
            if area.colliderect(thing.box):
                thing.draw(surface, self.ink)
        surface.set_clip(old)


def united(rects: Iterable[pygame.Rect]) -> list[pygame.Rect]:
    """As few rectangles as cover the same, without overlap."""
    apart: list[pygame.Rect] = []
    for rect in rects:
        merged = rect
        while (at := merged.collidelist(apart)) >= 0:
            merged = merged.union(apart.pop(at))
        apart.append(merged)
    return apart
