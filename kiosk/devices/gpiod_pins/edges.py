"""One thread for the edges of all lines, which sleeps in ``epoll`` until there is one."""

import os
import select
from collections.abc import Callable
from functools import partial
from threading import Lock

from .pulser import claim_real_time
from .threads import OwnThreads, Thread, Threads

#: Real-time priority (SCHED_FIFO). Below that of the pulse process, which never runs for more than 1 ms.
_PRIORITY = 1


class EdgeThread:
    """Calls a function when a watched file descriptor becomes readable.

    The thread exists while a descriptor is watched, and waits without a time-out. If a callback raises,
    ``supervisor`` restarts the thread after a growing pause. All methods are thread-safe and may be called
    from a callback.
    """

    def __init__(self, supervisor: Threads | None = None) -> None:
        self._supervisor = supervisor or OwnThreads()
        self._lock = Lock()
        self._watched: dict[int, Callable[[], None]] = {}
        self._thread: Thread | None = None
        self._ending: Thread | None = None
        self._epoll: select.epoll
        self._wake: int

    def watch(self, fd: int, ready: Callable[[], None]) -> None:
        """Call ``ready`` whenever ``fd`` is readable. It must read ``fd`` and must not block; if it raises,
        the thread ends and is restarted."""
        with self._lock:
            if self._thread is None:
                self._epoll = select.epoll()
                self._wake = os.eventfd(0, os.EFD_CLOEXEC)
                self._epoll.register(self._wake, select.EPOLLIN)
                own = self._epoll, self._wake
                self._thread = self._supervisor.start(
                    "gpiod edges", partial(self._run, *own), after=partial(_give_back, *own)
                )
            self._watched[fd] = ready
            self._epoll.register(fd, select.EPOLLIN)

    def forget(self, fd: int) -> None:
        """Stop watching ``fd``. Does nothing if it is not watched. Without descriptors the thread ends.

        Does not wait for a callback in progress.
        """
        with self._lock:
            if self._watched.pop(fd, None) is None:
                return
            self._epoll.unregister(fd)
            if self._watched:
                return
            self._ending, self._thread = self._thread, None
            if self._ending is not None:
                os.eventfd_write(self._wake, 1)
                self._ending.retire()  # last: it closes both

    def join(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds for a thread that is ending, unless called on that thread."""
        if self._ending is not None:
            self._ending.join(timeout)

    def _run(self, epoll: select.epoll, wake: int) -> None:
        claim_real_time(_PRIORITY)
        while True:
            for fd, _ in epoll.poll():
                if fd == wake:
                    return
                with self._lock:
                    ready = self._watched.get(fd) if self._epoll is epoll else None
                if ready is not None:
                    with self._supervisor.busy():
                        ready()


def _give_back(epoll: select.epoll, wake: int) -> None:
    epoll.close()
    os.close(wake)
