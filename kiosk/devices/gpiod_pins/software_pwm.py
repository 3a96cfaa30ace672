"""Pulses made by a thread, for lamps and tones."""

import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread, get_native_id

log = logging.getLogger(__name__)

#: Pulses shorter than this (in seconds) are waited out awake: a sleep is late by a tenth of a millisecond,
#: which would make such a pulse twice as long. That is a twentieth
#: of a core at 5 %, while it sounds.
_SHORT = 200e-6


class SoftwarePWM:
    """A line that is pulsed by a thread, which is there only while the level is neither 0 nor 1.

    ``write`` puts a level on the line. Edges are due at multiples of the period since the first, so errors do
    not add up; after a pause (the processor was away) the count starts anew, rather than catching up in a
    burst. A change of frequency or level takes effect with the next cycle, without a gap.
    """

    def __init__(self, write: Callable[[bool], None], frequency: float) -> None:
        self._write = write
        self._lock = Lock()
        self._frequency = frequency
        self._level = 0.0
        self._run: _Run | None = None

    @property
    def frequency(self) -> float:
        """Cycles a second."""
        return self._frequency

    @frequency.setter
    def frequency(self, hertz: float) -> None:
        with self._lock:
            self._frequency = hertz
            if self._run is not None:
                self._pulse()

    @property
    def level(self) -> float:
        """Share of a cycle that the line is high, 0.0 to 1.0."""
        return self._level

    @level.setter
    def level(self, level: float) -> None:
        with self._lock:
            self._level = level
            if 0 < level < 1:
                self._pulse()
                return
            run, self._run = self._run, None
            if run is not None:
                run.stop()
            self._write(level >= 1)

    def stop(self) -> None:
        """Low at once, and no thread. Nothing is written after this returns."""
        self.level = 0.0

    def _pulse(self) -> None:
        cycle = (1 / self._frequency, self._level / self._frequency)
        if self._run is None or not self._run.change(cycle):
            self._run = _Run(self._write, cycle)


class Beat:
    """When pulses begin: at multiples of the period, as long as that can be kept. Seconds of any clock."""

    def __init__(self, start: float) -> None:
        self.rise = start

    def after(self, now: float, period: float, high: float) -> float:
        """The beginning of the next pulse, when this one has ended ``now``."""
        self.rise += period
        if self.rise < now:
            # The processor was away. A whole low first: one that is cut short sounds, or glows, stronger.
            self.rise = now + period - high
        return self.rise


class _Run:
    """One life of the thread."""

    def __init__(self, write: Callable[[bool], None], cycle: tuple[float, float]) -> None:
        self._write = write
        self._cycle = cycle
        self._writing = Lock()
        self._alive = True
        # Held as long as it runs: waiting for it with a time-out is a sleep that can be ended.
        self._end = Lock()
        self._end.acquire()
        Thread(target=self._pulse, name="gpiod pulses", daemon=True).start()

    def change(self, cycle: tuple[float, float]) -> bool:
        """Go on with this from the next cycle; False if the thread has failed."""
        self._cycle = cycle
        return self._alive

    def stop(self) -> None:
        """Write no more. The thread itself ends at once or a moment later; nobody has to wait for it."""
        with self._writing:
            self._alive = False
        self._end.release()

    def _put(self, level: bool) -> bool:
        with self._writing:
            if self._alive:
                self._write(level)
            return self._alive

    def _pulse(self) -> None:
        _be_punctual()
        beat = Beat(time.monotonic())
        try:
            while self._put(True):
                period, high = self._cycle
                if high < _SHORT:
                    # From when it rose, not from when it should have: its length is what is heard or seen.
                    fall = time.monotonic() + high
                    while time.monotonic() < fall:
                        pass
                elif self._sleep_until(beat.rise + high):
                    return
                if not self._put(False) or self._sleep_until(beat.after(time.monotonic(), period, high)):
                    return
        except Exception:
            log.exception("The pulses of a line ended.")
            self._alive = False

    def _sleep_until(self, moment: float) -> bool:
        """True if stopped meanwhile."""
        wait = moment - time.monotonic()
        return self._end.acquire(timeout=wait) if wait > 0 else False


def _be_punctual() -> None:
    """Ask the kernel not to round this thread's sleeps up by 50 us to save power."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{get_native_id()}/timerslack_ns").write_text("1")
