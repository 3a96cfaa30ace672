"""Every fault is told where it matters and nowhere else, and has room there on every panel."""

import pytest

from kiosk.core.events import Fault
from kiosk.core.rules import TextSize
from kiosk.core.state import State
from kiosk.core.technique import Side
from kiosk.screen.faults import AT_THE_END, SENTENCES, UNTRUE_DIARY
from kiosk.screen.scene import Scene, Words
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Shape
from tests.screen import measures
from tests.screen.frames import GALLERY, NOW, PANELS, in_look, with_faults


def test_every_fault_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Fault)


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_said_on_the_first_page(panel: str, fault: Fault) -> None:
    stage, home = Stage(PANELS[panel]), with_faults(GALLERY["home"], fault)
    for size in TextSize:
        scene = stage.compose(in_look(home, text_size=size), NOW)
        assert measures.problems(scene) == []
        said = " ".join(words.text for words in scene.things if isinstance(words, Words))
        assert any(sentence in said for sentence in SENTENCES[fault])


#: Every page that can say a fault, by its faults.
TOLD = {
    "home": frozenset(Fault),
    "more": frozenset(Fault),
    "diary": UNTRUE_DIARY,
    "good-night": AT_THE_END,
    "good-night-soak": AT_THE_END,
}


@pytest.mark.parametrize("look", [{}, {"text_size": TextSize.LARGER}, {"side": Side.RIGHT}])
@pytest.mark.parametrize("panel", PANELS)
def test_a_page_with_a_fault_keeps_to_the_measures(panel: str, look: dict[str, object]) -> None:
    stage = Stage(PANELS[panel])
    found = {
        (page, fault): problems
        for page in [*TOLD, "soak-warm", "soak-warm-for"]
        for fault in Fault
        if (problems := measures.problems(stage.compose(_with(page, fault, **look), NOW)))
    }
    assert found == {}


@pytest.mark.parametrize("panel", PANELS)
def test_each_page_tells_the_faults_that_matter_there(panel: str) -> None:
    small = PANELS[panel].shape is Shape.SMALL
    for page, faults in TOLD.items():
        said = {fault for fault in Fault if _said(panel, page, fault)}
        assert said == (faults if not (small and page == "more") else set()), page


@pytest.mark.parametrize("panel", PANELS)
def test_of_two_faults_the_diary_tells_the_one_that_makes_it_untrue(panel: str) -> None:
    scene = Stage(PANELS[panel]).compose(with_faults(GALLERY["diary"], Fault.NO_PROBE, Fault.CLOCK), NOW)
    assert "Clock is not set." in [words.text for words in scene.texts]


@pytest.mark.parametrize("page", ["count-in", "hold", "release", "press", "wiggle", "next-walk", "card-0"])
@pytest.mark.parametrize("panel", PANELS)
def test_nothing_draws_the_eye_from_a_page_that_leads(panel: str, page: str) -> None:
    stage, state = Stage(PANELS[panel]), GALLERY[page]
    assert stage.compose(with_faults(state, *Fault), NOW).things == stage.compose(state, NOW).things


@pytest.mark.parametrize("page", ["soak-warm", "soak-warm-for"])
@pytest.mark.parametrize("panel", PANELS)
def test_with_feet_in_and_no_sure_alarm_the_page_says_to_watch_it(panel: str, page: str) -> None:
    said = " ".join(words.text for words in _compose(panel, page, Fault.OUTPUTS).texts)
    assert "Feet in." in said
    assert "Watch" in said
    assert "screen." in said
    assert "Watch" not in " ".join(words.text for words in _compose(panel, page, Fault.CLOCK).texts)


def _with(page: str, fault: Fault, **look: object) -> State:
    return in_look(with_faults(GALLERY[page], fault), **look)  # type: ignore[arg-type]


def _compose(panel: str, page: str, fault: Fault) -> Scene:
    return Stage(PANELS[panel]).compose(_with(page, fault), NOW)


def _said(panel: str, page: str, fault: Fault) -> bool:
    """Whether the page says one of the fault's sentences, over however many lines."""
    said = " ".join(words.text for words in _compose(panel, page, fault).texts)
    return any(sentence in said for sentence in SENTENCES[fault])
