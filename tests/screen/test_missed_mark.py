"""Where a tap was seen that missed its dot: marked so that it is seen wherever that was."""

import msgspec
import pygame
import pytest

from kiosk.core.pages import Check
from kiosk.core.state import State
from kiosk.screen.theme import Panel
from tests.screen.frames import GALLERY, NOW, PANELS, draw


def _marked(panel: Panel, state: State) -> int:
    """How many pixels have the colour of the mark."""
    surface, stage = draw(state, panel)
    colour = pygame.Color(stage.compose(state, NOW).look.palette.hex("hot"))
    return pygame.mask.from_threshold(surface, colour, (24, 24, 24, 255)).count()


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 0.9])
def test_the_mark_is_seen_whole_on_words_and_rims_too(panel: str, share: float) -> None:
    def missed(x: float, y: float) -> State:
        return msgspec.structs.replace(away, page=Check(page.part, missed=(x, y)))

    away = GALLERY["check-touch-missed"]
    page = away.page
    assert isinstance(page, Check)
    whole = _marked(PANELS[panel], away)
    assert whole > 20
    for y in (0.2, 0.35, 0.65, 0.8):
        assert _marked(PANELS[panel], missed(share, y)) == pytest.approx(whole, rel=0.15), (share, y)
