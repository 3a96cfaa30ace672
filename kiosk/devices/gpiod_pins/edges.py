"""One thread for the edges of all lines: it sleeps in the kernel until there is one."""

import os
import select
from collections.abc import Callable
from functools import partial
from threading import Lock

from .pulser import claim_real_time
from .threads import OwnThreads, Thread, Threads

#: After the process that pulses, whose work is over in less than a millisecond.
_PRIORITY = 1


class EdgeThread:
    """Calls back when a watched file descriptor has something to read.

    The thread is there while something is watched; it has no time-out, so it costs nothing in between. What
    ``supervisor`` does when it dies, by a descriptor that cannot be read, say: starts it again, ever more
    seldom. Everything may be called from any thread, from a callback as well.
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
        """Call ``ready`` whenever ``fd`` can be read; it must read, and not block. What it raises ends the
        thread, until that starts again."""
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
        """Call for this one no more. The last one ends the thread; never watched ones are ignored.

        A call that is under way in the thread is not waited for.
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
        """Wait so many seconds for a thread that is ending, unless this is it."""
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
