"""What each cue looks and sounds like: lamp and buzzer patterns, in exact milliseconds.

Numbers are those of the signal table: frequencies in Hz, lengths in ms, lamp levels from 0.0 to 1.0.
Nothing flashes faster than 3 Hz. Hold and release are information and never use an alarm's rhythm.
"""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from kiosk.core.technique import Ms

L = TypeVar("L", int, float)


class Pattern(msgspec.Struct, Generic[L], frozen=True):
    """Levels in time: (length in ms, level) one after the other; then ``after`` for ever.

    ``period`` > 0 repeats the whole every so many ms (it may be longer than the pieces: silence in
    between, at level ``after``).
    """

    pieces: tuple[tuple[Ms, L], ...]
    after: L
    period: Ms = 0

    def at(self, elapsed: Ms) -> L:
        """The level ``elapsed`` ms after the start."""
        if self.period:
            elapsed %= self.period
        for length, level in self.pieces:
            if elapsed < length:
                return level
            elapsed -= length
        return self.after

    def next_change(self, elapsed: Ms) -> Ms | None:
        """The first moment after ``elapsed`` at which a piece ends or begins; None if never again."""
        lap = elapsed - elapsed % self.period if self.period else 0
        at = lap
        for length, _ in self.pieces:
            at += length
            if at > elapsed:
                return at
        return lap + self.period if self.period else None


LampPattern = Pattern[float]
Tune = Pattern[int]


class Volume(StrEnum):
    """How loud: three levels and off ("light only")."""

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Signal(StrEnum):
    """Everything lamp and buzzer can say."""

    TICK = "tick"
    """ready: three ticks, one a second"""
    HOLD = "hold"
    RELEASE = "release"
    MOVE = "move"
    NEXT = "next"
    DONE = "done"
    TOP_UP = "top-up"
    TOO_HOT = "too-hot"
    DANGER = "danger"
    PROBE_FAULT = "probe-fault"


OFF: LampPattern = Pattern((), 0.0)
ON: LampPattern = Pattern((), 1.0)
DIM: LampPattern = Pattern((), 0.15)
SILENT: Tune = Pattern((), 0)


def _breathe(period: Ms, steps: int) -> LampPattern:
    """Slow up and down between a tenth and full, a triangle in ``steps`` levels."""
    half = steps // 2
    levels = [round(0.1 + 0.9 * i / half, 3) for i in [*range(half), *range(half, 0, -1)]]
    return Pattern(tuple((period // steps, level) for level in levels), 0.0, period)


def _fade(length: Ms, steps: int) -> LampPattern:
    """From full to off, once."""
    return Pattern(tuple((length // steps, round(1 - i / steps, 3)) for i in range(steps)), 0.0)


def _notes(*notes: tuple[int, Ms], every: Ms = 0) -> Tune:
    """Tones one after the other as (Hz, ms), as the signal table writes them; 0 Hz is a pause."""
    return Pattern(tuple((length, hertz) for hertz, length in notes), 0, every)


LAMP: dict[Signal, LampPattern] = {
    Signal.TICK: OFF,
    Signal.HOLD: ON,
    Signal.RELEASE: OFF,
    Signal.MOVE: _breathe(4000, 32),
    Signal.NEXT: Pattern(((150, 1.0),), 0.0),
    Signal.DONE: _fade(1600, 16),
    Signal.TOP_UP: DIM,
    Signal.TOO_HOT: Pattern(((1000, 1.0), (1000, 0.0)), 0.0, 2000),
    Signal.DANGER: Pattern(((250, 1.0), (250, 0.0)), 0.0, 500),
    Signal.PROBE_FAULT: DIM,
}

_ALARM = ((523, 150), (587, 150), (659, 150), (698, 150), (784, 150))

#: For a passive buzzer: real tones.
TUNE: dict[Signal, Tune] = {
    Signal.TICK: _notes((523, 40), (0, 960), (523, 40), (0, 960), (523, 40)),
    Signal.HOLD: _notes((523, 120), (784, 200)),
    Signal.RELEASE: _notes((784, 120), (523, 200)),
    Signal.MOVE: _notes((523, 60)),
    Signal.NEXT: _notes((659, 100), (0, 100), (659, 100)),
    Signal.DONE: _notes((523, 150), (1047, 450)),
    Signal.TOP_UP: _notes((523, 300)),
    Signal.TOO_HOT: _notes((523, 180), (587, 180), (659, 180), every=10_000),
    Signal.DANGER: _notes(*_ALARM, (0, 150), *_ALARM, every=5_000),
    Signal.PROBE_FAULT: _notes((523, 200), (0, 200), (523, 200), every=30_000),
}

_LONG, _SHORT, _GAP = 320, 100, 100

#: For an active buzzer, which knows only on and off (any tone above 0 Hz is "on"): the same rhythms
#: without pitch; hold is one long, release two short.
RHYTHM: dict[Signal, Tune] = {
    **TUNE,
    Signal.HOLD: _notes((1, _LONG)),
    Signal.RELEASE: _notes((1, _SHORT), (0, _GAP), (1, _SHORT)),
    Signal.DONE: _notes((1, 150), (0, _GAP), (1, 450)),
    Signal.TOO_HOT: _notes((1, 140), (0, 40), (1, 140), (0, 40), (1, 180), every=10_000),
    Signal.DANGER: _notes(
        *((1, 110), (0, 40)) * 5,
        (0, 150),
        *((1, 110), (0, 40)) * 5,
        every=5_000,
    ),
}


def check_complete() -> None:
    """Raises ``TypeError`` for signals without a lamp pattern or tones, by name."""
    missing = sorted({signal.value for signal in Signal for table in (LAMP, TUNE) if signal not in table})
    if missing:
        raise TypeError(f"lamp or buzzer says nothing for: {', '.join(missing)}")


check_complete()


def tune(signal: Signal, *, passive: bool) -> Tune:
    """What the buzzer fitted here plays for a signal."""
    return TUNE[signal] if passive else RHYTHM[signal]


def loudness(signal: Signal, chosen: Volume, *, quiet: bool) -> Volume:
    """The level this signal plays at.

    In quiet hours nothing but danger is louder than the lowest level. Danger is never fully silent:
    at least the middle level, whatever was chosen.
    """
    if signal is Signal.DANGER:
        return Volume.HIGH if chosen is Volume.HIGH else Volume.MEDIUM
    if chosen is Volume.OFF:
        return Volume.OFF
    return Volume.LOW if quiet else chosen
