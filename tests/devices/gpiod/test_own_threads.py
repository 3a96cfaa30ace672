"""The factory where nobody watches its threads: a program that uses gpiozero alone."""

import threading

import pytest

from kiosk.devices.gpiod_pins.edges import EdgeThread
from kiosk.devices.gpiod_pins.threads import OwnThreads

PATIENCE = 10.0


def test_a_thread_that_died_starts_again_and_ends_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    lives: list[int] = []
    over = threading.Event()

    def run() -> None:
        lives.append(1)
        if len(lives) == 1:
            raise OSError("gone")

    thread = OwnThreads().start("rain", run, after=over.set)
    assert over.wait(PATIENCE)
    assert thread.join(PATIENCE)
    assert (len(lives), thread.is_pausing) == (2, False)
    assert caplog.messages == ["the thread rain died; it starts again after 0 s"]


def test_a_retired_thread_does_not_wait_out_its_pause() -> None:
    deaths: list[int] = []
    second, over = threading.Event(), threading.Event()

    def run() -> None:
        deaths.append(1)
        if len(deaths) == 2:
            second.set()
        raise OSError("gone")

    thread = OwnThreads().start("rain", run, after=over.set, longest=3600.0)
    assert second.wait(PATIENCE)
    thread.retire()
    assert over.wait(PATIENCE)
    assert thread.join(PATIENCE)


def test_an_edge_thread_needs_nobody() -> None:
    edges = EdgeThread()
    edges.join(PATIENCE)
    with OwnThreads().busy():
        pass
