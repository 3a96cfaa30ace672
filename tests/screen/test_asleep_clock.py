"""The time on the dark screen: only where there is light for it, and never twice in one place."""

import msgspec
import pygame

from kiosk.core.state import Light
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.runtime.main_loop import time_of_day
from kiosk.screen.stage import Stage
from tests.screen.frames import GALLERY, NOW, PANELS
from tests.screen.measures import lit_share

PANEL = PANELS["800x480-7"]
LIT = msgspec.structs.replace(GALLERY["asleep"], light=Light.DIMMED)


class Time:
    """A clock that a test sets."""

    text, changes_in = "3:12", 20 * SECOND

    def __call__(self) -> tuple[str, Ms]:
        return self.text, self.changes_in


def test_without_light_there_is_no_clock() -> None:
    stage, surface = Stage(PANEL, clock=Time()), pygame.Surface(PANEL.size)
    stage.draw(surface, GALLERY["asleep"], NOW)
    assert (stage.texts, stage.next_frame(GALLERY["asleep"], NOW), lit_share(surface)) == ([], None, 0)


def test_the_time_is_there_until_it_changes_and_then_somewhere_else() -> None:
    time = Time()
    stage, surface = Stage(PANEL, clock=time), pygame.Surface(PANEL.size)
    stage.draw(surface, LIT, NOW)
    (before,) = stage.texts
    assert before.text == "3:12"
    assert 0 < lit_share(surface) < 2
    assert stage.next_frame(LIT, NOW) == NOW + 20 * SECOND
    assert stage.draw(surface, LIT, NOW + 19 * SECOND) == []
    time.text, time.changes_in = "3:13", MINUTE
    (area,) = stage.draw(surface, LIT, NOW + 20 * SECOND)
    (after,) = stage.texts
    assert after.text == "3:13"
    assert after.box[:2] != before.box[:2]
    assert area.contains(before.box.rect)
    assert area.contains(after.box.rect)
    assert stage.next_frame(LIT, NOW + 20 * SECOND) == NOW + 20 * SECOND + MINUTE


def test_the_time_as_the_clock_on_the_wall_shows_it() -> None:
    text, changes_in = time_of_day()
    hour, minute = text.split(":")
    assert 0 <= int(hour) <= 23
    assert len(minute) == 2
    assert 0 < changes_in <= MINUTE
