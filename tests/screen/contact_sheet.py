"""The picture that README shows: the pages of a night, then other panels and themes."""

from pathlib import Path

import pygame
from PIL import Image

from kiosk.core.rules import Theme
from tests.screen.frames import GALLERY, PANELS, draw, in_look

PICTURE = Path(__file__).parents[2] / "assets" / "pictures" / "pages.png"
MARGIN, GROUND = 12, (38, 36, 32)
COLOURS = 160
WIDTH = 1624

#: Rows of (panel, height in pixels of the picture, theme, pages).
ROWS: tuple[tuple[str, int, Theme, tuple[str, ...]], ...] = (
    ("800x480-7", 240, Theme.NIGHT, ("home", "count-in", "hold", "release")),
    ("800x480-7", 240, Theme.NIGHT, ("wiggle", "rub", "press", "roll")),
    ("800x480-7", 240, Theme.NIGHT, ("calf", "walk", "next-toe_stretch", "gone")),
    ("800x480-7", 240, Theme.NIGHT, ("soak-top-up", "soak-warm-for", "soak-too-hot", "soak-danger")),
    ("800x480-7", 240, Theme.NIGHT, ("ten-minutes", "signs-0", "rating", "good-night")),
    ("800x480-7", 240, Theme.DAY, ("diary", "settings-0", "health-numb", "techniques")),
    ("800x480-7", 240, Theme.CONTRAST, ("home", "hold", "soak-warm-for", "choose")),
    ("480x320-3.5", 200, Theme.NIGHT, ("home", "hold", "release", "soak-warm", "rating")),
    ("720x1280-7", 480, Theme.NIGHT, ("home", "hold", "release", "soak-warm-for", "rating")),
)


def write() -> None:
    """Draw it."""
    rows = [[_frame(panel, height, theme, page) for page in pages] for panel, height, theme, pages in ROWS]
    whole = Image.new("RGB", (WIDTH, MARGIN + sum(row[0].height + MARGIN for row in rows)), GROUND)
    y = MARGIN
    for row in rows:
        free = WIDTH - sum(frame.width for frame in row)
        gap = free / (len(row) + 1)
        x = gap
        for frame in row:
            whole.paste(frame, (round(x), y))
            x += frame.width + gap
        y += row[0].height + MARGIN
    small = whole.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    PICTURE.parent.mkdir(exist_ok=True)
    small.save(PICTURE, optimize=True)


def _frame(panel: str, height: int, theme: Theme, page: str) -> Image.Image:
    surface, _ = draw(in_look(GALLERY[page], theme=theme), PANELS[panel])
    frame = Image.frombuffer("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    return frame.resize((round(height * frame.width / frame.height), height), Image.Resampling.LANCZOS)
