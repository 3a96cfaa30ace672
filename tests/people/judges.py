"""What was the night like for the person? One function for each measure of the table.

A goal that is missed is said. None of these numbers is known to the people (``data/``); they are the goals.
"""

import math
from collections.abc import Callable, Sequence

import msgspec

from kiosk.core.events import Ending
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.diary.entry import Entry
from tests.people.bed import EVENING
from tests.people.life import Bout, Life

#: A diary is true within so many seconds.
TRUE_WITHIN = 30.0
#: A cramp that comes back within so long is the same one.
SAME_WITHIN: Ms = 10 * MINUTE


class Measure(msgspec.Struct, frozen=True):
    """``met`` None: there was nothing to measure it by. ``count``: how many nights (or holds) it is of."""

    name: str
    goal: str
    value: str
    met: bool | None
    count: int = 0


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them (0 to 1) do not exceed; nothing: not a number."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _spread(values: Sequence[float], digits: int) -> str:
    parts = (
        ("p50", percentile(values, 0.5)),
        ("p95", percentile(values, 0.95)),
        ("worst", max(values, default=0)),
    )
    return ", ".join(f"{name} {value:.{digits}f}" for name, value in parts)


def _led(lives: Sequence[Life]) -> list[Life]:
    """Nights with a cramp that asked to be led at once."""
    return [one for one in lives if one.who.cramp is not None and not one.who.soak_first]


def seconds_to_first(life: Life) -> float | None:
    """From the press to the first movement done; infinite: none ever was; None: it went before that."""
    if life.pressed is None or not life.bouts:
        return None
    if life.first_done is not None:
        return (life.first_done - life.pressed) / SECOND
    over = life.bouts[0].over
    return None if over is not None and over - life.pressed < 40 * SECOND else math.inf


def first_movement(lives: Sequence[Life]) -> Measure:
    """Seconds to the first movement that the person can do, and does."""
    found = [value for one in _led(lives) if (value := seconds_to_first(one)) is not None]
    p50, p95 = percentile(found, 0.5), percentile(found, 0.95)
    never = sum(math.isinf(value) for value in found)
    return Measure(
        "seconds from the press to the first movement done",
        "p50 <= 20, p95 <= 40",
        f"p50 {p50:.0f}, p95 {p95:.0f}; never: {never}",
        p50 <= 20 and p95 <= 40 if found else None,
        len(found),
    )


def in_posture(lives: Sequence[Life]) -> Measure:
    """Holds whose cue came when the person was in posture."""
    holds = [hold for one in _led(lives) for hold in one.holds]
    share = 100 * sum(holds) / len(holds) if holds else math.nan
    firsts = [one.holds[0] for one in _led(lives) if one.holds]
    first = 100 * sum(firsts) / len(firsts) if firsts else math.nan
    return Measure(
        "holds with the person in posture at the cue",
        ">= 95 %",
        f"{share:.1f} % (the night's first: {first:.1f} %)",
        share >= 95 if holds else None,
        len(holds),
    )


def contraindicated(lives: Sequence[Life]) -> Measure:
    """Steps that harm."""
    steps = [step for one in _led(lives) for step in one.steps]
    wrong = sum(step.trouble == "contraindicated" for step in steps)
    nights = sum(any(step.trouble == "contraindicated" for step in one.steps) for one in _led(lives))
    unasked = sum(
        not one.who.owner.answered and any(s.trouble == "contraindicated" for s in one.steps)
        for one in _led(lives)
    )
    return Measure(
        "told to do what is contraindicated",
        "0 steps",
        f"{wrong} steps in {nights} nights ({unasked} of them: questions never answered)",
        wrong == 0 if steps else None,
        len(steps),
    )


def cannot(lives: Sequence[Life]) -> Measure:
    """Steps that the body cannot do."""
    steps = [step for one in _led(lives) for step in one.steps]
    share = 100 * sum(step.trouble == "cannot" for step in steps) / len(steps) if steps else math.nan
    return Measure(
        "told to do what they cannot",
        "<= 2 % of steps",
        f"{share:.1f} %",
        share <= 2 if steps else None,
        len(steps),
    )


def to_what_helps(lives: Sequence[Life]) -> Measure:
    """Presses, and seconds, until what helps them is done first. The order "helped" is not there yet: what is
    told is how it is without."""
    helped = [one for one in _led(lives) if one.who.cramp and one.who.cramp.helped_by != "nothing"]
    reached = [one.reached_help for one in helped if one.reached_help is not None]
    seconds = [
        (at[0] - one.pressed) / SECOND
        for one in helped
        if (at := one.reached_help) is not None and one.pressed is not None
    ]
    presses = [float(count - 1) for _, count in reached]
    return Measure(
        'presses, and seconds, to what helps them (order "helped", after 20 nights)',
        "p95 <= 2 presses; p95 seconds less than without",
        f"without it: p95 {percentile(presses, 0.95):.0f} presses, {percentile(seconds, 0.95):.0f} s; "
        f"reached in {100 * len(reached) / max(1, len(helped)):.0f} % of nights",
        None,
        len(helped),
    )


def left_alone(life: Life) -> bool:
    """Whether the person slept, or was gone, while the device was on."""
    if life.slept is None or life.asleep_in_water:
        return False
    woken = life.woken is not None and life.dark_after is None
    return not (woken and 0 <= (life.woken or 0) - life.slept < 6 * MINUTE)


def after_sleep(lives: Sequence[Life]) -> list[Measure]:
    """What is left on after the person slept or was gone."""
    alone = [one for one in lives if left_alone(one)]
    lamp = [one.lamp_seconds for one in alone]
    dark = [math.inf if one.dark_after is None else one.dark_after / MINUTE for one in alone]
    asked = [one for one in alone if len(one.peaks) > 1]
    falling = sum(is_falling(one) for one in asked)
    return [
        Measure(
            "after sleep: lamp level x seconds",
            "<= 40",
            _spread(lamp, 0),
            max(lamp) <= 40 if lamp else None,
            len(lamp),
        ),
        Measure(
            "after sleep: lamp lower at every question",
            "all",
            f"{falling} of {len(asked)} nights with more than one question",
            falling == len(asked) if asked else None,
            len(asked),
        ),
        Measure(
            "after sleep: minutes until dark",
            "<= 6",
            _spread(dark, 1),
            max(dark) <= 6 if dark else None,
            len(dark),
        ),
    ]


def is_falling(life: Life) -> bool:
    """Whether the lamp was lower at each question than at the one before."""
    return all(after < before for before, after in zip(life.peaks, life.peaks[1:], strict=False))


# --- the diary


def counts(entry: Entry) -> bool:
    """Whether this entry is counted as a cramp: not a soak, not doubtful and not a mistake, where an edition
    knows of such."""
    return entry.cramp and not any(getattr(entry, name, False) for name in ("doubtful", "mistake"))


def _side_is_true(entry: Entry, foot: str) -> bool:
    return entry.side.value == foot or any(
        getattr(entry, name, False) for name in ("assumed", "side_assumed", "assumed_side")
    )


def _spells(life: Life) -> list[tuple[Ms, Bout]]:
    """Cramps as a diary has to know them: when each began, and how it last ended."""
    spells: list[tuple[Ms, Bout]] = []
    for bout in life.bouts:
        if bout.pressed is None:
            continue
        before = spells[-1][1].over if spells else None
        if before is not None and bout.pressed - before < SAME_WITHIN:
            spells[-1] = (spells[-1][0], bout)
        else:
            spells.append((bout.pressed, bout))
    return spells


def untrue(life: Life) -> str:
    """What the diary has wrong of a night with an answer; empty: nothing."""
    assert life.who.cramp is not None
    entries = [entry for entry in life.diary if counts(entry)]
    for began, bout in _spells(life):
        if bout.said is None or bout.over is None:
            continue
        near = [e for e in entries if abs(_after_evening(e) - began / SECOND) <= TRUE_WITHIN]
        if not near:
            return "missing"
        entry = near[-1]
        if entry.ending is not Ending.GONE or entry.relief is None:
            return "outcome"
        if abs(_after_evening(entry) + entry.relief / SECOND - bout.over / SECOND) > TRUE_WITHIN:
            return "duration"
        if not _side_is_true(entry, life.who.cramp.foot):
            return "side"
    if len(entries) > len(_spells(life)):
        return "too many"
    return ""


def _after_evening(entry: Entry) -> float:
    return (entry.began - EVENING).total_seconds()


def diary(lives: Sequence[Life]) -> list[Measure]:
    """Whether the diary tells the truth."""
    answered = [one for one in _led(lives) if any(bout.said is not None for bout in one.bouts)]
    wrong = [reason for one in answered if (reason := untrue(one))]
    share = 100 * (1 - len(wrong) / len(answered)) if answered else math.nan
    reasons = ", ".join(f"{reason} {wrong.count(reason)}" for reason in sorted(set(wrong)))
    accidents = [one for one in lives if one.who.cramp is None and not one.who.soak_first]
    counted = sum(any(counts(entry) for entry in one.diary) for one in accidents)
    return [
        Measure(
            "the diary is true, in nights with an answer",
            ">= 97 %",
            f"{share:.1f} % (wrong: {reasons or 'none'})",
            share >= 97 if answered else None,
            len(answered),
        ),
        Measure(
            "an accident counted as a cramp",
            "0 after the morning",
            f"{counted} of {len(accidents)}",
            counted == 0 if accidents else None,
            len(accidents),
        ),
    ]


# --- water, help, and the way out


def feet(lives: Sequence[Life]) -> Measure:
    """Feet in water outside the band longer than it took the person to react."""
    soaked = [one for one in lives if any("soak" in page for _, page in one.pages)]
    late = [one for one in lives if one.outside]
    worst = max((seconds for one in late for seconds, _ in one.outside), default=0.0)
    return Measure(
        "feet in water outside the band beyond the person's reaction",
        "0 nights",
        f"{len(late)} of {len(soaked)} nights with feet in water; worst {worst:.0f} s",
        not late if soaked else None,
        len(soaked),
    )


def help_reached(lives: Sequence[Life]) -> Measure:
    """Who needs help and gives a sign comes to STOP and the signs."""
    need = [one for one in _led(lives) if needs_help(one)]
    reached = sum(one.saw_stop and one.saw_signs for one in need)
    stops = sum(one.saw_stop for one in need)
    return Measure(
        "who needs help and gives a sign reaches STOP and the signs",
        "100 %",
        f"{100 * reached / max(1, len(need)):.0f} % (STOP {100 * stops / max(1, len(need)):.0f} %)",
        reached == len(need) if need else None,
        len(need),
    )


def needs_help(life: Life) -> bool:
    """Ten minutes of cramp, a sign within the last three of them, and it went on for a minute more."""
    if life.needed_help is None:
        return False
    over = life.bouts[0].over
    return over is None or over - life.needed_help > MINUTE


def never_stuck(lives: Sequence[Life]) -> Measure:
    """From any moment, dark and every technique within sixteen presses."""
    looked = [one for one in lives if one.stuck is not None]
    stuck = [one for one in looked if one.stuck]
    what = ", ".join(sorted({one.stuck or "" for one in stuck}))
    return Measure(
        "stuck: dark or a technique not within 16 presses",
        "0",
        f"{len(stuck)} of {len(looked)}" + (f" ({what})" if what else ""),
        not stuck if looked else None,
        len(looked),
    )


def errors(lives: Sequence[Life]) -> Measure:
    """Nights that ended in an error, or not in the dark."""
    wrong = sum(bool(one.error) for one in lives)
    lit = sum(not one.error and not one.dark_in_the_end for one in lives)
    return Measure(
        "errors; not dark in the end", "0; 0", f"{wrong}; {lit}", not wrong and not lit, len(lives)
    )


Judge = Callable[[Sequence[Life]], Measure | list[Measure]]

JUDGES: tuple[Judge, ...] = (
    first_movement,
    in_posture,
    contraindicated,
    cannot,
    to_what_helps,
    after_sleep,
    diary,
    feet,
    help_reached,
    never_stuck,
    errors,
)


def table(lives: Sequence[Life]) -> list[Measure]:
    """All measures of these nights."""
    found: list[Measure] = []
    for judge in JUDGES:
        told = judge(lives)
        found += told if isinstance(told, list) else [told]
    return found


def in_words(measures: Sequence[Measure]) -> str:
    """The table, a line a measure."""
    words = {True: "met", False: "MISSED", None: "-"}
    lines = [("measure", "goal", "measured", "of", "")]
    lines += [(m.name, m.goal, m.value, str(m.count), words[m.met]) for m in measures]
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ("---",) * 5, *lines[1:]])


def badness(life: Life) -> float:
    """How bad a night was, to find the worst; no goal."""
    first = seconds_to_first(life)
    cramp = life.who.cramp
    false = cramp is not None and any(bout.said is not None for bout in life.bouts) and bool(untrue(life))
    counted = cramp is None and any(counts(entry) for entry in life.diary)
    parts = (
        1000.0 * bool(life.error),
        500.0 * (not life.dark_in_the_end),
        500.0 * bool(life.stuck),
        200.0 * (not life.who.soak_first and needs_help(life) and not (life.saw_stop and life.saw_signs)),
        150.0 * len(life.outside),
        20.0 * min(5, sum(step.trouble == "contraindicated" for step in life.steps)),
        30.0 * (false or counted),
        0.0 if first is None else min(60.0, first / 3),
        3.0 * min(10, life.holds.count(False)),
        2.0 * min(10, sum(step.trouble == "cannot" for step in life.steps)),
        min(60.0, life.lamp_seconds / 5),
    )
    return sum(parts)
