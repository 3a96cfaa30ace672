"""What a frame must keep to, measured in millimetres and pixels of the frame itself."""

import math
import re

import pygame
from PIL import Image

from kiosk.core.events import Act
from kiosk.core.rules import Theme
from kiosk.screen.scene import Picture, Scene, Shape, Words
from kiosk.screen.theme import Panel
from kiosk.screen.theme import Shape as PanelShape

Colour = tuple[int, int, int]

KEY_MM, BODY_MM, TARGET_MM = 13.0, 5.0, 20.0
MOST_WORDS, MOST_TARGETS = 8, 4


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    r, g, b = (c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Colour, b: Colour) -> float:
    """Contrast ratio (WCAG 2.2)."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lit_share(surface: pygame.Surface) -> float:
    """Share of pixels that give light, in percent."""
    width, height = surface.get_size()
    frame = Image.frombuffer("RGB", (width, height), pygame.image.tobytes(surface, "RGB"))
    lit = sum(n for n, colour in frame.getcolors(width * height) if luminance(colour) >= 0.02)
    return 100 * lit / (width * height)


def ink_of(scene: Scene, words: Words) -> pygame.Rect:
    """The rectangle that the letters themselves cover."""
    letters = scene.ink.letters(words.text, words.em, words.bold, words.colour)
    plain = pygame.Surface(letters.get_size(), pygame.SRCALPHA)
    plain.blit(letters, (0, 0))
    return plain.get_bounding_rect().move(words.box[:2])


def cap_mm(scene: Scene, words: Words) -> float:
    """How high a capital of this text really is, in millimetres."""
    return _cap_px(scene, words.em, words.bold) * scene.look.panel.mm_per_px


def _cap_px(scene: Scene, em: int, bold: bool) -> int:
    letter = scene.ink.font(em, bold).render("H", True, (255, 255, 255))
    return letter.get_bounding_rect().height


def count_words(scene: Scene) -> int:
    """Words on the page; figures and units are none."""
    return sum(1 for words in scene.texts for word in words.text.split() if re.search(r"[^\W\d_]", word))


def gap_mm(a: pygame.Rect, b: pygame.Rect, panel: Panel) -> float:
    """Shortest distance between two rectangles, in millimetres."""
    dx = max(b.left - a.right, a.left - b.right, 0)
    dy = max(b.top - a.bottom, a.top - b.bottom, 0)
    return math.hypot(dx, dy) * panel.mm_per_px


def problems(scene: Scene) -> list[str]:
    """Every rule the page breaks, a sentence each."""
    return [*_texts(scene), *_targets(scene), *_things(scene)]


def _texts(scene: Scene) -> list[str]:
    bad = []
    page, background = scene.box.rect, scene.look.palette.rgb("bg")
    inks = [(words, ink_of(scene, words)) for words in scene.texts]
    bare = _without_words(scene)
    for i, (words, ink) in enumerate(inks):
        if not page.contains(ink):
            bad.append(f"“{words.text}” leaves the screen")
        elif not _is_empty(bare, ink, background):
            bad.append(f"“{words.text}” stands on a line or a picture")
        bad += [f"“{words.text}” meets “{other.text}”" for other, box in inks[:i] if box.colliderect(ink)]
        least = KEY_MM if words.role in {"key", "alarm"} else BODY_MM
        if cap_mm(scene, words) < least:
            bad.append(f"“{words.text}” is {cap_mm(scene, words):.1f} mm high, not {least}")
        if contrast(words.colour, background) < (5.5 if words.text == "3:12" else 7):
            bad.append(f"“{words.text}” has a contrast of {contrast(words.colour, background):.1f}")
        for target in scene.targets:
            box = target.box.rect
            if box.size != page.size and box.colliderect(ink) and not box.contains(ink):
                bad.append(f"“{words.text}” crosses the rim of {target.act}")
    if count_words(scene) > MOST_WORDS:
        bad.append(f"{count_words(scene)} words")
    return bad


def _without_words(scene: Scene) -> pygame.Surface:
    surface = pygame.Surface(scene.look.panel.size, 0, 32)
    surface.fill(scene.look.palette.rgb("bg"))
    for thing in scene.things:
        if not isinstance(thing, Words):
            thing.draw(surface, scene.ink)
    return surface


def _is_empty(surface: pygame.Surface, area: pygame.Rect, background: Colour) -> bool:
    part = surface.subsurface(area)
    plain = part.copy()
    plain.fill(background)
    return pygame.image.tobytes(part, "RGB") == pygame.image.tobytes(plain, "RGB")


def _targets(scene: Scene) -> list[str]:
    bad = []
    panel, page = scene.look.panel, scene.box.rect
    small = panel.shape is PanelShape.SMALL
    seven_inch = min(panel.size) * panel.mm_per_px > 75
    if len(scene.targets) > MOST_TARGETS:
        bad.append(f"{len(scene.targets)} targets")
    for i, target in enumerate(scene.targets):
        box = target.box.rect
        width, height = (side * panel.mm_per_px for side in box.size)
        if not page.contains(box):
            bad.append(f"target {target.act} leaves the screen")
        if min(width, height) < TARGET_MM - 0.01:
            bad.append(f"target {target.act} is {width:.1f} x {height:.1f} mm")
        if target.main and not small and width < 27 and target.act is not Act.CHANGE:
            bad.append(f"main target {target.act} is {width:.1f} mm wide")
        for other in scene.targets[:i]:
            gap = gap_mm(box, other.box.rect, panel)
            if gap < (7.5 if seven_inch else 4) - 0.01:
                bad.append(f"targets {target.act} and {other.act} are {gap:.1f} mm apart")
    return bad


def _things(scene: Scene) -> list[str]:
    bad = []
    boxes = [(t, t.box.rect) for t in scene.things if isinstance(t, Picture | Shape)]
    for i, (thing, box) in enumerate(boxes):
        name = thing.name if isinstance(thing, Picture) else "a shape"
        if not scene.box.rect.contains(box):
            bad.append(f"{name} leaves the screen")
        for target in scene.targets:
            rim = target.box.rect
            if rim.size != scene.box.rect.size and rim.colliderect(box) and not rim.contains(box):
                bad.append(f"{name} meets the rim of {target.act}")
        for other, around in boxes[:i]:
            if isinstance(other, Picture) and isinstance(thing, Picture) and around.colliderect(box):
                bad.append(f"{name} meets {other.name}")
    return bad


def lit_limit(panel: Panel, theme: Theme) -> float | None:
    """The largest share of lit pixels, in percent; None where light is no matter."""
    if theme is not Theme.NIGHT:
        return None
    return 25.0 if panel.shape is PanelShape.SMALL else 20.0
