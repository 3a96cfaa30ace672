"""Animation of pictures: once between two cues, or back and forth while a cue lasts.

Frames are 80 ms apart (12.5 per second), so that there are few different poses and all can be cached.
"""

from kiosk.core.cues import CUES
from kiosk.core.pages import Guide
from kiosk.core.technique import Ms
from kiosk.core.timeline import Timeline
from kiosk.screen import art
from kiosk.screen.scene import Pose, Scene

FRAME: Ms = 80
"""Time between two frames of an animation."""

SETTLE: Ms = 8 * FRAME
"""Duration of the move from one cue's pose to the next."""

PAUSE: Ms = 4 * FRAME
"""Pause at each end of a back and forth movement."""

_WAY: dict[str, Ms] = {"walk": 7 * FRAME, "toe_spread": 5 * FRAME}
"""Duration of the move from one pose to the next, by picture."""
_USUAL_WAY: Ms = 15 * FRAME


def settle(start: str, end: str, elapsed: Ms) -> Pose:
    """The pose ``elapsed`` ms after a move from ``start`` to ``end`` began; ``end`` after ``SETTLE``."""
    if start == end or elapsed >= SETTLE:
        return Pose(end, end)
    step = max(0, elapsed) // FRAME
    return Pose(start, end, int(step), SETTLE // FRAME)


def sway(names: tuple[str, ...], name: str, elapsed: Ms) -> Pose:
    """The pose ``elapsed`` ms after a repeated movement through the poses ``names`` of picture ``name``."""
    way = _WAY.get(name, _USUAL_WAY)
    pause = 0 if name == "walk" else PAUSE
    leg, within = divmod(max(0, elapsed), way + pause)
    start, end = names[leg % len(names)], names[(leg + 1) % len(names)]
    if within >= way:
        return Pose(end, end)
    return Pose(start, end, int(within // FRAME), way // FRAME)


def pose_of_beat(timeline: Timeline, index: int, name: str) -> tuple[str, ...]:
    """The poses of a beat: its own, or those of its cue. For a cue without movement that has several poses,
    each round uses one of them."""
    beat = timeline[index]
    if beat.step.pose:
        return (beat.step.pose,)
    names = art.cue_poses(name, beat.step.cue)
    if CUES[beat.step.cue].moves or len(names) == 1:
        return names
    return (names[(beat.round - 1) % len(names)],)


def pose_at(scene: Scene, page: Guide, name: str) -> Pose:
    """The pose of picture ``name`` for the page's beat now. Requests the next frame if it moves.

    If the owner has switched motion off, it is the last pose of the beat.
    """
    timeline, index = page.timeline, page.index
    names = pose_of_beat(timeline, index, name)
    if not scene.state.rules.motion:
        return Pose(names[-1], names[-1])
    elapsed = max(0, scene.now - page.began - page.beat.start)
    if len(names) > 1:
        pose = sway(names, name, elapsed)
    else:
        before = names[0]
        if index and (timeline[index - 1].step.art or name) == name:
            before = pose_of_beat(timeline, index - 1, name)[-1]
        pose = settle(before, names[0], elapsed)
    if len(names) > 1 or pose.start != pose.end:
        scene.wake(scene.now + FRAME - elapsed % FRAME)
    return pose
