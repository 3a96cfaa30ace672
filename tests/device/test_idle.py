"""Asleep all night: what that costs, in processor time, wake-ups and memory."""

from typing import NamedTuple

import pytest

from tests.device.conftest import figure
from tests.device.product import UNIT
from tests.device.rig import LAMP, Rig

MINUTE = 60


class Cost(NamedTuple):
    """Of a process: processor seconds and wake-ups of all its threads since it started."""

    processor: float
    wakeups: int


def _cost(rig: Rig, pid: str) -> Cost:
    nanoseconds, wakeups = rig.guest(
        f"cat /proc/{pid}/task/*/schedstat | awk '{{ns += $1}} END {{printf \"%.0f \", ns}}'; "
        f"cat /proc/{pid}/task/*/status | awk '/^voluntary_ctxt/ {{n += $2}} END {{print n}}'"
    ).split()
    return Cost(int(nanoseconds) / 1e9, int(wakeups))


def _memory(rig: Rig, pid: str) -> float:
    """Proportional share of memory, in MiB."""
    kib = rig.guest(f"awk '/^Pss:/ {{print $2}}' /proc/{pid}/smaps_rollup")
    return int(kib) / 1024


@pytest.mark.smoke
def test_what_the_kiosk_costs(rig: Rig) -> None:
    """A minute asleep, then the memory while it leads."""
    pid = rig.show(UNIT, "MainPID")["MainPID"]
    before = _cost(rig, pid)
    rig.wait(MINUTE)
    after = _cost(rig, pid)
    wakeups = (after.wakeups - before.wakeups) / MINUTE
    busy = (after.processor - before.processor) / MINUTE
    asleep = _memory(rig, pid)

    start = rig.press()
    rig.wait_edge(LAMP, 1, since=start + 2)
    active = _memory(rig, pid)

    figure(f"asleep: {wakeups:.2f} wake-ups a second, {100 * busy:.2f} % of the emulated processor")
    figure(f"memory (PSS): asleep {asleep:.1f} MiB, leading {active:.1f} MiB")
    assert wakeups < 2
    assert busy < 0.02
    assert active < 60
