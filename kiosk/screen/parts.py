"""The parts that pages consist of: text, targets, pictures and icons."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from kiosk.core.events import Act
from kiosk.screen.art import ASPECT
from kiosk.screen.layout import Box
from kiosk.screen.scene import Picture, Pose, Rim, Scene, Shape, Target, Words
from kiosk.screen.theme import CAP_HEIGHT, tokens

STILL = Pose()

LEAST_PICTURE = 11.0
"""Smallest height of a picture in millimetres; below it cannot be recognised."""

LEAST_ICON = 4.0
"""Smallest side of an icon in millimetres."""

BODY_SIZES = (5.2, 5.0)
"""Heights of a capital in millimetres, largest first."""
LABEL_SIZES = (5.6, 5.3, 5.0)
"""Heights of a capital in millimetres, largest first."""

Align = Literal["left", "centre", "right"]

_COLOUR_OF = {"body": "body"}
_LINE_GAP = 0.62
"""Gap between two lines of a text, as a share of the capitals' height."""


def write(
    scene: Scene,
    text: str,
    role: str,
    x: int,
    baseline: int,
    *,
    align: Align = "left",
    colour: str = "",
    mm: float | None = None,
    bold: bool | None = None,
) -> Words:
    """Write one line of text on a baseline; ``x`` is its left end, middle or right end, by ``align``.

    ``role`` gives size and colour; ``mm`` (height of a capital), ``colour`` (a token) and ``bold`` override
    it. Text is placed by its baseline, not by its box, so that it does not move when its letters change.
    """
    look, ink = scene.look, scene.ink
    bold = role != "body" if bold is None else bold
    em = look.em(mm or look.cap(role), bold=bold)
    font = ink.font(em, bold)
    width, height = font.size(text)
    left = x - {"left": 0, "centre": width // 2, "right": width}[align]
    cap = round(em * CAP_HEIGHT)
    words = Words(
        Box(left, baseline - font.get_ascent(), width, height),
        text,
        role,
        baseline,
        em,
        bold,
        look.palette.rgb(colour or _COLOUR_OF.get(role, "key")),
        Box(left, baseline - cap, width, cap),
    )
    scene.things.append(words)
    return words


def width_of(scene: Scene, text: str, role: str, *, mm: float | None = None, bold: bool | None = None) -> int:
    """The width of a line of text in pixels."""
    bold = role != "body" if bold is None else bold
    return scene.ink.width(text, scene.look.em(mm or scene.look.cap(role), bold=bold), bold=bold)


def wrap(
    scene: Scene, text: str, role: str, room: int, *, mm: float | None = None, bold: bool | None = None
) -> list[str]:
    """Break a text into the fewest lines of at most ``room`` pixels, of similar width. A word that is wider
    gets a line of its own."""
    words = text.split()

    def filled(limit: int) -> list[str]:
        lines: list[str] = []
        for word in words:
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and width_of(scene, longer, role, mm=mm, bold=bold) <= limit:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    lines = filled(room)
    if len(lines) < 2:
        return lines
    low, high = room // len(lines), room
    while high - low > 4:
        middle = (low + high) // 2
        low, high = (low, middle) if len(filled(middle)) == len(lines) else (middle, high)
    return filled(high)


def leading(scene: Scene, role: str, mm: float | None = None) -> int:
    """The distance between two baselines in pixels."""
    return scene.look.px((mm or scene.look.cap(role)) * (1 + _LINE_GAP))


def paragraph(
    scene: Scene,
    box: Box,
    text: str,
    role: str,
    *,
    align: Align = "centre",
    colour: str = "",
    mm: float | None = None,
    bold: bool | None = None,
) -> None:
    """Write a text, wrapped, vertically centred in ``box``. If a word is too wide in Bold, Regular is used.

    If it does not fit, it is written anyway and its role is added to ``scene.tight``.
    """
    if too_wide(scene, box, text, role, mm, bold=bold):
        bold = False
    lines = wrap(scene, text, role, box.w, mm=mm, bold=bold)
    step = leading(scene, role, mm)
    cap = scene.look.px(mm or scene.look.cap(role))
    x = {"left": box.x, "centre": box.cx, "right": box.right}[align]
    baseline = box.cy + (cap - step * (len(lines) - 1)) // 2
    height = cap + step * (len(lines) - 1)
    if height > box.h or too_wide(scene, box, text, role, mm, bold=bold):
        scene.tight.add(role)
    for i, line in enumerate(lines):
        write(scene, line, role, x, baseline + i * step, align=align, colour=colour, mm=mm, bold=bold)


def widest(scene: Scene, text: str, role: str, mm: float | None = None, *, bold: bool | None = None) -> int:
    """The width of a text's widest word in pixels; 0 for a text without words."""
    return max((width_of(scene, word, role, mm=mm, bold=bold) for word in text.split()), default=0)


def too_wide(
    scene: Scene, box: Box, text: str, role: str, mm: float | None = None, *, bold: bool | None = None
) -> bool:
    """Whether a word of the text is wider than the box."""
    return widest(scene, text, role, mm, bold=bold) > box.w


def largest(
    scene: Scene,
    box: Box,
    text: str,
    sizes: Sequence[float],
    role: str = "title",
    *,
    bold: bool | None = None,
) -> float:
    """The first of these sizes (mm, largest first) at which the text fits the box; the last if none."""
    return next((mm for mm in sizes if fits(scene, box, text, role, mm, bold=bold)), sizes[-1])


def fits(scene: Scene, box: Box, text: str, role: str, mm: float, *, bold: bool | None = None) -> bool:
    """Whether a text, wrapped, fits the box with capitals of ``mm`` millimetres."""
    lines = wrap(scene, text, role, box.w, mm=mm, bold=bold)
    height = scene.look.px(mm) + leading(scene, role, mm) * (len(lines) - 1)
    return height <= box.h and all(width_of(scene, line, role, mm=mm, bold=bold) <= box.w for line in lines)


class Passage(NamedTuple):
    """A text of a ``stack``, with the sizes it may have (heights of a capital in mm, largest first)."""

    text: str
    role: str
    sizes: tuple[float, ...]
    bold: bool = True
    colour: str = ""
    spare: bool = False
    """omitted if not all texts fit, as on a small panel in a language with long words"""


class _Setting(NamedTuple):
    """A layout of a stack: sizes in mm, heights and free space in pixels; whether all texts fit, and whether
    the gaps between them have their full height (``airy``)."""

    passages: Sequence[Passage]
    sizes: list[float]
    heights: list[int]
    free: int
    fits: bool
    airy: bool


def stack(scene: Scene, box: Box, passages: Sequence[Passage], *, align: Align = "left") -> None:
    """Write texts one below the other, vertically centred in ``box``, at the largest sizes at which all fit.
    If they do not fit, those marked ``spare`` are omitted."""
    look = scene.look
    of = _setting(scene, box, passages)
    if not of.airy:
        scene.tight |= {"key", "label", *(p.role for p in passages)}
    kept = [p for p in passages if not p.spare]
    if not of.fits and len(kept) < len(passages):
        of = _setting(scene, box, kept)
    box = _above_tails(scene, box, of.passages)
    gaps = len(of.passages) - 1
    gap = min(of.free // gaps, look.px(1.1 * max(of.sizes))) if gaps else 0
    y = box.cy - (sum(of.heights) + gap * gaps) // 2
    for p, mm, height in zip(of.passages, of.sizes, of.heights, strict=True):
        place = Box(box.x, y, box.w, height)
        paragraph(scene, place, p.text, p.role, align=align, colour=p.colour, mm=mm, bold=p.bold)
        y += height + gap


def stacks(scene: Scene, box: Box, passages: Sequence[Passage]) -> bool:
    """Whether a ``stack`` of these texts fits the box."""
    return _setting(scene, box, passages).fits


def _setting(scene: Scene, box: Box, passages: Sequence[Passage]) -> _Setting:
    """The largest layout that is airy, else the smallest one; in Regular if it does not fit in Bold."""
    box = _above_tails(scene, box, passages)
    attempts = max(len(p.sizes) for p in passages)
    for attempt in range(attempts):
        found = _attempt(scene, box, passages, attempt)
        if found.airy:
            return found
    plain = _attempt(scene, box, [p._replace(bold=False) for p in passages], attempts)
    return found if found.fits or not plain.fits else plain


def _attempt(scene: Scene, box: Box, passages: Sequence[Passage], attempt: int) -> _Setting:
    look = scene.look
    sizes = [p.sizes[min(attempt, len(p.sizes) - 1)] for p in passages]
    lines = [
        wrap(scene, p.text, p.role, box.w, mm=mm, bold=p.bold) for p, mm in zip(passages, sizes, strict=True)
    ]
    heights = [
        look.px(mm) + leading(scene, p.role, mm) * (len(of) - 1)
        for p, mm, of in zip(passages, sizes, lines, strict=True)
    ]
    wide = max(
        width_of(scene, line, p.role, mm=mm, bold=p.bold)
        for p, mm, of in zip(passages, sizes, lines, strict=True)
        for line in of
    )
    free = box.h - sum(heights)
    least = sum(look.px(0.72 * max(pair)) for pair in pairwise(sizes))
    fits = free >= 0 and wide <= box.w
    return _Setting(passages, sizes, heights, free, fits, fits and free >= least)


def _above_tails(scene: Scene, box: Box, passages: Sequence[Passage]) -> Box:
    """The box without the room for descenders of the last line."""
    return box.without(low=scene.look.px(0.25 * passages[-1].sizes[-1]))


def picture(scene: Scene, box: Box, name: str, pose: Pose = STILL, *, flipped: bool = False) -> None:
    """Draw an illustration in the middle of ``box``, as large as fits; none if below ``LEAST_PICTURE``."""
    height = min(box.h, int(box.w / ASPECT))
    if height >= scene.look.px(LEAST_PICTURE):
        inner = box.middle(int(height * ASPECT), height)
        scene.things.append(Picture(inner, name, pose, flipped))


def icon(scene: Scene, box: Box, name: str) -> None:
    """Draw an icon in the middle of ``box``, as large as fits; none if below ``LEAST_ICON``."""
    if min(box.w, box.h) >= scene.look.px(LEAST_ICON):
        scene.things.append(Picture(box.square(), f"icon_{name}"))


def shape(scene: Scene, box: Box, body: str) -> None:
    """Draw SVG elements in coordinates of the box."""
    scene.things.append(Shape(box, body))


def target(
    scene: Scene,
    box: Box,
    act: Act,
    label: str = "",
    icon_name: str = "",
    *,
    main: bool = False,
    short: str = "",
    value: str = "",
    number: int = 0,
    key: str = "",
) -> None:
    """Draw and register a touch target: a rounded rim with icon and label, or only the icon if the label does
    not fit.

    ``main`` gives a thick rim: the button does the same now. ``short`` replaces a ``label`` that does not
    fit. ``value`` is the current value of a setting. ``number`` and ``key`` are passed on with ``act``.
    """
    rim(scene, box, act, main=main, number=number, key=key)
    look = scene.look
    inner = box.inset(look.px(1.2 if box.w < look.px(36) else 2.5), look.px(2.4))
    if main and too_wide(scene, clear := inner.inset(look.px(0.4), 0), label, "label", LABEL_SIZES[-1]):
        inner = clear  # so that a word as wide as the box does not touch the thick rim
    if short and not fits(scene, inner, label, "label", LABEL_SIZES[-1]):
        label = short
    if value:
        label_and_value(scene, inner, label, icon_name, value)
    elif not label or (icon_name and not _has_room(scene, inner, label)):
        icon(scene, box.middle(look.px(11), look.px(11)), icon_name)
    elif icon_name:
        _label_and_icon(scene, inner, label, icon_name)
    else:
        paragraph(scene, inner, label, "label")


def _has_room(scene: Scene, inner: Box, label: str) -> bool:
    mm = LABEL_SIZES[-1]
    return any(fits(scene, inner, label, "label", mm, bold=bold) for bold in (True, False))


def rim(scene: Scene, box: Box, act: Act, *, main: bool = False, number: int = 0, key: str = "") -> None:
    """Draw the rim of a target and register the target, without content."""
    look, lines = scene.look, tokens().line_mm
    touch = Target(box, act, number, key, main)
    scene.targets.append(touch)
    scene.things.append(
        Rim(
            box,
            look.px(4),
            max(2, look.px(lines.target_main if main else lines.target)),
            look.palette.rgb("key" if main else "dim"),
            look.palette.rgb("skin") if scene.pressed == touch else None,
        )
    )


def label_size(scene: Scene, room: Box, *texts: str) -> float:
    """The height of a capital in millimetres at which all these labels fit ``room`` on one line each; if
    there is none, at which they fit wrapped."""
    sizes = (max(scene.look.cap("label"), LABEL_SIZES[0]), *LABEL_SIZES)
    for mm in sizes:
        if all(width_of(scene, text, "label", mm=mm) <= room.w for text in texts):
            return mm
    return min(largest(scene, room, text, sizes, "label") for text in texts)


def _label_and_icon(scene: Scene, inner: Box, label: str, icon_name: str) -> None:
    look = scene.look
    space, side = look.px(3), min(look.px(8), inner.h)
    mm = label_size(scene, inner, label)
    cap, width = look.px(mm), width_of(scene, label, "label", mm=mm)
    if side + space + width <= inner.w and inner.w > 1.9 * inner.h:
        left = inner.cx - (side + space + width) // 2
        icon(scene, Box(left, inner.cy - side // 2, side, side), icon_name)
        write(scene, label, "label", left + side + space, inner.cy + cap // 2, mm=mm)
        return
    lines = wrap(scene, label, "label", inner.w, mm=mm)
    text = cap + leading(scene, "label", mm) * (len(lines) - 1)
    # A tenth of an icon's canvas is empty at top and bottom, so the gap may be smaller than between texts.
    space = min(look.px(3.5), look.px(0.12 * inner.h * look.panel.mm_per_px))
    tail = look.px(0.25 * mm)
    side = min(look.px(11), inner.h - text - tail - space)
    if side < look.px(5):
        paragraph(scene, inner, label, "label", mm=mm)
        return
    top = inner.cy - (side + space + text + tail) // 2
    icon(scene, Box(inner.cx - side // 2, top, side, side), icon_name)
    paragraph(scene, Box(inner.x, top + side + space, inner.w, text), label, "label", mm=mm)


def label_and_value(scene: Scene, inner: Box, label: str, icon_name: str, value: str) -> None:
    """Write a setting's label and value side by side, or one above the other in a narrow box."""
    look = scene.look
    cap, side = look.px(look.cap("label")), min(look.px(9), inner.h)
    room = inner.w - side - look.px(6)
    if width_of(scene, label, "label") + width_of(scene, value, "label", bold=False) <= room:
        inner = inner.inset(look.px(1.5), 0)
        icon(scene, Box(inner.x, inner.cy - side // 2, side, side), icon_name)
        base = inner.cy + cap // 2
        write(scene, label, "label", inner.x + side + look.px(3), base)
        write(scene, value, "label", inner.right, base, align="right", colour="body", bold=False)
        return
    sizes = (max(look.cap("label"), LABEL_SIZES[0]), *LABEL_SIZES)
    stack(
        scene,
        inner,
        [Passage(label, "label", sizes), Passage(value, "label", sizes, bold=False, colour="body")],
        align="centre",
    )
