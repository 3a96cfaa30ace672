"""The pins: which library reaches them and why, who holds them, and what the button says now."""

import re
from typing import TYPE_CHECKING

from gpiozero import InputDevice

from kiosk.devices.conflicts import find
from kiosk.devices.pins import FACTORIES, Pins, PinsUnavailable, claiming
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.settings import ONE_WIRE, Factory
from kiosk.setup import board, find_config, read_config
from kiosk.setup_config import Needs, missing
from kiosk.words import _

if TYPE_CHECKING:
    from gpiozero.pins import Factory as PinFactory

#: The Python module behind each library.
_MODULES = {"gpiod": "gpiod", "lgpio": "lgpio", "rpigpio": "RPi"}

_LINE = re.compile(r"^ gpio-\d+\s+\(GPIO(\d+)\s*\|(.*?)\s*\)\s+(in|out)\s+(hi|lo)", re.MULTILINE)


def check_pins(machine: Machine) -> list[Finding]:
    """The library in use, and the button's level through it."""
    chosen = machine.config.pins.factory
    name = next(iter(FACTORIES)) if chosen is Factory.AUTO else str(chosen)
    try:
        factory = machine.open_factory(name)
    except PinsUnavailable as error:
        return [
            problem("pins.library", _("Button, lamp and buzzer cannot be used."), str(error), library=name)
        ]
    why = _("the usual one") if chosen is Factory.AUTO else _("as the settings say")
    says = _("The pins are reached through {library} ({why}).").format(library=name, why=why)
    found = [fine("pins.library", says, library=name)]
    try:
        if name == "rpigpio" and (trouble := _rpigpio(machine)):
            found = [problem("pins.library", trouble, _('Set pins.factory to "auto".'), library=name)]
        return [*found, _button(machine, factory)]
    finally:
        factory.close()


def check_libraries(machine: Machine) -> list[Finding]:
    """What the other ways to the pins would do here."""
    states = {name: _state(machine, name) for name in FACTORIES if name in _MODULES}
    told = "; ".join(f"{name}: {state}" for name, state in states.items())
    return [note("pins.libraries", _("Ways to the pins: {told}.").format(told=told), libraries=states)]


def _state(machine: Machine, name: str) -> str:
    if name == "rpigpio" and (trouble := _rpigpio(machine)):
        return trouble.rstrip(".")
    if not machine.installed(_MODULES[name]):
        return _("not installed")
    # joan2937/lg#26: a fifth of a slow core for one idle button
    return _("installed, but it polls all night") if name == "lgpio" else _("installed")


def _rpigpio(machine: Machine) -> str:
    """Why RPi.GPIO is no use here; "" where it is."""
    if "Raspberry Pi 5" in board(machine.root):
        return _("RPi.GPIO does not know this board.")
    if machine.kernel >= (6, 6):  # raspberrypi/linux#6037
        return _("RPi.GPIO notices no presses on Linux 6.6 and newer.")
    return ""


def _button(machine: Machine, factory: "PinFactory") -> Finding:
    pin = machine.config.pins.button
    if machine.service_runs:
        return _button_of_the_service(machine, pin)
    try:
        with claiming(pin), InputDevice(pin, pull_up=True, pin_factory=factory) as device:
            pressed = device.is_active
    except PinsUnavailable as error:
        return problem(
            "pins.button", _("The button on GPIO{pin} cannot be read.").format(pin=pin), str(error)
        )
    return _told(pin, pressed)


def _told(pin: int, pressed: bool) -> Finding:
    if not pressed:
        return fine(
            "pins.button", _("The button on GPIO{pin} is up.").format(pin=pin), pin=pin, pressed=False
        )
    return note(
        "pins.button",
        _("The button on GPIO{pin} is down.").format(pin=pin),
        _("If nobody presses it, it is stuck, or its wire touches ground."),
        pin=pin,
        pressed=True,
    )


def _button_of_the_service(machine: Machine, pin: int) -> Finding:
    """The level as the kernel lists it for root; the line itself belongs to the service."""
    lines = {int(m[1]): m[4] for m in _LINE.finditer(machine.text("sys/kernel/debug/gpio"))}
    if pin in lines:
        return _told(pin, lines[pin] == "lo")
    return note(
        "pins.button",
        _("The service holds the pins, so the button's level cannot be read now."),
        _("Press it and look at the screen; or sudo systemctl stop cramp-kiosk, then run this again."),
        pin=pin,
        pressed=None,
    )


def check_firmware(machine: Machine) -> list[Finding]:
    """Whether the firmware was told what the kiosk needs."""
    if "Raspberry Pi" not in board(machine.root):
        return []
    path = find_config(machine.root)
    if path is None:
        return [
            problem(
                "pins.firmware",
                _("The firmware's config.txt is not there."),
                _("Mount the boot partition: sudo mount /boot/firmware"),
            )
        ]
    place = "/" + str(path.relative_to(machine.root))
    try:
        text = read_config(path)
        lacks = missing(text, Needs(probe=ONE_WIRE))
    except OSError as error:
        says = _("{file} cannot be read ({reason}).").format(file=place, reason=error.strerror)
        return [note("pins.firmware", says, _("Run sudo cramp-kiosk doctor."), file=place)]
    if lacks:
        says = _("{file} lacks {lines}.").format(file=place, lines=", ".join(lacks))
        remedy = _("Run sudo cramp-kiosk setup, then restart the device.")
        found = [problem("pins.firmware", says, remedy, file=place, missing=lacks)]
    else:
        says = _("{file} has everything that is needed.").format(file=place)
        found = [fine("pins.firmware", says, file=place, missing=[])]
    pins = machine.config.pins
    wires = Pins(button=pins.button, lamp=pins.lamp, buzzer=pins.buzzer, probe=ONE_WIRE)
    again = _("Then restart the device; hardware/README.md lists which pins are free with what.")
    found += [problem("pins.conflict", each, again) for each in find(wires, text, board(machine.root))]
    return found


def check_pwm(machine: Machine) -> list[Finding]:
    """Whether the PWM hardware is there."""
    chips = [
        {"chip": path.name, "channels": machine.text(f"sys/class/pwm/{path.name}/npwm")}
        for path in sorted((machine.root / "sys/class/pwm").glob("pwmchip*"))
    ]
    if not chips:
        says = _("Tones are made in software; the PWM hardware is not switched on.")
        remedy = _("For cleaner ones: sudo cramp-kiosk setup --pwm.")
        return [note("pins.pwm", says, remedy if "Raspberry Pi" in board(machine.root) else "", chips=[])]
    names = ", ".join(each["chip"] for each in chips)
    return [fine("pins.pwm", _("The PWM hardware is there: {chips}.").format(chips=names), chips=chips)]
