"""Every step has a name of its own that stays: the diary, recorded speech and translators know it by that."""

import msgspec
import pytest

from kiosk.config import techniques
from kiosk.core import safety
from kiosk.core.rules import Condition, Rules
from kiosk.core.technique import Technique, with_ids
from kiosk.core.timeline import lay_out
from tests.bedside import HAND

SHIPPED = techniques.load(techniques.folders()[:1])[0]

#: Never changed: a diary of years has them, and sound files are called so.
IDS = {
    "hand_stretch.stretch.pull",
    "hand_stretch.stretch.relax",
    "toe_stretch.stretch.back",
    "toe_stretch.stretch.back_relax",
    "toe_stretch.stretch.forward",
    "toe_stretch.stretch.forward_relax",
    "toe_stretch.stretch.apart",
    "toe_stretch.stretch.apart_relax",
    "toe_stretch.spread.apart",
    "toe_stretch.spread.wiggle",
    "massage.rub.arch",
    "massage.rub.between",
    "massage.rub.press",
    "massage.rub.lift",
    "roller.roll.roller",
    "roller.roll.frozen",
    "calf_stretch.stretch.lean",
    "calf_stretch.stretch.stand",
    "walk.walk.round",
}


def ids(technique: Technique) -> list[str]:
    return [f"{technique.id}.{block.id}.{step.id}" for block in technique.block for step in block.step]


def test_the_shipped_steps_are_called_as_ever():
    found = [each for technique in SHIPPED for each in ids(technique)]
    assert len(found) == len(set(found))
    assert set(found) == IDS


def test_the_shipped_cards_have_names():
    soak = next(technique.soak for technique in SHIPPED if technique.soak is not None)
    assert [card.id for card in (*soak.prepare, *soak.after)] == [
        "fill", "salt_tub", "salt_bath", "probe", "sit", "dry", "look",
    ]  # fmt: skip


def test_every_beat_of_the_night_bears_the_id_of_its_step():
    beats = [beat for technique in SHIPPED for beat in lay_out(technique)]
    assert {beat.id for beat in beats} <= IDS
    assert beats[0].id == "hand_stretch.stretch.pull"


def test_a_step_without_an_id_is_called_by_its_number_even_if_the_one_before_is_left_out():
    block = HAND.block[0]
    press = msgspec.structs.replace(block.step[0], loads=("press",))
    mixed = msgspec.structs.replace(
        HAND, loads=("stretch",), block=(msgspec.structs.replace(block, step=(press, block.step[1])),)
    )
    named = with_ids(mixed)
    rules = Rules(techniques=(named,), conditions=frozenset({Condition.THINNER}))
    (shown,) = safety.sequence(rules)
    assert [beat.id for beat in lay_out(shown)][:1] == [f"{HAND.id}.1.2"]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (
            '[[block]]\nid = "a"\n{step}\n[[block]]\nid = "a"\n{step}',
            "block: 2 of them have the id a; give each its own.",
        ),
        ("[[block]]\n{one}\n{one}", "block 1.step: 2 of them have the id x; give each its own."),
    ],
)
def test_two_of_one_name_are_told(tmp_path, block, told):
    step = '[[block.step]]\ncue = "hold"\nline = "Pull"\nseconds = 3\nsource = "x"'
    text = (
        'id = "mine"\nname = "Mine"\nplace = "bed"\nposture = "Sit"\nposture_art = "sit_cross"\n'
        'art = "hand_stretch"\nloads = ["stretch"]\nsource = "x"\n'
        + block.format(step=step, one=step.replace("cue", 'id = "x"\ncue'))
    )
    (tmp_path / "mine.toml").write_text(text)
    _found, wrong = techniques.load([*techniques.folders()[:1], tmp_path])[:2]
    assert [sentence.split("mine.toml: ", 1)[1] for sentence in wrong] == [told]
