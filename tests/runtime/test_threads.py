"""A thread of the kiosk dies, or hangs: it is said and starts again, or the program ends; never silently."""

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from kiosk.config import keeper
from kiosk.config import settings as owner
from kiosk.config.changes import Change
from kiosk.core.events import ButtonName, ButtonPressed, ChangeSetting, Fault, Tapped
from kiosk.core.pages import Asleep, CountIn, Home
from kiosk.core.rules import Glow
from kiosk.core.state import State
from kiosk.core.threads import BACK_OFF
from kiosk.devices.button import Button
from kiosk.diary import writer
from kiosk.runtime import app
from kiosk.runtime.app import App, Post
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.supervision import HANGS, Supervisor
from tests.config.test_settings import TECHNIQUES
from tests.runtime.test_app import Bench, Watcher

SOON = 10.0
"""seconds within which a thread surely gets its turn"""


class Life(Watcher):
    """An app in which nobody waits for the pauses of what died."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.bench = Bench()
        self.faults: list[frozenset[Fault]] = []
        self.pauses: list[float] = []
        self.supervisor = Supervisor(wait=lambda _ended, seconds: self.pauses.append(seconds))
        self.failures = threading.Semaphore(0)
        self.supervisor.on_failure(self.failures.release)

    def publish(self, state: State) -> None:
        self.faults.append(state.faults)
        super().publish(state)

    def until_came_and_went(self, fault: Fault) -> None:
        self.until(lambda state: any(fault in each for each in self.faults) and fault not in state.faults)

    def app(self) -> App:
        return App(
            owner.find([self.folder / "own.toml"]),
            TECHNIQUES,
            self.bench.parts,
            self.folder / "diary.db",
            listeners=(self.publish,),
            supervisor=self.supervisor,
        )


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Life:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(app, "clock_is_set", lambda: True)
    return Life(tmp_path)


# --- what writes


def test_whatever_breaks_while_a_setting_is_saved_it_is_said_tried_again_and_saved(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save, broken = keeper.save, [ZeroDivisionError("odd")]

    def saving(changes: Sequence[Change], path: Path, base: owner.Settings, *, anew: bool) -> None:
        if broken:
            raise broken.pop()
        save(changes, path, base, anew=anew)

    monkeypatch.setattr(keeper, "save", saving)
    with life.app() as running:
        running._perform(ChangeSetting("glow"))
        life.until_came_and_went(Fault.SETTINGS)
    assert owner.load([life.folder / "own.toml"])[0].screen.glow is Glow.SOFT
    assert life.pauses == [BACK_OFF[0]]
    assert "the thread settings died; it starts again after 0 s" in caplog.messages
    assert "ZeroDivisionError: odd" in caplog.text


def test_a_diary_whose_thread_dies_is_a_banner_until_it_writes_again(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = [SystemExit("odd")]  # whatever is an Exception ends no thread

    def counting(*given: object) -> object:
        if broken:
            raise broken.pop()
        return tally(*given)

    tally = writer.tally
    monkeypatch.setattr(writer, "tally", counting)
    with life.app() as running:
        life.until_came_and_went(Fault.DISK)
        assert running._writer.flush(SOON)
    assert "the thread diary died; it starts again after 0 s" in caplog.messages


def test_a_disk_that_does_not_come_back_is_a_banner_until_it_does(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 0.0
    hangs, go = threading.Event(), threading.Event()
    tally = writer.tally

    def counting(*given: object) -> object:
        hangs.set()
        assert go.wait(SOON)
        return tally(*given)

    monkeypatch.setattr(writer, "tally", counting)
    monkeypatch.setattr(life.supervisor, "clock", lambda: now)
    with life.app() as running:
        assert hangs.wait(SOON)
        now = HANGS
        running.tick()
        life.until(lambda state: Fault.DISK in state.faults)
        go.set()
        life.until(lambda state: Fault.DISK not in state.faults)
    assert caplog.messages[0].startswith("the thread diary hangs:")


# --- what must not die


def test_a_dead_conductor_is_told_at_once_and_leaves_nothing_on(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    serve = Conductor._serve

    def dying(conductor: Conductor) -> None:
        serve(conductor)
        if isinstance(conductor.state.page, CountIn):
            raise SystemExit("somebody's exit")

    monkeypatch.setattr(Conductor, "_serve", dying)
    with life.app() as running:
        running.conductor.post(ButtonPressed())
        assert life.failures.acquire(timeout=SOON)
        assert running.failed
        assert (life.bench.lamp.current, life.bench.buzzer.current[0]) == (0.0, 0)
        assert life.bench.lamp.history[0][1] == 1.0
    assert "the thread conductor died, and the program ends with it" in caplog.messages
    assert "somebody's exit" in caplog.text


def test_a_conductor_that_hangs_keeps_nobody_from_ending(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hangs, go = threading.Event(), threading.Event()
    closed: list[str] = []

    def publish(_state: object) -> None:
        if isinstance(running.conductor.state.page, Home):
            hangs.set()
            go.wait(SOON)

    class Last:
        def close(self) -> None:
            closed.append("lamp")

    monkeypatch.setattr(app, "_PATIENCE", 0.01)
    life.bench.parts = replace(life.bench.parts, closing=(Last(),))
    running = life.app()
    running.conductor._publish = publish
    with running:
        running.conductor.post(Tapped())
        assert hangs.wait(SOON)
    assert closed == ["lamp"]
    assert "the thread conductor does not end" in caplog.messages
    go.set()


def test_where_no_watchdog_is_a_hang_ends_the_program_for_certain(
    life: Life,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It closes everything if it can; if closing hangs as well, it exits without."""
    ended: list[int] = []
    over = threading.Event()

    def end(code: int) -> None:
        ended.append(code)
        over.set()

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(app, "_LAST_RESORT", 0)
    with life.app() as running:
        running.hung()
        assert running.failed
        assert over.wait(SOON)
    assert ended == [1]
    assert caplog.messages[0] == "the night hangs; the program ends. Where each thread is:"
    assert "most recent call first" in capfd.readouterr().err


def test_what_dies_again_and_again_is_a_reason_to_start_anew_once_nobody_is_led(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with life.app() as running:
        asleep = life.until_page(Asleep)
        monkeypatch.setattr(life.supervisor, "hopeless", lambda: ["touch"])
        life.bench.buttons[0].press()
        life.until_page(CountIn)
        running.tick()
        assert not running.failed
        life.bench.buttons[0].release()
        monkeypatch.setattr(running.conductor, "state", asleep)
        running.tick()
        assert running.failed
    assert "what dies again and again: touch; the program starts anew" in caplog.messages


def test_a_thread_that_is_gone_without_a_word_is_missed_by_the_main_loop(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    with life.app() as running:
        monkeypatch.setattr(life.supervisor, "check", lambda: looks.append("looked"))
        running.tick()
    assert looks == ["looked"]


# --- a button that is down


class HeldPin(MockPin):
    """Pulled up, and yet low: a short circuit."""

    def _get_state(self) -> bool:
        return False


def test_held_while_the_service_starts_no_night_begins_but_with_the_next_press(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = MockFactory(pin_class=HeldPin)

    def made(name: ButtonName, post: Post) -> Button | None:
        return Button(5, factory, post, SystemClock().now) if name is ButtonName.BIG else None

    for _start in range(3):
        life.bench.parts = replace(life.bench.parts, button=made)
        with life.app() as running:
            life.until(lambda state: Fault.BUTTON_STUCK in state.faults)
            running.conductor.beat()
            running.conductor.post(Tapped())
            life.until_page(Home)
            assert running.conductor.state.episode is None
    with life.app() as running:
        life.until(lambda state: Fault.BUTTON_STUCK in state.faults)
        pin = factory.pin(5)
        monkeypatch.setattr(HeldPin, "_get_state", MockPin._get_state)
        pin._state = False
        pin.drive_high()
        life.until(lambda state: Fault.BUTTON_STUCK not in state.faults)
        assert running.conductor.state.episode is None
        pin.drive_low()
        life.until_page(CountIn)
    factory.reset()
