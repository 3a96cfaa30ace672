"""Puts the kiosk together: settings -> parts, conductor, display, screen, diary; and plays the night."""

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

#: The conductor's, among what runs in real time: what pulses lines comes before it.
_PRIORITY = 1
#: A night interrupted longer ago than this is over; it is recorded as interrupted, not offered again.
OFFER_WITHIN: Ms = 20 * MINUTE
#: So many seconds the conductor may take to end, when it is told to.
_PATIENCE = 5.0
#: So many seconds the rest of the program may take to end, when the conductor hangs.
_LAST_RESORT = 10.0


class ProbeLike(Protocol):
    """What measures the water; ``offset`` is added to what it says, in degrees Celsius. ``chosen``: the
    number of the water's probe; empty: the only one there is."""

    offset: float
    chosen: str

    def start(self, *, every: bool = False) -> None:
        """Begin reading the water's probe, or every one there is."""

    def stop(self) -> None:
        """Stop reading."""

    def close(self) -> None:
        """Give it back."""


class Closing(Protocol):
    """What wants to be closed at the end."""

    def close(self) -> None:
        """Off, and given back."""


class ButtonPart(ButtonLike, Closing, Protocol):
    """A button that can be given back."""


Post = Callable[[Event], None]
"""takes what has happened, from any thread"""


@dataclass(frozen=True)
class Parts:
    """Lamp, buzzer and backlight, and how to make what needs to post events (button and probe)."""

    lamp: LampLike
    buzzer: BuzzerLike
    backlight: BacklightLike
    button: Callable[[Post], ButtonPart | None]
    probe: Callable[[Post], ProbeLike]
    closing: tuple[Closing, ...] = ()
    faults: frozenset[Fault] = frozenset()
    has_light: Callable[[], bool] = lambda: True
    """whether the screen's light can be turned down"""
    check: Callable[[], None] = lambda: None
    """raises where lamp or buzzer may not do any more what they were told; asked with each sign of life"""


class App:
    """Everything but the screen, running: use as a context manager.

    ``listeners`` as in ``Conductor``. ``own_touch``
    as in ``State``. All its threads are ``supervisor``'s, which says when the program must end. ``clock_ok``
    says whether the wall clock is set; by default the machine is asked.
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
        self._in_order = threading.Lock()
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
        # Outputs exist already; what posts events comes next, and the button last: no press can come
        # before everything is there to answer it.
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
            button = self._parts.button(self.conductor.post)
            self.conductor.button = button
            if button is not None:
                stack.callback(button.close)
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lamp and buzzer off, what is to be kept on the card, every part given back; again does nothing."""
        self._closing.close()

    @property
    def touch(self) -> owner.Touch:
        """How the touch panel lies on its glass, as far as is known now. From any thread."""
        return self._keeper.in_force.touch

    @property
    def failed(self) -> bool:
        """Whether the program must end, and start anew."""
        return self.supervisor.failed

    def tick(self) -> None:
        """Now and then, from the main thread: has the clock been set, has a new night begun, have wrong
        settings been mended, does every thread live? One that dies again and again needs a new program;
        nobody is left alone for that."""
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
        """From the main thread: the conductor gives no sign of life, and no service manager does something
        about it. The program ends; at the latest when closing the parts has had its time, too."""
        log.error("the night hangs; the program ends. Where each thread is:")
        with contextlib.suppress(OSError):
            faulthandler.dump_traceback(sys.__stderr__.fileno() if sys.__stderr__ else 2)
        last_resort = threading.Timer(_LAST_RESORT, os._exit, (1,))
        last_resort.daemon = True
        last_resort.start()
        self.supervisor.fail()

    def _conduct(self) -> None:
        _be_on_time()
        self.conductor.run()

    def _stop_conductor(self) -> None:
        self.conductor.stop()
        self._thread.join(_PATIENCE)

    def _under_way(self, found: OpenEpisode) -> bool:
        """Offer the night that was under way again, if it is young enough. On the diary's thread."""
        offered = found.cramp and found.ago <= OFFER_WITHIN
        if offered:
            self.conductor.post(Interrupted(found.since, found.techniques))
        return offered

    def _trouble(self, fault: Fault, present: bool) -> None:
        self.conductor.post(FaultFound(fault) if present else FaultCleared(fault))

    def _counted(self, tally: Tally) -> None:
        self.conductor.post(DiaryRead(tally))

    def touch_panel(self, present: bool) -> None:
        """The display says whether there is a touch panel; from its own thread."""
        self._trouble(Fault.NO_TOUCH, not present)

    # --- effects, on the conductor's thread: nothing here may wait

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
        self._obey()
        self._saver.ask()

    def _obey(self) -> None:
        with self._in_order:  # whoever is last posts what is in force
            config = self._keeper.in_force
            self._probe.chosen, self._probe.offset = config.soak.probe, config.soak.probe_offset
            self.conductor.post(RulesChanged(owner.to_rules(config, self._techniques)))

    def _save(self) -> None:
        """On the saver's thread: what was changed goes to the card, what was mended comes into force."""
        before = self._keeper.in_force
        self._keeper.save()
        if self._keeper.in_force != before:
            self._obey()
        self._trouble(Fault.SETTINGS, self._keeper.faulty)


def _be_on_time() -> None:
    """Let this thread run before every ordinary one, and drawing give way to it within half a millisecond.

    Where the system does not let it (no right to real time), it is as late as others make it. What it starts
    is ordinary again.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(_PRIORITY))
    sys.setswitchinterval(0.0005)  # Python's lock is else kept for 5 ms


def _quiet_now(rules: Rules, clock_ok: Callable[[], bool]) -> bool:
    """Whether these are quiet hours; an unset clock cannot tell, and is taken for night."""
    if rules.quiet_from == rules.quiet_to:
        return False
    if not clock_ok():
        return True
    now = local_now()
    minute = now.hour * 60 + now.minute
    if rules.quiet_from < rules.quiet_to:
        return rules.quiet_from <= minute < rules.quiet_to
    return minute >= rules.quiet_from or minute < rules.quiet_to
