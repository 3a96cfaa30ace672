"""A night in the soak, for the tests of its pages."""

from kiosk.core.events import Act
from kiosk.core.pages import Soak
from kiosk.core.rules import Rules
from kiosk.core.soak import Verdict
from tests.bedside import HAND, SOAK, Bedside


def bathing(rules: Rules | None = None, *, cramp: bool = True) -> Bedside:
    """A night at the soak's page, the probe being read."""
    night = Bedside(rules or Rules(techniques=(SOAK, HAND)))
    if cramp:
        night.press()
    else:
        night.tap()
        night.wait(2)
        night.tap(Act.SOAK)
    night.press()
    assert isinstance(night.page, Soak)
    return night


def warm(rules: Rules | None = None, *, cramp: bool = True) -> Bedside:
    night = bathing(rules, cramp=cramp)
    night.water(38.5, 16)
    assert night.verdict() is Verdict.WARM
    return night
