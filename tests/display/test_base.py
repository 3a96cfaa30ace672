import signal
import threading
import time

from kiosk.display.base import Bell


def test_a_ring_before_the_wait_is_not_lost_and_counts_once() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()
    assert bell.wait(0) is True
    assert bell.wait(0) is False


def test_a_ring_from_another_thread_ends_the_wait() -> None:
    bell = Bell()
    threading.Thread(target=bell.ring).start()
    assert bell.wait(10_000) is True


def test_a_timeout_that_is_past_does_not_wait() -> None:
    assert Bell().wait(-5) is False


def test_a_signal_handler_may_ring_in_the_middle_of_a_wait() -> None:
    """A lock would be held by the very loop that the signal interrupts, and never be free again."""
    bell = Bell()
    before = signal.signal(signal.SIGALRM, lambda *_: bell.ring())
    try:
        for _ in range(200):
            signal.setitimer(signal.ITIMER_REAL, 0.0005)
            began = time.monotonic()
            assert bell.wait(10_000) is True
            assert time.monotonic() - began < 5
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_more_rings_than_a_pipe_holds_are_one() -> None:
    bell = Bell()
    for _ in range(100_000):
        bell.ring()
    rings = 0
    while bell.wait(0):
        rings += 1
    assert rings == 1
