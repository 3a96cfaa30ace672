"""The window for real, under SDL's dummy driver, with events as SDL would post them."""

import os
from pathlib import Path

import pygame
import pytest

from kiosk.display.base import Contact, DisplayError, Kind, Source
from kiosk.display.desktop import FAST, LINGER, LOOK_EVERY, SLOW, Desktop, driver_settings
from kiosk.display.touch import Transform
from tests.display.fake_console import card

SIZE = (800, 480)


class Clock:
    now = 1000

    def __call__(self) -> int:
        return self.now


class Desk:
    def __init__(self, transform: Transform | None = None, root: Path = Path("/")) -> None:
        self.heard: list[Contact] = []
        self.quits = 0
        self.clock = Clock()
        self.display = Desktop(
            SIZE,
            self.heard.append,
            on_quit=self.quit,
            transform=transform if transform is not None else Transform(),
            clock=self.clock,
            root=root,
        )

    def quit(self) -> None:
        self.quits += 1

    def post(self, kind: int, **more: object) -> None:
        pygame.event.post(pygame.event.Event(kind, **more))


def test_finger_events_become_contacts() -> None:
    desk = Desk()
    with desk.display:
        desk.post(pygame.FINGERDOWN, x=0.0, y=0.5, dx=0, dy=0, finger_id=3, touch_id=1)
        desk.post(pygame.FINGERMOTION, x=0.5, y=0.5, dx=0, dy=0, finger_id=3, touch_id=1)
        desk.post(pygame.FINGERUP, x=1.0, y=1.0, dx=0, dy=0, finger_id=3, touch_id=1)
        desk.display.pump()
    assert desk.heard == [
        Contact(Kind.DOWN, 0, 240, 1000, 3),
        Contact(Kind.MOVE, 400, 240, 1000, 3),
        Contact(Kind.UP, 799, 479, 1000, 3),
    ]


def test_mouse_events_become_contacts_while_the_left_button_is_down() -> None:
    desk = Desk()
    with desk.display:
        desk.post(pygame.MOUSEMOTION, pos=(1, 1), rel=(0, 0), buttons=(0, 0, 0), touch=False)
        desk.post(pygame.MOUSEBUTTONDOWN, pos=(1, 1), button=3, touch=False)
        desk.post(pygame.MOUSEBUTTONUP, pos=(1, 1), button=3, touch=False)
        desk.post(pygame.MOUSEBUTTONDOWN, pos=(100, 300), button=1, touch=False)
        desk.post(pygame.MOUSEMOTION, pos=(101, 301), rel=(1, 1), buttons=(1, 0, 0), touch=False)
        desk.post(pygame.MOUSEBUTTONUP, pos=(799, 479), button=1, touch=False)
        desk.display.pump()
    assert desk.heard == [
        Contact(Kind.DOWN, 100, 300, 1000, 0, Source.MOUSE),
        Contact(Kind.MOVE, 101, 301, 1000, 0, Source.MOUSE),
        Contact(Kind.UP, 799, 479, 1000, 0, Source.MOUSE),
    ]


def test_a_mouse_event_made_from_a_finger_is_marked() -> None:
    desk = Desk()
    with desk.display:
        desk.post(pygame.MOUSEBUTTONDOWN, pos=(100, 300), button=1, touch=True)
        desk.display.pump()
    assert desk.heard == [Contact(Kind.DOWN, 100, 300, 1000, 0, Source.TWIN)]


@pytest.mark.parametrize(
    ("driver", "finger"), [("x11", (0, 0)), ("wayland", (0, 0)), ("KMSDRM", (0, 799))], ids=str
)
def test_a_turned_picture_turns_all_but_only_on_the_bare_console_a_finger_has_panel_axes(
    driver: str, finger: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compositor has put the axes right already; under KMS nobody but us has."""
    monkeypatch.setattr(pygame.display, "get_driver", lambda: driver)
    desk = Desk(Transform(invert_x=True, rotation=90))
    with desk.display:
        desk.post(pygame.FINGERDOWN, x=1.0, y=0.0, dx=0, dy=0, finger_id=3, touch_id=1)
        desk.post(pygame.MOUSEBUTTONDOWN, pos=(0, 0), button=1, touch=False)
        desk.display.pump()
    assert [(contact.x, contact.y) for contact in desk.heard] == [finger, (0, 799)]


def test_the_surface_is_the_window_and_present_takes_parts() -> None:
    desk = Desk()
    with desk.display as display:
        assert display.size == SIZE
        assert display.surface is pygame.display.get_surface()
        display.surface.fill((1, 2, 3))
        display.present([pygame.Rect(0, 0, 10, 10), pygame.Rect(50, 50, 5, 5)])
        display.present([])


def test_closing_the_window_is_said() -> None:
    desk = Desk()
    with desk.display:
        desk.post(pygame.WINDOWCLOSE)
        desk.post(pygame.QUIT)
        desk.post(pygame.VIDEOEXPOSE)
        desk.display.pump()
    assert desk.quits == 1


def test_a_dead_compositor_is_a_lost_display_and_no_wish_to_end() -> None:
    """SDL says QUIT, as where somebody closes the window, which it says before. cage or labwc killed."""
    desk = Desk()
    with desk.display as display:
        desk.post(pygame.QUIT)
        with pytest.raises(DisplayError, match="The window is gone"):
            display.pump()
    with display as again:
        again.pump()
        assert again.size == SIZE
    assert desk.quits == 0


def test_by_the_bed_nobody_ends_the_nights_by_closing_a_window() -> None:
    """The service gives no ``on_quit``: a keyboard with Alt and F4 costs a picture for a moment."""
    with Desktop(SIZE, lambda _contact: None) as bedside:
        pygame.event.post(pygame.event.Event(pygame.WINDOWCLOSE))
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        with pytest.raises(DisplayError, match="somebody closed it"):
            bedside.pump()


@pytest.mark.parametrize(("driver", "whole"), [("KMSDRM", 2), ("x11", 0)], ids=str)
def test_back_from_another_virtual_terminal_all_is_shown_again(
    driver: str, whole: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+Alt+F2, a look around, and back, as SDL says nothing of it under KMS; once a change is enough."""
    active = tmp_path / "sys/class/tty/tty0/active"
    active.parent.mkdir(parents=True)
    active.write_text("tty1\n")
    monkeypatch.setattr(pygame.display, "get_driver", lambda: driver)
    shown: list[tuple[object, ...]] = []
    with Desk(root=tmp_path).display as display:
        pygame.event.clear()
        monkeypatch.setattr(pygame.display, "update", lambda *parts: shown.append(parts))
        display.pump()
        assert shown == []
        for terminal in ("tty2\n", "tty1\n"):
            active.write_text(terminal)
            display.pump()
            display.pump()
    assert shown == [()] * whole


def test_it_polls_fast_only_while_something_goes_on() -> None:
    desk = Desk()
    with desk.display as display:
        assert display.poll_ms(moving=False) == SLOW
        assert display.poll_ms(moving=True) == FAST
        desk.post(pygame.MOUSEBUTTONDOWN, pos=(1, 1), button=1, touch=False)
        display.pump()
        desk.clock.now += LINGER - 1
        assert display.poll_ms(moving=False) == FAST
        desk.clock.now += 1
        assert display.poll_ms(moving=False) == SLOW


def test_fullscreen_takes_the_screens_size() -> None:
    display = Desktop((123, 45), lambda _contact: None, fullscreen=True)
    with display:
        assert display.size == pygame.display.get_desktop_sizes()[0]
        assert display.size != (123, 45)


def test_closed_there_is_no_window() -> None:
    desk = Desk()
    desk.display.open()
    desk.display.close()
    desk.display.close()
    with pytest.raises(DisplayError, match="not open"):
        _ = desk.display.surface


def test_no_desktop_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
    with pytest.raises(DisplayError, match=r"No window could be opened: .* is DISPLAY set\?"):
        Desk().display.open()


def test_a_window_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise pygame.error("out of memory")

    monkeypatch.setattr(pygame.display, "set_mode", refuse)
    with pytest.raises(DisplayError, match="out of memory"):
        Desk().display.open()
    assert not pygame.display.get_init()


def test_on_the_bare_console_the_sentence_is_about_kms(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise pygame.error("EGL not initialized")

    monkeypatch.setenv("SDL_VIDEODRIVER", "kmsdrm")
    monkeypatch.setattr(pygame.display, "init", refuse)
    with pytest.raises(
        DisplayError, match=r"through KMS: EGL not initialized\. Install libegl1 and libgles2"
    ):
        Desk().display.open()


def test_the_programs_own_signal_handlers_stand() -> None:
    with Desk().display:
        assert os.environ["SDL_NO_SIGNAL_HANDLERS"] == "1"


KMS = {
    "SDL_VIDEODRIVER": "kmsdrm",
    "SDL_KMSDRM_DEVICE_INDEX": "1",
    "SDL_RENDER_DRIVER": "opengles2",
    "SDL_FRAMEBUFFER_ACCELERATION": "opengles2",
}
PLAIN = {"SDL_FRAMEBUFFER_ACCELERATION": "0"}
X11, WAYLAND = {"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        (X11, PLAIN | {"SDL_VIDEODRIVER": "x11"}),
        (WAYLAND, {"SDL_VIDEODRIVER": "wayland"}),
        (X11 | WAYLAND, {"SDL_VIDEODRIVER": "wayland,x11"}),
        ({"SDL_VIDEODRIVER": "x11", **WAYLAND}, PLAIN),
        ({}, KMS),
        ({"SDL_KMSDRM_DEVICE_INDEX": "0"}, KMS | {"SDL_KMSDRM_DEVICE_INDEX": "0"}),
        ({"SDL_VIDEODRIVER": "dummy"}, PLAIN),
    ],
    ids=["X11", "cage or labwc", "with Xwayland", "the owner's choice", "bare", "a card chosen", "tests"],
)
def test_which_way_sdl_takes(tmp_path: Path, environ: dict[str, str], chosen: dict[str, str]) -> None:
    """On a Pi 5 with its DSI panel: the panel's card comes second, and a monitor is connected as well."""
    card(tmp_path, 0, {"HDMI-A-1": "connected"})
    card(tmp_path, 1, {"DSI-1": "connected"})
    after = environ | driver_settings(environ, tmp_path)
    assert after == environ | chosen | {"SDL_NO_SIGNAL_HANDLERS": "1"}


def test_without_any_panel_sdl_is_left_to_itself(tmp_path: Path) -> None:
    assert "SDL_VIDEODRIVER" not in driver_settings({}, tmp_path)


# --- another mode


class XServer:
    """The screen of a pretended X server, and the windows it was told to enlarge."""

    def __init__(self) -> None:
        self.now = SIZE
        self.filled: list[tuple[int, int]] = []
        self.closed = 0

    def size(self) -> tuple[int, int]:
        return self.now

    def fill(self, window: int, size: tuple[int, int]) -> None:
        self.filled.append(size)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> XServer:
    """SDL's dummy driver for X11, its desktop as large as the server's screen."""
    made = XServer()
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "x11")
    monkeypatch.setattr(pygame.display, "get_wm_info", lambda: {"window": 7})
    monkeypatch.setattr("kiosk.display.desktop.Screen", lambda: made)
    return made


def test_a_full_screen_window_follows_the_screen(server: XServer) -> None:
    """xrandr, or a monitor with another mode, where no window manager tells the window."""
    clock = Clock()
    display = Desktop(SIZE, lambda _contact: None, fullscreen=True, clock=clock)
    with display:
        server.now = display.size
        display.pump()
        server.now = (640, 480)
        clock.now += LOOK_EVERY - 1
        display.pump()
        assert server.filled == []
        clock.now += 1
        display.pump()
        clock.now += LOOK_EVERY
        display.pump()
        assert server.filled == [(640, 480)], "once is enough"
    display.close()
    assert server.closed == 1


def test_a_window_on_one_of_several_monitors_is_left_alone(server: XServer) -> None:
    clock = Clock()
    server.now = (4000, 1000)
    with Desktop(SIZE, lambda _contact: None, fullscreen=True, clock=clock) as display:
        server.now = (2000, 1000)
        clock.now += LOOK_EVERY
        display.pump()
    assert server.filled == []


def test_without_libx11_the_window_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise OSError("libX11.so.6: cannot open shared object file")

    monkeypatch.setattr(pygame.display, "get_driver", lambda: "x11")
    monkeypatch.setattr("kiosk.display.desktop.Screen", missing)
    with Desktop(SIZE, lambda _contact: None, fullscreen=True) as display:
        display.pump()


def test_a_window_of_another_size_is_drawn_on_and_touched_as_it_is_now() -> None:
    """What a window manager or a Wayland compositor does to a full-screen window."""
    desk = Desk()
    with desk.display as display:
        pygame.display.set_mode((640, 400))
        display.pump()
        assert display.size == (640, 400)
        assert display.surface is pygame.display.get_surface()
        desk.post(pygame.FINGERDOWN, x=1.0, y=1.0, dx=0, dy=0, finger_id=3, touch_id=1)
        display.pump()
    assert [(contact.x, contact.y) for contact in desk.heard] == [(639, 399)]
