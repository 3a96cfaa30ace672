"""The main thread: draws the latest State, hands taps to the night, tells systemd that all is well."""

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

#: A display that could not be had is tried again after this.
RETRY_AFTER: Ms = 5 * SECOND
#: The main loop asks the conductor for a sign of life this often. Only if it answered the last time the
#: watchdog is fed; one that goes hungry starts the program anew. Four times within the unit's WatchdogSec=;
#: each costs four wake-ups: in real time the conductor runs before main has let go of Python's lock.
PULSE_EVERY: Ms = 2250
#: A conductor that was asked so often in vain hangs. Later than the unit's watchdog, which comes first where
#: there is one.
IN_VAIN = 5


def notify(message: str) -> None:
    """Tell systemd something ("READY=1"); nothing happens where nobody listens (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        speaker.connect(address)
        speaker.send(message.encode())


def time_of_day() -> tuple[str, Ms]:
    """The local time as the bedside clock shows it, and the ms until it changes."""
    now = local_now()
    return f"{now.hour}:{now.minute:02}", (60 - now.second) * SECOND - now.microsecond // 1000


class _UnforeseenError(Exception):
    """A display could not be opened, for a reason that is a mistake of the program."""


@contextlib.contextmanager
def _opened(open_display: Callable[[], Display]) -> Iterator[Display]:
    """The display, open. Raises ``DisplayError``, ``OSError`` and ``_UnforeseenError`` where it cannot be."""
    with contextlib.ExitStack() as given:
        try:
            display = given.enter_context(open_display())
        except (DisplayError, OSError):
            raise
        except Exception as error:
            raise _UnforeseenError(str(error) or type(error).__name__) from error
        yield display


class MainLoop:
    """Draws what the conductor's State says until ``stop``. ``bell`` is rung for each new State; ``tick``
    is called now and then, ``on_hang`` when the conductor hangs."""

    def __init__(
        self,
        conductor: Conductor,
        bell: Bell,
        clock: Clock,
        tick: Callable[[], None],
        on_hang: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_hang = on_hang
        self._in_vain = 0
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
        """End ``run``; from any thread or a signal handler."""
        self.stopping = True
        self._bell.ring()

    def contact(self, contact: Contact) -> None:
        """A finger did something; from any thread."""
        self._contacts.append(contact)
        self._bell.ring()

    def run(
        self, open_display: Callable[[], Display], inches: float, has_light: Callable[[], bool] = lambda: True
    ) -> None:
        """Show the night on a display ``inches`` across, until stopped. ``has_light`` as for ``Stage``.

        A display that cannot be had, for whatever reason, is said once and tried again for ever: lamp, buzzer
        and button lead without it meanwhile.
        """
        told = ""
        while not self.stopping:
            try:
                with _opened(open_display) as display:
                    told = ""
                    while not self.stopping:
                        panel = Panel.of(display.size, inches)
                        self.draw_on(display, Stage(panel, clock=time_of_day, has_light=has_light))
            except (DisplayError, OSError, _UnforeseenError) as error:
                if told != str(error):
                    told = str(error)
                    log.error("%s", told, exc_info=isinstance(error, _UnforeseenError))
                self._blind(RETRY_AFTER)

    def find_panel(self, root: Path) -> Candidate:
        """The panel to draw on; the first time a late one is waited for, yet not against a ``stop``, and
        systemd hears of us meanwhile."""
        patience, self._patient = (PATIENCE if self._patient else 0), False

        def nap(seconds: float) -> None:
            self._tell_systemd(self._clock.now())
            self._bell.wait(round(seconds * SECOND))
            if self.stopping:
                raise DisplayError(_("Stopped while waiting for a panel."))

        return find_panel(root, patience=patience, clock=self._clock.now, sleep=nap)

    def _blind(self, length: Ms) -> None:
        """Wait without a display; systemd still hears of us."""
        until = self._clock.now() + length
        while not self.stopping and (now := self._clock.now()) < until:
            self._tell_systemd(now)
            self._bell.wait(min(until - now, PULSE_EVERY))

    def draw_on(self, display: Display, stage: Stage) -> None:
        """Draw and wait, until stopped or the display has another size. Raises what the display raises."""
        size = display.size
        taps: Taps[Target] = Taps(size, stage.target_at)
        rests = Rests()
        while self._pumped(display):
            if display.size != size:
                self._contacts.clear()  # they are in pixels that are no more
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

    def _pumped(self, display: Display) -> bool:
        """Take in what the window system has to say; False: an end was asked for, perhaps because nothing can
        be drawn any more."""
        display.pump()
        return not self.stopping

    def _draw(
        self, stage: Stage, surface: pygame.Surface, state: State, now: Ms
    ) -> tuple[list[pygame.Rect], Ms | None]:
        """Draw the State; what was drawn, and when it looks different by itself. A page that cannot be
        drawn costs its picture, never the night: the failsafe page stands in for it, while button, lamp and
        buzzer lead on."""
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
        """How long nothing needs to be done if nothing happens."""
        waits = [self._pulse + PULSE_EVERY - now, None if frame is None else frame - now, poll]
        return max(0, min(wait for wait in waits if wait is not None))

    def _tell_systemd(self, now: Ms) -> None:
        """Ready after the first picture, or without one; then the watchdog, while the conductor answers."""
        if not self._ready:
            self._ready = True
            notify("READY=1")
        if now < self._pulse + PULSE_EVERY:
            return
        # Not how old the answer is: that would blame the conductor for a main loop that is late itself.
        if self._conductor.heartbeat >= self._pulse:
            self._in_vain = 0
            notify("WATCHDOG=1")
        else:
            self._in_vain += 1
            if self._in_vain == IN_VAIN:
                self._on_hang()
        self._pulse = now
        self._conductor.beat()
        self._tick()


def until_signalled(loop: MainLoop) -> contextlib.AbstractContextManager[None]:
    """What asks us to end (``ENDING``) ends the loop in good order."""
    return on_signals(loop.stop)


#: SIGHUP: the terminal we were started from was closed.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextlib.contextmanager
def on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Instead of ending the program at once, the signals ``ENDING`` call ``stop``."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handler) for number in ENDING}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
