"""The service's files fit each other and the program; that systemd agrees, ``make lint-deb`` asks itself."""

import re
from pathlib import Path

import pytest

from kiosk.devices.gpiod_pins import pulser
from kiosk.runtime import app, main_loop

FILES = Path(__file__).parents[2] / "systemd"


def unit() -> dict[str, list[str]]:
    """Every setting of the unit, with all values it is given."""
    settings: dict[str, list[str]] = {}
    for line in (FILES / "cramp-kiosk.service").read_text().splitlines():
        if line and line[0] not in "#[":
            name, value = line.split("=", 1)
            settings.setdefault(name, []).append(value)
    return settings


def rows(name: str) -> list[list[str]]:
    """The lines of a sysusers or tmpfiles file, split."""
    lines = (FILES / name).read_text().splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def test_it_starts_at_boot_and_again_whatever_happens():
    told = unit()
    assert told["WantedBy"] == ["multi-user.target"]
    assert told["Restart"] == ["always"]
    assert told["StartLimitIntervalSec"] == ["0"]
    assert told["ExecStart"] == ["/usr/bin/cramp-kiosk run"]


def test_after_every_end_lamp_and_buzzer_are_switched_off():
    assert unit()["ExecStopPost"] == ["-/usr/bin/cramp-kiosk safe-outputs"]


def test_the_watchdog_bears_late_signs_of_life_and_not_a_hang():
    # Hung right after an answer, the conductor still has the watchdog fed once; then systemd waits.
    patience = int(unit()["WatchdogSec"][0]) * 1000
    assert unit()["Type"] == ["notify"]
    assert patience >= 4 * main_loop.PULSE_EVERY
    assert main_loop.PULSE_EVERY + patience <= 12_000


def test_what_leads_and_what_pulses_may_run_in_real_time_and_no_more():
    told = unit()
    priorities = (app._PRIORITY, pulser._PRIORITY)
    assert priorities[0] < priorities[1], "a pulse is short and cannot wait for a page"
    assert told["LimitRTPRIO"] == [str(max(priorities))]
    assert "RestrictRealtime" not in told
    assert "sched_setscheduler" in told["SystemCallFilter"][-1].split(), "the last word counts"
    assert told["LimitRTTIME"] == ["500ms"]


def test_the_kernel_may_be_asked_whether_the_clock_is_set_and_nobody_may_set_it():
    """The C library's adjtimex is any of three calls; what they set takes a capability."""
    told = unit()
    asking = {"adjtimex", "clock_adjtime", "clock_adjtime64"}
    assert asking <= set(told["SystemCallFilter"][-1].split()), "the last word counts"
    assert told["SystemCallFilter"][1].startswith("~@privileged"), "which has all of @clock"
    assert (told["CapabilityBoundingSet"], told["NoNewPrivileges"]) == ([""], ["yes"])
    assert told["DevicePolicy"] == ["closed"]
    assert not [device for device in told["DeviceAllow"] if "rtc" in device or "ptp" in device]


def test_nothing_is_left_of_the_network():
    told = unit()
    assert told["PrivateNetwork"] == ["yes"]
    assert told["RestrictAddressFamilies"] == ["AF_UNIX AF_NETLINK"]
    assert told["IPAddressDeny"] == ["any"]


@pytest.mark.parametrize(
    "setting",
    [
        "ProtectKernelTunables",
        "PrivateDevices",
        "PrivateUsers",
        "ProcSubset",
        "MemoryDenyWriteExecute",
        "ProtectClock",
    ],
)
def test_what_would_hide_the_devices_or_the_clocks_state_stays_off(setting):
    assert setting not in unit()


def test_the_users_groups_are_those_the_service_asks_for():
    users = rows("cramp-kiosk.sysusers")
    assert ["g", "gpio", "-", "-"] in users
    groups = [row[2] for row in users if row[0] == "m"]
    assert groups == unit()["SupplementaryGroups"][0].split()
    assert {row[1] for row in users if row[0] in "um"} == {unit()["User"][0]}


def test_the_diary_is_its_users_alone():
    told = unit()
    assert (told["StateDirectory"], told["StateDirectoryMode"]) == (["cramp-kiosk"], ["0700"])
    assert ["d", "/var/lib/cramp-kiosk", "0700", "cramp-kiosk", "cramp-kiosk", "-"] in rows(
        "cramp-kiosk.tmpfiles"
    )


def test_every_device_the_rules_give_away_goes_to_a_group_of_the_service():
    rules = (FILES / "60-cramp-kiosk.rules").read_text()
    assert re.findall(r'^SUBSYSTEM=="(\w+)"', rules, re.MULTILINE) == ["gpio", "pwm", "backlight"]
    given = set(re.findall(r'GROUP="(\w+)"|chgrp (?:-R )?(\w+)', rules))
    assert {one or other for one, other in given} == {"gpio", "video"}
