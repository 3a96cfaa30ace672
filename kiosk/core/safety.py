"""What this person must not be shown, and the clock that says when to stop.

Which condition bars or softens what: from the contraindications listed in SAFETY.md with their sources; a
test compares the two. The device asks once, by day; at night it only obeys.
"""

import msgspec

from kiosk.core.rules import Condition, Rules
from kiosk.core.soak import SENSITIVE, Bands
from kiosk.core.technique import MINUTE, Block, Load, Ms, Step, Technique
from kiosk.core.timeline import Choice, lay_out

#: From the first press without relief to the stop page; the upper bound of a common cramp.
STOP_AFTER: Ms = 10 * MINUTE
#: No soak is longer, whatever was chosen.
SOAK_AT_MOST = 20
SOAK_SENSITIVE = 10

HIDES: dict[Condition, frozenset[Load]] = {
    Condition.CLOT: frozenset({Load.MASSAGE, Load.PRESS, Load.ROLL, Load.HEAT}),
    Condition.THINNER: frozenset({Load.PRESS}),
    Condition.NUMB: frozenset({Load.HEAT, Load.COLD}),
    Condition.CIRCULATION: frozenset({Load.HEAT, Load.COLD}),
    Condition.RAYNAUD: frozenset({Load.COLD}),
    Condition.WOUND: frozenset({Load.MASSAGE, Load.PRESS, Load.ROLL, Load.HEAT}),
    Condition.PREGNANT: frozenset({Load.PRESS, Load.HEAT}),
    Condition.UNSTEADY: frozenset({Load.STAND, Load.WALK, Load.CROSS_LEG}),
}

SOFTENS: dict[Condition, frozenset[Load]] = {
    Condition.THINNER: frozenset({Load.MASSAGE, Load.ROLL}),
    Condition.PREGNANT: frozenset({Load.STRETCH, Load.MASSAGE}),
}

#: With these, a soak is shown only if a clinician said yes, and then cooler and shorter. Pregnancy is
#: among them for the bath, not for the feet: what warms the whole body is to be avoided.
SENSITIVE_FEET = frozenset({Condition.NUMB, Condition.CIRCULATION, Condition.WOUND, Condition.PREGNANT})


def _union(table: dict[Condition, frozenset[Load]], conditions: frozenset[Condition]) -> frozenset[Load]:
    return frozenset().union(*(table.get(condition, frozenset()) for condition in conditions))


def hidden(rules: Rules) -> frozenset[Load]:
    """What must not be asked of this person."""
    loads = _union(HIDES, rules.conditions)
    if rules.soak_allowed and not _union(HIDES, rules.conditions - SENSITIVE_FEET) & {Load.HEAT}:
        loads -= {Load.HEAT}
    return loads


def sequence(rules: Rules) -> tuple[Technique, ...]:
    """The techniques this person is shown, in the owner's order, steps hidden and softened."""
    hide, soften = hidden(rules), _union(SOFTENS, rules.conditions)
    shown = (_fit(t, hide, soften) for t in rules.techniques if t.id not in rules.left_out)
    return tuple(t for t in shown if t is not None and (t.soak is not None or _has_beats(t, rules)))


def _has_beats(technique: Technique, rules: Rules) -> bool:
    """Whether anything is left to do: a step of the third round alone is nothing in two rounds."""
    return bool(lay_out(technique, rules.choices.get(technique.id, Choice())))


def _fit(technique: Technique, hide: frozenset[Load], soften: frozenset[Load]) -> Technique | None:
    """The technique without what is hidden; None if nothing of it is left."""
    if hide & set(technique.loads):
        return None
    if technique.soak is not None:
        return technique
    blocks = tuple(block for b in technique.block if (block := _fit_block(b, hide, soften)) is not None)
    return msgspec.structs.replace(technique, block=blocks) if blocks else None


def _fit_block(block: Block, hide: frozenset[Load], soften: frozenset[Load]) -> Block | None:
    steps = tuple(_soft(step, soften) for step in block.step if not hide & set(step.loads))
    return msgspec.structs.replace(block, step=steps) if steps else None


def _soft(step: Step, soften: frozenset[Load]) -> Step:
    if step.gentle and soften & set(step.loads):
        return msgspec.structs.replace(step, line=step.gentle)
    return step


def bands(rules: Rules) -> Bands:
    """The soak's bands for this person."""
    return SENSITIVE if rules.conditions & SENSITIVE_FEET else Bands()


def soak_length(rules: Rules) -> Ms:
    """How long this person's feet stay in, in ms."""
    most = SOAK_SENSITIVE if rules.conditions & SENSITIVE_FEET else SOAK_AT_MOST
    return min(rules.soak_minutes, most) * MINUTE
