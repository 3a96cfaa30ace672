"""Operates the device and its twin together: each action is done to both, at the same time."""

from pathlib import Path

from kiosk.core.events import Act
from kiosk.core.pages import Page
from tests.device.look import see
from tests.device.rig import BUTTON, Rig
from tests.device.twin import Twin

#: Wait after a tap in seconds: longer than the second after waking in which taps are ignored.
GUARD = 1.5


class Both:
    """The device and its twin; both are asleep at the start."""

    def __init__(self, rig: Rig, twin: Twin | None = None) -> None:
        self.rig = rig
        self.twin = twin or Twin()
        self._origin = rig.now() - self.twin.now / 1000

    @property
    def page(self) -> Page:
        """The expected page."""
        return self.twin.page

    def wait(self, seconds: float) -> None:
        """Wait ``seconds`` of the guest's time."""
        self.rig.wait(seconds)
        self._catch_up(self.rig.now())

    def press(self, seconds: float = 0.08) -> float:
        """Press and release the button; return the time of contact."""
        contact = self.rig.press(ms=round(seconds * 1000))
        self._catch_up(contact)
        self.twin.press(seconds)
        return contact

    def hold(self) -> None:
        """Press the button and keep it pressed."""
        self.rig.hold_line(BUTTON, 0)
        self._catch_up(self.rig.now())
        self.twin.hold()

    def let_go(self) -> None:
        """Release the button."""
        self.rig.hold_line(BUTTON, 1)
        self._catch_up(self.rig.now())
        self.twin.let_go()

    def tap(self, act: Act = Act.ANYWHERE) -> None:
        """Tap the target with this action, then wait until the next tap counts."""
        self.tap_at(*((400, 240) if act is Act.ANYWHERE else self.twin.where(act)))

    def tap_at(self, x: int, y: int, *, ms: int = 80, seen: tuple[int, int] | None = None) -> None:
        """Tap a pixel, then wait until the next tap counts. ``seen`` is the pixel that an uncalibrated device
        takes it for."""
        self.rig.tap(x, y, ms=ms)
        self._catch_up(self.rig.now())
        self.twin.tap_at(*(seen or (x, y)))
        self.wait(GUARD)

    def see(self, shot: Path) -> None:
        """Check that the panel shows the expected picture."""
        see(self.rig, self.twin.picture(), shot)

    def _catch_up(self, moment: float) -> None:
        self.twin.wait_until(max(self.twin.now, round((moment - self._origin) * 1000)))
