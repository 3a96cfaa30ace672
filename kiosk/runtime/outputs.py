"""Lamp, buzzer and backlight, brought to what the State says. One that fails costs only itself."""

import logging
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from kiosk.core.events import Fault
from kiosk.core.signals import Volume
from kiosk.core.soak import Verdict
from kiosk.core.state import State, brightness
from kiosk.core.technique import SECOND, Ms

log = logging.getLogger(__name__)

T = TypeVar("T")

#: An output that failed is tried again after so long; the last one goes on. A single failure costs no cue.
BACK_OFF: tuple[Ms, ...] = (100, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, 60 * SECOND)
#: In danger of a burn nobody waits longer than this for lamp and buzzer.
BACK_OFF_IN_DANGER: Ms = 2 * SECOND


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
