"""Where things stand on a page that leads: picture, ring, help line, key word, corner.

The key word stands at the bottom left and the corner target at the bottom right, whatever the page,
so that neither has to be looked for. Only the upper half is mirrored for the other foot.
"""

from collections.abc import Iterable

import msgspec

from kiosk.screen import parts
from kiosk.screen.art import ASPECT
from kiosk.screen.layout import Box
from kiosk.screen.scene import Scene
from kiosk.screen.theme import Shape


class Saying(msgspec.Struct, frozen=True):
    """The words of a page that leads. ``short`` is for panels on which ``key`` does not fit."""

    key: str
    line: str = ""
    short: str = ""


class Regions(msgspec.Struct, frozen=True):
    """The places of one page."""

    picture: Box
    ring: Box
    corner: Box
    text: Box
    """room of the key word, its baseline the lower edge"""
    line: Box | None
    """room of the help line, its lowest baseline the lower edge; None: there is no room"""


def regions(scene: Scene, sayings: Iterable[Saying]) -> Regions:
    """The places that suit all these sayings, so that nothing jumps between them."""
    look = scene.look
    edge, page = look.edge, scene.box
    if look.shape is Shape.SMALL:
        return _small(scene, sayings)
    if look.shape is Shape.TALL:
        return _tall(scene, sayings)
    size = corner_size(scene)
    corner = Box(page.right - edge - size[0], page.bottom - edge - size[1], *size)
    left = edge + look.px(1.4)
    low = page.bottom - edge - look.px(1.3)
    text = Box(left, 0, corner.x - look.px(3) - left, low)
    line = text.without(low=_line_drop(scene))
    if not is_roomy(
        scene
    ):  # beside a 5 inch panel's corner a line is too short: it goes above, over the whole width
        line = Box(left, 0, page.w - 2 * left, min(line.bottom, corner.y - look.px(2.4)))
    top = min(text_top(scene, saying, text, line) for saying in sayings)
    height = min(top - look.px(1.8), int(0.52 * page.w / ASPECT))
    width = int(height * ASPECT)
    upper = Box(0, 0, page.w, min(top - look.px(2), corner.y - look.px(2.5)))
    if look.mirrored:
        art = upper.right_part(width).top(height)
        ring = upper.without(right=width, left=edge, top=edge)
    else:
        art = upper.left(width).top(height)
        ring = upper.without(left=width, right=edge, top=edge)
    side = min(ring.w, ring.h, look.px(52))
    return Regions(art, ring.middle(side, side), corner, text, line)


def is_roomy(scene: Scene) -> bool:
    """Whether a landscape panel is one of 7 inch rather than 5."""
    return scene.box.h * scene.look.panel.mm_per_px > 75


def corner_size(scene: Scene) -> tuple[int, int]:
    """Width and height of the corner target of a landscape page."""
    look = scene.look
    return (look.least(32), look.least(21)) if is_roomy(scene) else (look.least(30), look.least(20))


def _small(scene: Scene, sayings: Iterable[Saying]) -> Regions:
    look, page, edge = scene.look, scene.box, scene.look.edge
    low = page.bottom - edge - look.px(0.6)
    text = Box(edge + look.px(0.2), 0, page.w - 2 * edge - look.px(0.4), low)
    top = min(text_top(scene, saying, text, None) for saying in sayings)
    upper = page.top(top - look.px(1.6))
    width = min(int(upper.h * ASPECT), page.w // 2)
    art, rest = upper.left(width), upper.without(left=width, right=edge, top=edge)
    if look.mirrored:
        art, rest = upper.right_part(width), upper.without(right=width, left=edge, top=edge)
    side = min(rest.w, rest.h)
    return Regions(art, rest.middle(side, side), page, text, None)


def _tall(scene: Scene, sayings: Iterable[Saying]) -> Regions:
    look, page, edge = scene.look, scene.box, scene.look.edge
    row = page.inset(edge).low(min(look.px(40), page.h // 4))
    corner = row.right_part(look.least(30)).middle(look.least(30), look.least(23))
    rest = row.without(right=corner.w + look.gap)
    side = min(rest.w, rest.h)
    text = Box(edge + look.px(0.6), 0, page.w - 2 * edge - look.px(0.6), row.y - look.px(4))
    line = text.without(low=_line_drop(scene))
    top = min(text_top(scene, saying, text, line) for saying in sayings)
    height = min(top - look.px(2.5), int(page.w / ASPECT))
    width = int(height * ASPECT)
    upper = page.top(top - look.px(2))
    art = (upper.right_part(width) if look.mirrored else upper.left(width)).top(height)
    return Regions(art, rest.middle(side, side), corner, text, line)


def key_lines(scene: Scene, saying: Saying, room: int) -> list[str]:
    """The key word as shown here: whole, on two lines where the page is tall, or its short form."""
    whole = parts.width_of(scene, saying.key, "key")
    if whole <= room:
        return [saying.key]
    split = saying.key.split()
    fits = all(parts.width_of(scene, word, "key") <= room for word in split)
    if len(split) == 2 and fits and (scene.look.shape is Shape.TALL or not saying.short):
        return split
    return [saying.short or saying.key]


def text_top(scene: Scene, saying: Saying, text: Box, line: Box | None) -> int:
    """The row at which key word and help line begin."""
    keys = key_lines(scene, saying, text.w)
    top = text.bottom - scene.look.px(scene.look.cap("key")) - (len(keys) - 1) * _key_leading(scene)
    if not (saying.line and line):
        return top
    lines = parts.wrap(scene, saying.line, "body", line.w)
    baseline = min(line.bottom, top - _line_gap(scene))
    return baseline - scene.look.px(scene.look.cap("body")) - (len(lines) - 1) * parts.leading(scene, "body")


def _key_leading(scene: Scene) -> int:
    return scene.look.px(scene.look.cap("key") + 3.6)


def _line_gap(scene: Scene) -> int:
    return scene.look.px(4.2)


def _line_drop(scene: Scene) -> int:
    """From the key word's baseline up to that of the help line above one line of it."""
    return scene.look.px(scene.look.cap("key")) + _line_gap(scene)


def say(scene: Scene, where: Regions, saying: Saying, colour: str = "") -> None:
    """Set the key word, and above it the help line where there is room for one."""
    look, text = scene.look, where.text
    keys = key_lines(scene, saying, text.w)
    step = _key_leading(scene)
    for i, word in enumerate(reversed(keys)):
        mm = parts.largest(
            scene, Box(0, 0, text.w, text.h), word, (look.cap("key"), 13.2, 11, 9, 7, 5.6), "key"
        )
        parts.write(scene, word, "key", text.x, text.bottom - i * step, mm=mm, colour=colour)
    if saying.line and where.line:
        lines = parts.wrap(scene, saying.line, "body", where.line.w)
        top = text.bottom - look.px(look.cap("key")) - (len(keys) - 1) * step
        baseline = min(where.line.bottom, top - _line_gap(scene))
        for i, line in enumerate(reversed(lines)):
            parts.write(scene, line, "body", where.line.x, baseline - i * parts.leading(scene, "body"))
