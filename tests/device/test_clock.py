"""The wall clock as seen in the service's sandbox: whether a time service sets it, and its time zone."""

from pathlib import Path

import pytest

from kiosk.core.events import Fault
from tests.device.both import Both
from tests.device.product import ROOT, UNIT, report, start_with
from tests.device.rig import LAMP, Rig
from tests.device.twin import Twin

TIMEX = "/run/timex.py"

#: Before the service starts, and with its rights: ask the kernel, then try to tell it something.
IN_ITS_PLACE = f"""\
[Service]
ExecStartPre=/usr/bin/python3 {TIMEX}
ExecStartPre=/usr/bin/python3 {TIMEX} 1
ExecStartPre=-/usr/bin/date --set=2030-01-01
"""


@pytest.fixture
def unset(rig: Rig) -> Rig:
    """The clock is moved by an hour, within the quiet hours: it no longer agrees with the clock chip, and no
    time service has set it."""
    rig.put((ROOT / "tests/device/guest/timex.py").read_bytes(), TIMEX)
    rig.guest("date --set='+1 hour'")
    return rig


def test_a_clock_that_only_the_kernel_vouches_for_is_set(unset: Rig, shots: Path) -> None:
    """No timesyncd, no clock chip that agrees: chrony sets the kernel's error, and the banner disappears."""
    start_with(unset, "")
    both = Both(unset, Twin(Fault.CLOCK))
    both.tap()
    both.see(shots / "1-not-set.png")
    unset.guest(f"python3 {TIMEX} 200000")
    both.twin.mend(Fault.CLOCK)
    both.wait(3)
    both.see(shots / "2-set.png")
    assert "a time service keeps it" in unset.guest("cramp-kiosk doctor || true")


def test_the_service_may_ask_the_kernel_and_set_nothing(unset: Rig) -> None:
    unset.put(IN_ITS_PLACE.encode(), f"/etc/systemd/system/{UNIT}.d/timex.conf")
    before = unset.guest("date +%Y")
    unset.guest("systemctl daemon-reload")
    start_with(unset, "")
    said = [line.split("timex: ")[1] for line in unset.journal(UNIT).splitlines() if "timex: " in line]
    assert said == ["16000000", "Operation not permitted"]
    assert unset.guest("date +%Y") == before


def test_a_time_zone_that_is_set_by_day_counts_from_the_next_night_on(rig: Rig) -> None:
    """Without a restart: the diary's next night is in it."""
    pid = rig.show(UNIT, "MainPID")
    rig.guest("ln -sfn /usr/share/zoneinfo/Asia/Kolkata /etc/localtime")
    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start)
    assert rig.until(lambda: report(rig)["offsets"]) == [330], "minutes ahead of UTC"
    assert rig.show(UNIT, "MainPID") == pid
