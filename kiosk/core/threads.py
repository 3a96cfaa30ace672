"""What a room may ask of whoever watches its threads (``runtime.supervision``), as types. Nothing here starts
one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

#: What failed is tried again after so many seconds, for each time in a row; the last one goes on. A single
#: mishap costs nothing.
BACK_OFF = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


def pause_after(failures: int) -> float:
    """The pause before the next try, in seconds, after so many failures in a row before the last one."""
    return BACK_OFF[min(failures, len(BACK_OFF) - 1)]


class Watched(Protocol):
    """A thread that is watched."""

    @property
    def is_pausing(self) -> bool:
        """Whether it waits, after a death, for its next start."""

    def retire(self) -> None:
        """Do not start it again. Its ``run`` is told to return by other means."""

    def join(self, timeout: float) -> bool:
        """Wait at most so many seconds for its end; False if that does not come."""


class Watcher(Protocol):
    """Whoever starts threads and keeps them going."""

    def start(
        self,
        name: str,
        run: Callable[[], None],
        *,
        vital: bool = False,
        on_death: Callable[[], None] | None = None,
        on_hang: Callable[[], None] | None = None,
        after: Callable[[], None] | None = None,
        longest: float = BACK_OFF[-1],
    ) -> Watched:
        """Run this on a thread of its own. One that dies starts again (see ``Supervisor``)."""

    def busy(self) -> AbstractContextManager[None]:
        """Around what such a thread does between two waits, so that it is noticed if that takes too long."""
