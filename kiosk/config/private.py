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


_HEADING = re.compile(r"""^[ \t]*\[{1,2}[^][=,"'\n]+\]{1,2}[ \t\r]*(?:#.*)?$""", re.MULTILINE)


def stands_among_answers(text: str, line: int) -> bool:
    """Whether this line of a TOML text (from 1), or what is between it and the heading above, tells."""
    lines = text.split("\n")
    here = sum(map(len, lines[: line - 1])) + line - 1
    begin = max((found.start() for found in _HEADING.finditer(text, 0, here)), default=0)
    heading = text[begin:here].split("\n", 1)[0]
    return tells(lines[line - 1]) or tells(heading) or _EXACTLY.search(text, begin, here) is not None
