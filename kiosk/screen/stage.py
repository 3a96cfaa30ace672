"""Draws the page of a State.

A frame depends on the State and the time only. It is compared with the last frame, and only the differences
are drawn.
"""

from collections.abc import Callable

import msgspec

from kiosk.core import pages
from kiosk.core.events import Act, Event, Tapped, Touched
from kiosk.core.state import Light, State, brightness
from kiosk.core.technique import Ms
from kiosk.display.pygame_import import pygame
from kiosk.screen.drawers import DRAWERS, check_complete
from kiosk.screen.pages import asleep
from kiosk.screen.scene import Ink, Scene, Target, Words
from kiosk.screen.theme import LEGIBLE, NOTICEABLE, Look, Panel, dimmed

check_complete()

MARGIN_MM = 2.0
"""Width of the invisible margin around a target in which a touch counts."""


class Stage:
    """Draws the frames of one panel.

    ``clock`` returns the time of day as text, and the ms until that changes; it is shown while asleep if the
    State has light for it (else the screen is black). ``has_light`` returns whether the panel's backlight can
    be dimmed; if not, the colours are dimmed instead.
    """

    def __init__(
        self,
        panel: Panel,
        *,
        clock: Callable[[], tuple[str, Ms]] | None = None,
        has_light: Callable[[], bool] = lambda: True,
    ) -> None:
        self.panel = panel
        self._has_light = has_light
        self._clock = clock
        self._ink: Ink | None = None
        self._pressed: Target | None = None
        self._shown: Scene | None = None
        self._surface: pygame.Surface | None = None

    def draw(self, surface: pygame.Surface, state: State, now: Ms) -> list[pygame.Rect]:
        """Draw what has changed since the last call with this surface; the first call draws everything.

        Returns the rectangles drawn; empty if nothing has changed.
        """
        before = self._shown if surface is self._surface else None
        if before and self._is_still(before, state, now):
            return []
        scene = self.compose(state, now)
        if before is None or before.look.palette != scene.look.palette:
            areas = [scene.box.rect]
        else:
            areas = scene.changed_since(before)
        for area in areas:
            scene.draw(surface, area)
        self._shown, self._surface = scene, surface
        return areas

    def _is_still(self, before: Scene, state: State, now: Ms) -> bool:
        """Whether a new frame would look like ``before``; it need not be composed then."""
        same = before.state is state and before.pressed == self._pressed
        return same and before.now <= now and (before.due is None or now < before.due)

    def next_frame(self, state: State, now: Ms) -> Ms | None:
        """When the frame of this State changes by itself, in ms; None: never."""
        if self._shown and self._is_still(self._shown, state, now):
            return self._shown.due
        return self.compose(state, now).due

    def compose(self, state: State, now: Ms) -> Scene:
        """The frame of a State at a time, not yet drawn."""
        look = Look.of(self.panel, state.rules)
        if not self._has_light():
            contrast = LEGIBLE if state.light is Light.LIT else NOTICEABLE
            palette = dimmed(look.palette, brightness(state), contrast)
            look = msgspec.structs.replace(look, palette=palette)
        if self._ink is None or self._ink.look != look:
            self._ink = Ink(look)
        return self._compose(self._ink, state, now)

    def _compose(self, ink: Ink, state: State, now: Ms) -> Scene:
        look = ink.look
        while True:
            scene = Scene(ink, state, now, self._pressed, look)
            if (
                isinstance(state.page, pages.Asleep)
                and state.light is not Light.OFF
                and self._clock is not None
            ):
                asleep.clock(scene, *self._clock())
            else:
                DRAWERS[type(state.page)](scene, state.page)
            tight = look.tight | scene.tight
            if not look.larger or tight == look.tight:
                return scene
            look = msgspec.structs.replace(look, tight=tight)

    @property
    def texts(self) -> list[Words]:
        """All lines of text of the last frame."""
        return self._shown.texts if self._shown else []

    @property
    def targets(self) -> list[Target]:
        """All targets of the last frame."""
        return self._shown.targets if self._shown else []

    def target_at(self, x: int, y: int) -> Target | None:
        """The target of the last frame at a pixel, or within ``MARGIN_MM`` of it; None if there is none."""
        margin = round(MARGIN_MM / self.panel.mm_per_px)
        inside = [t for t in self.targets if t.box.rect.collidepoint(x, y)]
        near = [t for t in self.targets if t.box.inset(-margin).rect.collidepoint(x, y)]
        return next(iter([*inside, *near]), None)

    def event_at(self, x: int, y: int) -> Event:
        """The event of a tap at a pixel of the last frame."""
        target = self.target_at(x, y)
        if target is not None:
            return Tapped(target.act, target.number, target.key)
        if self._shown is not None and self._shown.asks_place:
            width, height = self.panel.size
            return Touched(x / (width - 1), y / (height - 1), width / height)
        return Tapped(Act.ANYWHERE)

    @property
    def asks_rest(self) -> bool:
        """Whether only a finger that rests at a position counts on the last frame."""
        return self._shown is not None and self._shown.asks_rest

    def press(self, target: Target | None) -> None:
        """Show this target (None: no target) as pressed from the next ``draw`` on."""
        self._pressed = target
