"""What each cue says, sounds and shows: one row a cue. A cue without a row ends at import, and in mypy."""

from enum import StrEnum
from typing import assert_never

import msgspec

from kiosk.core.signals import Signal
from kiosk.core.technique import Cue


class Ring(StrEnum):
    """How a ring shows time. Three shapes, told apart upside down and in grey."""

    ARC = "arc"
    """a solid arc that grows"""
    BEADS = "beads"
    """beads that go out"""
    ORBIT = "orbit"
    """one bead that goes round a thin line"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One cue. ``word``: its key word in English, where a step has none of its own; ``short``: where that has
    no room. ``signal``: what lamp and buzzer do; None: off and silent. ``poses``: under which name
    ``poses.toml`` has a picture's poses for it. ``moves``: the picture goes to and fro between them as long
    as the cue lasts; else it goes to one and stays."""

    word: str
    short: str = ""
    signal: Signal | None
    ring: Ring
    poses: str
    moves: bool


def _row(cue: Cue) -> Row:
    match cue:
        case Cue.READY:
            return Row(word="READY", signal=None, ring=Ring.BEADS, poses="rest", moves=False)
        case Cue.HOLD:
            return Row(word="HOLD", signal=Signal.HOLD, ring=Ring.ARC, poses="hold", moves=False)
        case Cue.RELEASE:
            return Row(word="LET GO", signal=Signal.RELEASE, ring=Ring.BEADS, poses="release", moves=False)
        case Cue.MOVE:
            return Row(word="MOVE", signal=Signal.MOVE, ring=Ring.ORBIT, poses="move", moves=True)
        case Cue.WIGGLE:
            return Row(
                word="WIGGLE", short="MOVE", signal=Signal.MOVE, ring=Ring.ORBIT, poses="move", moves=True
            )
        case Cue.REST:
            return Row(word="REST", signal=None, ring=Ring.BEADS, poses="rest", moves=False)
        case _:
            assert_never(cue)


CUES: dict[Cue, Row] = {cue: _row(cue) for cue in Cue}
