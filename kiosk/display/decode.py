"""Decodes the kernel's input events of one touch device into fingers that go down, move and come up.

The constants are from linux/input-event-codes.h. The protocols are described in the kernel's
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
    """An input event of the kernel, such as ``evdev.InputEvent``."""

    type: int
    code: int
    value: int


class Axis(msgspec.Struct, frozen=True):
    """One axis of a touch panel: its range, and its last value, in units of the device."""

    low: int
    high: int
    value: int = 0

    def fraction(self, value: int) -> float:
        """A value as a fraction of the range, 0 to 1. Outside the range it is not clamped."""
        return (value - self.low) / (self.high - self.low)


class Report(msgspec.Struct, frozen=True):
    """What one finger did; ``x`` and ``y`` are fractions of the panel's own axes, 0 to 1."""

    kind: Kind
    finger: int
    x: float
    y: float


class Decoder(Protocol):
    """Converts the events of one device to reports of its fingers."""

    def feed(self, event: InputEvent) -> Iterator[Report]:
        """Handle an event; reports follow at the end of a packet (SYN_REPORT)."""

    def lost(self) -> Iterator[Report]:
        """Report ``Kind.CANCEL`` for all fingers: the device is gone, or events were lost."""


class _Finger(msgspec.Struct):
    x: int
    y: int
    down: bool = False
    was_down: bool = False
    moved: bool = False
    again: bool = False
    """a new finger took this slot within the packet that lifted the old one"""


class Slots:
    """Protocol B (a slot for each finger), and single touch as one slot controlled by BTN_TOUCH."""

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
            self._dropped = True  # the kernel's queue overflowed: the current packet is incomplete
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
        # The kernel omits a value that did not change, even between two fingers.
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
        """Report ``Kind.CANCEL`` for all fingers that are down."""
        for number, finger in self._fingers.items():
            if finger.was_down:
                yield self._report(Kind.CANCEL, number, finger)
            finger.down = finger.was_down = finger.moved = finger.again = False


class Packets:
    """Protocol A: each packet lists all contacts without identifying them.

    One finger is tracked: the contact nearest to its last position.
    """

    def __init__(self, x: Axis, y: Axis) -> None:
        self._x, self._y = x, y
        self._at: tuple[float, float] | None = None
        self._point: dict[int, int] = {}
        self._points: list[tuple[float, float]] = []
        self._has_touch_events = False
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
            self._has_touch_events = True
            self._end_of_contact()
        elif event.type == EV_KEY and event.code == BTN_TOUCH:
            self._has_touch_events = True
        elif event.type == EV_ABS and event.code in (ABS_MT_POSITION_X, ABS_MT_POSITION_Y):
            self._point[event.code] = event.value

    def _end_of_contact(self) -> None:
        if len(self._point) == 2:
            x = self._x.fraction(self._point[ABS_MT_POSITION_X])
            y = self._y.fraction(self._point[ABS_MT_POSITION_Y])
            self._points.append((x, y))
        self._point.clear()

    def _packet(self) -> Iterator[Report]:
        points, touched, dropped = self._points, self._has_touch_events, self._dropped
        self._points, self._has_touch_events, self._dropped = [], False, False
        self._point.clear()
        if dropped:
            yield from self.lost()
        elif points:
            was = self._at
            self._at = points[0] if was is None else min(points, key=lambda p: _apart(p, was))
            if self._at != was:
                yield Report(Kind.DOWN if was is None else Kind.MOVE, 0, *self._at)
        elif touched and self._at is not None:
            yield Report(Kind.UP, 0, *self._at)
            self._at = None

    def lost(self) -> Iterator[Report]:
        """Report ``Kind.CANCEL`` for the finger, if it is down."""
        if self._at is not None:
            yield Report(Kind.CANCEL, 0, *self._at)
        self._at = None


def _apart(p: tuple[float, float], q: tuple[float, float]) -> float:
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def is_touch_panel(keys: set[int], axes: set[int], props: set[int]) -> bool:
    """Whether a device with these capabilities is a touch screen, and not a touchpad or tablet that moves a
    pointer. The sets hold event codes and INPUT_PROP numbers."""
    if not ({ABS_MT_POSITION_X, ABS_MT_POSITION_Y} <= axes or (BTN_TOUCH in keys and {ABS_X, ABS_Y} <= axes)):
        return False
    # Many drivers of resistive panels set no property.
    return INPUT_PROP_DIRECT in props or not (INPUT_PROP_POINTER in props or BTN_LEFT in keys)


def decoder(axes: Mapping[int, Axis]) -> Decoder | None:
    """The decoder for a device with these axes; None if one is missing or has an empty range."""
    multi = {ABS_MT_POSITION_X, ABS_MT_POSITION_Y} <= axes.keys()
    x, y = (ABS_MT_POSITION_X, ABS_MT_POSITION_Y) if multi else (ABS_X, ABS_Y)
    if not {x, y} <= axes.keys() or axes[x].high <= axes[x].low or axes[y].high <= axes[y].low:
        return None
    if multi and ABS_MT_SLOT not in axes:
        return Packets(axes[x], axes[y])
    if multi:
        # absinfo has no last value per slot; the single-touch axes, emulated for mice, have it.
        start_x = Axis(axes[x].low, axes[x].high, axes.get(ABS_X, axes[x]).value)
        start_y = Axis(axes[y].low, axes[y].high, axes.get(ABS_Y, axes[y]).value)
        return Slots(start_x, start_y, multi=True)
    return Slots(axes[x], axes[y], multi=False)
