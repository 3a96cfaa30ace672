"""Every fault's sentence has room where it is said, on every panel."""

import pytest

from kiosk.core.events import Fault
from kiosk.core.rules import TextSize
from kiosk.screen.faults import SENTENCES
from kiosk.screen.scene import Words
from kiosk.screen.stage import Stage
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


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("page", ["more", "diary"])
def test_it_pushes_nothing_off_the_other_pages(panel: str, page: str) -> None:
    stage = Stage(PANELS[panel])
    for fault in Fault:
        scene = stage.compose(with_faults(GALLERY[page], fault), NOW)
        assert [each for each in measures.problems(scene) if not each.endswith(" words")] == []
