"""A clock, a writer at work, and a disk that may be full."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.diary import database
from kiosk.diary.store import Store
from tests.diary.nights import Clock, make_store
from tests.diary.writing import SOON, Build, Desk, Disk


@pytest.fixture(autouse=True)
def usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kiosk's own place for its diary is the test's folder."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can look into (pytest's own they cannot)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o700)


@pytest.fixture(scope="module")
def unsynced() -> Iterator[None]:
    """Hundreds of nights are written where nobody pulls the plug: the disk need not be waited for."""
    ready = database._ready

    def hasty(path: Path) -> sqlite3.Connection:
        db = ready(path)
        db.execute("PRAGMA synchronous = OFF")
        return db

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_ready", hasty)
        patch.setattr("os.fsync", lambda _file: None)
        yield


@pytest.fixture
def build(clock: Clock) -> Iterator[Build]:
    desks: list[Desk] = []

    def make(store: Store, *repairs: Callable[[], object], offers: bool = True) -> Desk:
        desks.append(Desk(store, clock, *repairs, offers=offers))
        return desks[-1]

    yield make
    for desk in desks:
        desk.writer.close(SOON)


@pytest.fixture
def no_card(tmp_path: Path) -> Path:
    """The diary's folder, in whose place there is something else; ``unlink`` brings the card."""
    folder = tmp_path / "card"
    folder.write_text("this is where the folder should be")
    return folder


@pytest.fixture
def disk(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Disk:
    with make_store(tmp_path, clock) as store:
        store.close_interrupted()  # the diary is there before the disk is full
    disk = Disk()
    connect = sqlite3.connect

    def connect_to_disk(*args: Any, **options: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **options)
        disk.limit(db)
        disk.open.append(db)
        return db

    monkeypatch.setattr(sqlite3, "connect", connect_to_disk)
    return disk
