"""A turned picture: what is drawn upright is shown turned, and a finger means what lies under it."""

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.technique import Ms
from kiosk.display.base import DisplayError
from kiosk.display.touch import Transform
from kiosk.display.turned import Turned

PANEL = (12, 7)
TURNS = (0, 90, 180, 270)


class Glass:
    """A panel that remembers what it was asked."""

    name = "glass"

    def __init__(self) -> None:
        self.size = PANEL
        self.surface = pygame.Surface(PANEL, 0, 16)
        self.shown: list[list[pygame.Rect]] = []
        self.calls: list[str] = []

    def open(self) -> None:
        self.calls.append("open")

    def close(self) -> None:
        self.calls.append("close")

    def pump(self) -> None:
        self.calls.append("pump")

    def poll_ms(self, *, moving: bool) -> Ms | None:
        return 33 if moving else None

    def present(self, rects: list[pygame.Rect]) -> None:
        self.shown.append(list(rects))


def paint(surface: pygame.Surface, area: pygame.Rect, seed: int = 0) -> None:
    """Every pixel of the area another colour, as 16 bits can show it."""
    for x in range(area.left, area.right):
        for y in range(area.top, area.bottom):
            surface.set_at((x, y), ((x * 16 + seed) % 256 & 0xF8, (y * 16) % 256 & 0xFC, 8 + seed))


@pytest.mark.parametrize("degrees", TURNS)
def test_the_picture_fills_the_panel_upright(degrees: int) -> None:
    glass = Glass()
    turned = Turned(glass, degrees)
    assert turned.size == (PANEL if degrees in (0, 180) else PANEL[::-1])
    assert turned.size == Transform(rotation=degrees).picture(PANEL)
    assert turned.surface.get_size() == turned.size
    assert turned.surface.get_masks() == glass.surface.get_masks()
    assert turned.name == "glass"


@pytest.mark.parametrize("degrees", TURNS)
def test_a_finger_on_the_panel_is_on_the_pixel_shown_there(degrees: int) -> None:
    glass = Glass()
    turned = Turned(glass, degrees)
    whole = turned.surface.get_rect()
    paint(turned.surface, whole)
    turned.present([whole])
    assert glass.shown == [[glass.surface.get_rect()]]
    transform = Transform(rotation=degrees)
    for x in range(PANEL[0]):
        for y in range(PANEL[1]):
            picture = transform.pixel(x / (PANEL[0] - 1), y / (PANEL[1] - 1), PANEL)
            assert glass.surface.get_at((x, y)) == turned.surface.get_at(picture)


rects = st.builds(pygame.Rect, st.integers(-3, 14), st.integers(-3, 14), st.integers(0, 9), st.integers(0, 9))


@given(st.sampled_from(TURNS), st.lists(rects, max_size=5))
def test_dirty_parts_alone_are_turned_and_shown(degrees: int, dirty: list[pygame.Rect]) -> None:
    """The panel then shows what turning the whole picture would have given, and nothing more is told."""
    glass = Glass()
    turned = Turned(glass, degrees)
    whole = turned.surface.get_rect()
    paint(turned.surface, whole)
    turned.present([whole])
    for number, part in enumerate(dirty):
        paint(turned.surface, part.clip(whole), seed=8 * number + 8)
    turned.present(dirty)
    expected = pygame.transform.rotate(turned.surface, -degrees)
    assert pygame.image.tobytes(glass.surface, "RGB") == pygame.image.tobytes(expected, "RGB")
    on_glass = [rect.clip(glass.surface.get_rect()) for rect in glass.shown[-1]]
    in_picture = [part.clip(whole) for part in dirty]
    assert [rect.w * rect.h for rect in on_glass if rect] == [part.w * part.h for part in in_picture if part]


def test_what_cannot_be_turned_is_refused() -> None:
    with pytest.raises(ValueError, match="not 45"):
        Turned(Glass(), 45)


def test_a_full_turn_is_none() -> None:
    glass = Glass()
    assert Turned(glass, 360).surface is glass.surface


def test_the_rest_is_the_panels() -> None:
    glass = Glass()
    with Turned(glass, 90) as turned:
        turned.pump()
        assert turned.poll_ms(moving=True) == 33
        assert turned.poll_ms(moving=False) is None
        first = turned.surface
    with turned:
        assert turned.surface is not first, "a panel opened again may have another format"
    assert glass.calls == ["open", "pump", "close", "open", "close"]


def test_a_panel_in_another_mode_gets_a_picture_of_its_new_size() -> None:
    glass = Glass()
    turned = Turned(glass, 90)
    first = turned.surface
    assert turned.surface is first
    glass.surface = pygame.Surface((60, 40), 0, 32)
    glass.size = (60, 40)
    assert turned.surface.get_size() == turned.size == (40, 60)
    second = turned.surface
    glass.surface = pygame.Surface((60, 40), 0, 16)
    assert turned.surface is not second, "the same size in another format must be drawn whole again, too"


def test_a_panel_that_cannot_be_had_is_told_as_it_is() -> None:
    class Gone(Glass):
        def open(self) -> None:
            raise DisplayError("There is no screen.")

    with pytest.raises(DisplayError, match=r"There is no screen\."), Turned(Gone(), 90):
        pass
