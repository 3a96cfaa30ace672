"""A technique laid out in time: beats at exact offsets. Sums of whole numbers, so nothing drifts."""

import msgspec

from kiosk.core.technique import SECOND, Cue, Ms, Step, Technique

COUNT_IN: Ms = 3 * SECOND


class Choice(msgspec.Struct, frozen=True):
    """What the owner chose for one technique within the ranges of its source.

    ``hold`` seconds are clamped to each step's own range; ``rounds`` to each block's.
    """

    hold: int | None = None
    rounds: int | None = None


class Beat(msgspec.Struct, frozen=True):
    """One step at its place: from ``start`` for ``length`` ms after the first beat of the technique.

    ``round`` counts from 1 to ``rounds``. ``asks``: after this beat the device asks whether the cramp
    is gone (the end of a block that goes on until relief).
    """

    id: str
    """technique, block and step, such as "toe_stretch.spread.wiggle": the same for ever"""
    step: Step
    start: Ms
    length: Ms
    block: int
    round: int
    rounds: int
    asks: bool = False

    @property
    def end(self) -> Ms:
        """Offset at which the beat is over, in ms."""
        return self.start + self.length


Timeline = tuple[Beat, ...]


def lay_out(technique: Technique, choice: Choice = Choice()) -> Timeline:  # noqa: B008 - immutable
    """All beats of a technique in order, each starting where the last one ends."""
    beats: list[Beat] = []
    at: Ms = 0
    for number, block in enumerate(technique.block):
        low, high = block.bounds
        rounds = block.rounds if choice.rounds is None else min(max(choice.rounds, low), high)
        before = len(beats)
        for turn in range(1, rounds + 1):
            for step in block.step:
                if step.rounds and turn not in step.rounds:
                    continue
                length = seconds_of(step, choice) * SECOND
                name = f"{technique.id}.{block.id}.{step.id}"
                beats.append(Beat(name, step, at, length, number, turn, rounds))
                at += length
        if block.until == "relief" and len(beats) > before:  # its last round may have no steps
            beats[-1] = msgspec.structs.replace(beats[-1], asks=True)
    return tuple(beats)


def seconds_of(step: Step, choice: Choice) -> int:
    """How long this step lasts for this owner: the choice, within what the source allows."""
    if choice.hold is None or step.range is None or step.cue is not Cue.HOLD:
        return step.seconds
    low, high = step.range
    return min(max(choice.hold, low), high)


def block_start(timeline: Timeline, block: int) -> int:
    """Index of the first beat of a block."""
    return next(i for i, beat in enumerate(timeline) if beat.block == block)
