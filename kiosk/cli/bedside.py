"""The device by the bed: real pins, and the panel or a desktop's window."""

import os
from typing import TYPE_CHECKING

from kiosk.config import settings as owner
from kiosk.core.events import Fault
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
    """The real device's parts and its display, as ``run.Composition``. ``size``: of the window, in pixels;
    None: it fills the screen."""

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
        """The panel, or a window on a desktop, turned as the settings say. Raises ``DisplayError``."""
        from kiosk.display.turned import Turned

        shown = self._window(app, loop) if self._desktop else self._console(app, loop, bell)
        return Turned(shown, self._config.screen.rotate)

    def _window(self, app: App, loop: "MainLoop") -> "Display":
        from kiosk.display.desktop import Desktop

        return Desktop(
            self._size or (800, 480),
            loop.contact,
            # by the bed nobody means to end the nights by closing a window
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
        """How the touch panel lies on its glass now; while crosses are touched, without calibration."""
        from kiosk.display.touch import Transform

        touch = app.touch
        crosses = isinstance(app.conductor.state.page, Calibration)
        calibration = None if crosses else touch.calibration
        rotation = self._config.screen.rotate
        return Transform(touch.swap, touch.invert_x, touch.invert_y, calibration, rotation=rotation)


def open_parts(config: owner.Settings, supervisor: Supervisor) -> Parts:
    """The real parts, their threads ``supervisor``'s. Raises ``PinsUnavailable``."""
    from kiosk.devices.button import Button
    from kiosk.devices.buzzer import ActiveBuzzer, PassiveBuzzer
    from kiosk.devices.lamp import Lamp

    pins = config.pins
    factory: Factory = open_factory(pins.factory, supervisor=supervisor)
    lamp = Lamp(pins.lamp, factory)
    backlight = Backlight(lights, alone=not has_desktop())
    kind = PassiveBuzzer if config.sound.buzzer is owner.Buzzer.PASSIVE else ActiveBuzzer
    buzzer = kind(pins.buzzer, factory)

    def make_button(post: Post) -> Button:
        return Button(pins.button, factory, post, SystemClock().now)

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
    """Touch alone: what is left of the device when its pins cannot be had."""
    backlight = Backlight(lights, alone=not has_desktop())

    def make_probe(post: Post) -> Probe:
        return Probe(post, config.soak.probe_offset, config.soak.probe, supervisor=supervisor)

    return Parts(
        Absent(),
        Absent(),
        backlight,
        lambda _post: None,
        make_probe,
        closing=(backlight,),
        faults=frozenset({Fault.NO_GPIO}),
        has_light=lambda: backlight.dims,
    )


class Absent:
    """In place of lamp and buzzer where there are no pins: the screen leads alone."""

    def set(self, level: float) -> None:
        """Nothing shines."""

    def play(self, hertz: int, volume: Volume) -> None:
        """Nothing sounds."""


def is_started_by_systemd() -> bool:
    """Whether systemd started this and waits to hear of it."""
    return "NOTIFY_SOCKET" in os.environ


def has_desktop() -> bool:
    """Whether a desktop is named (SDL's dummy driver, named explicitly, counts: tests use it)."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def wants_desktop(config: owner.Settings) -> bool:
    """Whether the night is to be shown in a desktop's window."""
    wanted = config.screen.display
    return wanted is owner.Display.DESKTOP or (wanted is owner.Display.AUTO and has_desktop())
