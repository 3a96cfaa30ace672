import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.display.base import Contact, Kind, Source
from kiosk.display.touch import FORGOTTEN, REPEAT_GUARD, Tap, Taps, Transform

SIZE = (800, 480)
D, M, U, C = Kind.DOWN, Kind.MOVE, Kind.UP, Kind.CANCEL


def target_at(x: int, y: int) -> str | None:
    """Two targets, side by side, in the lower half; black above."""
    if y < 240:
        return None
    return "left" if x < 400 else "right"


L, R, NONE = (100, 300), (500, 300), (100, 100)
Step = tuple[Kind, tuple[int, int], int] | tuple[Kind, tuple[int, int], int, int]


def play(*steps: Step) -> tuple[list[tuple[str | None, int]], list[str | None]]:
    """(target, ms) of every tap, and what was shown as pressed after every step."""
    taps = Taps(SIZE, target_at)
    made, shown = [], []
    for kind, (x, y), at, *finger in steps:
        tap = taps.feed(Contact(kind, x, y, at, *finger))
        if tap is not None:
            made.append((tap.target, tap.at))
        shown.append(taps.pressed)
    return made, shown


CASES: dict[str, tuple[list[Step], list[tuple[str | None, int]], list[str | None]]] = {
    "acts when the finger is lifted": (
        [(D, L, 0), (U, L, 90)],
        [("left", 90)],
        ["left", None],
    ),
    "may move inside the target": (
        [(D, L, 0), (M, (300, 400), 50), (U, (390, 470), 90)],
        [("left", 90)],
        ["left", "left", None],
    ),
    "sliding off means nothing": (
        [(D, L, 0), (M, R, 50), (U, R, 90)],
        [],
        ["left", None, None],
    ),
    "nor does coming back": (
        [(D, L, 0), (M, R, 50), (M, L, 80), (U, L, 90)],
        [],
        ["left", None, None, None],
    ),
    "lifted elsewhere without a move between": (
        [(D, L, 0), (U, R, 90)],
        [],
        ["left", None],
    ),
    "nothing pressed and lifted is a tap on nothing": (
        [(D, NONE, 0), (U, (700, 10), 90)],
        [(None, 90)],
        [None, None],
    ),
    "from nothing onto a target means nothing": (
        [(D, NONE, 0), (M, L, 50), (U, L, 90)],
        [],
        [None, None, None],
    ),
    "a second finger does not count": (
        [(D, L, 0, 0), (D, R, 20, 1), (M, NONE, 30, 1), (U, NONE, 50, 1), (U, L, 90, 0)],
        [("left", 90)],
        ["left", "left", "left", "left", None],
    ),
    "nor does it take over when the first is lifted": (
        [(D, L, 0, 0), (D, R, 20, 1), (U, L, 90, 0), (M, R, 700, 1), (U, R, 800, 1)],
        [("left", 90)],
        ["left", "left", None, None, None],
    ),
    "a trembling hand taps once": (
        [(D, L, 0), (U, L, 90), (D, L, 300), (U, L, 400), (D, L, 589), (U, L, 1200)],
        [("left", 90)],
        ["left", None, None, None, None, None],
    ),
    "half a second later it counts again": (
        [(D, L, 0), (U, L, 90), (D, R, 590), (U, R, 650)],
        [("left", 90), ("right", 650)],
        ["left", None, "right", None],
    ),
    "a tap that was no tap guards nothing": (
        [(D, L, 0), (M, R, 50), (U, R, 90), (D, R, 200), (U, R, 260)],
        [("right", 260)],
        ["left", None, None, "right", None],
    ),
    "moves as lifts and presses are one touch": (
        [(D, L, 0), (U, L, 30)]
        + [(kind, (100 + i, 300), 40 * i + at) for i in range(1, 30) for kind, at in ((D, 0), (U, 30))],
        [("left", 30)],
        ["left", *[None] * 59],
    ),
    "a chattering touch that slid off stays off": (
        [(D, L, 0), (M, R, 30), (U, R, 40), (D, (505, 302), 80), (U, (505, 302), 700)],
        [],
        ["left", None, None, None, None],
    ),
    "far away is another touch, however soon": (
        [(D, L, 0), (M, R, 30), (U, R, 40), (D, L, 60), (U, L, 100)],
        [("left", 100)],
        ["left", None, None, "left", None],
    ),
    "a lost device is no tap": (
        [(D, L, 0), (C, L, 50), (U, L, 90)],
        [],
        ["left", None, None],
    ),
    "a lift out of nowhere is no tap": (
        [(U, L, 0), (M, L, 10), (U, L, 20)],
        [],
        [None, None, None],
    ),
    "a press again without a lift begins anew": (
        [(D, L, 0), (D, R, 900), (U, R, 990)],
        [("right", 990)],
        ["left", "right", None],
    ),
    "a hand left on the glass is forgotten": (
        [(D, L, 0, 0), (D, R, FORGOTTEN - 1, 1), (D, R, FORGOTTEN, 2), (U, R, FORGOTTEN + 90, 2)],
        [("right", FORGOTTEN + 90)],
        ["left", "left", "right", None],
    ),
}


@pytest.mark.parametrize(("steps", "taps", "pressed"), CASES.values(), ids=CASES.keys())
def test_touches(steps: list[Step], taps: list[tuple[str | None, int]], pressed: list[str | None]) -> None:
    assert play(*steps) == (taps, pressed)


def test_a_tap_says_where() -> None:
    taps = Taps(SIZE, target_at)
    taps.feed(Contact(D, 100, 300, 0))
    assert taps.feed(Contact(U, 110, 310, 80)) == Tap("left", 110, 310, 80)


def test_a_page_that_changes_under_the_finger_makes_it_mean_nothing() -> None:
    page = ["home"]
    taps: Taps[str] = Taps(SIZE, lambda _x, _y: page[0])
    taps.feed(Contact(D, 10, 10, 0))
    page[0] = "asleep"
    assert taps.feed(Contact(U, 10, 10, 80)) is None


def test_on_a_black_screen_any_touch_is_a_tap() -> None:
    taps: Taps[str] = Taps(SIZE, lambda _x, _y: None)
    taps.feed(Contact(D, 10, 10, 0))
    taps.feed(Contact(M, 790, 470, 50))
    assert taps.feed(Contact(U, 790, 470, 80)) == Tap(None, 790, 470, 80)


def test_the_mouse_is_the_second_source() -> None:
    taps = Taps(SIZE, target_at)
    taps.feed(Contact(D, *L, 0, source=Source.MOUSE))
    assert taps.feed(Contact(U, *L, 80, source=Source.MOUSE)) == Tap("left", *L, 80)


def test_twins_count_only_where_no_finger_was_ever_seen() -> None:
    taps = Taps(SIZE, target_at)
    taps.feed(Contact(D, *L, 0, source=Source.TWIN))
    assert taps.feed(Contact(U, *L, 80, source=Source.TWIN)) == Tap("left", *L, 80)
    taps.feed(Contact(D, *R, 1000))
    assert taps.feed(Contact(U, *R, 1080)) == Tap("right", *R, 1080)
    taps.feed(Contact(D, *R, 2000, source=Source.TWIN))
    assert taps.feed(Contact(U, *R, 2080, source=Source.TWIN)) is None
    assert taps.pressed is None


contacts = st.builds(
    Contact,
    st.sampled_from(Kind),
    st.integers(0, 799),
    st.integers(0, 479),
    st.integers(0, 400),
    st.integers(0, 2),
    st.sampled_from(Source),
)


@given(st.lists(contacts, max_size=80))
def test_no_two_taps_within_the_guard_and_none_without_a_press(found: list[Contact]) -> None:
    taps = Taps(SIZE, target_at)
    at, last, pressed = 0, -REPEAT_GUARD, set()
    for contact in found:
        at += contact.at
        tap = taps.feed(Contact(contact.kind, contact.x, contact.y, at, contact.finger, contact.source))
        who = (contact.finger, contact.source)
        if contact.kind is Kind.DOWN:
            pressed.add(who)
        if tap is not None:
            assert contact.kind is Kind.UP
            assert who in pressed
            assert tap.at - last >= REPEAT_GUARD
            assert target_at(tap.x, tap.y) == tap.target
            last = tap.at
        if contact.kind in (Kind.UP, Kind.CANCEL):
            pressed.discard(who)


@pytest.mark.parametrize(
    ("transform", "corner"),
    [
        (Transform(), (0, 0)),
        (Transform(invert_x=True), (799, 0)),
        (Transform(invert_y=True), (0, 479)),
        (Transform(invert_x=True, invert_y=True), (799, 479)),
        (Transform(rotation=90), (0, 799)),
        (Transform(rotation=180), (799, 479)),
        (Transform(rotation=270), (479, 0)),
        (Transform(swap=True, invert_x=True), (799, 0)),
    ],
)
def test_the_panels_first_corner(transform: Transform, corner: tuple[int, int]) -> None:
    assert transform.pixel(0, 0, SIZE) == corner


def test_swapped_axes_swap_what_is_along_them() -> None:
    assert Transform(swap=True).pixel(0.25, 1.0, SIZE) == (799, round(0.25 * 479))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_touch_lands_on_the_pixel_that_is_shown_there(rotation: int) -> None:
    """Against pygame's own turning of a picture (which turns anticlockwise)."""
    import pygame  # noqa: PLC0415

    transform = Transform(rotation=rotation)
    picture = pygame.Surface(transform.picture((9, 5)), 0, 32)
    for x in range(picture.get_width()):
        for y in range(picture.get_height()):
            picture.set_at((x, y), (x, y, 1))
    panel = pygame.transform.rotate(picture, -rotation)
    assert panel.get_size() == (9, 5)
    for x in range(9):
        for y in range(5):
            shown = panel.get_at((x, y))
            assert transform.pixel(x / 8, y / 4, (9, 5)) == (shown.r, shown.g)


def test_a_touch_beside_the_picture_counts_as_its_edge() -> None:
    assert Transform().pixel(-0.2, 1.4, SIZE) == (0, 479)


def test_a_rotation_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not 45"):
        Transform(rotation=45)
