"""A push button, debounced by the kernel or by ``Debounce``; a lost edge is found by reading the level."""

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gpiozero import InputDevice

from kiosk.core.events import (
    ButtonName,
    ButtonPressed,
    ButtonReleased,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
)
from kiosk.core.technique import SECOND, Ms
from kiosk.devices.part import LogOnce, Part
from kiosk.devices.pins import claiming
from kiosk.i18n import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory


#: Shortest time between two checks that let the kernel sample the line anew instead of reporting the level of
#: its last interrupt, which costs 0.1 ms. Shorter than the 2.25 s between two signs of life.
SURE_EVERY: Ms = 2 * SECOND


class Debounce:
    """Accepts a level that has been stable for ``hold`` ms, by the time stamps of the edges.

    Late reports do not matter: a press whose two edges are both reported much later counts if their time
    stamps are ``hold`` apart, and a spike does not. ``hold`` 0 accepts every edge at once. ``state`` is the
    initial level.
    """

    def __init__(self, hold: Ms, *, state: bool = False) -> None:
        self.state = state
        """the accepted level"""
        self._hold = hold
        self._raw = state
        self._since: Ms = 0
        self._doubt: Ms | None = None

    @property
    def due(self) -> Ms | None:
        """When ``check`` can accept the pending level, in ms; None if no change is pending."""
        if self._doubt is not None:
            return self._doubt + self._hold
        return None if self._raw == self.state else self._since + self._hold

    def edge(self, level: bool, at: Ms) -> bool:
        """Handle an edge to ``level`` at ``at`` ms. True if ``state`` changed."""
        at = max(at, self._since)
        changed = self._accept(at)
        self._raw, self._since, self._doubt = level, at, None
        return changed or self._accept(at)

    def check(self, level: bool, now: Ms) -> bool:
        """Handle a reading of the line. True if ``state`` changed.

        If ``level`` contradicts the last edge, the edge between them is probably about to be reported, with
        an exact time stamp. If it is not reported within ``hold`` ms it was lost, and the reading counts.
        """
        if level != self._raw:
            if self._doubt is None:
                self._doubt = now
            if now - self._doubt < self._hold:
                return False
            self._raw, self._since = level, self._doubt
        self._doubt = None
        return self._accept(now)

    def _accept(self, by: Ms) -> bool:
        if self._raw == self.state or by - self._since < self._hold:
            return False
        self.state = self._raw
        return True


def _later(delay: Ms, call: Callable[[], None]) -> None:
    timer = threading.Timer(delay / 1000, call)
    timer.daemon = True
    timer.start()


class Button(Part):
    """A push button between GPIO ``pin`` and ground; the internal pull-up is switched on.

    Posts ``ButtonPressed`` and ``ButtonReleased`` with its ``name`` in strict alternation, ``debounce_ms``
    after the contact has settled. ``post`` is called from several threads and must only put the event into a
    queue. ``later`` calls a function once after a delay in ms; between presses there is no timer and no
    thread.

    If the button is down at the start (a short circuit, or a hand on it during a restart), ``FaultFound``
    (``name.stuck``) is posted instead of ``ButtonPressed``; ``ButtonReleased`` follows when it comes up. If
    it cannot be read at the start, the first level that can be read counts as the level at the start.

    While the button cannot be read there is a fault (``NO_GPIO``); each ``check`` retries.

    With our own pin factory (``bounce_settles``) the kernel debounces, so that bounces, spikes and noise
    never wake the program. With other factories each edge is reported and ``Debounce`` filters them, because
    RPi.GPIO's debouncing ignores all edges for some time after the first one, and the mock factory has none.

    Raises ``PinsUnavailable`` if the pin cannot be used.
    """

    def __init__(
        self,
        pin: int,
        factory: "Factory",
        post: Callable[[Event], None],
        clock: Callable[[], Ms],
        debounce_ms: Ms = 20,
        *,
        name: ButtonName = ButtonName.BIG,
        later: Callable[[Ms, Callable[[], None]], None] = _later,
    ) -> None:
        self.name = name
        self._factory = factory
        self._post = post
        self._clock = clock
        self._later = later
        #: ms between the moment the contact settled and the report of the edge
        self._settling = debounce_ms if getattr(factory, "bounce_settles", False) else 0
        self._lock = threading.Lock()
        self._waiting = False
        self._once = LogOnce(N_("The button does not answer."), self._report_fault)
        self._begun = False
        with claiming(pin):
            # Not gpiozero's Button, whose hold thread wakes ten times a second, nor DigitalInputDevice, which
            # does not pass on the time stamps of the edges.
            self._device = InputDevice(pin, pull_up=True, pin_factory=factory)
            self._hold = debounce_ms
            self._debounce = Debounce(debounce_ms)
            with self._once:
                self._begin()  # before edges are reported, as the first may be the release
            self._device.pin.bounce = self._settling / 1000 or None
            self._device.pin.edges = "both"
            self._device.pin.when_changed = self._edge
        self._read_anew: Callable[[], None] = getattr(self._device.pin, "read_anew", lambda: None)
        self._sure = clock()
        self.check()

    @property
    def is_pressed(self) -> bool:
        """Whether the debounced level is "pressed"."""
        return self._debounce.state

    def check(self) -> None:
        """Read the line and post the event of a lost edge. Once a second is enough. Never raises."""
        with self._once, self._lock:
            if self._device.closed:
                return
            now = self._clock()
            if now - self._sure >= SURE_EVERY:
                self._sure = now
                self._read_anew()
            if not self._begun:
                self._begin()
            self._tell(self._debounce.check(self._device.is_active, now))
            self._wait()

    def next_check(self) -> Ms | None:
        """When ``check`` can accept a pending level, in ms; None if none is. A timer calls ``check`` then."""
        return self._debounce.due

    def close(self) -> None:
        """Release the pin; no event is posted afterwards. May be called twice; never raises."""
        with self._once, self._lock:
            self._device.close()

    def _edge(self, ticks: float, state: int) -> None:
        # Runs on the thread that reports all edges. It must not raise: lgpio's thread would die.
        with self._once, self._lock:
            if self._device.closed:
                return
            age = round(self._factory.ticks_diff(self._factory.ticks(), ticks) * 1000)
            if not 0 <= age <= SECOND:
                age = 0  # before Linux 5.7 edges were stamped with the time of day
            now = self._clock()
            self._begun = True
            self._tell(self._debounce.edge(not state, now - age - self._settling))
            self._tell(self._debounce.check(not state, now))
            self._wait()

    def _begin(self) -> None:
        """Take the current level as the initial one."""
        held, self._begun = self._device.is_active, True
        if held:
            self._debounce = Debounce(self._hold, state=held)
            self._post(FaultFound(self.name.stuck))

    def _report_fault(self, failing: bool) -> None:
        with contextlib.suppress(Exception):  # an error of the listener is not one of the button
            self._post(FaultFound(Fault.NO_GPIO) if failing else FaultCleared(Fault.NO_GPIO))

    def _timer_check(self) -> None:
        with self._lock:
            self._waiting = False
        self.check()

    def _tell(self, changed: bool) -> None:
        if changed:
            self._post((ButtonPressed if self._debounce.state else ButtonReleased)(self.name))

    def _wait(self) -> None:
        due = self._debounce.due
        if due is not None and not self._waiting:
            self._later(max(0, due - self._clock()), self._timer_check)
            self._waiting = True
