"""Supervised threads: one that dies is logged and restarted; if a vital one dies, the program ends.

All times are seconds of a monotonic clock.
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

#: Seconds after which a restarted thread counts as recovered, and its earlier deaths are forgotten.
STEADY = 60.0
#: Seconds after which a busy thread counts as hanging. A write to an SD card may take 7 s.
HANGS = 30.0

Wait = Callable[[threading.Event, float], object]
"""waits until the event is set, at most that many seconds"""

_here = threading.local()


class Supervised:
    """A thread that is restarted when it dies. ``Supervisor.start`` makes it and explains the arguments."""

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
        """whether it waits for its restart after a death"""
        self._ended = threading.Event()
        self._over = False
        self._launching = threading.RLock()
        self._failures = 0
        self._since: float | None = None
        """when it was last started; None while it is dead"""
        self._busy_since: float | None = None
        self._hang_reported = False
        self._thread: threading.Thread | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether it died as many times in a row as ``BACK_OFF`` has pauses, and has not recovered since."""
        since = self._since
        recovered = since is not None and self._supervisor.clock() - since >= STEADY
        return self._failures >= len(BACK_OFF) and not recovered

    def retire(self) -> None:
        """Never restart it; end a pause now. The caller makes ``run`` return by other means. If the thread is
        not running, it is over at once, and ``after`` is called here."""
        self._ended.set()
        with self._launching:
            if not self._over and not self._is_alive:
                self._finish()

    def join(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds for its end. If it does not end, log that and return False."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        if thread.is_alive():
            log.error("the thread %s does not end", self.name)
        return not thread.is_alive()

    def launch(self) -> None:
        """Start it, or restart it if it vanished; a vital one that vanished ends the program instead.

        If the system cannot start a thread, that is logged and tried again at the next ``Supervisor.check``.
        """
        with self._launching:
            if self._over or self._is_alive:
                return
            if self._ended.is_set():
                self._finish()
                return
            if self._thread is not None:
                self._thread = None
                log.error("the thread %s is gone without a word%s", self.name, self._consequence())
                self._count_death()
                if self._vital:
                    self._finish()
                    return
            self.is_pausing = False  # it may have vanished during its pause
            thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                log.error("the thread %s cannot start: %s", self.name, error)
                self._count_death()
            else:
                self._thread = thread

    @property
    def _is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def at_work(self) -> None:
        """Note that it is busy from now on. On its own thread."""
        self._busy_since = self._supervisor.clock()

    def at_rest(self) -> None:
        """Note that it is no longer busy. On its own thread."""
        self._busy_since, self._hang_reported = None, False

    def look(self) -> None:
        """Restart it if it vanished. If it hangs, log its stack once and call ``on_hang``: a hanging thread
        cannot be restarted."""
        self.launch()
        since, thread = self._busy_since, self._thread
        if since is None or thread is None or self._hang_reported or self._supervisor.clock() - since < HANGS:
            return
        self._hang_reported = True
        frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - documented; there is no other way
        stack = "".join(traceback.format_stack(frame)) if frame is not None else ""
        log.error("the thread %s hangs:\n%s", self.name, stack)
        self._call(self._on_hang)

    def _run(self) -> None:
        _here.thread = self
        while True:
            self._since = self._supervisor.clock()
            try:
                self._target()
            except BaseException:
                # SystemExit too: threading ignores it silently.
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
        """End it for good."""
        self._over = True
        self._supervisor.forget(self)
        if self._after is not None:
            self._after()

    def _consequence(self) -> str:
        return ", and the program ends with it" if self._vital else "; it starts again"

    def _died(self) -> float | None:
        """Log and count its death. Returns the pause before its restart in seconds; None: it is not
        restarted."""
        if self._since is not None and self._supervisor.clock() - self._since >= STEADY:
            self._failures = 0
        pause = None if self._vital else min(pause_after(self._failures), self._longest)
        after = "" if pause is None else f" after {pause:.0f} s"
        log.exception("the thread %s died%s%s", self.name, self._consequence(), after)
        self._count_death()
        return pause

    def _call(self, callback: Callable[[], None] | None) -> None:
        if callback is not None:
            try:
                callback()
            except Exception:
                log.exception("nobody could be told of the thread %s", self.name)

    def _count_death(self) -> None:
        """Count its death and call ``on_death``; the death of a vital thread ends the program."""
        self._since = self._busy_since = None
        self._failures += 1
        self._call(self._on_death)
        if self._vital:
            self._supervisor.fail()


class Supervisor:
    """Starts threads and restarts those that die.

    A thread that dies of any exception is logged with its traceback and restarted after a pause of
    ``BACK_OFF``. ``hopeless`` lists those for which that does not help. The death of a ``vital`` thread sets
    ``failed`` and calls the function given to ``on_failure``, on the thread that died. ``clock`` (seconds)
    and ``wait`` are for tests.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, wait: Wait = threading.Event.wait
    ) -> None:
        self.clock = clock
        self.wait = wait
        self.failed = False
        """the program must end, so that systemd restarts it"""
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
        """Run ``run`` on a new daemon thread until it returns. From any thread; never raises.

        ``vital``: its death ends the program. ``on_death`` is called after each death, on the thread itself,
        or by ``check`` if it vanished; ``after`` once, when it is over for good; ``on_hang`` by ``check``,
        once per hang. ``longest``: upper limit of its pauses, in seconds.
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
        """Wrap what a supervised thread does between two waits: if it takes longer than ``HANGS``, ``check``
        reports a hang. On any other thread it does nothing."""
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
        """Restart threads that vanished (out of memory, or the system could not start one), and report hangs.
        The main thread calls it with each sign of life."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.look()

    def hopeless(self) -> list[str]:
        """Sorted names of the threads that die again and again (``Supervised.is_hopeless``)."""
        with self._lock:
            return sorted(thread.name for thread in self._threads if thread.is_hopeless)

    def on_failure(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` when the program must end; at once if ``failed`` is already set."""
        self._tell = tell
        if self.failed:
            tell()

    def fail(self) -> None:
        """Set ``failed``, and call the function given to ``on_failure``. What that raises is ignored."""
        self.failed = True
        if self._tell is not None:
            with contextlib.suppress(Exception):
                self._tell()

    def forget(self, thread: Supervised) -> None:
        """Stop supervising ``thread``, which is over."""
        with self._lock:
            self._threads.discard(thread)
