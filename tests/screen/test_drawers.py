"""Each page has somebody who draws it; a forgotten one ends the program's start, and says its name."""

from typing import get_args

import pytest

from kiosk.core.pages import Home, Page, Rating
from kiosk.screen import drawers
from kiosk.screen.drawers import DRAWERS, check_complete
from kiosk.screen.stage import Stage


def test_every_page_is_drawn_by_one():
    assert Stage, "its module has loaded all that draw"
    assert set(DRAWERS) == set(get_args(Page))
    check_complete()


def test_a_page_that_nobody_draws_is_told_at_import(monkeypatch):
    monkeypatch.setattr(
        drawers, "DRAWERS", {kind: each for kind, each in DRAWERS.items() if kind not in {Home, Rating}}
    )
    with pytest.raises(TypeError, match="nobody draws these pages: Home, Rating"):
        check_complete()
