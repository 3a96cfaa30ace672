"""Golden frames: every page on every panel in every theme, kept small and compared with tolerance.

python -m tests.screen.golden    draw them anew, and the picture of all pages that README shows

A panel in a look is one sheet, a page averaged to cells of ``CELL_MM`` and its colours to shades of the
theme's. A cell passes if it lies between the darkest and the brightest of the nine cells around it in the
sheet, give or take ``TOLERANCE``: other builds of SDL and FreeType round letters and advances elsewhere.
Measured: pygame-ce 2.5.8 (SDL 2.32.10, SDL_ttf 2.24) against pygame 2.6.1 (SDL 2.28.4, SDL_ttf 2.20) goes
over it by 48 at most; a target moved by a millimetre by 143 at least, a body letter changed by 127.
"""

import sys
from functools import cache
from pathlib import Path

import pygame
from PIL import Image, ImageChops, ImageFilter

from kiosk.core.rules import TextSize, Theme
from kiosk.core.state import State
from kiosk.core.technique import Side
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel, tokens
from tests.screen.frames import GALLERY, NOW, PANELS, in_look

FOLDER = Path(__file__).parent / "golden"
PAGES = FOLDER / "pages.txt"
CELL_MM = 0.25
TOLERANCE = 85
"""How far, of 255, a cell's colour channel may lie outside."""

SHADES = 4
"""Steps from a theme's ground to each of its colours in a sheet."""

ACROSS = 8

LOOKS: dict[str, dict[str, object]] = {
    **{theme.value: {"theme": theme} for theme in Theme},
    "larger": {"text_size": TextSize.LARGER},
    "right": {"side": Side.RIGHT},
}
SHEETS: list[tuple[str, str]] = [
    *((panel, theme.value) for panel in PANELS for theme in Theme),
    # Larger text and the other foot: one panel of each shape.
    *((panel, "larger") for panel in ("1280x720-5", "800x480-7", "720x1280-7")),
    *((panel, "right") for panel in ("480x320-3.5", "800x480-7", "720x1280-7")),
]


def averaged(surface: pygame.Surface, panel: Panel) -> Image.Image:
    """A frame averaged to cells."""
    whole = Image.frombuffer("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    return whole.resize(_cells(panel), Image.Resampling.BOX)


def _cells(panel: Panel) -> tuple[int, int]:
    width, height = (round(side * panel.mm_per_px / CELL_MM) for side in panel.size)
    return width, height


def drawn(panel: str, look: str, pages: dict[str, State] = GALLERY) -> Image.Image:
    """A sheet as it is drawn now."""
    stage, surface = Stage(PANELS[panel]), pygame.Surface(PANELS[panel].size, 0, 32)
    w, h = _cells(PANELS[panel])
    sheet = Image.new("RGB", (w * ACROSS, h * -(-len(pages) // ACROSS)))
    for i, state in enumerate(pages.values()):
        stage.draw(surface, in_look(state, **LOOKS[look]), NOW)  # type: ignore[arg-type]  # keywords of a table
        sheet.paste(averaged(surface, PANELS[panel]), (i % ACROSS * w, i // ACROSS * h))
    return sheet


def path(panel: str, look: str) -> Path:
    """Where a sheet is kept."""
    return FOLDER / f"{panel}-{look}.webp"


def kept(panel: str, look: str) -> Image.Image:
    """A sheet as it was kept."""
    return Image.open(path(panel, look)).convert("RGB")


def keep(panel: str, look: str) -> bool:
    """Draw a sheet anew; one that still matches stays as it is. Gives whether it was written."""
    sheet = drawn(panel, look)
    if path(panel, look).exists() and not excess(sheet, kept(panel, look)):
        return False
    small = sheet.quantize(
        palette=_palette(str(LOOKS[look].get("theme", Theme.NIGHT))), dither=Image.Dither.NONE
    )
    small.convert("RGB").save(path(panel, look), lossless=True, quality=25, method=2)
    return True


@cache
def _palette(theme: str) -> Image.Image:
    """A theme's colours and their shades on its ground."""
    colours = tokens().theme[theme]
    ground = colours.rgb("bg")
    shades = {
        tuple(round(g + (c - g) * step / SHADES) for g, c in zip(ground, colours.rgb(name), strict=True))
        for name in ("key", "body", "hot", "danger", "dim", "faint", "skin", "active", "line")
        for step in range(SHADES + 1)
    }
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for shade in sorted(shades) for channel in shade])
    return palette


def excess(now: Image.Image, before: Image.Image) -> int:
    """By how much the worst cell goes over the tolerance; a sheet of another size by all there is."""
    if now.size != before.size:
        return 255
    plain = max(high for _, high in ImageChops.difference(now, before).getextrema())
    if plain <= TOLERANCE:
        return 0  # the neighbours, which take long, can only allow for more
    over = ImageChops.subtract(now, before.filter(ImageFilter.MaxFilter(3)))
    under = ImageChops.subtract(before.filter(ImageFilter.MinFilter(3)), now)
    worst = max(high for _, high in (*over.getextrema(), *under.getextrema()))
    return max(0, worst - TOLERANCE)


def changed(panel: str, look: str) -> list[str]:
    """The pages of a sheet that differ from the kept one."""
    now, before = drawn(panel, look), kept(panel, look)
    w, h = _cells(PANELS[panel])
    boxes = {name: (i % ACROSS * w, i // ACROSS * h) for i, name in enumerate(GALLERY)}
    return [
        name
        for name, (x, y) in boxes.items()
        if excess(now.crop((x, y, x + w, y + h)), before.crop((x, y, x + w, y + h)))
    ]


def keep_all() -> None:
    """Draw every sheet anew."""
    FOLDER.mkdir(exist_ok=True)
    names = "".join(f"{name}\n" for name in GALLERY)
    if not PAGES.exists() or PAGES.read_text(encoding="utf-8") != names:
        PAGES.write_text(names, encoding="utf-8")
    for panel, look in SHEETS:
        if keep(panel, look):
            print(path(panel, look).relative_to(FOLDER.parent.parent.parent))
    for old in set(FOLDER.glob("*.webp")) - {path(*sheet) for sheet in SHEETS}:
        old.unlink()


if __name__ == "__main__":
    pygame.font.init()
    keep_all()
    from tests.screen import contact_sheet

    contact_sheet.write()
    sys.exit(0)
