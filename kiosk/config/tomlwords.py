"""Keys, values and types of TOML files as text for messages: ``block 1.step 2``, ``a whole number from 15 to
20``."""

import difflib
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import reduce
from typing import Any

import msgspec
from msgspec import inspect

from kiosk.config.private import is_answer
from kiosk.config.tomlfile import emit, emit_key
from kiosk.config.tomlsyntax import in_short
from kiosk.i18n import N_, _, ngettext

Key = tuple[str | int, ...]
"""The path of a value in a file: names, and indices of lists (from 0)."""

TOLD = 20
"""number of mistakes of a file that are reported; the others follow once these are corrected"""

#: What a text with a pattern must be, by the name in ``Meta(extra={"form": ...})``.
_FORMS = {
    "hour": N_("a time of day in hours and minutes, such as {example}"),
    "language": N_("the code of a language, such as {example}"),
    "id": N_("small letters, digits and _, a letter first, such as {example}"),
    "probe": N_("the number of a probe, such as {example}"),
    "path": N_("the place of a file from / or ~ on, such as {example}"),
}
_LONGEST = 60
"""characters of a value or a name that are shown"""


def at_most(mistakes: Sequence[str | Callable[[], str]], file: object) -> list[str]:
    """The first ``TOLD`` sentences, and one that counts the others. A callable makes its sentence only if it
    is among the first."""
    sentences = [mistake if isinstance(mistake, str) else mistake() for mistake in mistakes[:TOLD]]
    more = len(mistakes) - len(sentences)
    if more > 0:
        sentence = ngettext("{file}: and {n} more mistake.", "{file}: and {n} more mistakes.", more)
        sentences.append(sentence.format(file=file, n=more))
    return sentences


def may_tell(value: object) -> bool:
    """Whether ``shown(value)`` may contain a health answer."""
    parts = value if isinstance(value, list | tuple) else [value]
    return any(is_answer(shown(each)) for each in parts[:6])


def untold(file: object, place: str, known: Collection[str]) -> str:
    """The sentence for an unknown name that is not quoted, because it may be about health."""
    sentence = _(
        "{file}: a name in {place} is not known. It may tell about health, so it is not shown; "
        "known are: {known}."
    )
    return sentence.format(file=file, place=place, known=", ".join(known))


def unknown(file: object, key: str, word: str, known: Collection[str]) -> str:
    """The sentence for an unknown name, with the most similar known one, or with all of them."""
    if near := difflib.get_close_matches(word[:_LONGEST], known, 1):
        return _("{file}: {key} is not known; did you mean {near}?").format(file=file, key=key, near=near[0])
    listed = ", ".join(known)
    return _("{file}: {key} is not known; known are: {known}.").format(file=file, key=key, known=listed)


def spell(key: Key) -> str:
    """A key as text, with indices from 1: ``block 1.step 2.seconds``."""
    text = ""
    for part in key:
        text += f" {part + 1}" if isinstance(part, int) else f".{_name(part)}"
    return text.lstrip(".") or _("the file")


def _name(part: str) -> str:
    return "…" if is_answer(part) else in_short(emit_key(part), _LONGEST)


def heading(key: Key, *, several: bool) -> str:
    """The heading of the section at ``key``: ``[sound]``, or with ``several`` ``[[block.step]]``."""
    name = ".".join(_name(part) for part in key if isinstance(part, str))
    return f"[[{name}]]" if several else f"[{name}]"


def members(type_: inspect.Type) -> tuple[inspect.Type, ...]:
    """The alternatives of a type without ``None``, which TOML does not have."""
    return tuple(map(_bare, _choices(type_)))


def _choices(type_: inspect.Type) -> tuple[inspect.Type, ...]:
    bare = _bare(type_)
    if isinstance(bare, inspect.UnionType):
        return tuple(each for each in bare.types if not isinstance(each, inspect.NoneType))
    return (type_,)


def _bare(type_: inspect.Type) -> inspect.Type:
    return type_.type if isinstance(type_, inspect.Metadata) else type_


def wanted(type_: inspect.Type) -> str:
    """A type as text: ``a whole number from 15 to 20``."""
    if isinstance(type_, inspect.Metadata) and (form := (type_.extra or {}).get("form")):
        return _(_FORMS[form]).format(example=shown(_examples(type_)[0]))
    return reduce(_either, map(_wanted, members(type_)))


def _either(this: str, that: str) -> str:
    return _("{this} or {that}").format(this=this, that=that)


def _wanted(type_: inspect.Type) -> str:
    match type_:
        case inspect.BoolType():
            return _("true or false")
        case inspect.IntType(ge=None, le=None):
            return _("a whole number")
        case inspect.IntType():
            return _("a whole number from {low} to {high}").format(low=type_.ge, high=type_.le)
        case inspect.FloatType(ge=None, le=None):
            return _("a number")
        case inspect.FloatType():
            return _("a number from {low} to {high}").format(low=type_.ge, high=type_.le)
        case inspect.EnumType():
            return one_of(each.value for each in type_.cls)
        case inspect.LiteralType():
            return one_of(type_.values)
        case inspect.StrType(max_length=int()):
            low, high = type_.min_length or 0, type_.max_length
            return _("text of {low} to {high} characters").format(low=low, high=high)
        case inspect.StrType():
            return _("some text") if type_.min_length else _("text")
        case inspect.VarTupleType(min_length=int()):
            return _("a list with at least one entry, each {item}").format(item=wanted(type_.item_type))
        case inspect.VarTupleType():
            return _("a list, each entry {item}").format(item=wanted(type_.item_type))
        case inspect.TupleType():
            item, count = wanted(type_.item_types[0]), len(type_.item_types)
            return _("a list of {count}, each {item}").format(count=count, item=item)
    return _("a section of its own")


def one_of(values: Iterable[object]) -> str:
    """Text for a choice: ``one of "bed", "feet"``."""
    return _("one of {values}").format(values=", ".join(map(shown, values)))


def shown(value: object) -> str:
    """A value as in the file; if it is long, what kind of value it is."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            if len(value) > _LONGEST:
                return _("a long text")
            return in_short(msgspec.json.encode(value).decode(), 6 * _LONGEST)
        case int() if abs(value) >= 10**_LONGEST:
            return _("a number of very many digits")
        case float() if math.isnan(value):
            return _("nan, which is no number")
        case float() if math.isinf(value):
            return _("{value}, which has no end").format(value=value)
        case list() | tuple() if len(value) > 6 or any(isinstance(each, dict | list) for each in value):
            return ngettext("a list of {n}", "a list of {n}", len(value)).format(n=len(value))
        case list() | tuple():
            return "[" + ", ".join(map(shown, value)) + "]"
        case dict():
            return _("a section")
    return str(value)


def example(key: Key, type_: inspect.Type, usual: object) -> str:
    """A correct line or heading for ``key``. ``usual``: the default value, which is used if there is one."""
    name = next((part for part in reversed(key) if isinstance(part, str)), "")
    first = members(type_)[0]
    if isinstance(first, inspect.StructType):
        return heading(key, several=False)
    if isinstance(first, inspect.VarTupleType) and _is_section(first.item_type):
        return heading(key, several=True)
    return f"{emit_key(name)} = {emit(_example(type_, usual))}"


def _is_section(type_: inspect.Type) -> bool:
    return isinstance(members(type_)[0], inspect.StructType)


def _examples(type_: inspect.Metadata) -> list[Any]:
    return list((type_.extra_json_schema or {}).get("examples", ()))


def _example(type_: inspect.Type, usual: object = None) -> object:
    if isinstance(usual, bool | int | float | str | tuple) and usual not in {"", ()}:
        return usual
    first = _choices(type_)[0]
    if isinstance(first, inspect.Metadata) and (given := _examples(first)):
        return given[0]
    match _bare(first):
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType() as number:
            return 1 if number.ge is None else number.ge
        case inspect.EnumType() as enum:
            return next(iter(enum.cls)).value
        case inspect.LiteralType() as literal:
            return literal.values[-1]
        case inspect.StrType():
            return "text"
        case inspect.VarTupleType() as several:
            return (_example(several.item_type),)
        case inspect.TupleType() as several:
            return tuple(map(_example, several.item_types))
    return {}
