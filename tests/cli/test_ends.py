"""How the commands end: a reader that goes away, Ctrl-C, and what a run returns."""

import errno
import subprocess
import sys

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk.cli import main as cli
from kiosk.cli.main import main
from kiosk.cli.owner import diary_path
from kiosk.config.settings import Diary, Settings


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    return tmp_path


def raising(error: BaseException | type[BaseException]):
    def command(_chosen: object) -> int:
        raise error

    return command


def test_a_reader_that_goes_away_is_no_error():
    command = [sys.executable, "-m", "kiosk", "settings", "--defaults"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_a_broken_pipe_leaves_nothing_to_write_to(monkeypatch, capfd):
    sent = []
    monkeypatch.setattr("kiosk.cli.settings.run", raising(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    monkeypatch.setattr(cli.os, "dup2", lambda _source, target: sent.append(target))
    assert main(["settings"]) == 0
    assert sent == [sys.stdout.fileno()]


def test_ctrl_c_ends_with_its_usual_code(monkeypatch):
    monkeypatch.setattr("kiosk.cli.settings.run", raising(KeyboardInterrupt))
    assert main(["settings"]) == 130


@pytest.mark.parametrize("code", [0, 1])
def test_a_run_ends_as_the_kiosk_ended(home, monkeypatch, code):
    ran = []

    def run(found, _techniques, diary, **how):
        ran.append((found.in_force, diary, how))
        return code

    monkeypatch.setattr("kiosk.cli.run.play_nights", run)
    assert main(["run", "--simulate", "--size", "640x480"]) == code
    assert ran == [
        (
            Settings(),
            home / "data" / "cramp-kiosk" / "diary.db",
            {"simulate": True, "size": (640, 480)},
        )
    ]


def test_a_rehearsal_in_ten_times_real_time_without_pictures(monkeypatch, capsys):
    naps = []
    monkeypatch.setattr("time.sleep", naps.append)
    assert main(["rehearse", "--speed", "1000"]) == 0
    assert "0:10:04.000  page    guide: hand_stretch, hold" in capsys.readouterr().out
    assert naps


def test_calibrate_ends_as_it_ended(monkeypatch):
    monkeypatch.setattr("kiosk.cli.calibrate.run", lambda _chosen: 1)
    assert main(["calibrate"]) == 1


def test_safe_outputs_switches_lamp_and_buzzer_off(monkeypatch, capsys):
    factory = MockFactory(pin_class=MockPWMPin)
    monkeypatch.setattr("kiosk.cli.safe_outputs.open_factory", lambda _name: factory)
    assert main(["safe-outputs"]) == 0
    assert [factory.pin(pin).state for pin in (12, 13)] == [0, 0]
    assert capsys.readouterr().err == ""
    factory.reset()


def test_where_the_diary_is(home, monkeypatch):
    assert diary_path(Settings(diary=Diary(path="/data/nights.db"))).as_posix() == "/data/nights.db"
    assert diary_path(Settings()) == home / "data" / "cramp-kiosk" / "diary.db"
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/cramp-kiosk:/other")
    assert diary_path(Settings()).as_posix() == "/var/lib/cramp-kiosk/diary.db"
