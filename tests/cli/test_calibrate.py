"""``cramp-kiosk calibrate`` as its user meets it: what it refuses, and where the result is kept."""

import errno
import os
import stat
from pathlib import Path

import pytest

from kiosk.cli import calibrate
from kiosk.cli.main import main
from kiosk.config import settings as owner
from kiosk.display import calibration
from kiosk.display.base import DisplayError
from kiosk.display.touch_devices import Finder, TouchDevice

FOUND = (1.061234567, 0.0, -0.04, 0.0, -1.1, 1.05)
ROUNDED = (1.06123, 0.0, -0.04, 0.0, -1.1, 1.05)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def panels(monkeypatch: pytest.MonkeyPatch, *, taken: bool = False, count: int = 1) -> list[str]:
    """So many touch panels; what is done with them."""
    log: list[str] = []

    def grab(on: bool) -> None:
        if taken:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        log.append(f"grab {on}")

    def find(_finder: Finder, _known: set[str]) -> list[TouchDevice]:
        return [
            TouchDevice("event0", "ADS7846", {}, lambda: 0, list, lambda: log.append("close"), grab)
        ] * count

    monkeypatch.setattr(Finder, "__call__", find)
    return log


def test_the_result_is_in_the_file_the_kiosk_reads(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = panels(monkeypatch)
    path = home / "config" / "cramp-kiosk" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[screen]\nrotate = 90\n[touch]\nswap = true\n")
    turns = []

    def lead(_open: object, rotation: int, **_more: object) -> calibration.Affine:
        turns.append(rotation)
        return FOUND

    monkeypatch.setattr(calibration, "lead", lead)
    assert main(["calibrate"]) == 0
    assert capsys.readouterr() == (
        f"Saved in {path}. The kiosk obeys it from its next start.\n",
        "",
    )
    assert log == ["grab True", "grab False", "close"]
    assert turns == [90]
    settings, problems = owner.load([path])
    assert problems == ()
    assert settings.touch == owner.Touch(swap=True, calibration=ROUNDED)
    assert settings.screen.rotate == 90
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_crosses_left_alone_change_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    panels(monkeypatch)
    monkeypatch.setattr(calibration, "lead", lambda *_args, **_more: None)
    assert main(["calibrate"]) == 1
    assert capsys.readouterr().err == "Nothing was changed: the crosses were not all touched.\n"
    assert not (home / "config").exists()


def test_without_a_touch_panel_there_is_nothing_to_calibrate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    panels(monkeypatch, count=0)
    assert main(["calibrate"]) == 1
    assert capsys.readouterr().err == (
        "There is no touch panel that can be read. Check its cable; over the network, use sudo.\n"
    )


def test_while_the_kiosk_runs_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = panels(monkeypatch, taken=True, count=2)
    assert main(["calibrate"]) == 1
    assert capsys.readouterr().err == (
        "The kiosk itself is listening to the touch panel: sudo systemctl stop cramp-kiosk, first.\n"
    )
    assert log == ["close", "close"]


def test_a_missing_screen_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    panels(monkeypatch)

    def lead(*_args: object, **_more: object) -> None:
        raise DisplayError("There is no screen.")

    monkeypatch.setattr(calibration, "lead", lead)
    assert main(["calibrate"]) == 1
    assert capsys.readouterr().err == "There is no screen.\n"


def test_the_file_belongs_to_whoever_owns_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Path, int, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, group: given.append((path, user, group)))
    path = tmp_path / "config.toml"
    calibrate.save(owner.Settings(), FOUND, path)
    about = tmp_path.stat()
    assert given == [(path, about.st_uid, about.st_gid)]
