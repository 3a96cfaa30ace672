"""The check of each button: is it up or down now?"""

import re
from typing import TYPE_CHECKING, assert_never

import msgspec
from gpiozero import InputDevice

from kiosk.core.events import ButtonName
from kiosk.devices.pins import PinsUnavailable, claiming
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import N_, _

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: A line in use, in the kernel's /sys/kernel/debug/gpio: GPIO number, consumer, direction, level.
_LINE = re.compile(r"^ gpio-\d+\s+\(GPIO(\d+)\s*\|(.*?)\s*\)\s+(in|out)\s+(hi|lo)", re.MULTILINE)


class Says(msgspec.Struct, frozen=True, kw_only=True):
    """The sentences about one button, whole. ``live_up``, ``live_down``: while it is watched."""

    up: str
    down: str
    unreadable: str
    held: str
    """its level cannot be read beside the service"""
    live_up: str
    live_down: str


def _says(button: ButtonName) -> Says:
    match button:
        case ButtonName.BIG:
            return Says(
                up=N_("The button on GPIO{pin} is up."),
                down=N_("The button on GPIO{pin} is down."),
                unreadable=N_("The button on GPIO{pin} cannot be read."),
                held=N_("The service holds the pins, so the button's level cannot be read now."),
                live_up=N_("button: up"),
                live_down=N_("button: down"),
            )
        case _:
            assert_never(button)


SAYS = {button: _says(button) for button in ButtonName}


def check_buttons(machine: Machine, factory: "Factory") -> list[Finding]:
    """The level of each button."""
    return [_look(machine, factory, button) for button in ButtonName]


def _look(machine: Machine, factory: "Factory", button: ButtonName) -> Finding:
    pin = machine.wired.of(button)
    if machine.service_runs:
        return _from_debugfs(machine, button, pin)
    try:
        with claiming(pin), InputDevice(pin, pull_up=True, pin_factory=factory) as device:
            pressed = device.is_active
    except PinsUnavailable as error:
        return problem(f"pins.{button}", _(SAYS[button].unreadable).format(pin=pin), str(error))
    return _finding(button, pin, pressed)


def _finding(button: ButtonName, pin: int, pressed: bool) -> Finding:
    check = f"pins.{button}"
    if not pressed:
        return fine(check, _(SAYS[button].up).format(pin=pin), pin=pin, pressed=False)
    remedy = _("If nobody presses it, it is stuck, or its wire touches ground.")
    return note(check, _(SAYS[button].down).format(pin=pin), remedy, pin=pin, pressed=True)


def _from_debugfs(machine: Machine, button: ButtonName, pin: int) -> Finding:
    """The level from debugfs, which only root can read: the line itself is held by the service."""
    lines = {int(m[1]): m[4] for m in _LINE.finditer(machine.text("sys/kernel/debug/gpio"))}
    if pin in lines:
        return _finding(button, pin, lines[pin] == "lo")
    return note(
        f"pins.{button}",
        _(SAYS[button].held),
        _("Press it and look at the screen; or sudo systemctl stop cramp-kiosk, then run this again."),
        pin=pin,
        pressed=None,
    )
