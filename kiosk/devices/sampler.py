"""A slow reading, repeated once a second on a thread of its own between ``start`` and ``stop``."""

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
    """CLOCK_MONOTONIC in ms."""
    return time.monotonic_ns() // 1_000_000


def wait_on(stopped: threading.Event, ms: Ms) -> None:
    """Wait until ``stopped`` is set, at most ``ms``."""
    stopped.wait(ms / 1000)


class Sampler(Generic[T]):
    """Calls ``post(read())`` every ``period`` ms between ``start`` and ``stop``, without drift.

    If ``read`` takes longer than ``period``, the next one follows at once; missed ones are not made up for.
    While stopped there is no thread. If ``read`` raises, ``supervisor`` restarts the thread. ``clock`` and
    ``wait`` are replaced in tests.
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
        """Whether it is between ``start`` and ``stop``."""
        return not self._stopped.is_set()

    def start(self) -> None:
        """Start with the first reading at once. Does nothing if it is running."""
        with self._lock:
            if self.is_running:
                return
            self._stopped = threading.Event()
            self._thread = self._supervisor.start("sampler", partial(self._run, self._stopped))

    def stop(self) -> None:
        """Stop; nothing is posted afterwards. Does not wait: a ``read`` in progress ends, and is dropped."""
        with self._lock:
            self._stopped.set()
            if self._thread is not None:
                self._thread.retire()

    def _run(self, stopped: threading.Event) -> None:
        # A signal delivered to this thread would interrupt w1_therm's sleep, and the reading would fail (an
        # empty file). The main thread handles signals.
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
