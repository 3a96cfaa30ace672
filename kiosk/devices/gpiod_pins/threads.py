"""The interface of a supervisor for the factory's threads, and the default one."""

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)


class Thread(Protocol):
    """A thread that is restarted when its function raises."""

    @property
    def is_pausing(self) -> bool:
        """Whether it has died and is waiting to be restarted."""

    def retire(self) -> None:
        """Do not restart the thread. Making its ``run`` return is up to the caller."""

    def join(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds for the end of the thread; False if it is still running."""


class Threads(Protocol):
    """A supervisor: starts threads, and restarts those that die."""

    def start(
        self,
        name: str,
        run: Callable[[], None],
        *,
        after: Callable[[], None] | None = None,
        longest: float = 60,
    ) -> Thread:
        """Run ``run`` on a thread of its own until it returns. If it raises, it is called again after a pause
        of at most ``longest`` seconds. ``after`` is called when the thread ends for good."""

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """A context for the work of such a thread between two waits, so that a hang can be detected."""


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
    """The supervisor used by default, as in a program that has only gpiozero."""

    def start(
        self,
        name: str,
        run: Callable[[], None],
        *,
        after: Callable[[], None] | None = None,
        longest: float = 60,
    ) -> Thread:
        """As ``Threads.start``; the pause is 0 s at first and one second longer after each death."""
        return _OwnThread(name, run, after, longest)

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """Does nothing: hangs are not detected."""
        return contextlib.nullcontext()
