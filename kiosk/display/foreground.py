"""Which virtual terminal is on the glass: whoever switches to another one (Ctrl+Alt+F2) wants to see it."""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kiosk.words import _

log = logging.getLogger(__name__)

ACTIVE = Path("sys/class/tty/tty0/active")
"""the kernel's word on it, which can be waited on (sysfs_notify in drivers/tty/vt/vt.c; logind does)"""


class Poller(Protocol):
    """What ``select.poll`` gives."""

    def register(self, fd: int, eventmask: int) -> None:
        """Wait for this too."""

    def poll(self) -> list[tuple[int, int]]:
        """Wait, however long it takes."""


class Foreground:
    """Calls ``on_change(True)`` when ``terminal`` ("tty1") comes to the glass and ``on_change(False)``
    when it leaves, from a thread of its own that sleeps between. It is taken to be there at first.

    Not VT_PROCESS: the kernel would ask us before each switch, and a kiosk that hangs would then hold
    the very terminal that one wants to mend it from.
    """

    def __init__(
        self,
        terminal: str,
        on_change: Callable[[bool], None],
        *,
        root: Path = Path("/"),
        poller: Callable[[], Poller] = select.poll,
    ) -> None:
        self._terminal = terminal
        self._on_change = on_change
        self._file = root / ACTIVE
        self._poller = poller
        self._thread: threading.Thread | None = None
        self._stop_r, self._stop_w = -1, -1

    def open(self) -> None:
        """Start watching; where the kernel has no such file there are no terminals to switch between."""
        try:
            fd = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            log.info(_("{file} cannot be watched: {reason}.").format(file=self._file, reason=error.strerror))
            return
        self._stop_r, self._stop_w = os.pipe()
        self._thread = threading.Thread(target=self._run, args=(fd,), name="terminal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching; again does nothing."""
        if self._thread is None:
            return
        os.close(self._stop_w)  # the end of the pipe wakes the thread
        self._thread.join()
        self._thread = None
        os.close(self._stop_r)

    def _run(self, fd: int) -> None:
        poller = self._poller()
        poller.register(fd, select.POLLPRI)
        poller.register(self._stop_r, select.POLLIN)
        there = True
        try:
            while True:
                now = os.pread(fd, 64, 0).decode().strip() == self._terminal
                if now is not there:
                    there = now
                    self._on_change(there)
                if any(ready == self._stop_r for ready, _mask in poller.poll()):
                    return
        finally:
            os.close(fd)
