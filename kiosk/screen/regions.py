"""The layout of pages that lead: picture, ring, help line, key word, corner target.

On every such page the key word is at the bottom left and the corner target at the bottom right, so that
nobody has to search for them. Only the upper half is mirrored for the other foot.
"""

from collections.abc import Iterable

import msgspec

from kiosk.screen import key_word, parts
from kiosk.screen.art import ASPECT
from kiosk.screen.layout import Box
from kiosk.screen.scene import Scene


class Saying(msgspec.Struct, frozen=True):
    """The words of a page that leads: key word and help line. ``short`` is used if ``key`` does not fit."""

    key: str
    line: str = ""
    short: str = ""


LEAST_RING = 26.0
"""Smallest height of picture and ring in millimetres that the larger text size must leave."""


class Regions(msgspec.Struct, frozen=True):
    """The boxes of one page."""

    picture: Box
    ring: Box
    corner: Box
    text: Box
    """box of the key word; its lower edge is the baseline"""
    line: Box | None
    """box of the help line; its lower edge is the lowest baseline; None: no room for a help line"""


def regions(scene: Scene, sayings: Iterable[Saying], *, beside: bool = False) -> Regions:
    """The layout that suits all these sayings, so that nothing moves when they follow each other. ``beside``:
    the page has something above the corner target; the help line is left of both, and the picture left."""
    look = scene.look
    edge, page = look.edge, scene.box
    if look.small:
        return _small(scene, sayings)
    if look.tall:
        return _tall(scene, sayings)
    size = corner_size(scene)
    corner = Box(page.right - edge - size[0], page.bottom - edge - size[1], *size)
    left = edge + look.px(2 if look.roomy else 1)
    low = page.bottom - edge - look.px(1.3)
    text = Box(left, 0, corner.x - look.px(3 if look.roomy else 2.4) - left, low)
    line = text.without(low=_line_drop(scene))
    if not (look.roomy or beside):
        # on a 5 inch panel there is too little room beside the corner: the line is above it, in full width
        line = Box(left, 0, page.w - 2 * left, min(line.bottom, corner.y - look.px(2.4)))
    top = min(text_top(scene, saying, text, line) for saying in sayings)
    height = min(top - look.px(1.8), int(0.52 * page.w / ASPECT))
    width = int(height * ASPECT)
    upper = Box(0, 0, page.w, min(top - look.px(2), corner.y - look.px(2.5)))
    if look.mirrored and not beside:
        art = upper.right_part(width).top(height)
        ring = upper.without(right=width, left=edge, top=edge)
    else:
        art = upper.left(width).top(height)
        ring = upper.without(left=width, right=edge, top=edge)
    side = min(ring.w, ring.h, look.px(52))
    if min(side, height) < look.px(LEAST_RING):
        scene.tight |= {"key", "body"}
    return Regions(art, ring.middle(side, side), corner, text, line)


def corner_size(scene: Scene) -> tuple[int, int]:
    """Width and height in pixels of the corner target on a landscape page."""
    look = scene.look
    return (look.least(32), look.least(21)) if look.roomy else (look.least(30), look.least(20))


def _small(scene: Scene, sayings: Iterable[Saying]) -> Regions:
    look, page, edge = scene.look, scene.box, scene.look.edge
    low = page.bottom - edge - look.px(0.6)
    text = Box(edge + look.px(0.4), 0, page.w - 2 * edge - look.px(0.8), low)
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
    wide = look.least(24 if look.narrow else 30)
    corner = row.right_part(wide).middle(wide, look.least(23))
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
    """The lines of the key word in ``room`` pixels: whole, on two lines if the panel is tall, or its short
    form."""
    whole, split = key_word.setting(scene, saying.key, room), saying.key.split()
    if whole and whole[1]:
        return [saying.key]
    settings = [key_word.setting(scene, word, room) for word in split]
    if len(split) == 2 and scene.look.tall and all(s and s[1] for s in settings):
        return split
    return [saying.key if whole or not saying.short else saying.short]


def text_top(scene: Scene, saying: Saying, text: Box, line: Box | None) -> int:
    """The top row of the key word with its help line."""
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
    """Pixels from the baseline of a key word of one line up to that of the help line."""
    return scene.look.px(scene.look.cap("key")) + _line_gap(scene)


def say(scene: Scene, where: Regions, saying: Saying, colour: str = "") -> None:
    """Write the key word, and above it the help line if there is room for one."""
    look, text = scene.look, where.text
    keys = key_lines(scene, saying, text.w)
    step = _key_leading(scene)
    for i, word in enumerate(reversed(keys)):
        key_word.write(scene, word, text.x, text.bottom - i * step, text.w, colour=colour)
    if saying.line and where.line:
        lines = parts.wrap(scene, saying.line, "body", where.line.w)
        if any(parts.width_of(scene, line, "body") > where.line.w for line in lines):
            scene.tight.add("body")
        top = text.bottom - look.px(look.cap("key")) - (len(keys) - 1) * step
        baseline = min(where.line.bottom, top - _line_gap(scene))
        for i, line in enumerate(reversed(lines)):
            parts.write(scene, line, "body", where.line.x, baseline - i * parts.leading(scene, "body"))
