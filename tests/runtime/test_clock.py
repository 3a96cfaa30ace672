"""The two clocks: the machine's, and the one that stands still until it is moved."""

import os
import time
from datetime import timedelta

import pytest

from kiosk.core.clock import SimulatedClock
from kiosk.runtime.clock import SystemClock, _mark, local_now


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
    monkeypatch.setattr("kiosk.runtime.clock.time.monotonic_ns", lambda: 1_000_300_000)
    monkeypatch.setattr("kiosk.runtime.clock.time.sleep", slept.append)
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


@pytest.mark.parametrize("named", [None, "Asia/Kolkata"])
def test_a_zone_that_is_copied_over_another_with_its_old_date_is_noticed(named, monkeypatch):
    """``cp -p``: the same file for the C library, which is made to forget it. That it reads the other one
    then was tried by hand, with /etc/localtime itself."""
    marks = iter([(1, 2, 3, 4), (1, 2, 3, 5), (1, 2, 3, 5)])
    seen: list[str | None] = []
    with monkeypatch.context() as owner:
        if named is None:
            owner.delenv("TZ", raising=False)
        else:
            owner.setenv("TZ", named)
        owner.setattr("kiosk.runtime.clock._mark", lambda: next(marks))
        owner.setattr("kiosk.runtime.clock._zone_mark", (1, 2, 3, 4))
        owner.setattr("kiosk.runtime.clock.time.tzset", lambda: seen.append(os.environ.get("TZ")))
        for _look in range(3):
            local_now()
    assert seen == ([None, "UTC0", None, None] if named is None else [named] * 3)


def test_the_file_of_the_time_zone_is_known_by_more_than_its_date(tmp_path, monkeypatch):
    zone = tmp_path / "localtime"
    monkeypatch.setattr("kiosk.runtime.clock._ZONE", zone)
    assert _mark() == ()
    zone.write_bytes(b"Berlin")
    os.utime(zone, (1, 1))
    before = _mark()
    other = tmp_path / "other"
    other.write_bytes(b"Bogota")
    os.utime(other, (1, 1))
    other.replace(zone)
    assert _mark() != before
