"""Whose file it is: only the owner's diary is ever moved, and what another user left in the way is said."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
from tests.diary.nights import Clock, a_diary, a_killed_diary, a_night, contents, keep, make_store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is not the kiosk's own; ``diary.path`` names a file in it."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


# --- what is not the owner's diary


def somebody_elses(path: Path, content: str) -> None:
    match content:
        case "text":
            path.write_text("root:x:0:0:root:/root:/bin/bash\n" * 90)
        case "a damaged database":
            with closing(sqlite3.connect(path)) as db:
                db.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY, name TEXT)")
                db.execute("PRAGMA application_id = 1196444487")
            path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE TABLX")[:-1000])
        case "a log alone":
            path.with_name(f"{path.name}-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(4000))


@pytest.mark.parametrize("content", ["text", "a damaged database", "a log alone"])
def test_what_is_not_known_to_be_the_diary_is_not_touched(
    elsewhere: Path, clock: Clock, content: str
) -> None:
    """``diary.path = "/etc/passwd"``"""
    path = elsewhere / "diary.db"
    somebody_elses(path, content)
    before = contents(elsewhere)
    said = (
        f"{path} is not known to be a cramp-kiosk diary and is left alone; choose another place for the "
        "diary, or, if it is yours, move it away."
    )
    if content == "a log alone":
        said = (
            f"Beside {path}, which is not there, lies what SQLite would take for a part of it: {path}-wal. "
            "Move that away, or choose another place for the diary."
        )
    with pytest.raises(DiaryError) as caught:
        make_store(elsewhere, clock).open()
    assert str(caught.value) == said
    with pytest.raises(DiaryError) as caught:
        Store.read_only(path)
    assert str(caught.value) == said
    assert contents(elsewhere) == before


def test_a_log_beside_an_empty_file_is_somebody_elses_too(elsewhere: Path, clock: Clock) -> None:
    path = elsewhere / "diary.db"
    path.touch()
    somebody_elses(path, "a log alone")
    before = contents(elsewhere)
    with pytest.raises(DiaryError, match="is not known to be a cramp-kiosk diary and is left alone"):
        make_store(elsewhere, clock).open()
    assert contents(elsewhere) == before


@pytest.mark.parametrize("ends", [[""], ["-wal"], ["", "-wal", "-journal"]], ids=" ".join)
def test_an_empty_file_is_nobody_s(elsewhere: Path, clock: Clock, ends: list[str]) -> None:
    """Made by hand for the diary to come, or cut off by the power."""
    for end in ends:
        (elsewhere / f"diary.db{end}").touch()
    with make_store(elsewhere, clock) as store:
        keep(store, clock, *a_night(clock.mono + 1))
        assert len(store.episodes()) == 1
    with make_store(elsewhere, clock) as store:
        assert (store.put_aside, len(store.episodes())) == (None, 1)


@pytest.mark.parametrize("after", [1, 2])
def test_the_power_goes_while_a_damaged_diary_elsewhere_is_put_aside(
    elsewhere: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Only SQLite's own files are left; that they are ours is known by the diary that lies aside."""
    path = a_killed_diary(elsewhere, clock)
    path.with_name("diary.db-shm").write_bytes(bytes(32768))
    path.write_bytes(path.read_bytes()[:-5000])
    path.with_name("diary.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(4000))
    whole = contents(elsewhere)
    renamed, rename = [], Path.rename

    def cut_off(part: Path, target: str) -> Path:
        if len(renamed) == after:
            raise KeyboardInterrupt
        renamed.append(part)
        return rename(part, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut_off)
        with pytest.raises(KeyboardInterrupt):
            make_store(elsewhere, clock).open()
    assert not path.exists()
    with make_store(elsewhere, clock) as store:
        keep(store, clock, *a_night(clock.mono + 1))
        assert len(store.episodes()) == 1
    kept = {name: content for name, content in contents(elsewhere).items() if ".torn-" in name}
    assert whole["diary.db"] in kept.values()
    assert whole["diary.db-wal"] in kept.values()


def test_a_damaged_diary_elsewhere_is_known_by_its_mark(elsewhere: Path, clock: Clock) -> None:
    path = a_diary(elsewhere, clock, nights=3)
    whole = path.read_bytes()[:-5000]
    path.write_bytes(whole)
    with make_store(elsewhere, clock) as store:
        assert store.put_aside is not None
        assert store.put_aside.read_bytes() == whole
        keep(store, clock, *a_night(clock.mono + 1))


def test_one_that_was_moved_to_another_disk_is_known_by_the_link_to_it(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite keeps its own beside the file, and so it is put aside there; the link stays."""
    disk, own = tmp_path / "disk", tmp_path / "own"
    disk.mkdir()
    own.mkdir()
    monkeypatch.setenv("STATE_DIRECTORY", str(own))
    link = own / "diary.db"
    link.symlink_to(disk / "nights.db")
    (disk / "nights.db").write_bytes(b"\xff" * 9000)
    with make_store(own, clock) as store:
        assert store.put_aside is not None
        assert store.put_aside.parent == disk
        keep(store, clock, *a_night(clock.mono + 1))
    assert link.is_symlink()
    with Store.read_only(link) as reader:
        assert len(reader.episodes()) == 1


@pytest.mark.parametrize("linked", ["the file", "its folder"])
def test_a_link_to_a_disk_that_is_not_there_is_not_filled_with_a_new_diary(
    tmp_path: Path, clock: Clock, linked: str
) -> None:
    """What is written there now would be hidden when the disk is back."""
    disk, folder = tmp_path / "disk", tmp_path / "kiosk"
    if linked == "the file":
        folder.mkdir()
        link, target = folder / "diary.db", disk / "diary.db"
    else:
        link, target = folder, disk
    link.symlink_to(target)
    said = (
        f"The diary {folder}/diary.db is behind the link {link}, and {target} is not there; plug in its disk."
    )
    for opened in (make_store(folder, clock).open, lambda: Store.read_only(folder / "diary.db")):
        with pytest.raises(DiaryError) as caught:
            opened()
        assert str(caught.value) == said
    assert not disk.exists()
    disk.mkdir()
    with make_store(folder, clock) as store:
        assert store.episodes() == []
    assert (disk / "diary.db").is_file()


# --- what belongs to another user

OTHER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
from kiosk.core.events import EpisodeBegan
from kiosk.core.technique import Side
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
store = Store(Path(sys.argv[1]), clock_ok=lambda: True)
try:
    store.record(EpisodeBegan(0, Side.LEFT), datetime.now(UTC))
    print(len(store.episodes()))
except DiaryError as error:
    print(error)
print(store.put_aside)
"""


def write_as_the_service(path: Path) -> list[str]:
    """What the service finds, which is not the user of this test, unless that one is not root."""
    found = subprocess.run(
        [sys.executable, "-c", OTHER, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return found.stdout.splitlines()


def the_services(folder: Path) -> str:
    """All in it belongs to the service; the name of its user."""
    uid = 65534 if os.geteuid() == 0 else os.geteuid()
    for each in (folder, *folder.iterdir()):
        os.chown(each, uid, -1)
    return pwd.getpwuid(uid).pw_name


def take_away(*files: Path) -> None:
    """They belong to somebody else, or, where the tests may not give them away, to nobody."""
    for each in files:
        if os.geteuid() == 0:
            os.chown(each, 0, 0)
        each.chmod(0o644 if os.geteuid() == 0 else 0o444)


@pytest.mark.parametrize("ends", [["-wal", "-shm"], ["-wal"], ["-shm"], [""]], ids=" ".join)
def test_what_another_user_left_beside_the_diary_is_no_damage(
    open_folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, ends: list[str]
) -> None:
    """Root looked into it once, or put a backup back."""
    monkeypatch.setenv("STATE_DIRECTORY", str(open_folder))
    path = a_killed_diary(open_folder, clock)
    shutil.copy(path, open_folder / "spare")
    with closing(sqlite3.connect(open_folder / "spare")) as db:  # for an index
        db.execute("SELECT count(*) FROM episode")
        shutil.copy(open_folder / "spare-shm", f"{path}-shm")
    for spare in open_folder.glob("spare*"):
        spare.unlink()
    user = the_services(open_folder)
    stuck = [Path(f"{path}{end}") for end in ends]
    take_away(*stuck)
    before = contents(open_folder)
    files = " ".join(map(str, stuck))
    assert write_as_the_service(path) == [
        (
            f"The diary {path} may not be written by {user}: run sudo chown {user}: {files} "
            f"&& sudo chmod u+rwX {files} and it goes on by itself."
        ),
        "None",
    ]
    assert {name: before[name] for name in before if name != "diary.db-shm"} == {
        name: data for name, data in contents(open_folder).items() if name != "diary.db-shm"
    }
    the_services(open_folder)
    for each in stuck:
        each.chmod(0o644)
    assert write_as_the_service(path) == ["3", "None"]


def test_a_place_that_is_not_the_services_is_not_given_to_it(
    open_folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``diary.path = "/opt/diary.db"``: whose folder that is, is not for the kiosk to change."""
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/cramp-kiosk")
    path = a_diary(open_folder, clock)
    user = the_services(open_folder)
    take_away(path)
    open_folder.chmod(0o555)
    if os.geteuid() == 0:
        os.chown(open_folder, 0, 0)
    assert write_as_the_service(path) == [
        (
            f"The diary {path} may not be written by {user}; choose another place for it, or, for the "
            "service, name its folder as ReadWritePaths= (systemctl edit cramp-kiosk) and give it to "
            f"{user}."
        ),
        "None",
    ]
    open_folder.chmod(0o755)


def test_a_folder_above_the_kiosks_own_is_not_given_away(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As / is for a user who has no home."""
    monkeypatch.setenv("STATE_DIRECTORY", str(open_folder / "nonexistent" / "cramp-kiosk"))
    open_folder.chmod(0o555)
    said, aside = write_as_the_service(open_folder / "nonexistent" / "cramp-kiosk" / "diary.db")
    assert "choose another place for it" in said
    assert "chown" not in said
    assert aside == "None"


def test_a_diary_that_says_that_nobody_may_write_it_is_damaged(tmp_path: Path, clock: Clock) -> None:
    path = a_diary(tmp_path, clock)
    whole = bytearray(path.read_bytes())
    whole[18] = 66
    path.write_bytes(whole)
    with make_store(tmp_path, clock) as store:
        assert store.damage == "it says that nobody may write it"
