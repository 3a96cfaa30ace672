"""What was remembered, in two small charts."""

from kiosk.core.events import Act
from kiosk.core.pages import Diary
from kiosk.i18n import _, ngettext
from kiosk.screen import faults, gauges, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.parts import Passage
from kiosk.screen.scene import Scene

FIRST_HOUR = 22


@draws(Diary)
def diary(scene: Scene, _page: Diary) -> None:
    """This week's count, the last weeks, the hours of the night, how long it usually takes;
    the last gives way to a fault."""
    look = scene.look
    untrue = scene.state.faults & faults.UNTRUE_DIARY
    area = faults.banner(scene, scene.box.inset(look.edge), untrue, most=4)
    small = look.small
    wide = look.least(32 if look.roomy else 24)
    back = Box(area.right - wide, area.y, wide, look.least(21))
    if look.tall:
        back = area.low(look.least(22))
    parts.target(scene, back, Act.BACK, _("Back"), "back")
    tally = scene.state.tally
    count = parts.write(
        scene, str(tally.this_week), "key", area.x, area.y + look.px(look.cap("key")) + look.px(1)
    )
    words = Box(count.box.right + look.px(3), area.y, back.x - count.box.right - look.px(6), look.px(20))
    if look.tall:
        words = Box(words.x, words.y, area.right - words.x, words.h)
    passages = [Passage(_("this week"), "title", (look.cap("title"), 7.0, 6.2, 5.6, 5.2, 5.0))]
    if tally.usual_minutes is not None and not small and not untrue:
        text = ngettext("usually %d minute", "usually %d minutes", tally.usual_minutes) % tally.usual_minutes
        passages.append(Passage(text, "body", (look.cap("body"), *parts.BODY_SIZES), bold=False))
    parts.stack(scene, words, passages)
    charts = area.without(top=look.px(26) if not small else look.px(23))
    if look.tall:
        upper, lower = charts.without(low=back.h + look.px(5)).column(2, look.px(4))
        _weeks(scene, upper, tally.weeks)
        _hours(scene, lower, tally.hours)
    elif small and not untrue:  # below a fault it would be too low to say anything
        _hours(scene, charts, tally.hours)
    elif not small:
        _weeks(scene, charts.left(int(charts.w * 0.42)), tally.weeks)
        _hours(scene, charts.right_part(int(charts.w * 0.48)), tally.hours)


def _weeks(scene: Scene, box: Box, weeks: tuple[int, ...]) -> None:
    cap = scene.look.px(scene.look.cap("body"))
    gauges.bars(scene, box.without(low=cap + scene.look.px(4)), weeks)
    parts.write(scene, _("Weeks"), "body", box.x, box.bottom - scene.look.px(1.5))


def _hours(scene: Scene, box: Box, hours: tuple[int, ...]) -> None:
    look = scene.look
    cap = look.px(look.cap("body"))
    chart = box.without(low=cap + look.px(4))
    gauges.stacks(scene, chart, hours)
    step, base = chart.w / len(hours), box.bottom - look.px(1.5)
    first, middle, last = (_("%d:00") % ((FIRST_HOUR + i) % 24) for i in (0, len(hours) // 2, len(hours) - 1))
    begin = parts.write(scene, first, "body", chart.x, base)
    end = parts.write(scene, last, "body", chart.right, base, align="right")
    centre = chart.x + int(step * (len(hours) // 2 + 0.5))
    half = parts.width_of(scene, middle, "body") // 2 + look.px(2)
    if begin.box.right < centre - half and centre + half < end.box.x:
        parts.write(scene, middle, "body", centre, base, align="centre")
