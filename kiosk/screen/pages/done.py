"""After it: how bad was it, good night; and the questions whether someone is there and goes on."""

from kiosk.core.events import Act
from kiosk.core.pages import Awake, GoodNight, Rating, Resume
from kiosk.i18n import _, ngettext
from kiosk.screen import faults, gauges, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.parts import Passage
from kiosk.screen.scene import Scene


@draws(Rating)
def rating(scene: Scene, page: Rating) -> None:
    """How bad was it, from 0 to 10: two big targets and a number."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    small, tall = look.small, look.tall
    save_label, save_icon = (_("Skip"), "next") if page.value is None else (_("Save"), "gone")
    if small:
        row, low = area.column(2, look.gap)
        asked, save = low.row(2, look.gap)
        mm = parts.largest(scene, asked, _("How bad?"), (7.0, 6.2, 5.6, 5.2))
        parts.paragraph(scene, asked, _("How bad?"), "title", mm=mm)
        w = look.least(20)
        minus, plus = row.left(w), row.right_part(w)
        number = row.without(left=w, right=w)
        strip = number.low(0)
    else:
        cap, top = look.px(look.cap("title")), area.y + look.px(3 if look.roomy else 0)
        head = Box(area.x, top, area.w, cap)
        sizes = (look.cap("title"), 7.0, 6.2, 5.6, 5.2)
        mm = parts.largest(scene, head, _("How bad?"), sizes)
        parts.write(scene, _("How bad?"), "title", area.cx, top + cap, align="centre", mm=mm)
        area = area.without(top=top + cap - area.y + look.px(3))
    if tall:
        save = area.low(look.least(24)).middle(look.least(40), look.least(24))
        keys = Box(area.x, save.y - look.least(9) - look.least(26), area.w, look.least(26))
        w = (keys.w - look.least(10)) // 2
        minus, plus = keys.left(w), keys.right_part(w)
        number = area.without(low=area.bottom - keys.y + look.px(4))
        strip = number.low(look.px(16))
        number = number.without(low=strip.h)
    elif not small:
        save_w, save_h = look.least(38), look.least(20)
        save = Box(area.cx - save_w // 2, area.bottom - save_h, save_w, save_h)
        w = max(look.least(30), int(area.w * 0.25))
        number = area.without(low=save.h + look.least(4))
        high = min(number.h, look.least(31))
        strip = number.low(look.px(9))
        minus, plus = Box(area.x, area.y, w, high), Box(area.right - w, area.y, w, high)
        if strip.y < minus.bottom:
            strip = strip.without(left=w + look.px(2), right=w + look.px(2)).low(look.px(5))
        number = number.without(low=strip.h + look.px(1), left=w, right=w)
    parts.target(scene, minus, Act.MINUS, "", "minus")
    parts.target(scene, plus, Act.PLUS, "", "plus")
    text = "" if page.value is None else str(page.value)
    mm = parts.largest(scene, number, "10", (24.0, 21.0, 18.0, 15.0, 13.0, 11.0), "number")
    if text:
        parts.write(scene, text, "number", number.cx, number.cy + look.px(mm) // 2, align="centre", mm=mm)
    else:
        gauges.dash(scene, number, mm)
    if not small:
        _scale(scene, strip, page.value, tall=tall)
    parts.target(scene, save, Act.SAVE, save_label, save_icon, main=True)


def _scale(scene: Scene, strip: Box, value: int | None, *, tall: bool) -> None:
    look = scene.look
    cap = look.px(look.cap("body"))
    if tall:
        gauges.scale(scene, strip.top(look.px(6)), value)
        parts.write(scene, _("none"), "body", strip.x, strip.bottom - look.px(3))
        parts.write(scene, _("worst"), "body", strip.right, strip.bottom - look.px(3), align="right")
        return
    if strip.w < scene.box.w // 2:
        gauges.scale(scene, strip, value)
        return
    none, worst = parts.width_of(scene, _("none"), "body"), parts.width_of(scene, _("worst"), "body")
    side = max(none, worst) + look.px(3)
    width = min(strip.w - 2 * side, look.px(92))
    middle = strip.middle(width, look.px(6))
    gauges.scale(scene, middle, value)
    parts.write(scene, _("none"), "body", middle.x - look.px(3), strip.cy + cap // 2, align="right")
    parts.write(scene, _("worst"), "body", middle.right + look.px(3), strip.cy + cap // 2)


@draws(GoodNight)
def good_night(scene: Scene, page: GoodNight) -> None:
    """It is gone, after so many minutes. Sleep well. And, small and last, what this night has missed."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    missed = scene.state.faults & faults.AT_THE_END
    area = faults.footnote(scene, area, missed)
    side = 0 if missed and look.small else min(look.px(23), area.h // 3)
    lines = [Passage(_("Sleep well"), "body", (look.cap("body"), *parts.BODY_SIZES), bold=False)]
    if page.minutes is not None:
        sentence = ngettext("Gone after %d minute", "Gone after %d minutes", page.minutes) % page.minutes
        lines.insert(0, Passage(sentence, "title", (look.cap("title"), 7.0, 6.2, 5.6, 5.2)))
    block = area.middle(area.w, min(area.h, side + look.px(6) + len(lines) * look.px(14)))
    parts.icon(scene, block.top(side), "moon")
    parts.stack(scene, block.without(top=side + look.px(3)), lines, align="centre")


@draws(Awake)
def awake(scene: Scene, _page: Awake) -> None:
    """Still there?"""
    question(scene, _("Still there?"), [(Act.YES, _("Yes"), "gone", True)])


@draws(Resume)
def resume(scene: Scene, _page: Resume) -> None:
    """Carry on with the night that was interrupted?"""
    question(scene, _("Carry on?"), [(Act.YES, _("Yes"), "gone", True), (Act.GONE, _("No"), "stop", False)])


def question(scene: Scene, text: str, answers: list[tuple[Act, str, str, bool]]) -> None:
    """A question in large letters, and one or two big answers."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    high = look.least(22) if look.small else max(look.least(24), area.h * 2 // 5)
    low = area.low(high)
    above = area.without(low=high + look.px(3))
    mm = parts.largest(scene, above, text, (13.2, 11.0, 9.0, 7.0), "key")
    parts.paragraph(scene, above, text, "title", mm=mm)
    if len(answers) == 1:
        boxes = [low.middle(max(look.least(30), low.w // 2), high)]
    elif look.tall:
        boxes = low.column(2, look.gap) if high > 2 * look.least(22) + look.gap else low.row(2, look.gap)
    else:
        boxes = low.inset(look.px(3), 0).row(2, look.least(23 if look.roomy else 8))
    for box, (act, label, icon_name, main) in zip(boxes, answers, strict=True):
        parts.target(scene, box, act, label, icon_name, main=main)
