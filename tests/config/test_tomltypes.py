"""Raw tables against their types: every mistake found, told in plain words, and nothing that is none."""

import copy
import math
import tomllib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, inspect

from kiosk.cli.script import Script
from kiosk.config.defaults import defaults_text
from kiosk.config.settings import Settings
from kiosk.config.tomltypes import MisfitError, clean, fit, value_at
from kiosk.config.tomlwords import Key, members, wanted
from kiosk.core.technique import Technique
from kiosk.files import asset


class _Inner(msgspec.Struct, forbid_unknown_fields=True):
    x: int = 0


class _Outer(msgspec.Struct):
    """Several shapes in one place: the way to a mistake must find the right one."""

    a: _Inner | None = None
    e: int | tuple[int, int] | None = None
    b: Annotated[int, Meta(multiple_of=3)] = 0
    c: float = 0.0
    d: bytes = b""
    f: int | bool = 0


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"a": {"x": "y"}}, 'f: a.x must be a whole number, but it is "y". Example: x = 0'),
        ({"a": {"y": 1}}, "f: a.y is not known; known are: x."),
        ({"e": [1, "y"]}, 'f: e 2 must be a whole number, but it is "y". Example: e = 1'),
        ({"e": [1, 1 << 63]}, f"f: e 2 must be a whole number, but it is {1 << 63}. Example: e = 1"),
        (
            {"e": {}},
            (
                "f: e must be a whole number or a list of 2, each a whole number, but it is a section. "
                "Example: e = 1"
            ),
        ),
        ({"a": 3}, "f: a is no value but a section; its values stand below a heading: [a]"),
        ({"c": 10**400}, "f: c must be a number, but it is a number of very many digits. Example: c = 0.0"),
        ({"c": True}, "f: c must be a number, but it is true. Example: c = 0.0"),
        ({"f": "1"}, 'f: f must be a whole number or true or false, but it is "1". Example: f = 0'),
        # what only msgspec knows is told in its words
        ({"b": 4}, "f: Expected `int` that's a multiple of 3 - at `$.b`."),
    ],
)
def test_a_mistake_in_whole(raw: object, told: str) -> None:
    with pytest.raises(MisfitError) as error:
        fit(raw, _Outer, "f")
    assert error.value.sentences == [told]


class _Needed(msgspec.Struct):
    """Nothing of it is there: each gets an example of its kind."""

    yes: bool
    count: int
    part: Annotated[float, Meta(ge=0.5, le=2)]
    kind: Literal["", "a"]
    word: str
    words: tuple[str, ...]
    pair: tuple[int, int]
    table: dict[str, int]
    other: bytes


def test_what_is_missing_gets_an_example() -> None:
    with pytest.raises(MisfitError) as error:
        fit({}, _Needed, "f")
    assert [sentence.split("Example: ")[1] for sentence in error.value.sentences] == [
        "yes = true",
        "count = 1",
        "part = 0.5",
        'kind = "a"',
        'word = "text"',
        'words = ["text"]',
        "pair = [1, 1]",
        "table = {}",
        "other = {}",
    ]


def test_names_that_do_not_matter_are_left_alone() -> None:
    assert fit({"a": {"x": 3}, "z": 1, "f": True}, _Outer, "f") == _Outer(a=_Inner(3), f=True)


def test_twenty_mistakes_are_told_and_the_others_counted() -> None:
    raw = {f"x{number}": 1 for number in range(21)}
    with pytest.raises(MisfitError) as error:
        fit(raw, Settings, "f")
    assert len(error.value.sentences) == 21
    assert error.value.sentences[19].startswith("f: x19 is not known")
    assert error.value.sentences[20] == "f: and 1 more mistake."
    with pytest.raises(MisfitError) as error:
        fit(raw | {"y": 1}, Settings, "f")
    assert error.value.sentences[20] == "f: and 2 more mistakes."


# --- the walk and msgspec agree


def right_files() -> list[tuple[type, dict[str, Any]]]:
    found: list[tuple[type, dict[str, Any]]] = [(Settings, tomllib.loads(defaults_text()))]
    found[0][1]["night"] = {"choice": {"walk": {"hold": 3, "rounds": 2}}, "left_out": ["walk"]}
    for kind, folder in ((Technique, "techniques"), (Script, "rehearsals")):
        paths = sorted(asset(folder).glob("*.toml"))
        found += [(kind, tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return found


def places(value: object, way: Key = ()) -> Iterator[Key]:
    """The way to everything in a file."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, each in inside:
        yield (*way, part)
        yield from places(each, (*way, part))


def in_reach(value: object) -> bool:
    """Whether every number in it is one that TOML knows, with an end; msgspec takes others, too."""
    match value:
        case float():
            return math.isfinite(value)
        case int():
            return -(1 << 63) <= value < 1 << 63
        case list():
            return all(map(in_reach, value))
        case dict():
            return all(map(in_reach, value.values()))
    return True


FILES = right_files()
words = st.sampled_from(
    [
        "walk",
        "numb",
        "left",
        "low",
        "22:00",
        "en",
        "en\n",
        "toe_stretch",
        "hold",
        "bed",
        "",
        "relief",
        "ok",
        "gone",
    ]
)
numbers = st.sampled_from(
    [0, 1, 3, 12, 15, 20, 60, 61, 90, 1800, 1801, -1, 1 << 63, 0.5, 1.0, 7.0, 32.0, 1e308]
)
plain = st.booleans() | numbers | st.floats() | st.integers() | words | st.text() | st.dates()
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=2), max_leaves=4
)


@settings(max_examples=400)
@given(st.data())
def test_what_is_found_right_is_right_for_msgspec_and_the_other_way_round(data: st.DataObject) -> None:
    kind, right = data.draw(st.sampled_from(FILES))
    raw = copy.deepcopy(right)
    for _change in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(list(places(raw))))
        value_at(raw, tuple(way))[last] = data.draw(anything)
    cleaned, wrong = clean(raw, kind)
    try:
        taken = msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        assert wrong
    else:
        assert bool(wrong) is not in_reach(raw)
        assert wrong or msgspec.convert(cleaned, kind) == taken


@pytest.mark.parametrize("kind", [Settings, Technique, Script])
def test_every_type_is_told_in_words(kind: type) -> None:
    """A number has both bounds or none, a text with a form has words for it: no None, no pattern is shown."""
    told = {wanted(type_) for type_ in types_of(kind)}
    assert [each for each in told if "None" in each or "^" in each] == []
    forms = [type_ for type_ in types_of(kind) if getattr(members(type_)[0], "pattern", None)]
    assert [type_ for type_ in forms if not isinstance(type_, inspect.Metadata) or not type_.extra] == []


def types_of(kind: type) -> Iterator[inspect.Type]:
    """Every type in a tree, its sections' own too."""
    waiting: list[inspect.Type] = [inspect.type_info(kind)]
    while waiting:
        type_ = waiting.pop()
        yield type_
        for each in members(type_):
            if isinstance(each, inspect.StructType):
                waiting += [field.type for field in each.fields]
            elif isinstance(each, inspect.DictType):
                waiting.append(each.value_type)
            elif isinstance(each, inspect.VarTupleType):
                waiting.append(each.item_type)
            elif isinstance(each, inspect.TupleType):
                waiting += each.item_types
