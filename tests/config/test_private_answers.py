"""What in a file may tell about somebody's health is found below any heading, and none of it is quoted."""

import itertools
import tomllib
from pathlib import Path

import pytest

from kiosk.config.private import is_answer, may_hold_answers, tells
from kiosk.config.settings import Health, check, find
from kiosk.config.tomlfile import TomlError, parse
from kiosk.core.rules import Condition
from tests.config.test_keeper import ALL
from tests.config.test_settings import TECHNIQUES, file

# --- where nobody looks for them

HIDDEN = [
    '[owner.health]\nconditions = ["clot"]\n',
    '[settings]\n[settings.health]\nconditions = ["clot"]\n[settings.sound]\nvolume = "low"\n',
    "[profile]\nnumb = true\nclot = true\n",
    "[night.health_profile]\nclot = true\n",
    '[medical]\nanswers = ["clot"]\n',
    '[me]\n[[me.answer]]\nto = "Clot"\n',
    '[sound]\nvolume = "low"\n[sound.me.health]\nconditions = ["clot"]\n',
    "[cramp-kiosk.heath]\nasked = true\n",
    '[me]\nx.y.z = ["a bloodclot", "or clott"]\n',
    "[[sound]]\nclot = true\n",
    "clot = true\n",
    "[x]\n" + "".join(f"a{number} = 1\n" for number in range(300)),
]


@pytest.mark.parametrize("text", HIDDEN)
def test_answers_below_a_heading_nobody_knows_make_the_night_careful(tmp_path: Path, text: str) -> None:
    found = find([file(tmp_path, text)])
    assert found.in_force.health == Health(conditions=ALL, asked=False)


@pytest.mark.parametrize(
    "text",
    [
        '[settings]\n[settings.sound]\nvolume = "low"\n',
        "[me]\nage = 71\nbed = [1, 2]\n",
        "[sound]\nvolum = 3\n",
    ],
)
def test_other_names_nobody_knows_do_not(tmp_path: Path, text: str) -> None:
    assert not find([file(tmp_path, text)]).doubtful


def test_which_words_tell() -> None:
    for word in ("sound", "clock", "number", "round", "steady", "quiet_from", "minutes = 15", "would"):
        assert not tells(word), word
    for word in ("health", "heath", "Conditions", "condition", "[my.health]", "numbness, numb", "clott"):
        assert tells(word), word
    assert not is_answer("health")
    assert not may_hold_answers("x", {"a": [1, 2.5, {"b": True}], "c": "bed"})


def test_a_link_that_leads_nowhere_may_lead_to_answers(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.symlink_to(tmp_path / "gone.toml")
    found = find([path])
    assert found.problems[0].startswith(f"{path} is a link that leads nowhere.")
    assert found.in_force.health.conditions == ALL


# --- said, but not what they are


def lines_about(answer: str) -> list[str]:
    """A line of a file with this answer, wrong in every way there is a sentence for."""
    return [
        f"conditions = {answer}", f"conditions = [{answer}]", f'conditions = ["{answer}',
        f"conditions = “{answer}”", f'conditions = "{answer}" "x"', f'conditions = "{answer}";',
        f"conditions: {answer}", f"conditions {answer}", f"; {answer}", f"// {answer}", f"[{answer}",
        f"[[{answer}]", f"[] {answer}", f"{answer} = True",
        f"{answer} = 7,5", f"{answer} = .5", f"{answer} = 5 mg", f"{answer} =",
        f"{answer} = 1\n{answer} = 2", f"{answer} = {{a = 1, a = 2}}", f"my {answer} = 1",
        f'x = "C:\\d{answer}"', f"= {answer}", f"{answer}", f"{answer} = {{b = {{}}, b.c = 1}}",
        f"{answer} = [1", f"conditions = [\n  {answer},\n]", f'x = """\n{answer}', f"{answer} = \0",
        f"{answer} = 1979-13-01", f"{answer}.{answer} = 1\n{answer} = 2", f'"{answer}": 1',
    ]  # fmt: skip


#: Nobody would know the second one for an answer but for where it stands.
SAID = ["pregnant", "thrombosis"]


@pytest.mark.parametrize(("answer", "number"), [*itertools.product(SAID, range(len(lines_about(""))))])
def test_no_mistake_of_a_line_is_told_with_what_it_says_about_health(answer: str, number: int) -> None:
    text = f"[sound]\nvolume = 'low'\n[health]\nasked = true\n{lines_about(answer)[number]}\n[soak]\n"
    with pytest.raises(TomlError) as raised:
        parse(text, "f")
    sentence = str(raised.value)
    assert sentence.startswith("f, line ")
    assert answer not in sentence


@pytest.mark.parametrize(
    "text",
    [
        "answer = pregnant",
        "[pregnant\n",
        'health.conditions = ["pregnant',
        "[heath]\nwhat = [\n  thrombosis,\n]\n",
        # Where the section ends cannot be seen from its lines.
        "[health]\nx = [\n[1]\n,\n]\npregnant = since 2019\n",
        "[health]\nx = '''\n[sound]\n'''\nthrombosis = since 2019\n",
        "[heath]\nx = [\n[1]\n,\n]\nthrombosis = since 2019\n",
        '["he\\u0061lth"]\nthrombosis = since 2019\n',
        '["he\\x61lth"]\nthrombosis = since 2019\n',
        "".join(
            f"a{'bcdefghij'[n % 9]}{'klmnopqrs'[n // 9 % 9]}{'tuvwxyz'[n // 81]} = 1\n" for n in range(567)
        )
        + "thrombosis = since 2019\n",
    ],
)
def test_nor_where_it_stands_below_no_heading_or_a_wrong_one(text: str) -> None:
    with pytest.raises(TomlError) as raised:
        parse(text, "f")
    assert not any(answer in str(raised.value) for answer in SAID)


def test_lines_of_a_file_without_answers_are_shown_as_ever() -> None:
    """Such as the package's, where each setting stands in a comment."""
    for before in ("", "# [health]\n  # conditions = []\n", "[sound]\n", 'x = "C:\\\\d"\n'):
        with pytest.raises(TomlError, match='Example: quiet_from = "22:00"'):
            parse(f"{before}quiet_from = 22:00\n", "f")
    with pytest.raises(TomlError, match='Example: volume = "low"'):
        parse("[health]\nasked = true\n[sound]\nquiet_from = 22:00\n", "f")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[health]\nconditions = ["clott"]\n',
            "{file}: health.conditions 1 must be one of {all}. {hidden} Example: conditions = [\"numb\"]",
        ),
        (
            'health = ["clot"]\n',
            "{file}: health must be a section of its own. {hidden} Example: [health]",
        ),
        (
            '[health]\nasked = "clot"\n',
            "{file}: health.asked must be true or false. {hidden} Example: asked = false",
        ),
        (
            "[health]\nthrombosis_2019 = true\n",
            "{file}: a name in health is not known. {name} known are: conditions, asked.",
        ),
        (
            "[sound]\nclot = true\n",
            "{file}: a name in sound is not known. {name} known are: volume, buzzer, quiet_from, quiet_to.",
        ),
        ("[health]\nvolume = 1\n", "{file}: health.volume belongs below the heading [sound]."),
    ],
)  # fmt: skip
def test_no_value_and_no_name_that_does_not_belong_is_told(tmp_path: Path, text: str, told: str) -> None:
    tomllib.loads(text)
    path = file(tmp_path, text)
    hidden = "What stands there may tell about health, so it is not shown."
    name = "It may tell about health, so it is not shown;"
    known = ", ".join(f'"{each}"' for each in Condition)
    assert find([path]).problems == (told.format(file=path, hidden=hidden, name=name, all=known),)


@pytest.mark.parametrize(
    "text",
    [
        '[sound]\nvolume = "clot"\n',
        '[sound]\nvolume = ["low", "clot"]\n',
        '[night]\ntechniques = ["clot"]\n',
        "[night]\nchoice = {clot = {hold = 4}}\n",
        "[night.choice.clot]\nhold = false\n",
        "[night.choice]\nclot = 3\n",
        'clot = "clot"\n',
    ],
)
def test_an_answer_that_strayed_is_not_told_wherever_it_stands(tmp_path: Path, text: str) -> None:
    found = find([file(tmp_path, text)])
    told = [*found.problems, *check(found, TECHNIQUES)]
    assert told
    assert not any("clot" in sentence.removeprefix(str(tmp_path)) for sentence in told)
