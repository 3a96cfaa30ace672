"""Assembles the running kiosk from settings and parts: conductor, diary, probe, button, and what saves
settings. The display is ``main_loop``'s."""

import contextlib
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol, Self

import msgspec

from kiosk.config import settings as owner
from kiosk.config.keeper import Keeper
from kiosk.core import night
from kiosk.core.events import (
    ButtonName,
    ChangeSetting,
    DiaryRead,
    Effect,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    Interrupted,
    ReadEveryProbe,
    ReadWater,
    RulesChanged,
    Tally,
)
from kiosk.core.pages import Asleep
from kiosk.core.rules import Rules
from kiosk.core.technique import MINUTE, Ms, Technique
from kiosk.diary.clock import clock_is_set
from kiosk.diary.entry import OpenEpisode, night_of
from kiosk.diary.store import Store
from kiosk.diary.writer import Writer
from kiosk.runtime.clock import SystemClock, local_now
from kiosk.runtime.conductor import ButtonLike, Conductor, Listener
from kiosk.runtime.outputs import BacklightLike, BuzzerLike, LampLike, Outputs
from kiosk.runtime.saver import Saver
from kiosk.runtime.supervision import Supervised, Supervisor

log = logging.getLogger(__name__)

#: SCHED_FIFO priority of the conductor. The pulse process has a higher one.
_PRIORITY = 1
#: An interrupted relief that began longer ago than this is not offered again, only recorded as interrupted.
OFFER_WITHIN: Ms = 20 * MINUTE
#: Seconds that ``close`` waits for the conductor to end.
_PATIENCE = 5.0
#: Seconds that the program has to end after ``hung``; then it exits without closing anything.
_LAST_RESORT = 10.0


class ProbeLike(Protocol):
    """A probe that posts readings. ``offset``: degrees Celsius added to each reading. ``chosen``: number of
    the water's probe; "": the only one connected. Both may be set while it reads."""

    offset: float
    chosen: str

    def start(self, *, every: bool = False) -> None:
        """Start reading the water's probe, or with ``every`` all probes."""

    def stop(self) -> None:
        """Stop reading."""

    def close(self) -> None:
        """Stop for good and release the device."""


class Closing(Protocol):
    """A part that is closed at the end."""

    def close(self) -> None:
        """Switch it off and release its resources."""


class ButtonPart(ButtonLike, Closing, Protocol):
    """A button that can be closed."""


Post = Callable[[Event], None]
"""takes an event, from any thread; does not block"""


@dataclass(frozen=True)
class Parts:
    """Lamp, buzzer and backlight, and factories of what posts events (buttons and probe).

    ``button`` is called for each button there is; None: it cannot be had. ``closing``: what ``App`` closes at
    its end, the last one first. ``faults``: those known before the start.
    """

    lamp: LampLike
    buzzer: BuzzerLike
    backlight: BacklightLike
    button: Callable[[ButtonName, Post], ButtonPart | None]
    probe: Callable[[Post], ProbeLike]
    closing: tuple[Closing, ...] = ()
    faults: frozenset[Fault] = frozenset()
    has_light: Callable[[], bool] = lambda: True
    """whether the screen's backlight can be dimmed"""
    check: Callable[[], None] = lambda: None
    """raises any exception if lamp or buzzer may have stopped; called with each sign of life"""


class App:
    """The running kiosk without its display. A context manager: it starts on entry and closes everything on
    exit.

    ``found``: the settings. ``diary``: path of its file. ``listeners`` as in ``Conductor``, ``own_touch`` as
    in ``State``. ``supervisor`` runs all its threads and says when the program must end. ``clock_ok`` says
    whether the wall clock is set; None: ``clock_is_set``.
    """

    def __init__(
        self,
        found: owner.Found,
        techniques: Sequence[Technique],
        parts: Parts,
        diary: Path,
        *,
        listeners: Sequence[Listener],
        supervisor: Supervisor,
        own_touch: bool = False,
        clock_ok: Callable[[], bool] | None = None,
    ) -> None:
        self.supervisor = supervisor
        self.clock = SystemClock()
        self._clock_ok = clock_is_set if clock_ok is None else clock_ok
        self._keeper = Keeper(found, self.clock.now)
        self._rules_lock = threading.Lock()
        self._techniques = techniques
        self._parts = parts
        self._closing = contextlib.ExitStack()
        faults = frozenset({Fault.SETTINGS}) if self._keeper.faulty else frozenset()
        state = night.new(owner.to_rules(self._keeper.in_force, self._techniques), self.clock.now())
        state = msgspec.structs.replace(state, faults=faults | parts.faults, own_touch=own_touch)
        outputs = Outputs(parts.lamp, parts.buzzer, parts.backlight, parts.check)
        quiet = partial(_quiet_now, clock_ok=self._clock_ok)
        self.conductor = Conductor(
            state, outputs, self.clock, perform=self._perform, listeners=listeners, quiet=quiet
        )
        self._store = Store(diary, clock_ok=self._clock_ok)
        self._thread: Supervised
        self._dated = True
        self._counted_for: date | None = None

    def __enter__(self) -> Self:
        # The outputs exist already. The buttons come last, so that no press arrives before everything that
        # answers it is running.
        with contextlib.ExitStack() as stack:
            for part in self._parts.closing:
                stack.callback(part.close)
            self._writer = Writer(
                self._store,
                local_now,
                self.clock.now,
                self._trouble,
                self._counted,
                on_under_way=self._under_way,
                supervisor=self.supervisor,
            )
            stack.callback(self._writer.close)
            self._probe = self._parts.probe(self.conductor.post)
            stack.callback(self._probe.close)
            self._saver = Saver(self._save, self.supervisor, lambda: self._trouble(Fault.SETTINGS, True))
            stack.callback(self._saver.close)
            self._thread = self.supervisor.start("conductor", self._conduct, vital=True)
            stack.callback(self._stop_conductor)
            self.tick()
            for name in ButtonName:
                button = self._parts.button(name, self.conductor.post)
                if button is not None:
                    stack.callback(button.close)
                    self.conductor.buttons = (*self.conductor.buttons, button)
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Switch lamp and buzzer off, write diary and settings, close every part. A second call does
        nothing."""
        self._closing.close()

    @property
    def touch(self) -> owner.Touch:
        """The current settings of the touch panel. From any thread."""
        return self._keeper.in_force.touch

    @property
    def failed(self) -> bool:
        """Whether the program must end and be restarted."""
        return self.supervisor.failed

    def tick(self) -> None:
        """Check the threads, the clock, the date and wrong settings. Call it from the main thread with each
        sign of life.

        If a thread dies again and again, the program ends, but only while asleep: nobody may be left alone.
        """
        self.supervisor.check()
        hopeless = self.supervisor.hopeless()
        if hopeless and isinstance(self.conductor.state.page, Asleep):
            log.error("what dies again and again: %s; the program starts anew", ", ".join(hopeless))
            self.supervisor.fail()
        dated, night_now = self._clock_ok(), night_of(local_now())
        if dated != self._dated:
            self._trouble(Fault.CLOCK, not dated)
        if (dated, night_now) != (self._dated, self._counted_for):
            self._writer.recount()
        self._dated, self._counted_for = dated, night_now
        if self._keeper.is_due():
            self._saver.ask()

    def hung(self) -> None:
        """End the program because the conductor does not answer; call it from the main thread.

        The stack of every thread is printed. If closing hangs too, the process exits after ``_LAST_RESORT``
        with code 1.
        """
        log.error("the night hangs; the program ends. Where each thread is:")
        with contextlib.suppress(OSError):
            faulthandler.dump_traceback(sys.__stderr__.fileno() if sys.__stderr__ else 2)
        last_resort = threading.Timer(_LAST_RESORT, os._exit, (1,))
        last_resort.daemon = True
        last_resort.start()
        self.supervisor.fail()

    def _conduct(self) -> None:
        _request_real_time()
        self.conductor.run()

    def _stop_conductor(self) -> None:
        self.conductor.stop()
        self._thread.join(_PATIENCE)

    def _under_way(self, found: OpenEpisode) -> bool:
        """Offer the interrupted relief again if it began within ``OFFER_WITHIN``. On the diary's thread."""
        offered = found.cramp and found.ago <= OFFER_WITHIN
        if offered:
            self.conductor.post(Interrupted(found.since, found.techniques))
        return offered

    def _trouble(self, fault: Fault, present: bool) -> None:
        self.conductor.post(FaultFound(fault) if present else FaultCleared(fault))

    def _counted(self, tally: Tally) -> None:
        self.conductor.post(DiaryRead(tally))

    def touch_panel(self, present: bool) -> None:
        """Report whether there is a touch panel. From any thread."""
        self._trouble(Fault.NO_TOUCH, not present)

    # --- effects, on the conductor's thread: nothing here may block

    def _perform(self, effect: Effect) -> None:
        match effect:
            case ReadWater(on):
                if on:
                    self._probe.start()
                else:
                    self._probe.stop()
            case ReadEveryProbe():
                self._probe.start(every=True)
            case ChangeSetting():
                self._change(effect)
            case _:
                self._writer.put(effect)

    def _change(self, effect: ChangeSetting) -> None:
        order = [technique.id for technique in self.conductor.state.rules.techniques]
        try:
            self._keeper.change(effect.key, effect.value, order)
        except owner.SettingsError as error:
            log.warning("%s", error)
            return
        self._apply_settings()
        self._saver.ask()

    def _apply_settings(self) -> None:
        with self._rules_lock:  # so that the event posted last has the newest settings
            config = self._keeper.in_force
            self._probe.chosen, self._probe.offset = config.soak.probe, config.soak.probe_offset
            self.conductor.post(RulesChanged(owner.to_rules(config, self._techniques)))

    def _save(self) -> None:
        """Write changed settings, and apply corrected files. On the saver's thread."""
        before = self._keeper.in_force
        self._keeper.save()
        if self._keeper.in_force != before:
            self._apply_settings()
        self._trouble(Fault.SETTINGS, self._keeper.faulty)


def _request_real_time() -> None:
    """Give this thread real-time priority, and make drawing yield Python's lock to it within 0.5 ms.

    Without permission for real time (``LimitRTPRIO=``) it keeps its normal priority. Threads and processes
    that it starts have normal priority.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(_PRIORITY))
    sys.setswitchinterval(0.0005)  # the default is 5 ms


def _quiet_now(rules: Rules, clock_ok: Callable[[], bool]) -> bool:
    """Whether it is quiet hours now; always True if the clock is not set, except if there are no quiet
    hours."""
    if rules.quiet_from == rules.quiet_to:
        return False
    if not clock_ok():
        return True
    now = local_now()
    minute = now.hour * 60 + now.minute
    if rules.quiet_from < rules.quiet_to:
        return rules.quiet_from <= minute < rules.quiet_to
    return minute >= rules.quiet_from or minute < rules.quiet_to
