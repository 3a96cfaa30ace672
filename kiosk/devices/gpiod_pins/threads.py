"""Whoever keeps the factory's threads going: the program that uses it, else nobody but themselves."""

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)


class Thread(Protocol):
    """A thread that starts again when it dies."""

    @property
    def is_pausing(self) -> bool:
        """Whether it waits, after a death, for its next start."""

    def retire(self) -> None:
        """Do not start it again. Its ``run`` is told to return by other means."""

    def join(self, timeout: float) -> bool:
        """Wait at most so many seconds for its end; False if that does not come."""


class Threads(Protocol):
    """What starts threads, and starts those again that die."""

    def start(
        self,
        name: str,
        run: Callable[[], None],
        *,
        after: Callable[[], None] | None = None,
        longest: float = 60,
    ) -> Thread:
        """Run this on a thread of its own until it returns by itself; ``after`` is called when it is over for
        good. One that died starts again, after a pause of ``longest`` seconds at most."""

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """Around what such a thread does between two waits."""


class _OwnThread:
    def __init__(
        self, name: str, run: Callable[[], None], after: Callable[[], None] | None, longest: float
    ) -> None:
        self.is_pausing = False
        self._target, self._after, self._longest = run, after, longest
        self._retired = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def retire(self) -> None:
        self._retired.set()

    def join(self, timeout: float) -> bool:
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        pause = 0.0
        while True:
            try:
                self._target()
            except Exception:
                log.exception("the thread %s died; it starts again after %.0f s", self._thread.name, pause)
            else:
                break
            self.is_pausing = pause > 0
            if self._retired.wait(pause):
                break
            self.is_pausing, pause = False, min(pause + 1, self._longest)
        if self._after is not None:
            self._after()


class OwnThreads:
    """Where nobody brings anything better, as in a program that uses gpiozero alone."""

    def start(
        self,
        name: str,
        run: Callable[[], None],
        *,
        after: Callable[[], None] | None = None,
        longest: float = 60,
    ) -> Thread:
        """As ``Threads`` says; each time in a row the pause is a second longer."""
        return _OwnThread(name, run, after, longest)

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """Nobody looks."""
        return contextlib.nullcontext()
