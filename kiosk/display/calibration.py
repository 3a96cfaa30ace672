"""Calibrates a touch panel with three crosses to touch, and a fourth to verify the result.

Touches come uncalibrated, in pixels of the panel. ``Calibration`` has no input or output, so that tests can
feed it touches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from kiosk.core.calibration import CROSSES, PROOF, TOUCHES, Affine, Point, judged, on_picture
from kiosk.core.technique import SECOND, Ms
from kiosk.display.base import Bell, Contact, Display, OnContact
from kiosk.display.pygame_import import pygame
from kiosk.display.sketch import font, palette
from kiosk.display.touch import Rests, Transform
from kiosk.i18n import _

PATIENCE: Ms = 60 * SECOND
"""longest time without a touch before the calibration is given up"""


class Answer(Enum):
    """The result of the last touch."""

    NONE = 0
    AGAIN = 1
    """the fourth touch missed its cross: start again"""
    DONE = 2


class Calibration:
    """Computes a calibration from contacts in pixels of a panel of ``size``, with a picture rotated by
    ``rotation`` degrees.

    ``result`` maps positions reported by the panel (0 to 1) to true ones; None until it is done.
    """

    def __init__(self, size: tuple[int, int], rotation: int = 0) -> None:
        self._size = size
        self._rotation = rotation
        self._rests = Rests()
        self._touched: list[Point] = []
        self.answer = Answer.NONE
        self.result: Affine | None = None

    @property
    def step(self) -> int:
        """Number of the cross to touch: 0 to 2, and 3 for the one that verifies the result."""
        return min(len(self._touched), TOUCHES - 1)

    @property
    def cross(self) -> Point:
        """Position of the current cross on the picture, from 0 to 1."""
        return (*CROSSES, PROOF)[self.step]

    def feed(self, contact: Contact) -> None:
        """Handle a contact; a touch counts when the finger is lifted."""
        rest = self._rests.feed(contact)
        if rest is None:
            return
        width, height = self._size
        self._touched.append(on_picture((rest[0] / (width - 1), rest[1] / (height - 1)), self._rotation))
        self.answer = Answer.NONE
        if len(self._touched) == TOUCHES:
            across, down = Transform(rotation=self._rotation).picture(self._size)
            self.result = judged(self._touched, self._rotation, across / down)
            self.answer = Answer.AGAIN if self.result is None else Answer.DONE
            if self.result is None:
                self._touched.clear()


def draw(surface: pygame.Surface, calibration: Calibration) -> None:
    """Draw the page: one cross, and at most six words."""
    width, height = surface.get_size()
    unit = min(width / 560, height / 400)
    surface.fill((0, 0, 0))
    words = {
        Answer.NONE: _("Touch the cross"),
        Answer.AGAIN: _("Not quite. From the start"),
        Answer.DONE: _("Done"),
    }[calibration.answer]
    title = font(round(44 * unit), bold=True).render(words, True, palette()["key"])
    count = _("{number} of {count}").format(number=calibration.step + 1, count=TOUCHES)
    below = font(round(34 * unit), bold=False).render(count, True, palette()["body"])
    x, y = calibration.cross
    # In the half without the cross, so that the finger covers no word.
    top = height * (0.68 if y < 0.5 else 0.2)
    surface.blit(title, ((width - title.get_width()) / 2, top))
    if calibration.answer is Answer.DONE:
        return
    surface.blit(below, ((width - below.get_width()) / 2, top + 52 * unit))
    at, arm, thick = (
        (round(x * (width - 1)), round(y * (height - 1))),
        round(34 * unit),
        max(2, round(4 * unit)),
    )
    for end in ((arm, 0), (-arm, 0), (0, arm), (0, -arm)):
        pygame.draw.line(surface, palette()["key"], at, (at[0] + end[0], at[1] + end[1]), thick)
    pygame.draw.circle(surface, palette()["hot"], at, round(14 * unit), thick)


def lead(
    open_display: Callable[[OnContact], Display],
    rotation: int,
    *,
    bell: Bell,
    stopping: Callable[[], bool],
    now: Callable[[], Ms],
) -> Affine | None:
    """Run the calibration: the result, or None if nobody touches the panel for a minute or ``stopping()``.

    ``open_display`` creates a display, not yet open, that passes its contacts in pixels of the panel to the
    given function. Raises ``DisplayError`` and ``OSError``.
    """
    contacts: deque[Contact] = deque()

    def hear(contact: Contact) -> None:
        contacts.append(contact)
        bell.ring()

    with open_display(hear) as display:
        size = Transform(rotation=rotation).picture(display.size)
        calibration = Calibration(size, rotation)
        until = now() + PATIENCE
        while not stopping() and now() < until and calibration.result is None:
            draw(display.surface, calibration)
            display.present([display.surface.get_rect()])
            bell.wait(until - now())
            display.pump()
            while contacts and calibration.result is None:
                calibration.feed(contacts.popleft())
                until = now() + PATIENCE
        if calibration.result is not None:
            draw(display.surface, calibration)
            display.present([display.surface.get_rect()])
            bell.wait(SECOND)
        return calibration.result
