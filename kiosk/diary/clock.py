"""Can the wall clock be believed? A Raspberry Pi before the 5 has no clock that runs without power."""

import functools
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

#: A clock chip whose battery is empty wakes in 1970 or 2000; this program is younger: 2025-01-01 UTC.
_PLAUSIBLE = 1_735_689_600

#: A system clock that was set from the chip stays this near to it, in seconds.
_AGREE = 60

#: The kernel's word for "nobody keeps this clock" (NTP_PHASE_LIMIT), in microseconds. It says so until
#: somebody sets the error, and again when nobody did for nine hours.
_NOBODY = 16_000_000


class SetBy(StrEnum):
    """What makes the clock one to believe."""

    KERNEL = "kernel"
    TIMESYNCD = "timesyncd"
    CHIP = "chip"


def kernel_error() -> float | None:
    """By how many seconds the clock is off at most, as whoever keeps it told the kernel: timesyncd, chrony,
    ntpsec, any other. Only asks (adjtimex(2), modes 0), which needs no right.

    None: nobody keeps it, or the kernel may not be asked (a sandbox, a container, another C library). As
    systemd does, the error decides and not STA_UNSYNC: chrony leaves that set unless it is to write the
    clock chip (rtcsync).
    """
    ask = _adjtimex()
    if ask is None:
        return None
    error = ask()
    return error / 1e6 if error is not None and error < _NOBODY else None


@functools.cache
def _adjtimex() -> Callable[[], int | None] | None:
    """What asks the kernel for the clock's greatest error in microseconds (None: it may not be asked); None
    where there is nothing to ask with."""
    try:
        import ctypes  # noqa: PLC0415 - a Python that was built without libffi has none

        class Timex(ctypes.Structure):
            """The beginning of ``struct timex``, the same in every C library, and room for the rest."""

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
        told = Timex()
        return None if library(ctypes.byref(told)) < 0 else told.maxerror

    return ask


def is_plausible(now: Callable[[], float] = time.time) -> bool:
    """Whether the clock says a time at which this program existed: all that a computer with a person in
    front of it must show, who sees its clock."""
    return now() >= _PLAUSIBLE


class WallClock:
    """Whether the system's clock has been set since boot, by network time or from a clock chip.

    Called, it says so; what was set once counts as set from then on, also when the network is gone for so
    long that the kernel no longer vouches for it. ``root`` is put before ``/run``, ``/etc`` and ``/sys``;
    ``now`` is the system's clock in seconds, ``error`` asks the kernel.
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
        """Whether it has been set."""
        self._set = self._set or self.set_by() is not None
        return self._set

    def set_by(self) -> SetBy | None:
        """What vouches for the clock at this moment; None: nothing does. Nobody vouches for a time before
        this program existed, whatever error the kernel was told: somebody set that without knowing the time.

        A clock chip counts when its time is plausible and the system's agrees with it: a Pi 5 without its
        battery has a chip, too, and that one begins at 1970 while systemd moves the system's clock on to the
        last one it remembered.
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
                continue  # a chip that does not answer says nothing about the time
            if seconds >= _PLAUSIBLE and abs(self._now() + ahead - seconds) <= _AGREE:
                return SetBy.CHIP
        return None

    def _chip_ahead(self) -> float:
        """Seconds that clock chips are ahead of UTC: none, unless they keep local time as Windows wants it
        (the third line of /etc/adjtime, see hwclock(8))."""
        try:
            lines = (self._root / "etc/adjtime").read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            return 0.0
        return time.localtime(self._now()).tm_gmtoff if lines[2:3] == ["LOCAL"] else 0.0


#: The machine's own.
clock_is_set = WallClock()
