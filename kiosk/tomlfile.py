"""TOML files as typed data; mistakes told in plain words: which key, what belongs there, what is there."""

import codecs
import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import inspect

from kiosk.files import at_home, read_file, replace_file
from kiosk.words import _

T = TypeVar("T")
Key = tuple[str | int, ...]

_MOST = 1 << 20
"""bytes of a file; a person's own are a thousandth of that"""

#: Where whoever runs this machine puts settings and techniques for everyone.
SYSTEM = Path("/etc/cramp-kiosk")

_STEPS = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_AT = re.compile(r" - at `\$(.*)`$")
_FIELD = re.compile(r"Object (contains unknown|missing required) field `(.*?)`")
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlError(Exception):
    """A file that cannot be read at all; says which, where and why in one sentence."""


class MisfitError(Exception):
    """A value that does not belong where it is. ``key`` is the way to it from the top."""

    def __init__(self, sentence: str, key: Key) -> None:
        super().__init__(sentence)
        self.key = key


def own_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this user's own files are: under systemd the service's state folder, else XDG's."""
    if state := environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0])
    return at_home(environ.get("XDG_CONFIG_HOME") or "~/.config") / "cramp-kiosk"


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ``TomlError``; a missing file is the caller's to judge."""
    try:
        found = read_file(path, _MOST + 1)
        if len(found) > _MOST:
            raise TomlError(_("{file} is too long: more than a million bytes.").format(file=path))
        # Editors on Windows begin a file with a mark.
        return tomllib.loads(found.removeprefix(codecs.BOM_UTF8).decode())
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise TomlError(_("{file} cannot be read: {reason}.").format(file=path, reason=reason)) from error
    except UnicodeDecodeError as error:
        sentence = _("{file} is not text in UTF-8: byte {number} does not belong there.")
        raise TomlError(sentence.format(file=path, number=error.start + 1)) from error
    except tomllib.TOMLDecodeError as error:
        place = _SYNTAX.match(str(error))
        reason, line, column = place.groups() if place else (str(error), None, None)
        told = _("{file} ends too early to be TOML ({reason}).")
        if line:
            told = _("{file}, line {line}, column {column}: this is not TOML ({reason}).")
        raise TomlError(told.format(file=path, line=line, column=column, reason=reason)) from error
    except (RecursionError, ValueError) as error:
        # a thousand brackets, a number of thousands of digits: tomllib leaves these to Python's own limits
        raise TomlError(_("{file} is too deep, or has too long a number.").format(file=path)) from error


def fit(raw: object, kind: type[T], name: object) -> T:
    """``raw`` as a ``kind``. Raises ``MisfitError`` at the first value that does not belong; ``name`` names
    the file in its sentence."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        told = str(error)
    at = _AT.search(told)
    key = _way(at.group(1) if at else "", raw, kind)
    type_ = _type_at(kind, key)
    if field := _FIELD.match(told):
        return _misplaced(field, key, type_, name)
    sentence = _("{file}: {key} must be {expected}, but it is {found}.").format(
        file=name, key=spell(key), expected=wanted(type_), found=shown(value_at(raw, key))
    )
    raise MisfitError(sentence, key)


def _misplaced(field: re.Match[str], key: Key, type_: inspect.Type, name: object) -> NoReturn:
    """Raise for a key too many or a key too few in the table at ``key``."""
    tables = [each for each in _members(type_) if isinstance(each, inspect.StructType)]
    known = [each.encode_name for table in tables for each in table.fields]
    whole = (*key, field.group(2))
    if field.group(1).startswith("missing"):
        raise MisfitError(_("{file}: {key} is missing.").format(file=name, key=spell(whole)), key)
    raise MisfitError(unknown(name, spell(whole), field.group(2), known), whole)


def unknown(file: object, key: str, word: str, known: list[str]) -> str:
    """The sentence for a name nobody knows, with the nearest one that is known, or all of them."""
    if near := difflib.get_close_matches(word, known, 1):
        return _("{file}: {key} is not known; did you mean {near}?").format(file=file, key=key, near=near[0])
    listed = ", ".join(known)
    return _("{file}: {key} is not known; known are: {known}.").format(file=file, key=key, known=listed)


def spell(key: Key) -> str:
    """The way to a value as people count: ``block 1.step 2.seconds``."""
    told = ""
    for part in key:
        told += f" {part + 1}" if isinstance(part, int) else f".{part}"
    return told.lstrip(".") or _("the file")


def value_at(raw: object, key: Key) -> object:
    """The value at the end of the way."""
    for part in key:
        raw = raw[part]  # type: ignore[index]
    return raw


def _way(path: str, raw: object, kind: type) -> Key:
    """msgspec's path as keys. It writes ``[...]`` for a key of an open table; the first one whose value
    does not fit is meant."""
    key: Key = ()
    for name, index in _STEPS.findall(path):
        if index == "...":
            key = (*key, _first_misfit(value_at(raw, key), _type_at(kind, (*key, ""))))
        else:
            key = (*key, name or int(index))
    return key


def _first_misfit(table: Any, item: Any) -> str:
    """The first key of ``table`` whose value is no ``item`` (a struct, as in every open table of ours)."""
    for name, value in table.items():
        try:
            msgspec.convert(value, item.cls)
        except msgspec.ValidationError:
            return str(name)
    raise AssertionError(f"every value of {table} is a {item.cls.__name__}")


def _type_at(kind: type, key: Key) -> inspect.Type:
    """The type that belongs at the end of the way."""
    type_ = inspect.type_info(kind)
    for part in key:
        type_ = next(filter(None, (_inner(each, part) for each in _members(type_))))
    return type_


def _members(type_: inspect.Type) -> tuple[inspect.Type, ...]:
    """What may stand here, ``None`` left out: a TOML file cannot say it."""
    bare = type_.type if isinstance(type_, inspect.Metadata) else type_
    if isinstance(bare, inspect.UnionType):
        return tuple(each for each in bare.types if not isinstance(each, inspect.NoneType))
    return (bare,)


def _inner(type_: inspect.Type, part: str | int) -> inspect.Type | None:
    """The type one step further in, None if ``type_`` has no such part."""
    match type_:
        case inspect.StructType():
            return next((field.type for field in type_.fields if field.encode_name == part), None)
        case inspect.DictType():
            return type_.value_type
        case inspect.VarTupleType():
            return type_.item_type
        case inspect.TupleType() if isinstance(part, int):
            return type_.item_types[part]
    return None


def wanted(type_: inspect.Type) -> str:
    """What belongs here, in words: ``a whole number from 15 to 20``."""
    if isinstance(type_, inspect.Metadata) and (examples := (type_.extra_json_schema or {}).get("examples")):
        return _("text such as {example}").format(example=shown(examples[0]))
    return reduce(_either, map(_wanted, _members(type_)))


def _either(this: str, that: str) -> str:
    return _("{this} or {that}").format(this=this, that=that)


def _wanted(type_: inspect.Type) -> str:
    match type_:
        case inspect.BoolType():
            return _("true or false")
        case inspect.IntType(ge=None):
            return _("a whole number")
        case inspect.IntType():
            return _("a whole number from {low} to {high}").format(low=type_.ge, high=type_.le)
        case inspect.FloatType():
            return _("a number from {low} to {high}").format(low=type_.ge, high=type_.le)
        case inspect.EnumType():
            return _("one of {values}").format(values=", ".join(shown(each.value) for each in type_.cls))
        case inspect.LiteralType():
            return _("one of {values}").format(values=", ".join(shown(each) for each in type_.values))
        case inspect.StrType(pattern=str()):
            return _("text of the form {pattern}").format(pattern=type_.pattern)
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
    return _("a table")


def shown(value: object) -> str:
    """A value as its owner wrote it, or what kind of thing it is where that would be long."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return msgspec.json.encode(value).decode() if len(value) <= 60 else _("a long text")
        case list() if len(value) <= 4 and not any(isinstance(each, dict | list) for each in value):
            return "[" + ", ".join(map(shown, value)) + "]"
        case list():
            return _("a list")
        case dict():
            return _("a table")
    return str(value)


def emit(value: object) -> str:
    """A value of a settings tree as TOML; tables inline, ``None`` left out of them."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # Every JSON string is a TOML one, but for DEL, which TOML wants escaped.
            return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
        case int() | float():
            return repr(value)
        case tuple():
            return "[" + ", ".join(map(emit, value)) + "]"
        case msgspec.Struct():
            return emit(msgspec.structs.asdict(value))
        case dict():
            pairs = (f"{emit_key(key)} = {emit(each)}" for key, each in value.items() if each is not None)
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
    raise TypeError(f"a settings tree holds no {type(value).__name__}")


def emit_key(key: str) -> str:
    """A key, in quotes where TOML needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else emit(key)


def write(path: Path, text: str) -> None:
    """Replace a file as a whole: after a power cut it holds the old text or the new, never a part.

    Readable by its owner only, as it may tell about someone's health. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
