"""``cramp-kiosk run``: which parts and which screen are taken, and that they are one kiosk. Real threads,
pretend pins, and a glass that does what a person would."""

import os
import signal
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pygame
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk.cli import bedside, run
from kiosk.cli.main import main
from kiosk.config.settings import Buzzer, Display, Found, Pins, Screen, Settings, Sound, Touch, find
from kiosk.core.events import ButtonName, ButtonPressed, Fault, ProbeError
from kiosk.core.pages import Calibration, CountIn
from kiosk.core.state import State
from kiosk.devices.backlight import Backlight
from kiosk.devices.pins import PinsUnavailable
from kiosk.display.backlights import lights
from kiosk.files import asset
from kiosk.runtime.app import App
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.supervision import Supervisor
from tests.config.test_settings import TECHNIQUES

LAMP, BUTTON = 12, 5
NO_PI = "This is not a Raspberry Pi: it has no pins to use."


class Evening:
    """``run`` with what it opened, and what to do at each look of its main thread: ``plan`` is asked
    until it is True; then the device is switched off (SIGTERM)."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.factory = MockFactory(pin_class=MockPWMPin)
        self.apps: list[App] = []
        self.glasses: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.plan: Callable[[Evening], bool] = lambda _evening: True
        monkeypatch.setattr(bedside, "open_factory", lambda _name, **_: self.factory)
        monkeypatch.setattr(run, "App", self._app)
        for name in ("display.desktop.Desktop", "display.console.Console", "cli.simulated.Simulator"):
            monkeypatch.setattr(f"kiosk.{name}", self._glass(name.split(".")[2]))

    def _app(self, *arguments: Any, **more: Any) -> App:
        self.apps.append(App(*arguments, **more))
        return self.apps[-1]

    def _glass(self, name: str) -> Callable[..., "Glass"]:
        def make(*arguments: Any, **more: Any) -> Glass:
            self.glasses.append((name, arguments, more))
            return Glass(self)

        return make

    def run(self, config: Settings = Settings(), **how: Any) -> int:  # noqa: B008 - immutable
        return self.run_with(Found(config), **how)

    def run_with(self, found: Found, **how: Any) -> int:
        how = {"simulate": False, "size": None, **how}
        return run.play_nights(found, TECHNIQUES, self.folder / "diary.db", **how)

    @property
    def state(self) -> State:
        return self.apps[0].conductor.state

    @property
    def lamp(self) -> bool:
        return bool(self.factory.pin(LAMP).state)


class Glass:
    """A display nobody sees."""

    name = "glass"
    size = (800, 480)

    def __init__(self, evening: Evening) -> None:
        self.evening = evening
        self.surface = pygame.Surface(self.size, 0, 32)
        self.looks = 0

    def __enter__(self) -> "Glass":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def hear(self, _tone: object) -> None:
        """The simulator's speaker."""

    def present(self, _rects: object) -> None:
        pass

    def poll_ms(self, *, moving: bool) -> int:
        return 20

    def pump(self) -> None:
        self.looks += 1
        assert self.looks < 1000, self.evening.state
        if self.evening.plan(self.evening):
            signal.raise_signal(signal.SIGTERM)


@pytest.fixture
def evening(tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "NOTIFY_SOCKET", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = Evening(tmp_path, monkeypatch)
    yield made
    made.factory.reset()


def pressed(evening: Evening) -> bool:
    """Somebody presses the button until the lamp answers."""
    evening.factory.pin(BUTTON).drive_low()
    return evening.lamp and isinstance(evening.state.page, CountIn)


def no_pins(_name: str, **_: object) -> None:
    raise PinsUnavailable(NO_PI)


def test_a_press_lights_the_lamp_and_at_the_end_it_is_dark(evening):
    evening.plan = pressed
    assert evening.run() == 0
    assert [name for name, _arguments, _more in evening.glasses] == ["Console"]
    assert not evening.lamp


def test_the_console_is_told_how_the_panel_lies(evening):
    worn = (1.1, 0.0, -0.05, 0.0, 0.9, 0.04)
    screen, touch = Screen(rotate=90), Touch(swap=True, invert_y=True, calibration=worn)
    assert evening.run(Settings(screen=screen, touch=touch)) == 0
    ((_name, _arguments, more),) = evening.glasses
    transform = more["transform"]()
    assert (transform.swap, transform.invert_x, transform.invert_y) == (True, False, True)
    assert (transform.calibration, transform.rotation) == (worn, 90)
    assert more["on_touch"] == evening.apps[0].touch_panel
    assert evening.state.own_touch


def test_crosses_are_touched_without_calibration(evening):
    worn = (1.1, 0.0, -0.05, 0.0, 0.9, 0.04)
    asked = []

    def look(at: Evening) -> bool:
        conductor = at.apps[0].conductor
        conductor.state = msgspec.structs.replace(conductor.state, page=Calibration())
        asked.append(at.glasses[0][2]["transform"]())
        return True

    evening.plan = look
    assert evening.run(Settings(touch=Touch(invert_y=True, calibration=worn))) == 0
    assert (asked[0].invert_y, asked[0].calibration) == (True, None)


@pytest.mark.parametrize(
    ("size", "arguments", "fullscreen"), [(None, (800, 480), True), ((640, 400), (640, 400), False)]
)
def test_under_a_desktop_it_opens_a_window(evening, monkeypatch, size, arguments, fullscreen):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert evening.run(size=size) == 0
    ((name, given, more),) = evening.glasses
    assert (name, given[0], more["fullscreen"]) == ("Desktop", arguments, fullscreen)
    assert not evening.state.own_touch


def test_the_settings_say_which_screen(evening, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    evening.run(Settings(screen=Screen(display=Display.CONSOLE)))
    monkeypatch.delenv("DISPLAY")
    evening.run(Settings(screen=Screen(display=Display.DESKTOP)))
    assert [name for name, _arguments, _more in evening.glasses] == ["Console", "Desktop"]


@pytest.mark.parametrize(
    ("kind", "named"), [(Buzzer.PASSIVE, "PassiveBuzzer"), (Buzzer.ACTIVE, "ActiveBuzzer")]
)
def test_the_buzzer_that_is_fitted(evening, kind, named):
    parts = bedside.open_parts(Settings(sound=Sound(buzzer=kind)), Supervisor())
    assert type(parts.buzzer).__name__ == named
    for part in parts.closing:
        part.close()


def test_each_button_is_on_its_own_pin_and_says_its_own_name(evening, monkeypatch):
    factory = MockFactory(pin_class=MockPWMPin)
    monkeypatch.setattr(bedside, "open_factory", lambda *_, **__: factory)
    monkeypatch.setattr(bedside, "SystemClock", lambda: SimpleNamespace(now=count(0, 1000).__next__))
    config, posted = Settings(), []
    parts = bedside.open_parts(config, Supervisor())
    for name in ButtonName:
        with parts.button(name, posted.append) as button:
            factory.pin(getattr(config.pins, name)).drive_low()
            button.check()  # a second later
    assert posted == [ButtonPressed(name) for name in ButtonName]
    for part in parts.closing:
        part.close()


@pytest.mark.parametrize(("display", "alone"), [("", True), (":0", False)], ids=["console", "desktop"])
def test_lights_of_other_panels_are_ours_where_no_desktop_shows_anything_on_them(
    evening, monkeypatch, display, alone
):
    told: list[dict[str, bool]] = []

    def make(_find: object, **more: bool) -> Backlight:
        told.append(more)
        return Backlight(partial(lights, evening.folder))

    monkeypatch.setattr(bedside, "Backlight", make)
    monkeypatch.setenv("DISPLAY", display)
    parts = bedside.open_parts(Settings(), Supervisor())
    assert parts.backlight in parts.closing, "they are given back"
    for part in (*parts.closing, *bedside.without_pins(Settings(), Supervisor()).closing):
        part.close()
    assert told == [{"alone": alone}] * 2


def test_mistakes_in_the_settings_are_said_on_the_screen(evening):
    file = evening.folder / "own.toml"
    file.write_text('[sound]\nvolum = "low"\n')
    evening.plan = lambda at: Fault.SETTINGS in at.state.faults
    assert evening.run_with(find([file])) == 0


def test_a_start_reads_each_file_of_its_owner_once(evening, monkeypatch, caplog, capsys):
    """Also where they are wrong: the language in which that is said is known when all of them are read."""
    config, opened, real = evening.folder / "config/cramp-kiosk", [], os.open
    (config / "techniques").mkdir(parents=True)
    (config / "config.toml").write_text("[sound]\nvolum = 3\n")
    (config / "techniques/mine.toml").write_text("[block\n")
    monkeypatch.setenv("XDG_DATA_HOME", str(evening.folder / "data"))
    monkeypatch.setattr(
        os, "open", lambda path, *more, **how: opened.append(str(path)) or real(path, *more, **how)
    )
    evening.plan = lambda at: Fault.SETTINGS in at.state.faults
    assert main(["run"]) == 0
    told = capsys.readouterr().err
    for name, mistake in (("config.toml", "sound.volum is not known"), ("techniques/mine.toml", "line 1")):
        assert opened.count(f"{config}/{name}") == told.count(mistake) == 1
    assert len([path for path in opened if path.startswith(str(asset("techniques")))]) == 7


def test_after_an_error_that_keeps_coming_back_the_service_is_started_anew(evening):
    def fail(at: Evening) -> bool:
        at.apps[0].supervisor.fail()
        return False

    evening.plan = fail
    assert evening.run() == 1


def test_a_dead_conductor_ends_the_program_at_once_with_everything_off(evening, monkeypatch, caplog):
    """From a checkout there is no watchdog that would do it twelve seconds later."""
    serve = Conductor._serve

    def dying(conductor: Conductor) -> None:
        serve(conductor)
        if evening.apps and evening.lamp:
            raise KeyboardInterrupt

    monkeypatch.setattr(Conductor, "_serve", dying)

    def press(at: Evening) -> bool:
        at.factory.pin(BUTTON).drive_low()
        return False

    evening.plan = press
    assert evening.run() == 1
    assert not evening.lamp
    assert "the thread conductor died, and the program ends with it" in caplog.messages


def test_the_last_words_of_a_program_that_cannot_go_on_switch_everything_off(evening, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    lit: list[bool] = []

    def end(at: Evening) -> bool:
        if pressed(at):
            lit.append(at.lamp)
            for _twice in range(2):
                at.glasses[0][2]["last_words"]()
            lit.append(bool(at.factory.pin(LAMP).state))
        return len(lit) > 1

    evening.plan = end
    assert evening.run() == 0
    assert lit == [True, False]


@pytest.mark.parametrize(("started_by", "may"), [("a person", True), ("the service", False)])
def test_only_a_person_s_window_may_be_closed_for_good(evening, monkeypatch, started_by, may):
    monkeypatch.setenv("DISPLAY", ":0")
    if started_by == "the service":
        monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    assert evening.run() == 0
    ((_name, _arguments, more),) = evening.glasses
    assert (more["on_quit"] is not None) is may


def test_one_that_died_before_there_was_a_screen_ends_it_too(evening, monkeypatch):
    def dead(_conductor: Conductor) -> None:
        raise ValueError("never began")

    monkeypatch.setattr(Conductor, "run", dead)
    evening.plan = lambda _at: False
    assert evening.run() == 1


def test_a_pin_that_cannot_be_had_is_told(evening, monkeypatch, capsys):
    monkeypatch.setattr(bedside, "open_factory", no_pins)
    assert evening.run() == run.NO_DISPLAY
    assert capsys.readouterr().err == f"No real pins: {NO_PI}\n"


def test_by_the_bed_touch_leads_where_there_are_no_pins(evening, monkeypatch, caplog):
    monkeypatch.setattr(bedside, "open_factory", no_pins)
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    evening.plan = lambda at: at.state.faults >= {Fault.NO_GPIO}
    assert evening.run() == 0
    assert [name for name, _arguments, _more in evening.glasses] == ["Console"]
    assert NO_PI in caplog.text
    parts = bedside.without_pins(Settings(), Supervisor())
    parts.lamp.set(1.0)
    parts.buzzer.play(523, "high")
    assert {parts.button(name, print) for name in ButtonName} == {None}


def test_the_simulator_on_a_desktop_without_pins(evening, monkeypatch):
    monkeypatch.setattr(bedside, "open_factory", no_pins)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    seen: list[Any] = []

    def play(at: Evening) -> bool:
        _name, arguments, _more = at.glasses[0]
        _size, _contact, knobs, readout = arguments
        if not seen:
            knobs.set_water(38.5)
            knobs.set_probe_fault(ProbeError.NO_PROBE)
            knobs.set_water(39.0)
            knobs.set_probe_fault(None)
            knobs.press(ButtonName.BIG)
        seen.append(readout())
        return bool(seen[-1].lamp) and isinstance(at.state.page, CountIn)

    evening.plan = play
    assert evening.run() == 0
    assert not evening.state.own_touch
    assert evening.glasses[0][:1] + evening.glasses[0][1][:1] == ("Simulator", (800, 480))


def test_the_simulator_where_it_is_wished_for(evening, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    assert evening.run(msgspec.structs.replace(Settings(), pins=Pins()), simulate=True, size=(480, 320)) == 0
    assert [(name, arguments[0]) for name, arguments, _more in evening.glasses] == [("Simulator", (480, 320))]
    assert evening.glasses[0][2]["last_words"] == evening.apps[0].close


def test_the_clock_of_the_computer_in_front_of_them_greets_nobody_with_a_fault(evening, monkeypatch):
    """Nobody vouches for the clock of most virtual machines; it is right all the same."""
    monkeypatch.setattr("kiosk.runtime.app.clock_is_set", lambda: False)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    assert evening.run(simulate=True) == 0
    assert evening.state.faults == set()


def test_no_simulator_without_a_desktop(evening):
    assert evening.run(simulate=True) == run.NO_DISPLAY
    assert evening.glasses == []


def test_no_simulator_for_an_x_server_that_is_dead(evening, monkeypatch, capsys):
    """A stale DISPLAY, from a session that has ended: a rehearsal instead, and the reason."""
    monkeypatch.setenv("DISPLAY", ":32123")
    assert evening.run(simulate=True) == run.NO_DISPLAY
    assert evening.glasses == []
    assert "nobody answers at DISPLAY=:32123" in capsys.readouterr().err
