"""Every page on every panel keeps to the measures of the design."""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kiosk import i18n
from kiosk.core.rules import TextSize, Theme
from kiosk.core.technique import Side
from kiosk.screen.scene import Rim, Scene, Words
from kiosk.screen.stage import Stage
from kiosk.screen.theme import tokens
from tests.screen import measures
from tests.screen.frames import GALLERY, NOW, PANELS, draw, in_look

LOOKS = {
    "normal": {},
    "larger": {"text_size": TextSize.LARGER},
    "right foot": {"side": Side.RIGHT},
    "contrast": {"theme": Theme.CONTRAST},
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
        return message if message.isupper() else " ".join(self.longer(word) for word in message.split(" "))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    @staticmethod
    def longer(word: str) -> str:
        letters = word.rstrip(".?,:")
        if "%" in word or not letters:
            return word
        return letters + "e" * max(1, round(0.3 * len(letters))) + word[len(letters) :]


@contextmanager
def longer() -> Iterator[None]:
    i18n.use(Longer())
    yield
    i18n.use(gettext.NullTranslations())


@pytest.fixture
def longer_words() -> Iterator[None]:
    with longer():
        yield


#: The only page on which a longer language overflows, and how far, in the measures' own words. On 3.5 inch
#: the tub's salt takes four lines of the least height, and between the screen's edge and two targets of the
#: least height there is room for three.
OVERFLOWS: dict[str, dict[str, list[str]]] = {
    "480x320-3.5": {
        "card-1": [
            "“Tube: 2e” leaves the screen",
            "“optionalee” stands on a line or a picture",
            "“optionalee” crosses the rim of next",
        ]
    }
}

SHORTER_5 = {
    "techniques": "Earlier",
    "techniques-off": "Earlier",
    "check-3": "Adjust",
    "check-probe": "Adjust",
    "check-touch-works": "Adjust",
    "check-touch-missed": "Adjust",
    "dip-warm": "the thermometer.",
}

#: English words that a longer language has no room for, the same in every look. A target keeps its icon or
#: picture, or has its shorter word; a page leaves out what it can spare: the name of what it tells how to do,
#: or what to do if that fails.
LEFT_OUT: dict[str, dict[str, str]] = {
    "480x320-3.5": {
        "more": "Choose Settings",
        "choose": "Massage",
        "next-hand_stretch": "Hand stretch Gone",
        "next-toe_stretch": "Toe stretch Gone",
        "next-massage": "Gone",
        "next-roller": "Gone",
        "next-calf_stretch": "Calf stretch Gone",
        "next-walk": "Walk Gone",
        "next-soak": "Gone",
        "card-1": "SALT",
        "card-2": "SALT",
        "settings-3": "About",
        **{page: "Back" for page in GALLERY if page.startswith(("health-", "dip-warm-"))},
        "techniques": "Next Back",
        "techniques-off": "Next Back",
        "check-0": "Nothing? Check wires.",
        "check-3": "Back Next",
        "check-probe": "Back Next",
        "check-touch-works": "Back Next",
        "check-touch-missed": "Back Next",
        "dip-warm": "Back Save Match both.",
        "dip-warm-water": "Thermometer beside it.",
        "probe-offset-refused": "Ice warm",
    },
    "800x480-5": SHORTER_5,
    "1280x720-5": SHORTER_5,
    "480x800-5": {"settings-3": "About", "techniques": "Earlier", "techniques-off": "Earlier"},
    "720x1280-7": {"home-fault": "probe. Plug it in."},
}


@pytest.mark.usefixtures("longer_words")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_has_room_for_a_longer_language(panel: str, look: str) -> None:
    scenes = _scenes(panel, look)
    found = {name: problems for name, scene in scenes.items() if (problems := measures.problems(scene))}
    assert found == OVERFLOWS.get(panel, {})


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("panel", PANELS)
def test_a_longer_language_says_the_same(panel: str, look: str) -> None:
    english = {name: _said(scene) for name, scene in _scenes(panel, look).items()}
    with longer():
        others = {name: _said(scene) for name, scene in _scenes(panel, look).items()}
    lost = {
        name: " ".join(missing)
        for name, said in english.items()
        if (missing := [word for word in said if _longer(word) not in others[name]])
    }
    assert lost == LEFT_OUT.get(panel, {})


@pytest.mark.parametrize("panel", PANELS)
def test_themes_differ_in_colour_alone(panel: str) -> None:
    stage = Stage(PANELS[panel])
    for name, state in GALLERY.items():
        places = [[t.box for t in stage.compose(in_look(state, theme=each), NOW).things] for each in Theme]
        assert places[1:] == places[:-1] or name == "settings-1", name  # there the theme's name stands


def _scenes(panel: str, look: str) -> dict[str, Scene]:
    stage = Stage(PANELS[panel])
    return {name: stage.compose(in_look(state, **LOOKS[look]), NOW) for name, state in GALLERY.items()}  # type: ignore[arg-type]


def _said(scene: Scene) -> list[str]:
    """Its words; figures are none."""
    return [
        word for words in scene.texts for word in words.text.split() if re.fullmatch(r"[^\W\d_]+\W?", word)
    ]


def _longer(word: str) -> str:
    return Longer().gettext(word)


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
