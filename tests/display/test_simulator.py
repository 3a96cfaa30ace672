"""The simulator's window for real, under SDL's dummy driver, used with mouse and keyboard."""

from collections.abc import Iterator

import msgspec
import pygame
import pytest

from kiosk.core.events import ButtonName, ProbeError
from kiosk.core.signals import TUNE, Volume
from kiosk.display.base import Contact, DisplayError, Kind, Source
from kiosk.display.hardware_panel import Knob, Readout, staff_step
from kiosk.display.simulator import _KEYS, Knobs, Simulator
from kiosk.runtime.supervision import Supervisor

SIZE = (800, 480)
ROOMY = (4000, 4000)


class Bench:
    def __init__(self, size: tuple[int, int] = SIZE, room: tuple[int, int] | None = ROOMY) -> None:
        self.did: list[object] = []
        self.touched: list[Contact] = []
        self.readout = Readout()
        self.simulator = Simulator(
            size,
            self.touched.append,
            Knobs(
                press=lambda _button: self.did.append("press"),
                release=lambda _button: self.did.append("release"),
                set_water=lambda celsius: self.did.append(("water", celsius)),
                set_probe_fault=lambda fault: self.did.append(("probe", fault)),
            ),
            lambda: self.readout,
            supervisor=Supervisor(),
            on_quit=lambda: self.did.append("quit"),
            room=room,
            clock=lambda: 77,
        )

    @property
    def window(self) -> pygame.Surface:
        window = pygame.display.get_surface()
        assert window is not None
        return window

    def at(self, knob: Knob, water: float = 21.0) -> tuple[int, int]:
        return self.simulator._panel.place_of(knob, water)

    def post(self, kind: int, **more: object) -> None:
        pygame.event.post(pygame.event.Event(kind, **more))

    def mouse_down(self, pos: tuple[int, int]) -> None:
        self.post(pygame.MOUSEBUTTONDOWN, pos=pos, button=1, touch=False)
        self.simulator.pump()

    def mouse_to(self, pos: tuple[int, int]) -> None:
        self.post(pygame.MOUSEMOTION, pos=pos, rel=(0, 0), buttons=(1, 0, 0), touch=False)
        self.simulator.pump()

    def mouse_up(self, pos: tuple[int, int]) -> None:
        self.post(pygame.MOUSEBUTTONUP, pos=pos, button=1, touch=False)
        self.simulator.pump()

    def click(self, pos: tuple[int, int]) -> None:
        self.mouse_down(pos)
        self.mouse_up(pos)

    def space(self, *, down: bool) -> None:
        self.post(pygame.KEYDOWN if down else pygame.KEYUP, key=pygame.K_SPACE)
        self.simulator.pump()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with bench.simulator:
        assert bench.did == [("water", 21.0)]
        bench.did.clear()
        yield bench


def test_the_button_under_the_mouse(bench: Bench) -> None:
    before = bench.window.get_at(bench.at(Knob.BUTTON))[:3]
    x, y = bench.at(Knob.BUTTON)
    shown = bench.window.get_at((x + 30, y))[:3]
    bench.mouse_down((x, y))
    assert bench.did == ["press"]
    assert bench.window.get_at((x + 30, y))[:3] != shown
    bench.mouse_to((10, 10))
    bench.mouse_up((10, 10))
    assert bench.did == ["press", "release"]
    assert bench.window.get_at((x, y))[:3] == before
    assert bench.touched == []


def test_the_space_bar(bench: Bench) -> None:
    bench.space(down=True)
    bench.space(down=True)
    bench.space(down=False)
    assert bench.did == ["press", "release"]


def test_mouse_and_space_bar_hold_one_button(bench: Bench) -> None:
    bench.space(down=True)
    bench.mouse_down(bench.at(Knob.BUTTON))
    bench.space(down=False)
    assert bench.did == ["press"]
    bench.mouse_up((0, 0))
    assert bench.did == ["press", "release"]


def test_each_button_has_a_key() -> None:
    bench, held = Bench(), []
    bench.simulator._knobs = msgspec.structs.replace(bench.simulator._knobs, press=held.append)
    with bench.simulator:
        for key in _KEYS:
            bench.post(pygame.KEYDOWN, key=key)
        bench.simulator.pump()
    assert held == list(ButtonName)


def test_other_keys_and_buttons_do_nothing(bench: Bench) -> None:
    bench.post(pygame.KEYDOWN, key=pygame.K_RETURN)
    bench.post(pygame.MOUSEBUTTONDOWN, pos=bench.at(Knob.BUTTON), button=3, touch=False)
    bench.click((5, 5))
    assert bench.did == []
    assert bench.touched == []


def test_the_slider_follows_the_mouse_to_both_ends(bench: Bench) -> None:
    handle = bench.at(Knob.WATER)
    bench.mouse_down(handle)
    bench.mouse_to(bench.at(Knob.WATER, 38.5))
    bench.mouse_to((5000, 0))
    bench.mouse_to((-5000, 0))
    bench.mouse_up((-5000, 0))
    bench.mouse_to(bench.at(Knob.WATER, 50))
    assert bench.did == [("water", 38.5), ("water", 60.0), ("water", 0.0)]


def test_every_band_of_the_soak_can_be_set(bench: Bench) -> None:
    for celsius in (32.0, 35.0, 38.0, 40.5, 42.0, 43.0, 45.0):
        bench.click(bench.at(Knob.WATER, celsius))
    assert [water for _what, water in bench.did] == [32.0, 35.0, 38.0, 40.5, 42.0, 43.0, 45.0]  # type: ignore[misc]


def test_unplug_and_fault_are_one_at_a_time(bench: Bench) -> None:
    unplug, fault = bench.at(Knob.UNPLUG), bench.at(Knob.FAULT)
    for pos in (unplug, fault, fault, unplug, unplug):
        bench.click(pos)
    assert bench.did == [
        ("probe", ProbeError.NO_PROBE),
        ("probe", ProbeError.CRC),
        ("probe", None),
        ("probe", ProbeError.NO_PROBE),
        ("probe", None),
    ]


def test_the_screen_is_touched_with_the_mouse(bench: Bench) -> None:
    left, top = bench.simulator._glass.topleft
    bench.mouse_down((left + 100, top + 300))
    bench.mouse_to((left - 10, top + 300))
    bench.mouse_up((left + 799, top + 479))
    assert bench.touched == [
        Contact(Kind.DOWN, 100, 300, 77, source=Source.MOUSE),
        Contact(Kind.MOVE, -10, 300, 77, source=Source.MOUSE),
        Contact(Kind.UP, 799, 479, 77, source=Source.MOUSE),
    ]
    assert bench.did == []


def test_the_screen_is_as_bright_as_its_backlight(bench: Bench) -> None:
    spot = (bench.simulator._glass.x + 5, bench.simulator._glass.y + 5)
    bench.simulator.surface.fill((200, 100, 50))

    def shown(light: float) -> tuple[int, ...]:
        bench.readout = Readout(light=light)
        bench.simulator.pump()
        return tuple(bench.window.get_at(spot)[:3])

    off, dim, full = shown(0.0), shown(0.05), shown(1.0)
    assert off == (0, 0, 0)
    assert full == (200, 100, 50)
    assert all(0 < low < high for low, high in zip(dim, full, strict=True))


def test_only_what_is_presented_changes(bench: Bench) -> None:
    bench.readout = Readout(light=1.0)
    bench.simulator.pump()
    left, top = bench.simulator._glass.topleft
    bench.simulator.surface.fill((200, 100, 50))
    bench.simulator.present([pygame.Rect(0, 0, 10, 10)])
    assert bench.window.get_at((left + 9, top + 9))[:3] == (200, 100, 50)
    assert bench.window.get_at((left + 10, top + 10))[:3] == (0, 0, 0)


def test_the_lamp_glows_by_its_level(bench: Bench) -> None:
    card = bench.simulator._card
    light = []
    for level in (0.0, 0.15, 0.5, 1.0):
        bench.readout = Readout(lamp=level)
        bench.simulator.pump()
        light.append(sum(bench.window.get_at((card.x + 64, card.y + 92))[:3]))
    assert light == sorted(set(light))


def test_every_tone_of_ours_has_its_own_place_on_the_staff(bench: Bench) -> None:
    seen = set()
    tones = sorted({hertz for tune in TUNE.values() for _length, hertz in tune.pieces if hertz})
    for hertz in [0, 1, *tones]:
        bench.readout = Readout(hertz=hertz, volume=Volume.MEDIUM)
        bench.simulator.pump()
        seen.add(pygame.image.tobytes(bench.window.subsurface(bench.simulator._card), "RGB"))
    assert len(seen) == len(tones) + 2


@pytest.mark.parametrize(
    ("hertz", "step"), [(330, 0), (523, 5), (587, 6), (659, 7), (698, 8), (784, 9), (1047, 12)]
)
def test_notes_are_where_musicians_write_them(hertz: int, step: int) -> None:
    assert staff_step(hertz) == step


def test_nothing_is_drawn_when_nothing_changed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    updates: list[object] = []
    monkeypatch.setattr(pygame.display, "update", lambda *areas: updates.append(areas))
    pygame.event.clear()
    bench.simulator.pump()
    bench.simulator.present([])
    assert updates == []
    bench.readout = Readout(clock="03:12")
    bench.simulator.pump()
    bench.simulator.pump()
    assert updates == [([bench.simulator._foot],)]


def test_what_the_window_system_says(bench: Bench) -> None:
    bench.post(pygame.QUIT)
    bench.post(pygame.VIDEOEXPOSE)
    bench.simulator.pump()
    assert bench.did == ["quit"]


def test_it_looks_often_enough_to_see_the_shortest_tick(bench: Bench) -> None:
    shortest = min(length for tune in TUNE.values() for length, hertz in tune.pieces if hertz)
    poll = bench.simulator.poll_ms(moving=False)
    assert poll is not None
    assert poll <= shortest / 2


def test_tones_go_to_the_speaker(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, Volume]] = []
    monkeypatch.setattr(bench.simulator._speaker, "tone", lambda *tone: heard.append(tone))
    bench.simulator.hear((523, Volume.LOW))
    assert heard == [(523, Volume.LOW)]


@pytest.mark.parametrize("size", [(480, 320), (800, 480), (1280, 720), (720, 1280)])
@pytest.mark.parametrize("room", [(1366, 700), (1024, 560), (800, 440)])
def test_it_fits_a_small_desktop_and_works_there(size: tuple[int, int], room: tuple[int, int]) -> None:
    bench = Bench(size, room)
    with bench.simulator:
        window = bench.window.get_rect()
        assert window.w <= room[0]
        assert window.h <= room[1]
        glass, card, foot = bench.simulator._glass, bench.simulator._card, bench.simulator._foot
        assert all(window.contains(part) for part in (glass, card, foot))
        assert glass.collidelist([card, foot]) == -1
        assert glass.w / glass.h == pytest.approx(size[0] / size[1], rel=0.02)
        bench.click(bench.at(Knob.BUTTON))
        bench.click(bench.at(Knob.WATER, 40))
        assert bench.did[1:3] == ["press", "release"]
        assert bench.did[3] == ("water", pytest.approx(40, abs=0.5))
        bench.simulator.surface.fill((200, 100, 50))
        bench.readout = Readout(light=1.0)
        bench.simulator.pump()
        # bringing a picture down rounds its colours
        assert bench.window.get_at(glass.center)[:3] == pytest.approx((200, 100, 50), abs=3)
        bench.mouse_down(glass.center)
        assert bench.touched[0].x == pytest.approx(size[0] / 2, abs=3)
        assert bench.touched[0].y == pytest.approx(size[1] / 2, abs=3)


def test_without_being_told_it_fits_the_desktop() -> None:
    bench = Bench(room=None)
    with bench.simulator:
        desktop = pygame.display.get_desktop_sizes()[0]
        assert bench.window.get_width() <= desktop[0]
        assert bench.window.get_height() <= desktop[1]


def test_closed_there_is_no_surface() -> None:
    bench = Bench()
    bench.simulator.open()
    bench.simulator.close()
    bench.simulator.close()
    with pytest.raises(DisplayError, match="not open"):
        _ = bench.simulator.surface
