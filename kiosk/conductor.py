"""The one thread that owns the State: inbox -> night.transition -> outputs and effects, on time.

Everything is done at absolute moments, in their order: deadlines of the State, edges of the lamp's and
the buzzer's patterns, events as they come. The same code runs on a simulated clock without a thread:
``handle`` and ``advance`` are all there is; ``run`` only waits between them.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from kiosk.clock import Clock
from kiosk.core import night
from kiosk.core.events import ButtonPressed, Due, Effect, Event, Fault, QuietHours, Tapped
from kiosk.core.pages import Asleep
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.state import State, brightness
from kiosk.core.technique import SECOND, Ms

log = logging.getLogger(__name__)

#: How often the button's level is read again while someone is there: edges are hints, levels are truth.
CHECK_EVERY: Ms = SECOND
#: So many events are kept to tell what led to an error.
TRAIL = 200
#: More errors than this within ERRORS_WITHIN, and starting anew inside the process is no cure.
ERRORS_AT_MOST = 5
ERRORS_WITHIN: Ms = 60 * SECOND


class LampLike(Protocol):
    """What shines."""

    def set(self, level: float) -> None:
        """0.0 to 1.0."""


class BuzzerLike(Protocol):
    """What sounds."""

    def play(self, hertz: int, volume: Volume) -> None:
        """0 Hz is silence."""


class BacklightLike(Protocol):
    """What lights the screen."""

    def set(self, level: float) -> None:
        """0.0 (off) to 1.0."""


class ButtonLike(Protocol):
    """What is pressed."""

    def check(self) -> None:
        """Read the level again and post what an edge should have told."""

    def next_check(self) -> Ms | None:
        """When it wants to be checked by itself; None: no wish."""


class Outputs:
    """Lamp, buzzer and backlight, following the State. Only changes reach the devices."""

    def __init__(self, lamp: LampLike, buzzer: BuzzerLike, backlight: BacklightLike) -> None:
        self._lamp, self._buzzer, self._backlight = lamp, buzzer, backlight
        self._shown: tuple[float, tuple[int, Volume], float] | None = None

    def follow(self, state: State, now: Ms) -> None:
        """Bring the devices to what the State says at ``now``."""
        level = state.lamp.pattern.at(now - state.lamp.start)
        hertz = state.sound.tune.at(now - state.sound.start)
        tone = (hertz, state.sound.volume if hertz else Volume.OFF)
        light = brightness(state)
        was = self._shown
        if was is None or was[0] != level:
            self._lamp.set(level)
        if was is None or was[1] != tone:
            self._buzzer.play(*tone)
        if was is None or was[2] != light:
            self._backlight.set(light)
        self._shown = (level, tone, light)

    def off(self) -> None:
        """Buzzer and lamp off, whatever was shown; the one even if the other fails."""
        self._shown = None
        try:
            self._buzzer.play(0, Volume.OFF)
        finally:
            self._lamp.set(0.0)

    @staticmethod
    def next_edge(state: State, now: Ms) -> Ms | None:
        """When a pattern next changes after ``now``."""
        edges = (
            (state.lamp.start, state.lamp.pattern.next_change(now - state.lamp.start)),
            (state.sound.start, state.sound.tune.next_change(now - state.sound.start)),
        )
        return min((start + change for start, change in edges if change is not None), default=None)


class Conductor:
    """Owns the State. ``perform`` does an effect and must not block; ``publish`` hears of each new State."""

    def __init__(
        self,
        state: State,
        outputs: Outputs,
        clock: Clock,
        *,
        perform: Callable[[Effect], None],
        publish: Callable[[State], None],
        quiet: Callable[[Rules], bool] = lambda _: False,
        button: ButtonLike | None = None,
    ) -> None:
        self.state = state
        self.heartbeat: Ms = clock.now()
        self._outputs = outputs
        self._clock = clock
        self._perform = perform
        self._publish = publish
        self._quiet = quiet
        self.button = button
        self._now = clock.now()
        self._checked = self._now
        self._inbox: queue.SimpleQueue[tuple[Ms, Event | None]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._trail: deque[str] = deque(maxlen=TRAIL)
        self._errors: deque[Ms] = deque(maxlen=ERRORS_AT_MOST)

    @property
    def now(self) -> Ms:
        """The moment being played; behind the clock while late deadlines are made up for."""
        return self._now

    # --- from other threads

    def post(self, event: Event) -> None:
        """Something happened, now. From any thread; never blocks."""
        self._inbox.put((self._clock.now(), event))

    def beat(self) -> None:
        """Ask for a sign of life: ``heartbeat`` follows when the inbox was served."""
        self._inbox.put((self._clock.now(), None))

    def stop(self) -> None:
        """End ``run`` after what is already in the inbox."""
        self._stopping.set()
        self.beat()

    # --- the whole behaviour, with or without a thread

    def handle(self, event: Event, now: Ms) -> None:
        """Everything due before ``now``, then the event itself."""
        self.advance(now)
        if isinstance(event, ButtonPressed | Tapped) and self.state.episode is None:
            quiet = self._quiet(self.state.rules)
            if quiet != self.state.quiet:
                self._apply(QuietHours(quiet))
        self._apply(event)

    def advance(self, now: Ms) -> None:
        """All deadlines and edges up to and including ``now``, each at its own moment."""
        while (moment := self._next_moment()) is not None and moment <= now:
            self._now = max(self._now, moment)
            deadline = night.due(self.state)
            if deadline is not None and deadline <= self._now:
                self._apply(Due())
            else:
                self._outputs.follow(self.state, self._now)
        self._now = max(self._now, now)

    def next_due(self) -> Ms | None:
        """When ``advance`` is next worth calling; None: only an event changes anything."""
        moments = [self._next_moment()]
        if self.button is not None:
            moments += [self._checked + CHECK_EVERY if self._watches() else None, self.button.next_check()]
        return min((moment for moment in moments if moment is not None), default=None)

    def _watches(self) -> bool:
        """Whether the button's level is of interest: someone is there, or was it let go unnoticed?"""
        state = self.state
        down = state.down_at is not None and Fault.BUTTON_STUCK not in state.faults
        return down or not isinstance(state.page, Asleep)

    def _next_moment(self) -> Ms | None:
        moments = (night.due(self.state), Outputs.next_edge(self.state, self._now))
        return min((moment for moment in moments if moment is not None), default=None)

    def _apply(self, event: Event) -> None:
        was = self.state
        self._trail.append(f"{self._now} {event!r:.200}")
        self.state, effects = night.transition(was, event, self._now)
        self._outputs.follow(self.state, self._now)
        for effect in effects:
            self._trail.append(f"{self._now} -> {effect!r:.200}")
            self._perform(effect)
        if self.state is not was:
            self._publish(self.state)

    # --- the thread

    def run(self) -> None:
        """Serve the inbox until ``stop``. An error of our own ends in the failsafe page, never in silence:
        only when it keeps coming back does it leave this method (and the process is started anew)."""
        try:
            self._outputs.follow(self.state, self._now)
            self._publish(self.state)
            while not self._stopping.is_set() or not self._inbox.empty():
                try:
                    self._serve()
                except Exception:
                    if not self._recover():
                        raise
        finally:
            self._outputs.off()

    def _serve(self) -> None:
        due = self.next_due()
        try:
            timeout = None if due is None else self._clock.seconds_until(due)
            at, event = self._inbox.get(timeout=timeout)
        except queue.Empty:
            at, event = self._clock.now(), None
        if event is None:
            self.advance(at)
        else:
            self.handle(event, at)
        now = self._clock.now()
        self.heartbeat = now
        self._check_button(now)

    def _check_button(self, now: Ms) -> None:
        if self.button is None:
            return
        wish = self.button.next_check()
        if now >= self._checked + CHECK_EVERY or (wish is not None and now >= wish):
            self._checked = now
            self.button.check()

    def _recover(self) -> bool:
        """Outputs off, the trail to the journal, a new State with the failsafe page.

        False when errors come so often that starting anew here is no cure.
        """
        log.exception("error in the night; what led to it:\n%s", "\n".join(self._trail))
        self._trail.clear()
        self._outputs.off()
        now = self._clock.now()
        self._errors.append(now)
        if len(self._errors) == ERRORS_AT_MOST and now - self._errors[0] < ERRORS_WITHIN:
            return False
        self._now = max(self._now, now)
        self.state, effects = night.failsafe(self.state, self._now)
        self._outputs.follow(self.state, self._now)
        for effect in effects:
            try:
                self._perform(effect)
            except Exception:
                log.exception("%r could not be done", effect)
        self._publish(self.state)
        return True
