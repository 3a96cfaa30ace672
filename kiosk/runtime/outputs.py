"""Drives lamp, buzzer and backlight to what the State says. If one fails, the others go on."""

import logging
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from kiosk.core import threads
from kiosk.core.events import Fault
from kiosk.core.signals import Volume
from kiosk.core.soak import Verdict
from kiosk.core.state import State, brightness
from kiosk.core.technique import SECOND, Ms

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Pauses before a failed output is retried, by the number of failures in a row; the last one repeats. The
#: first is short enough that a single failure costs no cue.
BACK_OFF: tuple[Ms, ...] = tuple(max(100, round(pause * SECOND)) for pause in threads.BACK_OFF)
#: Longest pause while the water's verdict is danger (from 43 degrees Celsius, 38 for sensitive feet;
#: SAFETY.md).
BACK_OFF_IN_DANGER: Ms = 2 * SECOND


class LampLike(Protocol):
    """A lamp."""

    def set(self, level: float) -> None:
        """Set the level, 0.0 (off) to 1.0. May raise anything."""


class BuzzerLike(Protocol):
    """A buzzer."""

    def play(self, hertz: int, volume: Volume) -> None:
        """Play a tone until the next call; 0 Hz is silence. May raise anything."""


class BacklightLike(Protocol):
    """The screen's backlight."""

    def set(self, level: float) -> None:
        """Set the level, 0.0 (off) to 1.0. May raise anything."""


class _Output(Generic[T]):
    """One output that is driven to a wanted value, and retried if that fails.

    ``drive`` sets the value and may raise anything, because the pin libraries have no common error. ``rest``
    is the value of an output that is off.
    """

    def __init__(self, name: str, drive: Callable[[T], None], rest: T) -> None:
        self.failed = False
        self._name, self._drive, self._rest = name, drive, rest
        self._value: T | None = None
        """the value it has; None: not known"""
        self._tried: T | None = None
        self._failures = 0
        self._retry_at: Ms = 0
        self._late = False

    def follow(self, wanted: T, now: Ms, longest: Ms = BACK_OFF[-1]) -> None:
        """Drive it to ``wanted``, unless it has that value already or waits for its next try, at most
        ``longest`` ms."""
        self._late, self._retry_at = False, min(self._retry_at, now + longest)
        if wanted == self._value:
            return
        # It must not stay on until the next try: driving it to rest is tried once without waiting.
        if now < self._retry_at and (wanted != self._rest or self._tried == self._rest):
            self._late = True
            return
        if self._driven(wanted):
            if wanted != self._rest:  # one that cannot be switched on may still be switched off
                self.failed, self._failures, self._retry_at = False, 0, 0
            return
        self._late = True
        self._retry_at = now + min(BACK_OFF[min(self._failures, len(BACK_OFF) - 1)], longest)
        self._failures += 1

    def off(self) -> None:
        """Drive it to rest now. Never raises."""
        self._driven(self._rest)
        self.forget()

    def forget(self) -> None:
        """Its value is no longer known: the next ``follow`` drives it again."""
        self._value = None

    def next_try(self) -> Ms | None:
        """When the wanted value is tried again; None: it has that value."""
        return self._retry_at if self._late else None

    def _driven(self, wanted: T) -> bool:
        self._tried, self._value = wanted, None
        try:
            self._drive(wanted)
        except Exception as error:
            if not self.failed:
                log.warning("the %s fails, the rest leads without it: %s", self._name, error, exc_info=True)
            self.failed = True
            return False
        self._value = wanted
        return True


class Outputs:
    """Drives lamp, buzzer and backlight from the State. Only changes reach the devices.

    One that fails is logged once, does not affect the others, and is retried after the pauses of
    ``BACK_OFF``. It counts as failing until it was driven to another value than off. ``check`` raises if lamp
    or buzzer may have stopped: a process of its own makes their pulses.
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
        """Drive the devices to what the State says at ``now``. Never raises what a device raises."""
        longest = BACK_OFF_IN_DANGER if state.water.verdict is Verdict.DANGER else BACK_OFF[-1]
        hertz = state.sound.tune.at(now - state.sound.start)
        self._lamp.follow(state.lamp.pattern.at(now - state.lamp.start), now, longest)
        self._buzzer.follow((hertz, state.sound.volume if hertz else Volume.OFF), now, longest)
        self._backlight.follow(brightness(state), now, longest)

    def check(self) -> bool:
        """Check what pulses lamp and buzzer. False: they may have stopped, and the next ``follow`` drives
        them again. Never raises what a device raises."""
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
        """Switch buzzer and lamp off, each even if the other fails. Never raises what a device raises."""
        self._buzzer.off()
        self._lamp.off()
        self._backlight.forget()

    def faults(self) -> frozenset[Fault]:
        """The faults of the outputs that fail now."""
        failing = {
            Fault.OUTPUTS: self._lamp.failed or self._buzzer.failed,
            Fault.BACKLIGHT: self._backlight.failed,
        }
        return frozenset(fault for fault, is_so in failing.items() if is_so)

    def next_moment(self, state: State, now: Ms) -> Ms | None:
        """When a pattern next changes after ``now``, or a failed output is retried, in ms; None: never."""
        edges = (
            (state.lamp.start, state.lamp.pattern.next_change(now - state.lamp.start)),
            (state.sound.start, state.sound.tune.next_change(now - state.sound.start)),
        )
        moments = [start + change for start, change in edges if change is not None]
        tries = (output.next_try() for output in (self._lamp, self._buzzer, self._backlight))
        return min((*moments, *(moment for moment in tries if moment is not None)), default=None)
