"""What one touch device says (kernel input events), as fingers going down, moving and coming up.

Numbers are those of linux/input-event-codes.h; the protocols those of the kernel's
Documentation/input/multi-touch-protocol.rst.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from kiosk.display.base import Kind

EV_SYN, EV_KEY, EV_ABS = 0x00, 0x01, 0x03
SYN_REPORT, SYN_MT_REPORT, SYN_DROPPED = 0, 2, 3
BTN_LEFT, BTN_TOUCH = 0x110, 0x14A
ABS_X, ABS_Y = 0x00, 0x01
ABS_MT_SLOT, ABS_MT_POSITION_X, ABS_MT_POSITION_Y, ABS_MT_TRACKING_ID = 0x2F, 0x35, 0x36, 0x39
INPUT_PROP_POINTER, INPUT_PROP_DIRECT = 0x00, 0x01


class InputEvent(Protocol):
    """One event as the kernel writes it (``evdev.InputEvent`` is one)."""

    type: int
    code: int
    value: int


class Axis(msgspec.Struct, frozen=True):
    """One axis of a touch panel: the range of its numbers, and the last one it said."""

    low: int
    high: int
    value: int = 0

    def fraction(self, value: int) -> float:
        """Where a number lies on the axis, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


class Report(msgspec.Struct, frozen=True):
    """What one finger did; ``x`` and ``y`` from 0 to 1 along the panel's own axes."""

    kind: Kind
    finger: int
    x: float
    y: float


class Decoder(Protocol):
    """One device's events in, reports of its fingers out."""

    def feed(self, event: InputEvent) -> Iterator[Report]:
        """Take in one event; nothing is reported before the end of its packet."""

    def lost(self) -> Iterator[Report]:
        """The device is gone: so are its fingers."""


class _Finger(msgspec.Struct):
    x: int
    y: int
    down: bool = False
    was_down: bool = False
    moved: bool = False
    again: bool = False
    """another finger took this slot within one packet"""


class Slots:
    """Protocol B (a slot for each finger), and single touch as one slot that BTN_TOUCH opens."""

    def __init__(self, x: Axis, y: Axis, *, multi: bool) -> None:
        self._x, self._y = x, y
        self._multi = multi
        self._x_code = ABS_MT_POSITION_X if multi else ABS_X
        self._y_code = ABS_MT_POSITION_Y if multi else ABS_Y
        self._slot = 0
        self._fingers: dict[int, _Finger] = {}
        self._dropped = False

    def feed(self, event: InputEvent) -> Iterator[Report]:
        """Take in one event."""
        if event.type == EV_SYN:
            yield from self._sync(event.code)
        elif self._dropped:
            return
        elif event.type == EV_ABS:
            self._abs(event.code, event.value)
        elif event.type == EV_KEY and event.code == BTN_TOUCH and not self._multi:
            self._set_down(event.value != 0)

    def _sync(self, code: int) -> Iterator[Report]:
        if code == SYN_DROPPED:
            self._dropped = True  # the kernel's queue ran over: what follows is in pieces
        elif code == SYN_REPORT and self._dropped:
            self._dropped = False
            yield from self.lost()
        elif code == SYN_REPORT:
            for number, finger in self._fingers.items():
                yield from self._settle(number, finger)

    def _abs(self, code: int, value: int) -> None:
        if self._multi and code == ABS_MT_SLOT:
            self._slot = value
        elif self._multi and code == ABS_MT_TRACKING_ID:
            self._set_down(value >= 0)
        elif code == self._x_code:
            self._finger.x, self._finger.moved = value, True
        elif code == self._y_code:
            self._finger.y, self._finger.moved = value, True

    @property
    def _finger(self) -> _Finger:
        # The kernel leaves out a number that did not change, even from one finger to the next.
        return self._fingers.setdefault(self._slot, _Finger(self._x.value, self._y.value))

    def _set_down(self, down: bool) -> None:
        finger = self._finger
        finger.again = down and finger.was_down
        finger.down = down

    def _settle(self, number: int, finger: _Finger) -> Iterator[Report]:
        if finger.was_down and (not finger.down or finger.again):
            yield self._report(Kind.UP, number, finger)
            finger.was_down = False
        if finger.down and not finger.was_down:
            yield self._report(Kind.DOWN, number, finger)
        elif finger.down and finger.moved:
            yield self._report(Kind.MOVE, number, finger)
        finger.was_down, finger.moved, finger.again = finger.down, False, False

    def _report(self, kind: Kind, number: int, finger: _Finger) -> Report:
        return Report(kind, number, self._x.fraction(finger.x), self._y.fraction(finger.y))

    def lost(self) -> Iterator[Report]:
        """All fingers are gone without having been lifted."""
        for number, finger in self._fingers.items():
            if finger.was_down:
                yield self._report(Kind.CANCEL, number, finger)
            finger.down = finger.was_down = finger.moved = finger.again = False


class Packets:
    """Protocol A: every packet lists the contacts there are, without saying which is which.

    One finger is followed: the contact nearest to where it was.
    """

    def __init__(self, x: Axis, y: Axis) -> None:
        self._x, self._y = x, y
        self._at: tuple[float, float] | None = None
        self._point: dict[int, int] = {}
        self._points: list[tuple[float, float]] = []
        self._said = False
        self._dropped = False

    def feed(self, event: InputEvent) -> Iterator[Report]:
        """Take in one event."""
        if event.type == EV_SYN and event.code == SYN_DROPPED:
            self._dropped = True
        elif event.type == EV_SYN and event.code == SYN_REPORT:
            yield from self._packet()
        elif self._dropped:
            return
        elif event.type == EV_SYN and event.code == SYN_MT_REPORT:
            self._said = True
            self._end_of_contact()
        elif event.type == EV_KEY and event.code == BTN_TOUCH:
            self._said = True
        elif event.type == EV_ABS and event.code in (ABS_MT_POSITION_X, ABS_MT_POSITION_Y):
            self._point[event.code] = event.value

    def _end_of_contact(self) -> None:
        if len(self._point) == 2:
            x = self._x.fraction(self._point[ABS_MT_POSITION_X])
            y = self._y.fraction(self._point[ABS_MT_POSITION_Y])
            self._points.append((x, y))
        self._point.clear()

    def _packet(self) -> Iterator[Report]:
        points, said, dropped = self._points, self._said, self._dropped
        self._points, self._said, self._dropped = [], False, False
        self._point.clear()
        if dropped:
            yield from self.lost()
        elif points:
            was = self._at
            self._at = points[0] if was is None else min(points, key=lambda p: _apart(p, was))
            if self._at != was:
                yield Report(Kind.DOWN if was is None else Kind.MOVE, 0, *self._at)
        elif said and self._at is not None:
            yield Report(Kind.UP, 0, *self._at)
            self._at = None

    def lost(self) -> Iterator[Report]:
        """The finger is gone without having been lifted."""
        if self._at is not None:
            yield Report(Kind.CANCEL, 0, *self._at)
        self._at = None


def _apart(p: tuple[float, float], q: tuple[float, float]) -> float:
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def is_touch_panel(keys: set[int], axes: set[int], props: set[int]) -> bool:
    """Whether a device with these capabilities is glass one looks through: touchpads and tablets that
    move a pointer are not."""
    if not ({ABS_MT_POSITION_X, ABS_MT_POSITION_Y} <= axes or (BTN_TOUCH in keys and {ABS_X, ABS_Y} <= axes)):
        return False
    # Many drivers of resistive panels set no property at all.
    return INPUT_PROP_DIRECT in props or not (INPUT_PROP_POINTER in props or BTN_LEFT in keys)


def decoder(axes: Mapping[int, Axis]) -> Decoder | None:
    """The decoder for a device with these axes; None where an axis has no range to speak of."""
    multi = ABS_MT_POSITION_X in axes
    x, y = (ABS_MT_POSITION_X, ABS_MT_POSITION_Y) if multi else (ABS_X, ABS_Y)
    if axes[x].high <= axes[x].low or axes[y].high <= axes[y].low:
        return None
    if multi and ABS_MT_SLOT not in axes:
        return Packets(axes[x], axes[y])
    if multi:
        # What a slot said last can't be asked for this way; the axes that stand in for a mouse know it.
        start_x = Axis(axes[x].low, axes[x].high, axes.get(ABS_X, axes[x]).value)
        start_y = Axis(axes[y].low, axes[y].high, axes.get(ABS_Y, axes[y]).value)
        return Slots(start_x, start_y, multi=True)
    return Slots(axes[x], axes[y], multi=False)
