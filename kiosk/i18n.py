"""Every sentence a person reads goes through here (gettext; English is the source)."""

import gettext

from kiosk.files import asset

_translation: gettext.NullTranslations = gettext.NullTranslations()


def use(translation: gettext.NullTranslations) -> None:
    """Speak through this translation from now on (tests pass one that marks each sentence)."""
    global _translation  # noqa: PLW0603 - one language at a time, as gettext itself does it
    _translation = translation


def speak(language: str) -> None:
    """Choose a language by its code ("en", "de"); English where there is no translation yet."""
    try:
        folder = str(asset("locale"))
    except FileNotFoundError:
        folder = None
    use(gettext.translation("cramp-kiosk", folder, languages=[language], fallback=True))


def _(message: str) -> str:
    """Translate one whole sentence. The empty string stays empty."""
    return _translation.gettext(message) if message else ""


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a sentence that counts ``n`` things."""
    return _translation.ngettext(one, many, n)


def pgettext(context: str, message: str) -> str:
    """Translate where the same English word has two meanings, or a long and a short form."""
    return _translation.pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark a sentence for extraction here; it is translated where it is shown."""
    return message
