"""Adds to tomllib a limit of the nesting depth, checked before parsing, and readable explanations of syntax
errors with an example."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.config.private import mentions_health, tells
from kiosk.i18n import N_, _

DEEPEST = 8
"""largest number of nested brackets, and of names joined by dots; our deepest file needs five"""

_MARK = re.compile(r"""[#"'\[\]{}.,=\n]""")
#: A complete string, by its opening quotes. Possessive quantifiers prevent backtracking, so that an
#: unterminated string is scanned once, too.
_TEXTS = {
    '"': re.compile(r'"(?:[^"\\\n]+|\\.)*+"'),
    "'": re.compile(r"'[^'\n]*+'"),
    '"""': re.compile(r'"""(?:[^"\\]+|\\.|"{1,2}(?!"))*+"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''(?:[^']+|'{1,2}(?!'))*+'{3,5}"),
}

#: A message of tomllib's: reason, line, column.
PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


def in_short(text: str, most: int) -> str:
    """The first ``most`` characters of a text, with "…" if it is longer. Unprintable characters, which could
    control a terminal, become "?"."""
    shown = text if len(text) <= most else f"{text[:most]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def too_deep(text: str) -> int | None:
    """The line, from 1, in which ``text`` nests deeper than ``DEEPEST``; None if it does not.

    Time is linear; tomllib's is quadratic in the dots of a key, and its stack grows with the brackets.
    Strings and comments do not count. Up to the first syntax error this finds the same strings as tomllib,
    which parses nothing after an error.
    """
    depth = dots = at = 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        match mark[0]:
            case "#":
                at = text.find("\n", at)
            case '"' | "'":
                at = _end_of_text(text, mark.start())
            case "[" | "{":
                depth, dots = depth + 1, 0
            case "]" | "}":
                depth, dots = max(0, depth - 1), 0
            case ".":
                dots += 1
            case _:  # a key ends at =, at a comma and at the end of its line
                dots = 0
        if at < 0:  # an unterminated string, or a comment that ends the file
            return None
        if depth > DEEPEST or dots >= DEEPEST:
            return text.count("\n", 0, at) + 1
    return None


def _end_of_text(text: str, start: int) -> int:
    """Index after the string that begins at ``start``; -1 if it is unterminated."""
    quote = text[start]
    whole = _TEXTS[quote * 3 if text.startswith(quote * 3, start) else quote].match(text, start)
    return whole.end() if whole else -1


@dataclass(frozen=True)
class _Line:
    """The line at which tomllib stopped, the column (from 1), and tomllib's reason."""

    text: str
    column: int
    reason: str
    is_over: bool
    """whether it stopped at the end of the line"""

    @property
    def name(self) -> str:
        """Text before the first =; "" if there is none."""
        return self.text.split("=", 1)[0].strip() if "=" in self.text else ""

    @property
    def value(self) -> str:
        """Text after the first =, without a comment."""
        return self.text.split("=", 1)[1].split("#", 1)[0].strip() if "=" in self.text else ""

    @property
    def rest(self) -> str:
        """Text from the column at which tomllib stopped."""
        return self.text[self.column - 1 :]

    def value_is(self, pattern: str) -> re.Match[str] | None:
        """Match the whole value against ``pattern``, ignoring case."""
        return re.fullmatch(pattern, self.value, re.IGNORECASE)

    def reason_is(self, *beginnings: str) -> bool:
        """Whether tomllib's reason begins with one of these."""
        return self.reason.startswith(beginnings)


_LOW, _SEVEN, _YES, _TWO = 'volume = "low"', "panel = 7.0", "motion = true", 'loads = ["stretch", "massage"]'
"""correct lines, as examples"""

_CURLY = "“”„‟«»‘’‚‛‹›"
_STRAIGHT = str.maketrans(dict.fromkeys(_CURLY, '"'))
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}

# Each function recognises one kind of mistake: it returns a correct line as an example, or None if it is
# another mistake.


def _damaged(line: _Line) -> str | None:
    return "" if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", line.text) else None


def _comment(line: _Line) -> str | None:
    begun = re.match(r"\s*(?:;|//|--|/\*|<!--|%)\s*(.*)", line.text)
    return f"# {begun[1]}" if begun else None


def _twice(line: _Line) -> str | None:
    words = ("Cannot declare", "Cannot overwrite", "Cannot mutate", "Duplicate inline table key")
    return line.text.strip() if line.reason_is(*words) else None


def _heading_twice(line: _Line) -> str | None:
    return _twice(line) if line.text.lstrip().startswith("[") else None


def _heading(line: _Line) -> str | None:
    begun = re.match(r"\s*(\[{1,2})\s*([\w.-]*)", line.text)
    return f"{begun[1]}{begun[2] or 'sound'}{']' * len(begun[1])}" if begun else None


def _curly(line: _Line) -> str | None:
    opened = line.rest[:1] and line.rest[0] in _CURLY
    if opened or (_is_unclosed(line) and set(line.text) & set(_CURLY)):
        return line.text.translate(_STRAIGHT).strip()
    return None


def _is_unclosed(line: _Line) -> bool:
    return line.reason_is("Illegal character '\\n'", "Unterminated string", "Expected \"'")


def _unclosed(line: _Line) -> str | None:
    if not _is_unclosed(line):
        return None
    begun = re.match(r"""[^"']*(["'])[^"']*""", line.text)
    return f"{begun[0].rstrip(' ,')}{begun[1]}" if begun else f'{line.text}"""'


def _backslash(line: _Line) -> str | None:
    if line.reason_is("Unescaped '\\", "Invalid hex value") and line.value_is('".*"'):
        return f"{line.name} = '{line.value[1:-1]}'"
    return None


def _comma(line: _Line) -> str | None:
    number = line.value_is(r"([+-]?\d+),(\d+)")
    return f"{line.name} = {number[1]}.{number[2]}" if number else None


def _bare_point(line: _Line) -> str | None:
    number = line.value_is(r"([+-]?)(\d*)\.(\d*)")
    return f"{line.name} = {number[1]}{number[2] or 0}.{number[3] or 0}" if number else None


def _zeros(line: _Line) -> str | None:
    number = line.value_is(r"([+-]?)0+(\d[\d.]*)")
    return f"{line.name} = {number[1]}{number[2]}" if number else None


def _unit(line: _Line) -> str | None:
    number = line.value_is(r"([+-]?\d+(?:\.\d+)?)\s*[^\W\d][^\d]*|([+-]?\d+(?:\.\d+)?)\s*[°%].*")
    return f"{line.name} = {number[1] or number[2]}" if number else None


def _truth(line: _Line) -> str | None:
    said = line.value.lower()
    if said in _TRUE | _FALSE:
        return f"{line.name} = {'true' if said in _TRUE else 'false'}"
    return None


def _unquoted(line: _Line) -> str | None:
    """Words, a path, a time of day, or a list of words without quotes."""
    if line.value_is(r"\d{1,2}:\d\d(:\d\d)?"):
        return f'{line.name} = "{line.value.zfill(5)}"'
    if line.value_is(r"[^\W\d_][^\"'\[\]{}=]*|[~/.][^\"'\[\]{}=]*"):
        return f'{line.name} = "{line.value}"'.replace("\\", "/")
    if line.value_is(r"\[\s*\w[\w\s,-]*\]?") and line.reason_is("Invalid value"):
        return f"{line.name} = " + re.sub(r"[\w-]+", r'"\g<0>"', line.value)
    if line.reason_is("Invalid value") and (word := re.match(r"[^\W\d_][\w-]*", line.rest)):
        return f'"{word[0]}"'
    return None


def _no_value(line: _Line) -> str | None:
    return _LOW if line.name and not line.value else None


def _list(line: _Line) -> str | None:
    open_ended = line.reason_is("Unclosed array") or (line.value[:1] == "[" and line.is_over)
    return _TWO if open_ended else None


def _more(line: _Line) -> str | None:
    if line.name and line.reason_is("Expected newline or end of document"):
        return line.text[: line.column - 1].strip()
    return None


def _name(line: _Line) -> str | None:
    if not line.name or re.fullmatch(r"[A-Za-z0-9_.\s-]*(['\"]).*\1|[A-Za-z0-9_.-]+", line.name):
        return None
    return f"{re.sub('[^A-Za-z0-9-]+', '_', line.name).strip('_') or 'name'} = {line.value}"


def _no_equals(line: _Line) -> str | None:
    pair = re.fullmatch(r"""\s*["']?([\w-]+)["']?(?:\s*:\s*|\s+)([^=]+?),?\s*""", line.text)
    if pair is None:
        return None
    bare = re.fullmatch(r"""["'\[{].*|[+-]?\d+(\.\d+)?|true|false""", pair[2])
    return f"{pair[1]} = {pair[2]}" if bare else f'{pair[1]} = "{pair[2]}"'


#: Kinds of mistakes in the order in which they are tried: what recognises it, the sentence, and an example
#: for lines that must not be quoted. A test compares the messages of tomllib that are used here with the
#: library.
_CURES: tuple[tuple[Callable[[_Line], str | None], str, str], ...] = (
    (_damaged, N_("{file}, line {line}: this is no text any more; the file is damaged. Write it anew."), ""),
    (_comment, N_("{file}, line {line}: a comment begins with #. Example: {example}"), "# mine"),
    (
        _heading_twice,
        N_(
            "{file}, line {line}: {example} is there already: put all its lines under one. Only what has two "
            "brackets may stand several times, such as [[block]], [[block.step]] or [[moment]]."
        ),
        N_("this heading"),
    ),
    (
        _twice,
        N_("{file}, line {line}: this name has a value already; keep one. Here is: {example}"),
        N_("a line that may tell about health"),
    ),
    (
        _heading,
        N_("{file}, line {line}: a heading stands alone, between brackets. Example: {example}"),
        "[health]",
    ),
    (
        _curly,
        N_('{file}, line {line}: curly quotes stand here; use straight ones ("). Example: {example}'),
        _LOW,
    ),
    (_unclosed, N_("{file}, line {line}: the text has no quote at its end. Example: {example}"), _LOW),
    (
        _backslash,
        N_(
            "{file}, line {line}: between double quotes a backslash has a meaning of its own; use single "
            "ones. Example: {example}"
        ),
        r"path = 'C:\nights.db'",
    ),
    (_comma, N_("{file}, line {line}: a number has a decimal point, no comma. Example: {example}"), _SEVEN),
    (
        _bare_point,
        N_("{file}, line {line}: a decimal point has digits on both sides. Example: {example}"),
        _SEVEN,
    ),
    (_zeros, N_("{file}, line {line}: a number does not begin with 0. Example: {example}"), _SEVEN),
    (_unit, N_("{file}, line {line}: a number stands alone, without a unit. Example: {example}"), _SEVEN),
    (_truth, N_("{file}, line {line}: yes and no are written true and false. Example: {example}"), _YES),
    (_unquoted, N_("{file}, line {line}: text stands between quotes. Example: {example}"), _LOW),
    (_no_value, N_("{file}, line {line}: nothing stands behind the =. Example: {example}"), _LOW),
    (
        _list,
        N_("{file}, line {line}: a list ends with ], with commas between entries. Example: {example}"),
        _TWO,
    ),
    (_more, N_("{file}, line {line}: something stands behind the value. Example: {example}"), _LOW),
    (_name, N_("{file}, line {line}: a name is one word of a-z, 0-9, _ and -. Example: {example}"), _LOW),
    (_no_equals, N_("{file}, line {line}: between a name and its value stands =. Example: {example}"), _LOW),
)

_LOOKED_AT, _LONGEST = 200, 80
"""characters of a line that are examined, and of an example that are shown"""


def explain(error: tomllib.TOMLDecodeError, text: str, file: object) -> str:
    """One sentence about the syntax error in ``text``: file, line, what is expected, an example. If the text
    may be about someone's health, nothing of it is quoted."""
    flat = text.replace("\r\n", "\n")
    lines = flat.split("\n")
    place = PLACE.match(str(error))
    reason = place[1] if place else str(error)
    if place and place[2]:
        number, column = int(place[2]), int(place[3])
    else:  # at the end of the file: report the last line that is not empty
        number = max((each for each, line in enumerate(lines, 1) if line.strip()), default=1)
        column = len(lines[number - 1]) + 1
    whole = lines[number - 1]
    line = _Line(whole[:_LOOKED_AT], column, reason, column > len(whole))
    is_private = mentions_health(flat) or tells(whole)
    for cure, sentence, usual in _CURES:
        if (example := cure(line)) is not None:
            shown = _(usual) if is_private else in_short(example, _LONGEST)
            return _(sentence).format(file=file, line=number, example=shown)
    if is_private:
        return _(
            "{file}, line {line}: this cannot be understood. It may tell about health, so it is not shown. A "
            'line is a [heading], or name = value, or a # comment. Example: volume = "low"'
        ).format(file=file, line=number)
    return _(
        "{file}, line {line}: this cannot be understood from column {column} on ({reason}). A line is a "
        '[heading], or name = value, or a # comment. Example: volume = "low"'
    ).format(file=file, line=number, column=column, reason=reason)
