"""What each condition hides and softens: the contraindication table, row by row."""

import msgspec
import pytest

from kiosk.config.techniques import folders, load
from kiosk.core import safety
from kiosk.core.rules import Condition, Rules
from kiosk.core.soak import SENSITIVE, Bands
from kiosk.core.technique import MINUTE, Load
from kiosk.core.timeline import Choice
from tests.bedside import CALF, HAND, PRESS, SOAK, standard

SHIPPED = load(folders()[:1])[0]
ALL = ["hand_stretch", "toe_stretch", "massage", "roller", "calf_stretch", "walk", "soak"]


def shown(*conditions: Condition, **more) -> list[str]:
    rules = Rules(techniques=SHIPPED, conditions=frozenset(conditions), **more)
    return [technique.id for technique in safety.sequence(rules)]


def loads(*conditions: Condition, **more) -> set[Load]:
    """Everything that is still asked of the body."""
    rules = Rules(techniques=SHIPPED, conditions=frozenset(conditions), **more)
    return {
        each
        for technique in safety.sequence(rules)
        for each in [*technique.loads, *(one for b in technique.block for s in b.step for one in s.loads)]
    }


def lines(*conditions: Condition) -> set[str]:
    rules = Rules(techniques=SHIPPED, conditions=frozenset(conditions))
    return {s.line for technique in safety.sequence(rules) for b in technique.block for s in b.step}


def test_nothing_is_hidden_from_anybody_else():
    assert shown() == ALL
    assert loads() == set(Load)


@pytest.mark.parametrize(
    ("condition", "hidden"),
    [
        (Condition.CLOT, {Load.MASSAGE, Load.PRESS, Load.ROLL, Load.HEAT}),
        (Condition.THINNER, {Load.PRESS}),
        (Condition.NUMB, {Load.HEAT, Load.COLD}),
        (Condition.CIRCULATION, {Load.HEAT, Load.COLD}),
        (Condition.RAYNAUD, {Load.COLD}),
        (Condition.WOUND, {Load.MASSAGE, Load.PRESS, Load.ROLL, Load.HEAT}),
        (Condition.PREGNANT, {Load.PRESS, Load.HEAT}),
        (Condition.UNSTEADY, {Load.STAND, Load.WALK, Load.CROSS_LEG}),
    ],
)
def test_what_each_condition_hides(condition, hidden):
    assert safety.hidden(Rules(conditions=frozenset({condition}))) == hidden
    assert not loads(condition) & hidden


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        (Condition.CLOT, ["hand_stretch", "toe_stretch", "calf_stretch", "walk"]),
        (Condition.THINNER, ALL),
        (Condition.NUMB, ALL[:-1]),
        (Condition.CIRCULATION, ALL[:-1]),
        (Condition.RAYNAUD, ALL),
        (Condition.WOUND, ["hand_stretch", "toe_stretch", "calf_stretch", "walk"]),
        (Condition.PREGNANT, ALL[:-1]),
    ],
)
def test_what_of_the_shipped_techniques_is_left(condition, left):
    assert shown(condition) == left


def test_the_unsteady_stay_seated_with_both_feet_down():
    assert shown(Condition.UNSTEADY) == ["toe_stretch", "roller", "soak"]


def test_conditions_add_up():
    everything = safety.hidden(Rules(conditions=frozenset(Condition)))
    assert everything == set(Load) - {Load.STRETCH}
    assert shown(*Condition) == ["toe_stretch"]


@pytest.mark.parametrize(
    ("condition", "softened"),
    [
        (Condition.THINNER, {Load.MASSAGE, Load.ROLL}),
        (Condition.PREGNANT, {Load.STRETCH, Load.MASSAGE}),
    ],
)
def test_who_is_led_more_gently(condition, softened):
    plain = [s for t in SHIPPED for b in t.block for s in b.step if s.gentle and softened & set(s.loads)]
    assert plain
    hidden = safety.hidden(Rules(conditions=frozenset({condition})))
    for step in plain:
        if not hidden & set(step.loads):
            assert step.gentle in lines(condition)
    assert not any(step.gentle in lines() for step in plain)


# --- the soak with sensitive feet


@pytest.mark.parametrize(
    "condition", [Condition.NUMB, Condition.CIRCULATION, Condition.WOUND, Condition.PREGNANT]
)
def test_a_clinicians_yes_shows_the_soak_cooler_and_shorter(condition):
    assert "soak" not in shown(condition)
    assert "soak" in shown(condition, soak_allowed=True)
    rules = Rules(conditions=frozenset({condition}), soak_allowed=True, soak_minutes=20)
    assert safety.bands(rules) == SENSITIVE
    assert safety.soak_length(rules) == 10 * MINUTE


def test_nobody_allows_heat_on_a_clot():
    assert "soak" not in shown(Condition.CLOT, soak_allowed=True)
    assert "soak" not in shown(Condition.CLOT, Condition.NUMB, soak_allowed=True)


def test_the_yes_is_for_heat_alone():
    assert safety.hidden(Rules(conditions=frozenset({Condition.NUMB}), soak_allowed=True)) == {Load.COLD}


@pytest.mark.parametrize(("chosen", "length"), [(15, 15), (20, 20), (45, 20), (3, 3)])
def test_no_soak_is_longer_than_twenty_minutes(chosen, length):
    assert safety.soak_length(Rules(soak_minutes=chosen)) == length * MINUTE
    assert safety.bands(Rules(conditions=frozenset({Condition.RAYNAUD}))) == Bands()


def test_the_stop_page_comes_after_ten_minutes():
    assert safety.STOP_AFTER == 10 * MINUTE


# --- the owner's order


def test_the_owner_reorders_and_drops():
    rules = Rules(techniques=(SOAK, CALF, HAND, PRESS), left_out=frozenset({"calf", "unknown"}))
    assert [t.id for t in safety.sequence(rules)] == ["soak", "hand", "press"]


def test_everything_may_be_dropped():
    assert safety.sequence(standard(left_out=frozenset({"hand", "press", "calf", "soak"}))) == ()


def test_a_hidden_step_leaves_the_rest_of_its_technique():
    rules = standard(conditions=frozenset({Condition.THINNER}))
    press = next(t for t in safety.sequence(rules) if t.id == "press")
    assert [s.line for b in press.block for s in b.step] == ["Softly"]


def test_a_technique_without_a_step_is_gone():
    assert "press" not in [t.id for t in safety.sequence(standard(conditions=frozenset({Condition.CLOT})))]


def test_a_technique_with_no_beat_left_is_gone():
    # Its only step belongs to the third round, and the owner chose two.
    third = msgspec.structs.replace(PRESS.block[0].step[0], rounds=(3,))
    block = msgspec.structs.replace(PRESS.block[0], step=(third,), usual=None)
    technique = msgspec.structs.replace(PRESS, block=(block,))
    rules = Rules(techniques=(technique,), choices={"press": Choice(rounds=2)})
    assert safety.sequence(rules) == ()
    assert len(safety.sequence(Rules(techniques=(technique,), choices={"press": Choice(rounds=3)}))) == 1
