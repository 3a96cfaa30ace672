"""One row a cue: what it says, sounds and shows."""

from enum import StrEnum

import msgspec
import pytest

from kiosk.core import cues
from kiosk.core.cues import CUES, Ring
from kiosk.core.signals import Signal
from kiosk.core.technique import Cue
from kiosk.screen import art


class Longer(StrEnum):
    NONE_SUCH = "none-such"


def test_a_cue_without_a_row_is_found_at_import():
    with pytest.raises(AssertionError, match="none-such"):
        cues._row(Longer.NONE_SUCH)


def test_a_row_says_whether_its_picture_moves():
    """Each field but ``short``, which only a long word needs, must be given: a row without ends at import."""
    assert [field.name for field in msgspec.structs.fields(cues.Row) if not field.required] == ["short"]
    row = msgspec.structs.asdict(CUES[Cue.MOVE])
    del row["moves"]
    with pytest.raises(TypeError, match="moves"):
        cues.Row(**row)


def test_hold_and_let_go_are_told_apart_by_ear_and_eye():
    assert CUES[Cue.HOLD].signal is Signal.HOLD
    assert CUES[Cue.RELEASE].signal is Signal.RELEASE
    assert (CUES[Cue.HOLD].ring, CUES[Cue.RELEASE].ring) == (Ring.ARC, Ring.BEADS)


@pytest.mark.parametrize("cue", Cue)
def test_every_cue_has_a_word_and_some_picture_that_shows_it(cue):
    assert CUES[cue].word
    assert any(CUES[cue].poses in known for known in art._library()["cue"].values())
