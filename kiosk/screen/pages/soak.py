"""The soak: its cards, and what the water is for a pair of feet.

The picture shows feet in the water only while the water is good; in every other state they are out.
"""

import msgspec

from kiosk.core.cues import Ring
from kiosk.core.events import Act, Fault
from kiosk.core.pages import Card, Soak
from kiosk.core.safety import bands
from kiosk.core.soak import Bands, Verdict
from kiosk.core.technique import MINUTE, Ms
from kiosk.i18n import N_, _, ngettext
from kiosk.screen import gauges, key_word, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.pages.guide import TICK, corner
from kiosk.screen.parts import Passage
from kiosk.screen.regions import Regions, Saying, regions, say
from kiosk.screen.scene import Pose, Rim, Scene

BLINK: Ms = 250
"""Half a period of the border of FEET OUT: 2 Hz, below the limit of 3 Hz."""

SHORT_WORD: dict[str, str] = {"PROBE IN": N_("PROBE")}
"""Where a card's word has no room."""


class Advice(msgspec.Struct, frozen=True):
    """What is said about the water, and the pose of the picture."""

    key: str
    line: str
    pose: str
    short: str = ""
    warns: bool = False


ADVICE: dict[Verdict, Advice] = {
    Verdict.WAITING: Advice(N_("PROBE IN"), N_("Put probe in water"), "probe_out", N_("PROBE")),
    Verdict.DRY: Advice(N_("PROBE IN"), N_("Put probe in water"), "probe_out", N_("PROBE")),
    Verdict.COLD: Advice(N_("COOL"), N_("Too cool now. You can stop."), "out"),
    Verdict.TOP_UP: Advice(N_("COOL"), N_("Feet out. Add warm water."), "out"),
    Verdict.SETTLING: Advice(N_("STIR"), N_("Feet out. Stir and wait."), "out"),
    Verdict.HOT_EDGE: Advice(N_("HOT"), N_("Feet out. Add cool water."), "out"),
    Verdict.TOO_HOT: Advice(N_("TOO HOT"), N_("Feet out. Add cold water."), "hot", N_("HOT"), warns=True),
    Verdict.RISING: Advice(N_("WAIT"), N_("Feet out. Water is warming."), "hot", warns=True),
}


@draws(Card)
def card(scene: Scene, page: Card) -> None:
    """One thing to read and do at one's own pace."""
    technique = scene.state.sequence[page.technique]
    soaking = technique.soak
    cards = () if soaking is None else (soaking.after if page.after else soaking.prepare)
    shown = cards[page.index]
    sayings = [Saying(_(c.word), _(c.line), _(SHORT_WORD.get(c.word, ""))) for c in cards]
    saying = sayings[page.index]
    name = shown.art or technique.art
    pose = Pose(shown.pose or "out", shown.pose or "out")
    look = scene.look
    if look.small:
        _card_small(scene, sayings, saying)
        return
    where = regions(scene, [saying], beside=True)
    parts.picture(scene, where.picture, name, pose)
    say(scene, where, saying)
    following = _next_box(scene, where)
    if any(words.cap_box.rect.colliderect(following) for words in scene.texts):
        scene.tight |= {"key", "body"}
    parts.target(scene, following, Act.NEXT, _("Next"), "next", main=True)
    parts.target(scene, where.corner, Act.STOP, _("Stop"), "stop")


def _next_box(scene: Scene, where: Regions) -> Box:
    look, corner_box = scene.look, where.corner
    if look.tall:
        left = scene.look.edge
        return Box(left, corner_box.y, corner_box.x - look.gap - left, corner_box.h)
    high = max(corner_box.h, min(look.px(34), corner_box.y - look.gap - look.edge))
    free = scene.box.w - where.picture.right - look.edge - look.px(4)
    wide = max(corner_box.w, min(look.px(52), free)) if look.roomy else corner_box.w
    return Box(corner_box.right - wide, corner_box.y - look.gap - high, wide, high)


def _card_small(scene: Scene, sayings: list[Saying], saying: Saying) -> None:
    """Words and targets, no picture; the word as a key word if every card's line leaves room for that."""
    look, page = scene.look, scene.box.inset(scene.look.edge)
    row = page.low(look.least(20))
    following, stop = row.row(2, look.gap)
    parts.target(scene, following, Act.NEXT, _("Next"), "next", main=True)
    parts.target(scene, stop, Act.STOP, _("Stop"), "stop")
    above = page.without(low=row.h + look.px(1.5)).inset(look.px(1), 0)
    line = above.without(top=look.px(look.cap("key")) + look.px(2))
    if not all(parts.width_of(scene, s.line, "body") <= line.w for s in sayings):
        passages = [
            Passage(saying.key, "title", (9.0, 8.0, 7.0), spare=True),
            Passage(saying.line, "body", parts.BODY_SIZES, bold=False),
        ]
        parts.stack(scene, above, passages)
        return
    word = saying.key if key_word.setting(scene, saying.key, above.w) else saying.short or saying.key
    key_word.write(scene, word, above.x, above.y + look.px(look.cap("key")), above.w)
    parts.paragraph(scene, line, saying.line, "body", align="left")


@draws(Soak)
def soak(scene: Scene, page: Soak) -> None:
    """What to do with the feet, by what the water is."""
    verdict = scene.state.water.verdict
    if verdict is Verdict.WARM:
        _good(scene, page)
    elif verdict is Verdict.DANGER:
        _danger(scene)
    elif verdict is Verdict.FAULT:
        _no_reading(scene)
    else:
        _advice(scene, ADVICE[verdict])


def _advice(scene: Scene, advice: Advice) -> None:
    saying = Saying(_(advice.key), _(advice.line), _(advice.short))
    where = regions(scene, [saying])
    parts.picture(scene, where.picture, "soak", Pose(advice.pose, advice.pose))
    celsius = scene.state.water.celsius
    place = where.ring
    look = scene.look
    if celsius is None or scene.state.water.verdict is Verdict.DRY:
        mm = min(10.0, place.w * look.panel.mm_per_px / 3)
        for half in place.middle(look.px(mm * 2.4), place.h).row(2, 0):
            gauges.dash(scene, half, mm)
    else:
        _thermometer(scene, place, celsius, bands(scene.state.rules), warns=advice.warns)
    say(scene, where, saying)
    corner(scene, where, Act.STOP, _("Stop"), "stop")


def _thermometer(scene: Scene, place: Box, celsius: float, limits: Bands, *, warns: bool) -> None:
    look = scene.look
    text = f"{celsius:.1f}°"
    mm = parts.largest(scene, place, text, (13.0, 11.0, 9.0, 7.0), "number")
    cap, gap = look.px(mm), look.px(4)
    ruler = look.px(9)
    sign = look.px(14) if warns and place.h >= cap + ruler + gap + look.px(16) else 0
    height = cap + gap + ruler + (sign + gap if sign else 0)
    y = place.cy - height // 2
    if sign:
        parts.icon(scene, Box(place.cx - sign // 2, y, sign, sign), "warn")
        y += sign + gap
    parts.write(scene, text, "number", place.cx, y + cap, align="centre", mm=mm)
    width = min(place.w, look.px(48))
    gauges.band(scene, Box(place.cx - width // 2, y + cap + gap, width, ruler), celsius, limits)


def _good(scene: Scene, page: Soak) -> None:
    line = _("Feet in")
    minutes_warm = None if scene.state.water.warm_for is None else round(scene.state.water.warm_for / MINUTE)
    if minutes_warm:
        line = (
            ngettext("Feet in. Warm for %d minute", "Feet in. Warm for %d minutes", minutes_warm)
            % minutes_warm
        )
    unheard = Fault.OUTPUTS in scene.state.faults
    if unheard:  # nobody may trust to hear an alarm
        line = _("Feet in. Watch the screen.")
    saying = Saying(_("GOOD"), line)
    where = regions(scene, [saying])
    strip = scene.look.px(11) if scene.look.tall else 0
    if unheard and where.line is None:
        words = _("Feet in. Watch screen.")
        parts.paragraph(scene, where.picture.inset(scene.look.px(2)), words, "body", align="left")
    else:
        parts.picture(scene, where.picture.without(low=strip), "soak", Pose("rest", "rest"))
    spent = page.spent_at(scene.now)
    left = -(-(page.length - spent) // MINUTE)
    gauges.ring(
        scene,
        _ring_of_good(scene, where),
        Ring.ARC,
        spent // TICK * TICK / page.length,
        number=str(left),
        unit=_("min"),
    )
    if page.since is not None and left:
        # a quarter of an hour in a ring: a step a second is as smooth as the eye can tell
        scene.wake(scene.now + 1000 - spent % 1000)
    say(scene, where, saying)
    corner(scene, where, Act.STOP, _("Stop"), "stop")
    celsius = scene.state.water.celsius
    if celsius is not None:
        _trend(scene, where, saying, f"{celsius:.1f}°")


def _ring_of_good(scene: Scene, where: Regions) -> Box:
    """The ring makes room for temperature and curve: beside it on 5 inch, below it on 3.5."""
    look, ring = scene.look, where.ring
    if look.small:
        return ring.top(ring.h - look.px(7)).square()
    if look.wide and not look.roomy:
        x = look.edge if look.mirrored else scene.box.w - look.edge - ring.w
        return Box(x, ring.y, ring.w, ring.h)
    return ring


def _trend(scene: Scene, where: Regions, saying: Saying, text: str) -> None:
    """Temperature and the curve of the last minutes, where there is room for them."""
    look, box = scene.look, where.ring
    readings, limits = scene.state.water.readings, bands(scene.state.rules)
    role = "body" if look.small else "figure"
    width, cap = parts.width_of(scene, text, role, bold=True), look.px(look.cap(role))
    if look.small:
        side = look.px(10)
        left = box.cx - (width + side + look.px(2)) // 2
        parts.write(scene, text, role, left, box.bottom, colour="key", bold=True)
        gauges.curve(scene, Box(left + width + look.px(2), box.bottom - cap, side, cap), readings, limits)
        return
    if look.wide and not look.roomy:
        free = Box(where.picture.right, box.y, scene.box.w - look.edge - box.w - where.picture.right, box.h)
        if look.mirrored:
            left = look.edge + box.w
            free = Box(left, box.y, where.picture.x - left, box.h)
        place = free.middle(min(free.w - look.px(6), look.px(26)), cap + look.px(12))
        parts.write(scene, text, role, place.cx, place.y + cap, align="centre")
        gauges.curve(scene, place.without(top=cap + look.px(3)), readings, limits)
        return
    if look.tall:
        row = Box(where.text.x, where.picture.bottom - look.px(9), min(where.text.w, look.px(62)), look.px(8))
        parts.write(scene, text, role, row.x, row.cy + cap // 2)
        gauges.curve(scene, row.without(left=width + look.px(4)), readings, limits)
        return
    key = parts.width_of(scene, saying.key, "key")
    left = where.text.x + key + look.px(3)
    high = look.px(look.cap("key"))
    room = Box(left, where.text.bottom - high, where.text.right - left, high)
    if room.w >= width + look.px(18):
        parts.write(scene, text, role, room.x, room.cy + cap // 2)
        gauges.curve(scene, room.without(left=width + look.px(3)), readings, limits)
    elif room.w >= width:
        parts.write(scene, text, role, room.right, room.bottom, align="right")


def _danger(scene: Scene) -> None:
    look, page = scene.look, scene.box
    scene.targets.clear()
    on = scene.now // BLINK % 2 == 0
    scene.wake((scene.now // BLINK + 1) * BLINK)
    stroke = look.px(1.4 if look.roomy else 0.65)
    if on:
        scene.things.append(Rim(page.inset(look.px(0.6)), look.px(4), stroke, look.palette.rgb("danger")))
    area = page.inset(stroke + look.px(2.5))
    word, small = _("FEET OUT"), look.small
    sizes = (look.cap("alarm"), 15.0, 14.0, *key_word.SIZES) if look.roomy else key_word.SIZES
    keys = [word] if parts.width_of(scene, word, "alarm", mm=sizes[-1]) <= area.w else word.split()
    mm = min(parts.largest(scene, area, key, sizes, "alarm") for key in keys)
    step = look.px(mm + (2.6 if small else 4))
    base = area.bottom - look.px(0.5 if small else 2)
    for i, key in enumerate(reversed(keys)):
        parts.write(scene, key, "alarm", area.cx, base - i * step, align="centre", colour="danger", mm=mm)
    upper = area.top(base - (len(keys) - 1) * step - look.px(mm) - look.px(3) - area.y)
    celsius = scene.state.water.celsius
    text = "" if celsius is None else f"{celsius:.1f}°"
    if look.tall:
        low = upper.low(upper.h // 3)
        parts.picture(scene, upper.without(low=low.h), "soak", Pose("out", "out"))
        rest, halves = low, low.row(2, look.px(2))
    elif upper.h > look.px(22):
        art_width = upper.w // 2
        parts.picture(scene, upper.left(art_width), "soak", Pose("out", "out"))
        rest = upper.without(left=art_width)
        halves = rest.column(2, look.px(2))
    else:
        rest, halves = upper, upper.row(2, look.px(2))
    sign, number = halves if text else (rest, rest)  # a probe that fails leaves no number
    parts.icon(scene, sign.middle(min(sign.w, sign.h, look.px(26)), min(sign.w, sign.h, look.px(26))), "warn")
    figures = (13.0, 11.0, 9.0, 7.0, 6.2, 5.6) if look.roomy else (6.2, 5.6) if small else (9.0, 7.0)
    size = parts.largest(scene, number, text, figures, "number") if text else 0.0
    if text:
        parts.write(
            scene,
            text,
            "number",
            number.cx,
            number.cy + look.px(size) // 2,
            align="centre",
            colour="danger",
            mm=size,
        )


def _no_reading(scene: Scene) -> None:
    """No number, not even an old one; what to do instead of reading."""
    look, page = scene.look, scene.box.inset(scene.look.edge)
    where = regions(scene, [Saying(_("HOLD"))])
    small = look.small
    head = page.top(look.px(9 if small else 20 if look.roomy or look.narrow else 16))
    side = min(head.h, look.px(15 if look.roomy else 12))
    if not small:
        scene.things.append(Rim(head, look.px(4), look.px(1), look.palette.rgb("hot")))
    inset = 0 if small else look.px(3)
    parts.icon(scene, Box(head.x + inset, head.cy - side // 2, side, side), "warn")
    words = head.without(left=inset + side + look.px(3), right=inset)
    words, text = words.inset(0, look.px(2.4 if not small else 0)), _("NO READING")
    mm = parts.largest(scene, words, text, (10.0, 9.0, 7.0, 6.2, 5.6, 5.2))
    parts.paragraph(scene, words, text, "title", align="left", colour="hot", mm=mm)
    rest = page.without(top=head.h + look.px(3))
    corner(scene, where, Act.STOP, _("Stop"), "stop")
    passages = [
        Passage(_("Feet out."), "title", (9.0, 8.0, 7.0, 6.2, 5.6, 5.2)),
        Passage(_("Test with elbow."), "body", (6.2, 5.8, *parts.BODY_SIZES), bold=False),
    ]
    if look.tall:
        words = rest.without(low=rest.bottom - where.corner.y + look.px(4)).low(look.px(24))
        parts.picture(scene, rest.top(words.y - rest.y - look.px(2)), "soak", Pose("out", "out"))
        align: parts.Align = "centre"
    else:
        low = 0 if small else rest.bottom - where.corner.y + look.px(3)
        # the picture is the smaller, the longer the words are
        widths = (int(min(rest.h * 1.2, rest.w * share)) for share in (0.46, 0.35, 0.25))
        rooms = [rest.without(left=width + look.px(3), low=low) for width in widths]
        words = next((room for room in rooms if parts.stacks(scene, room, passages)), rest.without(low=low))
        parts.picture(scene, rest.left(max(0, words.x - rest.x - look.px(3))), "soak", Pose("out", "out"))
        align = "left"
    parts.stack(scene, words, passages, align=align)
