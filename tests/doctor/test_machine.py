"""The doctor's edge against the real machine: commands, users, modules, disks."""

import getpass

from kiosk.doctor import machine
from kiosk.doctor.machine import Machine, free_bytes, is_installed, run_command, who


def test_a_command_and_what_it_printed():
    assert run_command(["echo", "running"]) == "running\n"


def test_a_command_that_is_not_there_fails_or_takes_too_long(monkeypatch):
    assert run_command(["no-such-command"]) is None
    assert run_command(["false"]) is None
    monkeypatch.setattr(machine, "PATIENCE", 0.01)
    assert run_command(["sleep", "60"]) is None


def test_who_this_is(monkeypatch):
    name, groups = who()
    assert name == getpass.getuser()
    assert groups
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    assert who()[0] == "4000000000"


def test_a_module_that_is_there_and_one_that_is_not():
    assert is_installed("msgspec")
    assert not is_installed("no_such_module")


def test_free_space_also_of_a_folder_that_is_yet_to_be_made(tmp_path):
    assert free_bytes(tmp_path / "diary" / "diary.db") > 0


def test_by_default_it_is_this_machine():
    assert Machine().text("proc/sys/kernel/osrelease") != ""
    assert Machine().text("no/such/file") == ""
