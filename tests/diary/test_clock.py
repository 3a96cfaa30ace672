"""Whether the wall clock can be believed, on fake system trees; and what this machine's kernel answers."""

import ctypes
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.diary.clock import SetBy, WallClock, _adjtimex, clock_is_set, is_plausible, kernel_error

NOW = 1_795_316_000.5  # 22 November 2026


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """Each test its own C library."""
    _adjtimex.cache_clear()
    yield
    _adjtimex.cache_clear()


class Kernel:
    """Answers as told; asked so often."""

    def __init__(self, error: float | None = None) -> None:
        self.error = error
        self.asked = 0

    def __call__(self) -> float | None:
        self.asked += 1
        return self.error


def chip(root: Path, since_epoch: str, name: str = "rtc0") -> None:
    folder = root / "sys/class/rtc" / name
    folder.mkdir(parents=True)
    (folder / "since_epoch").write_text(since_epoch)


def set_by(root: Path, kernel: Kernel | None = None, now: float = NOW) -> SetBy | None:
    return WallClock(root, lambda: now, kernel or Kernel()).set_by()


def test_nothing_there(tmp_path: Path) -> None:
    assert set_by(tmp_path) is None


# --- the kernel


def test_chrony_or_anything_else_that_tells_the_kernel_counts(tmp_path: Path) -> None:
    """No clock chip, no timesyncd: an old Pi with chrony or ntpsec."""
    kernel = Kernel()
    clock = WallClock(tmp_path, lambda: NOW, kernel)
    assert not clock()
    kernel.error = 0.21
    assert clock()
    assert clock.set_by() is SetBy.KERNEL


def test_a_clock_that_was_set_stays_set_when_the_network_is_gone(tmp_path: Path) -> None:
    """After nine hours without it the kernel no longer vouches; the clock is right all the same."""
    kernel = Kernel(0.21)
    clock = WallClock(tmp_path, lambda: NOW, kernel)
    assert clock()
    kernel.error = None
    assert clock()
    assert kernel.asked == 1, "what is known costs nothing more"


class Library:
    """A C library whose adjtimex answers with this error, in microseconds; None: as it is forbidden."""

    def __init__(self, microseconds: int | None, status: int = 0) -> None:
        self.microseconds, self.status = microseconds, status
        self.modes: list[int] = []

    def adjtimex(self, told: "ctypes._CArgObject") -> int:
        timex = told._obj
        self.modes.append(timex.modes)
        if self.microseconds is None:
            return -1
        timex.maxerror = self.microseconds
        return self.status


@pytest.mark.parametrize(
    ("microseconds", "answer"),
    [(0, 0.0), (250_000, 0.25), (15_999_999, 15.999999), (16_000_000, None), (None, None)],
)
def test_the_kernel_is_only_asked_and_its_error_decides(
    microseconds: int | None, answer: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5: TIME_ERROR, which chrony leaves there unless it writes the clock chip, too."""
    library = Library(microseconds, status=5)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    assert kernel_error() == answer
    assert library.modes == [0]


def test_nobody_vouches_for_1970(tmp_path: Path) -> None:
    """A time service that gave up, or a hand, told the kernel an error before the time came."""
    (tmp_path / "run/systemd/timesync").mkdir(parents=True)
    (tmp_path / "run/systemd/timesync/synchronized").touch()
    chip(tmp_path, "60")
    assert set_by(tmp_path, Kernel(0.000016), now=60.0) is None


def test_what_asks_the_kernel_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the clock is not set it is asked with each sign of life."""
    made: list[None] = []

    def load(_name: None) -> Library:
        made.append(None)
        return Library(250_000)

    monkeypatch.setattr(ctypes, "CDLL", load)
    assert [kernel_error(), kernel_error()] == [0.25, 0.25]
    assert len(made) == 1


def test_a_c_library_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert kernel_error() is None


def test_a_python_without_ctypes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert kernel_error() is None


def test_this_machines_kernel_answers() -> None:
    error = kernel_error()
    assert error is None or 0 <= error < 16


def test_forbidden_to_ask_the_files_tell(tmp_path: Path) -> None:
    """A sandbox or a container that forbids the call: as before it was asked."""
    chip(tmp_path, "1795316000\n")
    assert set_by(tmp_path, Kernel(None)) is SetBy.CHIP


# --- files


def test_the_time_of_the_network(tmp_path: Path) -> None:
    folder = tmp_path / "run/systemd/timesync"
    folder.mkdir(parents=True)
    assert set_by(tmp_path) is None
    (folder / "synchronized").touch()
    assert set_by(tmp_path) is SetBy.TIMESYNCD


@pytest.mark.parametrize(
    ("since_epoch", "answer"),
    [
        ("1795316000\n", SetBy.CHIP),
        ("1795315941\n", SetBy.CHIP),
        ("1795315940\n", None),
        ("1795316060\n", SetBy.CHIP),
        ("1795316061\n", None),
        ("42\n", None),
        ("", None),
        ("?\n", None),
    ],
)
def test_a_clock_chip_counts_when_the_system_agrees_with_it(
    tmp_path: Path, since_epoch: str, answer: SetBy | None
) -> None:
    chip(tmp_path, since_epoch)
    assert set_by(tmp_path) is answer


@pytest.fixture
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Five and a half hours ahead of UTC, all year."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("adjtime", "answer"),
    [
        ("0.0 0 0.0\n0\nLOCAL\n", SetBy.CHIP),
        ("0.0 0 0.0\n0\nUTC\n", None),
        ("0.0 0 0.0\n0\n", None),
        ("", None),
        ("\udcff", None),
    ],
    ids=["local time", "UTC", "two lines", "empty", "not text"],
)
def test_a_chip_with_local_time_for_windows_sake_agrees_too(
    tmp_path: Path, adjtime: str, answer: SetBy | None, kolkata: None
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/adjtime").write_text(adjtime, errors="surrogateescape")
    chip(tmp_path, str(round(NOW + 5.5 * 3600)))
    assert set_by(tmp_path) is answer


def test_chip_and_system_agree_on_1970(tmp_path: Path) -> None:
    """A Pi 5 whose battery is empty, at its first start."""
    chip(tmp_path, "42\n")
    assert set_by(tmp_path, now=42.0) is None


def test_one_good_chip_of_two_is_enough(tmp_path: Path) -> None:
    chip(tmp_path, "42\n")
    chip(tmp_path, "1795316000\n", "rtc1")
    assert set_by(tmp_path) is SetBy.CHIP


def test_a_chip_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "sys/class/rtc/rtc0/since_epoch").mkdir(parents=True)  # reading it is an OSError
    assert set_by(tmp_path) is None


# --- a computer with a person in front of it


def test_a_plausible_time_is_enough_for_the_simulator() -> None:
    assert is_plausible(lambda: NOW)
    assert not is_plausible(lambda: 42.0)


def test_the_machines_own_is_asked_without_arguments() -> None:
    assert clock_is_set() in {True, False}
