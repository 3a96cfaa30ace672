"""A text that is no TOML, told to someone who never saw TOML; and how deep a text nests."""

import tomllib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.config.tomlfile import TomlError, parse
from kiosk.config.tomlsyntax import DEEPEST, PLACE, explain, too_deep


def error_of(text: str) -> tomllib.TOMLDecodeError:
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        tomllib.loads(text)
    return error.value


#: A text, what tomllib says of it.
WORDS = [
    ("[sound]\n[sound]", "Cannot declare ('sound',) twice"),
    ("a = 1\na = 2\n", "Cannot overwrite a value"),
    ("a = {b = 1}\n[a.c]\n", "Cannot declare ('a', 'c') twice"),
    ("a = {b = {}, b.c = 1}\n", "Cannot mutate immutable namespace ('b', 'c')"),
    ("a = {b = 1, b = 2}\n", "Duplicate inline table key 'b'"),
    ('a = "x\nb = 1', "Illegal character '\\n'"),
    ('a = "x', "Unterminated string"),
    ("a = 'x", 'Expected "\'"'),
    ("a = '''x", "Expected \"'''\""),
    ('a = "C:\\d"', "Unescaped '\\' in a string"),
    ('a = "C:\\user"', "Invalid hex value"),
    ("a = [1\nb = 2", "Unclosed array"),
    ("a = low", "Invalid value"),
    ("a = 1 2", "Expected newline or end of document after a statement"),
    ("a b", "Expected '=' after a key in a key/value pair"),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_tomllibs_words_are_those_that_are_looked_for(text: str, words: str) -> None:
    told = "tomllib says this in other words now; mend those that kiosk/config/tomlsyntax.py looks for"
    place = PLACE.match(str(error_of(text)))
    assert (place and place[1]) == words, told


def test_tomllib_says_where_it_is() -> None:
    assert str(error_of("\na = low")) == "Invalid value (at line 2, column 5)"
    assert str(error_of('a = "x')) == "Unterminated string (at end of document)"


CURES = [
    ("volume = “low”", 'curly quotes stand here; use straight ones ("). Example: volume = "low"'),
    ('volume = "low”', 'curly quotes stand here; use straight ones ("). Example: volume = "low"'),
    ("volume = ‘low’", 'curly quotes stand here; use straight ones ("). Example: volume = "low"'),
    ("loads = [“press”]", 'curly quotes stand here; use straight ones ("). Example: loads = ["press"]'),
    ("volume = low", 'text stands between quotes. Example: volume = "low"'),
    ("name = Calf, at a wall # mine", 'text stands between quotes. Example: name = "Calf, at a wall"'),
    ("path = ~/nights.db", 'text stands between quotes. Example: path = "~/nights.db"'),
    ("quiet_from = 22:00", 'text stands between quotes. Example: quiet_from = "22:00"'),
    ("quiet_to = 7:30", 'text stands between quotes. Example: quiet_to = "07:30"'),
    ("loads = [press, walk]", 'text stands between quotes. Example: loads = ["press", "walk"]'),
    ("loads = [\n  press,\n]", 'text stands between quotes. Example: "press"'),
    ("panel = 7,0", "a number has a decimal point, no comma. Example: panel = 7.0"),
    ("probe_offset = -,5", "this cannot be understood from column 16 on (Invalid value). {basics}"),
    ("panel = .5", "a decimal point has digits on both sides. Example: panel = 0.5"),
    ("panel = 5.", "a decimal point has digits on both sides. Example: panel = 5.0"),
    ("minutes = 015", "a number does not begin with 0. Example: minutes = 15"),
    ("minutes = 15 min", "a number stands alone, without a unit. Example: minutes = 15"),
    ("water = 38.5 °C", "a number stands alone, without a unit. Example: water = 38.5"),
    ("motion = True", "yes and no are written true and false. Example: motion = true"),
    ("motion = no", "yes and no are written true and false. Example: motion = false"),
    ('name = "Calf', 'the text has no quote at its end. Example: name = "Calf"'),
    ("name = 'Calf", "the text has no quote at its end. Example: name = 'Calf'"),
    ('name = """Calf\nwall', 'the text has no quote at its end. Example: wall"""'),
    ('path = "C:\\d"', "{backslash} Example: path = 'C:\\d'"),
    ('loads = ["press"', '{list} Example: loads = ["stretch", "massage"]'),
    ("loads = [", '{list} Example: loads = ["stretch", "massage"]'),
    ("minutes =", 'nothing stands behind the =. Example: volume = "low"'),
    ("minutes = # fifteen", 'nothing stands behind the =. Example: volume = "low"'),
    ('volume = "low";', 'something stands behind the value. Example: volume = "low"'),
    ("minutes = 15, 20", "something stands behind the value. Example: minutes = 15"),
    ('volume: "low"', 'between a name and its value stands =. Example: volume = "low"'),
    ('"volume": "low",', 'between a name and its value stands =. Example: volume = "low"'),
    ("volume low", 'between a name and its value stands =. Example: volume = "low"'),
    ("minutes 15", "between a name and its value stands =. Example: minutes = 15"),
    ('text size = "larger"', 'a name is one word of a-z, 0-9, _ and -. Example: text_size = "larger"'),
    ("größe = 3", "a name is one word of a-z, 0-9, _ and -. Example: gr_e = 3"),
    ("; mine", "a comment begins with #. Example: # mine"),
    ("// mine", "a comment begins with #. Example: # mine"),
    ("[sound", "a heading stands alone, between brackets. Example: [sound]"),
    ("[[block]", "a heading stands alone, between brackets. Example: [[block]]"),
    ('[sound] volume = "low"', "a heading stands alone, between brackets. Example: [sound]"),
    ("[]", "a heading stands alone, between brackets. Example: [sound]"),
    ("a = 1\na = 2", "this name has a value already; keep one. Here is: a = 2"),
    ("[sound]\n[sound]", "[sound] is there already: {twice}"),
    ("[block]\n[[block]]", "[[block]] is there already: {twice}"),
    ("\0\0\0", "this is no text any more; the file is damaged. Write it anew."),
    ('a = "\x01"', "this is no text any more; the file is damaged. Write it anew."),
    ("= 3", "this cannot be understood from column 1 on (Invalid statement). {basics}"),
    ("a = {b = 1", "this cannot be understood from column 11 on (Unclosed inline table). {basics}"),
    (f"name = {'x' * 300}", f'text stands between quotes. Example: name = "{"x" * 72}…'),
]


@pytest.mark.parametrize(("text", "told"), CURES)
def test_whoever_never_saw_toml_is_told_what_to_write(text: str, told: str) -> None:
    whole = told.format(
        twice=(
            "put all its lines under one. Only what has two brackets may stand several times, such as "
            "[[block]], [[block.step]] or [[moment]]."
        ),
        basics='A line is a [heading], or name = value, or a # comment. Example: volume = "low"',
        backslash="between double quotes a backslash has a meaning of its own; use single ones.",
        list="a list ends with ], with commas between entries.",
    )
    line = text.count("\n") + 1 - text.endswith("]\n]") - text.endswith(",\n]")
    assert explain(error_of(text), text, "f") == f"f, line {line}: {whole}"
    below = f"# mine\r\n{text}\n"
    assert explain(error_of(below), below, "f").startswith("f, line ")


def test_a_list_is_not_taken_for_open_because_its_line_is_long() -> None:
    letters = '"a", ' * 60
    with pytest.raises(TomlError, match="a list ends with"):
        parse(f'loads = [{letters}"b" "c"', "f")
    with pytest.raises(TomlError, match="something stands behind the value"):
        parse(f"loads = [{letters}] x", "f")


def test_the_example_is_right_itself() -> None:
    for text, told in CURES:
        line = told.split("Example: ")[-1] if "Example: " in told else ""
        if line and "…" not in line and not line.startswith(('"', "wall")):
            tomllib.loads(line.replace("{basics}", "")), text


def test_what_tomllib_never_said_is_told_in_its_words() -> None:
    told = explain(tomllib.TOMLDecodeError("a new complaint"), "x = 1\n\n", "f")
    assert told.startswith(
        "f, line 1: this cannot be understood from column 6 on (a new complaint). A line is"
    )


# --- depth

marks = st.text(alphabet="[]{}.,='\"#\n\\ ab1")


@given(marks, st.sampled_from(['"', "'", '"""', "'''"]))
def test_marks_in_a_text_do_not_count(marks_: str, quote: str) -> None:
    """A right file is never refused for what stands in its texts and comments."""
    inside = marks_.replace(quote[0], "").replace("\\", "\\\\" if quote[0] == '"' else "")
    if len(quote) == 1:
        inside = inside.replace("\n", "")
    comment = marks_.replace("\n", "") + "[" * 20 + "." * 20
    text = f"a = {quote}{inside}[[[[[[[[[[..........{quote} # {comment}\nb = 1\n"
    assert tomllib.loads(text)["b"] == 1
    assert too_deep(text) is None


@pytest.mark.parametrize(
    "text",
    [
        'a = """"' + "[" * 20 + '"""""\nb = 1\n',
        "a = ''''" + "[" * 20 + "'''''\nb = 1\n",
        'a = """\\"""' + "[" * 20 + '\\\\"""\nb = 1\n',
        'a = "\\"' + "[" * 20 + '"\nb = 1\n',
        'a = "\\\\" # ' + "[" * 20 + "\nb = 1\n",
        'a = ""\n' * 1 + "b = 1 # " + '"' * 3 + "[" * 20,
        "[a]\n" + "[[b]]\n" * 50 + "[c.d.e.f.g.h.i.j]\n",
        "a = [\n" + "[1.5, 2.5],\n" * 50 + "]\n",
        "a = " + "[" * DEEPEST + "]" * DEEPEST,
        "a.b.c.d.e.f.g.h = 1979-05-27T07:32:00.5\n" * 1 + "i.j.k.l.m.n.o.p = 1\n",
        'a = { b = "..........", c = 1.5, d = [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5] }\n',
    ],
)
def test_a_right_file_is_not_refused(text: str) -> None:
    tomllib.loads(text)
    assert too_deep(text) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = " + "[" * (DEEPEST + 1), 1),
        ("a = " + "{a=" * (DEEPEST + 1), 1),
        ("x = 1\na = [\n" + "[" * DEEPEST, 3),
        ("\n\na" + ".a" * DEEPEST + " = 1", 3),
        ("[a" + " . a" * DEEPEST + "]", 1),
        ('"a"' + '."a"' * DEEPEST + " = 1", 1),
        ("b = {a" + ".a" * DEEPEST + " = 1}", 1),
        ('a = """x""" \n' + "b = " + "[" * (DEEPEST + 1), 2),
        ('a = "#" \nb = ' + "[" * (DEEPEST + 1), 2),
    ],
)
def test_what_goes_too_deep_is_found_in_its_line(text: str, line: int) -> None:
    assert too_deep(text) == line


def depth(value: object) -> int:
    match value:
        case dict():
            return 1 + max(map(depth, value.values()), default=0)
        case list():
            return 1 + max(map(depth, value), default=0)
    return 0


pieces = st.sampled_from([*"[]{}.,='\"#\n\\ ab1", '"""', "'''", "a.b", "a = [", "\n[a]\n", '"a"', " = 1\n"])


@settings(max_examples=2000)
@given(st.lists(pieces, max_size=25).map("".join))
@example("a = '''[''' ]")
def test_whatever_is_parsed_is_not_deeper_than_it_was_found(text: str) -> None:
    refused = too_deep(text)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = explain(error, text, "f")
        assert told.startswith("f, line ")
    else:
        assert depth(parsed) >= DEEPEST if refused else depth(parsed) <= 3 * DEEPEST
