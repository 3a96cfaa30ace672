"""The checks of ``cramp-kiosk doctor``. They change nothing; each finding says what to do."""

import threading
from collections.abc import Callable, Sequence

from kiosk.doctor.device import check_board, check_power, check_system, check_watchdog
from kiosk.doctor.finding import Finding, problem
from kiosk.doctor.machine import Machine
from kiosk.doctor.pins import check_firmware, check_hat, check_libraries, check_pins, check_pwm
from kiosk.doctor.probe import check_probe
from kiosk.doctor.screen import check_backlight, check_screen, check_touch
from kiosk.doctor.service import check_privacy, check_rights, check_service, check_settings
from kiosk.doctor.storage import check_clock, check_diary, check_disk
from kiosk.i18n import _

Check = Callable[[Machine], list[Finding]]

#: Every check, with the name of the finding that reports its own failure or timeout.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("device.board", check_board),
    ("device.system", check_system),
    ("device.power", check_power),
    ("device.watchdog", check_watchdog),
    ("pins.library", check_pins),
    ("pins.libraries", check_libraries),
    ("pins.pwm", check_pwm),
    ("pins.firmware", check_firmware),
    ("pins.hat", check_hat),
    ("probe.bus", check_probe),
    ("screen.panel", check_screen),
    ("screen.touch", check_touch),
    ("screen.backlight", check_backlight),
    ("memory.diary", check_diary),
    ("memory.disk", check_disk),
    ("memory.clock", check_clock),
    ("settings.file", check_settings),
    ("settings.private", check_privacy),
    ("service.unit", check_service),
    ("service.groups", check_rights),
)

#: Timeout of a check, in seconds. The slowest reads the probes: 0.8 s each (a DS18B20 converts for 750 ms).
LIMIT = 10.0


def examine(
    machine: Machine, checks: Sequence[tuple[str, Check]] = CHECKS, limit: float = LIMIT
) -> list[Finding]:
    """Run the checks; return their findings in the same order.

    A check that raises or takes longer than ``limit`` seconds becomes a problem, so this never raises, and
    never blocks for longer than ``limit`` per check.
    """
    return [finding for name, check in checks for finding in _bounded(name, check, machine, limit)]


def _bounded(name: str, check: Check, machine: Machine, limit: float) -> list[Finding]:
    found: list[Finding] = []

    def look() -> None:
        try:
            found.extend(check(machine))
        except Exception as error:
            says = _("This could not be looked at: {error}.").format(error=f"{type(error).__name__}: {error}")
            found.append(problem(name, says, _("Please report it, with this line.")))

    # A daemon thread, so that a read that never returns does not keep the program from exiting.
    thread = threading.Thread(target=look, name=name, daemon=True)
    thread.start()
    thread.join(limit)
    if thread.is_alive():
        says = _("This took longer than {n:.0f} seconds to look at.").format(n=limit)
        return [problem(name, says, _("Restart the device, then try again."))]
    return found
