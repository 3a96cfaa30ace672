"""The doctor looks at diary, disk, clock, settings, service and rights."""

import contextlib
import os
import sqlite3
import time
from datetime import UTC, datetime

import pytest

from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded
from kiosk.core.technique import Side
from kiosk.diary.store import Store
from kiosk.doctor import service, storage
from kiosk.doctor.finding import Level
from tests.diary.nights import Clock, a_diary, make_store, set_pragma, spoil
from tests.doctor.pi import RUNNING, told


def test_a_diary_with_a_night_in_it(pi):
    began = datetime(2026, 3, 14, 3, 12, tzinfo=UTC)
    with Store(pi.diary, zone=UTC, clock_ok=lambda: True) as store:
        store.record(EpisodeBegan(0, Side.LEFT), began)
        store.record(EpisodeEnded(240_000, Ending.GONE), began)
    assert told(storage.check_diary(pi.machine())) == [("ok", f"1 night is in the diary {pi.diary}.", "")]


def test_a_torn_diary(pi, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", str(pi.diary.parent))
    pi.diary.parent.mkdir(parents=True)
    pi.diary.write_bytes(b"this is no diary" * 100)
    (found,) = storage.check_diary(pi.machine())
    assert (found.level, found.says) == (
        Level.PROBLEM,
        f"The diary {pi.diary} is damaged: file is not a database.",
    )
    assert found.remedy == "Run sudo systemctl restart cramp-kiosk: it is set aside and a new one begins."


def test_a_diary_of_which_a_page_is_torn(pi):
    with Store(pi.diary, zone=UTC, clock_ok=lambda: True) as store:
        store.record(EpisodeBegan(0, Side.LEFT), datetime(2026, 3, 14, 3, 12, tzinfo=UTC))
    with contextlib.closing(sqlite3.connect(pi.diary)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'technique_use'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with pi.diary.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    (found,) = storage.check_diary(pi.machine())
    assert found.says.startswith(f"The diary {pi.diary} is damaged: ")
    assert found.remedy == "Run sudo systemctl restart cramp-kiosk: it is set aside and a new one begins."


def test_a_diary_whose_schema_is_not_ours(pi):
    """quick_check finds nothing wrong with it."""
    pi.diary.parent.mkdir(parents=True)
    path = a_diary(pi.diary.parent, Clock())
    path.write_bytes(path.read_bytes().replace(b"utc_offset_min", b"utc_gffset_min"))
    (found,) = storage.check_diary(pi.machine())
    assert (found.level, found.says) == (
        Level.PROBLEM,
        f"The diary {pi.diary} is damaged: its tables are not those of a diary.",
    )


def test_a_diary_of_a_newer_program(pi):
    pi.diary.parent.mkdir(parents=True)
    set_pragma(a_diary(pi.diary.parent, Clock()), "user_version = 99")
    (found,) = storage.check_diary(pi.machine())
    assert (found.level, found.says) == (Level.PROBLEM, "The diary cannot be read.")
    assert "has format 99" in found.remedy


def test_records_that_cannot_be_read_are_counted(pi):
    pi.diary.parent.mkdir(parents=True)
    path = a_diary(pi.diary.parent, Clock(), nights=5)
    spoil(
        path,
        "UPDATE episode SET side = 'Left' WHERE id = 4",
        "UPDATE technique_use SET technique = CAST(X'746F65DF' AS TEXT) WHERE id = 1",
    )
    nights, records = storage.check_diary(pi.machine())
    assert (nights.level, nights.facts["nights"]) == (Level.OK, 4)
    assert (records.check, records.level, records.facts["unreadable"]) == (
        "memory.records",
        Level.PROBLEM,
        2,
    )
    assert records.says == (
        "2 records of the diary cannot be read and are left out: "
        "episode 4 (Invalid enum value 'Left' - at `$.side`), "
        "technique_use 1 (Expected `str`, got `bytes` - at `$.technique`)."
    )
    assert records.remedy == (
        f"Copy {path} to another disk. If it happens again, the card is worn out: replace it."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_part_of_the_diary_that_the_service_may_not_write(pi):
    """Root restored a backup. The service can read the file, so no other check notices."""
    pi.diary.parent.mkdir(parents=True)
    path = a_diary(pi.diary.parent, Clock(), nights=2)
    os.chown(path.parent, 65534, -1)
    assert told(storage.check_diary(pi.machine())) == [
        ("ok", f"2 nights are in the diary {path}.", ""),
        (
            "problem",
            f"nobody writes the diary, and may not write {path}.",
            f"Run sudo chown nobody: {path} && sudo chmod u+rwX {path}.",
        ),
    ]
    for each in path.parent.iterdir():
        each.chmod(0o666)
    assert told(storage.check_diary(pi.machine())) == [("ok", f"2 nights are in the diary {path}.", "")]


def test_a_diary_that_was_put_aside_is_still_told_of(pi, monkeypatch):
    """The banner goes with the next start, and the journal of many a kiosk with it."""
    monkeypatch.setenv("STATE_DIRECTORY", str(pi.diary.parent))
    pi.diary.parent.mkdir(parents=True)
    pi.diary.write_bytes(b"this is no diary" * 100)
    with make_store(pi.diary.parent, Clock()) as store:
        aside = store.put_aside
    assert told(storage.check_diary(pi.machine())) == [
        ("ok", f"0 nights are in the diary {pi.diary}.", ""),
        (
            "note",
            f"1 damaged diary was put aside: {aside}.",
            "Copy it to another disk; parts of it may be read with sqlite3. Then it may be deleted.",
        ),
    ]


@pytest.mark.parametrize(
    ("mounts", "free", "says"),
    [
        (
            "overlay / overlay rw 0 0\n",
            9e9,
            "/ is kept in memory alone: the diary and the settings are lost at power off.",
        ),
        (
            "/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n",
            9e9,
            "/ is read-only: neither diary nor settings can be saved.",
        ),
        ("/dev/mmcblk0p2 / ext4 rw 0 0\n", 5e6, "5 MB are free on /."),
    ],
)
def test_a_disk_that_cannot_remember(pi, mounts, free, says):
    pi.put("proc/self/mounts", mounts)
    pi.free = int(free)
    (found,) = storage.check_disk(pi.machine())
    assert (found.level, found.says) == (Level.PROBLEM, says)


def test_a_partition_of_its_own_remembers_below_an_overlay(pi):
    own = str(pi.diary.parent).replace(" ", "\\040")
    pi.put("proc/self/mounts", f"overlay / overlay rw 0 0\n/dev/mmcblk0p3 {own} ext4 rw 0 0\n")
    assert storage.check_disk(pi.machine())[0].facts["mount"] == str(pi.diary.parent)


def test_a_clock_that_nobody_set(pi):
    pi.take("run/systemd/timesync/synchronized")
    assert told(storage.check_clock(pi.machine())) == [
        (
            "note",
            "The clock has not been set: quiet hours count as on, the diary marks its times as doubtful.",
            "Connect to a network once, or fit a clock chip (a Pi 5 needs its battery).",
        )
    ]


def test_who_vouches_for_the_clock(pi):
    pi.clock_error = 0.21
    (found,) = storage.check_clock(pi.machine())
    assert told([found]) == [("ok", "The clock has been set; a time service keeps it.", "")]
    assert found.facts == {"set": True, "by": "kernel", "seconds_off_at_most": 0.21}
    pi.clock_error = None
    pi.take("run/systemd/timesync/synchronized")
    pi.put("sys/class/rtc/rtc0/since_epoch", f"{int(time.time())}\n")
    assert told(storage.check_clock(pi.machine())) == [("ok", "The clock has been set from its chip.", "")]


def test_a_mistake_in_the_settings_and_one_in_a_technique(pi):
    pi.put("config/cramp-kiosk/config.toml", "[sound]\nvolume = 'deafening'\n[night]\nleft_out = ['nap']\n")
    pi.put("config/cramp-kiosk/techniques/mine.toml", "id = 'mine'\n")
    found = service.check_settings(pi.machine())
    assert [each.check for each in found[:3]] == ["settings.file", "settings.file", "settings.techniques"]
    assert 'sound.volume must be one of "off"' in found[0].says
    mine = pi.root / "config/cramp-kiosk/config.toml"
    assert found[1].says.startswith(f"{mine}: nap in night.left_out is not known")
    assert found[2].says.startswith(f"{pi.root}/config/cramp-kiosk/techniques/mine.toml: name is missing.")


@pytest.mark.parametrize(
    ("changes", "level", "says"),
    [
        ({}, "ok", "The service is running; started again 0 times."),
        ({"NRestarts": "1"}, "ok", "The service is running; started again 1 time."),
        ({"NRestarts": "3"}, "problem", "The service runs, but had to be started again 3 times."),
        ({"UnitFileState": "disabled"}, "problem", "The service runs, but not after a restart."),
        (
            {"ActiveState": "failed", "Result": "exit-code"},
            "problem",
            "The service is not running (failed, exit-code).",
        ),
        ({"ActiveState": "inactive"}, "problem", "The service is not running (inactive, success)."),
    ],
)
def test_the_service(pi, changes, level, says):
    pi.unit = RUNNING | changes
    (found,) = service.check_service(pi.machine())
    assert (found.level.value, found.says) == (level, says)
    assert found.facts == pi.unit


def test_systemd_is_asked_once(pi):
    machine = pi.machine()
    assert (machine.has_service, machine.service_runs) == (False, False)
    assert [each[:3] for each in pi.asked] == [["systemctl", "show", "cramp-kiosk.service"]]


def test_a_group_that_the_service_needs_is_not_there(pi):
    pi.unit = RUNNING
    pi.put("etc/group", "root:x:0:\nvideo:x:44:\ninput:x:102:\n")
    assert told(service.check_rights(pi.machine())) == [
        (
            "problem",
            "The service cannot start: there is no group render, gpio.",
            "Run sudo systemd-sysusers.",
        )
    ]


def test_what_the_service_keeps_is_its_own(pi):
    pi.unit = RUNNING
    pi.user = ("guest", frozenset({"guest"}))
    pi.put("var/lib/cramp-kiosk/diary.db", "")
    assert pi.machine().may_see_state
    pi.forbidden = {"/var/lib/cramp-kiosk"}
    assert not pi.machine().may_see_state
    pi.forbidden = {"/var/lib/cramp-kiosk/diary.db"}
    assert told(service.check_rights(pi.machine())) == [
        ("ok", "You are guest, in none of the device groups.", ""),
        (
            "note",
            "The settings and the diary of the service are its own.",
            "Run sudo cramp-kiosk doctor to look at them, too.",
        ),
    ]
