"""The parts are tried one by one: what to do, or what should now be seen or heard; and the crosses of the
touch panel."""

from kiosk.core.calibration import CROSSES, PROOF, Point
from kiosk.core.check import BUTTON, BUZZER, LAMP_PART, PROBE, TOUCH, count, dot
from kiosk.core.events import Act
from kiosk.core.pages import Calibration, Check
from kiosk.core.signals import Volume
from kiosk.i18n import _
from kiosk.screen import parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.pages.stop import text_card
from kiosk.screen.parts import Passage
from kiosk.screen.scene import Scene

DOT_MM, MARK_MM, CLEAR_MM = 3.0, 2.5, 4.0
"""Radius of a dot, and of the mark where a tap was seen; what stays free round dot and cross."""

TITLE_SIZES = (8.0, 8.0, 7.0, 6.2, 5.6, 5.2, 5.0)
ADVICE_SIZES = (6.2, 5.6, 5.6, 5.6, 5.2, 5.0)
"""Capitals, in millimetres: much the same beside each cross, which is what is to be looked at."""

LOW_MM = 22.0
"""Less above and below, and words stand on the left, where there is twice as much."""


@draws(Check)
def check(scene: Scene, page: Check) -> None:
    """One part. With Next and Back at most eight words."""
    wanted = dot(page)
    if wanted is not None:
        _tap_the_dot(scene, wanted)
        return
    text, advice = _words(scene, page)
    known = not (page.broken or page.undecided or page.kept)
    adjustable = page.part == TOUCH or (page.part == PROBE and known)
    adjust = (Act.ADJUST, _("Adjust"), "settings", _("Set"))
    text_card(
        scene,
        text,
        advice,
        page.part,
        count(scene.state),
        main=Act.NEXT if page.missed is None else Act.ADJUST,
        between=adjust if adjustable else None,
    )
    if page.missed is not None:
        _mark(scene, page.missed)


def _tap_the_dot(scene: Scene, wanted: Point) -> None:
    """No targets: someone whose taps land elsewhere would tap one of them."""
    scene.asks_place = True
    box = _around(scene, wanted, DOT_MM)
    middle = box.w / 2
    key = scene.look.palette.hex("key")
    parts.shape(scene, box, f'<circle cx="{middle}" cy="{middle}" r="{middle}" fill="{key}"/>')
    _say_beside(scene, box, _("Tap the dot."), _("Nothing? Check its cable."))


def _mark(scene: Scene, seen: Point) -> None:
    """Where the tap was seen; on the words, with a rim of black, if they stand there."""
    look, screen = scene.look, scene.box
    x, y = (min(max(share, 0.0), 1.0) for share in seen)
    room = screen.inset(look.px(MARK_MM))
    place = (room.x + round(x * room.w)) / screen.w, (room.y + round(y * room.h)) / screen.h
    box = _around(scene, place, MARK_MM)
    line = f'<path d="M0 0L{box.w} {box.w}M0 {box.w}L{box.w} 0" stroke='
    ground, hot = look.palette.hex("bg"), look.palette.hex("hot")
    thin, wide = (f'stroke-width="{look.px(mm)}"/>' for mm in (0.8, 2.2))
    parts.shape(scene, box, f'{line}"{ground}" {wide}{line}"{hot}" {thin}')


@draws(Calibration)
def crosses(scene: Scene, page: Calibration) -> None:
    """One cross, and words beside it. Its arms are seen round a finger."""
    scene.asks_place = scene.asks_rest = True
    look = scene.look
    box = _around(scene, (*CROSSES, PROOF)[len(page.touched)], 9.0 if look.roomy else 6.5)
    middle, end, thick = box.w / 2, box.w, max(2, look.px(0.7))
    parts.shape(
        scene,
        box,
        f'<path d="M{middle} 0V{end}M0 {middle}H{end}" stroke="{look.palette.hex("key")}" '
        f'stroke-width="{thick}"/>'
        f'<circle cx="{middle}" cy="{middle}" r="{look.px(DOT_MM)}" fill="none" '
        f'stroke="{look.palette.hex("hot")}" stroke-width="{thick}"/>',
    )
    text = _("Missed. From the start.") if page.again else _("Touch the cross.")
    _say_beside(scene, box, text, _("Button: stop."))


def _around(scene: Scene, place: Point, mm: float) -> Box:
    """A square whose middle pixel is at a place of the picture, ``mm`` to each side, less at the rim."""
    screen = scene.box
    x, y = round(place[0] * (screen.w - 1)), round(place[1] * (screen.h - 1))
    radius = min(scene.look.px(mm), x, y, screen.w - 1 - x, screen.h - 1 - y)
    return Box(x - radius, y - radius, 2 * radius + 1, 2 * radius + 1)


def _say_beside(scene: Scene, taken: Box, text: str, advice: str) -> None:
    """Words on the larger part of the page above or below something, or on the left of it."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    kept = taken.inset(-look.px(CLEAR_MM))
    above, below = area.without(low=area.bottom - kept.y), area.without(top=kept.bottom - area.y)
    room = max(above, below, key=lambda box: box.h)
    aside = area.without(right=area.right - kept.x)
    if room.h < look.px(LOW_MM) and aside.w > 2 * look.px(LOW_MM):
        room = aside
    passages = [
        Passage(text, "title", TITLE_SIZES),
        Passage(advice, "title", ADVICE_SIZES, bold=False, colour="body"),
    ]
    parts.stack(scene, room.inset(look.px(0.4 if look.small else 2), 0), passages)


def _words(scene: Scene, page: Check) -> tuple[str, str]:
    if page.part == BUTTON:
        return (
            (_("The button works."), "")
            if page.felt
            else (_("Press the button."), _("Nothing? Check wires."))
        )
    if page.part == LAMP_PART:
        return _("Lamp on?"), _("Else check its wires.")
    if page.part == BUZZER:
        if scene.state.rules.volume is Volume.OFF:
            return _("Sound is off."), ""
        return _("Tones?"), _("Else check its wires.")
    if page.part == TOUCH:
        return (_("Touch works."), "") if page.missed is None else (_("Tap seen elsewhere."), "")
    if page.undecided:
        return (
            (_("{n} probes.").format(n=len(page.probes)), _("Warm the right one."))
            if len(page.probes) > 1
            else (_("New probe."), _("Warm it by hand."))
        )
    if page.celsius is None:
        return _("Dip the probe."), _("Check its wires.") if page.broken else ""
    degrees = _degrees(page.celsius, scene.state.rules.probe_offset)
    return degrees, _("This one is kept.") if page.kept else _("Dip the probe.")


def _degrees(celsius: float, offset: float) -> str:
    """The reading, and what was added to it after the owner's two-point check."""
    return f"{celsius:.1f}°" if not offset else f"{celsius:.1f}° ({offset:+.1f}°)"
