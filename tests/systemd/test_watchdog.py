"""What systemd hears of a night: ready after the first picture, then a sign of life while all is alive."""

import socket

import pygame
import pytest

from kiosk.core import night
from kiosk.core.clock import SimulatedClock
from kiosk.core.rules import Rules
from kiosk.core.technique import SECOND, Ms
from kiosk.display.base import DisplayError
from kiosk.runtime.main_loop import MainLoop


class Systemd:
    """Listens where the service manager would; notes what it hears and when."""

    def __init__(self, path: str, clock: SimulatedClock) -> None:
        self._clock = clock
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._socket.setblocking(False)
        self.heard: list[tuple[Ms, str]] = []

    def listen(self) -> None:
        while True:
            try:
                self.heard.append((self._clock.now(), self._socket.recv(100).decode()))
            except BlockingIOError:
                return

    def close(self) -> None:
        self._socket.close()


class Conductor:
    """Asleep. Answers until it hangs."""

    def __init__(self, clock: SimulatedClock, hangs_at: Ms) -> None:
        self.state = night.new(Rules(), clock.now())
        self.heartbeat = clock.now()
        self._clock = clock
        self._hangs_at = hangs_at

    def beat(self) -> None:
        if self._clock.now() < self._hangs_at:
            self.heartbeat = self._clock.now()


class Glass:
    """A display without a panel behind it."""

    size = (800, 480)

    def __init__(self) -> None:
        self.surface = pygame.Surface(self.size)

    def __enter__(self) -> "Glass":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def pump(self) -> None:
        pass

    def present(self, parts: list[pygame.Rect]) -> None:
        pass

    def poll_ms(self, *, moving: bool) -> Ms | None:
        return None


@pytest.fixture
def clock():
    return SimulatedClock(1_000_000)


@pytest.fixture
def systemd(clock, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    listening = Systemd(str(tmp_path / "notify"), clock)
    yield listening
    listening.close()


def play(clock, systemd, *, seconds, hangs_at=None, late=0, panel=True, on_hang=lambda: None):
    """So many seconds of a night in which nothing happens; ``late`` ms are lost at every wait."""
    began = clock.now()
    hang = began + (seconds if hangs_at is None else hangs_at) * SECOND

    class Bell:
        def ring(self) -> None:
            pass

        def wait(self, timeout: Ms) -> None:
            systemd.listen()
            clock.move_to(clock.now() + timeout + late)
            if clock.now() >= began + seconds * SECOND:
                loop.stop()

    def open_display() -> Glass:
        if not panel:
            raise DisplayError("There is no screen.")
        return Glass()

    loop = MainLoop(Conductor(clock, hang), Bell(), clock, lambda: None, on_hang)
    loop.run(open_display, 7.0)
    systemd.listen()
    return [((at - began) / SECOND, message) for at, message in systemd.heard]


ALIVE = "WATCHDOG=1"


def test_alive_it_feeds_the_watchdog_four_times_in_nine_seconds(clock, systemd):
    assert play(clock, systemd, seconds=8) == [
        (0, "READY=1"),
        (0, ALIVE),
        (2.25, ALIVE),
        (4.5, ALIVE),
        (6.75, ALIVE),
    ]


def test_without_a_panel_it_does_much_the_same(clock, systemd):
    heard = play(clock, systemd, seconds=12, panel=False)
    assert heard == [(0, "READY=1"), *((at, ALIVE) for at in (0, 2.25, 4.5, 7.25, 9.5))]


def test_a_conductor_that_hangs_starves_it(clock, systemd):
    heard = play(clock, systemd, seconds=20, hangs_at=5)
    assert [at for at, message in heard if message == ALIVE] == [0, 2.25, 4.5, 6.75]


def test_where_there_is_none_a_hang_is_told_soon_after_it_would_have_come(clock, systemd):
    """From a checkout. The watchdog, where there is one, has its nine seconds first."""
    began, told = clock.now(), []
    heard = play(
        clock, systemd, seconds=60, hangs_at=5, on_hang=lambda: told.append((clock.now() - began) / SECOND)
    )
    last_fed = [at for at, message in heard if message == ALIVE][-1]
    assert told == [18.0]
    assert 9 < told[0] - last_fed < 12


def test_without_a_panel_a_hang_is_told_as_well(clock, systemd):
    told = []
    play(clock, systemd, seconds=60, hangs_at=5, panel=False, on_hang=lambda: told.append("hangs"))
    assert told == ["hangs"]


def test_a_late_main_loop_is_no_hang_of_the_conductor(clock, systemd):
    told = []
    play(clock, systemd, seconds=120, late=20 * SECOND, on_hang=lambda: told.append("hangs"))
    assert told == []


def test_a_main_loop_that_is_late_starves_nobody(clock, systemd):
    heard = play(clock, systemd, seconds=20, late=3 * SECOND)
    assert [at for at, message in heard if message == ALIVE] == [0, 5.25, 10.5, 15.75]


def test_where_nobody_listens_nothing_is_said(clock, systemd, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert play(clock, systemd, seconds=4) == []
