"""A night on a panel that hangs turned: its framebuffer shows the golden pages upright to whoever lies there,
and a finger on what is drawn there means that, from the kernel's touch events to the night.

Where things are on the panel is found in the turned picture itself, never by the product's own sums.
"""

import queue
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageDraw

from kiosk.core.events import Act, Tapped
from kiosk.core.pages import CountIn, Diary, Home, More, NextUp, Rating
from kiosk.core.state import State
from kiosk.core.technique import Ms
from kiosk.display.base import Contact
from kiosk.display.console import Console
from kiosk.display.decode import (
    ABS_MT_POSITION_X,
    ABS_MT_POSITION_Y,
    ABS_MT_SLOT,
    ABS_MT_TRACKING_ID,
    Axis,
)
from kiosk.display.terminal import GraphicsMode
from kiosk.display.touch import Taps, Transform
from kiosk.display.touch_devices import TouchDevice
from kiosk.display.touch_reader import TouchReader
from kiosk.display.turned import Turned
from kiosk.runtime.supervision import Supervisor
from kiosk.screen.scene import Target
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel
from tests.bedside import Bedside
from tests.display.fake_console import XRGB, FakeKernel, card, framebuffer, framebuffer_file, geometry
from tests.display.test_decode import SYN, mx, my, track
from tests.display.test_touch_reader import Panel as TouchPanel
from tests.screen import golden
from tests.screen.frames import GALLERY, NOW, PANELS, RULES

TURNS = (0, 90, 180, 270)

#: A panel as it is made, and the golden panels that it is lying and upright.
GLASSES = {
    "5 inch": ((800, 480), 5.0, "800x480-5", "480x800-5"),
    "7 inch": ((1280, 720), 7.0, "1280x720-7", "720x1280-7"),
}
FINE = 4095
"""The touch panel's axes count finer than the glass has pixels."""

SHOWN = ("home", "hold", "release", "next-walk", "rating", "soak-warm-for", "soak-danger", "settings-0")


class TurnedPanel:
    """A panel turned by ``degrees``: its framebuffer, its touch panel, and a picture of what hangs there."""

    def __init__(self, root: Path, size: tuple[int, int], inches: float, degrees: int) -> None:
        self.size, self.degrees, self.now = size, degrees, 0
        framebuffer(root, 0, card(root, 0, {"DSI-1": "connected"}))
        self.memory = framebuffer_file(root / "dev" / "fb0", size[0] * size[1] * 4)
        (root / "dev" / "input").mkdir()
        (root / "dev" / "tty1").touch()
        kernel = FakeKernel(geometry(size, 32, XRGB))
        console = Console(
            lambda _contact: None,
            supervisor=Supervisor(),
            root=root,
            ioctl=kernel.ioctl,
            terminal=GraphicsMode((str(root / "dev" / "tty1"),), kernel.ioctl),
        )
        self.display = Turned(console, degrees)
        self.display.open()
        self.heard: queue.Queue[Contact | bool] = queue.Queue()
        axes = {ABS_MT_SLOT: Axis(0, 9), ABS_MT_TRACKING_ID: Axis(0, 65535)}
        axes |= {ABS_MT_POSITION_X: Axis(0, FINE), ABS_MT_POSITION_Y: Axis(0, FINE)}
        self.touch = TouchPanel(root / "dev" / "input" / "event0", axes)
        self.reader = TouchReader(
            self.heard.put,
            size,
            supervisor=Supervisor(),
            transform=lambda: Transform(rotation=degrees),
            on_present=self.heard.put,
            folder=root / "dev" / "input",
            find=self._find,
            clock=lambda: self.now,
        )
        self.reader.__enter__()
        assert self.heard.get(timeout=10) is True
        self.stage = Stage(Panel.of(self.display.size, inches))
        self.taps: Taps[Target] = Taps(self.display.size, self.stage.target_at)

    def _find(self, known: set[str]) -> list[TouchDevice]:
        return [] if self.touch.path in known else [self.touch.device()]

    def close(self) -> None:
        self.reader.__exit__(None, None, None)
        self.display.close()

    def show(self, state: State, now: Ms) -> None:
        self.display.present(self.stage.draw(self.display.surface, state, now))

    def upright(self) -> Image.Image:
        """The framebuffer as whoever lies before the turned panel sees it."""
        picture = Image.frombuffer("RGB", self.size, self.memory.read_bytes(), "raw", "BGRX", 0, 1)
        return picture.rotate(self.degrees, expand=True)  # counter-clockwise: back

    def finger(self, target: Target, now: Ms) -> tuple[object, Target | None]:
        """Tap where this target is seen; what the tap means, and what it pressed."""
        seen = Image.new("L", self.display.size)
        ImageDraw.Draw(seen).rectangle((target.box.x, target.box.y, target.box.right, target.box.bottom), 255)
        box = seen.rotate(-self.degrees, expand=True).getbbox()
        assert box is not None
        x, y = (
            round((low + high) / 2 / (length - 1) * FINE)
            for low, high, length in zip(box[:2], box[2:], self.size, strict=True)
        )
        self.now = now
        self.touch.say([track(1), mx(x), my(y), SYN])
        assert self.taps.feed(self._contact()) is None
        pressed, self.now = self.taps.pressed, now + 90
        self.touch.say([track(-1), SYN])
        tap = self.taps.feed(self._contact())
        assert tap is not None
        return self.stage.event_at(tap.x, tap.y), pressed

    def _contact(self) -> Contact:
        contact = self.heard.get(timeout=10)
        assert isinstance(contact, Contact)
        return contact


@pytest.fixture(
    params=[(glass, turn) for glass in GLASSES for turn in TURNS], ids=lambda p: f"{p[0]}, {p[1]}"
)
def hung(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[TurnedPanel, str]]:
    """A panel, turned, and the golden panel whose pages it shows."""
    glass, degrees = request.param
    size, inches, lying, upright = GLASSES[glass]
    panel = TurnedPanel(tmp_path, size, inches, degrees)
    yield panel, lying if degrees % 180 == 0 else upright
    panel.close()


def test_the_framebuffer_holds_the_golden_page_turned(hung: tuple[TurnedPanel, str]) -> None:
    panel, name = hung
    for page in SHOWN:
        panel.show(GALLERY[page], NOW)
        seen = panel.upright()
        assert seen.size == PANELS[name].size
        surface = pygame.image.frombytes(seen.tobytes(), seen.size, "RGB")
        now = golden.averaged(surface, PANELS[name])
        at = list(GALLERY).index(page)
        left, top = at % golden.ACROSS * now.width, at // golden.ACROSS * now.height
        before = golden.kept(name, "night").crop((left, top, left + now.width, top + now.height))
        assert golden.excess(now, before) == 0, page


def test_every_target_is_where_it_is_drawn(hung: tuple[TurnedPanel, str]) -> None:
    panel, _name = hung
    now = NOW
    for page in SHOWN:
        panel.show(GALLERY[page], NOW)
        for target in panel.stage.targets:
            now += 1000
            event, pressed = panel.finger(target, now)
            assert event == Tapped(target.act, target.number, target.key), page
            assert pressed == target, page


def test_a_night_by_touch_alone(hung: tuple[TurnedPanel, str]) -> None:
    panel, _name = hung
    bedside = Bedside(RULES)
    bedside.tap()
    bedside.wait(2)

    def tap(act: Act) -> None:
        panel.show(bedside.state, bedside.now)
        target = next(each for each in panel.stage.targets if each.act is act)
        event, _pressed = panel.finger(target, bedside.now)
        assert isinstance(event, Tapped)
        bedside.tap(event.act, event.number, event.key)
        bedside.wait(2)

    for act, page in ((Act.MORE, More), (Act.DIARY, Diary), (Act.BACK, More), (Act.BACK, Home)):
        tap(act)
        assert isinstance(bedside.page, page), act
    tap(Act.START)
    assert isinstance(bedside.page, NextUp | CountIn)
    tap(Act.GONE)
    if not isinstance(bedside.page, Rating):
        tap(Act.YES)
    assert isinstance(bedside.page, Rating)
    tap(Act.PLUS)
    assert bedside.page.value is not None
