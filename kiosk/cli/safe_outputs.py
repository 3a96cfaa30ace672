"""``cramp-kiosk safe-outputs``: switch lamp and buzzer off. The service runs it each time the kiosk ends
(``ExecStopPost=``), because Raspberry Pi kernels leave an output as it was when its process dies
(raspberrypi/linux#6117)."""

import argparse

from kiosk.cli.streams import FAILED, OK, complain
from kiosk.config import settings
from kiosk.devices.backlight import Backlight
from kiosk.devices.pins import PinsUnavailable, open_factory
from kiosk.devices.safe import safe_outputs
from kiosk.display.backlights import lights


def run(_chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code: 0, or 1 if something could not be switched off."""
    wired = settings.load()[0].pins
    factory, trouble = None, []
    try:
        factory = open_factory(wired.factory)
    except PinsUnavailable as error:
        trouble.append(str(error))
    trouble += safe_outputs(settings.wiring(wired), factory, Backlight(lights))
    complain(trouble)
    return FAILED if trouble else OK
