"""Graphics that show amounts: ring, temperature band, curve, scale, bars and dots."""

import math
from collections.abc import Sequence

from kiosk.core.cues import Ring
from kiosk.core.soak import Bands, Reading
from kiosk.screen import parts
from kiosk.screen.layout import Box
from kiosk.screen.scene import Scene
from kiosk.screen.theme import Look, tokens

#: Beads of a ``Ring.BEADS``.
BEADS = 12


def ring(scene: Scene, box: Box, track: Ring, done: float, *, number: str, unit: str = "") -> None:
    """Draw a ring with a number inside, or beside it if the ring is too small.

    ``done`` is the share of the time that is over, 0 to 1. ``unit`` is written below the number if the ring
    is large enough.
    """
    look = scene.look
    width = look.px(tokens().line_mm.ring * (0.72 if look.small else 1))
    least = parts.BODY_SIZES[-1]
    if _too_wide(scene, number, look.least(least), box.w / 2 - 1.8 * width, 0):
        beside = parts.width_of(scene, number, "number", mm=least) + look.px(2)
        left = min(box.x - beside // 2, scene.box.right - look.edge - box.w - beside)
        box = Box(max(look.edge, left), *box[1:])
        parts.shape(scene, box, _ring(look, box.w, width, track, done))
        parts.write(scene, number, "number", box.right + look.px(2), box.cy + look.px(least) // 2, mm=least)
        return
    parts.shape(scene, box, _ring(look, box.w, width, track, done))
    radius = box.w / 2 - width
    cap = min(look.px(tokens().type_mm.number), int(radius * 0.82))
    unit_cap = look.px(look.cap("body")) if unit and radius > look.px(17) else 0
    while cap > 8 and _too_wide(scene, number, cap, radius, unit_cap):
        cap -= 2
    mm = cap * look.panel.mm_per_px
    space = look.px(3) if unit_cap else 0
    top = box.cy - (cap + space + unit_cap) // 2
    parts.write(scene, number, "number", box.cx, top + cap, align="centre", mm=mm)
    if unit_cap:
        parts.write(scene, unit, "body", box.cx, top + cap + space + unit_cap, align="centre")


def _too_wide(scene: Scene, number: str, cap: int, radius: float, below: int) -> bool:
    """Whether the corners of the number are too close to the ring. All sizes are in pixels."""
    half = parts.width_of(scene, number, "number", mm=cap * scene.look.panel.mm_per_px) / 2
    return math.hypot(half, cap / 2 + below / 2) > radius * 0.88


def _ring(look: Look, side: int, width: int, track: Ring, done: float) -> str:
    line, dim = look.palette.hex("line"), look.palette.hex("dim")
    middle, radius = side / 2, side / 2 - width * 1.05
    thin = f'<circle cx="{middle}" cy="{middle}" r="{radius:.1f}" fill="none" stroke="{dim}" '
    thin += f'stroke-width="{max(2.0, width * 0.3):.1f}"/>'

    def at(share: float) -> str:
        angle = 2 * math.pi * share - math.pi / 2
        return f"{middle + radius * math.cos(angle):.1f} {middle + radius * math.sin(angle):.1f}"

    def bead(share: float, size: float, paint: str) -> str:
        x, y = at(share).split()
        return f'<circle cx="{x}" cy="{y}" r="{size:.1f}" fill="{paint}"/>'

    if track is Ring.ORBIT:
        return thin + bead(done % 1.0, width, line)
    if track is Ring.BEADS:
        return "".join(
            bead(i / BEADS, width * 0.95, line)
            if i / BEADS >= done - 1e-6
            else bead(i / BEADS, width * 0.42, dim)
            for i in range(BEADS)
        )
    if done >= 0.999:
        return (
            f'<circle cx="{middle}" cy="{middle}" r="{radius:.1f}" fill="none" stroke="{line}" '
            f'stroke-width="{width}"/>'
        )
    if done <= 0:
        return thin
    large = int(done > 0.5)
    return (
        f'{thin}<path d="M{at(0)}A{radius:.1f} {radius:.1f} 0 {large} 1 {at(done)}" fill="none" '
        f'stroke="{line}" stroke-width="{width}" stroke-linecap="round"/>'
    )


def band(scene: Scene, box: Box, celsius: float, bands: Bands) -> None:
    """Draw a temperature ruler: the warm band (``warm_low`` to ``warm_high``) as a thick bar, the water in
    degrees Celsius as a pointer. Too cold or too hot is shown by position, not by colour.

    The ruler extends 4 degrees beyond the band; the pointer stops at its ends.
    """
    look = scene.look
    low, high = bands.warm_low - 4, bands.warm_high + 4
    hot, dim, line = (look.palette.hex(name) for name in ("hot", "dim", "line"))
    thin, thick, tip = max(2, look.px(0.7)), look.px(2.3), look.px(2.4)
    y = box.h - thick / 2 - 1

    def x(value: float) -> float:
        return tip + (min(max(value, low), high) - low) / (high - low) * (box.w - 2 * tip)

    pointer = x(celsius)
    parts.shape(
        scene,
        box,
        f'<path d="M{x(low):.1f} {y:.1f}L{x(high):.1f} {y:.1f}" stroke="{dim}" stroke-width="{thin}" '
        f'stroke-linecap="round"/>'
        f'<path d="M{x(bands.warm_low):.1f} {y:.1f}L{x(bands.warm_high):.1f} {y:.1f}" '
        f'stroke="{line}" stroke-width="{thick}" stroke-linecap="round"/>'
        f'<path d="M{pointer:.1f} {y - thick:.1f}l{-tip} {-1.7 * tip:.1f}l{2 * tip} 0Z" fill="{hot}"/>',
    )


def curve(scene: Scene, box: Box, readings: Sequence[Reading], bands: Bands) -> None:
    """Draw the water's temperature over time, and the limits of the warm band as dashed lines.

    The time axis spans the readings, at least one minute. Without readings only the limits are drawn.
    """
    look = scene.look
    line, dim, hot = (look.palette.hex(name) for name in ("line", "dim", "hot"))
    thin, thick, dot = max(1.5, look.px(0.45)), max(2, look.px(0.9)), look.px(1.4)
    low, high = bands.warm_low - 0.4, bands.warm_high + 0.4

    def y(value: float) -> float:
        return box.h - (min(max(value, low), high) - low) / (high - low) * box.h

    body = "".join(
        f'<path d="M0 {y(v):.1f}L{box.w} {y(v):.1f}" stroke="{dim}" stroke-width="{thin}" '
        f'stroke-dasharray="{thin * 3} {thin * 4}" fill="none"/>'
        for v in (bands.warm_low, bands.warm_high)
    )
    if readings:
        begin = readings[0].at
        span = max(60_000, readings[-1].at - begin)
        every = max(1, len(readings) // 40)
        kept = [*readings[:-1:every], readings[-1]]
        points = [(thick + (r.at - begin) / span * (box.w - thick - dot - 2), y(r.celsius)) for r in kept]
        path = "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
        body += (
            f'<path d="M{path}" fill="none" stroke="{line}" stroke-width="{thick}" stroke-linecap="round" '
        )
        body += (
            f'stroke-linejoin="round"/><circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="{dot}" '
        )
        body += f'fill="{hot}"/>'
    parts.shape(scene, box, body)


def scale(scene: Scene, box: Box, value: int | None) -> None:
    """Draw eleven dots for 0 to 10: bright up to ``value``, whose dot is large. None: all dim."""
    key, dim = scene.look.palette.hex("key"), scene.look.palette.hex("dim")
    step = box.w / 11
    large, small = min(step * 0.36, box.h / 2 - 1), step * 0.15
    body = "".join(
        f'<circle cx="{step * (i + 0.5):.1f}" cy="{box.h / 2}" r="{large if i == value else small:.1f}" '
        f'fill="{key if value is not None and i <= value else dim}"/>'
        for i in range(11)
    )
    parts.shape(scene, box, body)


def bars(scene: Scene, box: Box, counts: Sequence[int]) -> None:
    """Draw one vertical bar for each count, the last one bright. ``counts`` must not be empty."""
    key, dim = scene.look.palette.hex("key"), scene.look.palette.hex("dim")
    thin = max(2, scene.look.px(0.6))
    step, top = box.w / len(counts), max(1, *counts)
    width = min(step * 0.56, scene.look.px(5.4))
    base = box.h - thin * 1.5 - width / 2 - scene.look.px(0.8)
    room = base - width / 2
    body = (
        f'<path d="M0 {box.h - thin / 2}L{box.w} {box.h - thin / 2}" stroke="{dim}" stroke-width="{thin}"/>'
    )
    for i, count in enumerate(counts):
        if count:
            x, paint = step * (i + 0.5), key if i == len(counts) - 1 else dim
            body += f'<path d="M{x:.1f} {base:.1f}L{x:.1f} {base - max(1.0, room * count / top):.1f}" '
            body += f'stroke="{paint}" stroke-width="{width:.1f}" stroke-linecap="round"/>'
    parts.shape(scene, box, body)


def stacks(scene: Scene, box: Box, counts: Sequence[int]) -> None:
    """Draw a stack of dots for each count, the highest ones bright. ``counts`` must not be empty."""
    key, dim = scene.look.palette.hex("key"), scene.look.palette.hex("dim")
    thin = max(2, scene.look.px(0.6))
    step, top = box.w / len(counts), max(5, *counts)
    pitch = min(step, (box.h - thin * 2) / top)
    body = (
        f'<path d="M0 {box.h - thin / 2}L{box.w} {box.h - thin / 2}" stroke="{dim}" stroke-width="{thin}"/>'
    )
    for i, count in enumerate(counts):
        paint = key if count == max(counts) else dim
        for j in range(count):
            body += f'<circle cx="{step * (i + 0.5):.1f}" cy="{box.h - thin * 2 - pitch * (j + 0.5):.1f}" '
            body += f'r="{pitch * 0.38:.1f}" fill="{paint}"/>'
    parts.shape(scene, box, body)


def dash(scene: Scene, box: Box, mm: float) -> None:
    """Draw a dash in the middle of ``box``, in place of a number that is not known. ``mm`` is the height of
    the number's digits."""
    look = scene.look
    w, h = look.px(mm * 0.8), look.px(mm * 0.14)
    body = f'<rect width="{w}" height="{h}" rx="{h / 2}" fill="{look.palette.hex("faint")}"/>'
    parts.shape(scene, box.middle(w, h), body)


def dots(scene: Scene, centre: tuple[int, int], count: int, at: int, *, mm: float = 1.4) -> None:
    """Draw one dot for each of ``count`` steps: those before ``at`` small and bright, ``at`` large, later
    ones hollow. ``mm`` is the radius of a small dot."""
    look = scene.look
    pitch, large = mm * 3.4, mm * 1.35
    width, height = look.px(pitch * count), look.px(large * 2 + 0.6)
    box = Box(centre[0] - width // 2, centre[1] - height // 2, width, height)
    body = []
    for i in range(count):
        x, y = look.px(pitch) * (i + 0.5), height / 2
        if i <= at:
            radius = look.px(large if i == at else mm)
            body.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{look.palette.hex("key")}"/>')
        else:
            body.append(
                f'<circle cx="{x}" cy="{y}" r="{look.px(mm * 0.85)}" fill="none" '
                f'stroke="{look.palette.hex("dim")}" stroke-width="{max(2, look.px(0.5))}"/>'
            )
    parts.shape(scene, box, "".join(body))
