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
from typing import Generic, Protocol, TypeVar

from kiosk.core import night
from kiosk.core.clock import Clock
from kiosk.core.events import (
    ButtonPressed,
    Due,
    Effect,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    QuietHours,
    Tapped,
)
from kiosk.core.pages import Asleep
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.soak import Verdict
from kiosk.core.state import State, brightness
from kiosk.core.technique import SECOND, Ms

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How often the button's level is read again while someone is there: edges are hints, levels are truth.
CHECK_EVERY: Ms = SECOND
#: So many events are kept to tell what led to an error.
TRAIL = 200
#: More errors than this within ERRORS_WITHIN, and starting anew inside the process is no cure.
ERRORS_AT_MOST = 5
ERRORS_WITHIN: Ms = 60 * SECOND
#: An output that failed is tried again after so long; the last one goes on. A single failure costs no cue.
BACK_OFF: tuple[Ms, ...] = (100, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, 60 * SECOND)
#: In danger of a burn nobody waits longer than this for lamp and buzzer.
BACK_OFF_IN_DANGER: Ms = 2 * SECOND
#: What the outputs themselves say, not an event from outside.
OUTPUT_FAULTS = (Fault.OUTPUTS, Fault.BACKLIGHT)


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


class _Output(Generic[T]):
    """One output, following what is wanted of it; asked again after a while when it fails.

    ``drive`` brings it there and may raise anything: the pin libraries have no common error. ``rest`` is
    where it is asked to be when nobody needs it.
    """

    def __init__(self, name: str, drive: Callable[[T], None], rest: T) -> None:
        self.failed = False
        self._name, self._drive, self._rest = name, drive, rest
        self._at: T | None = None
        """where it is; None: not known"""
        self._tried: T | None = None
        self._failures = 0
        self._again: Ms = 0
        self._late = False

    def follow(self, wanted: T, now: Ms, longest: Ms = BACK_OFF[-1]) -> None:
        """Be there, unless it is already, or failed a moment ago, ``longest`` ms at most."""
        self._late, self._again = False, min(self._again, now + longest)
        if wanted == self._at:
            return
        # Nothing must go on shining or sounding until the next try: to rest it is sent at once, once.
        if now < self._again and (wanted != self._rest or self._tried == self._rest):
            self._late = True
            return
        if self._driven(wanted):
            if wanted != self._rest:  # one that cannot begin may well be able to end
                self.failed, self._failures, self._again = False, 0, 0
            return
        self._late = True
        self._again = now + min(BACK_OFF[min(self._failures, len(BACK_OFF) - 1)], longest)
        self._failures += 1

    def off(self) -> None:
        """To rest, now, as far as it can."""
        self._driven(self._rest)
        self.forget()

    def forget(self) -> None:
        """Where it is, is not known any more: the next ``follow`` drives it anew."""
        self._at = None

    def next_try(self) -> Ms | None:
        """When what is wanted is tried again; None: it is there."""
        return self._again if self._late else None

    def _driven(self, wanted: T) -> bool:
        self._tried, self._at = wanted, None
        try:
            self._drive(wanted)
        except Exception as error:
            if not self.failed:
                log.warning("the %s fails, the rest leads without it: %s", self._name, error, exc_info=True)
            self.failed = True
            return False
        self._at = wanted
        return True


class Outputs:
    """Lamp, buzzer and backlight, following the State. Only changes reach the devices.

    One that fails is logged once, costs none of the others, and is tried again at the moments of
    ``BACK_OFF``. It counts as failing until it has been driven to something else than rest. ``check`` raises
    where lamp or buzzer may not do any more what they were told (what pulses them is a process of its own).
    """

    def __init__(
        self,
        lamp: LampLike,
        buzzer: BuzzerLike,
        backlight: BacklightLike,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._lamp = _Output("lamp", lamp.set, 0.0)
        self._buzzer = _Output("buzzer", lambda tone: buzzer.play(*tone), (0, Volume.OFF))
        self._backlight = _Output("backlight", backlight.set, 0.0)
        self._check = check
        self._doubted = False

    def follow(self, state: State, now: Ms) -> None:
        """Bring the devices to what the State says at ``now``. Never raises for a device."""
        longest = BACK_OFF_IN_DANGER if state.water.verdict is Verdict.DANGER else BACK_OFF[-1]
        hertz = state.sound.tune.at(now - state.sound.start)
        self._lamp.follow(state.lamp.pattern.at(now - state.lamp.start), now, longest)
        self._buzzer.follow((hertz, state.sound.volume if hertz else Volume.OFF), now, longest)
        self._backlight.follow(brightness(state), now, longest)

    def check(self) -> bool:
        """Ask what makes lamp and buzzer shine and sound whether it still does; False: it does not, and the
        next ``follow`` drives them anew. Never raises for a device."""
        try:
            self._check()
        except Exception as error:
            if not self._doubted:
                log.warning("lamp or buzzer may not do what they should: %s", error, exc_info=True)
            self._doubted = True
            self._lamp.forget()
            self._buzzer.forget()
            return False
        self._doubted = False
        return True

    def off(self) -> None:
        """Buzzer and lamp off, whatever was shown; the one even if the other fails."""
        self._buzzer.off()
        self._lamp.off()
        self._backlight.forget()

    def faults(self) -> frozenset[Fault]:
        """What fails, for the banner."""
        failing = {
            Fault.OUTPUTS: self._lamp.failed or self._buzzer.failed,
            Fault.BACKLIGHT: self._backlight.failed,
        }
        return frozenset(fault for fault, is_so in failing.items() if is_so)

    def next_moment(self, state: State, now: Ms) -> Ms | None:
        """When a pattern next changes after ``now``, or one that failed is tried again."""
        edges = (
            (state.lamp.start, state.lamp.pattern.next_change(now - state.lamp.start)),
            (state.sound.start, state.sound.tune.next_change(now - state.sound.start)),
        )
        moments = [start + change for start, change in edges if change is not None]
        tries = (output.next_try() for output in (self._lamp, self._buzzer, self._backlight))
        return min((*moments, *(moment for moment in tries if moment is not None)), default=None)


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
