"""Can the wall clock be believed? A Raspberry Pi before the 5 has no clock that runs without power."""

import time
from collections.abc import Callable
from pathlib import Path

#: A clock chip whose battery is empty wakes in 1970 or 2000; this program is younger: 2025-01-01 UTC.
_PLAUSIBLE = 1_735_689_600

#: A system clock that was set from the chip stays this near to it, in seconds.
_AGREE = 60


def clock_is_set(root: Path = Path("/"), now: Callable[[], float] = time.time) -> bool:
    """Whether the system's clock has been set since boot, by network time or from a clock chip.

    systemd-timesyncd leaves a file once it has the time of the network. A clock chip counts when its
    time is plausible and the system's agrees with it: a Pi 5 without its battery has a chip, too, and
    that one begins at 1970 while systemd moves the system's clock on to the last one it remembered.
    ``root`` is put before ``/run`` and ``/sys``; ``now`` is the system's clock in seconds.
    """
    if (root / "run/systemd/timesync/synchronized").exists():
        return True
    for chip in sorted((root / "sys/class/rtc").glob("rtc*/since_epoch")):
        try:
            seconds = int(chip.read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue  # a chip that does not answer says nothing about the time
        if seconds >= _PLAUSIBLE and abs(now() - seconds) <= _AGREE:
            return True
    return False
