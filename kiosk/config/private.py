"""What may tell about someone's health: it is never quoted, as what is said goes into a journal that others
read; and where it stands below a name nobody knows, answers are not where they are looked for."""

import difflib
import re

from kiosk.core.rules import Condition

#: The heading and the key of the answers; and how near to one of them a word is taken for it.
_PLACES, _NEAR_A_PLACE = ("health", "conditions"), 0.7
#: The answers. "steady" is as near to "unsteady" as 0.86.
_ANSWERS, _NEAR_AN_ANSWER = tuple(each.value for each in Condition), 0.88
_EXACTLY = re.compile(rf"health|(?<![a-z])(?:condition|(?:{'|'.join(_ANSWERS)})(?![a-z]))", re.IGNORECASE)

_LONGEST, _MOST = 200, 200
"""letters of a text, and names and texts below a heading, that are looked at"""
_MOST_WORDS = 500
"""different words of a file that are looked at"""


def is_answer(text: str) -> bool:
    """Whether one of its words is a condition, or nearly."""
    return any(difflib.get_close_matches(word, _ANSWERS, 1, _NEAR_AN_ANSWER) for word in _words(text))


def tells(text: str) -> bool:
    """Whether one of its words is a condition, or the place of the answers, or nearly."""
    if _EXACTLY.search(text, 0, _LONGEST):
        return True
    near = (difflib.get_close_matches(word, _PLACES, 1, _NEAR_A_PLACE) for word in _words(text))
    return is_answer(text) or any(near)


def _words(text: str) -> list[str]:
    return re.findall("[a-z]+", text[:_LONGEST].lower())


def may_hold_answers(name: str, value: object) -> bool:
    """Whether answers may be in a value, whose name nobody knows: a word in there says so, or there is so
    much that nobody looks through all of it."""
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
    """Whether a TOML text says anything about health, or may: a name is not written out, or there are so many
    words that nobody looks through all of them. Where in the text that begins and ends cannot be told as long
    as it cannot be parsed."""
    said = _COMMENT.sub("", text)
    if _EXACTLY.search(said) or _ESCAPE.search(said):
        return True
    words = {*re.findall("[a-z]+", said.lower())}
    return len(words) > _MOST_WORDS or any(map(tells, words))
