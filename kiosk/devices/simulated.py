"""Button, lamp, buzzer, probe and backlight without hardware: the same interface, for laptop and tests."""

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk.core.events import ButtonName, ButtonPressed, ButtonReleased, Event, ProbeError, WaterRead
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
    """A button that is pressed and released by method calls."""

    def __init__(self, post: Callable[[Event], None], name: ButtonName = ButtonName.BIG) -> None:
        self._post = post
        self.name = name
        self.is_pressed = False

    def press(self) -> None:
        """Press. Does nothing if it is pressed already."""
        if not self.is_pressed:
            self.is_pressed = True
            self._post(ButtonPressed(self.name))

    def release(self) -> None:
        """Release. Does nothing if it is released already."""
        if self.is_pressed:
            self.is_pressed = False
            self._post(ButtonReleased(self.name))

    def check(self) -> None:
        """Does nothing: no edge is ever lost."""

    def next_check(self) -> None:
        """Always None."""

    def close(self) -> None:
        """Does nothing."""


class _Track(Generic[V]):
    """A value and its history. Written by one thread, read by any."""

    def __init__(self, clock: Clock, start: V) -> None:
        self._clock = clock
        self.current = start
        self.history: list[tuple[Ms, V]] = []
        """(ms, new value) of each change, the oldest first"""

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
        """Set the perceived brightness, clamped to 0.0 to 1.0."""
        self._become(min(max(level, 0.0), 1.0))


class SimulatedLamp(_Light, Part):
    """A lamp; ``current`` is its level (0.0 to 1.0)."""

    def close(self) -> None:
        """Switch it off."""
        self.set(0.0)


class SimulatedBacklight(_Light):
    """A backlight; ``current`` is its level (0.0 to 1.0)."""

    is_present = True

    def describe(self) -> str:
        """One sentence about the backlight, for ``doctor``."""
        return _("The backlight is simulated.")


class SimulatedBuzzer(_Track[Tone], Part):
    """A buzzer; ``current`` is its tone (hertz, volume), or ``SILENCE``.

    ``on_change`` is called with each new tone, on the thread that calls ``play``; a sound card can play it.
    """

    def __init__(self, clock: Clock, on_change: Callable[[Tone], None] | None = None) -> None:
        super().__init__(clock, SILENCE)
        self._on_change = on_change

    def play(self, hertz: int, volume: Volume) -> None:
        """Play this tone until the next call; 0 Hz or ``Volume.OFF`` is silence."""
        tone = SILENCE if hertz <= 0 or volume is Volume.OFF else (hertz, volume)
        if self._become(tone) and self._on_change is not None:
            self._on_change(tone)

    def close(self) -> None:
        """Switch the tone off."""
        self.play(*SILENCE)


class SimulatedProbe(Part):
    """A probe in simulated water; set ``water`` to its temperature in degrees Celsius.

    From then on the water cools towards ``room`` (``water.cooled``). ``trouble`` is the error of the probe;
    None if it works. While ``frozen`` it repeats its last value. With a ``supervisor``, which runs the
    thread, it posts once a second while started. Without one it posts when ``tick`` is called at
    ``next_tick``, so that readings are reproducible to the millisecond. ``lag`` is the time constant of a
    probe in a steel tube in ms (about 8000 in still water); 0 means no lag. ``offset`` works as in ``Probe``;
    ``chosen`` has no effect, because there is only one probe.
    """

    #: Time from ``start`` to the first reading, in ms: a conversion at 12 bits (DS18B20 data sheet).
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
        """The temperature of the water now, in degrees Celsius."""
        return cooled(self._water, self._room, self._clock() - self._water_at)

    @water.setter
    def water(self, celsius: float) -> None:
        self._feel()
        self._water, self._water_at = celsius, self._clock()

    @property
    def frozen(self) -> bool:
        """Whether the reading no longer follows the water."""
        return self._frozen is not None

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        self._feel()
        self._frozen = self._felt if frozen else None

    def start(self, *, every: bool = False) -> None:  # noqa: ARG002 - there is only one probe
        """Start reading. Does nothing if it is started."""
        if self._sampler is not None:
            self._sampler.start()
        elif self._due is None:
            self._due = self._clock() + self.CONVERSION

    def stop(self) -> None:
        """Stop reading; nothing is posted afterwards."""
        if self._sampler is not None:
            self._sampler.stop()
        self._due = None

    def close(self) -> None:
        """As ``stop``."""
        self.stop()

    def next_tick(self) -> Ms | None:
        """When ``tick`` posts the next reading, in ms; None while stopped, or if a thread does it."""
        return self._due

    def tick(self) -> None:
        """Post a reading if one is due."""
        now = self._clock()
        if self._due is not None and now >= self._due:
            self._due = max(self._due + SECOND, now)
            self._post(self.read_once())

    def read_once(self) -> WaterRead:
        """Read once, now."""
        self._feel()
        felt = self._felt if self._frozen is None else self._frozen
        return reading(self.trouble or Measured(in_steps(felt)), self.offset)

    def _feel(self) -> None:
        """Advance the temperature of the tube to now. It also follows while the probe is in error."""
        now = self._clock()
        share = 1 - math.exp(-(now - self._felt_at) / self._lag) if self._lag else 1.0
        self._felt += (self.water - self._felt) * share
        self._felt_at = now
