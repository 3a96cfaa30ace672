"""Sets the outputs to a safe state after the program has ended: lamp and buzzer off, screen dim."""

from typing import TYPE_CHECKING, Any

from kiosk.devices.backlight import Backlight
from kiosk.devices.output import Output
from kiosk.devices.part import PartFails
from kiosk.devices.pins import Pins, PinsUnavailable
from kiosk.i18n import N_, _

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: Perceived brightness, 0.0 to 1.0: messages of the starting system are readable, and it wakes nobody.
SAFE_LEVEL = 0.2


def safe_outputs(pins: Pins, factory: "Factory | None", backlight: Backlight[Any]) -> list[str]:
    """Switch lamp and buzzer off and set the backlight to ``SAFE_LEVEL``. Never raises.

    The Raspberry Pi's kernels leave a pin in its state when its program dies (raspberrypi/linux#6117), so a
    tone would go on after a crash. ``factory`` is None if there are no pins. Returns one sentence for each
    step that failed.
    """
    trouble: list[str] = []
    if factory is None:
        trouble.append(_("Lamp and buzzer cannot be switched off, because there are no pins."))
    else:
        for pin in (pins.buzzer, pins.lamp):  # the buzzer first: it disturbs more
            try:
                Output(pin, factory, N_("A pin does not answer.")).close()
            except PinsUnavailable as error:
                trouble.append(str(error))
    try:
        backlight.set(SAFE_LEVEL)
    except PartFails as error:
        trouble.append(str(error))
    return trouble
