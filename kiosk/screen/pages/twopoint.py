"""The probe held against ice water and warm water: what it reads, what is still missing, what comes of it."""

from kiosk.core.events import Act
from kiosk.core.pages import Dip, ProbeOffset, WarmWater
from kiosk.core.twopoint import Hint, hint, offset, shown
from kiosk.i18n import N_, _
from kiosk.screen import parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.pages.stop import SENTENCE_SIZES, sentence, text_card
from kiosk.screen.parts import Passage
from kiosk.screen.scene import Scene

HINTS = {Hint.WAIT: N_("Wait."), Hint.COLDER: N_("Colder."), Hint.WARMER: N_("Warmer.")}

NUMBER_SIZES = (18.0, 17.0, 16.0, 15.0, 13.0, 11.0, 9.0, 8.0, 7.0)


@draws(Dip)
def dip(scene: Scene, page: Dip) -> None:
    """The reading as it is now; once it is steady it can be saved."""
    if page.ice is None:
        _ice(scene, page)
    else:
        _warm(scene, page)


def _ice(scene: Scene, page: Dip) -> None:
    look, area = scene.look, scene.box.inset(scene.look.edge)
    small = look.small
    low = area.low(look.least(20 if small else 22))
    back, save = _pair(scene, low)
    above = area.without(low=low.h + look.px(2 if small else 6)).inset(look.px(0.4 if small else 2), 0)
    parts.target(scene, back, Act.BACK, _("Back"), "back")
    missing = hint(page)
    if missing is None:
        parts.target(scene, save, Act.SAVE, _("Save 0°"), "gone")
    else:
        _advise(scene, low.without(left=back.w + look.gap), _missing(page, missing))
    celsius = shown(page)
    number = [] if celsius is None else [Passage(f"{celsius:.1f}°", "number", NUMBER_SIZES)]
    parts.stack(scene, above, [Passage(_("Probe in ice water."), "title", SENTENCE_SIZES), *number])


def _warm(scene: Scene, page: Dip) -> None:
    """Minus and plus make the reading match the thermometer beside the probe."""
    number, minus, plus, back, save = _warm_boxes(scene)
    parts.target(scene, minus, Act.MINUS, "", "minus")
    parts.target(scene, plus, Act.PLUS, "", "plus")
    parts.target(scene, back, Act.BACK, _("Back"), "back")
    missing, celsius = hint(page), shown(page)
    if missing is None:
        parts.target(scene, save, Act.SAVE, _("Save"), "gone")
    text = _("Match the thermometer.")
    small = scene.look.small
    if small or not parts.fits(scene, number, text, "title", SENTENCE_SIZES[-1]):
        text = _("Match both.")
    if missing is not None:
        text = _missing(page, missing)
    passages = [Passage(text, "title", SENTENCE_SIZES, spare=celsius is not None)]
    if celsius is not None:
        passages.append(Passage(f"{celsius:.1f}°", "number", NUMBER_SIZES))
    parts.stack(scene, number, passages, align="centre")


def _warm_boxes(scene: Scene) -> tuple[Box, Box, Box, Box, Box]:
    """Room for words and number, then minus, plus, back and save."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    if look.small:
        first, second, plus, back, save, minus = area.grid(3, 2, look.gap)
        return Box(first.x, first.y, second.right - first.x, first.h), minus, plus, back, save
    if look.tall:
        low = area.low(2 * look.least(26) + look.gap)
        minus, plus, back, save = low.grid(2, 2, look.gap)
        return area.without(low=low.h + look.px(4)), minus, plus, back, save
    low = area.low(look.least(22))
    back, save = _pair(scene, low)
    above = area.without(low=low.h + look.gap)
    w = max(look.least(24), int(area.w * 0.2))
    minus, plus = above.left(w), above.right_part(w)
    return above.without(left=w + look.px(3), right=w + look.px(3)), minus, plus, back, save


@draws(WarmWater)
def warm_water(scene: Scene, _page: WarmWater) -> None:
    """What the second point needs."""
    text_card(scene, _("Warm water, 37°."), _("Thermometer beside it."), 1, 3, main=None)


@draws(ProbeOffset)
def probe_offset(scene: Scene, page: ProbeOffset) -> None:
    """What both points said, and what comes of it."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    low = area.low(look.least(20 if look.small else 22))
    back, save = _pair(scene, low)
    parts.target(scene, back, Act.BACK, _("Back"), "back")
    found = offset(page)
    errors = _("Ice {ice}, warm {warm}.").format(ice=_degrees(page.ice), warm=_degrees(page.warm))
    if found is None:
        text = _("Replace the probe.")
    else:
        text = _("Offset {offset}").format(offset=_degrees(found))
        parts.target(scene, save, Act.SAVE, _("Save"), "gone")
    sentence(scene, area.without(low=low.h + look.px(2)), text, errors)


def _degrees(celsius: float) -> str:
    return f"{round(celsius, 1) + 0.0:+.1f}°"


def _missing(page: Dip, missing: Hint) -> str:
    return _("Check its wires.") if page.broken else _(HINTS[missing])


def _advise(scene: Scene, box: Box, text: str) -> None:
    mm = parts.largest(scene, box, text, (7.0, 6.2, 5.6, 5.2, 5.0), bold=False)
    parts.paragraph(scene, box, text, "title", mm=mm, bold=False, colour="body")


def _pair(scene: Scene, row: Box) -> tuple[Box, Box]:
    """Back on the left, what leads on on the right."""
    look = scene.look
    w = min((row.w - look.gap) // 2, look.least(44))
    return row.left(w), row.right_part(w)
