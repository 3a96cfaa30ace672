"""The device and its twin in step: what is done to the one is done to the other, at the same time."""

from pathlib import Path

from kiosk.core.events import Act
from kiosk.core.pages import Page
from tests.device.look import see
from tests.device.rig import BUTTON, Rig
from tests.device.twin import Twin

#: Longer than the second after waking in which taps do nothing.
GUARD = 1.5


class Both:
    """Both are asleep at the beginning."""

    def __init__(self, rig: Rig, twin: Twin | None = None) -> None:
        self.rig = rig
        self.twin = twin or Twin()
        self._origin = rig.now() - self.twin.now / 1000

    @property
    def page(self) -> Page:
        """What ought to be on the screen."""
        return self.twin.page

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.rig.wait(seconds)
        self._catch_up(self.rig.now())

    def press(self, seconds: float = 0.08) -> float:
        """Push the button and let go; the moment of contact."""
        contact = self.rig.press(ms=round(seconds * 1000))
        self._catch_up(contact)
        self.twin.press(seconds)
        return contact

    def hold(self) -> None:
        """Push the button and stay on it."""
        self.rig.hold_line(BUTTON, 0)
        self._catch_up(self.rig.now())
        self.twin.hold()

    def let_go(self) -> None:
        """Take the hand off the button."""
        self.rig.hold_line(BUTTON, 1)
        self._catch_up(self.rig.now())
        self.twin.let_go()

    def tap(self, act: Act = Act.ANYWHERE) -> None:
        """Tap the target that means this; then wait until the next tap counts."""
        self.tap_at(*((400, 240) if act is Act.ANYWHERE else self.twin.where(act)))

    def tap_at(self, x: int, y: int, *, ms: int = 80, seen: tuple[int, int] | None = None) -> None:
        """Tap a pixel, which the device may take for another (``seen``); wait until the next tap counts."""
        self.rig.tap(x, y, ms=ms)
        self._catch_up(self.rig.now())
        self.twin.tap_at(*(seen or (x, y)))
        self.wait(GUARD)

    def see(self, shot: Path) -> None:
        """The panel shows what it ought to."""
        see(self.rig, self.twin.picture(), shot)

    def _catch_up(self, moment: float) -> None:
        self.twin.wait_until(max(self.twin.now, round((moment - self._origin) * 1000)))
