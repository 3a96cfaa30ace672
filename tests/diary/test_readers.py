"""Somebody reads the diary: while the service writes, while it does not, and as another user."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.core.events import EpisodeBegan
from kiosk.core.technique import Side
from kiosk.diary import database
from kiosk.diary.database import DiaryError, NoDiaryError
from kiosk.diary.store import Store
from tests.diary.nights import Clock, a_diary, a_killed_diary, a_night, contents, keep, make_store, set_pragma

T0 = 5_000_000
ROOT = Path(__file__).parents[2]


def test_someone_reads_while_the_service_writes(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "diary.db"
    with make_store(tmp_path, clock) as writer, Store.read_only(path) as reader:
        counts = []
        for night in range(5):
            keep(writer, clock, *a_night(T0 + night * 10**6))
            counts.append(len(reader.episodes()))
        assert counts == [1, 2, 3, 4, 5]
        with pytest.raises(DiaryError, match="readonly"):
            keep(reader, clock, EpisodeBegan(T0, Side.LEFT))


def test_a_reader_in_the_middle_of_a_page_stops_nobody(tmp_path: Path, clock: Clock) -> None:
    path = a_diary(tmp_path, clock, nights=3)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM episode").fetchone() == (3,)
    with make_store(tmp_path, clock) as writer:
        keep(writer, clock, *a_night(clock.mono + 1))
        assert len(writer.episodes()) == 4
        assert reader.execute("SELECT count(*) FROM episode").fetchone() == (3,)
        reader.close()


def test_no_diary_yet_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoDiaryError) as caught:
        Store.read_only(tmp_path / "diary.db")
    assert str(caught.value) == f"There is no diary at {tmp_path}/diary.db yet."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"garbage" * 1000, b""], ids=["garbage", "zero length"])
def test_a_reader_leaves_a_torn_diary_where_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "diary.db").write_bytes(content)
    with pytest.raises(DiaryError, match="is damaged; cramp-kiosk puts it aside when it starts next"):
        Store.read_only(tmp_path / "diary.db")
    assert contents(tmp_path) == {"diary.db": content}


def test_a_diary_that_somebody_holds_is_not_taken_for_torn(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    path = a_diary(tmp_path, clock)
    set_pragma(path, "journal_mode = DELETE")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DiaryError, match=r"cannot be opened \(database is locked\)"):
        Store.read_only(path)
    holder.close()
    assert [item.name for item in tmp_path.iterdir()] == ["diary.db"]
    with Store.read_only(path) as reader:
        assert len(reader.episodes()) == 1


OTHER = """
import os, sys
from pathlib import Path
from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with Store.read_only(Path(sys.argv[1])) as store:
        print(len(store.episodes()))
except DiaryError as error:
    print(error)
"""


def read_as_somebody_else(path: Path) -> str:
    """What a user sees who may not write beside the diary."""
    path.parent.chmod(0o755 if os.geteuid() == 0 else 0o555)
    found = subprocess.run(
        [sys.executable, "-c", OTHER, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return found.stdout.strip()


def test_another_user_reads_while_nobody_writes(open_folder: Path, clock: Clock) -> None:
    path = a_diary(open_folder, clock, nights=2)
    before = contents(open_folder)
    assert read_as_somebody_else(path) == "2"
    assert contents(open_folder) == before


def test_another_user_reads_while_the_service_writes(open_folder: Path, clock: Clock) -> None:
    with make_store(open_folder, clock) as writer:
        keep(writer, clock, *a_night(T0))
        keep(writer, clock, EpisodeBegan(T0 + 10**6, Side.LEFT))
        assert read_as_somebody_else(writer.path) == "2"


def test_another_user_reads_after_a_power_cut(open_folder: Path, clock: Clock) -> None:
    """What is in the WAL cannot be had without making its index, and half the truth is not shown."""
    path = a_killed_diary(open_folder, clock)
    said = f"The diary {path} may not be opened by this user; try again with sudo."
    assert read_as_somebody_else(path) == said


def test_another_user_who_may_not_read_is_told(open_folder: Path, clock: Clock) -> None:
    path = a_diary(open_folder, clock)
    path.chmod(0o000)
    said = f"The diary {path} may not be opened by this user; try again with sudo."
    assert read_as_somebody_else(path) == said
    path.chmod(0o600)
