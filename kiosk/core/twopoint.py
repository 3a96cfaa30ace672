"""The owner's two-point check of the probe: ice water, then warm water beside a thermometer.

The readings are the sensor's own, without the offset in force. The new offset is the mean of the two
errors: of all single numbers it leaves the least wrong at either point, half of what they differ by. If
that is much, the probe is not off by a number but wrong, and no offset mends it.
"""

from enum import StrEnum
from statistics import fmean

import msgspec

from kiosk.core.check import PROBE, show
from kiosk.core.events import Act, ChangeSetting, WaterRead
from kiosk.core.pages import Dip, ProbeOffset, WarmWater
from kiosk.core.soak import STEADY_FOR, Bands, Reading, steady, within
from kiosk.core.transition import Transition

#: Degrees Celsius that an offset may be, and that the two errors may differ by.
MOST = 1.0

#: Further from 0 degrees it is not ice water that the probe is in.
NEAR_ICE = (-5.0, 5.0)

#: The warm water is as warm as the soak wants it: there the probe decides.
WARM = (Bands().warm_low, Bands().warm_high)

MOST_TENTHS = 50


class Hint(StrEnum):
    """What is still missing before a point can be taken."""

    WAIT = "wait"
    COLDER = "colder"
    WARMER = "warmer"


def shown(page: Dip) -> float | None:
    """Degrees Celsius the page shows: the reading, and what was added to match the thermometer."""
    return round(page.readings[-1].celsius + page.tenths / 10, 2) if page.readings else None


def hint(page: Dip) -> Hint | None:
    """What is missing; None: the point can be taken."""
    celsius = shown(page)
    low, high = NEAR_ICE if page.ice is None else WARM
    if celsius is None:
        return Hint.WAIT
    if celsius > high:
        return Hint.COLDER
    if celsius < low:
        return Hint.WARMER
    return None if steady(page.readings, STEADY_FOR) else Hint.WAIT


def offset(page: ProbeOffset) -> float | None:
    """The offset to store, to a tenth of a degree; None: the probe is to be replaced."""
    mean = round((page.ice + page.warm) / 2, 3)
    if abs(mean) > MOST or round(abs(page.ice - page.warm), 2) > MOST:
        return None
    return round(mean, 1) + 0.0  # no minus before a zero


def read(t: Transition, page: Dip, event: WaterRead) -> None:
    """One reading. One that failed is passed over; too many of them let the others grow stale."""
    celsius = event.outside if event.celsius is None else event.celsius
    if celsius is None:
        _show(t, msgspec.structs.replace(page, broken=not page.readings))
        return
    reading = Reading(t.now, round(celsius - t.state.rules.probe_offset, 2))
    readings = within((*page.readings, reading), 2 * STEADY_FOR)
    _show(t, msgspec.structs.replace(page, readings=readings, broken=False, probe=event.probe))


def age(t: Transition) -> None:
    """Nothing was read for too long: what is shown would be old."""
    page = msgspec.structs.replace(t.page, readings=(), broken=True)
    t.state = msgspec.structs.replace(t.state, page=page)


def act(t: Transition, page: Dip | WarmWater | ProbeOffset, tapped: Act) -> None:
    """A tap; what does not apply here is ignored."""
    match page:
        case Dip(None):
            _ice(t, page, tapped)
        case Dip(float(ice)):
            _warm(t, page, ice, tapped)
        case WarmWater(ice, probe) if tapped is Act.NEXT:
            t.show(Dip(ice, probe=probe))
        case WarmWater() if tapped is Act.BACK:
            t.show(Dip())
        case ProbeOffset():
            _result(t, page, tapped)


def _ice(t: Transition, page: Dip, tapped: Act) -> None:
    if tapped is Act.BACK:
        show(t, PROBE)
    elif tapped is Act.SAVE and hint(page) is None:
        said = fmean(r.celsius for r in within(page.readings, STEADY_FOR))
        t.show(WarmWater(round(-said, 2), page.probe))


def _warm(t: Transition, page: Dip, ice: float, tapped: Act) -> None:
    if tapped is Act.BACK:
        t.show(WarmWater(ice, page.probe))
    elif tapped in {Act.PLUS, Act.MINUS}:
        tenths = page.tenths + (1 if tapped is Act.PLUS else -1)
        _show(t, msgspec.structs.replace(page, tenths=min(MOST_TENTHS, max(-MOST_TENTHS, tenths))))
    elif tapped is Act.SAVE and hint(page) is None:
        t.show(ProbeOffset(ice, page.tenths / 10, page.probe))


def _result(t: Transition, page: ProbeOffset, tapped: Act) -> None:
    found = offset(page)
    if tapped is Act.BACK and found is None:
        show(t, PROBE)  # which of the two was wrong nobody knows: it begins anew
    elif tapped is Act.BACK:
        t.show(Dip(page.ice, round(page.warm * 10), probe=page.probe))
    elif tapped is Act.SAVE and found is not None:
        if page.probe:  # the offset is that probe's, and no other's
            t.emit(ChangeSetting("probe", page.probe))
        t.emit(ChangeSetting("probe_offset", str(found)))
        show(t, PROBE)


def _show(t: Transition, page: Dip) -> None:
    t.state = msgspec.structs.replace(t.state, page=page)
