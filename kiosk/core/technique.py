"""One way of relieving a cramp, as data: a Technique of Blocks of Steps, each under one Cue."""

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

Ms = int
"""Whole milliseconds: a length of time, or a moment of the monotonic clock."""

SECOND: Ms = 1000
MINUTE: Ms = 60_000


class Cue(StrEnum):
    """What the person does during a step; says how lamp, buzzer and ring behave."""

    READY = "ready"
    HOLD = "hold"
    RELEASE = "release"
    MOVE = "move"
    WIGGLE = "wiggle"
    REST = "rest"


class Place(StrEnum):
    """Where a technique is done. The night goes from bed to feet to soak."""

    BED = "bed"
    FEET = "feet"
    SOAK = "soak"


class Load(StrEnum):
    """What a step asks of the body; the safety profile hides or softens by it."""

    STRETCH = "stretch"
    MASSAGE = "massage"
    PRESS = "press"
    ROLL = "roll"
    COLD = "cold"
    HEAT = "heat"
    STAND = "stand"
    CROSS_LEG = "cross-leg"
    WALK = "walk"


class Side(StrEnum):
    """Which foot cramps; pictures are mirrored to match."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


Line = Annotated[str, Meta(min_length=1, max_length=48, examples=["Pull the toes back"])]
Seconds = Annotated[int, Meta(ge=1, le=1800, examples=[30])]
Count = Annotated[int, Meta(ge=1, le=60, examples=[3])]
Picture = Annotated[str, Meta(examples=["toe_stretch"])]
Source = Annotated[str, Meta(min_length=1, examples=["NHS, leg cramps"])]
Id = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,30})?\Z", examples=["hold"], extra={"form": "id"})]
"""names a part of a technique for the diary and for recorded speech; empty: its number is its name"""
SoakMinutes = Annotated[int, Meta(ge=1, le=20, examples=[15])]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing to do under one cue, for ``seconds``.

    ``line`` is the help line (at most eight words with the key word), ``word`` the key word where the
    cue's own does not say it ("PRESS" for a hold with the thumb). ``range`` is what the source allows;
    the owner may choose ``seconds`` within it. ``gentle`` replaces the line when the safety profile
    softens the step. ``rounds`` limits a step to some rounds of its block (empty: all of them).
    """

    cue: Cue
    line: Line
    seconds: Seconds
    id: Id = ""
    range: tuple[Seconds, Seconds] | None = None
    word: str = ""
    art: Picture = ""
    pose: str = ""
    gentle: str = ""
    loads: tuple[Load, ...] = ()
    rounds: tuple[Count, ...] = ()
    source: Source


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Steps repeated together.

    ``times`` is a number of rounds, or the range the source gives (then ``usual`` is what is done).
    ``until = "relief"``: after these rounds the device asks, and repeats if told so.
    """

    step: Annotated[tuple[Step, ...], Meta(min_length=1)]
    id: Id = ""
    times: int | tuple[int, int] = 1
    """1 to 60; checked by the reader, since msgspec 0.22 mistakes the bounds of a number beside a tuple"""
    usual: Count | None = None
    until: Literal["", "relief"] = ""

    @property
    def rounds(self) -> int:
        """How many rounds are done before the next block, or before the device asks."""
        if self.usual is not None:
            return self.usual
        return self.times if isinstance(self.times, int) else self.times[0]

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most rounds the source gives."""
        return (self.times, self.times) if isinstance(self.times, int) else self.times


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A thing to read and do at one's own pace; a press goes on. Used around the soak."""

    word: Line
    line: Line
    id: Id = ""
    art: Picture = ""
    pose: str = ""
    source: Source


class Soaking(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long the feet stay in warm water, and the cards before and after."""

    minutes: SoakMinutes
    range: tuple[SoakMinutes, SoakMinutes]
    prepare: tuple[Card, ...] = ()
    after: tuple[Card, ...] = ()
    source: Source


class Technique(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One technique file. Either ``block`` (timed steps) or ``soak`` (the water leads), never both.

    ``posture`` is how to sit or stand, ``posture_art`` its picture; ``caution`` what to watch for;
    ``by_day`` what helps on other days; ``loads`` what all of it asks of the body.
    """

    id: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9_]{0,30}\Z", examples=["my_stretch"], extra={"form": "id"})
    ]
    name: Annotated[str, Meta(min_length=1, max_length=24, examples=["My stretch"])]
    place: Place
    posture: Annotated[str, Meta(min_length=1, max_length=48, examples=["Sit, legs out"])]
    posture_art: Picture
    posture_pose: str = "rest"
    art: Picture
    source: Source
    caution: str = ""
    by_day: str = ""
    loads: tuple[Load, ...] = ()
    block: tuple[Block, ...] = ()
    soak: Soaking | None = None


def with_ids(technique: Technique) -> Technique:
    """The technique with an id for every block, step and card: where the file gives none, its number. So the
    id stays when the safety profile takes out another one."""
    soak = technique.soak
    if soak is not None:
        soak = msgspec.structs.replace(soak, prepare=_named(soak.prepare), after=_named(soak.after))
    blocks = tuple(msgspec.structs.replace(block, step=_named(block.step)) for block in technique.block)
    return msgspec.structs.replace(technique, block=_named(blocks), soak=soak)


N = TypeVar("N", Block, Step, Card)


def _named(parts: tuple[N, ...]) -> tuple[N, ...]:
    return tuple(msgspec.structs.replace(each, id=each.id or str(n)) for n, each in enumerate(parts, 1))
