"""What an owner gets wrong in a technique file is told in one whole sentence, and costs that file only."""

import tomllib
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.config.techniques import load, read_technique
from kiosk.config.tomltypes import value_at
from tests.config.test_techniques import GOOD, PICTURES, SHIPPED, own, shipped

STEP = "block 1.step 1"
BLOCKS = GOOD[GOOD.index("[[block]]") :]
LOADS = '"stretch", "massage", "press", "roll", "cold", "heat", "stand", "cross-leg", "walk"'
NO_STEPS = "block 1.step must be a list with at least one entry, each a section of its own"
SECONDS = f"{STEP}.seconds must be a whole number from 1 to 1800, but it is"
ART = f"there are, named without .svg: {', '.join(sorted(PICTURES))}. Example: "
FIRST = min(PICTURES)
EITHER = "a technique has either timed steps, below [[block]] and [[block.step]], or a soak, below [soak]."
TOP = "id, name, place, posture, posture_art, posture_pose, art, source, caution, by_day, loads, block, soak"


MISTAKES = [
    (
        'loads = ["stretch"]',
        "loads = []",
        (
            "loads must say what it asks of the body, so that the safety profile can leave it out. "
            'Example: loads = ["stretch"]'
        ),
    ),
    (
        'source = "a leaflet"',
        'source = ""',
        'source must be some text, but it is "". Example: source = "NHS, leg cramps"',
    ),
    (
        'source = "a leaflet"',
        'source = "a leaflet"\ncaution = true',
        'caution must be text, but it is true. Example: caution = "text"',
    ),
    (
        BLOCKS,
        "soak = { minute = 15 }",
        (
            "soak.minute is not known; did you mean minutes?\n"
            "soak.minutes is missing. Example: minutes = 15\n"
            "soak.range is missing. Example: range = [15, 15]\n"
            'soak.source is missing. Example: source = "NHS, leg cramps"'
        ),
    ),
    (
        'loads = ["stretch"]',
        "loads = [[1]]",
        f'loads 1 must be one of {LOADS}, but it is [1]. Example: loads = ["stretch"]',
    ),
    (BLOCKS, "block = [{ step = [] }]", f"{NO_STEPS}, but it is []. Example: [[block.step]]"),
    (
        BLOCKS,
        "block = [{ step = {} }]",
        "there may be several of block 1.step, so its heading has two brackets: [[block.step]]",
    ),
    (
        BLOCKS,
        "block = [{ step = [[]] }]",
        "block 1.step 1 must be a section of its own, but it is []. Example: [[block.step]]",
    ),
    (
        BLOCKS,
        "block = [{ step = [3] }]",
        "block 1.step 1 is no value but a section; its values stand below a heading: [[block.step]]",
    ),
    ("[[block]]", "[block]", "there may be several of block, so its heading has two brackets: [[block]]"),
    (
        "[[block.step]]",
        "[block.step]",
        "there may be several of block 1.step, so its heading has two brackets: [[block.step]]",
    ),
    (BLOCKS, "[[block]]", "block 1.step is missing. Example: [[block.step]]"),
    (BLOCKS, "", EITHER),
    (
        BLOCKS,
        '[[soak]]\nminutes = 15\nrange = [15, 20]\nsource = "x"',
        "there is only one soak, so its heading has one bracket on each side: [soak]",
    ),
    (
        'art = "toe_stretch"',
        "art = [[1]]",
        'art must be text, but it is a list of 1. Example: art = "toe_stretch"',
    ),
    (
        'place = "bed"',
        'place = "floor"',
        'place must be one of "bed", "feet", "soak", but it is "floor". Example: place = "bed"',
    ),
    ('art = "toe_stretch"', "", 'art is missing. Example: art = "toe_stretch"'),
    (
        'posture = "Sit, legs out"',
        "posture = 3",
        'posture must be text of 1 to 48 characters, but it is 3. Example: posture = "Sit, legs out"',
    ),
    (
        "seconds = 5",
        "second = 5",
        (
            f"{STEP}.second is not known; did you mean seconds?\n"
            f"{STEP}.seconds is missing. Example: seconds = 30"
        ),
    ),
    ('posture = "Sit', 'seconds = 5\nposture = "Sit', "seconds belongs below the heading [[block.step]]."),
    (
        'posture = "Sit',
        'line = "Sit"\nposture = "Sit',
        f"line is not known; known are: {TOP}.",
    ),
    ("seconds = 5", "seconds = 2.5", f"{SECONDS} 2.5. Example: seconds = 30"),
    ("seconds = 5", 'seconds = "5"', f'{SECONDS} "5". Example: seconds = 30'),
    ("seconds = 5", "seconds = nan", f"{SECONDS} nan, which is no number. Example: seconds = 30"),
    (
        "range = [3, 5]",
        "range = 3",
        (
            f"{STEP}.range must be a list of 2, each a whole number from 1 to 1800, but it is 3. "
            "Example: range = [30, 30]"
        ),
    ),
    (
        "range = [3, 5]",
        "range = [0, 5]",
        f"{STEP}.range 1 must be a whole number from 1 to 1800, but it is 0. Example: range = [30, 30]",
    ),
    (
        "range = [3, 5]",
        "range = [3, 4, 5]",
        (
            f"{STEP}.range must be a list of 2, each a whole number from 1 to 1800, but it is [3, 4, 5]. "
            "Example: range = [30, 30]"
        ),
    ),
    (
        'cue = "hold"',
        'cue = "pull"',
        (
            f'{STEP}.cue must be one of "ready", "hold", "release", "move", "wiggle", "rest", '
            'but it is "pull". Example: cue = "ready"'
        ),
    ),
    (
        "times = [2, 4]",
        'times = "3"',
        (
            'block 1.times must be a whole number or a list of 2, each a whole number, but it is "3". '
            "Example: times = 1"
        ),
    ),
    (
        'id = "ankle"',
        'id = "My ankle"',
        (
            'id must be small letters, digits and _, a letter first, such as "my_stretch", '
            'but it is "My ankle". Example: id = "my_stretch"'
        ),
    ),
    (
        'id = "ankle"',
        'id = "ankle\\n"',
        (
            'id must be small letters, digits and _, a letter first, such as "my_stretch", '
            'but it is "ankle\\n". Example: id = "my_stretch"'
        ),
    ),
    (
        "[[block.step]]",
        'until = "gone"\n[[block.step]]',
        'block 1.until must be one of "", "relief", but it is "gone". Example: until = "relief"',
    ),
    ("usual = 3", "usual = 5", "block 1.times is 5, which is outside its range of 2 to 4."),
    (
        "times = [2, 4]",
        "times = [4, 2]",
        "block 1.times: the range 4 to 2 must rise and stay within 1 to 60.",
    ),
    (
        "times = [2, 4]\nusual = 3",
        "times = 0",
        "block 1.times: the range 0 to 0 must rise and stay within 1 to 60.",
    ),
    ("seconds = 5", "seconds = 6", f"{STEP}.seconds is 6, which is outside its range of 3 to 5."),
    (
        "range = [3, 5]",
        "range = [5, 3]",
        f"{STEP}.seconds: the range 5 to 3 must rise and stay within 1 to 1800.",
    ),
    (
        'pose = "back"',
        'rounds = [5]\npose = "back"',
        f"{STEP}.rounds names round 5, but the block has only 4.",
    ),
    (
        'art = "toe_stretch"',
        'art = "calf"',
        f'art: there is no picture "calf"; {ART}art = "{FIRST}"',
    ),
    (
        'art = "toe_stretch"',
        'art = "walk.svg"',
        f'art: there is no picture "walk.svg"; {ART}art = "walk"',
    ),
    (
        'pose = "back"',
        'art = "ankle.png"',
        f'{STEP}.art: there is no picture "ankle.png"; {ART}art = "{FIRST}"',
    ),
    (
        'posture_art = "sit_long"',
        'posture_art = "sofa"',
        f'posture_art: there is no picture "sofa"; {ART}posture_art = "{FIRST}"',
    ),
    (
        'pose = "back"',
        'pose = "up"',
        f'{STEP}.art: the picture "toe_stretch" has no pose "up"; it has back, forward, rest.',
    ),
    ('cue = "hold"', 'cue = "wiggle"', None),
    (
        'cue = "hold"\nline = "Circle the ankle"\nseconds = 5\nrange = [3, 5]\npose = "back"',
        'cue = "move"\nline = "Circle the ankle"\nseconds = 5',
        f'{STEP}.art: the picture "toe_stretch" knows no "move"; name a pose.',
    ),
    (
        'line = "Circle the ankle"',
        'line = "Circle the ankle round and round"',
        f"{STEP}.line has 6 words; there is room for 5.",
    ),
    (
        'line = "Circle the ankle"',
        'line = "Circle the ankle round twice"\nword = "GO ON NOW"',
        f"{STEP}.word + line has 8 words; there is room for 7.",
    ),
    (
        'name = "Ankle circles"',
        'name = "Slow ankle circles"',
        "name + posture has 6 words; there is room for 5.",
    ),
    ('place = "bed"', 'place = "soak"', 'a technique with [soak] has place = "soak", and no other has.'),
    (
        "[[block]]",
        '[soak]\nminutes = 15\nrange = [15, 20]\nsource = "a leaflet"\n[[block]]',
        (
            f"{EITHER}\n"
            'a technique with [soak] has place = "soak", and no other has.\n'
            "loads of a soak must name heat; without it the safety profile could not leave it out. "
            'Example: loads = ["heat"]'
        ),
    ),
    (
        "times = [2, 4]\nusual = 3\n\n[[block.step]]",
        "times = 60"
        + '\n[[block.step]]\ncue = "hold"\nline = "Hold"\nseconds = 5\nsource = "x"' * 9
        + "\n[[block.step]]",
        "its blocks come to 600 steps with all their rounds; there is room for 500.",
    ),
]


@pytest.mark.parametrize(("was", "now", "told"), MISTAKES)
def test_a_mistake_is_told_in_whole(tmp_path: Path, was: str, now: str, told: str | None) -> None:
    assert was in GOOD
    techniques, problems = load([own(tmp_path, a=GOOD.replace(was, now, 1))])
    expected = tuple(f"{tmp_path}/a.toml: {line}" for line in (told or "").splitlines())
    assert problems == expected
    assert len(techniques) == (0 if told else 1)


def test_every_wrong_value_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace('place = "bed"', "place = 3").replace("seconds = 5", "seconds = 0")
    _techniques, problems = load([own(tmp_path, a=wrong.replace("times = [2, 4]", "time = [2, 4]"))])
    assert problems == (
        f'{tmp_path}/a.toml: place must be one of "bed", "feet", "soak", but it is 3. Example: place = "bed"',
        f"{tmp_path}/a.toml: block 1.time is not known; did you mean times?",
        f"{tmp_path}/a.toml: {SECONDS} 0. Example: seconds = 30",
    )


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    techniques, problems = load([SHIPPED, own(tmp_path, a="id = \n", b='name = "half')])
    assert techniques == shipped()
    assert problems == (
        f'{tmp_path}/a.toml, line 1: nothing stands behind the =. Example: volume = "low"',
        f'{tmp_path}/b.toml, line 1: the text has no quote at its end. Example: name = "half"',
    )


def test_soak_cards_are_checked(tmp_path: Path) -> None:
    soak = (SHIPPED / "70_soak.toml").read_text(encoding="utf-8")
    wrong = soak.replace('line = "Between the toes too"', 'line = "Dry well between all of the toes"')
    wrong = wrong.replace('pose = "out"', 'pose = "in"', 1).replace("minutes = 15", "minutes = 12")
    _techniques, problems = load([own(tmp_path, soak=wrong)])
    assert problems == (
        f"{tmp_path}/soak.toml: soak.minutes is 12, which is outside its range of 15 to 20.",
        (
            f'{tmp_path}/soak.toml: soak.after 1.art: the picture "soak" has no pose "in"; '
            "it has hot, out, probe_out, rest."
        ),
        f"{tmp_path}/soak.toml: soak.after 2.line has 7 words; there is room for 5.",
        f"{tmp_path}/soak.toml: soak.after 2.word + line has 8 words; there is room for 7.",
    )


PLACES = [
    ("name",), ("place",), ("loads",), ("loads", 0), ("block",), ("block", 0), ("block", 0, "times"),
    ("block", 0, "step"), ("block", 0, "step", 0), ("block", 0, "step", 0, "range"), ("soak",), ("other",),
    ("soak", "minutes"), ("soak", "range"), ("soak", "after", 0, "word"), ("block", 0, "step", 0, "rounds"),
]  # fmt: skip
anything = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(SHIPPED.glob("*.toml"))), st.sampled_from(PLACES), anything)
def test_whatever_stands_there_one_sentence_and_no_crash(
    path: Path, place: tuple[str | int, ...], value: object
) -> None:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        inner = value_at(raw, place[:-1])
        inner[place[-1]] = value  # type: ignore[index]
    except (KeyError, IndexError):
        return  # this technique has no such place
    with mock.patch("kiosk.config.techniques.parse", return_value=raw):
        technique, problems = read_technique("", path, PICTURES)
    assert (technique is None) == bool(problems)
    assert all(problem.startswith(f"{path}: ") for problem in problems)


def test_links_that_lead_nowhere_are_told_and_cost_nothing_else(tmp_path: Path) -> None:
    """A disk with an owner's techniques that is not plugged in."""
    own(tmp_path, a=GOOD)
    file, folder = tmp_path / "b.toml", tmp_path / "c"
    file.symlink_to(tmp_path / "gone.toml")
    folder.symlink_to(tmp_path / "gone")
    techniques, problems = load([tmp_path, folder])
    assert [technique.id for technique in techniques] == ["ankle"]
    nowhere = "is a link that leads nowhere. Bring back what it leads to, or take the link away."
    assert problems == (f"{file} {nowhere}", f"{folder} {nowhere}")
