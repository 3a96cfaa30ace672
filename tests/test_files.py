"""The product's own files, and files replaced whole or not at all."""

import io
import os
import stat

import pytest

from kiosk import files


def test_a_file_is_found_in_the_first_place_that_has_it(tmp_path, monkeypatch):
    places = [tmp_path / name for name in ("wheel", "checkout", "package")]
    for place in places[1:]:
        (place / "art").mkdir(parents=True)
        (place / "art" / "soak.svg").touch()
    monkeypatch.setattr(files, "PLACES", tuple(places))
    assert files.asset("art", "soak.svg") == places[1] / "art" / "soak.svg"


def test_a_missing_file_is_said_with_every_place_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PLACES", (tmp_path / "a", tmp_path / "b"))
    with pytest.raises(FileNotFoundError) as error:
        files.asset("art", "nothing.svg")
    assert str(error.value) == (
        f"art/nothing.svg is not in any assets folder; looked in {tmp_path / 'a'}, {tmp_path / 'b'}"
    )


def test_what_may_not_be_looked_at_is_not_there(tmp_path):
    """To root every folder is open; a name that no file can have fails in the same way."""
    assert files.is_there(tmp_path)
    assert not files.is_there(tmp_path / "nothing")
    assert not files.is_there(tmp_path / ("long" * 100))


def test_a_file_that_says_to_come_again_is_an_error(tmp_path, monkeypatch):
    """As /proc/kmsg does, which looks like a file: Python's answer to that is None."""

    class Later(io.BytesIO):
        def read(self, _most):
            return None

    (tmp_path / "kmsg").touch()
    monkeypatch.setattr(os, "fdopen", lambda opened, _mode: os.close(opened) or Later())
    with pytest.raises(OSError, match="it has nothing to read now"):
        files.read_file(tmp_path / "kmsg", 10)


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "own.toml"
    files.replace_file(path, b"old")
    files.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "own.toml"
    files.replace_file(path, b"old")

    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_home_is_where_the_user_lives_or_nowhere(monkeypatch):
    monkeypatch.setenv("HOME", "/home/anna")
    assert files.at_home("~/.config") == files.Path("/home/anna/.config")
    assert files.at_home("/data/diary.db") == files.Path("/data/diary.db")
    assert files.at_home("~nobody_of_that_name/x") == files.Path("/nonexistent/~nobody_of_that_name/x")
