"""The app put together: real threads, a real diary file, simulated parts."""

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from kiosk.config import settings as owner
from kiosk.core.events import Act, ButtonName, ButtonPressed, ButtonReleased, ChangeSetting, Fault, Tapped
from kiosk.core.pages import Asleep, Card, CountIn, Home, Resume, Soak
from kiosk.core.rules import Condition, Glow, Rules
from kiosk.core.signals import Volume
from kiosk.core.state import State
from kiosk.devices.simulated import (
    SimulatedBacklight,
    SimulatedButton,
    SimulatedBuzzer,
    SimulatedLamp,
    SimulatedProbe,
)
from kiosk.diary.store import Store
from kiosk.runtime import app
from kiosk.runtime.app import App, Parts
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.supervision import Supervisor
from tests.config.test_settings import TECHNIQUES


class Watcher:
    """A listener that waits, without polling, for a wanted State."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._state: State | None = None

    def publish(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    def until(self, wanted: Callable[[State], bool]) -> State:
        with self._changed:
            assert self._changed.wait_for(lambda: self._state is not None and wanted(self._state), 10), (
                self._state
            )
            assert self._state is not None
            return self._state

    def until_page(self, page: type) -> State:
        return self.until(lambda state: isinstance(state.page, page))


class Bench:
    """Simulated parts that record what is done with them."""

    def __init__(self) -> None:
        now = SystemClock().now
        self.lamp, self.buzzer = SimulatedLamp(now), SimulatedBuzzer(now)
        self.light = SimulatedBacklight(now)
        self.buttons: list[SimulatedButton] = []
        self.probes: list[SimulatedProbe] = []
        self.parts = Parts(
            self.lamp,
            self.buzzer,
            self.light,
            lambda name, post: self._keep(self.buttons, SimulatedButton(post, name)),
            lambda post: self._keep(self.probes, SimulatedProbe(post, now)),
            closing=(self.lamp, self.buzzer),
        )

    @staticmethod
    def _keep(kept, part):
        kept.append(part)
        return part


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(app, "clock_is_set", lambda: True)
    return tmp_path


def an_app(folder: Path, bench: Bench, watcher: Watcher) -> App:
    found = owner.find([folder / "etc.toml", folder / "own.toml"])
    return App(
        found,
        TECHNIQUES,
        bench.parts,
        folder / "diary.db",
        listeners=(watcher.publish,),
        supervisor=Supervisor(),
    )


def nights(folder: Path) -> list[tuple[object, ...]]:
    with Store.read_only(folder / "diary.db") as store:
        return [(entry.ending, entry.rating, entry.techniques) for entry in store.episodes()]


def test_a_press_lights_the_lamp_and_is_in_the_diary_when_the_app_is_closed(folder):
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        bench.buttons[0].press()
        watcher.until_page(CountIn)
        bench.buttons[0].release()
        watcher.until(lambda state: state.down_at is None)
    assert bench.lamp.history[0][1] == 1.0
    assert (bench.lamp.current, bench.buzzer.current[0]) == (0.0, 0)
    assert nights(folder) == [(None, None, ("hand_stretch",))]


def test_only_the_conductor_asks_to_run_before_all_others(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda *told: asked.append((threading.current_thread().name, *told))
    )
    monkeypatch.setattr(sys, "setswitchinterval", asked.append)
    watcher = Watcher()
    with an_app(folder, Bench(), watcher):
        watcher.until_page(Asleep)
    fifo = (0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    assert asked == [("conductor", *fifo), 0.0005]


def test_where_it_may_not_it_leads_all_the_same(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        bench.buttons[0].press()
        watcher.until_page(CountIn)


def test_a_night_cut_short_is_offered_again_and_goes_on(folder):
    for page in (CountIn, Resume):
        bench, watcher = Bench(), Watcher()
        with an_app(folder, bench, watcher):
            if page is CountIn:
                bench.buttons[0].press()
            watcher.until_page(page)
    with an_app(folder, Bench(), watcher) as running:
        watcher.until_page(Resume)
        running.conductor.post(Tapped(Act.YES))
        assert watcher.until(lambda state: state.episode is not None).episode is not None
    assert len(nights(folder)) == 1


def test_a_night_cut_short_long_ago_is_recorded_as_interrupted(folder, monkeypatch):
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        bench.buttons[0].press()
        watcher.until_page(CountIn)
    monkeypatch.setattr(app, "OFFER_WITHIN", -1)
    watcher = Watcher()
    with an_app(folder, Bench(), watcher):
        assert isinstance(watcher.until(lambda _: True).page, Asleep)
    assert nights(folder) == [("interrupted", None, ("hand_stretch",))]


def test_a_setting_changed_on_the_screen_is_in_force_and_in_the_file(folder):
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        for tap in (Tapped(), Tapped(Act.MORE)):
            running.conductor.post(tap)
        running.conductor._perform(ChangeSetting("glow"))
        watcher.until(lambda state: state.rules.glow is Glow.SOFT)
    assert owner.load([folder / "own.toml"]) == (
        msgspec.structs.replace(owner.Settings(), screen=owner.Screen(glow=Glow.SOFT)),
        (),
    )


def test_the_offset_of_the_probe_is_in_its_next_reading_and_in_the_file(folder):
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher) as running:
        running.conductor._perform(ChangeSetting("probe_offset", "-0.3"))
        watcher.until(lambda state: state.rules.probe_offset == -0.3)
        bench.probes[0].water = 37.5
        assert bench.probes[0].read_once().celsius == 37.2
        running.conductor._perform(ChangeSetting("probe", "28-3c01f0964f8f"))
        watcher.until(lambda state: state.rules.probe == "28-3c01f0964f8f")
        assert (bench.probes[0].chosen, bench.probes[0].offset) == ("28-3c01f0964f8f", 0.0)
        running.conductor._perform(ChangeSetting("probe_offset", "-0.3"))
        watcher.until(lambda state: state.rules.probe_offset == -0.3)
    assert owner.load([folder / "own.toml"])[0].soak.probe_offset == -0.3


def test_a_setting_that_cannot_be_saved_is_said_and_still_holds(folder):
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        (folder / "own.toml").mkdir()
        running.conductor._perform(ChangeSetting("glow"))
        state = watcher.until(lambda state: Fault.SETTINGS in state.faults)
    assert state.rules.glow is Glow.SOFT


def test_mended_settings_come_into_force_and_the_banner_goes(folder, monkeypatch):
    """The file was wrong at the start; the main loop notices that it is right."""
    (folder / "etc.toml").write_text("[sound\n")
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher) as running:
        state = watcher.until(lambda state: Fault.SETTINGS in state.faults)
        assert state.rules.conditions == set(Condition)
        saved = threading.Event()
        save = running._keeper.save
        monkeypatch.setattr(running._keeper, "save", lambda: (save(), saved.set()))
        running.conductor._perform(ChangeSetting("volume"))
        assert saved.wait(10)
        assert (folder / "own.toml").exists()
        assert Fault.SETTINGS in running.conductor.state.faults
        (folder / "etc.toml").write_text("[soak]\nprobe_offset = 0.5\n")
        running.tick()
        watcher.until(lambda state: Fault.SETTINGS not in state.faults)
        state = watcher.until(lambda state: not state.rules.conditions)
        assert (state.rules.volume, state.rules.probe_offset) == (Volume.HIGH, 0.5)
        bench.probes[0].water = 37.0
        assert bench.probes[0].read_once().celsius == 37.5


def test_an_unknown_setting_changes_nothing_and_is_logged(folder, caplog):
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        running.conductor._perform(ChangeSetting("levity"))
    assert "levity is not known" in caplog.text


def test_the_probe_is_read_only_while_a_soak_is_on(folder, monkeypatch):
    monkeypatch.setattr("kiosk.core.night.WAKE_GUARD", 0)
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher) as running:
        running.conductor.post(Tapped())
        watcher.until_page(Home)
        running.conductor.post(Tapped(Act.SOAK))
        watcher.until_page(Card)
        assert bench.probes[0].next_tick() is None
        while not isinstance(watcher.until(lambda _: True).page, Soak):
            page = watcher.until(lambda _: True).page
            running.conductor.post(Tapped(Act.NEXT))
            watcher.until(lambda state, page=page: state.page != page)
        assert bench.probes[0].next_tick() is not None
        bench.probes[0].tick()
        running.conductor.post(ButtonPressed())
        running.conductor.post(Tapped(Act.STOP))
        watcher.until_page(Card)
    assert bench.probes[0].next_tick() is None


def test_without_pins_a_banner_says_so_and_touch_leads(folder):
    bench, watcher = Bench(), Watcher()
    bench.parts = replace(bench.parts, button=lambda _name, _post: None, faults=frozenset({Fault.NO_GPIO}))
    with an_app(folder, bench, watcher) as running:
        running.conductor.post(Tapped())
        assert watcher.until_page(Home).faults == {Fault.NO_GPIO}


def test_every_button_is_made_looked_at_and_given_back(folder, monkeypatch):
    bench, closed = Bench(), []
    monkeypatch.setattr(SimulatedButton, "close", lambda button: closed.append(button.name))
    with an_app(folder, bench, Watcher()) as running:
        assert [button.name for button in bench.buttons] == list(ButtonName)
        assert [*running.conductor.buttons] == bench.buttons
    assert closed == [button.name for button in reversed(bench.buttons)]


def test_an_unset_clock_is_a_banner_until_it_is_set(folder, monkeypatch):
    said: list[bool] = []
    monkeypatch.setattr(app, "clock_is_set", lambda: bool(said))
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        watcher.until(lambda state: Fault.CLOCK in state.faults)
        said.append(True)
        running.tick()
        watcher.until(lambda state: Fault.CLOCK not in state.faults)


def test_a_missing_touch_panel_is_a_banner(folder):
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        running.touch_panel(present=False)
        watcher.until(lambda state: Fault.NO_TOUCH in state.faults)
        running.touch_panel(present=True)
        watcher.until(lambda state: Fault.NO_TOUCH not in state.faults)


def test_a_diary_that_cannot_be_kept_is_a_banner_and_the_night_goes_on(folder, caplog):
    (folder / "diary.db").mkdir()
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        watcher.until(lambda state: Fault.DISK in state.faults)
        bench.buttons[0].press()
        watcher.until_page(CountIn)
    assert [f"{folder}/diary.db is no file" in line for line in caplog.messages].count(True) == 1


def test_a_torn_diary_is_said_on_the_screen_and_kept_beside_the_new_one(folder, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", str(folder))
    (folder / "diary.db").write_bytes(b"not a diary" * 1000)
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        watcher.until(lambda state: Fault.DIARY_TORN in state.faults)
        bench.buttons[0].press()
        watcher.until_page(CountIn)
    (aside,) = folder.glob("diary.torn-*.db")
    assert aside.read_bytes() == b"not a diary" * 1000
    with Store.read_only(folder / "diary.db") as store:
        assert len(store.episodes()) == 1


def test_after_an_error_that_keeps_coming_back_the_app_says_it_failed(folder, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher) as running:
        monkeypatch.setattr("kiosk.core.night.transition", broken)
        for _ in range(20):
            running.conductor.post(ButtonReleased())
        running._thread.join(10)
        assert running.failed
    assert "broken on purpose" in caplog.text
    assert (bench.lamp.current, bench.buzzer.current[0]) == (0.0, 0)


@pytest.mark.parametrize(
    ("quiet_from", "quiet_to", "hour", "quiet"),
    [
        (22 * 60, 7 * 60, 23, True),
        (22 * 60, 7 * 60, 3, True),
        (22 * 60, 7 * 60, 7, False),
        (22 * 60, 7 * 60, 21, False),
        (13 * 60, 15 * 60, 14, True),
        (13 * 60, 15 * 60, 15, False),
        (0, 0, 3, False),
    ],
)
def test_quiet_hours_by_the_local_clock(monkeypatch, quiet_from, quiet_to, hour, quiet):
    monkeypatch.setattr(app, "local_now", lambda: datetime(2026, 3, 14, hour, 0).astimezone())
    assert app._quiet_now(Rules(quiet_from=quiet_from, quiet_to=quiet_to), lambda: True) is quiet


def test_a_clock_that_is_not_set_is_taken_for_night():
    assert app._quiet_now(Rules(), lambda: False)
