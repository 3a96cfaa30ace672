"""``cramp-kiosk safe-outputs``: lamp and buzzer off; the service runs it after every end."""

import argparse

from kiosk.cli.streams import FAILED, OK, complain
from kiosk.config import settings
from kiosk.devices.backlight import Backlight
from kiosk.devices.pins import PinsUnavailable, open_factory
from kiosk.devices.safe import safe_outputs
from kiosk.display.backlights import lights


def run(_chosen: argparse.Namespace) -> int:
    """The command."""
    wired = settings.load()[0].pins
    factory, trouble = None, []
    try:
        factory = open_factory(wired.factory)
    except PinsUnavailable as error:
        trouble.append(str(error))
    trouble += safe_outputs(settings.wiring(wired), factory, Backlight(lights))
    complain(trouble)
    return FAILED if trouble else OK
