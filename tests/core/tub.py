"""A tub of water with a probe in it, for the tests of what the soak says."""

from kiosk.core import soak
from kiosk.core.soak import Bands, Verdict
from kiosk.core.technique import SECOND, Ms


class Tub:
    """A probe in a tub, read once a second; ``said`` is the verdict after each reading."""

    def __init__(self, bands: Bands | None = None, room: float = soak.ROOM_USUAL) -> None:
        self.now: Ms = 0
        self.bands = bands or Bands()
        self.water = soak.begin(0, room)
        self.said: list[Verdict] = []

    def read(self, *celsius: float | None, every: Ms = SECOND) -> "Tub":
        for one in celsius:
            self.now += every
            self.water = soak.read(self.water, one, self.now, self.bands)
            self.said.append(self.water.verdict)
        return self

    def keep(self, celsius: float, seconds: int) -> "Tub":
        return self.read(*[celsius] * seconds)

    def last(self, number: int) -> list[Verdict]:
        return self.said[-number:]

    @property
    def verdict(self) -> Verdict:
        return self.water.verdict


def warm(celsius: float = 38.5, **more) -> Tub:
    tub = Tub(**more).keep(celsius, 16)
    assert tub.verdict is Verdict.WARM
    return tub
