"""What is missing or broken, in one sentence across the top of a page, or in a box where room is short.

Where it is told: Home and More tell every fault, the diary those that make it untrue. While the device leads
nothing is told: key word, ring and target say all that lamp, buzzer and glass do, and nothing may draw the
eye from them. Who pressed the button never sees Home, so what the night itself missed (``AT_THE_END``) is
told with the good night. A soak is the exception: there one may look away and trust the alarm's tones, so
while the feet are in and lamp or buzzer fails the page says to watch it. A probe that says nothing has a
page of its own.
"""

from kiosk.core.events import Fault
from kiosk.i18n import N_, _
from kiosk.screen import parts
from kiosk.screen.layout import Box
from kiosk.screen.scene import Scene

#: Long form (at most five words, as many as Home has left) and short form (at most three), the gravest first:
#: only one is shown.
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
"""What the diary does not know, or knows with a wrong time."""

AT_THE_END = frozenset({Fault.OUTPUTS, Fault.DISK})
"""What a night led by the button has missed."""


def gravest(faults: frozenset[Fault]) -> Fault | None:
    """The fault that is told when there are several."""
    return next((fault for fault in SENTENCES if fault in faults), None)


def banner(scene: Scene, area: Box, faults: frozenset[Fault], *, most: int) -> Box:
    """Show the gravest fault, if any, at the top of ``area``, in its long form if the page has ``most`` words
    left for it; gives what is left of the area."""
    fault = gravest(faults)
    if fault is None:
        return area
    look = scene.look
    long, short = (_(text) for text in SENTENCES[fault])
    height = _line(scene, area, [long, short] if _count(long) <= most else [short])
    return area.without(top=height + look.px(3 if look.roomy else 2))


def footnote(scene: Scene, area: Box, faults: frozenset[Fault]) -> Box:
    """Show the gravest fault's short form, if there is one, at the foot of ``area``; gives what is left."""
    fault = gravest(faults)
    if fault is None:
        return area
    height = _line(scene, area, [_(SENTENCES[fault][1])], low=True)
    return area.without(low=height + scene.look.px(2))


def _line(scene: Scene, area: Box, texts: list[str], *, low: bool = False) -> int:
    """Write the first of these texts that fits a line at the top (``low``: foot) of ``area``, else the last
    over as many lines as it needs; gives the height taken."""
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
    """Show the gravest fault's short form, if there is one, in a box of a page without room for a banner."""
    fault = gravest(faults)
    if fault is None:
        return False
    text, place = _(SENTENCES[fault][1]), _bar(scene, box)
    mm = parts.largest(scene, place, text, parts.BODY_SIZES, "body")
    parts.paragraph(scene, place, text, "body", align="left", colour="hot", mm=mm)
    return True


def _bar(scene: Scene, box: Box) -> Box:
    """A bright bar at the left end of a fault; gives the room for its words."""
    look = scene.look
    stroke, paint = max(2, look.px(0.6)), look.palette.hex("hot")
    body = (
        f'<path d="M{stroke} {stroke}L{stroke} {box.h - stroke}" stroke="{paint}" '
        f'stroke-width="{2 * stroke}" stroke-linecap="round"/>'
    )
    parts.shape(scene, Box(box.x, box.y, 2 * stroke, box.h), body)
    return box.without(left=look.px(4))
