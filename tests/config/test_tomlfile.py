"""Reading and writing TOML: what a file may cost, what is told when it goes wrong, writing all or nothing."""

import os
import stat
import tomllib
from datetime import UTC
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config.tomlfile import (
    MOST,
    SYSTEM,
    ForbiddenError,
    TomlError,
    emit,
    emit_key,
    own_folder,
    read,
    write,
)


def test_where_a_users_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert own_folder({}) == Path("/home/me/.config/cramp-kiosk")
    assert own_folder({"XDG_CONFIG_HOME": "/cfg"}) == Path("/cfg/cramp-kiosk")
    assert own_folder({"STATE_DIRECTORY": "/var/lib/cramp-kiosk:/x", "XDG_CONFIG_HOME": "/cfg"}) == Path(
        "/var/lib/cramp-kiosk"
    )
    assert Path("/etc/cramp-kiosk") == SYSTEM


TOO_DEEP = (
    "this goes more than 8 deep, by brackets inside brackets or by points in a name. "
    "Nothing needs that here; take it apart."
)
TOO_LONG = " is too long: a file may have 64 kB (65536 bytes). Take out what is not needed."
NO_NUMBER = "this number is far too long. Example: minutes = 15"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a = \n", ', line 1: nothing stands behind the =. Example: volume = "low"'),
        (b"a = 1\na = 2\n", ", line 2: this name has a value already; keep one. Here is: a = 2"),
        (b'a = "x', ', line 1: the text has no quote at its end. Example: a = "x"'),
        (b"\na = '\xff'", ", line 2: this is not text in UTF-8. Save the file anew, as UTF-8."),
        ("a = 1\n".encode("utf-16"), ", line 1: this is not text in UTF-8. Save the file anew, as UTF-8."),
        (b"\na = " + b"[" * 5000, f", line 2: {TOO_DEEP}"),
        (b"\n\n" + b"a." * 30_000 + b"a = 1", f", line 3: {TOO_DEEP}"),
        (b"b = 1\na = " + b"9" * 5000, f", line 2: {NO_NUMBER}"),
        (b"a = [\n1,\n" + b"1_" * 5000 + b"1]", f", line 3: {NO_NUMBER}"),
        (b"#" * (MOST + 1), TOO_LONG),
        (b"x" * (MOST + 1), TOO_LONG),
    ],
)
def test_a_file_that_cannot_be_understood(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(TomlError) as error:
        read(path)
    assert str(error.value) == f"{path}{told}"


def test_the_longest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"a = 1\n" + b"#" * (MOST - 6))
    assert read(path) == {"a": 1}


def test_a_file_that_is_somebody_elses(tmp_path: Path) -> None:
    refused = PermissionError(13, "Permission denied")
    with mock.patch("os.open", side_effect=refused), pytest.raises(ForbiddenError) as error:
        read(tmp_path / "x.toml")
    assert str(error.value) == f"{tmp_path}/x.toml cannot be read: Permission denied."


def test_a_file_from_a_windows_editor(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf[sound]\r\nvolume = 'low'\r\n")
    assert read(path) == {"sound": {"volume": "low"}}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TomlError) as error:
        read(tmp_path)
    assert str(error.value) == f"{tmp_path} cannot be read: Is a directory."
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nowhere.toml")


values = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.none() | st.just(UTC)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
)


def _plain(value: object) -> object:
    match value:
        case tuple() | list():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
    return value


@given(st.text(), values)
def test_what_is_emitted_reads_back(key: str, value: object) -> None:
    assert tomllib.loads(f"{emit_key(key)} = {emit(value)}\n") == {key: _plain(value)}


def test_numbers_of_any_length_read_back() -> None:
    """Read as hexadecimal they may have more digits than Python writes in decimal."""
    for number in (int("f" * 5000, 16), 1 << 63, (1 << 63) - 1, -int("9" * 4000)):
        assert tomllib.loads(f"a = {emit(number)}") == {"a": number}


def test_what_no_settings_tree_holds() -> None:
    with pytest.raises(TypeError, match="a settings tree holds no object"):
        emit(object())


class TestWrite:
    def test_replaces_whole_and_keeps_it_private(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "config.toml"
        write(path, "one\n")
        write(path, "two\n")
        assert path.read_text(encoding="utf-8") == "two\n"
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace"])
    def test_a_failure_before_the_rename_leaves_the_old_file(self, tmp_path: Path, broken: str) -> None:
        path = tmp_path / "config.toml"
        write(path, "old\n")
        with (
            mock.patch(broken, side_effect=OSError(28, "No space left on device")),
            pytest.raises(OSError, match="space"),
        ):
            write(path, "new\n")
        assert path.read_text(encoding="utf-8") == "old\n"
        assert list(tmp_path.iterdir()) == [path]

    def test_what_a_power_cut_left_lends_nobody_its_permissions(self, tmp_path: Path) -> None:
        left = tmp_path / ".config.toml.new"
        left.write_text("half", encoding="utf-8")
        left.chmod(0o644)
        write(tmp_path / "config.toml", "whole\n")
        assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o600

    def test_file_then_name_then_folder(self, tmp_path: Path) -> None:
        """What is on the card after a power cut depends on this order."""
        done: list[str] = []
        real_sync, real_replace = os.fsync, Path.replace

        def sync(handle: int) -> None:
            done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
            real_sync(handle)

        def replace(path: Path, target: Path) -> Path:
            done.append("name")
            return real_replace(path, target)

        with mock.patch("os.fsync", sync), mock.patch("pathlib.Path.replace", replace):
            write(tmp_path / "config.toml", "x\n")
        assert done == ["file", "name", "folder"]
