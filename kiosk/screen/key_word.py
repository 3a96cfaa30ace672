"""The key word of a page: large enough to be read without glasses, from across the bed."""

from kiosk.screen import parts
from kiosk.screen.scene import Scene, Words

SIZES = (13.2, 13.1)
"""Heights of its capitals in millimetres; the last one is the minimum."""


def setting(scene: Scene, text: str, room: int) -> tuple[float, bool] | None:
    """The height in millimetres, and whether Bold, at which a key word fits ``room`` pixels; None if it does
    not fit.

    If it is too wide in Bold at the minimum height, Regular is used.
    """
    sizes = (max(scene.look.cap("key"), SIZES[0]), *SIZES)
    for bold in (True, False):
        for mm in sizes:
            before, after = _bearings(scene, text, mm, bold=bold)
            if parts.width_of(scene, text, "key", mm=mm, bold=bold) - before - after <= room:
                return mm, bold
    return None


def _bearings(scene: Scene, text: str, mm: float, *, bold: bool) -> tuple[int, int]:
    """The side bearings of a text: empty pixels before its first letter and after its last."""
    font = scene.ink.font(scene.look.em(mm), bold)
    first, last = (font.metrics(letter)[0] for letter in (text[:1], text[-1:]))
    return first[0], last[4] - last[1]


def write(
    scene: Scene,
    text: str,
    x: int,
    baseline: int,
    room: int,
    *,
    align: parts.Align = "left",
    colour: str = "",
) -> Words:
    """Write a key word on a baseline, as large as fits ``room`` pixels, at least at the minimum height."""
    mm, bold = setting(scene, text, room) or (SIZES[-1], False)
    before, after = _bearings(scene, text, mm, bold=bold)
    # Align the visible letters, not their boxes: at this size the side bearings are large.
    x += {"left": -before, "centre": (after - before) // 2, "right": after}[align]
    return parts.write(scene, text, "key", x, baseline, align=align, colour=colour, mm=mm, bold=bold)
