"""The two clocks: the machine's, and the one that stands still until it is moved."""

import time
from datetime import timedelta

from kiosk.clock import SimulatedClock, SystemClock, local_now


def test_the_machines_clock_counts_on_in_milliseconds():
    clock = SystemClock()
    before = time.monotonic_ns() // 1_000_000
    now = clock.now()
    assert before <= now <= time.monotonic_ns() // 1_000_000


def test_what_is_past_is_not_waited_for():
    clock = SystemClock()
    assert clock.seconds_until(clock.now() - 1) == 0.0
    clock.sleep_until(clock.now() - 1000)


def test_it_waits_for_the_moment_itself_not_for_a_whole_millisecond(monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("kiosk.clock.time.monotonic_ns", lambda: 1_000_300_000)
    monkeypatch.setattr("kiosk.clock.time.sleep", slept.append)
    clock = SystemClock()
    assert clock.now() == 1000
    clock.sleep_until(1002)
    assert [round(seconds, 7) for seconds in slept] == [0.0017]


def test_the_simulated_clock_goes_where_it_is_moved_and_never_back():
    clock = SimulatedClock(5)
    assert clock.seconds_until(1005) == 1.0
    clock.move_to(2000)
    clock.move_to(1000)
    assert (clock.now(), clock.seconds_until(1500)) == (2000, 0.0)


def test_a_changed_time_zone_is_noticed_without_a_restart(monkeypatch):
    """Who travels, or sets the zone a year after the first start, sees the local time from then on."""
    offsets = []
    with monkeypatch.context() as owner:
        for zone in ("Asia/Kolkata", "America/Bogota", "UTC"):
            owner.setenv("TZ", zone)
            offsets.append(local_now().utcoffset())
    local_now()
    assert offsets == [timedelta(hours=5.5), timedelta(hours=-5), timedelta()]
