"""The typeface: letters of twelve languages, capitals as high as the layout takes them for."""

import pygame
import pytest

from kiosk.files import typeface
from kiosk.screen.theme import CAP_HEIGHT

#: What each language needs beyond English, small and capital.
LETTERS = {
    "de": "äöüßÄÖÜẞ„“‚‘",
    "fr": "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ«»",
    "es": "áéíñóúüÁÉÍÑÓÚÜ¿¡ºª",
    "it": "àèéìîòùÀÈÉÌÎÒÙ",
    "pt": "áàâãçéêíóôõúüÁÀÂÃÇÉÊÍÓÔÕÚÜ",
    "pl": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "cs": "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
    "hu": "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "tr": "çğıöşüÇĞİÖŞÜ",
    "nl": "ëïéóúĳËÏÉÓÚĲ",
    "sv": "åäöÅÄÖ",
    "da": "æøåÆØÅ",
}
MARKS = "0123456789.,:;?!…–—‘’“”%°×½−"


def shape(font: pygame.font.Font, letter: str) -> bytes:
    return pygame.image.tobytes(font.render(letter, True, (255, 255, 255)), "RGBA")


def missing(wanted: str, bold: bool) -> list[str]:
    """The letters for which the typeface has only the box of a letter it does not know."""
    font = pygame.font.Font(typeface(bold=bold), 40)
    unknown = shape(font, "\uffff")
    return [letter for letter in wanted if shape(font, letter) == unknown]


@pytest.mark.parametrize("bold", [True, False], ids=["bold", "regular"])
@pytest.mark.parametrize("language", [*LETTERS, "marks"])
def test_every_letter_is_there(language: str, bold: bool) -> None:
    assert missing(LETTERS.get(language, MARKS), bold) == []


def test_a_letter_that_is_not_there_is_noticed() -> None:
    assert missing("a語b", bold=True) == ["語"]


@pytest.mark.parametrize("bold", [True, False], ids=["bold", "regular"])
def test_a_capital_is_as_high_as_the_layout_takes_it_for(bold: bool) -> None:
    letter = pygame.font.Font(typeface(bold=bold), 1000).render("H", True, (255, 255, 255))
    assert letter.get_bounding_rect().height == pytest.approx(1000 * CAP_HEIGHT, abs=1)
