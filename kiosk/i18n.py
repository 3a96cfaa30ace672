"""Translation with gettext of every sentence that a person reads. The source language is English."""

import gettext

from kiosk.files import asset

_translation: gettext.NullTranslations = gettext.NullTranslations()


def use(translation: gettext.NullTranslations) -> None:
    """Set the translation for the whole process (tests pass one that marks each sentence)."""
    global _translation  # noqa: PLW0603 - one language at a time, as gettext itself does it
    _translation = translation


def speak(language: str) -> None:
    """Set the language for the whole process by its code ("en", "de"); English if it has no translation.

    Raises ``OSError`` or ``UnicodeDecodeError`` for a damaged catalogue.
    """
    try:
        folder = str(asset("locale"))
    except FileNotFoundError:
        folder = None
    use(gettext.translation("cramp-kiosk", folder, languages=[language], fallback=True))


def _(message: str) -> str:
    """Translate one whole sentence; "" stays "" (gettext would return the catalogue's header)."""
    return _translation.gettext(message) if message else ""


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a sentence in the singular or plural form that the language has for ``n``."""
    return _translation.ngettext(one, many, n)


def pgettext(context: str, message: str) -> str:
    """Translate a word that has several meanings in English, or a long and a short form; ``context`` tells
    them apart."""
    return _translation.pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Return ``message`` unchanged, but mark it for extraction; it is translated with ``_`` when shown."""
    return message
