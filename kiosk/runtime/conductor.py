"""The one thread that owns the State: inbox -> ``night.transition`` -> outputs and effects, on time.

Deadlines of the State, edges of the patterns of lamp and buzzer, and events are processed in order, each at
its own absolute time. ``handle`` and ``advance`` are the whole behaviour, so the same code runs on a
simulated clock without a thread; ``run`` only waits between them.
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

#: The buttons' levels are read again this often while someone is there, because an edge can be lost.
CHECK_EVERY: Ms = SECOND
#: Number of latest events and effects that are logged after an error.
TRAIL = 200
#: With this many errors within ERRORS_WITHIN the thread ends, and the process is restarted.
ERRORS_AT_MOST = 5
ERRORS_WITHIN: Ms = 60 * SECOND
#: Faults that ``Outputs.faults`` reports; all others come as events.
OUTPUT_FAULTS = (Fault.OUTPUTS, Fault.BACKLIGHT)


class ButtonLike(Protocol):
    """A button that posts its presses."""

    def check(self) -> None:
        """Read the level, and post an event if an edge was missed."""

    def next_check(self) -> Ms | None:
        """When ``check`` must be called next, in ms of the monotonic clock; None: no need."""


Listener = Callable[[State], None]
"""is called with each new State, on the conductor's thread: it must not block"""


class Conductor:
    """Owns the State.

    ``perform`` executes an effect; it must not block, and an exception leads to the failsafe page.
    ``listeners`` are called with each new State; if one raises, that is logged once and the others are
    called. ``quiet`` says whether it is quiet hours; it is asked when a person wakes the device. ``state`` is
    the latest State, ``heartbeat`` the time of the latest answer to ``beat`` in ms; both may be read from any
    thread.
    """

    def __init__(
        self,
        state: State,
        outputs: Outputs,
        clock: Clock,
        *,
        perform: Callable[[Effect], None],
        listeners: Sequence[Listener] = (),
        quiet: Callable[[Rules], bool] = lambda _: False,
        buttons: Sequence[ButtonLike] = (),
    ) -> None:
        self.state = state
        self.heartbeat: Ms = clock.now()
        self._outputs = outputs
        self._clock = clock
        self._perform = perform
        self._listeners = tuple(listeners)
        self._failed_listeners: set[Listener] = set()
        self._quiet = quiet
        self.buttons = buttons
        self._now = clock.now()
        self._checked = self._now
        self._inbox: queue.SimpleQueue[tuple[Ms, Event | None]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._trail: deque[str] = deque(maxlen=TRAIL)
        self._errors: deque[Ms] = deque(maxlen=ERRORS_AT_MOST)

    @property
    def now(self) -> Ms:
        """The time being processed, in ms; it is behind the clock while late deadlines are caught up."""
        return self._now

    # --- from other threads

    def post(self, event: Event) -> None:
        """Put an event into the inbox, with the time now. From any thread; never blocks."""
        self._inbox.put((self._clock.now(), event))

    def beat(self) -> None:
        """Ask for a sign of life: ``heartbeat`` is updated once the inbox has been served up to here.

        The buttons' levels are read and lamp and buzzer are checked on the same occasion, which saves
        wake-ups. From any thread; never blocks.
        """
        self._inbox.put((self._clock.now(), None))

    def stop(self) -> None:
        """Make ``run`` return after the events that are already in the inbox. From any thread."""
        self._stopping.set()
        self.beat()

    # --- the whole behaviour, with or without a thread

    def handle(self, event: Event, now: Ms) -> None:
        """Process everything due up to ``now``, then ``event``. Raises what ``perform`` raises."""
        self.advance(now)
        if event.by_person and self.state.episode is None:
            quiet = self._quiet(self.state.rules)
            if quiet != self.state.quiet:
                self._apply(QuietHours(quiet))
        self._apply(event)

    def advance(self, now: Ms) -> None:
        """Process all deadlines and edges up to and including ``now``, each at its own time."""
        while (moment := self._next_moment()) is not None and moment <= now:
            self._now = max(self._now, moment)
            deadline = night.due(self.state)
            if deadline is not None and deadline <= self._now:
                self._apply(Due())
            else:
                self._follow()
        self._now = max(self._now, now)

    def next_due(self) -> Ms | None:
        """When ``advance`` or the button's check is next due, in ms; None: only an event changes anything."""
        moments = [self._next_moment()]
        if self.buttons and self._watches():
            moments.append(self._checked + CHECK_EVERY)
        moments += [button.next_check() for button in self.buttons]
        return min((moment for moment in moments if moment is not None), default=None)

    def _watches(self) -> bool:
        """Whether to read the buttons' levels each second: while someone is there, or while the big one
        counts as down, so that a missed release is found."""
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
        self._update_output_faults()

    def _publish(self, state: State) -> None:
        for listener in self._listeners:
            try:
                listener(state)
            except Exception:
                if listener not in self._failed_listeners:  # once, as it may fail with every State
                    log.exception("%r cannot hear of the night", listener)
                self._failed_listeners.add(listener)

    def _follow(self) -> None:
        self._outputs.follow(self.state, self._now)
        self._update_output_faults()

    def _update_output_faults(self) -> None:
        """Add to the State, or remove from it, the faults that the outputs report."""
        failing = self._outputs.faults()
        for fault in OUTPUT_FAULTS:
            if (fault in failing) != (fault in self.state.faults):
                self._apply(FaultFound(fault) if fault in failing else FaultCleared(fault))

    # --- the thread

    def run(self) -> None:
        """Serve the inbox until ``stop``; switch the outputs off at the end.

        An exception leads to the failsafe page. Raises it only if it is the last of ``ERRORS_AT_MOST`` within
        ``ERRORS_WITHIN``; then the process ends and is restarted.
        """
        try:
            self._outputs.follow(self.state, self._now)
            self._publish(self.state)
            self._update_output_faults()
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
        self._check_buttons(now, asked)
        if asked and not self._outputs.check():
            self._follow()

    def _check_buttons(self, now: Ms, asked: bool) -> None:
        wishes = [button.next_check() for button in self.buttons]
        wished = any(wish is not None and now >= wish for wish in wishes)
        if asked or now >= self._checked + CHECK_EVERY or wished:
            self._checked = now
            for button in self.buttons:
                button.check()

    def _recover(self) -> bool:
        """Log the error and the trail, switch the outputs off, and show the failsafe page.

        False if errors come so often that the process must be restarted instead.
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
