"""A line's edges as spans of low, high and pulsed, to compare the trace with the expected history."""

import itertools
import statistics
from collections.abc import Sequence
from typing import Literal, NamedTuple

from tests.device.rig import Edge

Kind = Literal["low", "high", "pulse"]


class Span(NamedTuple):
    """The state of the line from ``start`` on, in seconds."""

    start: float
    kind: Kind


def of_levels(history: Sequence[tuple[int, float]]) -> list[Span]:
    """Spans of a history of (ms, level from 0.0 to 1.0): a level between 0 and 1 means pulses."""
    spans: list[Span] = []
    for at, level in history:
        kind: Kind = "low" if level <= 0 else "high" if level >= 1 else "pulse"
        if not spans or spans[-1].kind != kind:
            spans.append(Span(at / 1000, kind))
    return spans


def of_edges(edges: Sequence[Edge], *, end: float, steady: float) -> list[Span]:
    """Spans of a traced line up to ``end``. A level that lasts for ``steady`` seconds is not a pulse.

    The first span begins at the first edge; before it the line is low.
    """
    spans: list[Span] = []
    follows = [edge.at for edge in edges[1:]] + [end]
    for edge, next_at in zip(edges, follows, strict=True):
        kept = next_at - edge.at >= steady
        kind: Kind = "pulse" if not kept else "high" if edge.level else "low"
        if not spans or spans[-1].kind != kind:
            spans.append(Span(edge.at, kind))
    return spans


def hertz(edges: Sequence[Edge], start: float, end: float) -> float:
    """The frequency of the pulses between two times in seconds: the inverse of their median period."""
    ups = [edge.at for edge in edges if edge.level == 1 and start <= edge.at <= end]
    return 1 / statistics.median(b - a for a, b in itertools.pairwise(ups))


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that ``percent`` % of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
