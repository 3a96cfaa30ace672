"""Several probes on one bus: the one that is warmed in the hand is the water's."""

import msgspec

from kiosk.core.technique import SECOND, Ms

#: Degrees Celsius by which a probe held in a hand has warmed, and by which the others may have meanwhile.
WARMED = 2.0
STILL = 1.0
#: A probe that was not heard for so long was pulled out.
FORGET: Ms = 10 * SECOND


class Felt(msgspec.Struct, frozen=True):
    """One probe: its number, the coldest it has been, and what it said at ``at`` (degrees Celsius)."""

    name: str
    low: float
    last: float
    at: Ms

    @property
    def rise(self) -> float:
        """Degrees by which it is warmer than it has been."""
        return self.last - self.low


def heard(felt: tuple[Felt, ...], name: str, celsius: float, now: Ms) -> tuple[Felt, ...]:
    """The same probes after one of them was read."""
    low = min([celsius, *(each.low for each in felt if each.name == name)])
    others = (each for each in felt if each.name != name and now - each.at < FORGET)
    return (*others, Felt(name, low, celsius, now))


def warmed(felt: tuple[Felt, ...]) -> str:
    """The number of the one probe that has warmed while all others have not; else empty.

    The others must have been read since: they are read in turn, and may lie in the same warm hand.
    """
    risen = [each for each in felt if each.rise >= STILL]
    if len(risen) != 1 or risen[0].rise < WARMED:
        return ""
    return risen[0].name if all(each.at >= risen[0].at for each in felt) else ""
