"""The machine's clocks: the monotonic clock, which all deadlines use, and local time."""

import os
import threading
import time
from datetime import datetime
from pathlib import Path

from kiosk.core.technique import Ms
from kiosk.files import stamp

#: The C library reads the time zone from this file if TZ is not set.
_ZONE = Path("/etc/localtime")


def _mark() -> tuple[int, ...]:
    """A value that changes whenever the time zone's file is replaced or written; () while there is none."""
    return stamp(_ZONE) or ()


_zone_lock = threading.Lock()
_zone_mark = _mark()


def local_now() -> datetime:
    """The local time with its offset from UTC, in the time zone that is set now: a change of /etc/localtime
    needs no restart. From any thread.

    The C library reads that file only in ``tzset``, and only if its device, inode or mtime changed. All zone
    files of a package have the same mtime, so after ``cp -p`` of one over another it keeps the old zone:
    switching to another zone and back makes it read the file again.
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
        """Whole ms since the machine started."""
        return time.monotonic_ns() // 1_000_000

    def seconds_until(self, moment: Ms) -> float:
        """Seconds until ``moment``, 0.0 if it is past. Not rounded to ms, so that an edge is not up to 1 ms
        off."""
        return max(0.0, moment / 1000 - time.monotonic_ns() / 1e9)

    def sleep_until(self, moment: Ms) -> None:
        """Block until ``moment``."""
        time.sleep(self.seconds_until(moment))
