"""Checks of the board: model, kernel and system, supply voltage, hardware watchdog."""

import re
from typing import Any

from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import _


def check_board(machine: Machine) -> list[Finding]:
    """Model and revision of the board."""
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
    """Whether the firmware reports undervoltage (``in0_lcrit_alarm`` of the raspberrypi-hwmon driver). No
    finding where there is no such sensor."""
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


#: Longest timeout of the board's watchdog timer, in seconds. For a longer one the kernel feeds it in between.
_LONGEST = 16


def check_watchdog(machine: Machine) -> list[Finding]:
    """Whether the board's watchdog restarts the device if the whole system hangs. (If only the kiosk hangs,
    systemd restarts it.)

    Before Linux 6.8 the kernel refuses a timeout over 15 s, and systemd then runs without a watchdog
    (systemd#27427, raspberrypi/linux#5838). Since 6.8 the kernel accepts a longer one and feeds the timer
    itself meanwhile, but until June 2026 it programmed the timer with the timeout modulo 16 s
    (raspberrypi/linux#7432).
    """
    if not machine.is_pi:
        return []
    output = machine.ask(["systemctl", "show", "--property=RuntimeWatchdogUSec"]) or ""
    asked = _seconds(output.strip().partition("=")[2])
    state = machine.text("sys/class/watchdog/watchdog0/state")  # kernels of 2025 and newer; "" in older ones
    there = any((machine.root / "sys/class/watchdog").glob("watchdog*"))
    facts = {"asked": asked, "state": state, "there": there}
    if there and asked and state != "inactive" and (asked < _LONGEST or state or machine.kernel >= (6, 8)):
        return [_watchdog_on(asked, facts)]
    says = _("A system that hangs stays so until its plug is pulled: the board's watchdog is off.")
    if asked >= _LONGEST:
        says = _(
            "{n:.0f} seconds are asked of the board's watchdog. Kernels older than Linux 6.8 refuse more "
            "than 15, and then it is off: a system that hangs stays so until its plug is pulled."
        ).format(n=asked)
    return [note("device.watchdog", says, _set_15_seconds(), **facts)]


def _watchdog_on(asked: float, facts: dict[str, Any]) -> Finding:
    """The finding for an active watchdog; ``asked`` is its timeout in seconds."""
    if asked < _LONGEST:
        says = _("The board's watchdog restarts a system that hangs, after {n:.0f} seconds.")
        return fine("device.watchdog", says.format(n=asked), **facts)
    if (counted := asked % _LONGEST) <= _LONGEST / 2:  # the kernel feeds it every 8 s, half of the maximum
        says = _(
            "{n:.0f} seconds are asked of the board's watchdog. Kernels older than June 2026 let it count "
            "{counted:.0f}, and it may restart the device for no reason."
        )
        return note("device.watchdog", says.format(n=asked, counted=counted), _set_15_seconds(), **facts)
    says = _(
        "The board's watchdog restarts a kernel that hangs, within {most} seconds, and a system manager that "
        "hangs, after {n:.0f}."
    )
    return fine("device.watchdog", says.format(most=_LONGEST, n=asked), **facts)


def _set_15_seconds() -> str:
    return _(
        "To have it on: put the lines [Manager] and RuntimeWatchdogSec=15 into "
        "/etc/systemd/system.conf.d/watchdog.conf, then restart the device."
    )


def _seconds(span: str) -> float:
    """Seconds of a time span as systemd prints it, such as "1min 30s", "15s", "0"; 0.0 for "infinity"."""
    units = {"h": 3600.0, "min": 60.0, "s": 1.0, "ms": 0.001}
    return sum(float(n) * units.get(unit, 0.0) for n, unit in re.findall(r"(\d+)([a-z]+)", span))
