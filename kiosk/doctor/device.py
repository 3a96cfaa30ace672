"""The board, its kernel and system, and whether it gets enough power."""

import re

from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.setup import board
from kiosk.words import _


def check_board(machine: Machine) -> list[Finding]:
    """Which board, which revision."""
    model = board(machine.root)
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
