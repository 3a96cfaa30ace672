"""The composition of the simulator: the device drawn in a window, operated by mouse and keys."""

from kiosk.config import settings as owner
from kiosk.core.events import ButtonName, ProbeError
from kiosk.core.signals import Volume
from kiosk.devices.simulated import (
    SimulatedBacklight,
    SimulatedButton,
    SimulatedBuzzer,
    SimulatedLamp,
    SimulatedProbe,
)
from kiosk.diary.clock import is_plausible
from kiosk.display.base import Bell, Display
from kiosk.display.hardware_panel import Readout
from kiosk.display.simulator import Knobs, Simulator
from kiosk.runtime.app import App, Parts, Post
from kiosk.runtime.clock import SystemClock, local_now
from kiosk.runtime.main_loop import MainLoop
from kiosk.runtime.supervision import Supervisor

#: Time constant of the simulated probe's steel tube, in ms.
_LAG = 2000


class Simulated:
    """The simulator's parts and its window of ``size`` pixels: a ``run.Composition``."""

    own_touch = False
    #: Not ``clock_is_set``: in a virtual machine often no time service reports to the kernel, though the
    #: clock is right.
    clock_ok = staticmethod(is_plausible)

    def __init__(self, config: owner.Settings, supervisor: Supervisor, size: tuple[int, int]) -> None:
        now = SystemClock().now
        self._config, self._supervisor, self._size, self._now = config, supervisor, size, now
        self._lamp, self._light = SimulatedLamp(now), SimulatedBacklight(now)
        self._buzzer = SimulatedBuzzer(now, self._hear)
        self._buttons: dict[ButtonName, SimulatedButton] = {}
        self._probe: SimulatedProbe
        self._window: Simulator | None = None
        self.parts = Parts(self._lamp, self._buzzer, self._light, self._make_button, self._make_probe)

    def open_display(self, app: App, loop: MainLoop, _bell: Bell) -> Display:
        """The window; every call returns the same one. Raises ``DisplayError``."""
        if self._window is None:
            knobs = Knobs(self._press, self._release, self._set_water, self._set_probe_fault)
            self._window = Simulator(
                self._size,
                loop.contact,
                knobs,
                self._readout,
                supervisor=self._supervisor,
                on_quit=loop.stop,
                last_words=app.close,
            )
        return self._window

    # --- the parts that App makes once its conductor can take events

    def _make_button(self, name: ButtonName, post: Post) -> SimulatedButton:
        self._buttons[name] = SimulatedButton(post, name)
        return self._buttons[name]

    def _make_probe(self, post: Post) -> SimulatedProbe:
        offset = self._config.soak.probe_offset
        self._probe = SimulatedProbe(post, self._now, offset=offset, lag=_LAG, supervisor=self._supervisor)
        return self._probe

    # --- what the window shows and changes

    def _hear(self, tone: tuple[int, Volume]) -> None:
        if self._window is not None:
            self._window.hear(tone)

    def _press(self, button: ButtonName) -> None:
        self._buttons[button].press()

    def _release(self, button: ButtonName) -> None:
        self._buttons[button].release()

    def _set_water(self, celsius: float) -> None:
        self._probe.water = celsius

    def _set_probe_fault(self, error: ProbeError | None) -> None:
        self._probe.trouble = error

    def _readout(self) -> Readout:
        hertz, volume = self._buzzer.current
        clock_time = f"{local_now():%H:%M:%S}"
        return Readout(self._lamp.current, hertz, volume, self._light.current, clock_time, self._probe.water)
