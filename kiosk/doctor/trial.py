"""``doctor --test``: drives lamp and buzzer and asks a person whether they worked."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.config.settings import Buzzer
from kiosk.core.signals import LAMP, Signal, Volume, tune
from kiosk.devices.buzzer import ActiveBuzzer, PassiveBuzzer
from kiosk.devices.lamp import Lamp
from kiosk.devices.part import PartFails
from kiosk.devices.pins import PinsUnavailable
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import _

if TYPE_CHECKING:
    from gpiozero.pins import Factory

Ask = Callable[[str], bool | None]
"""asks a yes-or-no question; None: nobody is there to answer"""

LIT_FOR = 2.0
"""seconds"""

_WAIT = 0.5
"""seconds between the two tones"""


def try_outputs(
    machine: Machine, ask: Ask, say: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> list[Finding]:
    """Light the lamp for ``LIT_FOR``, then play the tunes of hold and release, and ask after each.

    ``sleep`` takes seconds. Returns a finding per part; one note if the service holds the pins; one problem
    if they cannot be used. Never raises ``PinsUnavailable`` or ``PartFails``.
    """
    if machine.service_runs:
        return [
            note(
                "pins.test",
                _("The service holds the pins, so lamp and buzzer cannot be tried here."),
                _("Try them on the screen: Settings, Check parts. Or sudo systemctl stop cramp-kiosk first."),
            )
        ]
    pins = machine.config.pins
    try:
        factory = machine.open_factory(pins.factory)
    except PinsUnavailable as error:
        return [problem("pins.test", _("Lamp and buzzer cannot be tried."), str(error))]
    try:
        with Lamp(pins.lamp, factory) as lamp:
            say(_("The lamp lights for two seconds."))
            lamp.set(LAMP[Signal.HOLD].after)
            sleep(LIT_FOR)
        lit = _finding(
            "pins.lamp",
            ask(_("Did the lamp light?")),
            _("The lamp on GPIO{pin} lights.").format(pin=pins.lamp),
            _("The lamp on GPIO{pin} does not light.").format(pin=pins.lamp),
            _("Check its wires and that its long leg faces the pin."),
        )
        say(_("The buzzer plays hold, then let go."))
        _play(machine, factory, sleep)
        heard = _finding(
            "pins.buzzer",
            ask(_("Did the buzzer sound?")),
            _("The buzzer on GPIO{pin} sounds.").format(pin=pins.buzzer),
            _("The buzzer on GPIO{pin} does not sound.").format(pin=pins.buzzer),
            _("Check its wires, and whether sound.buzzer says which kind it is (passive or active)."),
        )
    except (PinsUnavailable, PartFails) as error:
        return [problem("pins.test", _("Lamp and buzzer cannot be tried."), str(error))]
    finally:
        factory.close()
    return [lit, heard]


def _play(machine: Machine, factory: "Factory", sleep: Callable[[float], None]) -> None:
    passive = machine.config.sound.buzzer is Buzzer.PASSIVE
    kind = PassiveBuzzer if passive else ActiveBuzzer
    with kind(machine.config.pins.buzzer, factory) as buzzer:
        for signal in (Signal.HOLD, Signal.RELEASE):
            for length, hertz in tune(signal, passive=passive).pieces:
                buzzer.play(hertz, Volume.MEDIUM)
                sleep(length / 1000)
            buzzer.play(0, Volume.OFF)
            sleep(_WAIT)


def _finding(check: str, answer: bool | None, good: str, bad: str, remedy: str) -> Finding:
    if answer is None:
        return note(check, _("Nobody was there to say whether it worked."))
    return fine(check, good) if answer else problem(check, bad, remedy)
