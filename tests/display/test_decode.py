"""Sequences as the kernel writes them, for all three ways of saying where a finger is."""

from typing import NamedTuple

import pytest

from kiosk.display.base import Kind
from kiosk.display.decode import (
    ABS_MT_POSITION_X,
    ABS_MT_POSITION_Y,
    ABS_MT_SLOT,
    ABS_MT_TRACKING_ID,
    ABS_X,
    ABS_Y,
    BTN_LEFT,
    BTN_TOUCH,
    EV_ABS,
    EV_KEY,
    EV_SYN,
    INPUT_PROP_DIRECT,
    INPUT_PROP_POINTER,
    SYN_DROPPED,
    SYN_MT_REPORT,
    SYN_REPORT,
    Axis,
    Decoder,
    decoder,
    is_touch_panel,
)

D, M, U, C = Kind.DOWN, Kind.MOVE, Kind.UP, Kind.CANCEL


class Event(NamedTuple):
    type: int
    code: int
    value: int


SYN = Event(EV_SYN, SYN_REPORT, 0)
DROPPED = Event(EV_SYN, SYN_DROPPED, 0)
END = Event(EV_SYN, SYN_MT_REPORT, 0)


def slot(number: int) -> Event:
    return Event(EV_ABS, ABS_MT_SLOT, number)


def track(number: int) -> Event:
    return Event(EV_ABS, ABS_MT_TRACKING_ID, number)


def mx(value: int) -> Event:
    return Event(EV_ABS, ABS_MT_POSITION_X, value)


def my(value: int) -> Event:
    return Event(EV_ABS, ABS_MT_POSITION_Y, value)


def sx(value: int) -> Event:
    return Event(EV_ABS, ABS_X, value)


def sy(value: int) -> Event:
    return Event(EV_ABS, ABS_Y, value)


def btn(value: int) -> Event:
    return Event(EV_KEY, BTN_TOUCH, value)


Packet = tuple[Event, ...]


def run(decode: Decoder | None, *packets: Packet) -> list[tuple[Kind, int, float, float]]:
    """What comes of these packets; the SYN_REPORT that ends each is added."""
    assert decode is not None
    events = [event for packet in packets for event in (*packet, SYN)]
    return [(r.kind, r.finger, r.x, r.y) for event in events for r in decode.feed(event)]


X, Y = Axis(0, 100), Axis(0, 200)
B_AXES = {ABS_MT_SLOT: Axis(0, 9), ABS_MT_TRACKING_ID: Axis(0, 65535)}
B_AXES |= {ABS_MT_POSITION_X: X, ABS_MT_POSITION_Y: Y}
A_AXES = {ABS_MT_POSITION_X: X, ABS_MT_POSITION_Y: Y}
SINGLE_AXES = {ABS_X: Axis(300, 3900, 2100), ABS_Y: Axis(200, 3800, 2000)}

B_CASES = {
    "tap": (
        [(track(7), mx(50), my(100), btn(1)), (track(-1), btn(0))],
        [(D, 0, 0.5, 0.5), (U, 0, 0.5, 0.5)],
    ),
    "move along one axis": (
        [(track(7), mx(50), my(100)), (mx(60),), (my(120),), (track(-1),)],
        [(D, 0, 0.5, 0.5), (M, 0, 0.6, 0.5), (M, 0, 0.6, 0.6), (U, 0, 0.6, 0.6)],
    ),
    "a packet without news": (
        [(track(7), mx(0), my(0)), ()],
        [(D, 0, 0.0, 0.0)],
    ),
    "two fingers": (
        [
            (track(7), mx(10), my(20)),
            (slot(1), track(8), mx(90), my(180)),
            (slot(0), track(-1)),
            (slot(1), mx(80)),
            (track(-1),),
        ],
        [(D, 0, 0.1, 0.1), (D, 1, 0.9, 0.9), (U, 0, 0.1, 0.1), (M, 1, 0.8, 0.9), (U, 1, 0.8, 0.9)],
    ),
    "the same column is not said again": (
        [(track(7), mx(50), my(100)), (track(-1),), (track(8), my(20))],
        [(D, 0, 0.5, 0.5), (U, 0, 0.5, 0.5), (D, 0, 0.5, 0.1)],
    ),
    "another finger in the same packet": (
        [(track(7), mx(50), my(100)), (track(8), mx(60))],
        [(D, 0, 0.5, 0.5), (U, 0, 0.6, 0.5), (D, 0, 0.6, 0.5)],
    ),
    "a queue that ran over": (
        [(track(7), mx(50), my(100)), (mx(60), DROPPED, track(-1), mx(99)), (mx(70),), (track(9),)],
        [(D, 0, 0.5, 0.5), (C, 0, 0.6, 0.5), (D, 0, 0.7, 0.5)],
    ),
}


@pytest.mark.parametrize(("packets", "expected"), B_CASES.values(), ids=B_CASES.keys())
def test_protocol_b(packets: list[Packet], expected: list[object]) -> None:
    assert run(decoder(B_AXES), *packets) == expected


A_CASES = {
    "tap": (
        [(mx(50), my(100), END), (END,)],
        [(D, 0, 0.5, 0.5), (U, 0, 0.5, 0.5)],
    ),
    "tap that ends with the button": (
        [(btn(1), mx(50), my(100), END), (btn(0),)],
        [(D, 0, 0.5, 0.5), (U, 0, 0.5, 0.5)],
    ),
    "move, and a packet without news": (
        [(mx(50), my(100), END), (mx(50), my(100), END), (mx(60), my(100), END)],
        [(D, 0, 0.5, 0.5), (M, 0, 0.6, 0.5)],
    ),
    "a second finger, listed first": (
        [(mx(10), my(20), END), (mx(90), my(180), END, mx(12), my(20), END), (END,)],
        [(D, 0, 0.1, 0.1), (M, 0, 0.12, 0.1), (U, 0, 0.12, 0.1)],
    ),
    "a packet about something else": (
        [(mx(50), my(100), END), (Event(EV_KEY, 59, 1),)],
        [(D, 0, 0.5, 0.5)],
    ),
    "a queue that ran over": (
        [(mx(50), my(100), END), (DROPPED, mx(9), my(9), END), (mx(20), my(20), END)],
        [(D, 0, 0.5, 0.5), (C, 0, 0.5, 0.5), (D, 0, 0.2, 0.1)],
    ),
}


@pytest.mark.parametrize(("packets", "expected"), A_CASES.values(), ids=A_CASES.keys())
def test_protocol_a(packets: list[Packet], expected: list[object]) -> None:
    assert run(decoder(A_AXES), *packets) == expected


SINGLE_CASES = {
    "tap": (
        [(btn(1), sx(1200), sy(2900)), (btn(0),)],
        [(D, 0, 0.25, 0.75), (U, 0, 0.25, 0.75)],
    ),
    "where it was before we looked": (
        [(btn(1), sy(3800)), (btn(0),)],
        [(D, 0, 0.5, 1.0), (U, 0, 0.5, 1.0)],
    ),
    "moves without touching say nothing": ([(sx(1200),), (sy(2900),)], []),
    "drag": (
        [(btn(1), sx(300), sy(200)), (sx(3900),), (btn(0),)],
        [(D, 0, 0.0, 0.0), (M, 0, 1.0, 0.0), (U, 0, 1.0, 0.0)],
    ),
}


@pytest.mark.parametrize(("packets", "expected"), SINGLE_CASES.values(), ids=SINGLE_CASES.keys())
def test_single_touch(packets: list[Packet], expected: list[object]) -> None:
    assert run(decoder(SINGLE_AXES), *packets) == expected


def test_slots_begin_where_the_stand_in_axes_are() -> None:
    decode = decoder(B_AXES | {ABS_X: Axis(0, 100, 30), ABS_Y: Axis(0, 200, 20)})
    assert run(decode, (track(7),)) == [(D, 0, 0.3, 0.1)]


@pytest.mark.parametrize("axes", [B_AXES, A_AXES])
def test_a_device_that_vanishes_takes_its_fingers_along(axes: dict[int, Axis]) -> None:
    decode = decoder(axes)
    assert decode is not None
    run(decode, (track(7), mx(50), my(100), END))
    assert [(r.kind, r.x, r.y) for r in decode.lost()] == [(C, 0.5, 0.5)]
    assert list(decode.lost()) == []


def test_an_axis_without_a_range_is_no_axis() -> None:
    assert decoder({ABS_X: Axis(0, 0), ABS_Y: Axis(0, 100)}) is None


def test_half_of_a_multitouch_device_is_led_by_its_single_touch() -> None:
    decode = decoder({ABS_MT_POSITION_X: Axis(0, 100), ABS_X: Axis(0, 100), ABS_Y: Axis(0, 200)})
    assert decode is not None
    assert run(decode, (btn(1), sx(50), sy(50))) == [(D, 0, 0.5, 0.25)]


def test_axes_that_are_half_of_everything_are_no_touch_panel() -> None:
    assert decoder({ABS_MT_POSITION_X: Axis(0, 100), ABS_X: Axis(0, 100)}) is None


XY, MT = {ABS_X, ABS_Y}, {ABS_MT_POSITION_X, ABS_MT_POSITION_Y}


@pytest.mark.parametrize(
    ("what", "keys", "axes", "props", "expected"),
    [
        ("touchscreen", {BTN_TOUCH}, XY | MT, {INPUT_PROP_DIRECT}, True),
        ("multitouch without the stand-in", set(), MT, {INPUT_PROP_DIRECT}, True),
        ("resistive panel without properties", {BTN_TOUCH}, XY, set(), True),
        ("touchpad", {BTN_TOUCH, BTN_LEFT}, XY | MT, {INPUT_PROP_POINTER}, False),
        ("old touchpad", {BTN_TOUCH, BTN_LEFT}, XY, set(), False),
        ("tablet of a virtual machine", {BTN_LEFT}, XY, set(), False),
        ("joystick", {0x120}, XY, set(), False),
        ("keyboard", {30}, set(), set(), False),
    ],
)
def test_what_is_a_touch_panel(
    what: str, keys: set[int], axes: set[int], props: set[int], expected: bool
) -> None:
    assert is_touch_panel(keys, axes, props) is expected
