"""The one thread that owns the State: inbox -> night.transition -> outputs and effects, on time.

Everything is done at absolute moments, in their order: deadlines of the State, edges of the lamp's and
the buzzer's patterns, events as they come. The same code runs on a simulated clock without a thread:
``handle`` and ``advance`` are all there is; ``run`` only waits between them.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.core import night
from kiosk.core.clock import Clock
from kiosk.core.events import (
    Due,
    Effect,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    QuietHours,
)
from kiosk.core.pages import Asleep
from kiosk.core.rules import Rules
from kiosk.core.state import State
from kiosk.core.technique import SECOND, Ms
from kiosk.runtime.outputs import Outputs

log = logging.getLogger(__name__)

#: How often the button's level is read again while someone is there: edges are hints, levels are truth.
CHECK_EVERY: Ms = SECOND
#: So many events are kept to tell what led to an error.
TRAIL = 200
#: More errors than this within ERRORS_WITHIN, and starting anew inside the process is no cure.
ERRORS_AT_MOST = 5
ERRORS_WITHIN: Ms = 60 * SECOND
#: What the outputs themselves say, not an event from outside.
OUTPUT_FAULTS = (Fault.OUTPUTS, Fault.BACKLIGHT)


class ButtonLike(Protocol):
    """What is pressed."""

    def check(self) -> None:
        """Read the level again and post what an edge should have told."""

    def next_check(self) -> Ms | None:
        """When it wants to be checked by itself; None: no wish."""


Listener = Callable[[State], None]
"""hears of each new State, on the conductor's thread: it must not block"""


class Conductor:
    """Owns the State. ``perform`` does an effect and must not block. ``listeners`` hear of each new State;
    one that fails costs nobody else anything."""

    def __init__(
        self,
        state: State,
        outputs: Outputs,
        clock: Clock,
        *,
        perform: Callable[[Effect], None],
        listeners: Sequence[Listener] = (),
        quiet: Callable[[Rules], bool] = lambda _: False,
        button: ButtonLike | None = None,
    ) -> None:
        self.state = state
        self.heartbeat: Ms = clock.now()
        self._outputs = outputs
        self._clock = clock
        self._perform = perform
        self._listeners = tuple(listeners)
        self._deaf: set[Listener] = set()
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
        """Ask for a sign of life: ``heartbeat`` follows when the inbox was served. With each of them the
        button's level is read again, and lamp and buzzer are checked: nobody wakes for that alone."""
        self._inbox.put((self._clock.now(), None))

    def stop(self) -> None:
        """End ``run`` after what is already in the inbox."""
        self._stopping.set()
        self.beat()

    # --- the whole behaviour, with or without a thread

    def handle(self, event: Event, now: Ms) -> None:
        """Everything due before ``now``, then the event itself."""
        self.advance(now)
        if event.by_person and self.state.episode is None:
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
                self._follow()
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
        moments = (night.due(self.state), self._outputs.next_moment(self.state, self._now))
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
        self._tell_outputs()

    def _publish(self, state: State) -> None:
        for listener in self._listeners:
            try:
                listener(state)
            except Exception:
                if listener not in self._deaf:  # said once: it may fail with every State of the night
                    log.exception("%r cannot hear of the night", listener)
                self._deaf.add(listener)

    def _follow(self) -> None:
        self._outputs.follow(self.state, self._now)
        self._tell_outputs()

    def _tell_outputs(self) -> None:
        """Bring the State's faults to what the outputs say of themselves."""
        failing = self._outputs.faults()
        for fault in OUTPUT_FAULTS:
            if (fault in failing) != (fault in self.state.faults):
                self._apply(FaultFound(fault) if fault in failing else FaultCleared(fault))

    # --- the thread

    def run(self) -> None:
        """Serve the inbox until ``stop``. An error of our own ends in the failsafe page, never in silence:
        only when it keeps coming back does it leave this method (and the process is started anew)."""
        try:
            self._outputs.follow(self.state, self._now)
            self._publish(self.state)
            self._tell_outputs()
            while not self._stopping.is_set() or not self._inbox.empty():
                try:
                    self._serve()
                except Exception:
                    if not self._recover():
                        raise
        finally:
            self._outputs.off()

    def _serve(self) -> None:
        due, asked = self.next_due(), False
        try:
            timeout = None if due is None else self._clock.seconds_until(due)
            at, event = self._inbox.get(timeout=timeout)
            asked = event is None
        except queue.Empty:
            at, event = self._clock.now(), None
        if event is None:
            self.advance(at)
        else:
            self.handle(event, at)
        now = self._clock.now()
        self.heartbeat = now
        self._check_button(now, asked)
        if asked and not self._outputs.check():
            self._follow()

    def _check_button(self, now: Ms, asked: bool) -> None:
        if self.button is None:
            return
        wish = self.button.next_check()
        if asked or now >= self._checked + CHECK_EVERY or (wish is not None and now >= wish):
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
