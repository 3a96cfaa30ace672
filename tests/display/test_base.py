import threading

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
