"""Which glass a night is shown on, and how the owner's settings reach it."""

import signal
from pathlib import Path
from typing import Any

import pytest

from kiosk import app, bedside
from kiosk import settings as owner
from kiosk.display import console, desktop
from kiosk.display.base import DisplayError
from kiosk.display.touch import Transform


class Shown:
    """Displays that cannot be had, what they were asked for, and a SIGTERM at the first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.setenv = monkeypatch.setenv
        for module, name in ((console, "Console"), (desktop, "Desktop")):
            monkeypatch.setattr(module, name, self._kind(name))

    def _kind(self, kind: str) -> type:
        asked = self.asked

        class Display:
            name = kind

            def __init__(self, *_args: object, **more: Any) -> None:
                asked.append((kind, more))

            def open(self) -> None:
                signal.raise_signal(signal.SIGTERM)
                raise DisplayError("not today")

            def close(self) -> None:
                pass

        return Display


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shown:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "NOTIFY_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(app, "clock_is_set", lambda: True)
    return Shown(monkeypatch)


def play(folder: Path, config: owner.Settings, size: tuple[int, int] | None = None) -> int:
    """A night that ends at once; its exit code."""
    return bedside._play(config, folder / "diary.db", bedside.without_pins(config), size, frozenset())


@pytest.mark.parametrize(
    ("wanted", "environ", "taken"),
    [
        ("auto", {}, "Console"),
        ("auto", {"DISPLAY": ":0"}, "Desktop"),
        ("auto", {"WAYLAND_DISPLAY": "wayland-0"}, "Desktop"),
        ("console", {"WAYLAND_DISPLAY": "wayland-0"}, "Console"),
        ("desktop", {}, "Desktop"),
    ],
)
def test_the_glass_is_what_the_owner_chose_or_what_is_there(
    tmp_path: Path, shown: Shown, wanted: str, environ: dict[str, str], taken: str
) -> None:
    for name, value in environ.items():
        shown.setenv(name, value)
    config = owner.Settings(screen=owner.Screen(display=owner.Display(wanted)))
    assert play(tmp_path, config) == 0
    assert [kind for kind, _more in shown.asked] == [taken]


def test_a_desktop_is_filled_unless_a_size_is_asked_for(tmp_path: Path, shown: Shown) -> None:
    config = owner.Settings(screen=owner.Screen(display=owner.Display.DESKTOP, rotate=180))
    play(tmp_path, config)
    play(tmp_path, config, (480, 320))
    assert [more["fullscreen"] for _kind, more in shown.asked] == [True, False]
    assert [more["transform"] for _kind, more in shown.asked] == [Transform(rotation=180)] * 2


def test_how_the_touch_panel_lies_is_known_to_the_console(tmp_path: Path, shown: Shown) -> None:
    worn = (1.1, 0.0, -0.05, 0.0, 0.9, 0.04)
    play(
        tmp_path,
        owner.Settings(
            screen=owner.Screen(rotate=270),
            touch=owner.Touch(swap=True, invert_x=False, invert_y=True, calibration=worn),
        ),
    )
    ((_kind, more),) = shown.asked
    assert more["transform"] == Transform(
        swap=True, invert_x=False, invert_y=True, calibration=worn, rotation=270
    )


def test_a_screen_that_cannot_be_had_is_said_once(
    tmp_path: Path, shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    play(tmp_path, owner.Settings())
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == ["not today"]
