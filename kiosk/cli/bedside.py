"""The composition of the real device: real pins, and a panel or a window on a desktop."""

import os
from typing import TYPE_CHECKING

from kiosk.config import settings as owner
from kiosk.core.events import ButtonName, Fault
from kiosk.core.pages import Calibration
from kiosk.core.signals import Volume
from kiosk.devices.backlight import Backlight
from kiosk.devices.pins import open_factory
from kiosk.devices.probe import Probe
from kiosk.diary.clock import clock_is_set
from kiosk.display.backlights import lights
from kiosk.runtime.app import App, Parts, Post
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.supervision import Supervisor

if TYPE_CHECKING:
    from gpiozero.pins import Factory

    from kiosk.display.base import Bell, Display
    from kiosk.display.touch import Transform
    from kiosk.runtime.main_loop import MainLoop


class Bedside:
    """The real device's parts and display: a ``run.Composition``.

    ``size``: width and height of the window on a desktop, in pixels; None makes it fill the screen.
    """

    clock_ok = staticmethod(clock_is_set)

    def __init__(
        self,
        config: owner.Settings,
        supervisor: Supervisor,
        parts: Parts,
        size: tuple[int, int] | None = None,
    ) -> None:
        self.parts = parts
        self._config, self._supervisor, self._size = config, supervisor, size
        self._desktop = wants_desktop(config)
        self.own_touch = not self._desktop

    def open_display(self, app: App, loop: "MainLoop", bell: "Bell") -> "Display":
        """Open the panel, or a window on a desktop, rotated by ``screen.rotate``. Raises ``DisplayError``."""
        from kiosk.display.turned import Turned

        shown = self._window(app, loop) if self._desktop else self._console(app, loop, bell)
        return Turned(shown, self._config.screen.rotate)

    def _window(self, app: App, loop: "MainLoop") -> "Display":
        from kiosk.display.desktop import Desktop

        return Desktop(
            self._size or (800, 480),
            loop.contact,
            # Under systemd a closed window is an accident, and must not stop the kiosk.
            on_quit=None if is_started_by_systemd() else loop.stop,
            last_words=app.close,
            fullscreen=self._size is None,
            transform=self._on_glass(app),
        )

    def _console(self, app: App, loop: "MainLoop", bell: "Bell") -> "Display":
        from kiosk.display.console import Console

        return Console(
            loop.contact,
            transform=lambda: self._on_glass(app),
            on_touch=app.touch_panel,
            on_return=bell.ring,
            find=loop.find_panel,
            supervisor=self._supervisor,
        )

    def _on_glass(self, app: App) -> "Transform":
        """How touch coordinates map to the screen now. On the calibration page without the old calibration,
        because the new one is computed from raw positions."""
        from kiosk.display.touch import Transform

        touch = app.touch
        crosses = isinstance(app.conductor.state.page, Calibration)
        calibration = None if crosses else touch.calibration
        rotation = self._config.screen.rotate
        return Transform(touch.swap, touch.invert_x, touch.invert_y, calibration, rotation=rotation)


def open_parts(config: owner.Settings, supervisor: Supervisor) -> Parts:
    """Open the pins and make the real parts, their threads run by ``supervisor``. Raises
    ``PinsUnavailable``."""
    from kiosk.devices.button import Button
    from kiosk.devices.buzzer import ActiveBuzzer, PassiveBuzzer
    from kiosk.devices.lamp import Lamp

    wired = owner.wiring(config.pins)
    factory: Factory = open_factory(config.pins.factory, supervisor=supervisor)
    lamp = Lamp(wired.lamp, factory)
    backlight = Backlight(lights, alone=not has_desktop())
    kind = PassiveBuzzer if config.sound.buzzer is owner.Buzzer.PASSIVE else ActiveBuzzer
    buzzer = kind(wired.buzzer, factory)

    def make_button(name: ButtonName, post: Post) -> Button:
        return Button(wired.of(name), factory, post, SystemClock().now, name=name)

    def make_probe(post: Post) -> Probe:
        return Probe(post, config.soak.probe_offset, config.soak.probe, supervisor=supervisor)

    return Parts(
        lamp,
        buzzer,
        backlight,
        make_button,
        make_probe,
        closing=(factory, lamp, buzzer, backlight),
        has_light=lambda: backlight.dims,
        check=getattr(factory, "check", lambda: None),
    )


def without_pins(config: owner.Settings, supervisor: Supervisor) -> Parts:
    """The parts that work without GPIO: backlight and probe. Reports ``Fault.NO_GPIO``."""
    backlight = Backlight(lights, alone=not has_desktop())

    def make_probe(post: Post) -> Probe:
        return Probe(post, config.soak.probe_offset, config.soak.probe, supervisor=supervisor)

    return Parts(
        Absent(),
        Absent(),
        backlight,
        lambda _name, _post: None,
        make_probe,
        closing=(backlight,),
        faults=frozenset({Fault.NO_GPIO}),
        has_light=lambda: backlight.dims,
    )


class Absent:
    """Stands in for lamp and buzzer when there are no pins: accepts every call and does nothing."""

    def set(self, level: float) -> None:
        """Do nothing."""

    def play(self, hertz: int, volume: Volume) -> None:
        """Do nothing."""


def is_started_by_systemd() -> bool:
    """Whether systemd started this process and expects notifications (``NOTIFY_SOCKET``, sd_notify(3))."""
    return "NOTIFY_SOCKET" in os.environ


def has_desktop() -> bool:
    """Whether the environment names a desktop. An explicit SDL_VIDEODRIVER counts too: tests set "dummy"."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def wants_desktop(config: owner.Settings) -> bool:
    """Whether to show the kiosk in a window on a desktop: ``screen.display``, or for "auto" the
    environment."""
    wanted = config.screen.display
    return wanted is owner.Display.DESKTOP or (wanted is owner.Display.AUTO and has_desktop())
