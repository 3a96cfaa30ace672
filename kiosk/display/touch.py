"""Maps touches to pixels of the picture, and turns contacts into taps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from kiosk.core.calibration import Affine, Point, moved, on_picture
from kiosk.core.technique import Ms
from kiosk.display.base import Contact, Kind, Source


class Transform(msgspec.Struct, frozen=True):
    """Maps positions reported by a touch panel to pixels of the picture.

    Applied in this order: ``swap`` of the axes, ``invert_x`` and ``invert_y``, ``calibration``, and the
    ``rotation`` of the picture on the panel in degrees clockwise (0, 90, 180 or 270, else ``ValueError``).
    """

    swap: bool = False
    invert_x: bool = False
    invert_y: bool = False
    calibration: Affine | None = None
    rotation: int = 0

    def __post_init__(self) -> None:
        if self.rotation not in (0, 90, 180, 270):
            raise ValueError(f"rotation is 0, 90, 180 or 270 degrees, not {self.rotation}")

    def picture(self, panel: tuple[int, int]) -> tuple[int, int]:
        """Size of the picture on a panel of this size, both in pixels."""
        return panel if self.rotation % 180 == 0 else (panel[1], panel[0])

    def on_panel(self, x: float, y: float) -> Point:
        """Position of a touch on the panel, 0 to 1 from the upper left corner; not clamped."""
        if self.swap:
            x, y = y, x
        if self.invert_x:
            x = 1 - x
        if self.invert_y:
            y = 1 - y
        return (x, y) if self.calibration is None else moved((x, y), self.calibration)

    def pixel(self, x: float, y: float, panel: tuple[int, int]) -> tuple[int, int]:
        """The pixel of the picture at ``x``, ``y`` (0 to 1 along the panel's axes), for a panel of this size.

        A touch outside the picture, as worn panels report it, is moved to its edge.
        """
        x, y = on_picture(self.on_panel(x, y), self.rotation)
        width, height = self.picture(panel)
        return _on_axis(x, width), _on_axis(y, height)


def _on_axis(fraction: float, length: int) -> int:
    return min(max(round(fraction * (length - 1)), 0), length - 1)


T = TypeVar("T")

REPEAT_GUARD: Ms = 500
"""a touch that begins within this time after a tap is ignored, as a hand may tremble"""
SAME_TOUCH: Ms = 50
"""an interruption of a touch up to this time is ignored, as worn and resistive panels lose contact"""
NEAR = 0.02
"""...if the touch continues within this distance, as a share of the picture's width and height"""
SHORTEST: Ms = 150
"""shortest touch whose position counts for ``Rests``; a shorter one is accidental"""
_LIFTING = 2
"""last reports that ``Rests`` ignores: while a finger is lifted, resistive panels report wrong places"""
FORGOTTEN: Ms = 10_000
"""a finger without a report for this time (a hand resting on the screen, a lift that was lost) no longer
blocks other fingers"""


class Tap(msgspec.Struct, Generic[T], frozen=True):
    """A finger was lifted on the target that it had pressed, at pixel ``x``, ``y``. ``target`` None: it was
    pressed and lifted outside all targets, which wakes a black screen."""

    target: T | None
    x: int
    y: int
    at: Ms


class _Touch(msgspec.Struct, Generic[T]):
    """The finger that counts. ``heard``: time of its last report; ``spent``: it cannot become a tap."""

    finger: int
    source: Source
    target: T | None
    heard: Ms
    spent: bool

    def is_of(self, contact: Contact) -> bool:
        return (self.finger, self.source) == (contact.finger, contact.source)


class Taps(Generic[T]):
    """Turns contacts into taps. A tap is reported when the finger is lifted; only the first finger counts.

    ``size`` is that of the picture in pixels; ``target_at`` returns the target at a pixel (None: no target).
    Targets are compared with ``==``; if the page changes under the finger, there is no tap.
    """

    def __init__(self, size: tuple[int, int], target_at: Callable[[int, int], T | None]) -> None:
        self._near = (size[0] * NEAR, size[1] * NEAR)
        self._target_at = target_at
        self._touch: _Touch[T] | None = None
        self._lifted: Contact | None = None
        self._last_tap: Ms | None = None
        self._fingers_seen = False

    @property
    def pressed(self) -> T | None:
        """The target to show as pressed: the one that would be tapped if the finger were lifted now."""
        return None if self._touch is None or self._touch.spent else self._touch.target

    def feed(self, contact: Contact) -> Tap[T] | None:
        """Handle a contact; return the tap that it completes, or None."""
        if contact.source is Source.FINGER:
            self._fingers_seen = True
        elif contact.source is Source.TWIN and self._fingers_seen:
            return None
        if contact.kind is Kind.DOWN:
            self._down(contact)
            return None
        touch = self._touch
        if touch is None or not touch.is_of(contact):
            return None
        if contact.kind is Kind.CANCEL:
            self._touch = None
            return None
        touch.heard = contact.at
        if self._target_at(contact.x, contact.y) != touch.target:
            touch.spent = True
        return self._up(touch, contact) if contact.kind is Kind.UP else None

    def _down(self, contact: Contact) -> None:
        touch = self._touch
        if touch is not None and not touch.is_of(contact) and contact.at - touch.heard < FORGOTTEN:
            return
        guarded = self._last_tap is not None and contact.at - self._last_tap < REPEAT_GUARD
        self._touch = _Touch(
            contact.finger,
            contact.source,
            self._target_at(contact.x, contact.y),
            contact.at,
            spent=guarded or self._continues(contact),
        )

    def _continues(self, contact: Contact) -> bool:
        """Whether the contact continues the last touch. SDL 2.26 reports each move on a resistive panel
        (ADS7846) as lifted and pressed again (pygame#4156); any panel does so if the touch is light."""
        last = self._lifted
        return (
            last is not None
            and contact.at - last.at <= SAME_TOUCH
            and abs(contact.x - last.x) <= self._near[0]
            and abs(contact.y - last.y) <= self._near[1]
        )

    def _up(self, touch: _Touch[T], contact: Contact) -> Tap[T] | None:
        self._touch = None
        self._lifted = contact
        if touch.spent:
            return None
        self._last_tap = contact.at
        return Tap(touch.target, contact.x, contact.y, contact.at)


class Rests:
    """Turns contacts into positions: the pixel on which a finger rested, when it is lifted."""

    def __init__(self) -> None:
        self._finger: int | None = None
        self._since: Ms = 0
        self._trail: deque[tuple[int, int]] = deque(maxlen=64)
        self._last: Ms | None = None

    def feed(self, contact: Contact) -> tuple[int, int] | None:
        """Handle a contact; return the position (x, y) of the touch that it completes, or None.

        Touches shorter than ``SHORTEST`` or within ``REPEAT_GUARD`` of the last one are ignored.
        """
        if contact.kind is Kind.DOWN and self._finger is None:
            if self._last is not None and contact.at - self._last < REPEAT_GUARD:
                return None
            self._finger, self._since = contact.finger, contact.at
            self._trail.clear()
        if contact.finger != self._finger:
            return None
        self._trail.append((contact.x, contact.y))
        if contact.kind in (Kind.DOWN, Kind.MOVE):
            return None
        self._finger = None
        if contact.kind is Kind.CANCEL or contact.at - self._since < SHORTEST:
            return None
        self._last = contact.at
        return self._middle()

    def _middle(self) -> tuple[int, int]:
        """The median of the reported positions, without the last ``_LIFTING``."""
        kept = list(self._trail)
        kept = kept[:-_LIFTING] or kept[:1]
        across, down = (sorted(values) for values in zip(*kept, strict=True))
        return across[len(kept) // 2], down[len(kept) // 2]
