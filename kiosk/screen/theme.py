"""Colours, type and sizes: tokens in millimetres, turned into pixels of one panel."""

import math
from enum import Enum
from functools import lru_cache

import msgspec

from kiosk.core.eye import light
from kiosk.core.rules import Rules, TextSize
from kiosk.core.technique import Side
from kiosk.files import asset

Colour = tuple[int, int, int]

CAP_HEIGHT = 0.668
"""Height of a capital in Atkinson Hyperlegible Next, as a share of the em."""


LEAST_CAP = 5.0
"""Millimetres; no capital is lower."""


class Shape(Enum):
    """What kind of room a panel gives; every page is laid out once for each."""

    SMALL = "small"
    """3.5 inch, landscape: one thing beside the key word, nothing more"""
    WIDE = "wide"
    """5 to 7 inch, landscape"""
    TALL = "tall"
    """portrait"""


class Panel(msgspec.Struct, frozen=True):
    """A panel: size in pixels, pitch in millimetres a pixel (pixels are taken as square)."""

    size: tuple[int, int]
    mm_per_px: float

    @classmethod
    def of(cls, size: tuple[int, int], inches: float) -> "Panel":
        """A panel by its pixels and its visible diagonal in inches."""
        return cls(size, inches * 25.4 / math.hypot(*size))

    @property
    def shape(self) -> Shape:
        """Which layout suits it."""
        width, height = (side * self.mm_per_px for side in self.size)
        if height > width:
            return Shape.TALL
        return Shape.SMALL if width < 90 or height < 56 else Shape.WIDE


class TypeSizes(msgspec.Struct, frozen=True):
    """Height of a capital in millimetres, by role."""

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
    """The colours of one theme, as ``#rrggbb``; ``line`` is the moving part, by default as ``key``."""

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
        """A token's colour as ``#rrggbb``."""
        value: str = getattr(self, name)
        return value or self.key

    def rgb(self, name: str) -> Colour:
        """A token's colour as three bytes."""
        value = self.hex(name)
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


TEXT = ("key", "body", "hot", "danger", "faint")
LEGIBLE, NOTICEABLE = 7.0, 4.5
"""Contrast that words keep when the palette is dimmed: while someone is there, and after a while."""


def luminance(colour: Colour) -> float:
    """Relative luminance from 0 to 1 (WCAG 2.2)."""
    r, g, b = (v / 3294.6 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@lru_cache(maxsize=8)
def dimmed(palette: Palette, level: float, contrast: float) -> Palette:
    """The palette for a screen whose light cannot be turned down: it looks ``level`` (0 to 1) as bright,
    as far as its words keep this ``contrast``. Only where the ground is dark: by day light is wanted."""
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
    """The same hue, sending out at least this share of the light."""
    wanted = luminance(colour) * share
    shades = (tuple(math.ceil(value * step / 255) for value in colour) for step in range(256))
    r, g, b = next(shade for shade in shades if luminance((shade[0], shade[1], shade[2])) >= wanted)
    return f"#{r:02X}{g:02X}{b:02X}"


class Tokens(msgspec.Struct, frozen=True):
    """The whole of ``tokens.toml``."""

    type_mm: TypeSizes
    space_mm: Spaces
    line_mm: Lines
    theme: dict[str, Palette]


@lru_cache(maxsize=1)
def tokens() -> Tokens:
    """The design tokens, read once."""
    return msgspec.toml.decode(asset("tokens.toml").read_bytes(), type=Tokens)


LARGER = {"key": 1.2, "title": 1.25, "label": 1.2, "body": 1.25}
"""How much the larger text size enlarges a role, where there is room for all of it."""


class Look(msgspec.Struct, frozen=True):
    """One panel in one theme at one text size: what every part of a page asks for sizes and colours.

    ``tight`` are roles that have no room to be larger on the page being laid out.
    """

    panel: Panel
    palette: Palette
    larger: bool = False
    mirrored: bool = False
    """picture on the right, for the right foot: an arm still comes in from the screen's edge"""
    tight: frozenset[str] = frozenset()

    @classmethod
    def of(cls, panel: Panel, rules: Rules) -> "Look":
        """The look the owner chose."""
        roomy = panel.shape is not Shape.SMALL
        larger = roomy and rules.text_size is TextSize.LARGER
        return cls(panel, tokens().theme[rules.theme], larger, rules.side is Side.RIGHT)

    @property
    def shape(self) -> Shape:
        """Which layout suits the panel."""
        return self.panel.shape

    def px(self, mm: float) -> int:
        """Millimetres as whole pixels, at least one."""
        return max(1, round(mm / self.panel.mm_per_px))

    def least(self, mm: float) -> int:
        """Millimetres as whole pixels, never less than asked: for smallest sizes and gaps."""
        return math.ceil(mm / self.panel.mm_per_px - 1e-9)

    def cap(self, role: str) -> float:
        """Height of a capital of this role, in millimetres."""
        size: float = getattr(tokens().type_mm, role)
        return size * LARGER.get(role, 1.0) if self.larger and role not in self.tight else size

    def em(self, mm: float, *, bold: bool = True) -> int:
        """Font size in pixels whose capitals are at least ``mm`` high. Those of Regular may be rounded down
        to whole pixels, yet never below 5 mm, the least of all."""
        em = math.ceil(mm / self.panel.mm_per_px / CAP_HEIGHT)
        short = round(em * CAP_HEIGHT) < self.least(LEAST_CAP) <= self.least(mm)
        return em + 1 if short and not bold else em

    @property
    def edge(self) -> int:
        """Empty rim of the screen, in pixels."""
        cramped = self.shape is Shape.SMALL or self.narrow
        return self.px(2.0 if cramped else tokens().space_mm.edge * self._scale)

    @property
    def narrow(self) -> bool:
        """A 5 inch panel upright: a key word takes its whole width."""
        return self.panel.size[0] * self.panel.mm_per_px < 70

    @property
    def roomy(self) -> bool:
        """A panel of 7 inch rather than 5 or less: its shorter side is over 75 mm."""
        return self._scale == 1.0

    @property
    def gap(self) -> int:
        """Between two targets, in pixels: 8 mm on 7 inch, 4 mm at least elsewhere."""
        return self.least(4.0 if self._scale < 1 else tokens().space_mm.gap)

    @property
    def _scale(self) -> float:
        """5 inch panels have three quarters of the rim of a 7 inch."""
        return 0.75 if min(self.panel.size) * self.panel.mm_per_px < 75 else 1.0
