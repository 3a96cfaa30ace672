"""Three crosses to touch, and a fourth to prove it: how a touch panel lies on its glass.

Places are shares of the width and of the height, from 0 to 1, from the upper left corner: of the picture
as it is seen, or of the panel, on which the picture may be turned.
"""

import math
from collections.abc import Sequence

Point = tuple[float, float]
Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + b y + c, y' = d x + e y + f"""

CROSSES: tuple[Point, Point, Point] = ((0.12, 0.15), (0.88, 0.5), (0.4, 0.85))
"""on the picture; far apart, and off the rim where resistive panels are at their worst"""
PROOF: Point = (0.6, 0.35)
TOUCHES = len(CROSSES) + 1
NEAR_ENOUGH = 0.04
"""of the picture's diagonal: about 7 mm on a 7 inch panel, a third of the smallest target"""
MOST = 20
"""no panel needs a larger number: it would hardly tell two fingers apart"""


def on_panel(point: Point, rotation: int) -> Point:
    """From the picture to the panel it is turned on, ``rotation`` degrees clockwise."""
    x, y = point
    return {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[rotation]


def on_picture(point: Point, rotation: int) -> Point:
    """From the panel to the picture that is turned on it, ``rotation`` degrees clockwise."""
    return on_panel(point, -rotation % 360)


def moved(point: Point, by: Affine) -> Point:
    """Where a touch is, by what the panel says and its calibration."""
    (x, y), (a, b, c, d, e, f) = point, by
    return a * x + b * y + c, d * x + e * y + f


def calibrate(touched: Sequence[Point], wanted: Sequence[Point]) -> Affine:
    """The calibration that moves three ``touched`` points (without calibration) to where they were
    ``wanted``. Raises ``ValueError`` where the touches lie on one line."""
    (x0, y0), (x1, y1), (x2, y2) = touched
    area = (x0 - x2) * (y1 - y2) - (x1 - x2) * (y0 - y2)
    if abs(area) < 0.01:
        raise ValueError("the three touches lie too near to one line to calibrate with")

    def row(w0: float, w1: float, w2: float) -> tuple[float, float, float]:
        a = ((w0 - w2) * (y1 - y2) - (w1 - w2) * (y0 - y2)) / area
        b = ((x0 - x2) * (w1 - w2) - (x1 - x2) * (w0 - w2)) / area
        return a, b, w2 - a * x2 - b * y2

    across, down = zip(*wanted, strict=True)
    return (*row(*across), *row(*down))


def near(a: Point, b: Point, aspect: float) -> bool:
    """Whether two places of a picture, ``aspect`` times as wide as high, are the same to a finger."""
    apart = math.hypot((a[0] - b[0]) * aspect, a[1] - b[1]) / math.hypot(aspect, 1)
    return apart <= NEAR_ENOUGH


def judged(touches: Sequence[Point], rotation: int, aspect: float) -> Affine | None:
    """The panel's calibration, by the touches of the crosses and of the proof as they came, without
    calibration, on the picture. None: they lie near one line, the proof is beside its cross, or the
    panel is worn beyond use."""
    *three, proof = [on_panel(touch, rotation) for touch in touches]
    try:
        found = calibrate(three, [on_panel(cross, rotation) for cross in CROSSES])
    except ValueError:  # all in one place: somebody leans on the glass
        return None
    if not near(on_picture(moved(proof, found), rotation), PROOF, aspect):
        return None
    return found if max(abs(number) for number in found) <= MOST else None


def text(found: Affine) -> str:
    """A calibration as it is kept: six numbers, fine enough for any panel."""
    return " ".join(str(round(number, 5)) for number in found)
