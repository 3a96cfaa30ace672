"""A body in the bed: where it is, how long it takes from one posture to the next, where the feet are."""

import random

from kiosk.core.technique import Ms
from tests.people import data
from tests.people.draw import Somebody

#: From a posture to the one before it on the way back to lying, and what of the body's times it takes.
BEFORE: dict[str, tuple[str, str]] = {
    "sitting": ("lying", "sit_up"),
    "crossed": ("sitting", "cross_leg"),
    "edge": ("sitting", "to_edge"),
    "tub": ("edge", "feet_in"),
    "standing": ("edge", "stand_up"),
    "wall": ("standing", "to_wall"),
}

#: The way back is quicker.
_BACK = 0.6

#: Where the button is at hand.
AT_HAND = frozenset({"lying", "sitting", "crossed", "edge", "tub"})


class Bodily:
    """The body of somebody tonight. Each of its times is drawn once: who is slow stays slow."""

    def __init__(self, who: Somebody, rng: random.Random) -> None:
        self.who = who
        self._times = {
            name: getattr(who.body, name).draw(rng)
            for name in ("sit_up", "cross_leg", "to_edge", "stand_up", "to_wall", "lie_down", "feet_out",
                         "feet_in", "fetch", "fill")
        }  # fmt: skip
        self.posture = "lying"
        self.going: tuple[str, Ms] | None = None
        """to which posture, and when it gets there"""
        self.has_roller = False
        self.has_tub = False

    def seconds(self, name: str) -> float:
        """How long this takes, in seconds."""
        return self._times[name]

    def go(self, posture: str, now: Ms) -> Ms:
        """Begin to get there; gives when it will be there."""
        self.look(now)
        if self.going is not None and self.going[0] == posture:
            return self.going[1]
        if self.posture == posture:
            self.going = None
            return now
        at = now + data.ms(self._way(self.posture, posture))
        self.going = (posture, at)
        return at

    def look(self, now: Ms) -> str:
        """The posture by now; on the way it is "on the way"."""
        if self.going is not None and now >= self.going[1]:
            self.posture, self.going = self.going[0], None
        return self.posture if self.going is None else "on the way"

    def _way(self, start: str, end: str) -> float:
        up, down = _to_lying(end), _to_lying(start)
        common = set(up) & set(down)
        there = sum(self._times[BEFORE[p][1]] for p in up if p not in common and p != "lying")
        back = sum(self._times[BEFORE[p][1]] for p in down if p not in common and p != "lying")
        if end == "lying" and down[0] != "lying":
            return back * _BACK + self._times["lie_down"] * 0.5
        return there + back * _BACK


def _to_lying(posture: str) -> list[str]:
    way = [posture]
    while way[-1] != "lying":
        way.append(BEFORE[way[-1]][0])
    return way
