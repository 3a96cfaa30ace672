"""The app and its diary: whatever the file holds and SQLite raises, the kiosk starts, leads and records."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from kiosk.core.events import Act, Fault, Tapped
from kiosk.core.pages import Asleep, CountIn, Home, Rating, Resume
from kiosk.diary.store import Store
from kiosk.runtime import app
from tests.diary.nights import Clock, a_diary, set_pragma, spoil
from tests.runtime.test_app import Bench, Watcher, an_app, nights


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(app, "clock_is_set", lambda: True)
    return tmp_path


def hold(path: Path) -> sqlite3.Connection:
    """Another process has locked the file; closing it releases the lock."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("PRAGMA user_version = 2")
    return holder


def test_a_diary_that_was_busy_for_a_moment_leaves_no_banner(folder, caplog):
    with Store(folder / "diary.db"):
        pass
    holder = hold(folder / "diary.db")
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        running.conductor.post(Tapped())
        watcher.until_page(Home)
        holder.close()
        assert running._writer.flush(10)
        assert watcher.until_page(Home).faults == frozenset()
    assert caplog.messages == []


def test_a_night_cut_short_is_offered_though_the_diary_is_busy_at_the_start(folder, monkeypatch):
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        bench.buttons[0].press()
        watcher.until_page(CountIn)
    monkeypatch.setattr("kiosk.diary.database.BUSY_SECONDS", 0.0)
    holder = hold(folder / "diary.db")
    watcher = Watcher()
    with an_app(folder, Bench(), watcher) as running:
        assert isinstance(watcher.until(lambda state: Fault.DISK in state.faults).page, Asleep)
        holder.close()
        running._writer.recount()  # sooner than it would try by itself
        watcher.until_page(Resume)
        running.conductor.post(Tapped(Act.YES))
        watcher.until(lambda state: state.episode is not None and Fault.DISK not in state.faults)
    assert len(nights(folder)) == 1


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("no such column"),
        sqlite3.DatabaseError("database disk image is malformed"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        ValueError("year 61234 is out of range"),
        msgspec.ValidationError("Invalid enum value 'Left'"),
        MemoryError(),
        RuntimeError("broken on purpose"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("where", ["open", "open_episode", "episodes", "record"])
def test_whatever_the_diary_raises_the_kiosk_starts_and_leads(folder, monkeypatch, error, where):
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Store, {"open": "_connected"}.get(where, where), broken)
    monkeypatch.setattr("kiosk.diary.writer.pause_after", lambda _failures: 0.001)
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher) as running:
        bench.buttons[0].press()
        watcher.until_page(CountIn)
        running._writer.recount()
    assert running._writer._thread.join(10)  # when it has ended, everything was tried
    assert not running._writer._thread._failures


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE episode SET side = 'Left' WHERE id = 2",
        "UPDATE episode SET utc_offset_min = 99999 WHERE id = 2",
        "UPDATE technique_use SET technique = CAST(X'746F65DF' AS TEXT) WHERE id = 1",
    ],
)
def test_a_row_that_cannot_be_read_ends_no_start_and_no_recording(folder, change, caplog):
    spoil(a_diary(folder, Clock(), nights=2), change)
    before = len(nights(folder))
    for start in (1, 2):
        bench, watcher = Bench(), Watcher()
        with an_app(folder, bench, watcher) as running:
            bench.buttons[0].press()
            watcher.until_page(CountIn)
            bench.buttons[0].release()
            running.conductor.post(Tapped(Act.GONE))
            running.conductor.post(Tapped(Act.YES))
            assert watcher.until_page(Rating).faults == frozenset()
        assert ["cannot be read" in line for line in caplog.messages].count(True) == start
        assert nights(folder)[0] == ("gone", None, ("hand_stretch",))
        assert len(nights(folder)) == before + start


def test_a_schema_with_a_flipped_bit_is_put_aside_at_the_start_and_said(folder, caplog):
    path = a_diary(folder, Clock(), nights=2)
    whole = path.read_bytes().replace(b"rating INTEGER", b"zating INTEGER")
    path.write_bytes(whole)
    watcher = Watcher()
    with an_app(folder, Bench(), watcher):
        watcher.until(lambda state: Fault.DIARY_TORN in state.faults)
    (aside,) = folder.glob("diary.torn-*.db")
    assert aside.read_bytes() == whole
    (said,) = caplog.messages
    assert said.startswith(
        f"the diary {path} was damaged (its tables are not those of a diary) and is now {aside}"
    )
    assert nights(folder) == []


def test_a_diary_of_a_newer_program_is_not_touched_and_the_night_goes_on(folder, caplog):
    path = a_diary(folder, Clock(), nights=2)
    set_pragma(path, "user_version = 99")
    whole = path.read_bytes()
    bench, watcher = Bench(), Watcher()
    with an_app(folder, bench, watcher):
        watcher.until(lambda state: Fault.DISK in state.faults)
        bench.buttons[0].press()
        watcher.until_page(CountIn)
    assert path.read_bytes() == whole
    assert [each.name for each in folder.glob("diary*.db")] == ["diary.db"]
    assert ["has format 99" in line for line in caplog.messages].count(True) == 1
