import threading

import pytest

from kiosk.core.events import ButtonPressed, ButtonReleased, Event, ProbeError, WaterRead
from kiosk.core.signals import Volume
from kiosk.core.technique import MINUTE
from kiosk.devices.simulated import (
    SILENCE,
    SimulatedBacklight,
    SimulatedButton,
    SimulatedBuzzer,
    SimulatedLamp,
    SimulatedProbe,
    Tone,
)
from kiosk.runtime.supervision import Supervisor
from tests.devices.conftest import Clock


def test_button_alternates_whatever_is_done_to_it() -> None:
    posted: list[Event] = []
    with SimulatedButton(posted.append) as button:
        button.release()
        button.press()
        button.press()
        assert button.is_pressed
        button.release()
        button.check()
        assert button.next_check() is None
    assert posted == [ButtonPressed(), ButtonReleased()]


def test_lamp_keeps_every_change_with_its_time() -> None:
    clock = Clock()
    with SimulatedLamp(clock) as lamp:
        for at, level in ((10, 0.0), (20, 1.0), (30, 1.0), (40, 2.0), (50, 0.15)):
            clock.now = at
            lamp.set(level)
        assert lamp.current == 0.15
        clock.now = 60
    assert lamp.history == [(20, 1.0), (50, 0.15), (60, 0.0)]


def test_backlight_stays_as_it_was_set() -> None:
    backlight = SimulatedBacklight(Clock())
    backlight.set(0.3)
    backlight.set(-1.0)
    assert backlight.history == [(0, 0.3), (0, 0.0)]
    assert backlight.is_present
    assert backlight.describe() == "The backlight is simulated."


def test_buzzer_tells_each_new_tone_once() -> None:
    clock = Clock()
    heard: list[Tone] = []
    with SimulatedBuzzer(clock, heard.append) as buzzer:
        for at, hertz, volume in (
            (1, 0, Volume.HIGH),
            (2, 523, Volume.LOW),
            (3, 523, Volume.LOW),
            (4, 523, Volume.HIGH),
            (5, 784, Volume.OFF),
            (6, 784, Volume.LOW),
        ):
            clock.now = at
            buzzer.play(hertz, volume)
    assert buzzer.history == [
        (2, (523, Volume.LOW)),
        (4, (523, Volume.HIGH)),
        (5, SILENCE),
        (6, (784, Volume.LOW)),
        (6, SILENCE),
    ]
    assert heard == [tone for _, tone in buzzer.history]
    assert buzzer.current == SILENCE


def test_buzzer_without_a_listener() -> None:
    buzzer = SimulatedBuzzer(Clock())
    buzzer.play(523, Volume.LOW)
    assert buzzer.current == (523, Volume.LOW)


class TestProbe:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    def play(self, clock: Clock, probe: SimulatedProbe, end: int) -> None:
        while (due := probe.next_tick()) is not None and due <= end:
            clock.now = due
            probe.tick()
        clock.now = end

    def test_one_reading_a_second_while_started(self, clock: Clock) -> None:
        posted: list[tuple[int, Event]] = []
        probe = SimulatedProbe(lambda event: posted.append((clock.now, event)), clock, 38.0)
        probe.tick()
        assert probe.next_tick() is None
        with probe:
            probe.start()
            probe.start()
            probe.tick()
            self.play(clock, probe, 2000)
            probe.trouble = ProbeError.NO_PROBE
            self.play(clock, probe, 3000)
            probe.trouble = ProbeError.CRC
            self.play(clock, probe, 4000)
            probe.trouble = None
            probe.water = 39.123
            probe.offset = 0.5
            self.play(clock, probe, 5000)
        assert probe.next_tick() is None
        probe.tick()
        assert posted == [
            (750, WaterRead(38.0)),
            (1750, WaterRead(38.0)),
            (2750, WaterRead(None, ProbeError.NO_PROBE)),
            (3750, WaterRead(None, ProbeError.CRC)),
            (4750, WaterRead(39.62)),  # 39.125, the nearest sixteenth
        ]

    def test_called_late_it_reads_once(self, clock: Clock) -> None:
        posted: list[Event] = []
        probe = SimulatedProbe(posted.append, clock, 38.0)
        probe.start()
        clock.now = 10_000
        probe.tick()
        assert posted == [WaterRead(37.94)]  # it cools meanwhile, as real water does
        assert probe.next_tick() == 10_000

    def test_out_of_range_as_the_real_one(self, clock: Clock) -> None:
        probe = SimulatedProbe(lambda _: None, clock, 71.0)
        assert probe.water == 71.0
        assert probe.read_once() == WaterRead(None, ProbeError.RANGE, 71.0)

    def test_its_water_cools_as_real_water_does(self, clock: Clock) -> None:
        probe = SimulatedProbe(lambda _: None, clock, 39.5, room=20.5)
        seen = []
        for minute in range(0, 21, 5):
            clock.now = minute * MINUTE
            seen.append(round(probe.water, 1))
        assert seen == [39.5, 38.2, 37.0, 35.8, 34.8]

    def test_a_frozen_probe_says_the_same_while_the_water_goes_on(self, clock: Clock) -> None:
        probe = SimulatedProbe(lambda _: None, clock, 38.0)
        probe.frozen = True
        probe.water = 46.0
        clock.now = 10 * MINUTE
        assert (probe.frozen, probe.read_once()) == (True, WaterRead(38.0))
        probe.frozen = False
        assert probe.read_once().celsius == 42.69

    def test_a_tube_of_steel_follows_slowly(self, clock: Clock) -> None:
        probe = SimulatedProbe(lambda _: None, clock, 20.0, lag=8000)
        clock.now = 5000
        probe.water = 40.0
        seen = []
        for clock.now in (5000, 13_000, 45_000):
            seen.append(probe.read_once().celsius)
        probe.trouble = ProbeError.NO_PROBE
        clock.now = 60_000
        seen.append(probe.read_once().celsius)
        assert seen == [20.0, 32.62, 39.69, None]

    def test_by_itself_on_a_thread(self) -> None:
        posted: list[Event] = []
        news = threading.Event()

        def post(event: Event) -> None:
            posted.append(event)
            news.set()

        with SimulatedProbe(post, Clock(), 38.0, supervisor=Supervisor()) as probe:
            probe.start()
            assert probe.next_tick() is None
            assert news.wait(5)
        assert posted == [WaterRead(38.0)]
