"""Recognises text of a settings file that may be about someone's health.

Messages never quote it, because they go to the journal, which others can read. And if it is under an unknown
name, the health answers may be in the wrong place, so that they are in doubt.
"""

import difflib
import re

from kiosk.core.rules import Condition

#: Section and key of the health answers, and the similarity (difflib ratio, 0 to 1) from which a word is
#: taken for a misspelling of one of them.
_PLACES, _NEAR_A_PLACE = ("health", "conditions"), 0.7
#: The conditions, and the same limit for them. It is above the ratio of "steady" to "unsteady", 0.86.
_ANSWERS, _NEAR_AN_ANSWER = tuple(each.value for each in Condition), 0.88
_EXACTLY = re.compile(rf"health|(?<![a-z])(?:condition|(?:{'|'.join(_ANSWERS)})(?![a-z]))", re.IGNORECASE)

_LONGEST, _MOST = 200, 200
"""characters of a text, and names and texts in a section, that are examined"""
_MOST_WORDS = 500
"""different words of a file that are examined"""


def is_answer(text: str) -> bool:
    """Whether a word of ``text`` is the name of a condition or a misspelling of one."""
    return any(difflib.get_close_matches(word, _ANSWERS, 1, _NEAR_AN_ANSWER) for word in _words(text))


def tells(text: str) -> bool:
    """Whether a word of ``text`` is the name of a condition, "health" or "conditions", or a misspelling of
    one."""
    if _EXACTLY.search(text, 0, _LONGEST):
        return True
    near = (difflib.get_close_matches(word, _PLACES, 1, _NEAR_A_PLACE) for word in _words(text))
    return is_answer(text) or any(near)


def _words(text: str) -> list[str]:
    return re.findall("[a-z]+", text[:_LONGEST].lower())


def may_hold_answers(name: str, value: object) -> bool:
    """Whether a value with an unknown name may hold health answers: a word in it or in ``name`` suggests so,
    or it is too large to examine completely."""
    left: list[object] = [value, name]
    for _look in range(_MOST):
        match left.pop():
            case str() as text if tells(text):
                return True
            case dict() as table:
                left += table.values()
                left += table
            case list() as entries:
                left += entries
        if not left:
            return False
    return True


_COMMENT = re.compile(r"^[ \t]*#.*", re.MULTILINE)
_ESCAPE = re.compile(r"\\[uUx]")


def mentions_health(text: str) -> bool:
    """Whether a TOML text that cannot be parsed may be about health anywhere.

    True also if it has Unicode escapes, which may hide a name, or too many different words to examine.
    Comments do not count.
    """
    said = _COMMENT.sub("", text)
    if _EXACTLY.search(said) or _ESCAPE.search(said):
        return True
    words = {*re.findall("[a-z]+", said.lower())}
    return len(words) > _MOST_WORDS or any(map(tells, words))
