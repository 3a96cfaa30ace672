"""A technique laid out in time: offsets exact, choices within what the source allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.technique import SECOND, Block, Cue, Place, Step, Technique
from kiosk.core.timeline import Choice, block_start, lay_out, seconds_of
from tests.bedside import CALF, HAND, PRESS, step


def technique(*blocks: Block) -> Technique:
    return Technique(
        id="any", name="Any", place=Place.BED, posture="Sit", posture_art="a", art="a", source="test",
        block=blocks,
    )  # fmt: skip


def told(timeline) -> list[tuple]:
    return [(beat.start, beat.end, beat.step.cue.value, beat.block, beat.round, beat.rounds, beat.asks)
            for beat in timeline]  # fmt: skip


def test_each_beat_starts_where_the_last_one_ends():
    assert told(lay_out(HAND)) == [
        (0, 5000, "hold", 0, 1, 3, False),
        (5000, 8000, "release", 0, 1, 3, False),
        (8000, 13000, "hold", 0, 2, 3, False),
        (13000, 16000, "release", 0, 2, 3, False),
        (16000, 21000, "hold", 0, 3, 3, False),
        (21000, 24000, "release", 0, 3, 3, True),
    ]


def test_a_step_of_the_first_round_only_is_left_out_of_the_others():
    block = Block(step=(step(Cue.HOLD, 5, rounds=(1,)), step(Cue.WIGGLE, 2)), times=2)
    assert told(lay_out(technique(block, Block(step=(step(Cue.REST, 1),))))) == [
        (0, 5000, "hold", 0, 1, 2, False),
        (5000, 7000, "wiggle", 0, 1, 2, False),
        (7000, 9000, "wiggle", 0, 2, 2, False),
        (9000, 10000, "rest", 1, 1, 1, False),
    ]


def test_the_question_comes_after_the_last_beat_even_if_the_last_round_has_no_steps():
    block = Block(step=(step(Cue.HOLD, 5, rounds=(1,)),), times=2, until="relief")
    assert told(lay_out(technique(block))) == [(0, 5000, "hold", 0, 1, 2, True)]


def test_a_block_without_a_beat_asks_nothing():
    first = Block(step=(step(Cue.HOLD, 5),))
    none = Block(step=(step(Cue.HOLD, 5, rounds=(3,)),), times=(2, 3), until="relief")
    assert told(lay_out(technique(first, none), Choice(rounds=2))) == [(0, 5000, "hold", 0, 1, 1, False)]


@pytest.mark.parametrize(
    ("times", "usual", "chosen", "rounds"),
    [
        (3, None, None, 3),
        ((4, 5), None, None, 4),
        ((2, 3), 3, None, 3),
        ((4, 5), None, 5, 5),
        ((4, 5), None, 1, 4),
        ((4, 5), None, 60, 5),
        (3, None, 9, 3),
    ],
)
def test_rounds_are_the_owners_within_the_source(times, usual, chosen, rounds):
    block = Block(step=(step(Cue.MOVE, 1),), times=times, usual=usual)
    assert [beat.round for beat in lay_out(technique(block), Choice(rounds=chosen))] == list(
        range(1, rounds + 1)
    )


@pytest.mark.parametrize(
    ("cue", "span", "chosen", "seconds"),
    [
        (Cue.HOLD, (3, 8), None, 5),
        (Cue.HOLD, (3, 8), 4, 4),
        (Cue.HOLD, (3, 8), 1, 3),
        (Cue.HOLD, (3, 8), 99, 8),
        (Cue.HOLD, None, 4, 5),
        (Cue.RELEASE, (3, 8), 4, 5),
    ],
)
def test_a_hold_is_the_owners_within_the_source(cue, span, chosen, seconds):
    assert seconds_of(step(cue, 5, range=span), Choice(hold=chosen)) == seconds


def test_block_start_finds_where_to_begin_again():
    timeline = lay_out(technique(HAND.block[0], PRESS.block[0]))
    assert [block_start(timeline, 0), block_start(timeline, 1)] == [0, 6]


STEPS = st.builds(
    Step, cue=st.sampled_from(Cue), line=st.just("Do it"), source=st.just("test"),
    seconds=st.integers(1, 1800), rounds=st.lists(st.integers(1, 5), max_size=2).map(tuple),
)  # fmt: skip
BLOCKS = st.builds(
    Block, step=st.lists(STEPS, min_size=1, max_size=4).map(tuple), times=st.integers(1, 6),
    until=st.sampled_from(["", "relief"]),
)  # fmt: skip


@given(st.lists(BLOCKS, min_size=1, max_size=3))
def test_nothing_drifts_and_nothing_is_lost(blocks):
    timeline = lay_out(technique(*blocks))
    at = 0
    for beat in timeline:
        assert beat.start == at
        assert beat.length == beat.step.seconds * SECOND
        at = beat.end
    expected = sum(
        each.seconds * SECOND * sum(not each.rounds or r in each.rounds for r in range(1, block.rounds + 1))
        for block in blocks for each in block.step
    )  # fmt: skip
    assert at == expected
    asking = [beat.block for beat in timeline if beat.asks]
    with_beats = {beat.block for beat in timeline}
    assert asking == [i for i, b in enumerate(blocks) if b.until and i in with_beats]


def test_the_shape_of_the_others_used_here():
    assert [beat.end for beat in lay_out(PRESS)][-1] == 84_000
    assert [beat.end for beat in lay_out(CALF)][-1] == 160_000
