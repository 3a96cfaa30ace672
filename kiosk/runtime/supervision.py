"""Threads that are watched: one that dies is logged and starts again; one that must not die ends the program.

Seconds are those of a monotonic clock.
"""

import contextlib
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator

from kiosk.core.threads import BACK_OFF, pause_after

log = logging.getLogger(__name__)

#: One that lived for so many seconds is well: what happened before is forgotten.
STEADY = 60.0
#: What takes so many seconds hangs. An SD card may take seven to write.
HANGS = 30.0

Wait = Callable[[threading.Event, float], object]
"""waits until the event is set, at most so many seconds"""

_here = threading.local()


class Supervised:
    """A thread that is started again when it dies. ``Supervisor.start`` makes it."""

    def __init__(
        self,
        supervisor: "Supervisor",
        name: str,
        run: Callable[[], None],
        on_death: Callable[[], None] | None,
        *,
        on_hang: Callable[[], None] | None,
        after: Callable[[], None] | None,
        vital: bool,
        longest: float,
    ) -> None:
        self.name = name
        self._supervisor = supervisor
        self._target = run
        self._on_death = on_death
        self._on_hang = on_hang
        self._after = after
        self._vital = vital
        self._longest = longest
        self.is_pausing = False
        """whether it waits, after a death, for its next start"""
        self._ended = threading.Event()
        self._over = False
        self._launching = threading.RLock()
        self._failures = 0
        self._since: float | None = None
        """when it began; None while it pauses after its death"""
        self._busy_since: float | None = None
        self._hang_told = False
        self._thread: threading.Thread | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether it died as often in a row as there are pauses, and does not look as if it had recovered."""
        since = self._since
        recovered = since is not None and self._supervisor.clock() - since >= STEADY
        return self._failures >= len(BACK_OFF) and not recovered

    def retire(self) -> None:
        """Do not start it again, nor wait out a pause. Its ``run`` is told to return by other means; where it
        does not run, it is over now."""
        self._ended.set()
        with self._launching:
            if not self._over and not self._is_alive:
                self._finish()

    def join(self, timeout: float) -> bool:
        """Wait at most so many seconds for its end; False, and logged, if that does not come."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        if thread.is_alive():
            log.error("the thread %s does not end", self.name)
        return not thread.is_alive()

    def launch(self) -> None:
        """Start it, or start it again if it is gone though nobody ended it (a vital one does not: that is the
        end). A system that has no room for another thread is asked again at the next ``Supervisor.check``."""
        with self._launching:
            if self._over or self._is_alive:
                return
            if self._ended.is_set():
                self._finish()
                return
            if self._thread is not None:
                self._thread = None
                log.error("the thread %s is gone without a word%s", self.name, self._consequence())
                self._mourn()
                if self._vital:
                    self._finish()
                    return
            self.is_pausing = False  # it may have gone in its pause
            thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                log.error("the thread %s cannot start: %s", self.name, error)
                self._mourn()
            else:
                self._thread = thread

    @property
    def _is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def at_work(self) -> None:
        """It is at work; on its own thread."""
        self._busy_since = self._supervisor.clock()

    def at_rest(self) -> None:
        """Its work is done; on its own thread."""
        self._busy_since, self._hang_told = None, False

    def look(self) -> None:
        """Start it again if it is gone; say so, once, if it hangs: nobody can start that one again."""
        self.launch()
        since, thread = self._busy_since, self._thread
        if since is None or thread is None or self._hang_told or self._supervisor.clock() - since < HANGS:
            return
        self._hang_told = True
        frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - documented; there is no other way
        stack = "".join(traceback.format_stack(frame)) if frame is not None else ""
        log.error("the thread %s hangs:\n%s", self.name, stack)
        self._tell(self._on_hang)

    def _run(self) -> None:
        _here.thread = self
        while True:
            self._since = self._supervisor.clock()
            try:
                self._target()
            except BaseException:
                # SystemExit as well: threading drops it without a word.
                pause = self._died()
                if pause is None:
                    break
                self.is_pausing = pause > 0
                self._supervisor.wait(self._ended, pause)
                self.is_pausing = False
                if self._ended.is_set():
                    break
            else:
                break
        self._finish()

    def _finish(self) -> None:
        """It is over for good."""
        self._over = True
        self._supervisor.forget(self)
        if self._after is not None:
            self._after()

    def _consequence(self) -> str:
        return ", and the program ends with it" if self._vital else "; it starts again"

    def _died(self) -> float | None:
        """Say so, here and to whom it concerns; the pause before it starts again, None: it does not."""
        if self._since is not None and self._supervisor.clock() - self._since >= STEADY:
            self._failures = 0
        pause = None if self._vital else min(pause_after(self._failures), self._longest)
        after = "" if pause is None else f" after {pause:.0f} s"
        log.exception("the thread %s died%s%s", self.name, self._consequence(), after)
        self._mourn()
        return pause

    def _tell(self, whom: Callable[[], None] | None) -> None:
        if whom is not None:
            try:
                whom()
            except Exception:
                log.exception("nobody could be told of the thread %s", self.name)

    def _mourn(self) -> None:
        """Count its death, and tell whom it concerns."""
        self._since = self._busy_since = None
        self._failures += 1
        self._tell(self._on_death)
        if self._vital:
            self._supervisor.fail()


class Supervisor:
    """Starts threads and keeps them going.

    A thread that dies, by whatever exception, is logged with its traceback and starts again after a pause of
    ``BACK_OFF``; ``Supervised.is_hopeless`` says that this does not help. The death of a ``vital`` one is the
    end: ``failed``, and whoever asked by ``on_failure`` is told, from the thread that died. ``clock`` and
    ``wait`` are for tests.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, wait: Wait = threading.Event.wait
    ) -> None:
        self.clock = clock
        self.wait = wait
        self.failed = False
        """the program must end, and be started anew by whoever watches it"""
        self._lock = threading.Lock()
        self._threads: set[Supervised] = set()
        self._tell: Callable[[], None] | None = None

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
    ) -> Supervised:
        """Run this on a thread of its own until it returns by itself. From any thread; never raises.

        ``on_death`` is called each time it died, on it, or, where it is gone without a word, by ``check``;
        ``after`` once when it is over for good. ``check`` calls ``on_hang``. Its pauses last ``longest``
        seconds at most.
        """
        thread = Supervised(
            self, name, run, on_death, on_hang=on_hang, after=after, vital=vital, longest=longest
        )
        with self._lock:
            self._threads.add(thread)
        thread.launch()
        return thread

    @staticmethod
    @contextlib.contextmanager
    def busy() -> Iterator[None]:
        """Around what a supervised thread does between two waits: if that takes longer than ``HANGS``, the
        thread hangs, which ``check`` says. On any other thread nothing happens."""
        thread: Supervised | None = getattr(_here, "thread", None)
        if thread is None:
            yield
            return
        thread.at_work()
        try:
            yield
        finally:
            thread.at_rest()

    def check(self) -> None:
        """Start again what is gone without a trace (no memory to say so, no room for a thread), and say what
        hangs. To be called now and then by somebody who is awake anyway."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.look()

    def hopeless(self) -> list[str]:
        """The names of the threads that die again and again."""
        with self._lock:
            return sorted(thread.name for thread in self._threads if thread.is_hopeless)

    def on_failure(self, tell: Callable[[], None]) -> None:
        """Call this when the program must end; at once if that is so already."""
        self._tell = tell
        if self.failed:
            tell()

    def fail(self) -> None:
        """The program must end now."""
        self.failed = True
        if self._tell is not None:
            with contextlib.suppress(Exception):
                self._tell()

    def forget(self, thread: Supervised) -> None:
        """This one is over."""
        with self._lock:
            self._threads.discard(thread)
