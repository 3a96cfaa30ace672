"""Something slow, done once a second on a thread of its own, and only while it is wanted."""

import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from kiosk.core.technique import SECOND, Ms
from kiosk.core.threads import Watched, Watcher

T = TypeVar("T")


def monotonic() -> Ms:
    """The kernel's CLOCK_MONOTONIC."""
    return time.monotonic_ns() // 1_000_000


def wait_on(stopped: threading.Event, ms: Ms) -> None:
    """Until stopped, at most so many ms."""
    stopped.wait(ms / 1000)


class Sampler(Generic[T]):
    """While started: ``post(read())`` every ``period`` ms, counted from the start, without drift.

    A read that takes longer is followed by the next at once, never by two to catch up. Stopped, there is
    no thread and nothing wakes. ``supervisor`` keeps the thread, should ``read`` raise. ``clock`` and
    ``wait`` are for tests.
    """

    def __init__(
        self,
        read: Callable[[], T],
        post: Callable[[T], None],
        period: Ms = SECOND,
        *,
        supervisor: Watcher,
        clock: Callable[[], Ms] = monotonic,
        wait: Callable[[threading.Event, Ms], None] = wait_on,
    ) -> None:
        self._supervisor = supervisor
        self._thread: Watched | None = None
        self._read = read
        self._post = post
        self._period = period
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._stopped.set()

    @property
    def is_running(self) -> bool:
        """Between ``start`` and ``stop``."""
        return not self._stopped.is_set()

    def start(self) -> None:
        """Begin now. Does nothing if it runs already."""
        with self._lock:
            if self.is_running:
                return
            self._stopped = threading.Event()
            self._thread = self._supervisor.start("sampler", partial(self._run, self._stopped))

    def stop(self) -> None:
        """Nothing is posted from now on. Does not wait: a read under way ends by itself, unheard."""
        with self._lock:
            self._stopped.set()
            if self._thread is not None:
                self._thread.retire()

    def _run(self, stopped: threading.Event) -> None:
        # A signal that the kernel gives to this thread would cut w1_therm's wait short, and the reading
        # with it (an empty file). The main thread takes the signals.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        due = self._clock()
        while not stopped.is_set():
            with self._supervisor.busy():
                value = self._read()
            with self._lock:
                if not stopped.is_set():
                    self._post(value)
            now = self._clock()
            due = max(due + self._period, now)
            self._wait(stopped, due - now)
