"""Each page says what kind of page it is; a new one that does not is found here and by the type checker."""

from typing import get_args

import pytest

from kiosk.core import pages
from kiosk.core.pages import Gone, Home, NextUp, Over, Page, Traits

ALL = get_args(Page)


def test_every_page_is_in_the_union():
    made = {each for each in vars(pages).values() if isinstance(each, type) and issubclass(each, pages._Page)}
    assert made - {pages._Page, Over} == set(ALL)


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.__name__)
def test_every_page_has_its_own_traits(page):
    assert isinstance(vars(page)["traits"], Traits)


def test_what_is_asked_is_asked_of_somebody_who_may_be_gone():
    """Only a page that waits may ask whether anybody is there; one that ends by itself needs not to."""
    for page in ALL:
        assert not page.traits.asks or page.traits.waits, page
        assert not page.traits.waits or page.traits.ends_after is None, page


@pytest.mark.parametrize("made", [lambda until: NextUp(0, until), lambda until: Gone(Home(), None, until)])
def test_a_page_that_goes_on_at_a_moment_waits_for_nobody(made):
    assert pages.waits(made(None))
    assert not pages.waits(made(5000))
