"""Several probes on one bus: the one that is warmed in the hand is the water's."""

import msgspec

from kiosk.core.technique import SECOND, Ms

#: Degrees Celsius by which a probe held in a hand has warmed, and by which the others may have meanwhile.
WARMED = 2.0
STILL = 1.0
#: What a hand warms a probe to, in degrees Celsius; one that only warms to the room stays below.
HAND = (27.0, 40.0)
#: A probe that was not heard for so long was pulled out.
FORGET: Ms = 10 * SECOND


class Felt(msgspec.Struct, frozen=True):
    """One probe: its number, what it said at ``at`` and before (degrees Celsius; None: it said nothing), and
    the coldest it has been. Of two readings the one that says less counts: a single odd one says nothing."""

    name: str
    at: Ms
    last: float | None = None
    before: float | None = None
    low: float | None = None

    @property
    def warmth(self) -> float | None:
        """How warm it is for sure."""
        return None if self.last is None or self.before is None else min(self.last, self.before)

    @property
    def rise(self) -> float:
        """Degrees by which it is warmer than it has been."""
        return 0.0 if self.warmth is None or self.low is None else self.warmth - self.low


def heard(felt: tuple[Felt, ...], name: str, celsius: float | None, now: Ms) -> tuple[Felt, ...]:
    """The same probes after one of them was read (None: it is there, and fails); empty ``name``: none was."""
    felt = tuple(each for each in felt if now - each.at < FORGET)
    if not name:
        return felt
    was = next((each for each in felt if each.name == name), Felt(name, now))
    lows = [was.low] if was.low is not None else []
    if celsius is not None and was.last is not None:
        lows.append(max(celsius, was.last))
    new = Felt(name, now, celsius, was.last, min(lows, default=None))
    return (*(each for each in felt if each.name != name), new)


def warmed(felt: tuple[Felt, ...]) -> str:
    """The number of the one probe that was warmed by a hand while all others were not; else empty.

    The others must have been read since: they are read in turn, and may lie in the same warm hand.
    """
    risen = [each for each in felt if each.rise >= STILL]
    if len(risen) != 1 or risen[0].rise < WARMED:
        return ""
    held = risen[0]
    by_hand = held.warmth is not None and HAND[0] <= held.warmth <= HAND[1]
    return held.name if by_hand and all(each.at >= held.at for each in felt) else ""
