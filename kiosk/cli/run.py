"""``cramp-kiosk run``: real parts if there are any, otherwise a simulator, otherwise a rehearsal."""

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.streams import complain
from kiosk.config import settings as owner
from kiosk.core.events import Event, Fault, ProbeError
from kiosk.core.pages import Calibration
from kiosk.core.signals import Volume
from kiosk.core.technique import Technique
from kiosk.devices.backlight import Backlight
from kiosk.devices.pins import PinsUnavailable, open_factory
from kiosk.devices.probe import Probe
from kiosk.diary.clock import is_plausible
from kiosk.i18n import _
from kiosk.runtime.app import House, Parts
from kiosk.runtime.clock import SystemClock, local_now
from kiosk.runtime.supervision import Supervisor

if TYPE_CHECKING:
    from gpiozero.pins import Factory

    from kiosk.display.base import Display

log = logging.getLogger(__name__)

Post = Callable[[Event], None]

#: What ``run`` returns where there is nothing to show a night on.
NO_DISPLAY = 3


class Absent:
    """In place of lamp and buzzer where there are no pins: the screen leads alone."""

    def set(self, level: float) -> None:
        """Nothing shines."""

    def play(self, hertz: int, volume: Volume) -> None:
        """Nothing sounds."""


def open_parts(config: owner.Settings, supervisor: Supervisor) -> Parts:
    """The real parts, their threads ``supervisor``'s. Raises ``PinsUnavailable``."""
    from kiosk.devices.button import Button
    from kiosk.devices.buzzer import ActiveBuzzer, PassiveBuzzer
    from kiosk.devices.lamp import Lamp

    pins = config.pins
    factory: Factory = open_factory(pins.factory, supervisor=supervisor)
    lamp = Lamp(pins.lamp, factory)
    backlight = Backlight(alone=not _has_desktop())
    kind = PassiveBuzzer if config.sound.buzzer is owner.Buzzer.PASSIVE else ActiveBuzzer
    buzzer = kind(pins.buzzer, factory)
    return Parts(
        lamp,
        buzzer,
        backlight,
        lambda post: Button(pins.button, factory, post, SystemClock().now),
        lambda post: Probe(post, config.soak.probe_offset, config.soak.probe, supervisor=supervisor),
        closing=(factory, lamp, buzzer, backlight),
        has_light=lambda: backlight.dims,
        check=getattr(factory, "check", lambda: None),
    )


def without_pins(config: owner.Settings, supervisor: Supervisor) -> Parts:
    """Touch alone: what is left of the device when its pins cannot be had."""
    backlight = Backlight(alone=not _has_desktop())
    return Parts(
        Absent(),
        Absent(),
        backlight,
        lambda _post: None,
        lambda post: Probe(post, config.soak.probe_offset, config.soak.probe, supervisor=supervisor),
        closing=(backlight,),
        faults=frozenset({Fault.NO_GPIO}),
        has_light=lambda: backlight.dims,
    )


def run(
    found: owner.Found,
    techniques: Sequence[Technique],
    diary: Path,
    *,
    simulate: bool,
    size: tuple[int, int] | None,
) -> int:
    """Play nights until told to stop. Returns the exit code, or ``NO_DISPLAY``."""
    config, supervisor = found.in_force, Supervisor()
    if not simulate:
        try:
            parts = open_parts(config, supervisor)
        except PinsUnavailable as error:
            if _is_started_by_systemd():
                # By the bed a simulator helps nobody: touch still works, and a banner says what is missing.
                log.error("%s", error)
                parts = without_pins(config, supervisor)
            else:
                complain([_("No real pins: {reason}").format(reason=error)])
                simulate = True
    if simulate:
        if not _has_window():
            return NO_DISPLAY
        return _simulate(found, techniques, diary, size or (800, 480), supervisor)
    return _play(found, techniques, diary, parts, size=size, supervisor=supervisor)


def _is_started_by_systemd() -> bool:
    """Whether systemd started this and waits to hear of it."""
    return "NOTIFY_SOCKET" in os.environ


def _has_window() -> bool:
    """Whether a window can be opened; where one should be and cannot, the reason is said."""
    if not _has_desktop():
        return False
    from kiosk.display.base import DisplayError
    from kiosk.display.desktop import require_window

    try:
        require_window()
    except DisplayError as error:
        complain([str(error)])
        return False
    return True


def _has_desktop() -> bool:
    """Whether a desktop is named (SDL's dummy driver, named explicitly, counts: tests use it)."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def _wants_desktop(config: owner.Settings) -> bool:
    wanted = config.screen.display
    return wanted is owner.Display.DESKTOP or (wanted is owner.Display.AUTO and _has_desktop())


def _play(
    found: owner.Found,
    techniques: Sequence[Technique],
    diary: Path,
    parts: Parts,
    *,
    size: tuple[int, int] | None,
    supervisor: Supervisor,
) -> int:
    """The bedside device, until SIGTERM."""
    from kiosk.display.base import Bell
    from kiosk.display.console import Console
    from kiosk.display.desktop import Desktop
    from kiosk.display.touch import Transform
    from kiosk.display.turned import Turned
    from kiosk.runtime.main_loop import Show, until_signalled

    config = found.in_force
    bell, desktop = Bell(), _wants_desktop(config)
    with House(
        found,
        techniques,
        parts,
        diary,
        listeners=(lambda _state: bell.ring(),),
        own_touch=not desktop,
        supervisor=supervisor,
    ) as house:

        def on_glass() -> Transform:
            touch, crosses = house.touch, isinstance(house.conductor.state.page, Calibration)
            calibration = None if crosses else touch.calibration
            return Transform(
                touch.swap, touch.invert_x, touch.invert_y, calibration, rotation=config.screen.rotate
            )

        show = Show(house.conductor, bell, house.clock, house.tend, house.hung)
        supervisor.on_failure(show.stop)

        def open_display() -> "Display":
            if desktop:
                return Desktop(
                    size or (800, 480),
                    show.contact,
                    # by the bed nobody means to end the nights by closing a window
                    on_quit=None if _is_started_by_systemd() else show.stop,
                    last_words=house.close,
                    fullscreen=size is None,
                    transform=on_glass(),
                )
            return Console(
                show.contact,
                transform=on_glass,
                on_touch=house.touch_panel,
                on_return=bell.ring,
                find=show.find_panel,
                supervisor=supervisor,
            )

        with until_signalled(show):
            show.lead(
                lambda: Turned(open_display(), config.screen.rotate), config.screen.panel, parts.has_light
            )
        return 1 if house.failed else 0


def _simulate(
    found: owner.Found,
    techniques: Sequence[Technique],
    diary: Path,
    size: tuple[int, int],
    supervisor: Supervisor,
) -> int:
    """The simulator's window, until it is closed."""
    from kiosk.devices.simulated import (
        SimulatedBacklight,
        SimulatedButton,
        SimulatedBuzzer,
        SimulatedLamp,
        SimulatedProbe,
    )
    from kiosk.display.base import Bell
    from kiosk.display.hardware_panel import Readout
    from kiosk.display.simulator import Knobs, Simulator
    from kiosk.runtime.main_loop import Show, until_signalled

    clock, config = SystemClock(), found.in_force
    lamp, light = SimulatedLamp(clock.now), SimulatedBacklight(clock.now)
    windows: list[Simulator] = []
    buttons: list[SimulatedButton] = []
    probes: list[SimulatedProbe] = []

    def hear(tone: tuple[int, Volume]) -> None:
        for window in windows:
            window.hear(tone)

    buzzer = SimulatedBuzzer(clock.now, hear)

    def make_button(post: Post) -> SimulatedButton:
        buttons.append(SimulatedButton(post))
        return buttons[0]

    def make_probe(post: Post) -> SimulatedProbe:
        probes.append(
            SimulatedProbe(
                post,
                clock.now,
                offset=config.soak.probe_offset,
                lag=2000,
                supervisor=supervisor,
            )
        )
        return probes[0]

    def set_water(celsius: float) -> None:
        probes[0].water = celsius

    def set_probe_fault(error: ProbeError | None) -> None:
        probes[0].trouble = error

    def readout() -> Readout:
        hertz, volume = buzzer.current
        clock_time = f"{local_now():%H:%M:%S}"
        return Readout(lamp.current, hertz, volume, light.current, clock_time, probes[0].water)

    bell = Bell()
    parts = Parts(lamp, buzzer, light, make_button, make_probe)
    # whoever sits before a computer sees its clock; that of a virtual machine nobody vouches for
    with House(
        found,
        techniques,
        parts,
        diary,
        listeners=(lambda _state: bell.ring(),),
        supervisor=supervisor,
        clock_ok=is_plausible,
    ) as house:
        show = Show(house.conductor, bell, clock, house.tend, house.hung)
        supervisor.on_failure(show.stop)
        knobs = Knobs(buttons[0].press, buttons[0].release, set_water, set_probe_fault)
        window = Simulator(
            size,
            show.contact,
            knobs,
            readout,
            supervisor=supervisor,
            on_quit=show.stop,
            last_words=house.close,
        )
        windows.append(window)
        with until_signalled(show):
            show.lead(lambda: window, config.screen.panel)
        return 1 if house.failed else 0
