"""A file this user may not read: everything goes on without it, and says so in one line. The service must be
able to read all of its files, and says what to do."""

import errno
import os
from pathlib import Path

import pytest

from kiosk.cli.main import main
from kiosk.config import settings as owner
from kiosk.config import techniques
from kiosk.config.changes import Change, save
from kiosk.core.rules import Condition
from kiosk.doctor import service
from kiosk.doctor.machine import Machine
from tests.config.test_techniques import GOOD, SHIPPED, own

ALL = tuple(Condition)


@pytest.fixture
def etc(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This machine's settings and techniques: everyone's to find, its administrator's to read."""
    folder = home / "etc"
    (folder / "techniques").mkdir(parents=True)
    (folder / "config.toml").write_text('[sound]\nvolume = "low"\n', encoding="utf-8")
    monkeypatch.setattr("kiosk.config.settings.SYSTEM", folder)
    monkeypatch.setattr("kiosk.config.techniques.SYSTEM", folder)
    forbid(monkeypatch, folder / "config.toml")
    return folder


def forbid(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Refuses as the kernel does: the tests may run as root, whom the kernel refuses nothing."""

    def refusing(real):
        def maybe(path, *more):
            if not isinstance(path, int) and Path(path) in paths:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return real(path, *more)

        return maybe

    monkeypatch.setattr(os, "open", refusing(os.open))
    monkeypatch.setattr(os, "scandir", refusing(os.scandir))


def passed_over(place: Path) -> str:
    return f"{place} is not yours to read; everything goes on without it.\n"


@pytest.mark.parametrize(
    "command", [["settings"], ["settings", "--check"], ["diary"], ["setup", "--dry-run"]]
)
def test_commands_go_on_and_say_it_in_one_line(etc, capsys, command):
    config = etc.parent / "config.txt"
    config.write_text("")
    assert main([*command, *(["--file", str(config)] if command[0] == "setup" else [])]) == 0
    assert capsys.readouterr().err == passed_over(etc / "config.toml")


@pytest.mark.parametrize("command", [["rehearse"], ["techniques"], ["techniques", "--check"]])
def test_commands_that_need_no_settings_say_nothing(etc, capsys, command):
    assert main(command) == 0
    assert capsys.readouterr().err == ""


def test_a_technique_and_a_folder_of_somebody_else(etc, monkeypatch, capsys):
    mine = own(etc / "techniques", a=GOOD)
    forbid(monkeypatch, mine / "a.toml")
    assert main(["techniques", "--check"]) == 0
    assert capsys.readouterr().err == passed_over(mine / "a.toml")
    forbid(monkeypatch, mine)
    assert main(["techniques"]) == 0
    told = capsys.readouterr()
    assert told.err == passed_over(mine)
    assert len(told.out.splitlines()) == len(list(SHIPPED.glob("*.toml")))
    assert techniques.find([mine]) == techniques.Found((), (), (passed_over(mine)[:-1],))


def test_a_folder_that_fails_is_a_mistake(tmp_path, monkeypatch):
    def broken(_path):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "scandir", broken)
    assert techniques.find([tmp_path]).problems == (f"{tmp_path} cannot be read: Input/output error.",)


def test_a_run_by_hand_is_careful_and_has_no_banner(etc, monkeypatch, capsys):
    """Nobody knows what answers about health are in that file."""
    ran = []
    monkeypatch.setattr(
        "kiosk.cli.run.play_nights", lambda found, _techniques, _diary, **_how: ran.append(found) or 0
    )
    assert main(["run"]) == 0
    assert capsys.readouterr().err == (
        f"{passed_over(etc / 'config.toml')}"
        "Until the health questions are answered, the night goes by yes to each of them.\n"
    )
    assert (ran[0].problems, ran[0].in_force.health.conditions) == ((), ALL)


def test_own_answers_settle_it(etc, home):
    mine = home / "config" / "cramp-kiosk" / "config.toml"
    mine.parent.mkdir(parents=True)
    mine.write_text("[health]\nconditions = []\nasked = true\n")
    assert owner.find().in_force.health == owner.Health(asked=True)


def test_the_service_says_what_to_do(etc, home, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", str(home / "state"))
    found = owner.find()
    place = etc / "config.toml"
    assert (found.notes, found.doubtful) == ((), True)
    assert found.problems == (
        (
            f"{place} is not the service's to read. "
            f"Run sudo chgrp cramp-kiosk {place}, then sudo chmod g+r {place}."
        ),
    )


def test_the_doctor_says_how_to_look_at_it(etc):
    found = service.check_settings(Machine())
    assert [(each.level.value, each.says, each.remedy) for each in found] == [
        ("ok", "The settings are right, and so are 7 techniques.", ""),
        ("note", passed_over(etc / "config.toml")[:-1], "Run sudo cramp-kiosk doctor to look at it, too."),
    ]


def test_a_setting_is_not_saved_over_a_file_that_cannot_be_read(etc):
    place = etc / "config.toml"
    for anew in (False, True):
        with pytest.raises(owner.SettingsError, match=f"{place} cannot be"):
            save([Change("condition", "numb=no")], place, owner.Settings(), anew=anew)
    assert [each.name for each in sorted(etc.iterdir())] == ["config.toml", "techniques"]
