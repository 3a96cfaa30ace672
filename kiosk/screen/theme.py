"""Colours, type and sizes: reads the design tokens, and converts millimetres to pixels of a panel."""

import math
from enum import Enum
from functools import lru_cache
from typing import assert_never

import msgspec

from kiosk.core.eye import light
from kiosk.core.rules import Rules, TextSize
from kiosk.core.technique import Side
from kiosk.files import asset

Colour = tuple[int, int, int]

CAP_HEIGHT = 0.668
"""Height of a capital in Atkinson Hyperlegible Next, as a share of the em (the font's cap height)."""


LEAST_CAP = 5.0
"""Smallest height of a capital in millimetres."""


class Shape(Enum):
    """The shape of a panel. Pages do not ask for it: they are laid out by its ``Room``."""

    SMALL = "small"
    """3.5 inch, landscape: room for one thing beside the key word"""
    WIDE = "wide"
    """5 to 7 inch, landscape"""
    TALL = "tall"
    """portrait"""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How pages are laid out on a shape: ``small``: with one thing beside the key word; ``tall``: one thing
    below the other. With neither they have room beside each other."""

    small: bool
    tall: bool


def _room(shape: Shape) -> Room:
    match shape:
        case Shape.SMALL:
            return Room(small=True, tall=False)
        case Shape.WIDE:
            return Room(small=False, tall=False)
        case Shape.TALL:
            return Room(small=False, tall=True)
        case _:
            assert_never(shape)


ROOMS = {shape: _room(shape) for shape in Shape}


class Panel(msgspec.Struct, frozen=True):
    """A panel: size in pixels, and millimetres per pixel (pixels are assumed to be square)."""

    size: tuple[int, int]
    mm_per_px: float

    @classmethod
    def of(cls, size: tuple[int, int], inches: float) -> "Panel":
        """The panel with this size in pixels and this visible diagonal in inches."""
        return cls(size, inches * 25.4 / math.hypot(*size))

    @property
    def shape(self) -> Shape:
        """The shape, by its size in millimetres: small below 90 x 56 mm."""
        width, height = (side * self.mm_per_px for side in self.size)
        if height > width:
            return Shape.TALL
        return Shape.SMALL if width < 90 or height < 56 else Shape.WIDE


class TypeSizes(msgspec.Struct, frozen=True):
    """Heights of a capital in millimetres, by role."""

    key: float
    alarm: float
    number: float
    figure: float
    title: float
    label: float
    body: float


class Spaces(msgspec.Struct, frozen=True):
    """Distances in millimetres."""

    unit: float
    edge: float
    gap: float
    target_w: float
    target_h: float
    target_min: float


class Lines(msgspec.Struct, frozen=True):
    """Stroke widths in millimetres."""

    bright_min: float
    dim_min: float
    target: float
    target_main: float
    ring: float


class Palette(msgspec.Struct, frozen=True):
    """The colours of one theme as ``#rrggbb``. ``line`` is for moving parts; "" means the same as ``key``."""

    bg: str
    key: str
    body: str
    hot: str
    danger: str
    dim: str
    faint: str
    skin: str
    active: str
    line: str = ""

    def hex(self, name: str) -> str:
        """The colour of a token as ``#rrggbb``."""
        value: str = getattr(self, name)
        return value or self.key

    def rgb(self, name: str) -> Colour:
        """The colour of a token as red, green and blue, 0 to 255."""
        value = self.hex(name)
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


TEXT = ("key", "body", "hot", "danger", "faint")
"""Tokens used for text."""
LEGIBLE, NOTICEABLE = 7.0, 4.5
"""Contrast that text keeps when the palette is dimmed, while someone is there and after a while: the ratios
of WCAG 2.2 for levels AAA and AA."""


def luminance(colour: Colour) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    r, g, b = (v / 3294.6 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@lru_cache(maxsize=8)
def dimmed(palette: Palette, level: float, contrast: float) -> Palette:
    """The palette dimmed for a screen without a dimmable backlight, to the perceived brightness ``level`` (0
    to 1), as far as text keeps this ``contrast``. A palette with a light background (for daytime) is
    returned unchanged."""
    ground = luminance(palette.rgb("bg"))
    if ground > 0.1:
        return palette
    least = contrast * (ground + 0.05) - 0.05
    shares = {
        name: max(light(level), min(1.0, least / luminance(palette.rgb(name))))
        for name in palette.__struct_fields__
        if name in TEXT
    }
    lines = dict.fromkeys(("dim", "skin", "active", "line"), max(shares.values()))
    return msgspec.structs.replace(
        palette,
        **{
            name: _darker(palette.rgb(name), share)
            for name, share in {**shares, **lines}.items()
            if getattr(palette, name)
        },
    )


def _darker(colour: Colour, share: float) -> str:
    """The same hue with at least this share of the luminance."""
    wanted = luminance(colour) * share
    shades = (tuple(math.ceil(value * step / 255) for value in colour) for step in range(256))
    r, g, b = next(shade for shade in shades if luminance((shade[0], shade[1], shade[2])) >= wanted)
    return f"#{r:02X}{g:02X}{b:02X}"


class Tokens(msgspec.Struct, frozen=True):
    """The content of ``assets/tokens.toml``."""

    type_mm: TypeSizes
    space_mm: Spaces
    line_mm: Lines
    theme: dict[str, Palette]


@lru_cache(maxsize=1)
def tokens() -> Tokens:
    """The design tokens, read once. Raises ``FileNotFoundError`` if the installation lacks the file."""
    return msgspec.toml.decode(asset("tokens.toml").read_bytes(), type=Tokens)


LARGER = {"key": 1.2, "title": 1.25, "label": 1.2, "body": 1.25}
"""Factors of the larger text size by role, applied where all text of the role fits."""


class Look(msgspec.Struct, frozen=True):
    """One panel in one theme at one text size: gives sizes and colours to all parts of a page.

    ``tight`` are the roles that do not fit at the larger text size on the current page.
    """

    panel: Panel
    palette: Palette
    larger: bool = False
    mirrored: bool = False
    """the picture is on the right, for the right foot, so that an arm still enters from the screen's edge"""
    tight: frozenset[str] = frozenset()

    @classmethod
    def of(cls, panel: Panel, rules: Rules) -> "Look":
        """The look that the owner has chosen. The small shape has no larger text size."""
        larger = not ROOMS[panel.shape].small and rules.text_size is TextSize.LARGER
        return cls(panel, tokens().theme[rules.theme], larger, rules.side is Side.RIGHT)

    @property
    def small(self) -> bool:
        """Room for one thing beside the key word."""
        return ROOMS[self.panel.shape].small

    @property
    def tall(self) -> bool:
        """Room for one thing below the other."""
        return ROOMS[self.panel.shape].tall

    @property
    def wide(self) -> bool:
        """Room for one thing beside the other."""
        return not self.small and not self.tall

    def px(self, mm: float) -> int:
        """Millimetres as whole pixels, rounded, at least 1."""
        return max(1, round(mm / self.panel.mm_per_px))

    def least(self, mm: float) -> int:
        """Millimetres as whole pixels, rounded up: for minimum sizes and gaps."""
        return math.ceil(mm / self.panel.mm_per_px - 1e-9)

    def cap(self, role: str) -> float:
        """The height of a capital of this role in millimetres."""
        size: float = getattr(tokens().type_mm, role)
        return size * LARGER.get(role, 1.0) if self.larger and role not in self.tight else size

    def em(self, mm: float, *, bold: bool = True) -> int:
        """The font size in pixels for capitals of at least ``mm``. When drawn in whole pixels they may be
        lower; for Regular the size is one pixel larger if that would be below ``LEAST_CAP``."""
        em = math.ceil(mm / self.panel.mm_per_px / CAP_HEIGHT)
        short = round(em * CAP_HEIGHT) < self.least(LEAST_CAP) <= self.least(mm)
        return em + 1 if short and not bold else em

    @property
    def edge(self) -> int:
        """Width of the empty border of the screen in pixels."""
        cramped = self.small or self.narrow
        return self.px(2.0 if cramped else tokens().space_mm.edge * self._scale)

    @property
    def narrow(self) -> bool:
        """Whether the panel is narrower than 70 mm, as 5 inch in portrait: a key word needs all its width."""
        return self.panel.size[0] * self.panel.mm_per_px < 70

    @property
    def roomy(self) -> bool:
        """Whether the shorter side of the panel is at least 75 mm, as on 7 inch."""
        return self._scale == 1.0

    @property
    def gap(self) -> int:
        """The distance between two targets in pixels: ``tokens().space_mm.gap`` if ``roomy``, else 4 mm."""
        return self.least(4.0 if self._scale < 1 else tokens().space_mm.gap)

    @property
    def _scale(self) -> float:
        """Factor of the border: 0.75 if the shorter side of the panel is below 75 mm, as on 5 inch."""
        return 0.75 if min(self.panel.size) * self.panel.mm_per_px < 75 else 1.0
