"""No page changes its looks by accident; `make frames` says that a change is meant."""

from typing import get_args

import msgspec
import pygame
import pytest
from PIL import Image

from kiosk.core.pages import Page
from kiosk.screen.scene import Rim, Scene, Thing, Words
from kiosk.screen.stage import Stage
from tests.screen import golden
from tests.screen.frames import GALLERY, NOW, PANELS

COARSE_AND_FINE = ("480x320-3.5", "800x480-7", "1280x720-5")
TOLD = "a page looks different; if that is meant, run `make frames` and look at the pictures"


@pytest.mark.parametrize(("panel", "look"), golden.SHEETS, ids=[f"{p}-{k}" for p, k in golden.SHEETS])
def test_every_page_looks_as_it_did(panel: str, look: str) -> None:
    assert golden.changed(panel, look) == [], TOLD


def test_every_page_has_a_golden_frame() -> None:
    assert golden.PAGES.read_text(encoding="utf-8").split() == list(GALLERY), TOLD
    assert {path.name for path in golden.FOLDER.glob("*.webp")} == {
        golden.path(*s).name for s in golden.SHEETS
    }


def test_every_page_has_a_state_in_the_gallery() -> None:
    assert {type(state.page) for state in GALLERY.values()} == set(get_args(Page))


@pytest.mark.parametrize("panel", COARSE_AND_FINE)
@pytest.mark.parametrize("page", ["hold", "home", "soak-warm-for", "settings-0"])
def test_a_changed_letter_is_noticed(panel: str, page: str) -> None:
    scene = _scene(panel, page)
    for i, thing in enumerate(scene.things):
        if isinstance(thing, Words):
            letter = next(c for c in thing.text if c in LETTERS)
            other = msgspec.structs.replace(thing, text=thing.text.replace(letter, LETTERS[letter], 1))
            assert _excess(scene, panel, i, other), f"{thing.text} as {other.text}"


@pytest.mark.parametrize("panel", COARSE_AND_FINE)
@pytest.mark.parametrize("page", ["home", "settings-0", "rating", "next-walk"])
def test_a_target_a_millimetre_off_is_noticed(panel: str, page: str) -> None:
    scene = _scene(panel, page)
    step = round(1 / PANELS[panel].mm_per_px)
    for i, thing in enumerate(scene.things):
        if isinstance(thing, Rim):
            x, y, w, h = thing.box
            for x2, y2 in ((x + step, y), (x, y - step)):
                moved = msgspec.structs.replace(thing, box=type(thing.box)(x2, y2, w, h))
                assert _excess(scene, panel, i, moved), f"{thing.box} at {x2}, {y2}"


def test_the_same_page_drawn_twice_is_the_same() -> None:
    assert golden.drawn("480x320-3.5", "night").tobytes() == golden.drawn("480x320-3.5", "night").tobytes()


#: Letters and figures, and those they are most easily taken for.
LETTERS = dict(zip("eaocRGD6831542709HSLMiltxn", "oeceBCO8380664111NZIWlifzu", strict=True))


def _scene(panel: str, page: str) -> Scene:
    return Stage(PANELS[panel]).compose(GALLERY[page], NOW)


def _excess(scene: Scene, panel: str, index: int, other: Thing) -> int:
    """How much over the tolerance the frame is with another thing in this place."""
    things = list(scene.things)
    before = _frame(scene, panel)
    scene.things[index] = other
    now = _frame(scene, panel)
    scene.things[:] = things
    return golden.excess(now, before)


def _frame(scene: Scene, panel: str) -> Image.Image:
    surface = pygame.Surface(PANELS[panel].size, 0, 32)
    scene.draw(surface, surface.get_rect())
    return golden.averaged(surface, PANELS[panel])
