"""Touch put right on the kiosk's own screen: the whole device with the real console display, before a touch
panel that lies askew on its glass."""

import signal
import threading
from collections.abc import Callable
from functools import partial
from operator import eq
from pathlib import Path
from typing import Any

import msgspec
import pygame
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk.cli import bedside, run
from kiosk.config import settings as owner
from kiosk.config.defaults import file_text
from kiosk.config.tomlfile import write
from kiosk.core.calibration import CROSSES, PROOF, Point, on_panel
from kiosk.core.check import DOTS, TOUCH
from kiosk.core.events import Act, ButtonPressed, ButtonReleased, Event, Tapped
from kiosk.core.pages import Asleep, Calibration, Check, Page, Settings
from kiosk.display import console, touch
from kiosk.display.terminal import GraphicsMode
from kiosk.display.touch_devices import Finder, TouchDevice
from kiosk.runtime.app import App
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel as Size
from tests.config.test_settings import TECHNIQUES
from tests.display.fake_console import XRGB, FakeKernel, card, framebuffer, framebuffer_file, geometry
from tests.display.test_console import Watched
from tests.display.test_decode import SYN, mx, my, track
from tests.display.test_touch_reader import Panel
from tests.touch_panels import worn

PANEL = (800, 480)
STRAIGHT = owner.Touch().calibration

Step = tuple[Callable[[Page], bool], Callable[[], object]]
"""what is waited for on the screen, and what the person then does"""


class Machine:
    """A console, a touch panel, and a person before them who does one thing after the other."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.steps: list[Step] = []
        self.rotation = 0
        self._found = threading.Event()
        """set when the reader's thread has the panel of this power-on, not the closed one of the last"""
        self._kernel = FakeKernel(geometry(PANEL, 32, XRGB))
        framebuffer(root, 0, card(root, 0, {"DSI-1": "connected"}))
        framebuffer_file(root / "dev" / "fb0", PANEL[0] * PANEL[1] * 4)
        (root / "dev" / "input").mkdir()
        (root / "dev" / "tty1").touch()
        monkeypatch.setattr(bedside, "open_factory", lambda _name, **_: MockFactory(pin_class=MockPWMPin))
        monkeypatch.setattr(run, "App", self._app)
        monkeypatch.setattr(console, "Console", partial(self._console, console.Console))
        monkeypatch.setattr(Finder, "__call__", lambda _finder, known: self._find(known))
        # The threads and their clock are real, so that this finger is quicker than any.
        for name in ("SHORTEST", "REPEAT_GUARD", "SAME_TOUCH"):
            monkeypatch.setattr(touch, name, -1)
        monkeypatch.setattr("kiosk.core.night.WAKE_GUARD", 0)

    def _find(self, known: set[str]) -> list[TouchDevice]:
        if known:
            return []
        self.panel = Panel(self.root / "event0")
        self._found.set()
        return [self.panel.device()]

    def _app(self, *arguments: Any, **more: Any) -> App:
        self.app = App(*arguments, **more)
        return self.app

    def _console(self, kind: type[console.Console], *arguments: Any, **more: Any) -> console.Console:
        made = kind(
            *arguments,
            root=self.root,
            ioctl=self._kernel.ioctl,
            terminal=GraphicsMode((str(self.root / "dev" / "tty1"),), self._kernel.ioctl),
            watch=Watched,
            **more,
        )
        present = made.present
        seen: list[Page] = []

        def look(rects: list[pygame.Rect]) -> None:
            """Show it. A page that is there at two looks has been drawn, and the person acts."""
            present(rects)
            assert self._found.wait(30), "the reader never looked for a panel"
            page = self.app.conductor.state.page
            seen.append(page)
            assert len(seen) < 20, f"nothing comes after {page}"
            if seen[-2:] != [page, page]:
                more["on_return"]()  # look again
            elif not self.steps:
                signal.raise_signal(signal.SIGTERM)
            elif self.steps[0][0](page):
                seen.clear()
                self.steps.pop(0)[1]()
                if not self.steps:
                    more["on_return"]()

        made.present = look  # type: ignore[method-assign, assignment]
        return made

    def play(self, config: owner.Settings, steps: list[Step]) -> owner.Settings:
        """From power-on until all is done; the settings as they are kept then."""
        self.steps, self.rotation = steps, config.screen.rotate
        self._found.clear()
        write(owner.places()[1], file_text(msgspec.to_builtins(config)))
        diary = self.root / "diary.db"
        assert run.play_nights(owner.find(), TECHNIQUES, diary, simulate=False, size=None) == 0
        assert self.steps == []
        kept, problems = owner.load()
        assert problems == ()
        return kept

    # --- what the person does

    def post(self, *events: Event) -> None:
        for event in events:
            self.app.conductor.post(event)

    def press(self) -> None:
        self.post(ButtonPressed(), ButtonReleased())

    def to_touch(self) -> None:
        """As far as touch, the last of the parts; by the button alone, ``core/test_night`` tells."""
        menus = (Act.MORE, Act.SETTINGS, *[Act.NEXT] * 3, Act.CHECK, *[Act.NEXT] * TOUCH)
        self.post(Tapped(), *map(Tapped, menus))

    def touch(self, seen: Point) -> None:
        """A finger on a place of the picture; the panel says where it thinks that is."""
        x, y = worn(on_panel(seen, self.rotation))
        self.panel.say([track(1), mx(round(x * 799)), my(round(y * 479)), SYN])
        self.panel.say([track(-1), SYN])

    def tap(self, act: Act) -> None:
        """A finger on a target."""
        size = Size.of(PANEL if self.rotation % 180 == 0 else PANEL[::-1], 7.0)
        scene = Stage(size).compose(self.app.conductor.state, self.app.clock.now())
        x, y = next(target.box.rect.center for target in scene.targets if target.act is act)
        self.touch((x / (size.size[0] - 1), y / (size.size[1] - 1)))

    def tapping(self) -> list[Step]:
        """The two dots."""
        first, second = DOTS
        return [
            (partial(eq, Asleep()), self.to_touch),
            (partial(eq, Check(TOUCH)), lambda: self.touch(first)),
            (partial(eq, Check(TOUCH, hit=1)), lambda: self.touch(second)),
        ]

    def crossing(self, *touches: Point) -> list[Step]:
        """One dot, and then the crosses, touched here."""

        def at(count: int) -> Callable[[Page], bool]:
            return lambda page: isinstance(page, Calibration) and len(page.touched) == count

        return [
            *self.tapping()[:2],
            (lambda page: isinstance(page, Check) and page.missed is not None, self.press),
            *((at(count), partial(self.touch, place)) for count, place in enumerate(touches)),
        ]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "NOTIFY_SOCKET", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Machine(tmp_path, monkeypatch)


def turned(rotation: int) -> owner.Settings:
    return owner.Settings(screen=owner.Screen(rotate=rotation))  # type: ignore[arg-type]


WORKS = Check(TOUCH, hit=len(DOTS))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_three_crosses_put_a_worn_panel_right_at_once_and_for_good(machine: Machine, rotation: int) -> None:
    kept = machine.play(
        turned(rotation),
        [
            *machine.crossing(*CROSSES, PROOF),
            (partial(eq, WORKS), lambda: machine.tap(Act.NEXT)),
            (partial(eq, Settings(3)), lambda: machine.tap(Act.BACK)),
            (partial(eq, Settings(2)), lambda: None),
        ],
    )
    assert kept.touch.calibration == pytest.approx(
        (0, -1 / 0.88, 0.94 / 0.88, 1 / 0.85, 0, -0.08 / 0.85), abs=0.01
    )
    assert kept.screen.rotate == rotation
    # switched on again, the first tap is where the finger is
    machine.play(kept, [*machine.tapping(), (partial(eq, WORKS), lambda: None)])


def test_a_proof_beside_its_cross_leaves_all_as_it_was_until_the_next_try(machine: Machine) -> None:
    again = Calibration(again=True)
    kept = machine.play(
        turned(0),
        [
            *machine.crossing(*CROSSES, (0.5, 0.9)),
            (partial(eq, again), machine.press),
            (partial(eq, Check(TOUCH)), lambda: machine.touch(DOTS[0])),
            (lambda page: isinstance(page, Check) and page.missed is not None, lambda: None),
        ],
    )
    assert kept.touch.calibration == STRAIGHT


def test_a_panel_that_lies_straight_needs_none(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.worn", lambda point: point)
    kept = machine.play(turned(90), [*machine.tapping(), (partial(eq, WORKS), machine.press)])
    assert kept.touch.calibration == STRAIGHT
