"""Every page on every panel keeps to the measures of the design."""

import gettext
from collections.abc import Iterator

import pytest

from kiosk import words
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


class Longer(gettext.NullTranslations):
    """A language with words a third longer. Key words keep their length: each has a short form."""

    def gettext(self, message: str) -> str:
        return message if message.isupper() else " ".join(self._longer(word) for word in message.split(" "))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    @staticmethod
    def _longer(word: str) -> str:
        letters = word.rstrip(".?,:")
        if "%" in word or not letters:
            return word
        return letters + "e" * max(1, round(0.3 * len(letters))) + word[len(letters) :]


@pytest.fixture
def longer_words() -> Iterator[None]:
    words.use(Longer())
    yield
    words.use(gettext.NullTranslations())


@pytest.mark.usefixtures("longer_words")
@pytest.mark.parametrize("panel", ["800x480-7", "1024x600-7", "1280x720-7"])
def test_a_seven_inch_panel_has_room_for_a_longer_language(panel: str) -> None:
    stage = Stage(PANELS[panel])
    scenes = {name: stage.compose(state, NOW) for name, state in GALLERY.items()}
    found = {name: problems for name, scene in scenes.items() if (problems := measures.problems(scene))}
    assert found == {}
    assert "Chooseee" in [text.text for text in scenes["more"].texts]


@pytest.mark.parametrize("theme", Theme)
def test_every_word_and_line_stands_out_in_every_theme(theme: Theme) -> None:
    stage, ground = Stage(PANELS["800x480-7"]), tokens().theme[theme].rgb("bg")
    letters, rims = set(), set()
    for state in GALLERY.values():
        scene = stage.compose(in_look(state, theme=theme), NOW)
        letters |= {thing.colour for thing in scene.things if isinstance(thing, Words)}
        rims |= {thing.colour for thing in scene.things if isinstance(thing, Rim)}
    lines = rims | {tokens().theme[theme].rgb(name) for name in ("line", "dim", "hot", "danger", "key")}
    assert min(measures.contrast(colour, ground) for colour in letters) >= 7
    assert min(measures.contrast(colour, ground) for colour in lines) >= 3
