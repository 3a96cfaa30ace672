"""From every page that one browses, Back leads home: a new page is no trap."""

from typing import get_args

import msgspec
import pytest

from kiosk.core.events import Act
from kiosk.core.pages import Awake, Calibration, Home, Page, ProbeOffset, WarmWater
from tests.bedside import Bedside

#: Pages that cannot be made from nothing; Awake is a question about another page, and answered with yes.
MADE = {WarmWater: WarmWater(0.0), ProbeOffset: ProbeOffset(0.0, 0.0), Awake: Awake(Home(), 30_000)}
BROWSED = [kind for kind in get_args(Page) if not kind.traits.relief and kind.__name__ != "Asleep"]


@pytest.mark.parametrize("kind", BROWSED, ids=lambda kind: kind.__name__)
def test_back_leads_home(kind):
    bed = Bedside()
    bed.tap()
    bed.wait(2)
    bed.conductor.state = msgspec.structs.replace(bed.state, page=MADE.get(kind) or kind())
    for _ in range(20):
        if isinstance(bed.page, Home):
            return
        if isinstance(bed.page, Calibration):  # touch may land anywhere there: the button leads on
            bed.press()
        bed.tap(Act.YES if isinstance(bed.page, Awake) else Act.BACK)
        bed.wait(0.6)
    pytest.fail(f"Back does not lead home from {kind.__name__}; it ends on {bed.page}")
