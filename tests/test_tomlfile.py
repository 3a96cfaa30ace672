"""Reading and writing TOML: what is told when it goes wrong, and that writing is all or nothing."""

import os
import stat
import tomllib
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.tomlfile import SYSTEM, MisfitError, TomlError, emit, emit_key, fit, own_folder, read, write


def test_where_a_users_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert own_folder({}) == Path("/home/me/.config/cramp-kiosk")
    assert own_folder({"XDG_CONFIG_HOME": "/cfg"}) == Path("/cfg/cramp-kiosk")
    assert own_folder({"STATE_DIRECTORY": "/var/lib/cramp-kiosk:/x", "XDG_CONFIG_HOME": "/cfg"}) == Path(
        "/var/lib/cramp-kiosk"
    )
    assert Path("/etc/cramp-kiosk") == SYSTEM


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a = \n", ", line 1, column 5: this is not TOML (Invalid value)."),
        (b"a = 1\na = 2\n", ", line 2, column 6: this is not TOML (Cannot overwrite a value)."),
        (b'a = "x', " ends too early to be TOML (Unterminated string)."),
        (b"a = '\xff'", " is not text in UTF-8: byte 6 does not belong there."),
        (b"a = " + b"[" * 5000, " is too deep, or has too long a number."),
        (b"a = " + b"9" * 5000, " is too deep, or has too long a number."),
        (b"#" * (2**20 + 1), " is too long: more than a million bytes."),
    ],
)
def test_a_file_that_cannot_be_understood(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(TomlError) as error:
        read(path)
    assert str(error.value) == f"{path}{told}"


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
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
)


def _plain(value: object) -> object:
    match value:
        case tuple():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
    return value


@given(st.text(), values)
def test_what_is_emitted_reads_back(key: str, value: object) -> None:
    assert tomllib.loads(f"{emit_key(key)} = {emit(value)}\n") == {key: _plain(value)}


def test_what_no_settings_tree_holds() -> None:
    with pytest.raises(TypeError, match="a settings tree holds no object"):
        emit(object())


class _Inner(msgspec.Struct, forbid_unknown_fields=True):
    x: int = 0


class _Outer(msgspec.Struct):
    """Several shapes in one place: the way to a mistake must find the right one."""

    a: _Inner | tuple[int, int] | None = None


@pytest.mark.parametrize(
    ("raw", "told", "key"),
    [
        ({"a": {"x": "y"}}, 'f: a.x must be a whole number, but it is "y".', ("a", "x")),
        ({"a": {"y": 1}}, "f: a.y is not known; known are: x.", ("a", "y")),
        ({"a": [1, "y"]}, 'f: a 2 must be a whole number, but it is "y".', ("a", 1)),
        ({"a": 3}, "f: a must be a table or a list of 2, each a whole number, but it is 3.", ("a",)),
        ([], "f: the file must be a table, but it is [].", ()),
    ],
)
def test_the_way_to_a_mistake(raw: object, told: str, key: tuple[str | int, ...]) -> None:
    with pytest.raises(MisfitError) as error:
        fit(raw, _Outer, "f")
    assert (str(error.value), error.value.key) == (told, key)


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
