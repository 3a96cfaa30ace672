"""Whether the wall clock has been set. Before the Pi 5 no Raspberry Pi has a battery-backed clock."""

import functools
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

#: 2025-01-01 UTC, in seconds since 1970. This program did not exist before, and a clock chip whose battery is
#: empty starts in 1970 or 2000.
_PLAUSIBLE = 1_735_689_600

#: Greatest difference between the system clock and the clock chip it was set from, in seconds.
_AGREE = 60

#: Error of an unsynchronised clock in microseconds: the kernel's NTP_PHASE_LIMIT (linux/timex.h), its value
#: from boot until a time service sets one. The error grows by MAXFREQ (500 ppm), so it is back at this limit
#: some nine hours after the last update.
_UNSYNCHRONISED = 16_000_000


class SetBy(StrEnum):
    """The source that vouches for the wall clock."""

    KERNEL = "kernel"
    TIMESYNCD = "timesyncd"
    CHIP = "chip"


def kernel_error() -> float | None:
    """Maximum error of the system clock in seconds, as any time service reports it to the kernel.

    Reads it with adjtimex(2), modes 0, which needs no privilege. Returns None if no time service has set the
    clock, or if the call is not possible (sandbox, container, another C library). As in systemd, the error
    decides and not STA_UNSYNC: chrony leaves that flag set unless it also writes the clock chip (rtcsync).
    """
    ask = _adjtimex()
    if ask is None:
        return None
    error = ask()
    return error / 1e6 if error is not None and error < _UNSYNCHRONISED else None


@functools.cache
def _adjtimex() -> Callable[[], int | None] | None:
    """A function that reads the clock's maximum error in microseconds (None if the kernel refuses); None if
    this Python cannot call adjtimex."""
    try:
        import ctypes  # noqa: PLC0415 - missing in a Python that was built without libffi

        class Timex(ctypes.Structure):
            """The first fields of ``struct timex``, the same in every C library, and padding for the rest."""

            _fields_ = (
                ("modes", ctypes.c_uint),
                ("offset", ctypes.c_long),
                ("freq", ctypes.c_long),
                ("maxerror", ctypes.c_long),
                ("rest", ctypes.c_char * 512),
            )

        library = ctypes.CDLL(None).adjtimex
    except (ImportError, OSError, AttributeError):
        return None

    def ask() -> int | None:
        timex = Timex()
        return None if library(ctypes.byref(timex)) < 0 else timex.maxerror

    return ask


def is_plausible(now: Callable[[], float] = time.time) -> bool:
    """Whether the clock is after 2025-01-01 UTC.

    This check is enough on a desktop computer, where the user sees the clock.
    """
    return now() >= _PLAUSIBLE


class WallClock:
    """Whether the system clock has been set since boot, by network time or from a clock chip.

    Calling the object returns that. Once True it stays True, even if the network is down for so long that the
    kernel no longer vouches for the clock. ``root`` is the parent of ``run``, ``etc`` and ``sys``; ``now``
    returns the system time in seconds since 1970; ``error`` works as ``kernel_error``.
    """

    def __init__(
        self,
        root: Path = Path("/"),
        now: Callable[[], float] = time.time,
        error: Callable[[], float | None] = kernel_error,
    ) -> None:
        self._root = root
        self._now = now
        self._error = error
        self._set = False

    def __call__(self) -> bool:
        """Whether the clock has been set."""
        self._set = self._set or self.set_by() is not None
        return self._set

    def set_by(self) -> SetBy | None:
        """The source that vouches for the clock now; None if there is none.

        A time before 2025 is never accepted, whatever error the kernel reports. A clock chip is accepted if
        its time is plausible and the system clock is within a minute of it: the chip of a Pi 5 without a
        battery starts in 1970, while systemd sets the system clock to the last time that it had saved.
        """
        if not is_plausible(self._now):
            return None
        if self._error() is not None:
            return SetBy.KERNEL
        if (self._root / "run/systemd/timesync/synchronized").exists():
            return SetBy.TIMESYNCD
        ahead = self._chip_ahead()
        for chip in sorted((self._root / "sys/class/rtc").glob("rtc*/since_epoch")):
            try:
                seconds = int(chip.read_text(encoding="ascii"))
            except (OSError, ValueError):
                continue  # an unreadable chip neither confirms nor contradicts the clock
            if seconds >= _PLAUSIBLE and abs(self._now() + ahead - seconds) <= _AGREE:
                return SetBy.CHIP
        return None

    def _chip_ahead(self) -> float:
        """Seconds by which the clock chip is ahead of UTC: 0, unless it keeps local time, as Windows expects
        (the third line of /etc/adjtime is LOCAL, see hwclock(8))."""
        try:
            lines = (self._root / "etc/adjtime").read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            return 0.0
        return time.localtime(self._now()).tm_gmtoff if lines[2:3] == ["LOCAL"] else 0.0


#: The wall clock of this machine.
clock_is_set = WallClock()
