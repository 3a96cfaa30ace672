"""Checks of the pins: the GPIO library, each button's level, PWM, config.txt and HATs."""

import importlib

import msgspec

from kiosk.config.config_txt import read
from kiosk.config.conflicts import doubts, find, find_hat
from kiosk.config.firmware import (
    ConfigError,
    Needs,
    absent_overlays,
    find_config,
    missing,
    where_overlays_are,
    without_block,
)
from kiosk.config.settings import Factory
from kiosk.devices.pins import FACTORIES, PinsUnavailable
from kiosk.doctor.buttons import check_buttons
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import _

#: The Python module of each library.
_MODULES = {"gpiod": "gpiod", "lgpio": "lgpio", "rpigpio": "RPi"}


def check_pins(machine: Machine) -> list[Finding]:
    """The GPIO library in use, and each button's level read through it."""
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
        return [*found, *check_buttons(machine, factory)]
    finally:
        factory.close()


def check_libraries(machine: Machine) -> list[Finding]:
    """Every supported GPIO library and whether it would work here."""
    states = {name: _state(machine, name) for name in FACTORIES if name in _MODULES}
    told = "; ".join(f"{name}: {state}" for name, state in states.items())
    return [note("pins.libraries", _("Ways to the pins: {told}.").format(told=told), libraries=states)]


def _state(machine: Machine, name: str) -> str:
    if name == "rpigpio" and (trouble := _rpigpio(machine)):
        return trouble.rstrip(".")
    if not machine.installed(_MODULES[name]):
        return _("not installed")
    # An idle button costs a fifth of a slow core (joan2937/lg#26).
    return _("installed, but it polls all night") if name == "lgpio" else _("installed")


def _rpigpio(machine: Machine) -> str:
    """Why RPi.GPIO cannot be used here; "" if it can."""
    if "Raspberry Pi 5" in machine.model:
        return _("RPi.GPIO does not know this board.")
    if machine.kernel >= (6, 6):  # raspberrypi/linux#6037
        return _("RPi.GPIO notices no presses on Linux 6.6 and newer.")
    return ""


def check_firmware(machine: Machine) -> list[Finding]:
    """Whether config.txt has what the kiosk needs, and what else in it takes our pins. Only on a Raspberry
    Pi."""
    if not machine.is_pi:
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
        text = read(path)
    except OSError as error:
        says = _("{file} cannot be read ({reason}).").format(file=place, reason=error.strerror)
        remedy = _("Run sudo cramp-kiosk doctor.") if isinstance(error, PermissionError) else ""
        return [note("pins.firmware", says, remedy, file=place)]
    found = [_firmware(machine, place, text)]
    needed = ["dtoverlay=w1-gpio"]
    absent = [each.replace(str(machine.root / "boot"), "/boot", 1) for each in absent_overlays(path, needed)]
    found += [problem("pins.overlay", each, where_overlays_are(), file=place) for each in absent]
    found += [note("pins.config", each, file=place) for each in doubts(text, machine.model)]
    again = _("Then restart the device; hardware/README.md lists which pins are free with what.")
    return found + [
        problem("pins.conflict", each, again) for each in find(machine.wired, text, machine.model)
    ]


def _firmware(machine: Machine, place: str, text: str) -> Finding:
    try:
        without_block(text, place)
        lacks = missing(text, Needs(), machine.model)
    except ConfigError as error:
        return problem("pins.firmware", str(error), _("Then run sudo cramp-kiosk setup."), file=place)
    if lacks:
        says = _("{file} lacks {lines}.").format(file=place, lines=", ".join(lacks))
        remedy = _("Run sudo cramp-kiosk setup, then restart the device.")
        return problem("pins.firmware", says, remedy, file=place, missing=lacks)
    says = _("{file} has everything that is needed.").format(file=place)
    return fine("pins.firmware", says, file=place, missing=[])


def check_hat(machine: Machine) -> list[Finding]:
    """A HAT with an ID EEPROM, and our pins that it takes: the firmware loads its overlay without a line in
    config.txt."""
    product = machine.text("proc/device-tree/hat/product")
    if not product:
        return []
    if taken := find_hat(machine.wired, product, machine.model):
        remedy = _("hardware/README.md lists which pins are free with what.")
        return [problem("pins.hat", each, remedy, product=product) for each in taken]
    ours = ", ".join(f"GPIO{pin}" for pin in sorted(msgspec.structs.astuple(machine.wired)))
    says = _("The HAT {hat} is on the header; config.txt does not tell which pins it takes.")
    remedy = _("Its maker's papers do: it goes with the kiosk if it leaves {pins} alone.").format(pins=ours)
    return [note("pins.hat", says.format(hat=product), remedy, product=product)]


def check_pwm(machine: Machine) -> list[Finding]:
    """Whether hardware PWM drives lamp and buzzer. A PWM chip alone proves nothing: a Pi 5 always has one,
    for the fan."""
    chips = [
        {"chip": path.name, "channels": machine.text(f"sys/class/pwm/{path.name}/npwm")}
        for path in sorted((machine.root / "sys/class/pwm").glob("pwmchip*"))
    ]
    pins = machine.config.pins
    ours = {f"GPIO{pin}": chip for pin in (pins.lamp, pins.buzzer) if (chip := _pwm_of(machine, pin))}
    if ours:
        says = _("The PWM hardware makes the pulses of {pins} ({chips}).").format(
            pins=", ".join(ours), chips=", ".join(sorted(set(ours.values())))
        )
        return [fine("pins.pwm", says, chips=chips, ours=ours)]
    says = _("Tones are made in software; the PWM hardware is not switched on for them.")
    remedy = _("For cleaner ones: sudo cramp-kiosk setup --pwm.") if machine.is_pi else ""
    return [note("pins.pwm", says, remedy, chips=chips, ours={})]


def _pwm_of(machine: Machine, pin: int) -> str:
    """The PWM chip that drives this pin, such as "pwmchip0", or ""."""
    try:
        find_channel = importlib.import_module("kiosk.devices.gpiod_pins.hardware_pwm").find_channel
    except (ImportError, AttributeError):  # without a suitable gpiod the kiosk does not use hardware PWM
        return ""
    system = machine.root / "sys"
    for controller in sorted((system / "bus/gpio/devices").glob("gpiochip*/of_node")):
        if found := find_channel(pin, controller, system):
            return str(found[0].name)
    return ""
