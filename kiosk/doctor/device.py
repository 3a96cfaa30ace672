"""The board, its kernel and system, and whether it gets enough power."""

import re
from typing import Any

from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import _


def check_board(machine: Machine) -> list[Finding]:
    """Which board, which revision."""
    model = machine.model
    if not model:
        return [
            note(
                "device.board",
                _("This is not a Raspberry Pi."),
                _("cramp-kiosk run --simulate plays the kiosk in a window here."),
                model="",
            )
        ]
    revision = _revision(machine)
    if not revision:
        return [fine("device.board", model, model=model, revision="")]
    says = _("{model}, revision {revision}").format(model=model, revision=revision)
    return [fine("device.board", says, model=model, revision=revision)]


def _revision(machine: Machine) -> str:
    found = re.search(r"^Revision\s*:\s*([0-9a-f]+)", machine.text("proc/cpuinfo"), re.MULTILINE)
    if found:
        return found[1]
    try:
        return (machine.root / "proc/device-tree/system/linux,revision").read_bytes().hex().lstrip("0")
    except OSError:
        return ""


def check_system(machine: Machine) -> list[Finding]:
    """Kernel and operating system."""
    kernel = machine.text("proc/sys/kernel/osrelease") or _("unknown")
    named = re.search(r'^PRETTY_NAME="?([^"\n]+)', machine.text("etc/os-release"), re.MULTILINE)
    system = named[1] if named else _("unknown")
    says = _("{system}, Linux {kernel}").format(system=system, kernel=kernel)
    return [fine("device.system", says, system=system, kernel=kernel)]


def check_power(machine: Machine) -> list[Finding]:
    """Whether the firmware has seen the supply voltage drop (raspberrypi-hwmon; Pi only)."""
    for chip in sorted((machine.root / "sys/class/hwmon").glob("hwmon*")):
        place = f"sys/class/hwmon/{chip.name}"
        alarm = machine.text(f"{place}/in0_lcrit_alarm")
        if machine.text(f"{place}/name") != "rpi_volt" or not alarm:
            continue
        if alarm == "0":
            return [fine("device.power", _("The supply voltage is high enough."), alarm=alarm)]
        return [
            problem(
                "device.power",
                _("The supply voltage is too low; the device may stop or lose data."),
                _("Use the supply made for this Raspberry Pi, with a short cable."),
                alarm=alarm,
            )
        ]
    return []


#: The board's watchdog counts so many seconds and no more; for longer the kernel feeds it in between.
_COUNTS = 16


def check_watchdog(machine: Machine) -> list[Finding]:
    """What restarts the device if the whole system hangs. (A kiosk that hangs is systemd's to end.)

    Before Linux 6.8 the kernel refuses more than 15 seconds, and systemd then goes on without a watchdog
    (systemd#27427, raspberrypi/linux#5838). Since then the kernel feeds it itself during what is over 16, but
    until June 2026 let it count the rest of a division by 16 in place of 16 (raspberrypi/linux#7432).
    """
    if not machine.is_pi:
        return []
    told = machine.ask(["systemctl", "show", "--property=RuntimeWatchdogUSec"]) or ""
    asked = _seconds(told.strip().partition("=")[2])
    state = machine.text("sys/class/watchdog/watchdog0/state")  # there since 2025; else systemd's word counts
    there = any((machine.root / "sys/class/watchdog").glob("watchdog*"))
    facts = {"asked": asked, "state": state, "there": there}
    if there and asked and state != "inactive" and (asked < _COUNTS or state or machine.kernel >= (6, 8)):
        return [_guarded(asked, facts)]
    says = _("A system that hangs stays so until its plug is pulled: the board's watchdog is off.")
    if asked >= _COUNTS:
        says = _(
            "{n:.0f} seconds are asked of the board's watchdog. Kernels older than Linux 6.8 refuse more "
            "than 15, and then it is off: a system that hangs stays so until its plug is pulled."
        ).format(n=asked)
    return [note("device.watchdog", says, _fifteen(), **facts)]


def _guarded(asked: float, facts: dict[str, Any]) -> Finding:
    if asked < _COUNTS:
        says = _("The board's watchdog restarts a system that hangs, after {n:.0f} seconds.")
        return fine("device.watchdog", says.format(n=asked), **facts)
    if (counted := asked % _COUNTS) <= _COUNTS / 2:  # it is fed every 8 seconds
        says = _(
            "{n:.0f} seconds are asked of the board's watchdog. Kernels older than June 2026 let it count "
            "{counted:.0f}, and it may restart the device for no reason."
        )
        return note("device.watchdog", says.format(n=asked, counted=counted), _fifteen(), **facts)
    says = _(
        "The board's watchdog restarts a kernel that hangs, within {most} seconds, and a system manager that "
        "hangs, after {n:.0f}."
    )
    return fine("device.watchdog", says.format(most=_COUNTS, n=asked), **facts)


def _fifteen() -> str:
    return _(
        "To have it on: put the lines [Manager] and RuntimeWatchdogSec=15 into "
        "/etc/systemd/system.conf.d/watchdog.conf, then restart the device."
    )


def _seconds(span: str) -> float:
    """A time as systemd prints it, such as "1min 30s", "15s", "0"; 0 also for one that never comes."""
    units = {"h": 3600.0, "min": 60.0, "s": 1.0, "ms": 0.001}
    return sum(float(n) * units.get(unit, 0.0) for n, unit in re.findall(r"(\d+)([a-z]+)", span))
