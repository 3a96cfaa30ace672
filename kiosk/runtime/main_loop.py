"""The main thread: draws the latest State, posts taps to the conductor, and feeds systemd's watchdog."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from kiosk.core import night
from kiosk.core.clock import Clock
from kiosk.core.state import State
from kiosk.core.technique import SECOND, Ms
from kiosk.display.base import Bell, Contact, Display, DisplayError
from kiosk.display.console import PATIENCE, find_panel
from kiosk.display.panels import Candidate
from kiosk.display.touch import Rests, Taps
from kiosk.i18n import _
from kiosk.runtime.clock import local_now
from kiosk.runtime.conductor import Conductor
from kiosk.screen.scene import Target
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel

if TYPE_CHECKING:
    import pygame

log = logging.getLogger(__name__)

#: Pause before a display that could not be opened is tried again.
RETRY_AFTER: Ms = 5 * SECOND
#: Interval at which the main loop asks the conductor for a sign of life. The watchdog is fed only if the
#: conductor answered the previous request; otherwise systemd restarts the program. A quarter of the unit's
#: WatchdogSec=. Not shorter, because each costs four wake-ups: with real-time priority the conductor runs
#: before the main thread has released Python's lock.
PULSE_EVERY: Ms = 2250
#: After this many requests without an answer the conductor counts as hanging: 11.25 s, later than the unit's
#: watchdog, so that systemd acts first where there is one.
IN_VAIN = 5


def notify(message: str) -> None:
    """Send a message such as "READY=1" to systemd (sd_notify(3)). Does nothing without NOTIFY_SOCKET; never
    raises ``OSError``."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        speaker.connect(address)
        speaker.send(message.encode())


def time_of_day() -> tuple[str, Ms]:
    """The local time as h:mm, and the ms until that changes."""
    now = local_now()
    return f"{now.hour}:{now.minute:02}", (60 - now.second) * SECOND - now.microsecond // 1000


class _UnforeseenError(Exception):
    """A display could not be opened because of a programming error. It never leaves this module."""


@contextlib.contextmanager
def _opened(open_display: Callable[[], Display]) -> Iterator[Display]:
    """Open the display. Raises ``DisplayError``, ``OSError``, or ``_UnforeseenError`` in place of any other
    error. What the body raises passes unchanged."""
    with contextlib.ExitStack() as given:
        try:
            display = given.enter_context(open_display())
        except (DisplayError, OSError):
            raise
        except Exception as error:
            raise _UnforeseenError(str(error) or type(error).__name__) from error
        yield display


class MainLoop:
    """Draws the conductor's State until ``stop``.

    The caller rings ``bell`` for each new State. ``tick`` is called every ``PULSE_EVERY``, ``on_hang`` once
    when the conductor hangs.
    """

    def __init__(
        self,
        conductor: Conductor,
        bell: Bell,
        clock: Clock,
        tick: Callable[[], None],
        on_hang: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_hang = on_hang
        self._unanswered = 0
        self._conductor = conductor
        self._bell = bell
        self._tick = tick
        self._clock = clock
        self._contacts: deque[Contact] = deque()
        self._ready = False
        self._patient = True
        self._broken: set[type] = set()
        self._pulse: Ms = clock.now() - PULSE_EVERY
        self.stopping = False

    def stop(self) -> None:
        """Make ``run`` return. From any thread or a signal handler."""
        self.stopping = True
        self._bell.ring()

    def contact(self, contact: Contact) -> None:
        """Take a touch or mouse contact. From any thread."""
        self._contacts.append(contact)
        self._bell.ring()

    def run(
        self, open_display: Callable[[], Display], inches: float, has_light: Callable[[], bool] = lambda: True
    ) -> None:
        """Draw on a display with a diagonal of ``inches`` until stopped. ``has_light`` as for ``Stage``.

        A display that cannot be opened, for whatever reason, is logged once and retried every ``RETRY_AFTER``
        without limit: button, lamp and buzzer work without it.
        """
        logged = ""
        while not self.stopping:
            try:
                with _opened(open_display) as display:
                    logged = ""
                    while not self.stopping:
                        panel = Panel.of(display.size, inches)
                        self.draw_on(display, Stage(panel, clock=time_of_day, has_light=has_light))
            except (DisplayError, OSError, _UnforeseenError) as error:
                if logged != str(error):
                    logged = str(error)
                    log.error("%s", logged, exc_info=isinstance(error, _UnforeseenError))
                self._wait_without_display(RETRY_AFTER)

    def find_panel(self, root: Path) -> Candidate:
        """The panel to draw on. The first call waits up to ``PATIENCE`` for one to appear, and keeps feeding
        the watchdog meanwhile. ``root`` is prefixed to /sys and /dev. Raises ``DisplayError`` if there is
        none, or after ``stop``."""
        patience, self._patient = (PATIENCE if self._patient else 0), False

        def nap(seconds: float) -> None:
            self._tell_systemd(self._clock.now())
            self._bell.wait(round(seconds * SECOND))
            if self.stopping:
                raise DisplayError(_("Stopped while waiting for a panel."))

        return find_panel(root, patience=patience, clock=self._clock.now, sleep=nap)

    def _wait_without_display(self, length: Ms) -> None:
        """Wait ``length`` ms without a display, and keep feeding the watchdog."""
        until = self._clock.now() + length
        while not self.stopping and (now := self._clock.now()) < until:
            self._tell_systemd(now)
            self._bell.wait(min(until - now, PULSE_EVERY))

    def draw_on(self, display: Display, stage: Stage) -> None:
        """Draw and wait, until stopped or until the size of the display changes. Raises what the display
        raises."""
        size = display.size
        taps: Taps[Target] = Taps(size, stage.target_at)
        rests = Rests()
        while self._process_events(display):
            if display.size != size:
                self._contacts.clear()  # their coordinates are those of the old size
                return
            while self._contacts:
                contact = self._contacts.popleft()
                tap = taps.feed(contact)
                where = None if tap is None else (tap.x, tap.y)
                if stage.asks_rest:
                    where = rests.feed(contact)
                else:
                    rests = Rests()
                if where is not None:
                    self._conductor.post(stage.event_at(*where))
            stage.press(taps.pressed)
            now = self._clock.now()
            state = self._conductor.state
            rects, frame = self._draw(stage, display.surface, state, now)
            display.present(rects)
            self._tell_systemd(now)
            self._bell.wait(self._patience(now, frame, display.poll_ms(moving=frame is not None)))

    def _process_events(self, display: Display) -> bool:
        """Process the window system's events. False: ``stop`` was called, and nothing may be drawn, because
        the window may be gone."""
        display.pump()
        return not self.stopping

    def _draw(
        self, stage: Stage, surface: pygame.Surface, state: State, now: Ms
    ) -> tuple[list[pygame.Rect], Ms | None]:
        """Draw the State. Returns the changed rectangles and when the next frame is due, in ms; None: not
        until the State changes. If drawing raises, the failsafe page is shown instead; button, lamp and
        buzzer are not affected."""
        try:
            return stage.draw(surface, state, now), stage.next_frame(state, now)
        except Exception:
            page = type(state.page)
            if page not in self._broken:
                self._broken.add(page)
                log.exception("the page %s cannot be drawn", page.__name__)
            stand_in = night.failsafe(state, state.entered)[0]
            return stage.draw(surface, stand_in, now), stage.next_frame(stand_in, now)

    def _patience(self, now: Ms, frame: Ms | None, poll: Ms | None) -> Ms:
        """Ms to wait if no event comes: until the next sign of life, frame or poll of the window system."""
        waits = [self._pulse + PULSE_EVERY - now, None if frame is None else frame - now, poll]
        return max(0, min(wait for wait in waits if wait is not None))

    def _tell_systemd(self, now: Ms) -> None:
        """Send READY=1 with the first call. Then every ``PULSE_EVERY``: feed the watchdog if the conductor
        answered, ask it again, and call ``tick``."""
        if not self._ready:
            self._ready = True
            notify("READY=1")
        if now < self._pulse + PULSE_EVERY:
            return
        # Not the age of the answer: if this loop itself is late, the conductor is not to blame.
        if self._conductor.heartbeat >= self._pulse:
            self._unanswered = 0
            notify("WATCHDOG=1")
        else:
            self._unanswered += 1
            if self._unanswered == IN_VAIN:
                self._on_hang()
        self._pulse = now
        self._conductor.beat()
        self._tick()


def until_signalled(loop: MainLoop) -> contextlib.AbstractContextManager[None]:
    """Within the block the signals ``ENDING`` stop the loop, so that everything is closed."""
    return on_signals(loop.stop)


#: Signals that ask the program to end. SIGHUP: the terminal it was started from was closed.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextlib.contextmanager
def on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Within the block the signals ``ENDING`` call ``stop`` instead of ending the program. Main thread only,
    as ``signal.signal``."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handler) for number in ENDING}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
