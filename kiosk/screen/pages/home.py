"""Home, more, and the list of techniques: big targets and little else."""

from kiosk.core.events import Act
from kiosk.core.pages import Choose, Home, More
from kiosk.i18n import _
from kiosk.screen import art, faults, key_word, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.scene import Pose, Scene

ART, POSE = "home", Pose("move", "move")


@draws(Home)
def home(scene: Scene, _page: Home) -> None:
    """CRAMP, soak, more."""
    look = scene.look
    area = scene.box.inset(look.edge)
    if not look.small:
        area = faults.banner(scene, area, scene.state.faults, most=5)
    if look.wide:
        aside = area.right_part(max(look.least(32), int(area.w * 0.3)) if look.roomy else look.least(24))
        _cramp(scene, area.without(right=aside.w + look.gap))
        boxes = aside.column(2, look.gap)
    elif look.tall:
        row = area.low(max(look.least(24), area.h // 5))
        _cramp(scene, area.without(low=row.h + look.gap))
        boxes = row.row(2, look.gap)
    else:
        row = area.low(max(look.least(20), (area.h - look.gap) // 2))
        _cramp(scene, area.without(low=row.h + look.gap))
        boxes = row.row(2, look.gap)
        if faults.notice(scene, boxes[0], scene.state.faults):
            parts.target(scene, boxes[1], Act.MORE, _("More"), "more")
            return
    parts.target(scene, boxes[0], Act.SOAK, _("Soak"), "soak")
    parts.target(scene, boxes[1], Act.MORE, _("More"), "more")


def _cramp(scene: Scene, box: Box) -> None:
    look = scene.look
    parts.rim(scene, box, Act.START, main=True)
    cap, room = look.px(look.cap("key")), box.w - look.px(4)
    word = _("CRAMP") if key_word.setting(scene, _("CRAMP"), room) else _("START")
    above = box.h - cap
    if above < look.px(22):
        key_word.write(scene, word, box.cx, box.cy + cap // 2, room, align="centre")
        return
    baseline = box.bottom - min(look.px(7 if look.wide else 9), above // 4)
    key_word.write(scene, word, box.cx, baseline, room, align="centre")
    side, rim = look.px(6.5), look.px(3.5)
    button = Box(box.right - side - rim, box.y + rim, side, side)
    inner = box.inset(look.px(4), look.px(3))
    place = inner.top(baseline - cap - look.px(4) - inner.y)
    if (box.w - int(place.h * art.ASPECT)) // 2 < box.right - button.x:
        place = place.without(left=side, right=side)
    flipped = art.is_flipped(ART, scene.state.rules.side)
    parts.picture(scene, place, ART, POSE, flipped=flipped)
    parts.icon(scene, button, "button")


def four(scene: Scene, area: Box) -> list[Box]:
    """Four boxes of the same size: two by two, or one below the other on a tall page."""
    look = scene.look
    return area.column(4, look.gap) if look.tall else area.grid(2, 2, look.gap)


@draws(More)
def more(scene: Scene, _page: More) -> None:
    """Choose a technique, diary, settings, back."""
    area = scene.box.inset(scene.look.edge)
    if not scene.look.small:
        area = faults.banner(scene, area, scene.state.faults, most=4)
    boxes = four(scene, area)
    parts.target(scene, boxes[0], Act.CHOOSE, _("Choose"), "list")
    parts.target(scene, boxes[1], Act.DIARY, _("Diary"), "diary")
    parts.target(scene, boxes[2], Act.SETTINGS, _("Settings"), "settings", short=_("Set up"))
    parts.target(scene, boxes[3], Act.BACK, _("Back"), "back")


@draws(Choose)
def choose(scene: Scene, page: Choose) -> None:
    """Three techniques; the fourth target leads on, or back from the last of them."""
    boxes = four(scene, scene.box.inset(scene.look.edge))
    shown = scene.state.sequence[page.first : page.first + 3]
    for i in range(len(shown)):
        _technique(scene, boxes[i], page.first + i)
    if page.first + len(shown) < len(scene.state.sequence):
        parts.target(scene, boxes[3], Act.NEXT, _("More"), "next")
    else:
        parts.target(scene, boxes[3], Act.BACK, _("Back"), "back")


def _technique(scene: Scene, box: Box, index: int) -> None:
    look, technique = scene.look, scene.state.sequence[index]
    parts.rim(scene, box, Act.PICK, number=index)
    inner, name = box.inset(look.px(1.6 if look.small else 2.5), look.px(2)), _(technique.name)
    place = Box(0, 0, 0, 0)
    if look.roomy:
        longest = parts.widest(scene, name, "label")
        width = min(int(inner.h * art.ASPECT), int(inner.w * 0.45), inner.w - longest - look.px(5))
        place, inner = inner.left(width), inner.without(left=width + look.px(2.5))
    elif look.wide:
        scene.tight.add("label")
        inner = box.inset(look.px(1.2), look.px(2))
        mm = parts.label_size(scene, inner, name)
        lines = parts.wrap(scene, name, "label", inner.w, mm=mm)
        low = look.px(8) + (len(lines) - 1) * parts.leading(scene, "label", mm)
        place, inner = inner.top(inner.h - low), inner.low(low - look.px(1))
    elif look.tall:
        least = parts.widest(scene, name, "label", parts.LABEL_SIZES[-1])
        width = min(int(inner.h * art.ASPECT), inner.w - max(look.px(34), least + look.px(2)))
        place, inner = inner.left(width), inner.without(left=width + look.px(2))
    flipped = art.is_flipped(technique.art, scene.state.rules.side)
    room = inner.inset(-look.px(0.8), 0) if look.small else inner
    if parts.too_wide(scene, room, name, "label", parts.LABEL_SIZES[-1], bold=False):
        parts.picture(scene, inner, technique.art, Pose("rest", "rest"), flipped=flipped)
        return
    parts.picture(scene, place, technique.art, Pose("rest", "rest"), flipped=flipped)
    mm = parts.label_size(scene, inner, name)
    parts.paragraph(scene, room, name, "label", mm=mm)
