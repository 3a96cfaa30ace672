"""Screens whose light cannot be turned down: black when asleep, and darker colours that can still be read."""

import msgspec
import pygame
import pytest

from kiosk.core.pages import Asleep
from kiosk.core.rules import Glow, Rules, Theme
from kiosk.core.state import Light, State
from kiosk.screen.stage import Stage
from kiosk.screen.theme import LEGIBLE, NOTICEABLE, TEXT, Palette, dimmed, tokens
from tests.screen.frames import GALLERY, NOW, PANELS
from tests.screen.measures import contrast, luminance

PANEL = PANELS["800x480-7"]


def light_of(palette: Palette) -> float:
    return luminance(palette.rgb("key"))


@pytest.mark.parametrize("theme", [Theme.NIGHT, Theme.CONTRAST])
@pytest.mark.parametrize("least", [LEGIBLE, NOTICEABLE])
@pytest.mark.parametrize("level", [0.0, 0.02, 0.06, 0.25, 0.5])
def test_words_stay_legible_and_nothing_grows_brighter(theme: Theme, least: float, level: float) -> None:
    full = tokens().theme[theme]
    dark = dimmed(full, level, least)
    for name in TEXT:
        before = contrast(full.rgb(name), full.rgb("bg"))
        assert contrast(dark.rgb(name), dark.rgb("bg")) >= min(least, before)
    for name in (*TEXT, "dim", "skin", "active"):
        assert luminance(dark.rgb(name)) <= luminance(full.rgb(name))
    assert light_of(dark) < light_of(full)
    assert dark.bg == full.bg


def test_how_dark_it_gets_at_night() -> None:
    full = tokens().theme[Theme.NIGHT]
    someone, nobody = (dimmed(full, 0.06, least) for least in (LEGIBLE, NOTICEABLE))
    assert contrast(someone.rgb("key"), (0, 0, 0)) == pytest.approx(LEGIBLE, abs=0.1)
    assert contrast(nobody.rgb("key"), (0, 0, 0)) == pytest.approx(NOTICEABLE, abs=0.1)


def test_bright_stays_bright_and_so_does_the_day() -> None:
    night, day = tokens().theme[Theme.NIGHT], tokens().theme[Theme.DAY]
    assert msgspec.structs.astuple(dimmed(night, 1.0, LEGIBLE)) == msgspec.structs.astuple(night)
    assert dimmed(day, 0.06, LEGIBLE) is day


def shown(state: State, *, has_light: bool) -> pygame.Surface:
    surface = pygame.Surface(PANEL.size)
    Stage(PANEL, has_light=lambda: has_light).draw(surface, state, NOW)
    return surface


def brightest(surface: pygame.Surface) -> float:
    colours = {surface.get_at((x, y))[:3] for x in range(0, 800, 2) for y in range(0, 480, 2)}
    return max(luminance((r, g, b)) for r, g, b in colours)


def test_a_page_is_dimmed_by_how_bright_the_owner_wants_it_and_by_time() -> None:
    home = GALLERY["home"]
    lights = {
        (light, glow): brightest(
            shown(msgspec.structs.replace(home, light=light, rules=Rules(glow=glow)), has_light=False)
        )
        for light in (Light.LIT, Light.DIMMED)
        for glow in (Glow.DIM, Glow.BRIGHT)
    }
    full = brightest(shown(home, has_light=True))
    assert lights[Light.LIT, Glow.BRIGHT] == full
    assert full > lights[Light.LIT, Glow.DIM] > lights[Light.DIMMED, Glow.DIM]
    assert full > lights[Light.DIMMED, Glow.BRIGHT]


def test_the_whole_page_is_drawn_again_when_it_dims() -> None:
    home = msgspec.structs.replace(GALLERY["home"], light=Light.LIT)
    stage, surface = Stage(PANEL, has_light=lambda: False), pygame.Surface(PANEL.size)
    stage.draw(surface, home, NOW)
    assert stage.draw(surface, msgspec.structs.replace(home, light=Light.DIMMED), NOW) == [surface.get_rect()]


def test_asleep_it_is_black() -> None:
    surface = shown(State(page=Asleep()), has_light=False)
    assert brightest(surface) == 0
