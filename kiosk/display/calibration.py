"""Three crosses to touch, and a fourth to prove it: how a touch panel lies on its glass.

The touches come uncalibrated, as pixels of the panel; what leads through it is pure, so that a test can
be the finger.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from enum import Enum

import pygame

from kiosk.core.technique import SECOND, Ms
from kiosk.display.base import Bell, Contact, Display, Kind, OnContact
from kiosk.display.sketch import font, palette
from kiosk.display.touch import Affine, Point, Transform, calibrate
from kiosk.words import _

CROSSES: tuple[Point, Point, Point] = ((0.12, 0.15), (0.88, 0.5), (0.4, 0.85))
"""on the picture, from 0 to 1; far apart, and off the rim where resistive panels are at their worst"""
PROOF: Point = (0.6, 0.35)
NEAR_ENOUGH = 0.04
"""of the picture's diagonal: about 7 mm on a 7 inch panel, a third of the smallest target"""
SHORTEST: Ms = 150
"""a touch shorter than this is a brush in passing"""
PATIENCE: Ms = 60 * SECOND
"""nobody touched anything for so long: nobody is there"""
_LIFTING = 2
"""the last reports of a finger that is being lifted point anywhere on a resistive panel"""


class Answer(Enum):
    """How the last touch was taken."""

    NONE = 0
    AGAIN = 1
    """the proof was beside its cross: from the start"""
    DONE = 2


class Calibration:
    """Takes contacts in pixels of a panel of ``size``, shown a picture turned ``rotation`` degrees.

    ``result`` maps what the panel says (from 0 to 1) to where the finger was.
    """

    def __init__(self, size: tuple[int, int], rotation: int = 0) -> None:
        self._size = size
        self._turn = Transform(rotation=rotation)
        self._touched: list[Point] = []
        self._finger: int | None = None
        self._since: Ms = 0
        self._trail: deque[Point] = deque(maxlen=64)
        self.answer = Answer.NONE
        self.result: Affine | None = None

    @property
    def step(self) -> int:
        """Which cross is to be touched: 0, 1, 2, and 3 for the proof."""
        return len(self._touched)

    @property
    def cross(self) -> Point:
        """Where it is on the picture, from 0 to 1."""
        return (*CROSSES, PROOF)[self.step]

    def feed(self, contact: Contact) -> None:
        """Take in one contact; a touch counts when the finger is lifted."""
        if contact.kind is Kind.DOWN and self._finger is None:
            self._finger, self._since = contact.finger, contact.at
            self._trail.clear()
        if contact.finger != self._finger:
            return
        if contact.kind is Kind.CANCEL:
            self._finger = None
            return
        self._trail.append((contact.x / (self._size[0] - 1), contact.y / (self._size[1] - 1)))
        if contact.kind is Kind.UP:
            self._finger = None
            if contact.at - self._since >= SHORTEST:
                self._take(self._rest())

    def _rest(self) -> Point:
        """Where the finger rested: the middle of its reports, without those of its lifting."""
        kept = list(self._trail)
        kept = kept[:-_LIFTING] or kept[:1]
        across, down = (sorted(values) for values in zip(*kept, strict=True))
        return across[len(kept) // 2], down[len(kept) // 2]

    def _take(self, touch: Point) -> None:
        if self.step < len(CROSSES):
            self._touched.append(touch)
            self.answer = Answer.NONE
            return
        one, two, three = self._touched
        wanted = tuple(self._on_panel(cross) for cross in CROSSES)
        try:
            found = calibrate((one, two, three), (wanted[0], wanted[1], wanted[2]))
        except ValueError:  # all in one place: somebody leans on the glass
            self._again()
            return
        if self._apart(Transform(calibration=found).on_panel(*touch), self._on_panel(PROOF)) > NEAR_ENOUGH:
            self._again()
            return
        self.result, self.answer = found, Answer.DONE

    def _again(self) -> None:
        self._touched, self.answer = [], Answer.AGAIN

    def _on_panel(self, point: Point) -> Point:
        """From the picture to the panel it is turned on, both from 0 to 1."""
        x, y = point
        return {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[self._turn.rotation]

    def _apart(self, a: Point, b: Point) -> float:
        """Distance as a share of the diagonal."""
        width, height = self._size
        return math.hypot((a[0] - b[0]) * width, (a[1] - b[1]) * height) / math.hypot(width, height)


def draw(surface: pygame.Surface, calibration: Calibration) -> None:
    """The page: one cross, and at most six words."""
    width, height = surface.get_size()
    unit = min(width / 560, height / 400)
    surface.fill((0, 0, 0))
    words = {
        Answer.NONE: _("Touch the cross"),
        Answer.AGAIN: _("Not quite. From the start"),
        Answer.DONE: _("Done"),
    }[calibration.answer]
    title = font(round(44 * unit), bold=True).render(words, True, palette()["key"])
    count = _("{number} of {count}").format(number=calibration.step + 1, count=len(CROSSES) + 1)
    below = font(round(34 * unit), bold=False).render(count, True, palette()["body"])
    x, y = calibration.cross
    # In the half that the cross is not in, so that no word lies under the finger.
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
    """Show the crosses until they were touched, nobody touched anything for a minute, or ``stopping``.

    ``open_display`` makes a display, not yet open, from what takes its contacts, in pixels of the panel.
    Raises what the display raises.
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
