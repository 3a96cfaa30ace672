"""The commands where the machine is unkind: no space, no output, no letters, no home."""

import io
import os
import sys
from pathlib import Path

import pytest

from kiosk.cli.main import main

pytestmark = pytest.mark.usefixtures("home")


def no_space(_path, _data):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "command", [["techniques"], ["techniques", "soak"], ["rehearse"], ["settings", "--defaults"], ["diary"]]
)
def test_output_to_a_full_disk_is_told(command, monkeypatch, capsys):
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - as the shell opens it
        monkeypatch.setattr(sys, "stdout", full)
        assert main(command) == 1
        assert capsys.readouterr().err == "The output cannot be written: No space left on device.\n"


def test_output_that_the_shell_closed_is_no_matter(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["diary", "--csv"]) == 0
    assert main(["settings"]) == 0
    sys.stdout.close()


def test_a_terminal_without_our_letters_shows_question_marks(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii"))
    assert main(["techniques", "hand_stretch"]) == 0
    assert b"HOLD 5 s (3 to 5) ? Pull the toes back" in written.getvalue()


def test_a_picture_that_finds_no_space_is_told(home, monkeypatch, capsys):
    monkeypatch.setattr("pathlib.Path.write_bytes", no_space)
    assert main(["rehearse", "--out", "taken"]) == 1
    assert capsys.readouterr().err == (
        "taken/001-0h10m00s-count_in.png cannot be used: No space left on device.\n"
    )


def test_a_run_whose_disk_is_full_still_plays(home, monkeypatch, capsys):
    monkeypatch.setattr("pathlib.Path.write_bytes", no_space)
    assert main(["run"]) == 0
    out, err = capsys.readouterr()
    assert out.rstrip().endswith("page    asleep")
    assert "001-0h10m00s-count_in.png cannot be used: No space left on device.\n" in err
    assert "Traceback" not in err


def test_a_run_leaves_nothing_in_the_folder_it_was_called_from(home, monkeypatch, capsys):
    (home / "elsewhere").mkdir()
    monkeypatch.chdir(home / "elsewhere")
    assert main(["run"]) == 0
    assert list((home / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("way", ["a file is there", "nothing may be written"])
def test_a_run_where_no_state_can_be_kept_puts_its_pictures_into_a_temporary_folder(
    home, monkeypatch, capsys, way
):
    folder = home / "data/cramp-kiosk/rehearsal"
    folder.parent.mkdir(parents=True)
    if way == "a file is there":
        folder.write_text("in the way")
    else:
        monkeypatch.setattr("os.access", lambda path, _mode: path != folder)
    (home / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(home / "tmp"))
    assert main(["run"]) == 0
    (temporary,) = (home / "tmp").iterdir()
    assert f"Pictures are in {temporary}." in capsys.readouterr().err
    assert len(list(temporary.iterdir())) == 31


def test_a_run_where_no_pictures_can_be_kept_still_plays(home, monkeypatch, capsys):
    (home / "data").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(home / "nowhere"))
    assert main(["run"]) == 0
    out, err = capsys.readouterr()
    assert "0:10:04.000  page    guide: hand_stretch, hold" in out
    assert "Pictures" not in err


def test_a_run_that_breaks_by_the_bed_tells_the_journal_everything(monkeypatch):
    def run(*_arguments, **_how):
        raise OSError(5, "Input/output error", "/dev/fb0")

    monkeypatch.setattr("kiosk.cli.run.play_nights", run)
    with pytest.raises(OSError, match="/dev/fb0"):
        main(["run"])


def test_a_diary_whose_settings_are_wrong_is_listed_with_a_complaint(home, capsys):
    own = home / "config" / "cramp-kiosk"
    own.mkdir(parents=True)
    (own / "config.toml").write_text("[diary]\npath = 3\n")
    assert main(["diary"]) == 0
    told = capsys.readouterr()
    assert told.out == "Nothing is in the diary yet.\n"
    assert told.err == (
        f"{own}/config.toml: diary.path must be the place of a file from / or ~ on, "
        'such as "/data/diary.db", but it is 3. Example: path = "/data/diary.db"\n'
    )


def pipe(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(place)


@pytest.mark.parametrize("make", [lambda place: place.mkdir(parents=True), pipe])
def test_a_diary_that_is_no_file_is_told_once(home, capsys, make):
    place = home / "data" / "cramp-kiosk" / "diary.db"
    make(place)
    assert main(["diary"]) == 1
    assert capsys.readouterr().err == f"{place} is no file; choose another place for the diary.\n"


@pytest.mark.parametrize(
    ("place", "command", "ends"),
    [
        ("config/cramp-kiosk/config.toml", ["settings", "--check"], (2, "cannot be read")),
        ("config/cramp-kiosk/techniques/mine.toml", ["techniques", "--check"], (2, "cannot be read")),
        ("night.toml", ["rehearse", "--script", "{place}"], (2, "cannot be read")),
        ("config.txt", ["setup", "--file", "{place}"], (1, "cannot be used")),
    ],
)
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(home, capsys, place, command, ends):
    there = home / place
    pipe(there)
    code, says = ends
    assert main([word.format(place=there) for word in command]) == code
    assert capsys.readouterr().err == f"{there} {says}: it is no file but a pipe or a device.\n"


@pytest.mark.parametrize(
    ("place", "reason"),
    [("/dev/zero", "it is no file but a pipe or a device"), ("/dev", "Is a directory")],
)
def test_a_device_or_a_folder_in_the_place_of_a_file_is_told(capsys, place, reason):
    assert main(["setup", "--file", place]) == 1
    assert capsys.readouterr().err == f"{place} cannot be used: {reason}.\n"
