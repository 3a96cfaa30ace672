"""Button, lamp, buzzer, probe and backlight for a laptop and for tests: the same calls, no hardware."""

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk.core.events import ButtonPressed, ButtonReleased, Event, ProbeError, WaterRead
from kiosk.core.signals import Volume
from kiosk.core.technique import SECOND, Ms
from kiosk.core.threads import Watcher
from kiosk.devices.part import Part
from kiosk.devices.probe import Measured, reading
from kiosk.devices.sampler import Sampler
from kiosk.devices.water import cooled, in_steps
from kiosk.i18n import _

V = TypeVar("V")
Clock = Callable[[], Ms]
Tone = tuple[int, Volume]

SILENCE: Tone = (0, Volume.OFF)


class SimulatedButton(Part):
    """A button pressed by calling it."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self.is_pressed = False

    def press(self) -> None:
        """Down. Does nothing if it is down already."""
        if not self.is_pressed:
            self.is_pressed = True
            self._post(ButtonPressed())

    def release(self) -> None:
        """Up. Does nothing if it is up already."""
        if self.is_pressed:
            self.is_pressed = False
            self._post(ButtonReleased())

    def check(self) -> None:
        """Nothing to find: every edge was posted."""

    def next_check(self) -> None:
        """Never."""

    def close(self) -> None:
        """Nothing to give back."""


class _Track(Generic[V]):
    """A value and everything it has been. Written by one thread, read by any."""

    def __init__(self, clock: Clock, start: V) -> None:
        self._clock = clock
        self.current = start
        self.history: list[tuple[Ms, V]] = []
        """(ms, value) of every change, oldest first"""

    def _become(self, value: V) -> bool:
        if value == self.current:
            return False
        self.history.append((self._clock(), value))
        self.current = value
        return True


class _Light(_Track[float]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, 0.0)

    def set(self, level: float) -> None:
        """Brightness as seen, 0.0 to 1.0."""
        self._become(min(max(level, 0.0), 1.0))


class SimulatedLamp(_Light, Part):
    """A lamp whose ``current`` level (0.0 to 1.0) can be seen."""

    def close(self) -> None:
        """Off."""
        self.set(0.0)


class SimulatedBacklight(_Light):
    """A backlight whose ``current`` level (0.0 to 1.0) can be seen."""

    is_present = True

    def describe(self) -> str:
        """Which light it is, in one sentence."""
        return _("The backlight is simulated.")


class SimulatedBuzzer(_Track[Tone], Part):
    """A buzzer whose ``current`` tone, (hertz, volume), can be seen; silence is ``SILENCE``.

    ``on_change`` is called with each new tone, on the thread that plays: give it to a sound card.
    """

    def __init__(self, clock: Clock, on_change: Callable[[Tone], None] | None = None) -> None:
        super().__init__(clock, SILENCE)
        self._on_change = on_change

    def play(self, hertz: int, volume: Volume) -> None:
        """This tone from now on; 0 Hz or ``Volume.OFF`` is silence."""
        tone = SILENCE if hertz <= 0 or volume is Volume.OFF else (hertz, volume)
        if self._become(tone) and self._on_change is not None:
            self._on_change(tone)

    def close(self) -> None:
        """Silent."""
        self.play(*SILENCE)


class SimulatedProbe(Part):
    """A probe in water that was as warm as you say when you said it: set ``water`` (degrees Celsius).

    From then on the water cools to ``room``, as real water does. ``trouble``: what is wrong with the probe;
    None: it measures. ``frozen``: it says the same number for ever. With a ``supervisor``, which keeps the
    thread, it posts once a second by itself while started. Without, it does so when ``tick`` is called at
    ``next_tick``: the same readings, to the millisecond, every time. ``lag`` in ms is the time constant of a
    probe in its steel tube (about 8 s in still water); 0 follows at once. ``offset`` as in the real one;
    there is but one of its kind, so ``chosen`` changes nothing.
    """

    #: From the start to the first reading: a conversion of the DS18B20 at 12 bits.
    CONVERSION: Ms = 750

    def __init__(
        self,
        post: Callable[[Event], None],
        clock: Clock,
        water: float = 21.0,
        *,
        room: float = 21.0,
        offset: float = 0.0,
        lag: Ms = 0,
        supervisor: Watcher | None = None,
    ) -> None:
        self.offset = offset
        self.chosen = ""
        self.trouble: ProbeError | None = None
        self._post = post
        self._clock = clock
        self._room = room
        self._water, self._water_at = water, clock()
        self._lag = lag
        self._felt, self._felt_at = water, clock()
        self._frozen: float | None = None
        self._sampler = None if supervisor is None else Sampler(self.read_once, post, supervisor=supervisor)
        self._due: Ms | None = None

    @property
    def water(self) -> float:
        """Degrees Celsius by now."""
        return cooled(self._water, self._room, self._clock() - self._water_at)

    @water.setter
    def water(self, celsius: float) -> None:
        self._feel()
        self._water, self._water_at = celsius, self._clock()

    @property
    def frozen(self) -> bool:
        """Whether what it says no longer follows the water."""
        return self._frozen is not None

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        self._feel()
        self._frozen = self._felt if frozen else None

    def start(self, *, every: bool = False) -> None:  # noqa: ARG002 - there is but one
        """Begin reading. Does nothing if it reads already."""
        if self._sampler is not None:
            self._sampler.start()
        elif self._due is None:
            self._due = self._clock() + self.CONVERSION

    def stop(self) -> None:
        """Stop reading; nothing is posted any more."""
        if self._sampler is not None:
            self._sampler.stop()
        self._due = None

    def close(self) -> None:
        """As ``stop``."""
        self.stop()

    def next_tick(self) -> Ms | None:
        """When ``tick`` has something to do; None while stopped, or with a thread."""
        return self._due

    def tick(self) -> None:
        """Post the reading that is due, if one is."""
        now = self._clock()
        if self._due is not None and now >= self._due:
            self._due = max(self._due + SECOND, now)
            self._post(self.read_once())

    def read_once(self) -> WaterRead:
        """One reading, now."""
        self._feel()
        felt = self._felt if self._frozen is None else self._frozen
        return reading(self.trouble or Measured(in_steps(felt)), self.offset)

    def _feel(self) -> None:
        """Bring what the tube has come to up to now. In the room's air it does, too: it may be unplugged."""
        now = self._clock()
        share = 1 - math.exp(-(now - self._felt_at) / self._lag) if self._lag else 1.0
        self._felt += (self.water - self._felt) * share
        self._felt_at = now
