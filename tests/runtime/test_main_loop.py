"""A finger on the glass, the night behind it: what is touched, what happens, what is drawn.

The real loop, pages and night on a simulated clock; only the glass and the waiting are the test's.
"""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pygame
import pytest

from kiosk.core.check import DOTS, TOUCH
from kiosk.core.events import Act, ButtonPressed, ButtonReleased
from kiosk.core.pages import Asleep, Calibration, Check, CountIn, Guide, Home, More, Page
from kiosk.core.technique import Cue, Ms
from kiosk.display.base import Bell, Contact, Kind, Source
from kiosk.runtime.main_loop import ENDING, PULSE_EVERY, MainLoop, on_signals
from kiosk.screen.stage import MARGIN_MM, Stage
from tests.bedside import Bedside
from tests.display.fake_console import card, framebuffer
from tests.screen.frames import PANELS, RULES

PANEL = PANELS["800x480-7"]
BLACK = (0, 0, 0)


class Glass:
    """A display that only remembers what was shown."""

    name = "glass"

    def __init__(self) -> None:
        self.size = PANEL.size
        self.surface = pygame.Surface(PANEL.size, 0, 32)
        self.shown: list[tuple[Ms, list[pygame.Rect]]] = []
        self.poll: Ms | None = None
        self.now: Callable[[], Ms] = lambda: 0

    def pump(self) -> None:
        pass

    def poll_ms(self, *, moving: bool) -> Ms | None:
        return self.poll

    def present(self, rects: list[pygame.Rect]) -> None:
        if rects:
            self.shown.append((self.now(), rects))


class Hand(Bell):
    """The loop's bell: moves the clock and does each planned thing at its time."""

    def __init__(self, evening: "Evening") -> None:
        super().__init__()
        self.evening = evening
        self.plan: list[tuple[Ms, Callable[[], object]]] = []
        self.waits: list[Ms] = []

    def wait(self, timeout: Ms | None = None) -> bool:
        if super().wait(0):
            return True
        bedside = self.evening.bedside
        moments = [bedside.now + timeout] if timeout is not None else []
        due = bedside.conductor.next_due()
        moments += [] if due is None else [due]
        moments += [self.plan[0][0]] if self.plan else []
        until = max(bedside.now, min(moments))
        self.waits.append(until - bedside.now)
        bedside.wait((until - bedside.now) / 1000)
        while self.plan and self.plan[0][0] <= bedside.now:
            self.plan.pop(0)[1]()
        return True


class Evening:
    """A kiosk asleep, and somebody who touches it at planned moments."""

    def __init__(self, **rules: object) -> None:
        self.bedside = Bedside(msgspec.structs.replace(RULES, **rules))
        conductor: Any = self.bedside.conductor
        conductor.post = self.bedside.happen
        self.glass = Glass()
        self.glass.now = lambda: self.bedside.now
        self.stage = Stage(PANEL)
        self.hand = Hand(self)
        self.loop = MainLoop(conductor, self.hand, self.bedside.clock, lambda: None)

    def at(self, ms: Ms, act: Callable[[], object]) -> None:
        self.hand.plan.append((ms, act))

    def contact(
        self, ms: Ms, kind: Kind, where: tuple[int, int], finger: int = 0, source: Source = Source.FINGER
    ) -> None:
        self.at(ms, lambda: self.loop.contact(Contact(kind, *where, ms, finger, source)))

    def tap(self, ms: Ms, where: tuple[int, int], source: Source = Source.FINGER) -> None:
        self.contact(ms, Kind.DOWN, where, 0, source)
        self.contact(ms + 90, Kind.UP, where, 0, source)

    def look(self, ms: Ms, what: Callable[[], object]) -> list[object]:
        """What is seen at a moment, after the loop had time to draw."""
        seen: list[object] = []
        self.at(ms, lambda: seen.append(what()))
        return seen

    def play(self, until: Ms) -> list[str]:
        """Play everything planned; return the pages shown."""
        self.at(until, self.loop.stop)
        self.hand.plan.sort(key=lambda each: each[0])
        self.loop.draw_on(self.glass, self.stage)
        return [name for _at, name in self.bedside.pages]

    def where(self, act: Act) -> pygame.Rect:
        """A target of the home page."""
        stage = Stage(PANEL)
        state = msgspec.structs.replace(self.bedside.state, page=Home())
        stage.draw(pygame.Surface(PANEL.size), state, 0)
        return next(target.box.rect for target in stage.targets if target.act is act)


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_the_tap_that_wakes_does_nothing_else_and_for_a_second_none_does(evening: Evening) -> None:
    start = evening.where(Act.START).center
    evening.tap(1000, start)
    evening.tap(1700, start)
    assert evening.play(3000) == ["Home"]


def test_after_that_second_a_tap_counts(evening: Evening) -> None:
    start = evening.where(Act.START).center
    evening.tap(1000, start)
    evening.tap(2100, start)
    assert evening.play(3000) == ["Home", "CountIn"]
    assert evening.bedside.out.lamp[-1][1] >= 0
    assert isinstance(evening.bedside.page, CountIn)


def test_a_trembling_hand_taps_once(evening: Evening) -> None:
    """More, and the same place on the next page within half a second: that was not meant."""
    more = evening.where(Act.MORE).center
    evening.tap(1000, more)
    evening.tap(2200, more)
    evening.tap(2500, more)
    assert evening.play(3000) == ["Home", "More"]


def test_it_acts_when_the_finger_is_lifted_and_only_inside_the_target(evening: Evening) -> None:
    more, soak = evening.where(Act.MORE).center, evening.where(Act.SOAK).center
    evening.tap(1000, more)
    evening.contact(2200, Kind.DOWN, more)
    held = evening.look(2900, lambda: type(evening.bedside.page))
    evening.contact(3000, Kind.MOVE, soak)
    evening.contact(3100, Kind.UP, soak)
    evening.contact(4000, Kind.DOWN, more)
    evening.contact(4900, Kind.UP, more)
    assert evening.play(5000) == ["Home", "More"]
    assert held == [Home]


def show_page(evening: Evening, page: Page) -> None:
    """This page is on the glass."""
    evening.bedside.conductor.state = msgspec.structs.replace(
        evening.bedside.state, page=page, own_touch=True
    )


def test_where_a_page_asks_for_the_place_a_tap_tells_it(evening: Evening) -> None:
    show_page(evening, Check(TOUCH))
    first, second = ((round(x * 799), round(y * 479)) for x, y in DOTS)
    evening.tap(1000, first)
    evening.tap(2000, (second[0] - 400, second[1]))
    evening.play(3000)
    assert evening.bedside.page == Check(TOUCH, missed=((second[0] - 400) / 799, second[1] / 479))


def test_a_finger_that_was_there_before_the_crosses_touches_none(evening: Evening) -> None:
    show_page(evening, Check(TOUCH, missed=(0.5, 0.5)))
    evening.contact(1000, Kind.DOWN, (700, 100))
    evening.at(1100, evening.bedside.press)
    evening.contact(2000, Kind.UP, (700, 100))
    evening.contact(3000, Kind.DOWN, (96, 72))
    evening.contact(3200, Kind.UP, (96, 72))
    evening.tap(4000, (703, 240))  # a brush in passing
    evening.play(5000)
    assert evening.bedside.page == Calibration(((96 / 799, 72 / 479),))


@pytest.mark.parametrize(
    ("beside_mm", "pages"), [(MARGIN_MM - 0.3, ["Home", "More"]), (MARGIN_MM + 0.5, ["Home"])]
)
def test_a_touch_just_beside_a_target_still_counts(
    evening: Evening, beside_mm: float, pages: list[str]
) -> None:
    more = evening.where(Act.MORE)
    evening.tap(1000, more.center)
    evening.tap(2200, (more.centerx, more.bottom - 1 + round(beside_mm / PANEL.mm_per_px)))
    assert evening.play(3000) == pages


def test_a_pressed_target_is_seen_as_pressed_and_only_it_is_drawn(evening: Evening) -> None:
    more, start = evening.where(Act.MORE), evening.where(Act.START)
    inside = (more.left + 12, more.centery)
    evening.tap(1000, more.center)
    evening.contact(2200, Kind.DOWN, more.center)
    colour = lambda: evening.glass.surface.get_at(inside)[:3]  # noqa: E731 - read as "its colour"
    seen = evening.look(2190, colour), evening.look(2400, colour)
    evening.contact(2500, Kind.MOVE, start.center)
    after = evening.look(2700, colour)
    evening.play(3000)
    skin = evening.stage.compose(evening.bedside.state, 0).look.palette.rgb("skin")
    assert (*seen, after) == ([BLACK], [skin], [BLACK])
    drawn = [(at, rects) for at, rects in evening.glass.shown if at >= 2200]
    assert drawn == [(2200, [more]), (2500, [more])]


def test_a_finger_and_its_mouse_twin_are_one_tap(evening: Evening) -> None:
    more = evening.where(Act.MORE).center
    for ms in (1000, 2200):
        for source in (Source.FINGER, Source.TWIN):
            evening.tap(ms, more, source)
    assert evening.play(3000) == ["Home", "More"]


def test_a_mouse_alone_works_as_well(evening: Evening) -> None:
    more = evening.where(Act.MORE).center
    evening.tap(1000, more, Source.MOUSE)
    evening.tap(2200, more, Source.MOUSE)
    assert evening.play(3000) == ["Home", "More"]
    assert isinstance(evening.bedside.page, More)


def test_asleep_nothing_is_drawn_and_the_loop_wakes_only_to_give_a_sign_of_life(evening: Evening) -> None:
    assert evening.play(10 * PULSE_EVERY + 500) == []
    assert isinstance(evening.bedside.page, Asleep)
    assert evening.glass.shown == [(0, [evening.glass.surface.get_rect()])]
    assert evening.hand.waits == [PULSE_EVERY] * 10 + [500]


def test_a_page_that_stands_still_is_drawn_once(evening: Evening) -> None:
    evening.tap(1000, (400, 240))
    evening.play(50_000)
    assert [at for at, _rects in evening.glass.shown] == [0, 1090]


def test_while_a_ring_fills_only_its_rectangle_is_shown() -> None:
    evening = Evening(motion=False)
    evening.at(1000, evening.bedside.press)
    evening.play(9_900)
    page = evening.bedside.page
    assert isinstance(page, Guide)
    assert page.beat.step.cue is Cue.HOLD
    steps = [rects for at, rects in evening.glass.shown if page.began < at]
    assert len(steps) >= 10
    assert {len(rects) for rects in steps} == {1}
    ring = steps[0][0].unionall([rects[0] for rects in steps])
    assert ring == steps[0][0]
    assert ring.w == ring.h
    assert ring.w * ring.h < 0.25 * PANEL.size[0] * PANEL.size[1]


def test_a_late_panel_is_waited_for_while_the_button_leads(evening: Evening, tmp_path: Path) -> None:
    pages = []
    evening.at(2000, lambda: evening.bedside.happen(ButtonPressed()))
    evening.at(2100, lambda: evening.bedside.happen(ButtonReleased()))
    evening.at(12_000, lambda: pages.append(type(evening.bedside.page)))
    evening.at(12_000, lambda: framebuffer(tmp_path, 0, card(tmp_path, 0, {"DSI-1": "connected"})))
    found = evening.loop.find_panel(tmp_path)
    assert found.device == tmp_path / "dev" / "fb0"
    assert pages == [Guide]
    assert 12_000 <= evening.bedside.now <= 12_250
    assert evening.bedside.out.lamp[0] == (0, 0.0)
    assert evening.bedside.out.lamp[1][0] == 2000


def test_a_desktop_is_looked_at_as_often_as_it_wants(evening: Evening) -> None:
    evening.glass.poll = 250
    evening.play(2000)
    assert evening.hand.waits == [250] * 8


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_what_asks_us_to_end_ends_in_good_order(number: int) -> None:
    before = signal.getsignal(number)
    stopped = []
    with on_signals(lambda: stopped.append(number)):
        signal.raise_signal(number)
    assert stopped == [number]
    assert signal.getsignal(number) == before
