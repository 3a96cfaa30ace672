"""The pages that lead through a technique: next up, count-in, the beats, and "gone?"."""

from kiosk.core.cues import CUES, Ring
from kiosk.core.events import Act
from kiosk.core.pages import CountIn, Gone, Guide, NextUp
from kiosk.core.technique import SECOND, Cue, Ms, Technique
from kiosk.core.timeline import COUNT_IN, Timeline
from kiosk.i18n import _
from kiosk.screen import art, gauges, key_word, motion, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.regions import Regions, Saying, corner_size, regions, say
from kiosk.screen.scene import Pose, Scene, Target

TICK: Ms = 250
"""A ring is drawn four times a second."""

LAP: Ms = 12 * SECOND
"""A bead goes round the ring of a movement once in this time."""

MOST_DOTS = 6


def corner(scene: Scene, where: Regions, act: Act, label: str, icon_name: str) -> None:
    """The one target of a page that leads; on a small panel the whole screen is it."""
    if scene.look.small:
        scene.targets.append(Target(scene.box, act))
    else:
        parts.target(scene, where.corner, act, label, icon_name)


@draws(NextUp)
def next_up(scene: Scene, page: NextUp) -> None:
    """The technique that comes next: its name, and how to sit or stand for it."""
    technique = scene.state.sequence[page.technique]
    look = scene.look
    start, skip, gone = _next_up_boxes(scene)
    area = scene.box.inset(look.edge)
    name, posture = _(technique.name), _(technique.posture)
    if look.small:
        words = area.left(start.w + look.gap - look.px(1)).top(start.y - area.y - look.px(1.2))
        below = parts.Passage(name, "title", (7.0, 7.0, 6.2, 6.2, 5.6, 5.2, 5.0), spare=True)
        parts.stack(scene, words, [parts.Passage(posture, "body", parts.BODY_SIZES, bold=False), below])
    else:
        _posture(scene, technique, (start, skip, gone))
    parts.target(scene, start, Act.START, _("Start"), "start", main=True)
    parts.target(scene, skip, Act.SKIP, _("Skip"), "next")
    parts.target(scene, gone, Act.GONE, _("Gone"), "gone")
    space = Box(skip.x, skip.bottom, skip.w, gone.y - skip.bottom)
    if look.wide and space.h > look.px(9) and len(scene.state.sequence) <= MOST_DOTS + 2:
        middle = skip.bottom + look.px(4) if look.mirrored else space.cy
        row = Box(space.x - look.px(17), middle - look.px(3), look.px(34), look.px(6))
        if not any(words.cap_box.rect.colliderect(row) for words in scene.texts):
            gauges.dots(scene, (space.x, middle), len(scene.state.sequence), page.technique)


def _posture(scene: Scene, technique: Technique, targets: tuple[Box, Box, Box]) -> None:
    """Name, posture and picture of a technique, in the room that its targets leave."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    start, skip, gone = targets
    if look.tall:
        words = area.without(low=area.bottom - start.y + look.px(5))
        top = _name_and_posture(scene, words, _(technique.name), _(technique.posture))
        place = words.top(top - look.px(1.5) - area.y)
    else:
        words = area.without(right=area.right - gone.x + look.px(3)).inset(look.px(1.4), 0)
        top = _name_and_posture(scene, words, _(technique.name), _(technique.posture))
        aside = skip.right if look.mirrored else scene.box.w - start.x
        width = min(int(0.52 * scene.box.w), scene.box.w - aside - look.px(2))
        place = Box(scene.box.w - width if look.mirrored else 0, 0, width, top - look.px(1.5))
    flipped = art.is_flipped(technique.posture_art, scene.state.rules.side)
    parts.picture(scene, place, technique.posture_art, _still(technique), flipped=flipped)


def _name_and_posture(scene: Scene, box: Box, name: str, posture: str) -> int:
    """The name as large as fits on one line, the posture above it, as the help line of every page is;
    gives the row at which they begin."""
    look = scene.look
    sizes = (11.0, 10.0, 9.0, 8.0, 7.0, 6.2, 5.6, 5.2, 5.0)
    mm = parts.largest(scene, box.top(look.px(sizes[0] + 1)), name, sizes)
    base = box.bottom - look.px(1.3)
    parts.write(scene, name, "title", box.x, base, mm=mm)
    lines = parts.wrap(scene, posture, "body", box.w)
    up = base - look.px(mm) - look.px(4.2)
    for i, line in enumerate(reversed(lines)):
        parts.write(scene, line, "body", box.x, up - i * parts.leading(scene, "body"))
    return up - (len(lines) - 1) * parts.leading(scene, "body") - look.px(look.cap("body"))


def _still(technique: Technique) -> Pose:
    return Pose(technique.posture_pose, technique.posture_pose)


def _next_up_boxes(scene: Scene) -> tuple[Box, Box, Box]:
    """Start, Skip and Gone; Gone in its corner."""
    look, page = scene.look, scene.box.inset(scene.look.edge)
    if look.small:
        aside = page.right_part(look.least(22))
        skip, gone = aside.column(2, look.gap)
        return page.without(right=aside.w + look.gap).low(gone.h), skip, gone
    if look.tall:
        high = look.least(24 if look.roomy else 21)
        low = page.low(2 * high + look.gap)
        skip, gone = low.low(high).row(2, look.gap)
        return low.top(high), skip, gone
    w, h = corner_size(scene)
    gone = Box(page.right - w, page.bottom - h, w, h)
    if look.mirrored:
        return Box(page.x, page.y, w, h), Box(page.x + w + look.gap, page.y, w, h), gone
    return Box(page.right - 2 * w - look.gap, page.y, w, h), Box(page.right - w, page.y, w, h), gone


@draws(CountIn)
def count_in(scene: Scene, page: CountIn) -> None:
    """READY: three, two, one, and the posture once more."""
    technique = scene.state.sequence[page.technique]
    saying = Saying(_(CUES[Cue.READY].word), _(technique.posture))
    flipped = art.is_flipped(technique.posture_art, scene.state.rules.side)
    where = regions(scene, [saying])
    parts.picture(scene, where.picture, technique.posture_art, _still(technique), flipped=flipped)
    _countdown(scene, where.ring, Ring.BEADS, page.first_beat - COUNT_IN, page.first_beat)
    say(scene, where, saying)
    corner(scene, where, Act.GONE, _("Gone"), "gone")


def _saying(timeline: Timeline, index: int) -> Saying:
    step = timeline[index].step
    short = "" if step.word else _(CUES[step.cue].short)
    return Saying(_(step.word or CUES[step.cue].word), _(step.line), short)


@draws(Guide)
def guide(scene: Scene, page: Guide) -> None:
    """One beat: what to do, with what, and for how long."""
    technique, beat = scene.state.sequence[page.technique], page.beat
    name = beat.step.art or technique.art
    flipped = art.is_flipped(name, scene.state.rules.side)
    sayings = dict.fromkeys(_saying(page.timeline, i) for i in range(len(page.timeline)))
    where = regions(scene, sayings)
    pose = motion.pose_at(scene, page, name)
    parts.picture(scene, where.picture, name, pose, flipped=flipped)
    began = page.began + beat.start
    _countdown(scene, where.ring, CUES[beat.step.cue].ring, began, page.began + beat.end)
    if 1 < beat.rounds <= MOST_DOTS:
        low = where.ring.cy + int(where.ring.h * 0.29)
        gauges.dots(
            scene, (where.ring.cx, low), beat.rounds, beat.round - 1, mm=_dot(scene, where.ring, beat.rounds)
        )
    say(scene, where, _saying(page.timeline, page.index))
    corner(scene, where, Act.GONE, _("Gone"), "gone")


def _dot(scene: Scene, ring: Box, count: int) -> float:
    """Radius in mm of round dots that stay inside the ring, below its number."""
    return min(1.3, ring.w * scene.look.panel.mm_per_px * 0.4 / 3.4 / count)


def _countdown(scene: Scene, box: Box, track: Ring, start: Ms, end: Ms) -> None:
    """A ring from ``start`` to ``end`` with the seconds that are left, drawn four times a second."""
    now = min(max(scene.now, start), end)
    left = -(-(end - now) // SECOND)
    number = str(left) if left < 100 else f"{left // 60}:{left % 60:02}"
    passed = (now - start) // TICK * TICK
    length = LAP if track is Ring.ORBIT else max(TICK, end - start)
    gauges.ring(scene, box, track, passed % length / length if passed < end - start else 1.0, number=number)
    if now < end:
        scene.wake(min(end, now + TICK - (now - start) % TICK))


@draws(Gone)
def gone(scene: Scene, _page: Gone) -> None:
    """GONE? Yes, or still there. Without a cramp: STOP? Yes, or go on."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    cap = look.px(look.cap("key"))
    if look.small:
        baseline = area.y + cap
        boxes = area.without(top=cap + look.px(4)).row(2, look.gap)
    elif look.wide:
        baseline = area.y + area.h // 10 + cap
        low = area.low(area.bottom - baseline - look.px(10)).inset(look.px(4), 0)
        boxes = low.row(2, look.least(23) if look.roomy else look.least(12))
    else:
        baseline = area.y + area.h // 6 + cap
        boxes = area.low(area.h * 3 // 5).inset(look.px(4), 0).column(2, look.least(12))
    episode = scene.state.episode
    if episode is None or episode.cramp:
        word, yes_icon, no = _("GONE?"), "gone", _("Still there")
    else:
        word, yes_icon, no = _("STOP?"), "stop", _("Go on")
    key_word.write(scene, word, area.cx, baseline, area.w, align="centre")
    parts.target(scene, boxes[0], Act.YES, _("Yes"), yes_icon)
    parts.target(scene, boxes[1], Act.STILL, no, "again", main=True)
