import os
from collections.abc import Callable
from pathlib import Path

import pygame
import pytest

from kiosk.display.base import Contact, DisplayError, Kind
from kiosk.display.console import Console, find_panel
from kiosk.display.panels import candidates
from kiosk.display.terminal import KD_GRAPHICS, KD_TEXT, GraphicsMode
from kiosk.runtime.supervision import Supervisor
from tests.display.fake_console import (
    RGB565,
    XRGB,
    FakeKernel,
    card,
    framebuffer,
    framebuffer_file,
    geometry,
)

W, H = 8, 4


class Watched:
    """The watch over a terminal; the test switches."""

    def __init__(self, terminal: int, switched: Callable[[bool], None]) -> None:
        self.terminal = terminal
        self.switched = switched
        self.calls: list[str] = []

    def open(self) -> None:
        self.calls.append("open")

    def close(self) -> None:
        self.calls.append("close")


class Bedside:
    """A machine with one panel, its framebuffer and its terminal."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kernel = FakeKernel(geometry((W, H), 32, XRGB))
        framebuffer(root, 0, card(root, 0, {"DSI-1": "connected"}))
        self.memory = framebuffer_file(root / "dev" / "fb0", W * H * 4)
        (root / "dev" / "input").mkdir()
        self.tty = root / "dev" / "tty1"
        self.tty.touch()
        self.touch: list[bool] = []
        self.heard: list[Contact] = []
        self.rings = 0
        self.watches: list[Watched] = []

    def ring(self) -> None:
        self.rings += 1

    def watch(self, terminal: int, switched: Callable[[bool], None]) -> "Watched":
        self.watches.append(Watched(terminal, switched))
        return self.watches[-1]

    def console(self, device: Path | None = None) -> Console:
        return Console(
            self.heard.append,
            supervisor=Supervisor(),
            device=device,
            on_touch=self.touch.append,
            on_return=self.ring,
            watch=self.watch,
            root=self.root,
            ioctl=self.kernel.ioctl,
            terminal=GraphicsMode((str(self.tty),), self.kernel.ioctl),
        )


@pytest.fixture
def bedside(tmp_path: Path) -> Bedside:
    return Bedside(tmp_path)


def test_from_text_to_picture_and_back(bedside: Bedside) -> None:
    with bedside.console() as console:
        assert bedside.kernel.modes == [KD_GRAPHICS]
        assert bedside.memory.read_bytes() == bytes(W * H * 4)
        assert console.size == (W, H)
        console.surface.fill((1, 2, 3))
        assert bedside.memory.read_bytes() == bytes(W * H * 4)
        console.present([pygame.Rect(0, 0, 1, 2)])
        row = b"\x03\x02\x01\x00" * W
        assert bedside.memory.read_bytes() == row * 2 + bytes(W * 2 * 4)
        assert console.poll_ms(moving=True) is None
        console.pump()
    assert bedside.memory.read_bytes() == bytes(W * H * 4)
    assert bedside.kernel.modes == [KD_GRAPHICS, KD_TEXT]
    assert bedside.touch == [False]


def test_all_is_given_back_when_an_exception_flies(bedside: Bedside) -> None:
    console = bedside.console()

    def a_night_that_fails() -> None:
        with console:
            console.surface.fill((9, 9, 9))
            console.present([console.surface.get_rect()])
            assert set(bedside.memory.read_bytes()) == {9, 0}
            raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        a_night_that_fails()
    assert bedside.memory.read_bytes() == bytes(W * H * 4)
    assert bedside.kernel.modes == [KD_GRAPHICS, KD_TEXT]


def test_the_text_comes_back_when_the_framebuffer_can_not_be_had(bedside: Bedside) -> None:
    bedside.kernel.geometry = None
    with pytest.raises(DisplayError, match="does not answer like a framebuffer"):
        bedside.console().open()
    assert bedside.kernel.modes == [KD_GRAPHICS, KD_TEXT]


def test_a_chosen_framebuffer_is_not_searched_for(bedside: Bedside) -> None:
    other = framebuffer_file(bedside.root / "dev" / "fb9", W * H * 4)
    with bedside.console(other):
        assert other.read_bytes() == bytes(W * H * 4)
    assert set(bedside.memory.read_bytes()) == {0xEE}


def test_closed_it_has_no_surface_and_closing_again_does_nothing(bedside: Bedside) -> None:
    console = bedside.console()
    console.open()
    console.close()
    console.close()
    with pytest.raises(DisplayError, match="not open"):
        _ = console.surface
    assert bedside.kernel.modes == [KD_GRAPHICS, KD_TEXT]


def test_another_terminal_is_left_alone_and_the_picture_comes_back_whole(bedside: Bedside) -> None:
    """Ctrl+Alt+F2, a look around, Ctrl+Alt+F1; meanwhile the night went on."""
    text = b"\x55" * (W * H * 4)
    contact = Contact(Kind.DOWN, 1, 1, 0)
    with bedside.console() as console:
        (watch,) = bedside.watches
        assert os.fstat(watch.terminal).st_ino == bedside.tty.stat().st_ino
        console.surface.fill((1, 2, 3))
        console.present([console.surface.get_rect()])

        watch.switched(False)
        bedside.memory.write_bytes(text)
        console.surface.fill((4, 5, 6), (0, 0, W, 2))
        console.present([pygame.Rect(0, 0, W, 2)])
        console.pump()
        console._on_contact(contact)
        assert bedside.memory.read_bytes() == text
        assert (bedside.heard, bedside.rings) == ([], 0)

        watch.switched(True)
        assert bedside.memory.read_bytes() == text, "a signal handler draws nothing"
        assert bedside.rings == 1
        console.pump()
        assert bedside.memory.read_bytes() == b"\x06\x05\x04\x00" * W * 2 + b"\x03\x02\x01\x00" * W * 2
        bedside.memory.write_bytes(text)
        console.pump()
        assert bedside.memory.read_bytes() == text, "once is enough"
        console._on_contact(contact)
    assert bedside.heard == [contact]
    assert watch.calls == ["open", "close"]


def test_without_a_virtual_terminal_there_is_nothing_to_watch(bedside: Bedside) -> None:
    bedside.kernel.mode = None
    with bedside.console():
        assert bedside.watches == []


def test_a_panel_that_is_given_another_mode_is_taken_anew(bedside: Bedside) -> None:
    """fbset, or a monitor that was changed for another one: the next picture has the new size."""
    with bedside.console() as console:
        console.pump()
        assert console.size == (W, H)
        bedside.kernel.geometry = geometry((2 * W, H), 16, RGB565)
        framebuffer_file(bedside.memory, 2 * W * H * 2)
        console.pump()
        assert console.size == (2 * W, H) == console.surface.get_size()
        assert bedside.memory.read_bytes() == bytes(2 * W * H * 2)
        assert bedside.kernel.modes == [KD_GRAPHICS, KD_TEXT, KD_GRAPHICS]
        console.surface.fill((255, 255, 255))
        console.present([console.surface.get_rect()])
        assert bedside.memory.read_bytes() == b"\xff" * 2 * W * H * 2


def test_what_another_terminal_does_to_the_mode_is_not_ours_until_it_is_gone(bedside: Bedside) -> None:
    with bedside.console() as console:
        (watch,) = bedside.watches
        watch.switched(False)
        bedside.kernel.geometry = geometry((2 * W, H), 16, RGB565)
        console.pump()
        assert console.size == (W, H)
        watch.switched(True)
        console.pump()
        assert console.size == (2 * W, H)


class Sleeper:
    """A clock that only sleeping moves; ``after`` sleeps something happens."""

    def __init__(self) -> None:
        self.now = 0
        self.naps = 0
        self.then: dict[int, object] = {}

    def clock(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * 1000)
        self.naps += 1
        action = self.then.get(self.naps)
        if callable(action):
            action()


def test_a_panel_that_is_there_is_not_waited_for(bedside: Bedside) -> None:
    sleeper = Sleeper()
    found = find_panel(bedside.root, clock=sleeper.clock, sleep=sleeper.sleep)
    assert found == candidates(bedside.root)[0]
    assert sleeper.naps == 0


def test_a_late_panel_is_waited_for(tmp_path: Path) -> None:
    sleeper = Sleeper()
    sleeper.then[8] = lambda: framebuffer(tmp_path, 0, card(tmp_path, 0, {"DSI-1": "connected"}))
    found = find_panel(tmp_path, clock=sleeper.clock, sleep=sleeper.sleep)
    assert found.device == tmp_path / "dev" / "fb0"
    assert sleeper.now == 2_000


def test_a_sleeping_monitor_is_drawn_on_after_thirty_seconds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    framebuffer(tmp_path, 0, card(tmp_path, 0, {"HDMI-A-1": "disconnected"}))
    sleeper = Sleeper()
    found = find_panel(tmp_path, clock=sleeper.clock, sleep=sleeper.sleep)
    assert found.device == tmp_path / "dev" / "fb0"
    assert sleeper.now == 30_000
    assert "No panel is connected to" in caplog.text


def test_no_screen_at_all_says_so(tmp_path: Path) -> None:
    sleeper = Sleeper()
    with pytest.raises(DisplayError, match="no framebuffer"):
        find_panel(tmp_path, clock=sleeper.clock, sleep=sleeper.sleep)
    assert sleeper.now == 30_000
