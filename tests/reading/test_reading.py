"""A reader that knows nothing of the design reads the key word and the number of every page, sharp and
blurred. Run by ``make test-reading``; needs Tesseract.
"""

from pathlib import Path

import msgspec
import pytest

from kiosk.screen.stage import Stage
from tests.reading.eye import BLUR_MM, DETAIL_MM, Line, apart, read, says, seen
from tests.screen.frames import GALLERY, NOW, PANELS, draw

#: What a page says at a glance: its key word, else its title; and its number.
FIRST, SECOND, NUMBERS = {"key", "alarm"}, {"title"}, {"number", "figure"}

#: Pages without words: a black screen, a moon.
WORDLESS = {"asleep", "good-night-soak"}
#: Pages that are nothing but targets, each with its icon and label: no word is first there.
LISTS = {"more", "choose", "choose-last", "settings-0", "settings-1", "settings-2", "settings-3"}


def lines_of(panel: str, blur_mm: float) -> list[Line]:
    """Every line that must be read on a panel."""
    lines = []
    for page, state in GALLERY.items():
        frame, stage = draw(state, PANELS[panel])
        scene = stage.compose(state, NOW)
        roles = {words.role for words in scene.texts}
        wanted = (FIRST if roles & FIRST else SECOND) | NUMBERS
        lines += [
            seen(page, scene, frame, words, blur_mm=blur_mm) for words in scene.texts if words.role in wanted
        ]
    return lines


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("blur_mm", [0.0, BLUR_MM], ids=["sharp", "20/70"])
def test_key_words_and_numbers_are_read(panel: str, blur_mm: float, tmp_path: Path) -> None:
    lines = lines_of(panel, blur_mm)
    misread = {
        f"{line.page}: {line.text}": said
        for line, said in zip(lines, read(lines, tmp_path), strict=True)
        if not says(said, line.text)
    }
    assert misread == {}, "\n".join(f"{k} -> {v}" for k, v in misread.items())


def test_every_page_has_something_to_read() -> None:
    said = {line.page for line in lines_of("800x480-7", 0.0)}
    assert set(GALLERY) - said == WORDLESS | LISTS


@pytest.mark.parametrize("panel", PANELS)
def test_a_blurred_zero_is_no_other_digit(panel: str) -> None:
    """What Tesseract cannot say (see ``says``): least unlike are a blurred 0 and 8."""
    scene = Stage(PANELS[panel]).compose(GALLERY["roll"], NOW)
    number = next(words for words in scene.texts if words.role == "number")
    unlike = {digit: apart(scene, number, "0", digit, BLUR_MM) for digit in "123456789"}
    assert min(unlike.values()) > 0.1, unlike


def test_this_eye_is_as_weak_as_20_70() -> None:
    """Figures half as high as the 20/70 line of a chart (five details high) lose to it more than half of
    what tells them apart; those of the key word's height lose little."""
    scene = Stage(PANELS["1280x720-5"]).compose(GALLERY["hold"], NOW)
    key = next(words for words in scene.texts if words.role == "key")
    too_small = msgspec.structs.replace(key, em=scene.look.em(2.5 * DETAIL_MM))
    kept = [
        apart(scene, words, "0", "8", BLUR_MM) / apart(scene, words, "0", "8", 0)
        for words in (too_small, key)
    ]
    assert kept[0] < 0.5
    assert kept[1] > 0.9, kept
