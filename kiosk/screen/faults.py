"""What is missing or broken, in one sentence across the top of a page that has room for it."""

from kiosk.core.events import Fault
from kiosk.screen import parts
from kiosk.screen.layout import Box
from kiosk.screen.scene import Scene
from kiosk.words import N_, _

#: Long form and short form, the gravest first: only one is shown.
SENTENCES: dict[Fault, tuple[str, str]] = {
    Fault.BUTTON_STUCK: (N_("The button is stuck. Touch works."), N_("Button is stuck")),
    Fault.NO_GPIO: (N_("No button. Check the wiring."), N_("No button found")),
    Fault.NO_TOUCH: (N_("Touch is off. Use the button."), N_("Touch is not working")),
    Fault.NO_PROBE: (N_("No probe. Plug it in."), N_("No water probe")),
    Fault.DISK: (N_("Card full. Diary stopped."), N_("Diary card is full")),
    Fault.DIARY_TORN: (N_("Diary damaged. A new one began."), N_("Old diary set aside")),
    Fault.SETTINGS: (N_("Settings file is wrong. Check it."), N_("Settings have errors")),
    Fault.CLOCK: (N_("Clock is not set."), N_("Clock is not set")),
}


def banner(scene: Scene, area: Box, faults: frozenset[Fault]) -> Box:
    """Show the gravest fault, if any, at the top of ``area``; gives what is left of it."""
    fault = next((fault for fault in SENTENCES if fault in faults), None)
    if fault is None:
        return area
    look = scene.look
    lines = parts.wrap(scene, _(SENTENCES[fault][0]), "body", area.w - look.px(8))
    cap, step = look.px(look.cap("body")), parts.leading(scene, "body")
    height = cap + step * (len(lines) - 1) + look.px(5)
    stroke = max(2, look.px(0.6))
    paint = look.palette.hex("hot")
    parts.shape(
        scene,
        area.top(height),
        f'<path d="M{stroke} {stroke}L{stroke} {height - stroke}" stroke="{paint}" '
        f'stroke-width="{2 * stroke}" stroke-linecap="round"/>',
    )
    parts.paragraph(
        scene, area.top(height).without(left=look.px(4)), " ".join(lines), "body", align="left", colour="hot"
    )
    return area.without(top=height + look.px(3))
