"""The kiosk's own parts on these pins."""

import queue
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.cli.bedside import open_parts
from kiosk.config.settings import Settings
from kiosk.core.events import ButtonPressed, ButtonReleased, Event
from kiosk.core.signals import Volume
from kiosk.core.technique import Ms
from kiosk.devices.button import Button
from kiosk.devices.buzzer import PassiveBuzzer
from kiosk.devices.gpiod_pins import GpiodFactory
from kiosk.devices.lamp import Lamp
from kiosk.devices.pins import Pins, PinsUnavailable, open_factory
from kiosk.devices.safe import safe_outputs
from kiosk.runtime.supervision import Supervisor
from tests.devices.gpiod.bench import PATIENCE, FakePulser, NoBacklight
from tests.devices.gpiod.fake_gpiod import Board


class TestTheKiosk:
    def test_a_bouncing_press_wakes_the_program_once(self, factory: GpiodFactory, board: Board) -> None:
        posted: queue.Queue[tuple[Ms, Event]] = queue.Queue()

        def now() -> Ms:
            return board.now // 1_000_000

        def later(delay: Ms, call: Callable[[], None]) -> None:
            raise AssertionError("the kernel waits, we don't")

        with Button(5, factory, lambda event: posted.put((now(), event)), now, later=later) as button:
            assert board.lines[5].debounce == 20_000_000
            for level, ms in ((False, 2), (True, 1), (False, 19), (False, 1)):
                board.put(5, level)
                board.advance(ms)
            assert posted.get(timeout=PATIENCE) == (1023, ButtonPressed())
            board.put(5, True)
            board.advance(20)
            assert posted.get(timeout=PATIENCE) == (1043, ButtonReleased())
            assert button.is_pressed is False
            board.put(5, False)
            board.advance(5)
            board.put(5, True)
            board.advance(50)
            button.check()
            assert posted.empty()

    def test_a_press_that_was_reported_late_still_counts(self, factory: GpiodFactory, board: Board) -> None:
        posted: list[Event] = []
        with Button(
            5, factory, posted.append, lambda: board.now // 1_000_000, later=lambda *_: None
        ) as button:
            button._edge(board.now / 1e9 - 0.4, 0)
            assert posted == [ButtonPressed()]

    def test_lamp_and_buzzer(self, factory: GpiodFactory, board: Board) -> None:
        with Lamp(12, factory) as lamp, PassiveBuzzer(13, factory) as buzzer:
            lamp.set(1.0)
            lamp.set(0.0)
            buzzer.play(523, Volume.LOW)
            assert (factory.pin(13).frequency, factory.pin(13).state) == (523, pytest.approx(0.05))
            buzzer.play(0, Volume.LOW)
            lamp.set(0.01)
            assert factory.pin(12).state == pytest.approx(0.003)
            lamp.set(0.5)
            assert factory.pin(12).state == pytest.approx(0.5**2.2)
        assert board.lines[12].history[:3] == [0, 1, 0]
        assert board.lines[12].history[-2:] == [0, "in"]
        assert board.lines[13].history[-2:] == [0, "in"]

    def test_a_sign_of_life_asks_what_makes_the_pulses(
        self, factory: GpiodFactory, pulser: FakePulser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kiosk.cli.bedside.open_factory", lambda _name, **_: factory)
        parts = open_parts(Settings(), Supervisor())
        pulser.said.clear()
        parts.check()
        assert pulser.said == ["check"]

    def test_safe_outputs_after_a_kill(self, factory: GpiodFactory, board: Board) -> None:
        for pin in (12, 13):
            board.lines[pin].direction, board.lines[pin].driven = board.lines[pin].direction.OUTPUT, True
        trouble = safe_outputs(Pins(), factory, NoBacklight())
        assert trouble == []
        assert [board.lines[pin].history for pin in (12, 13)] == [[0, 0, "in"]] * 2

    def test_is_what_auto_opens(
        self, board: Board, pulser: FakePulser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("kiosk.devices.gpiod_pins.chips.open_chip.__defaults__", (tmp_path,))
        monkeypatch.setattr("kiosk.devices.gpiod_pins.factory.GpiodFactory.__init__.__kwdefaults__", {
            **(GpiodFactory.__init__.__kwdefaults__ or {}), "dev": tmp_path, "sys": tmp_path,
        })  # fmt: skip
        with open_factory() as factory:
            assert isinstance(factory, GpiodFactory)
            lamp = Lamp(12, factory)
            assert board.lines[12].consumer == "cramp-kiosk"
            board.lines[13].consumer = "other"
            with pytest.raises(
                PinsUnavailable, match=r"^GPIO13 cannot be used \(pin GPIO13 is in use by other"
            ):
                Lamp(13, factory)
            lamp.close()
        board.lines[13].consumer = None
