"""A thread that dies is logged and starts again; what keeps dying, or must not die, ends the program."""

import logging
import sys
import threading
from collections.abc import Callable

import pytest

from kiosk.core.threads import BACK_OFF
from kiosk.runtime.supervision import HANGS, STEADY, Supervised, Supervisor

SOON = 10.0
"""seconds within which a thread surely gets its turn"""


class Watch:
    """A supervisor whose time passes only in pauses, and what it paused for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.supervisor = Supervisor(clock=lambda: self.now, wait=self._wait)
        self.failures: list[str] = []
        self.supervisor.on_failure(lambda: self.failures.append(threading.current_thread().name))

    def _wait(self, _ended: threading.Event, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def start(self, run: Callable[[], None], **how: object) -> Supervised:
        return self.supervisor.start("rain", run, **how)  # type: ignore[arg-type] # as the caller gives them


@pytest.fixture
def watch() -> Watch:
    return Watch()


def dying(times: int, error: type[BaseException] = ValueError) -> tuple[Callable[[], None], list[int]]:
    """Dies the given number of times; counts its starts."""
    began: list[int] = []

    def run() -> None:
        began.append(len(began))
        if len(began) <= times:
            raise error("slipped")

    return run, began


@pytest.mark.parametrize("error", [ValueError, OSError, SystemExit, KeyboardInterrupt, MemoryError])
def test_whatever_it_dies_of_it_is_logged_with_its_traceback_and_starts_again(
    watch: Watch, caplog: pytest.LogCaptureFixture, error: type[BaseException]
) -> None:
    run, began = dying(1, error)
    told: list[str] = []
    assert watch.start(run, on_death=lambda: told.append("dead")).join(SOON)
    assert (began, told) == ([0, 1], ["dead"])
    assert caplog.messages == ["the thread rain died; it starts again after 0 s"]
    assert "slipped" in caplog.text
    assert "in run" in caplog.text
    assert watch.failures == []


def test_what_ends_by_itself_is_over(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    run, began = dying(0)
    over: list[str] = []
    assert watch.start(run, after=lambda: over.append(threading.current_thread().name)).join(SOON)
    watch.supervisor.check()
    assert (began, over, watch.pauses, caplog.messages) == ([0], ["rain"], [], [])


def test_each_death_in_a_row_makes_the_pause_longer_up_to_a_minute(watch: Watch) -> None:
    run, began = dying(len(BACK_OFF) + 2)
    assert watch.start(run).join(SOON)
    assert watch.pauses == [*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1]]
    assert len(began) == len(BACK_OFF) + 3


def test_one_that_was_well_for_a_minute_begins_with_the_shortest_pause(watch: Watch) -> None:
    lives = iter([0.0, 0.0, STEADY, 0.0])

    def run() -> None:
        life = next(lives, None)
        if life is not None:
            watch.now += life
            raise ValueError("slipped")

    assert watch.start(run).join(SOON)
    assert watch.pauses == [BACK_OFF[0], BACK_OFF[1], BACK_OFF[0], BACK_OFF[1]]


def test_one_that_keeps_dying_is_hopeless_until_it_has_been_well_for_a_minute(watch: Watch) -> None:
    hopeless: list[list[str]] = []
    well, go = threading.Event(), threading.Event()
    left = iter(range(len(BACK_OFF)))

    def run() -> None:
        hopeless.append(watch.supervisor.hopeless())
        if next(left, None) is not None:
            raise ValueError("slipped")
        well.set()
        go.wait(SOON)

    thread = watch.start(run)
    assert well.wait(SOON)
    assert hopeless == [[]] * len(BACK_OFF) + [["rain"]]
    watch.now += STEADY
    assert watch.supervisor.hopeless() == []
    go.set()
    assert thread.join(SOON)


def test_the_pause_of_one_that_is_ended_ends_and_it_starts_no_more() -> None:
    died = threading.Event()
    run, began = dying(99)
    over: list[str] = []

    def wait(ended: threading.Event, seconds: float) -> None:
        if seconds:
            died.set()
            assert ended.wait(SOON)

    thread = Supervisor(wait=wait).start("rain", run, after=lambda: over.append("over"))
    assert died.wait(SOON)
    thread.retire()
    assert thread.join(SOON)
    assert (began, over) == ([0, 1], ["over"])


def test_one_that_is_ended_before_it_began_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait until the events of the start are processed."""
    go = threading.Event()
    run = Supervised._run
    monkeypatch.setattr(Supervised, "_run", lambda self: (go.wait(SOON), run(self)))
    what, began = dying(1)
    thread = Supervisor().start("rain", what)
    thread.retire()
    go.set()
    assert thread.join(SOON)
    assert began == [0]


def test_the_death_of_a_vital_one_is_the_end_and_said_at_once(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    run, began = dying(1)
    assert watch.start(run, vital=True).join(SOON)
    assert (began, watch.failures, watch.supervisor.failed, watch.pauses) == ([0], ["rain"], True, [])
    assert caplog.messages == ["the thread rain died, and the program ends with it"]
    assert "slipped" in caplog.text
    watch.supervisor.check()
    assert began == [0]


def test_who_asks_late_hears_at_once_that_it_is_over() -> None:
    supervisor = Supervisor()
    supervisor.fail()
    told: list[str] = []
    supervisor.on_failure(lambda: told.append("over"))
    assert (supervisor.failed, told) == (True, ["over"])


def test_who_cannot_be_told_keeps_nothing_from_starting_again(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    run, began = dying(1)
    assert watch.start(run, on_death=lambda: 1 // 0).join(SOON)
    assert began == [0, 1]
    assert caplog.messages[1] == "nobody could be told of the thread rain"


def test_no_room_for_a_thread_is_tried_again_with_the_next_look(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run, began = dying(0)

    def full(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        thread = watch.start(run)
        for _ in range(len(BACK_OFF) - 1):
            watch.supervisor.check()
        assert watch.supervisor.hopeless() == ["rain"]
    watch.supervisor.check()
    assert thread.join(SOON)
    assert began == [0]
    assert caplog.messages == ["the thread rain cannot start: can't start new thread"] * len(BACK_OFF)
    assert watch.supervisor.hopeless() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_is_gone_without_a_word_is_missed_at_the_next_look(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It vanishes without an exception: there is no memory to report one."""
    run, began = dying(1)

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(logging.getLogger("kiosk.runtime.supervision"), "exception", no_memory)
        thread = watch.start(run)
        assert thread.join(SOON)
    assert began == [0]
    watch.supervisor.check()
    assert thread.join(SOON)
    assert began == [0, 1]
    assert caplog.messages == ["the thread rain is gone without a word; it starts again"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_is_gone_in_its_pause_pauses_no_more_when_it_starts_again() -> None:
    run, began = dying(2)
    paused: list[bool] = []

    def wait(_ended: threading.Event, seconds: float) -> None:
        if seconds > 0:
            raise MemoryError

    def living() -> None:
        paused.append(thread.is_pausing)
        run()

    supervisor = Supervisor(wait=wait)
    thread = supervisor.start("rain", run)
    assert thread.join(SOON)
    assert (began, thread.is_pausing) == ([0, 1], True)
    thread._target = living
    supervisor.check()
    assert thread.join(SOON)
    assert (paused, thread.is_pausing) == ([False], False)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_vital_one_that_is_gone_without_a_word_is_the_end_and_told(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A conductor that is only started again would lead on as if nothing had been: lamp and buzzer, too."""
    run, began = dying(1)
    told: list[str] = []

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(logging.getLogger("kiosk.runtime.supervision"), "exception", no_memory)
        thread = watch.start(run, vital=True, on_death=lambda: told.append("dead"))
        assert thread.join(SOON)
    for _look in range(2):
        watch.supervisor.check()
    assert (began, told, watch.supervisor.failed) == ([0], ["dead"], True)
    assert watch.failures == [threading.current_thread().name]
    assert caplog.messages == ["the thread rain is gone without a word, and the program ends with it"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whom_a_death_concerns_hears_of_one_without_a_word_as_well(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _began = dying(1)
    told: list[str] = []

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(logging.getLogger("kiosk.runtime.supervision"), "exception", no_memory)
        thread = watch.start(run, on_death=lambda: told.append("dead"))
        assert thread.join(SOON)
    watch.supervisor.check()
    assert thread.join(SOON)
    assert told == ["dead"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_never_ran_or_is_gone_is_over_as_soon_as_it_is_retired(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would have released at its end is released, and it is no longer supervised."""
    over: list[str] = []

    def no_room(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_room)
        never = watch.start(dying(0)[0], after=lambda: over.append("never ran"))
    with monkeypatch.context() as patch:
        patch.setattr(logging.getLogger("kiosk.runtime.supervision"), "exception", no_memory)
        gone = watch.start(dying(1)[0], after=lambda: over.append("gone"))
        assert gone.join(SOON)
    for thread in (never, gone):
        thread.retire()
    watch.supervisor.check()
    assert over == ["never ran", "gone"]
    assert watch.supervisor._threads == set()


def test_one_that_hangs_is_said_once_with_where_it_is(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    at_work, go = threading.Event(), threading.Event()
    told: list[str] = []

    def run() -> None:
        for _ in range(2):
            with Supervisor.busy():
                at_work.set()
                assert go.wait(SOON)
                go.clear()

    thread = watch.start(run, on_hang=lambda: told.append("hangs"))
    for _ in range(2):
        assert at_work.wait(SOON)
        at_work.clear()
        watch.now += HANGS - 1
        watch.supervisor.check()
        assert told == []
        watch.now += 1
        for _again in range(3):
            watch.supervisor.check()
        assert told == ["hangs"]
        told.clear()
        go.set()
    assert thread.join(SOON)
    assert [message.splitlines()[0] for message in caplog.messages] == ["the thread rain hangs:"] * 2
    assert "in run" in caplog.text


def test_one_that_only_waits_does_not_hang(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    waits, go = threading.Event(), threading.Event()

    def run() -> None:
        with Supervisor.busy():
            pass
        waits.set()
        assert go.wait(SOON)

    thread = watch.start(run)
    assert waits.wait(SOON)
    watch.now += 10 * HANGS
    watch.supervisor.check()
    go.set()
    assert thread.join(SOON)
    assert caplog.messages == []


def test_work_on_a_thread_that_nobody_watches_is_just_done() -> None:
    done: list[str] = []
    with Supervisor.busy():
        done.append("done")
    assert done == ["done"]


def test_one_that_does_not_end_is_said(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    go = threading.Event()

    def run() -> None:
        assert go.wait(SOON)

    thread = watch.start(run)
    thread.retire()
    assert not thread.join(0.01)
    assert caplog.messages == ["the thread rain does not end"]
    go.set()
    assert thread.join(SOON)


def test_a_thread_that_waits_for_itself_is_not_held_up(watch: Watch) -> None:
    joined: list[bool] = []
    ready = threading.Event()
    threads: list[Supervised] = []

    def run() -> None:
        ready.wait(SOON)
        joined.append(threads[0].join(sys.maxsize))

    threads.append(watch.start(run))
    ready.set()
    assert threads[0].join(SOON)
    assert joined == [True]
