"""The file goes while the kiosk runs: deleted, on a disk that is pulled out, or another takes its place.

What is open goes on to be written without an error, and is gone when the program ends.
"""

import errno
import logging
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, EpisodeResumed, TechniqueBegan
from kiosk.core.technique import Side
from kiosk.diary import database
from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
from tests.diary.nights import Clock, a_diary, a_night, contents, keep, make_store

pytestmark = pytest.mark.usefixtures("unsynced")


def delete(path: Path) -> None:
    """With all that SQLite keeps beside it."""
    for each in path.parent.iterdir():
        each.unlink()


def delete_alone(path: Path) -> None:
    path.unlink()


def pull_out(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.fixture(params=["the kiosk's own place", "elsewhere"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "nights"
    place.mkdir()
    monkeypatch.setenv("STATE_DIRECTORY", str(place if "own" in request.param else tmp_path / "state"))
    return place


def entries(folder: Path) -> list[tuple[int | None, int]]:
    """What a reader finds, the newest first: when a night ended, and how many techniques it had."""
    with Store.read_only(folder / "diary.db") as reader:
        return [(entry.ended, len(entry.uses)) for entry in reader.episodes()]


@pytest.mark.parametrize("lose", [delete, delete_alone, pull_out])
@pytest.mark.parametrize("when", ["while it is open", "while it is closed"])
def test_nights_after_a_deleted_diary_are_kept_in_a_new_one(
    folder: Path, clock: Clock, lose, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_diary(folder, clock, nights=3)
    with make_store(folder, clock) as store:
        keep(store, clock, *a_night(clock.mono + 10))
        if when == "while it is closed":
            store.close()
        with caplog.at_level(logging.WARNING):
            lose(path)
            keep(store, clock, *a_night(clock.mono + 10**6))
        assert len(store.episodes()) == 1  # whoever deletes a night means it
    assert entries(folder) == [(900_123, 3)]
    assert [message for message in caplog.messages if "is gone" in message] == [
        f"the diary {path} is gone, or is another file; it is opened anew"
    ]


@pytest.mark.parametrize("lose", [delete, delete_alone, pull_out])
def test_a_night_under_way_is_whole_in_the_new_one(folder: Path, clock: Clock, lose) -> None:
    path = a_diary(folder, clock)
    *first, rating = a_night(clock.mono + 10)
    with make_store(folder, clock) as store:
        keep(store, clock, *first[:4])
        lose(path)
        keep(store, clock, *first[4:], rating)
        (entry,) = store.episodes()
    assert (entry.ended, entry.rating, len(entry.uses), entry.stop) == (900_123, 6, 3, 600_000)


def test_one_that_was_resumed_too(folder: Path, clock: Clock) -> None:
    path = a_diary(folder, clock)
    *first, _rating = a_night(clock.mono + 10)
    with make_store(folder, clock) as store:
        keep(store, clock, *first[:4])
    with make_store(folder, clock) as store:
        assert store.open_episode(clock.mono, clock.wall) is not None
        keep(store, clock, EpisodeResumed(clock.mono + 5))
        delete(path)
        keep(store, clock, *first[4:])
        (entry,) = store.episodes()
    assert (entry.resumed, entry.ended, len(entry.uses)) == (True, 900_123, 3)


def test_nights_go_into_a_diary_that_was_put_back(folder: Path, clock: Clock) -> None:
    """A backup is moved over the diary while the kiosk runs."""
    path = a_diary(folder, clock, nights=2)
    backup = folder / "backup"
    shutil.copy(path, backup)
    with make_store(folder, clock) as store:
        keep(store, clock, EpisodeBegan(clock.mono + 10, Side.LEFT))
        backup.replace(path)
        keep(store, clock, EpisodeEnded(clock.mono + 5_000, Ending.GONE))
        assert len(store.episodes()) == 3
        before = contents(folder)["diary.db"]
    assert before != b""
    assert len(entries(folder)) == 3


def test_a_disk_that_comes_back_has_the_night_once(folder: Path, clock: Clock) -> None:
    """It is the same diary, with the first half of the night: what went on without it is added."""
    a_diary(folder, clock, nights=2)
    away = folder.with_name("away")
    began = clock.mono + 10
    with make_store(folder, clock) as store:
        keep(store, clock, EpisodeBegan(began, Side.LEFT), TechniqueBegan(began + 1000, "walk"))
        store.close()
        folder.rename(away)
        keep(store, clock, TechniqueBegan(began + 2000, "massage"))
        assert len(store.episodes()) == 1
        store.close()
        shutil.rmtree(folder)
        away.rename(folder)
        keep(store, clock, TechniqueBegan(began + 3000, "soak"), EpisodeEnded(began + 5000, Ending.GONE))
        newest, *others = store.episodes()
    assert (len(others), newest.ended) == (2, 5000)
    assert [use.technique for use in newest.uses] == ["walk", "massage", "soak"]


def no_room(path: Path, _data: bytes, _mode: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_a_torn_one_that_could_not_be_replaced_is_not_taken_for_a_deleted_one(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last night is still to go into the new one."""
    path = a_diary(folder, clock)
    with make_store(folder, clock) as store:
        keep(store, clock, *a_night(clock.mono + 10))
        store.close()
        path.write_bytes(path.read_bytes()[:100] + b"\xff" * 9000)
        with monkeypatch.context() as patch:
            patch.setattr(database, "replace_file", no_room)
            with pytest.raises(DiaryError, match="No space left on device"):
                keep(store, clock, EpisodeBegan(clock.mono + 10**6, Side.LEFT))
        keep(store, clock, EpisodeBegan(clock.mono + 10**6, Side.LEFT))
        assert len(store.episodes()) == 2


def test_a_reader_beside_the_kiosk_loses_nothing(folder: Path, clock: Clock) -> None:
    path = a_diary(folder, clock)
    with Store.read_only(path) as reader:
        (before,) = reader.episodes()
        delete(path)
        assert reader.episodes() == [msgspec.structs.replace(before)]
    assert not path.exists()
