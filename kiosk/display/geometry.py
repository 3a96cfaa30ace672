"""What a framebuffer's pixels look like, and whether they can be drawn."""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec

from kiosk.display.terminal import Ioctl, system_ioctl
from kiosk.i18n import _

# linux/fb.h
FBIOGET_VSCREENINFO, FBIOGET_FSCREENINFO = 0x4600, 0x4602
_VARIABLE = struct.Struct("@40I")
_FIXED = struct.Struct("@16sL4I3HILI")
_FIXED_SIZE = 80
_PACKED_PIXELS = 0
_TRUECOLOR, _DIRECTCOLOR = 2, 4

DEPTHS = (16, 24, 32)
"""bits a pixel that can be drawn on"""


LARGEST = 64 << 20
"""bytes of a picture that can be drawn: 4096 by 4096 pixels of 32 bits"""


class Channel(msgspec.Struct, frozen=True):
    """Where one colour sits in a pixel: bits from the lowest, and how many. ``reverse``: highest first."""

    offset: int
    length: int
    reverse: bool = False

    @property
    def mask(self) -> int:
        """The bits of this colour."""
        return ((1 << self.length) - 1) << self.offset


class Geometry(msgspec.Struct, frozen=True):
    """What the kernel says about a framebuffer: pixels, bytes a line, and the first byte seen.

    ``line``: pixels of a line, those beside the picture too; ``memory``: bytes in all, 0 if it is not known;
    ``colours``: a pixel is red, green and blue, not a place in a palette.
    """

    width: int
    height: int
    bits: int
    stride: int
    start: int
    red: Channel
    green: Channel
    blue: Channel
    line: int = 0
    memory: int = 0
    colours: bool = True

    @property
    def pixel_bytes(self) -> int:
        """Bytes a pixel."""
        return self.bits // 8

    @property
    def masks(self) -> tuple[int, int, int, int]:
        """The bits of red, green, blue and of nothing else."""
        return self.red.mask, self.green.mask, self.blue.mask, 0

    @property
    def is_plain(self) -> bool:
        """Whether each colour has bits of its own within a pixel, the lowest first."""
        red, green, blue, _nothing = self.masks
        whole = red | green | blue
        apart = red and green and blue and whole.bit_count() == sum(m.bit_count() for m in self.masks)
        reverse = self.red.reverse or self.green.reverse or self.blue.reverse
        return bool(apart) and whole.bit_length() <= self.bits and not reverse

    @property
    def is_small(self) -> bool:
        """Whether a picture of it finds room in the memory of any device that has such a panel."""
        return self.stride * self.height <= LARGEST

    @property
    def reach(self) -> int:
        """Pixels of a line, from its beginning to the picture's right edge at least."""
        aside = self.start % self.stride * 8 // self.bits if self.stride and self.bits else 0
        return max(aside + self.width, self.line)

    @property
    def fits(self) -> bool:
        """Whether there are pixels, lines of ``stride`` bytes hold them, and these are not as long as those
        of a deeper format (unless padding to a power of two makes them so)."""
        row = self.reach * self.pixel_bytes
        if self.stride < row or min(self.width, self.height) < 1:
            return False
        deeper = {max(self.width, self.line) * depth // 8 for depth in DEPTHS if depth > self.bits}
        padded = {-(-row // align) * align for align in (1 << power for power in range(13))}
        return self.stride not in deeper - padded

    @property
    def reaches(self) -> bool:
        """Whether the memory goes to the end of the picture."""
        end = self.start + (self.height - 1) * self.stride + self.width * self.pixel_bytes
        return self.memory == 0 or end <= self.memory


def read_geometry(fd: int, ioctl: Ioctl = system_ioctl) -> Geometry:
    """Ask the kernel. Raises ``OSError``."""
    variable, fixed = bytearray(_VARIABLE.size), bytearray(_FIXED_SIZE)
    ioctl(fd, FBIOGET_VSCREENINFO, variable)
    ioctl(fd, FBIOGET_FSCREENINFO, fixed)
    v, f = _VARIABLE.unpack(variable), _FIXED.unpack_from(fixed)
    stride = f[9]
    return Geometry(
        width=v[0],
        height=v[1],
        bits=v[6],
        stride=stride,
        start=v[5] * stride + v[4] * v[6] // 8,
        red=Channel(v[8], v[9], v[10] != 0),
        green=Channel(v[11], v[12], v[13] != 0),
        blue=Channel(v[14], v[15], v[16] != 0),
        line=v[2],
        memory=f[2],
        colours=f[3] == _PACKED_PIXELS and f[5] in {_TRUECOLOR, _DIRECTCOLOR} and v[7] == 0,
    )


def remedy(geometry: Geometry) -> str:
    """What to do about pixels that cannot be drawn."""
    if not geometry.is_small:
        return _("Give the panel a mode with fewer pixels, by video= in cmdline.txt.")
    return _('Set framebuffer_depth=32 in config.txt, or display = "desktop" under [screen].')


def refusal(device: Path, geometry: Geometry) -> str | None:
    """Why nothing can be drawn there, in one sentence; None: it can."""
    colours = max(geometry.red.length, geometry.green.length, geometry.blue.length)
    if geometry.bits not in DEPTHS or not geometry.colours:
        sentence = _(
            "{device} has {bits} bits a pixel, or a palette; colours of 16, 24 and 32 bits can be drawn."
        )
    elif colours > 8:
        sentence = _("{device} has {colours} bits a colour; at most 8 can be drawn.")
    elif not geometry.is_plain:
        return unknown_pixels(device, geometry)
    elif not geometry.is_small:
        sentence = _(
            "{device} has {height} lines of {stride} bytes, more than the {most} MiB that can be drawn."
        )
    elif not geometry.fits:
        sentence = _(
            "{device} contradicts itself: {width} pixels of {bits} bits are no line of {stride} bytes."
        )
    elif not geometry.reaches:
        sentence = _(
            "{device} contradicts itself: its memory of {memory} bytes is too short for {height} lines."
        )
    else:
        return None
    return sentence.format(
        device=device,
        bits=geometry.bits,
        colours=colours,
        most=LARGEST >> 20,
        width=geometry.reach,
        height=geometry.height,
        stride=geometry.stride,
        memory=geometry.memory,
    )


def unknown_pixels(device: Path, geometry: Geometry) -> str:
    """What to say where pygame knows no pixels of this kind."""
    return _(
        "{device} has pixels of a kind that cannot be drawn (red {red}, green {green}, blue {blue} of {bits} "
        "bits)."
    ).format(
        device=device,
        red=geometry.red.length,
        green=geometry.green.length,
        blue=geometry.blue.length,
        bits=geometry.bits,
    )
