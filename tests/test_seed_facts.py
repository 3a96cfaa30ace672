"""Each fact of the self-care article this device is built on, held against the technique files."""

from collections.abc import Callable

import pytest

from kiosk.config.techniques import load
from kiosk.core.technique import Cue, Step, Technique
from kiosk.files import asset

NIGHT = {technique.id: technique for technique in load([asset("techniques")])[0]}
HAND, TOES, RUB = NIGHT["hand_stretch"], NIGHT["toe_stretch"], NIGHT["massage"]
ROLL, CALF, WALK, SOAK = NIGHT["roller"], NIGHT["calf_stretch"], NIGHT["walk"], NIGHT["soak"]


def steps(technique: Technique) -> list[Step]:
    return [step for block in technique.block for step in block.step]


def step(technique: Technique, *words: str) -> Step:
    """The first step whose line says all of these words."""
    return next(each for each in steps(technique) if all(word in each.line.lower() for word in words))


def held(each: Step, seconds: int, low: int, high: int) -> bool:
    return (each.cue, each.seconds, each.range) == (Cue.HOLD, seconds, (low, high))


def followed_by_release(technique: Technique, each: Step) -> bool:
    everything = steps(technique)
    return everything[everything.index(each) + 1].cue is Cue.RELEASE


def cards() -> list[tuple[str, str]]:
    assert SOAK.soak is not None
    return [(card.word, card.line) for card in SOAK.soak.prepare]


def soaking() -> tuple[int, tuple[int, int]]:
    assert SOAK.soak is not None
    return SOAK.soak.minutes, SOAK.soak.range


def order_of_holds(technique: Technique) -> list[str]:
    """Holds and wiggles as they come, the rounds of each block unrolled."""
    return [
        each.pose or each.cue.value
        for block in technique.block
        for turn in range(1, block.rounds + 1)
        for each in block.step
        if each.cue in {Cue.HOLD, Cue.WIGGLE} and (not each.rounds or turn in each.rounds)
    ]


FACTS: dict[str, Callable[[], bool]] = {
    # massage
    "massage: the arch": lambda: step(RUB, "arch").art in {"", "massage_arch"} and RUB.art == "massage_arch",
    "massage: between the toes, along the top": lambda: (
        step(RUB, "top", "between", "toes").art == "massage_between"
    ),
    "knot: pressed with the thumb, 3 to 5 seconds": lambda: (
        step(RUB, "thumb", "knot").word == "PRESS" and held(step(RUB, "thumb", "knot"), 5, 3, 5)
    ),
    "knot: then released": lambda: followed_by_release(RUB, step(RUB, "knot")),
    "massage: 2 to 3 times": lambda: all(each.bounds == (2, 3) for each in RUB.block),
    "massage: or until gone": lambda: RUB.block[-1].until == "relief",
    # roller
    "roller: a roller": lambda: "roller" in step(ROLL, "roller").line.lower() and ROLL.art == "roller",
    "roller: or a water bottle": lambda: step(ROLL, "water bottle").cue is Cue.MOVE,
    "roller: or a frozen bottle": lambda: "cold" in step(ROLL, "frozen bottle").loads,
    "roller: the frozen one has a form without cold": lambda: (
        step(ROLL, "frozen").gentle != "" and "cold" not in step(ROLL, "water bottle").loads
    ),
    # toes
    "toes: sitting, legs out": lambda: TOES.posture == "Sit, legs out" and TOES.posture_art == "sit_long",
    "toes: on bed or floor": lambda: "bed or floor" in TOES.caution.lower(),
    "toes: forward and hold": lambda: held(step(TOES, "forward"), 5, 3, 5),
    "toes: back and hold": lambda: held(step(TOES, "back"), 5, 3, 5),
    "toes: spread, not touching": lambda: (
        step(TOES, "spread", "apart").cue is Cue.HOLD and step(TOES, "spread").art == "toe_spread"
    ),
    "toes: bend, spread, bend again, spread again, wiggle": lambda: (
        order_of_holds(TOES) == ["back", "forward", "hold", "back", "forward", "hold", "wiggle"]
    ),
    "toes: wiggle until gone": lambda: steps(TOES)[-1].cue is Cue.WIGGLE and TOES.block[-1].until == "relief",
    # calf
    "calf: at a wall": lambda: "wall" in CALF.posture and "stand" in CALF.loads,
    "calf: affected foot behind, leaning": lambda: step(CALF, "lean", "sore foot behind").art == "",
    "calf: held 30 seconds": lambda: held(step(CALF, "lean"), 30, 10, 30),
    "calf: 4 to 5 times": lambda: (CALF.block[0].bounds, CALF.block[0].rounds) == ((4, 5), 4),
    # hand
    "hand: cramping foot over the other knee": lambda: (
        HAND.posture == "Foot over knee" and HAND.posture_art == "sit_cross"
    ),
    "hand: toes pulled back, 3 to 5 seconds": lambda: held(step(HAND, "pull", "toes back"), 5, 3, 5),
    "hand: then released": lambda: followed_by_release(HAND, step(HAND, "toes back")),
    "hand: until gone": lambda: HAND.block[-1].until == "relief",
    # soak
    "soak: warm water in a bath or foot tub": lambda: ("FILL", "Warm water, tub or bath") in cards(),
    "soak: 1 to 2 cups of Epsom salt in a bath": lambda: (
        ("SALT", "Bath: 1-2 cups Epsom, optional") in cards()
    ),
    "soak: a couple of tablespoons in a tub": lambda: (
        ("SALT", "Tub: 2 tablespoons Epsom, optional") in cards()
    ),
    "soak: 15 to 20 minutes": lambda: soaking() == (15, (15, 20)),
    # walk
    "walk: a quick walk now": lambda: step(WALK).word == "WALK" and step(WALK).seconds == 120,
    "walk: a few short ones through the day": lambda: (
        WALK.by_day == "Take a few short walks through the day."
    ),
}


@pytest.mark.parametrize("fact", FACTS)
def test_fact(fact: str) -> None:
    assert FACTS[fact]()


def test_every_number_names_its_source() -> None:
    for technique in NIGHT.values():
        parts = [technique.source, *(each.source for each in steps(technique))]
        if technique.soak is not None:
            parts += [technique.soak.source, *(card.source for card in technique.soak.prepare)]
        for source in parts:
            assert source.startswith(
                ("Self-care article", "Our choice", "Hallegraeff 2012", "heelpain101.com", "Epsom salt")
            ), source
