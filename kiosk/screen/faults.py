"""Shows faults: one sentence at the top of a page, or in a box if there is little room.

Home and More show every fault, the diary those that make its data wrong. While the device leads, no fault is
shown: key word, ring and target give the same guidance as lamp and buzzer, and nothing may distract from
them. Someone who pressed the button never sees Home, so faults that affected the night (``AT_THE_END``) are
shown on the good night page. A soak is the exception, because during a soak one may look away and rely on the
alarm's tones: if lamp or buzzer fails while the feet are in the water, the page asks to watch the screen. A
probe without readings has a page of its own.
"""

from kiosk.core.events import Fault
from kiosk.i18n import N_, _
from kiosk.screen import parts
from kiosk.screen.layout import Box
from kiosk.screen.scene import Scene

#: Long form (at most five words, which is what Home has room for) and short form (at most three). Only the
#: first fault in this order is shown; the most serious one is first.
SENTENCES: dict[Fault, tuple[str, str]] = {
    Fault.BUTTON_STUCK: (N_("Button stuck. Use touch."), N_("Button is stuck")),
    Fault.NO_GPIO: (N_("No button. Check the wiring."), N_("No button found")),
    Fault.NO_TOUCH: (N_("No touch. Use the button."), N_("Touch is off")),
    Fault.OUTPUTS: (N_("Lamp or buzzer fails."), N_("Lamp, buzzer fail")),
    Fault.NO_PROBE: (N_("No probe. Plug it in."), N_("No water probe")),
    Fault.DISK: (N_("Diary is not saved."), N_("Diary not saved")),
    Fault.DIARY_TORN: (N_("Diary damaged. New one began."), N_("Diary damaged")),
    Fault.SETTINGS: (N_("Settings are wrong. Check them."), N_("Check settings")),
    Fault.BACKLIGHT: (N_("Screen light is stuck."), N_("Light is stuck")),
    Fault.CLOCK: (N_("Clock is not set."), N_("Clock is not set")),
}

UNTRUE_DIARY = frozenset({Fault.DISK, Fault.DIARY_TORN, Fault.CLOCK})
"""Faults by which records are missing from the diary, or have a wrong time."""

AT_THE_END = frozenset({Fault.OUTPUTS, Fault.DISK})
"""Faults that affected a night led by the button."""


def gravest(faults: frozenset[Fault]) -> Fault | None:
    """The fault to show: the first in the order of ``SENTENCES``; None if there is none to show."""
    return next((fault for fault in SENTENCES if fault in faults), None)


def banner(scene: Scene, area: Box, faults: frozenset[Fault], *, most: int) -> Box:
    """Show the most serious fault, if any, at the top of ``area``; return the rest of the area.

    ``most`` is the number of words that the page has left; the long form is used if it has no more.
    """
    fault = gravest(faults)
    if fault is None:
        return area
    look = scene.look
    long, short = (_(text) for text in SENTENCES[fault])
    height = _line(scene, area, [long, short] if _count(long) <= most else [short])
    return area.without(top=height + look.px(3 if look.roomy else 2))


def footnote(scene: Scene, area: Box, faults: frozenset[Fault]) -> Box:
    """Show the short form of the most serious fault, if any, at the foot of ``area``; return the rest."""
    fault = gravest(faults)
    if fault is None:
        return area
    height = _line(scene, area, [_(SENTENCES[fault][1])], low=True)
    return area.without(low=height + scene.look.px(2))


def _line(scene: Scene, area: Box, texts: list[str], *, low: bool = False) -> int:
    """Write the first of these texts that fits one line at the top (``low``: foot) of ``area``, else the last
    one wrapped; return its height in pixels."""
    look = scene.look
    room = area.w - look.px(4)
    choices = [(text, mm) for text in texts for mm in (look.cap("body"), *parts.BODY_SIZES)]
    fitting = (c for c in choices if parts.width_of(scene, c[0], "body", mm=c[1]) <= room)
    text, mm = next(fitting, choices[-1])
    more = len(parts.wrap(scene, text, "body", room, mm=mm)) - 1
    height = look.px(mm + (4 if look.roomy else 3)) + more * parts.leading(scene, "body", mm)
    place = _bar(scene, area.low(height) if low else area.top(height))
    parts.paragraph(scene, place, text, "body", align="left", colour="hot", mm=mm)
    return height


def _count(text: str) -> int:
    return len(text.split())


def notice(scene: Scene, box: Box, faults: frozenset[Fault]) -> bool:
    """Show the short form of the most serious fault in ``box``, on a page without room for a banner.

    Returns whether there is a fault.
    """
    fault = gravest(faults)
    if fault is None:
        return False
    text, place = _(SENTENCES[fault][1]), _bar(scene, box)
    mm = parts.largest(scene, place, text, parts.BODY_SIZES, "body")
    parts.paragraph(scene, place, text, "body", align="left", colour="hot", mm=mm)
    return True


def _bar(scene: Scene, box: Box) -> Box:
    """Draw the bright bar at the left of a fault; return the box for its words."""
    look = scene.look
    stroke, paint = max(2, look.px(0.6)), look.palette.hex("hot")
    body = (
        f'<path d="M{stroke} {stroke}L{stroke} {box.h - stroke}" stroke="{paint}" '
        f'stroke-width="{2 * stroke}" stroke-linecap="round"/>'
    )
    parts.shape(scene, Box(box.x, box.y, 2 * stroke, box.h), body)
    return box.without(left=look.px(4))
