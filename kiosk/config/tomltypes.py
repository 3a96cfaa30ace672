"""Checks the tables of a TOML file against msgspec types. One pass in linear time finds every mistake; the
first 20 are reported."""

import difflib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache, partial, reduce
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from msgspec import inspect

from kiosk.config.tomlfile import MOST, TomlError
from kiosk.config.tomlwords import (
    Key,
    at_most,
    example,
    heading,
    may_tell,
    members,
    shown,
    spell,
    unknown,
    untold,
    wanted,
)
from kiosk.i18n import _

T = TypeVar("T")

_WIDEST = 1 << 63
"""TOML integers have 64 bits"""


class MisfitError(TomlError):
    """Values of wrong type or out of bounds, or unknown or missing names. ``tell_all`` returns a sentence for
    each of the first 20; like ``TomlError.tell``, it is called when they are needed."""

    def __init__(self, tell_all: Callable[[], list[str]]) -> None:
        super().__init__(lambda: "\n".join(tell_all()))
        self.tell_all = tell_all

    @property
    def sentences(self) -> list[str]:
        """A sentence for each of the first mistakes."""
        return self.tell_all()


class _Why(Enum):
    VALUE = auto()
    UNKNOWN = auto()
    MISSING = auto()


class Misfit(NamedTuple):
    """One mistake: its path in the file, and its kind."""

    key: Key
    why: _Why


class _Dropped:
    """The type of ``_DROPPED``, which replaces a wrong value."""


_DROPPED = _Dropped()


def fit(raw: object, kind: type[T], file: object) -> T:
    """Convert ``raw`` to a ``kind``. Raises ``MisfitError``; its sentences name ``file``."""
    cleaned, wrong = clean(raw, kind)
    if wrong:
        raise MisfitError(partial(tell, wrong, raw, kind, file))
    try:
        return msgspec.convert(cleaned, kind)
    except msgspec.ValidationError as error:  # of a type that ``_leaf`` leaves to msgspec
        reason = str(error)
        raise MisfitError(lambda: [_("{file}: {reason}.").format(file=file, reason=reason)]) from error


def clean(raw: object, kind: type) -> tuple[Any, list[Misfit]]:
    """``raw`` without the values that a ``kind`` does not allow, and a list of all mistakes. Never raises."""
    wrong: list[Misfit] = []
    cleaned = _walk(raw, _shape(kind), (), wrong)
    return ({} if cleaned is _DROPPED else cleaned), wrong


def tell(wrong: list[Misfit], raw: object, kind: type, file: object) -> list[str]:
    """A sentence for each of the first mistakes, and one that counts the others."""
    return at_most([partial(_sentence, misfit, raw, kind, file) for misfit in wrong], file)


# --- finding


@dataclass(frozen=True)
class _Shape:
    """What one place of a file allows; computed once from msgspec's types, which makes checks cheap.

    ``section``: a table with these names; ``table``: a table with any names; ``several``: a list of at least
    ``least`` entries; ``fixed``: a list of exactly these; ``leaf``: accepts a scalar. None or empty: not
    allowed.
    """

    section: dict[str, "_Shape"] | None = None
    required: tuple[str, ...] = ()
    strict: bool = False
    """whether names that are not in ``section`` are mistakes"""
    table: "_Shape | None" = None
    several: "_Shape | None" = None
    least: int = 0
    fixed: tuple["_Shape", ...] = ()
    leaf: Callable[[Any], bool] | None = None


def _walk(value: Any, shape: _Shape, key: Key, wrong: list[Misfit]) -> Any:
    """``value`` without what ``shape`` does not allow; mistakes are appended to ``wrong``."""
    if isinstance(value, dict):
        if shape.section is not None:
            return _walk_section(value, shape, key, wrong)
        if shape.table is not None:
            kept = {name: _walk(each, shape.table, (*key, name), wrong) for name, each in value.items()}
            return {name: each for name, each in kept.items() if each is not _DROPPED}
    elif isinstance(value, list | tuple):
        if shape.several is not None and len(value) >= shape.least:
            inner = shape.several
            if inner.leaf is not None and all(map(inner.leaf, value)):
                return value
            items = [_walk(each, inner, (*key, place), wrong) for place, each in enumerate(value)]
            return [each for each in items if each is not _DROPPED]
        if shape.fixed and len(value) == len(shape.fixed):
            items = [
                _walk(each, inner, (*key, place), wrong)
                for place, (each, inner) in enumerate(zip(value, shape.fixed, strict=True))
            ]
            return _DROPPED if _DROPPED in items else items
    elif shape.leaf is not None and shape.leaf(value):
        return value
    wrong.append(Misfit(key, _Why.VALUE))
    return _DROPPED


def _walk_section(table: dict[str, Any], shape: _Shape, key: Key, wrong: list[Misfit]) -> dict[str, Any]:
    fields, kept = shape.section or {}, {}
    for name, value in table.items():
        if name in fields:
            inner = _walk(value, fields[name], (*key, name), wrong)
            if inner is not _DROPPED:
                kept[name] = inner
        elif shape.strict:
            wrong.append(Misfit((*key, name), _Why.UNKNOWN))
    wrong += [Misfit((*key, name), _Why.MISSING) for name in shape.required if name not in table]
    return kept


@cache
def _shape(kind: type) -> _Shape:
    return _shape_of(_type(kind))


def _shape_of(type_: inspect.Type) -> _Shape:
    shape, leaves = _Shape(), []
    for each in members(type_):
        match each:
            case inspect.StructType():
                shape = replace(
                    shape,
                    section={field.encode_name: _shape_of(field.type) for field in each.fields},
                    required=tuple(field.encode_name for field in each.fields if field.required),
                    strict=each.forbid_unknown_fields,
                )
            case inspect.DictType():
                shape = replace(shape, table=_shape_of(each.value_type))
            case inspect.VarTupleType():
                shape = replace(shape, several=_shape_of(each.item_type), least=each.min_length or 0)
            case inspect.TupleType():
                shape = replace(shape, fixed=tuple(map(_shape_of, each.item_types)))
            case _:
                leaves.append(_leaf(each))
    if len(leaves) > 1:
        return replace(shape, leaf=lambda value: any(fits(value) for fits in leaves))
    return replace(shape, leaf=leaves[0]) if leaves else shape


def _leaf(type_: inspect.Type) -> Callable[[Any], bool]:
    """A function that accepts scalars of this type. Types that are not listed here are left to msgspec.

    nan compares false with every bound, so it is not accepted as a number; nor is a bool.
    """
    match type_:
        case inspect.BoolType():
            return lambda value: isinstance(value, bool)
        case inspect.IntType(ge=low, le=high):
            least, most = _bounds(low, high, -_WIDEST, _WIDEST - 1)
            return lambda value: type(value) is int and least <= value <= most
        case inspect.FloatType(ge=low, le=high):
            least, most = _bounds(low, high, -sys.float_info.max, sys.float_info.max)
            return lambda value: type(value) in _NUMBERS and least <= value <= most
        case inspect.StrType(min_length=shortest, max_length=longest, pattern=pattern):
            form = re.compile(pattern or "")
            few, many = shortest or 0, MOST if longest is None else longest
            return lambda value: (
                isinstance(value, str) and few <= len(value) <= many and form.search(value) is not None
            )
        case inspect.EnumType(cls=enum):
            names = frozenset(each.value for each in enum)
            return lambda value: isinstance(value, str) and value in names
        case inspect.LiteralType(values=values):
            return lambda value: any(type(value) is type(each) and value == each for each in values)
    return lambda _value: True


_NUMBERS = (int, float)


def _bounds(low: float | None, high: float | None, least: float, most: float) -> tuple[float, float]:
    return least if low is None else low, most if high is None else high


# --- telling


def _sentence(misfit: Misfit, raw: object, kind: type, file: object) -> str:
    key, why = misfit
    if why is _Why.VALUE:
        return _wrong_value(key, raw, kind, file)
    section = cast("inspect.StructType", _member(_type_at(raw, kind, key[:-1])[0], {}))
    fields, name = _fields(section.cls), str(key[-1])
    if why is _Why.UNKNOWN:
        return _unknown_name(key, list(fields), raw, kind, file)
    sentence = _("{file}: {key} is missing. Example: {example}")
    return sentence.format(file=file, key=spell(key), example=example(key, fields[name].type, None))


def _wrong_value(key: Key, raw: object, kind: type, file: object) -> str:
    value, type_ = value_at(raw, key), _type_at(raw, kind, key)[0]
    whole = key[:-1] if isinstance(key[-1], int) else key  # for an entry, show the whole list
    line = example(whole, *_type_at(raw, kind, whole))
    sentence = _("{file}: {key} must be {expected}, but it is {found}. Example: {example}")
    if _is_private(raw, kind, key) or may_tell(value):
        sentence = _(
            "{file}: {key} must be {expected}. What stands there may tell about health, so it is not shown. "
            "Example: {example}"
        )
    if line.startswith("[[") and isinstance(value, dict):
        sentence = _("{file}: there may be several of {key}, so its heading has two brackets: {example}")
    elif line.startswith("[") and isinstance(value, list) and value and isinstance(value[0], dict):
        sentence = _(
            "{file}: there is only one {key}, so its heading has one bracket on each side: {example}"
        )
    elif line.startswith("[") and not isinstance(value, list):
        sentence = _("{file}: {key} is no value but a section; its values stand below a heading: {example}")
    return sentence.format(
        file=file, key=spell(key), expected=wanted(type_), found=shown(value), example=line
    )


def _unknown_name(key: Key, known: list[str], raw: object, kind: type, file: object) -> str:
    """The sentence for an unknown name; if it belongs in one other section, it says which one."""
    name = str(key[-1])
    homes = [home for home, each in _names(kind) if each == name]
    if len(homes) == 1:
        sentence = _("{file}: {key} belongs at the top of the file, above every heading.")
        if homes[0]:
            sentence = _("{file}: {key} belongs below the heading {heading}.")
        return sentence.format(file=file, key=spell(key), heading=homes[0])
    is_near = difflib.get_close_matches(name[:60], known, 1, 0.8)
    if may_tell(name) or (_is_private(raw, kind, key[:-1]) and not is_near):
        return untold(file, spell(key[:-1]), known)
    return unknown(file, spell(key), name, known)


def _is_private(raw: object, kind: type, key: Key) -> bool:
    """Whether the type at ``key``, or of a section around it, is marked with ``Meta(extra={"private":
    True})``."""
    types = (_type_at(raw, kind, key[:length])[0] for length in range(len(key) + 1))
    return any(isinstance(each, inspect.Metadata) and (each.extra or {}).get("private") for each in types)


@cache
def _type(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


@cache
def _fields(struct: type) -> dict[str, inspect.Field]:
    return {field.encode_name: field for field in cast("inspect.StructType", _type(struct)).fields}


def _member(type_: inspect.Type, value: object) -> inspect.Type:
    """The alternative of a container type that matches ``value``, a table or a list."""
    shapes: tuple[type, ...] = (inspect.StructType, inspect.DictType)
    if isinstance(value, list | tuple):
        shapes = (inspect.VarTupleType, inspect.TupleType)
    return next(each for each in members(type_) if isinstance(each, shapes))


@cache
def _names(kind: type) -> tuple[tuple[str, str], ...]:
    """Every (heading, name) in a file of this kind; the heading is "" at the top of the file."""

    def below(type_: inspect.Type, key: Key, *, several: bool) -> Iterator[tuple[str, str]]:
        for each in members(type_):
            if isinstance(each, inspect.VarTupleType):
                yield from below(each.item_type, key, several=True)
            if isinstance(each, inspect.StructType):
                for name, field in _fields(each.cls).items():
                    yield (heading(key, several=several) if key else "", name)
                    yield from below(field.type, (*key, name), several=False)

    return tuple(below(_type(kind), (), several=False))


def value_at(raw: Any, key: Key) -> Any:
    """The value at ``key``. Raises ``KeyError``, ``IndexError`` or ``TypeError`` if there is none."""
    return reduce(lambda inner, part: inner[part], key, raw)


def _type_at(raw: Any, kind: type, key: Key) -> tuple[inspect.Type, object]:
    """The type expected at ``key``, and its default; None, or msgspec's marker, if it has none."""
    type_, usual = _type(kind), None
    for part in key:
        inside, usual = _member(type_, raw), None
        match inside:
            case inspect.StructType(cls=struct):
                type_, usual = _fields(struct)[str(part)].type, _fields(struct)[str(part)].default
            case inspect.DictType(value_type=inner) | inspect.VarTupleType(item_type=inner):
                type_ = inner
            case inspect.TupleType(item_types=types):
                type_ = types[int(part)]
        raw = raw[part]
    return type_, usual
