"""After every end of the program, clean or not: nothing hums, nothing glows, the screen is not dead."""

from typing import TYPE_CHECKING, Any

from kiosk.devices.backlight import Backlight
from kiosk.devices.output import Output
from kiosk.devices.part import PartFails
from kiosk.devices.pins import Pins, PinsUnavailable
from kiosk.i18n import N_, _

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: Bright enough for the words of a starting system to be read, too dim to wake anyone.
SAFE_LEVEL = 0.2


def safe_outputs(pins: Pins, factory: "Factory | None", backlight: Backlight[Any]) -> list[str]:
    """Lamp and buzzer off, backlight dim but on. Never raises.

    Needed because the Raspberry Pi's kernels leave a pin as it was driven when its program dies
    (raspberrypi/linux#6117): a crash during a tone would sound until morning. ``factory`` None: there are
    no pins. Returns a sentence for each thing that could not be done.
    """
    trouble: list[str] = []
    if factory is None:
        trouble.append(_("Lamp and buzzer cannot be switched off, because there are no pins."))
    else:
        for pin in (pins.buzzer, pins.lamp):  # the noise first
            try:
                Output(pin, factory, N_("A pin does not answer.")).close()
            except PinsUnavailable as error:
                trouble.append(str(error))
    try:
        backlight.set(SAFE_LEVEL)
    except PartFails as error:
        trouble.append(str(error))
    return trouble
