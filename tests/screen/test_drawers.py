"""Each page has somebody who draws it; a forgotten one ends the program's start, and says its name."""

import sys
from enum import Enum
from typing import get_args

import msgspec
import pytest

from kiosk.core.night import SIGN_CARDS
from kiosk.core.pages import Home, Page, Rating
from kiosk.screen import drawers, theme
from kiosk.screen.drawers import DRAWERS, check_complete
from kiosk.screen.pages.stop import SIGNS
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Shape
from tests.screen.frames import PANELS


def test_every_page_is_drawn_by_one():
    assert Stage, "its module has loaded all that draw"
    assert set(DRAWERS) == set(get_args(Page))
    check_complete()


def test_the_signs_that_are_counted_are_those_that_are_written():
    assert len(SIGNS) == SIGN_CARDS


def test_pages_are_laid_out_by_the_room_there_is_and_know_no_shape():
    """Where a page asked for a shape by its name, nobody would tell it of a new one."""
    rooms = [module for name, module in sys.modules.items() if name.startswith("kiosk.screen")]
    knowing = [room.__name__ for room in rooms if any(each is Shape for each in vars(room).values())]
    assert knowing == ["kiosk.screen.theme"]


class Shapes(Enum):
    ROUND = "round"


def test_a_shape_without_room_is_found_at_import():
    with pytest.raises(AssertionError, match="ROUND"):
        theme._room(Shapes.ROUND)
    assert [field.name for field in msgspec.structs.fields(theme.Room) if not field.required] == []


def test_every_shape_has_a_panel_on_which_every_page_is_looked_at():
    assert {panel.shape for panel in PANELS.values()} == set(Shape)


def test_a_page_that_nobody_draws_is_told_at_import(monkeypatch):
    monkeypatch.setattr(
        drawers, "DRAWERS", {kind: each for kind, each in DRAWERS.items() if kind not in {Home, Rating}}
    )
    with pytest.raises(TypeError, match="nobody draws these pages: Home, Rating"):
        check_complete()
