"""A page that nobody draws would end on the failsafe page, at night: it is found here."""

from typing import get_args

from kiosk.core.pages import Page
from kiosk.screen.stage import DRAWERS
from tests.screen.frames import GALLERY


def test_every_page_is_drawn() -> None:
    assert set(DRAWERS) == set(get_args(Page))


def test_every_page_has_a_state_in_the_gallery() -> None:
    assert {type(state.page) for state in GALLERY.values()} == set(get_args(Page))
