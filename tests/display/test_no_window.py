"""A window that cannot be opened: said, never drawn for, and chosen anew with each try."""

import os
from pathlib import Path

import pygame
import pytest

from kiosk.display.base import DisplayError
from kiosk.display.desktop import Desktop, require_window
from kiosk.display.panels import Connector

SIZE = (800, 480)


def desktop() -> Desktop:
    return Desktop(SIZE, lambda _contact: None)


@pytest.fixture
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing about a display."""
    for name in ("SDL_VIDEODRIVER", "SDL_FRAMEBUFFER_ACCELERATION", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def sdl_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("SDL_VIDEODRIVER")}


def test_a_dead_x_server_is_said_and_not_drawn_for(nothing_named: pytest.MonkeyPatch) -> None:
    """SDL by itself would take its offscreen driver: ready, and nothing is ever seen."""
    nothing_named.setenv("DISPLAY", ":32123")
    with pytest.raises(DisplayError) as caught:
        desktop().open()
    assert str(caught.value) == (
        "No window could be opened: nobody answers at DISPLAY=:32123 (x11 not available). "
        "Start the desktop there, or unset DISPLAY."
    )
    assert not pygame.display.get_init()


def test_a_driver_that_shows_nothing_and_that_nobody_named_is_no_display(
    nothing_named: pytest.MonkeyPatch,
) -> None:
    """display = "desktop" on a machine with neither a desktop nor a connected card."""
    nothing_named.setattr("kiosk.display.desktop.connectors", lambda _root: [])
    nothing_named.setattr(pygame.display, "init", lambda: None)
    nothing_named.setattr(pygame.display, "get_driver", lambda: "offscreen")
    with pytest.raises(DisplayError, match="no desktop is running here, and no panel is connected"):
        desktop().open()


@pytest.mark.parametrize("driver", ["dummy", "offscreen"])
def test_one_that_the_owner_named_is_obeyed(driver: str, nothing_named: pytest.MonkeyPatch) -> None:
    nothing_named.setenv("SDL_VIDEODRIVER", driver)
    require_window()
    with desktop() as display:
        assert display.size == SIZE


def test_who_only_asked_whether_there_is_a_window_leaves_nothing_in_the_environment(
    nothing_named: pytest.MonkeyPatch,
) -> None:
    """The doctor's children, and whoever asks next whether a desktop is named."""
    nothing_named.setenv("DISPLAY", ":0")
    nothing_named.setattr(pygame.display, "init", lambda: None)
    nothing_named.setattr(pygame.display, "get_driver", lambda: "x11")
    require_window()
    assert sdl_environment() == {}


def test_each_try_chooses_anew(nothing_named: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A panel that is connected later, on another card: what an earlier try chose binds nobody."""
    cards = [[], ["card1-DSI-1"], ["card0-HDMI-A-1"]]
    seen = []

    def init() -> None:
        seen.append((os.environ.get("SDL_VIDEODRIVER"), os.environ.get("SDL_KMSDRM_DEVICE_INDEX")))
        raise pygame.error("not yet")

    nothing_named.setattr(pygame.display, "init", init)
    for names in cards:
        there = [Connector(name, "connected") for name in names]
        nothing_named.setattr("kiosk.display.desktop.connectors", lambda _root, there=there: there)
        with pytest.raises(DisplayError, match="not yet"):
            require_window()
        assert sdl_environment() == {}
    assert seen == [(None, None), ("kmsdrm", "1"), ("kmsdrm", "0")]
