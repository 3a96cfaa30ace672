"""Every page on every panel keeps to the measures of the design."""

import pytest

from kiosk.core.rules import TextSize, Theme
from kiosk.core.technique import Side
from kiosk.screen.scene import Rim, Words
from kiosk.screen.stage import Stage
from kiosk.screen.theme import tokens
from tests.screen import measures
from tests.screen.frames import GALLERY, NOW, PANELS, draw, in_look

LOOKS = {
    "normal": {},
    "larger": {"text_size": TextSize.LARGER},
    "right foot": {"side": Side.RIGHT},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("panel", PANELS)
def test_every_page_keeps_to_the_measures(panel: str, look: str) -> None:
    stage = Stage(PANELS[panel])
    found = {
        name: problems
        for name, state in GALLERY.items()
        if (problems := measures.problems(stage.compose(in_look(state, **LOOKS[look]), NOW)))  # type: ignore[arg-type]
    }
    assert found == {}


@pytest.mark.parametrize("panel", PANELS)
def test_a_night_page_gives_little_light(panel: str) -> None:
    limit = measures.lit_limit(PANELS[panel], Theme.NIGHT)
    assert limit is not None
    shares = {name: measures.lit_share(draw(state, PANELS[panel])[0]) for name, state in GALLERY.items()}
    assert {name: share for name, share in shares.items() if share > limit} == {}


@pytest.mark.parametrize("theme", Theme)
def test_every_word_and_line_stands_out_in_every_theme(theme: Theme) -> None:
    stage, ground = Stage(PANELS["800x480-7"]), tokens().theme[theme].rgb("bg")
    words, rims = set(), set()
    for state in GALLERY.values():
        scene = stage.compose(in_look(state, theme=theme), NOW)
        words |= {thing.colour for thing in scene.things if isinstance(thing, Words)}
        rims |= {thing.colour for thing in scene.things if isinstance(thing, Rim)}
    lines = rims | {tokens().theme[theme].rgb(name) for name in ("line", "dim", "hot", "danger", "key")}
    assert min(measures.contrast(colour, ground) for colour in words) >= 7
    assert min(measures.contrast(colour, ground) for colour in lines) >= 3
