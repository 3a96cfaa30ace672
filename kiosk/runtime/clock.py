"""The machine's clocks: the monotonic one that the night goes by, and local time."""

import os
import threading
import time
from datetime import datetime
from pathlib import Path

from kiosk.core.technique import Ms
from kiosk.files import stamp

#: What the C library reads the time zone from where TZ names none.
_ZONE = Path("/etc/localtime")


def _mark() -> tuple[int, ...]:
    """Another one whenever the file of the time zone was replaced or written; () while there is none."""
    return stamp(_ZONE) or ()


_zone_lock = threading.Lock()
_zone_mark = _mark()


def local_now() -> datetime:
    """The local time, with its offset from UTC, by the time zone that is set now: whoever moves or writes
    /etc/localtime need not restart anything.

    The C library looks at that file only when it is told to, and knows it by device, inode and mtime. All
    zones of a package share one mtime: where ``cp -p`` wrote one over another, it has to be made to forget.
    """
    global _zone_mark  # noqa: PLW0603 - one C library, one time zone
    with _zone_lock:
        mark = _mark()
        if mark != _zone_mark and "TZ" not in os.environ:
            os.environ["TZ"] = "UTC0"
            time.tzset()
            del os.environ["TZ"]
        _zone_mark = mark
        time.tzset()
        return datetime.now().astimezone()


class SystemClock:
    """The machine's monotonic clock (the kernel's CLOCK_MONOTONIC)."""

    def now(self) -> Ms:
        """Now, in whole ms since the machine started."""
        return time.monotonic_ns() // 1_000_000

    def seconds_until(self, moment: Ms) -> float:
        """As exactly as the clock ticks, so that an edge is not up to a millisecond early or late."""
        return max(0.0, moment / 1000 - time.monotonic_ns() / 1e9)

    def sleep_until(self, moment: Ms) -> None:
        """Wait here for ``moment``."""
        time.sleep(self.seconds_until(moment))
