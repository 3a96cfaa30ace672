"""Ten minutes without relief: stop and get help; and the warning signs, fixed text for everyone."""

from kiosk.core.events import Act
from kiosk.core.pages import Signs, TenMinutes
from kiosk.i18n import N_, _
from kiosk.screen import gauges, key_word, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.parts import Passage
from kiosk.screen.scene import Scene

_EMERGENCY, _TODAY = N_("Call emergency."), N_("Doctor today.")

#: A sign and what to do about it, the gravest first. With the two targets at most eight words a card.
SIGNS: tuple[tuple[str, str], ...] = (
    (N_("Breathless, or chest pain?"), _EMERGENCY),
    (N_("Foot cold, pale, numb?"), _EMERGENCY),
    (N_("New weakness, no feeling?"), _EMERGENCY),
    (N_("One leg swollen, red?"), _TODAY),
    (N_("Wound, statin, dark urine?"), _TODAY),
    (N_("None of these?"), N_("Go on gently.")),
)


@draws(TenMinutes)
def ten_minutes(scene: Scene, _page: TenMinutes) -> None:
    """STOP. Ten minutes. Get help today."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    small, wide = look.small, look.wide
    low = area.low(look.least(23 if look.roomy else 20))
    if look.tall:
        low = area.low(look.least(23) * 2 + look.least(12))
        signs, gone = low.column(2, look.least(12))
    else:
        signs, gone = low.inset(0 if small else look.px(4), 0).row(2, look.least(23 if look.roomy else 8))
    parts.target(scene, signs, Act.SIGNS, _("Signs"), "warn", main=True)
    parts.target(scene, gone, Act.GONE, _("Gone"), "gone")
    above = area.without(low=low.h + look.px(4))
    cap = look.px(look.cap("key"))
    left = above.x + look.px(0 if small else 3)
    baseline = above.y + cap + (0 if small else look.px(2))
    stop = key_word.write(scene, _("STOP"), left, baseline, area.right - left)
    words = Box(left, baseline + look.px(2), area.right - left, above.bottom - baseline - look.px(2))
    room = area.right - stop.box.right - look.px(4)
    sizes = (9.0, 8.0, 7.0, 6.2, 5.6, 5.2)
    passages = [
        Passage(_("Ten minutes."), "title", sizes, bold=False, colour="body"),
        Passage(_("Get help today."), "title", sizes),
    ]
    side = min(look.px(34), room, above.h - look.px(4))
    beside = words.without(right=side + look.px(8))
    if wide and parts.stacks(scene, beside, passages):
        words = beside
    else:
        side = min(side, cap)
    parts.icon(scene, Box(area.right - side - (0 if small else look.px(2)), above.y, side, side), "help")
    if small:
        parts.paragraph(scene, words, _("Get help today."), "body", align="left")
        return
    parts.stack(scene, words, passages)


@draws(Signs)
def signs(scene: Scene, page: Signs) -> None:
    """One warning sign and what to do about it."""
    sign, advice = (_(text) for text in SIGNS[min(page.index, len(SIGNS) - 1)])
    text_card(scene, sign, advice, page.index, len(SIGNS))


SENTENCE_SIZES = (11.0, 10.0, 9.0, 8.0, 7.0, 6.2, 5.6, 5.2, 5.0)


def text_card(
    scene: Scene,
    text: str,
    advice: str,
    index: int,
    count: int,
    *,
    main: Act | None = Act.NEXT,
    between: tuple[Act, str, str, str] | None = None,
) -> None:
    """A sentence as large as it fits, what to do about it, its place among the others, Next and Back.

    ``main``: what the big button means too. ``between``: act, word, icon and shorter word of a third
    target, in the place of the dots."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    h = look.least(20 if look.small else 22)
    row = area.low(h)
    across = 3 if between and not look.tall else 2
    w = min((row.w - look.gap * (across - 1)) // across, look.least(44))
    parts.target(scene, row.left(w), Act.BACK, _("Back"), "back")
    parts.target(scene, row.right_part(w), Act.NEXT, _("Next"), "next", main=main is Act.NEXT)
    space = row.without(left=w, right=w)
    above = area.without(low=h + look.px(2))
    if between:
        act, label, icon_name, short = between
        box = space.middle(w, h)
        if look.tall:
            box = Box(row.x, row.y - look.gap - h, row.w, h)
            above = above.without(low=h + look.gap)
        parts.target(scene, box, act, label, icon_name, short=short, main=main is act)
    elif space.w > look.px(4) * count:
        gauges.dots(scene, (space.cx, space.cy), count, index, mm=1.0)
    sentence(scene, above, text, advice)


def sentence(scene: Scene, box: Box, text: str, advice: str) -> None:
    """A sentence as large as it fits, and what to do about it."""
    look = scene.look
    above = box.inset(look.px(0.4 if look.small else 2), 0)
    passages = [Passage(text, "title", SENTENCE_SIZES)]
    if advice:
        sizes = (7.0, 7.0, 7.0, 7.0, 7.0, 6.2, 5.6, 5.2, 5.0)
        passages.append(Passage(advice, "title", sizes, bold=False, colour="body", spare=True))
    parts.stack(scene, above, passages)
