"""The one word of a page that is read without glasses, from across the bed."""

from kiosk.screen import parts
from kiosk.screen.scene import Scene, Words

SIZES = (13.2, 13.1)
"""Heights of its capitals, in millimetres; nothing smaller is a key word."""


def setting(scene: Scene, text: str, room: int) -> tuple[float, bool] | None:
    """Height in millimetres and whether in Bold, for a key word to fit ``room``; None: it does not.

    A word too wide for the panel in Bold is set in Regular, never lower than a key word is.
    """
    sizes = (max(scene.look.cap("key"), SIZES[0]), *SIZES)
    for bold in (True, False):
        for mm in sizes:
            before, after = _bearings(scene, text, mm, bold=bold)
            if parts.width_of(scene, text, "key", mm=mm, bold=bold) - before - after <= room:
                return mm, bold
    return None


def _bearings(scene: Scene, text: str, mm: float, *, bold: bool) -> tuple[int, int]:
    """How much of a text's width is empty before its first letter and after its last."""
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
    """Set a key word on a baseline, as large as it fits ``room``."""
    mm, bold = setting(scene, text, room) or (SIZES[-1], False)
    before, after = _bearings(scene, text, mm, bold=bold)
    # The letters, not their boxes, stand at the margin: so large a letter brings much empty space along.
    x += {"left": -before, "centre": (after - before) // 2, "right": after}[align]
    return parts.write(scene, text, "key", x, baseline, align=align, colour=colour, mm=mm, bold=bold)
