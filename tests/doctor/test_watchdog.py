"""What the doctor says of the board's own watchdog: what it guards, by kernel, and what it does not."""

import pytest

from kiosk.doctor import device
from tests.doctor.pi import told

FIFTEEN = (
    "To have it on: put the lines [Manager] and RuntimeWatchdogSec=15 into "
    "/etc/systemd/system.conf.d/watchdog.conf, then restart the device."
)
STAYS = "A system that hangs stays so until its plug is pulled: the board's watchdog is off."
REFUSED = (
    "60 seconds are asked of the board's watchdog. Kernels older than Linux 6.8 refuse more than 15, and "
    "then it is off: a system that hangs stays so until its plug is pulled."
)
RESTARTS = "The board's watchdog restarts a system that hangs, after {} seconds."
RESTARTS_BOTH = (
    "The board's watchdog restarts a kernel that hangs, within 16 seconds, and a system manager that hangs, "
    "after 60."
)
MISCOUNTED = (
    "100 seconds are asked of the board's watchdog. Kernels older than June 2026 let it count 4, and it may "
    "restart the device for no reason."
)


@pytest.mark.parametrize(
    ("asked", "state", "kernel", "expected"),
    [
        ("15s", "active", "6.12.34", ("ok", RESTARTS.format(15), "")),
        ("10s", None, "6.1.21", ("ok", RESTARTS.format(10), "")),
        ("1min", "active", "6.12.34", ("ok", RESTARTS_BOTH, "")),
        ("1min", None, "6.12.34", ("ok", RESTARTS_BOTH, "")),
        ("1min 40s", "active", "6.12.34", ("note", MISCOUNTED, FIFTEEN)),
        ("1min", "inactive", "6.1.21", ("note", REFUSED, FIFTEEN)),
        ("1min", None, "6.1.21", ("note", REFUSED, FIFTEEN)),
        ("0", "inactive", "6.12.34", ("note", STAYS, FIFTEEN)),
        ("15s", "inactive", "6.12.34", ("note", STAYS, FIFTEEN)),
        ("infinity", "active", "6.12.34", ("note", STAYS, FIFTEEN)),
        ("", None, "6.12.34", ("note", STAYS, FIFTEEN)),
    ],
)
def test_what_the_boards_watchdog_guards(pi, asked, state, kernel, expected):
    pi.watchdog = asked
    pi.put("proc/sys/kernel/osrelease", kernel)
    if state is None:
        pi.take("sys/class/watchdog/watchdog0/state")
    else:
        pi.put("sys/class/watchdog/watchdog0/state", f"{state}\n")
    assert told(device.check_watchdog(pi.machine())) == [expected]


def test_a_board_without_a_watchdog_and_a_laptop(pi):
    pi.take("sys/class/watchdog")
    assert told(device.check_watchdog(pi.machine())) == [("note", STAYS, FIFTEEN)]
    pi.put("proc/device-tree/model", "A laptop")
    assert device.check_watchdog(pi.machine()) == []
