import signal
import threading
from collections.abc import Iterator

import pytest

from kiosk.core.threads import BACK_OFF
from kiosk.devices.sampler import Sampler
from kiosk.runtime.supervision import Supervisor
from tests.devices.conftest import Clock


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sampler"]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    for thread in threads():
        thread.join(5)
    assert threads() == []


def run(costs: list[int]) -> tuple[list[int], list[int]]:
    """Reads that take so many ms: when each was posted, and how long the thread then waited."""
    clock = Clock()
    posted: list[int] = []
    waits: list[int] = []
    todo = iter(costs)
    done = threading.Event()

    def read() -> int:
        clock.now += next(todo)
        return clock.now

    def wait(stopped: threading.Event, ms: int) -> None:
        waits.append(ms)
        clock.now += ms
        if len(waits) == len(costs):
            done.set()
            stopped.wait(5)

    sampler = Sampler(read, posted.append, supervisor=Supervisor(), clock=clock, wait=wait)
    sampler.start()
    assert done.wait(5)
    sampler.stop()
    return posted, waits


def test_once_a_second_from_the_start_without_drift() -> None:
    assert run([750, 800, 760, 751]) == ([750, 1800, 2760, 3751], [250, 200, 240, 249])


def test_a_slow_read_is_followed_at_once_and_not_made_up_for() -> None:
    assert run([2500, 750, 750]) == ([2500, 3250, 4250], [0, 250, 250])


def test_stopped_during_a_read_nothing_is_posted() -> None:
    reading, go = threading.Event(), threading.Event()
    posted: list[bool] = []

    def read() -> bool:
        reading.set()
        return go.wait(5)

    sampler = Sampler(read, posted.append, supervisor=Supervisor())
    sampler.start()
    assert reading.wait(5)
    sampler.stop()
    assert not sampler.is_running
    go.set()
    for thread in threads():
        thread.join(5)
    assert posted == []


def test_start_twice_is_one_thread_and_stop_leaves_none() -> None:
    posted = threading.Event()
    sampler = Sampler(lambda: None, lambda _: posted.set(), supervisor=Supervisor())
    assert threads() == []
    sampler.start()
    sampler.start()
    assert len(threads()) == 1
    assert sampler.is_running
    assert posted.wait(5)
    sampler.stop()
    sampler.stop()


def test_started_again_it_reads_again() -> None:
    posted: list[int] = []
    news = threading.Semaphore(0)

    def post(number: int) -> None:
        posted.append(number)
        news.release()

    counter = iter(range(10))
    sampler = Sampler(lambda: next(counter), post, period=60_000, supervisor=Supervisor())
    for _ in range(2):
        sampler.start()
        assert news.acquire(timeout=5)
        sampler.stop()
    assert posted == [0, 1]


def test_a_read_that_breaks_is_said_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    posted: list[int] = []
    pauses: list[float] = []
    news = threading.Semaphore(0)
    reads = iter([1, ZeroDivisionError("odd"), UnicodeError("odder"), 4])

    def read() -> int:
        result = next(reads)
        if isinstance(result, Exception):
            raise result
        return result

    def post(number: int) -> None:
        posted.append(number)
        news.release()

    def wait(stopped: threading.Event, _ms: int) -> None:
        if posted == [1, 4]:
            stopped.wait(5)

    supervisor = Supervisor(wait=lambda _ended, seconds: pauses.append(seconds))
    sampler = Sampler(read, post, wait=wait, supervisor=supervisor)
    sampler.start()
    for _ in range(2):
        assert news.acquire(timeout=5)
    sampler.stop()
    assert posted == [1, 4]
    assert pauses == list(BACK_OFF[:2])
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ZeroDivisionError,
        UnicodeError,
    ]


def test_stopped_while_it_pauses_for_its_death_it_starts_no_more() -> None:
    paused = threading.Event()
    reads: list[int] = []

    def read() -> None:
        reads.append(1)
        raise ValueError("odd")

    def pause(ended: threading.Event, seconds: float) -> None:
        if seconds:
            paused.set()
            assert ended.wait(5)

    sampler = Sampler(read, lambda _: None, supervisor=Supervisor(wait=pause))
    sampler.start()
    assert paused.wait(5)
    sampler.stop()
    for thread in threads():
        thread.join(5)
    assert len(reads) == 2


def test_signals_go_to_the_main_thread() -> None:
    masks: list[set[int]] = []
    seen = threading.Event()

    def read() -> set[int]:
        return {int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])}

    def post(mask: set[int]) -> None:
        masks.append(mask)
        seen.set()

    sampler = Sampler(read, post, period=60_000, supervisor=Supervisor())
    sampler.start()
    assert seen.wait(5)
    sampler.stop()
    assert {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGALRM} <= masks[0]
