"""What the commands print where nobody reads, or nothing can be written: real pipes, a real full device."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.diary.nights import Clock, a_diary

COMMANDS = [
    "--help",
    "--version",
    "diary --help",
    "diary",
    "diary --csv",
    "rehearse",
    "techniques",
    "techniques soak",
    "settings",
    "settings --defaults",
    "doctor",
    "doctor --json",
]
BUFFERED = pytest.mark.parametrize("buffered", [True, False], ids=["buffered", "unbuffered"])


@pytest.fixture(autouse=True)
def long_diary(home: Path) -> None:
    """More than a pipe and every buffer hold."""
    folder = home / "data" / "cramp-kiosk"
    folder.mkdir(parents=True)
    a_diary(folder, Clock(), nights=400)


@contextmanager
def nobody_reads() -> Iterator[int]:
    """A pipe whose reader has gone away, as ``head`` does when it has enough."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@contextmanager
def full() -> Iterator[int]:
    """A disk without space."""
    opened = os.open("/dev/full", os.O_WRONLY)
    yield opened
    os.close(opened)


def run(command: str, out: int, err: int = subprocess.PIPE, *, buffered: bool) -> tuple[int, bytes | None]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    if not buffered:
        environment["PYTHONUNBUFFERED"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *command.split()],
        stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=False, env=environment,
    )  # fmt: skip
    return done.returncode, done.stderr


@cache
def usual(command: str) -> int:
    """Its exit code where all can be written; whether the doctor finds a problem is up to the machine."""
    return run(command, subprocess.DEVNULL, subprocess.DEVNULL, buffered=True)[0]


@BUFFERED
@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_goes_away_ends_a_command_quietly(command: str, buffered: bool) -> None:
    with nobody_reads() as out:
        assert run(command, out, buffered=buffered) == (usual(command), b"")


@BUFFERED
@pytest.mark.parametrize("command", COMMANDS)
def test_output_to_a_full_disk_is_one_sentence(command: str, buffered: bool) -> None:
    with full() as out:
        assert run(command, out, buffered=buffered) == (
            1, b"The output cannot be written: No space left on device.\n",
        )  # fmt: skip


@BUFFERED
@pytest.mark.parametrize(
    "command", ["diary", "rehearse", "rehearse --script nowhere", "diary --nonsense", "doctor"]
)
def test_complaints_that_nobody_reads_change_no_exit_code(command: str, buffered: bool) -> None:
    code = usual(command)
    with nobody_reads() as pipe:
        assert run(command, pipe, pipe, buffered=buffered) == (code, None)
    with full() as err:
        assert run(command, subprocess.DEVNULL, err, buffered=buffered) == (code, None)


@BUFFERED
def test_where_nothing_at_all_can_be_written_the_exit_code_still_says_so(buffered: bool) -> None:
    with full() as device:
        assert run("diary --csv", device, device, buffered=buffered) == (1, None)


@BUFFERED
def test_a_rehearsal_in_place_of_a_run_ends_as_the_other_commands_do(buffered: bool) -> None:
    with full() as out:
        code, told = run("run", out, buffered=buffered)
    assert code == 1
    assert told is not None
    assert told.endswith(b"at once.\nThe output cannot be written: No space left on device.\n")
    with nobody_reads() as pipe:
        assert run("run", pipe, pipe, buffered=buffered) == (0, None)


def shell(line: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of ``cramp-kiosk`` and the rest of the line."""
    return subprocess.run(
        ["sh", "-c", f'"$0" -m kiosk {line}', sys.executable], check=False, capture_output=True
    )


def test_closed_streams_are_no_matter() -> None:
    assert shell("diary --csv >&- 2>&-").returncode == 0


def test_complaints_do_not_go_into_a_table_if_their_stream_is_closed(home: Path) -> None:
    own = home / "config" / "cramp-kiosk"
    own.mkdir(parents=True)
    (own / "config.toml").write_text("[sound]\nvolume = 3\n")
    done = shell("diary --csv 2>&-")
    assert done.stdout.startswith(b"night,start,minutes")
    assert done.stdout.count(b"\r\n") == 401


def test_the_first_lines_are_there_before_the_reader_goes(home: Path) -> None:
    done = shell("diary | head -n 2")
    assert done.stdout.count(b"\n") == 2
    assert done.stderr == b""
