"""The main thread when all is not well: no display, a page that cannot be drawn, a night that hangs."""

import logging
import socket
from pathlib import Path
from typing import Any

import pygame
import pytest

from kiosk.core import night
from kiosk.core.pages import Home
from kiosk.display.base import Bell, Contact, DisplayError, Kind
from kiosk.display.console import PATIENCE
from kiosk.runtime.main_loop import PULSE_EVERY, RETRY_AFTER, MainLoop, notify
from kiosk.screen import stage as the_stage
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel
from tests.runtime.test_main_loop import PANEL, Evening, Glass


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """The messages sent to systemd."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(path)
        ear.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        yield lambda: list(_heard(ear))


def _heard(ear: socket.socket):
    while True:
        try:
            yield ear.recv(100).decode()
        except BlockingIOError:
            return


# --- systemd


def test_where_nobody_listens_nothing_is_sent(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    notify("READY=1")


def test_an_abstract_socket_is_told_too(monkeypatch, tmp_path):
    name = f"cramp-kiosk-{tmp_path.name}-{id(tmp_path)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + name)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        notify("WATCHDOG=1")
        assert ear.recv(100) == b"WATCHDOG=1"


def answering(evening: Evening) -> None:
    """A conductor that gives a sign of life whenever it is asked."""
    conductor: Any = evening.bedside.conductor
    conductor.beat = lambda: setattr(conductor, "heartbeat", evening.bedside.now)


def test_ready_is_said_after_the_first_picture_and_the_watchdog_is_fed_with_each_pulse(systemd):
    evening = Evening()
    answering(evening)
    told: list[list[str]] = []
    present = evening.glass.present

    def watched(rects):
        present(rects)
        if rects:
            told.append(systemd())

    evening.glass.present = watched  # type: ignore[method-assign]
    evening.play(5 * PULSE_EVERY + 10)
    assert told == [[]]
    assert systemd() == ["READY=1", *["WATCHDOG=1"] * 6]


def test_a_night_that_hangs_starves_the_watchdog(systemd):
    evening = Evening()
    answering(evening)
    evening.at(2 * PULSE_EVERY + 10, lambda: setattr(evening.bedside.conductor, "beat", lambda: None))
    evening.play(10 * PULSE_EVERY)
    assert systemd() == ["READY=1", *["WATCHDOG=1"] * 4]


def test_the_app_is_ticked_with_each_pulse():
    evening = Evening()
    tended = []
    evening.loop._tick = lambda: tended.append(evening.bedside.now)
    evening.play(3 * PULSE_EVERY + 10)
    assert tended == [0, PULSE_EVERY, 2 * PULSE_EVERY, 3 * PULSE_EVERY]


# --- a page that cannot be drawn


def test_the_failsafe_page_stands_in_and_the_night_goes_on(monkeypatch, caplog):
    def broken(_scene, _page):
        raise ValueError("no such picture")

    evening = Evening()
    monkeypatch.setitem(the_stage.DRAWERS, Home, broken)
    evening.tap(1000, (400, 240))
    drawn = evening.look(1500, lambda: pygame.image.tobytes(evening.glass.surface, "RGB"))
    evening.at(2000, evening.bedside.press)
    assert evening.play(3000) == ["Home", "CountIn"]
    assert [record.message for record in caplog.records] == ["the page Home cannot be drawn"]
    surface = pygame.Surface(PANEL.size, 0, 32)
    Stage(PANEL).draw(surface, night.failsafe(evening.bedside.state, 0)[0], 0)
    assert drawn == [pygame.image.tobytes(surface, "RGB")]


# --- a display that cannot be had


class Opening:
    """Opens a display or fails, as planned."""

    def __init__(self, evening: Evening, *plan: Exception | Glass) -> None:
        self.evening, self.plan = evening, list(plan)
        self.tried: list[int] = []

    def __call__(self) -> "Opening":
        self.tried.append(self.evening.bedside.now)
        return self

    def __enter__(self) -> Glass:
        now = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
        if isinstance(now, Exception):
            raise now
        return now

    def __exit__(self, *_: object) -> None:
        pass


def test_a_display_that_cannot_be_had_is_tried_again_and_said_once(systemd, caplog):
    evening = Evening()
    answering(evening)
    none = DisplayError("no panel is there")
    opening = Opening(evening, none, none, OSError("gone"), evening.glass)
    evening.at(2000, evening.bedside.press)
    evening.at(20_000, evening.loop.stop)
    with caplog.at_level(logging.ERROR):
        evening.loop.run(opening, 7.0)
    assert opening.tried == [0, RETRY_AFTER, 2 * RETRY_AFTER, 3 * RETRY_AFTER]
    assert [record.message for record in caplog.records] == ["no panel is there", "gone"]
    assert systemd()[:2] == ["READY=1", "WATCHDOG=1"]
    assert evening.bedside.pages[0] == (2000, "CountIn")  # lamp, buzzer and button led meanwhile
    assert evening.glass.shown


def test_a_display_that_fails_as_nobody_foresaw_costs_the_picture_and_not_the_night(caplog):
    """Its traceback is logged once, too: it is a programming error."""
    evening = Evening()
    bug = ZeroDivisionError("integer division by zero")
    opening = Opening(evening, bug, bug, evening.glass)
    evening.at(2000, evening.bedside.press)
    evening.at(15_000, evening.loop.stop)
    evening.loop.run(opening, 7.0)
    assert opening.tried == [0, RETRY_AFTER, 2 * RETRY_AFTER]
    (record,) = caplog.records
    assert record.message == "integer division by zero"
    assert "in __enter__" in caplog.text
    assert evening.bedside.pages[0] == (2000, "CountIn")
    assert evening.glass.shown


def test_an_error_while_it_draws_is_not_taken_for_one_of_opening():
    """That one ends the program in good order, and it is started anew."""
    evening = Evening()
    evening.glass.present = lambda _rects: 1 / 0  # type: ignore[method-assign,return-value,assignment]
    with pytest.raises(ZeroDivisionError):
        evening.loop.run(Opening(evening, evening.glass), 7.0)


def test_a_display_lost_under_way_is_opened_again(caplog):
    evening = Evening()
    lost = Glass()
    lost.present = lambda _rects: (_ for _ in ()).throw(OSError("unplugged"))  # type: ignore[method-assign]
    opening = Opening(evening, lost, evening.glass)
    evening.at(8000, evening.loop.stop)
    evening.loop.run(opening, 7.0)
    assert opening.tried == [0, RETRY_AFTER]
    assert caplog.text.count("unplugged") == 1


def test_a_panel_in_another_mode_is_laid_out_anew(caplog):
    """The screen was given fewer pixels in the middle of a night: the picture follows, nothing is lost."""
    evening = Evening()
    glass, small = evening.glass, (480, 320)

    def change() -> None:
        glass.size, glass.surface = small, pygame.Surface(small, 0, 32)
        evening.loop.contact(Contact(Kind.DOWN, 700, 400, evening.bedside.now))  # where no pixel is any more

    evening.tap(1000, (400, 240))
    evening.at(2000, change)
    evening.at(2100, evening.loop.stop)
    evening.loop.run(Opening(evening, glass), 3.5)
    assert [name for _at, name in evening.bedside.pages] == ["Home"]
    assert glass.shown[-1] == (2000, [pygame.Rect((0, 0), small)])
    expected = pygame.Surface(small, 0, 32)
    Stage(Panel.of(small, 3.5)).draw(expected, evening.bedside.state, evening.bedside.now)
    assert pygame.image.tobytes(glass.surface, "RGB") == pygame.image.tobytes(expected, "RGB")
    assert caplog.records == []


def test_it_ends_while_there_is_no_display():
    evening = Evening()
    evening.at(2000, evening.loop.stop)
    evening.loop.run(Opening(evening, DisplayError("none")), 7.0)
    assert evening.bedside.now == 2000


def test_a_late_panel_is_waited_for_the_first_time_only(tmp_path):
    evening = Evening()
    with pytest.raises(DisplayError):
        evening.loop.find_panel(tmp_path)
    waited = evening.bedside.now
    assert waited >= 30_000
    with pytest.raises(DisplayError):
        evening.loop.find_panel(tmp_path)
    assert evening.bedside.now == waited


def test_while_a_late_panel_is_waited_for_systemd_hears_of_us(systemd, tmp_path: Path):
    """Button, lamp and buzzer lead already: the program is ready, and may hang as at any other time."""
    evening = Evening()
    answering(evening)
    told: list[str] = []
    for moment in (10_000, 20_000):  # a socket keeps ten words
        evening.at(moment, lambda: told.extend(systemd()))
    with pytest.raises(DisplayError):
        evening.loop.find_panel(tmp_path)
    assert evening.bedside.now == PATIENCE
    told += systemd()
    assert told[0] == "READY=1"
    assert PATIENCE // PULSE_EVERY - 1 <= told.count("WATCHDOG=1") <= PATIENCE // PULSE_EVERY + 1


def test_a_stop_is_not_kept_waiting_by_a_late_panel(tmp_path: Path):
    evening = Evening()
    evening.at(1000, evening.loop.stop)
    with pytest.raises(DisplayError, match="Stopped while waiting"):
        evening.loop.find_panel(tmp_path)
    assert evening.bedside.now < 5000


def test_stop_rings_the_bell():
    evening = Evening()
    loop = MainLoop(evening.bedside.conductor, evening.hand, evening.bedside.clock, lambda: None)
    loop.stop()
    assert Bell.wait(evening.hand, 0)


def test_what_asks_for_an_end_is_the_last_that_a_display_hears_of():
    """A simulator whose compositor died, say: SDL 2.32 crashes on what is drawn then."""
    evening = Evening()
    evening.at(2000, evening.bedside.press)
    evening.glass.pump = evening.loop.stop  # type: ignore[method-assign]
    evening.loop.run(Opening(evening, evening.glass), 7.0)
    assert evening.glass.shown == []
