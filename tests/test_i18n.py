"""Sentences: translated whole, English where there is no translation."""

import gettext

import pytest

from kiosk import i18n


class Marked(gettext.NullTranslations):
    """Marks what went through it."""

    def gettext(self, message):
        return f"[{message}]"

    def ngettext(self, one, many, n):
        return f"[{one if n == 1 else many}]"

    def pgettext(self, context, message):
        return f"[{context}|{message}]"


@pytest.fixture(autouse=True)
def english():
    yield
    i18n.use(gettext.NullTranslations())


def test_every_sentence_goes_through_the_translation():
    i18n.use(Marked())
    assert i18n._("Feet in") == "[Feet in]"
    assert i18n.ngettext("%d minute", "%d minutes", 1) == "[%d minute]"
    assert i18n.ngettext("%d minute", "%d minutes", 3) == "[%d minutes]"
    assert i18n.pgettext("short", "PROBE IN") == "[short|PROBE IN]"


def test_the_empty_string_is_no_sentence():
    i18n.use(Marked())
    assert i18n._("") == ""


def test_marking_changes_nothing():
    i18n.use(Marked())
    assert i18n.N_("HOLD") == "HOLD"


@pytest.mark.parametrize("language", ["en", "xx"])
def test_a_language_without_a_translation_is_english(language):
    i18n.use(Marked())
    i18n.speak(language)
    assert i18n._("Feet in") == "Feet in"


def test_without_its_folder_it_is_english_too(monkeypatch):
    def missing(*_):
        raise FileNotFoundError

    monkeypatch.setattr(i18n, "asset", missing)
    i18n.speak("de")
    assert i18n._("Feet in") == "Feet in"
