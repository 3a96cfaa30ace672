"""The one big button: edges are hints, levels are truth, and a spike is not a press."""

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gpiozero import InputDevice

from kiosk.core.events import ButtonPressed, ButtonReleased, Event, Fault, FaultCleared, FaultFound
from kiosk.core.technique import SECOND, Ms
from kiosk.devices.part import LogOnce, Part
from kiosk.devices.pins import claiming
from kiosk.i18n import N_

if TYPE_CHECKING:
    from gpiozero.pins import Factory


#: As often as this at most a check asks the line itself, not only what its last interrupt said: that costs a
#: tenth of a millisecond. Less than between two signs of life.
SURE_EVERY: Ms = 2 * SECOND


class Debounce:
    """Accepts a level once it has stayed for ``hold`` ms, by the edges' own time stamps.

    So a late report loses nothing: a press whose two edges are both reported long after they happened
    still counts if they were ``hold`` apart, and a spike does not, however late. ``hold`` 0 accepts
    every edge at once, for pins that are filtered already. It begins with ``state`` accepted.
    """

    def __init__(self, hold: Ms, *, state: bool = False) -> None:
        self.state = state
        """the level accepted last"""
        self._hold = hold
        self._raw = state
        self._since: Ms = 0
        self._doubt: Ms | None = None

    @property
    def due(self) -> Ms | None:
        """When ``check`` will know more; None while nothing is open."""
        if self._doubt is not None:
            return self._doubt + self._hold
        return None if self._raw == self.state else self._since + self._hold

    def edge(self, level: bool, at: Ms) -> bool:
        """The line went to ``level`` at ``at``. True if ``state`` changed."""
        at = max(at, self._since)
        changed = self._accept(at)
        self._raw, self._since, self._doubt = level, at, None
        return changed or self._accept(at)

    def check(self, level: bool, now: Ms) -> bool:
        """The line is read as ``level``. True if ``state`` changed.

        Where that contradicts the last edge, another edge is on its way, with a better time stamp; only
        if none comes for ``hold`` ms was it lost, and what is read counts.
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

    Posts ``ButtonPressed`` and ``ButtonReleased``, always one after the other, ``debounce_ms`` after the
    contact came to rest. ``post`` is called from several threads and must only put into a queue. ``later``
    calls something once in so many ms; between presses nothing is waiting and no thread is there.

    One that is down at the start (a short circuit, a hand on it while the program starts anew) counts as
    pressed, and that press as spent: ``FaultFound`` (``BUTTON_STUCK``) is posted instead, and everything goes
    on with ``ButtonReleased``, should it come up. Of one that cannot be read at the start the first level
    that can be read counts as that of the start.

    One that cannot be read is a fault (``NO_GPIO``) until it can: each ``check`` tries again.

    Where the kernel can wait for the contact
    to come to rest (``bounce_settles`` of our own pin factory), it does: no bounce, no spike and no noise on
    a long cable wakes the program. Elsewhere every edge is taken as it comes and ``Debounce`` does it: the
    library's own debouncing is deaf-for-so-long in RPi.GPIO, and nothing in the mock.

    Raises ``PinsUnavailable`` when the pin cannot be had.
    """

    def __init__(
        self,
        pin: int,
        factory: "Factory",
        post: Callable[[Event], None],
        clock: Callable[[], Ms],
        debounce_ms: Ms = 20,
        *,
        later: Callable[[Ms, Callable[[], None]], None] = _later,
    ) -> None:
        self._factory = factory
        self._post = post
        self._clock = clock
        self._later = later
        #: an edge is reported this long after the contact came to rest
        self._settling = debounce_ms if getattr(factory, "bounce_settles", False) else 0
        self._lock = threading.Lock()
        self._waiting = False
        self._once = LogOnce(N_("The button does not answer."), self._answers_not)
        self._begun = False
        with claiming(pin):
            # Not gpiozero's Button, whose hold thread wakes ten times a second, nor DigitalInputDevice,
            # which keeps the time stamps of the edges to itself.
            self._device = InputDevice(pin, pull_up=True, pin_factory=factory)
            self._hold = debounce_ms
            self._debounce = Debounce(debounce_ms)
            with self._once:
                self._begin()  # before any edge can tell that it is over
            self._device.pin.bounce = self._settling / 1000 or None
            self._device.pin.edges = "both"
            self._device.pin.when_changed = self._edge
        self._read_anew: Callable[[], None] = getattr(self._device.pin, "read_anew", lambda: None)
        self._sure = clock()
        self.check()

    @property
    def is_pressed(self) -> bool:
        """The accepted level."""
        return self._debounce.state

    def check(self) -> None:
        """Read the line, and post what an edge failed to tell. Cheap; once a second is enough."""
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
        """When ``check`` would find something new (it is also called then by itself), or None."""
        return self._debounce.due

    def close(self) -> None:
        """Give the pin back; nothing is posted any more. May be called twice."""
        with self._once, self._lock:
            self._device.close()

    def _edge(self, ticks: float, state: int) -> None:
        # Runs in the one thread that reports every edge; lgpio's has no `try` around it: it must not raise.
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
        """Take the level as it is."""
        held, self._begun = self._device.is_active, True
        if held:
            self._debounce = Debounce(self._hold, state=held)
            self._post(FaultFound(Fault.BUTTON_STUCK))

    def _answers_not(self, failing: bool) -> None:
        with contextlib.suppress(Exception):  # whoever is told is not the button
            self._post(FaultFound(Fault.NO_GPIO) if failing else FaultCleared(Fault.NO_GPIO))

    def _ring(self) -> None:
        with self._lock:
            self._waiting = False
        self.check()

    def _tell(self, changed: bool) -> None:
        if changed:
            self._post(ButtonPressed() if self._debounce.state else ButtonReleased())

    def _wait(self) -> None:
        due = self._debounce.due
        if due is not None and not self._waiting:
            self._later(max(0, due - self._clock()), self._ring)
            self._waiting = True
