"""Whether the wall clock can be believed, on fake system trees."""

from pathlib import Path

import pytest

from kiosk.diary.clock import clock_is_set

NOW = 1_795_316_000.5  # 22 November 2026


def chip(root: Path, since_epoch: str, name: str = "rtc0") -> None:
    folder = root / "sys/class/rtc" / name
    folder.mkdir(parents=True)
    (folder / "since_epoch").write_text(since_epoch)


def is_set(root: Path) -> bool:
    return clock_is_set(root, lambda: NOW)


def test_nothing_there(tmp_path: Path) -> None:
    assert not is_set(tmp_path)


def test_the_time_of_the_network(tmp_path: Path) -> None:
    folder = tmp_path / "run/systemd/timesync"
    folder.mkdir(parents=True)
    assert not is_set(tmp_path)
    (folder / "synchronized").touch()
    assert is_set(tmp_path)


@pytest.mark.parametrize(
    ("since_epoch", "answer"),
    [
        ("1795316000\n", True),
        ("1795315941\n", True),
        ("1795315940\n", False),
        ("1795316060\n", True),
        ("1795316061\n", False),
        ("42\n", False),
        ("", False),
        ("?\n", False),
    ],
)
def test_a_clock_chip_counts_when_the_system_agrees_with_it(
    tmp_path: Path, since_epoch: str, answer: bool
) -> None:
    chip(tmp_path, since_epoch)
    assert is_set(tmp_path) is answer


def test_chip_and_system_agree_on_1970(tmp_path: Path) -> None:
    """A Pi 5 whose battery is empty, at its first start."""
    chip(tmp_path, "42\n")
    assert not clock_is_set(tmp_path, lambda: 42.0)


def test_one_good_chip_of_two_is_enough(tmp_path: Path) -> None:
    chip(tmp_path, "42\n")
    chip(tmp_path, "1795316000\n", "rtc1")
    assert is_set(tmp_path)


def test_a_chip_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "sys/class/rtc/rtc0/since_epoch").mkdir(parents=True)  # reading it is an OSError
    assert not is_set(tmp_path)
