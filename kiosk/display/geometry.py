"""The pixel format of a framebuffer, and whether it can be drawn on."""

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
"""supported bits per pixel"""


LARGEST = 64 << 20
"""largest supported picture in bytes: 4096 x 4096 pixels of 32 bits"""


class Channel(msgspec.Struct, frozen=True):
    """The bits of one colour in a pixel: ``offset`` from the lowest bit, ``length`` in bits.

    ``reverse``: the most significant bit comes first (``msb_right`` in linux/fb.h).
    """

    offset: int
    length: int
    reverse: bool = False

    @property
    def mask(self) -> int:
        """The bit mask of this colour."""
        return ((1 << self.length) - 1) << self.offset


class Geometry(msgspec.Struct, frozen=True):
    """The kernel's description of a framebuffer.

    ``width`` and ``height`` are in pixels, ``bits`` per pixel, ``stride`` is bytes per line, ``start`` the
    offset of the first visible byte. ``line`` is the pixels per line including invisible ones (xres_virtual),
    ``memory`` the size in bytes (0: unknown). ``colours`` is False if pixels are indexes into a palette.
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
        """Bytes per pixel."""
        return self.bits // 8

    @property
    def masks(self) -> tuple[int, int, int, int]:
        """The bit masks of red, green, blue and alpha, in pygame's order; there is no alpha."""
        return self.red.mask, self.green.mask, self.blue.mask, 0

    @property
    def is_plain(self) -> bool:
        """Whether the colours have bits, do not overlap, fit into a pixel, and none is ``reverse``."""
        red, green, blue, _nothing = self.masks
        whole = red | green | blue
        apart = red and green and blue and whole.bit_count() == sum(m.bit_count() for m in self.masks)
        reverse = self.red.reverse or self.green.reverse or self.blue.reverse
        return bool(apart) and whole.bit_length() <= self.bits and not reverse

    @property
    def is_small(self) -> bool:
        """Whether the picture has at most ``LARGEST`` bytes, so that a copy fits into memory."""
        return self.stride * self.height <= LARGEST

    @property
    def reach(self) -> int:
        """Pixels from the start of a line to the picture's right edge, or ``line`` if that is more."""
        aside = self.start % self.stride * 8 // self.bits if self.stride and self.bits else 0
        return max(aside + self.width, self.line)

    @property
    def fits(self) -> bool:
        """Whether there are pixels and ``stride`` fits them: it is long enough for a line, and is not exactly
        the length of a line with more bits per pixel (unless that is due to padding to a power of two)."""
        row = self.reach * self.pixel_bytes
        if self.stride < row or min(self.width, self.height) < 1:
            return False
        deeper = {max(self.width, self.line) * depth // 8 for depth in DEPTHS if depth > self.bits}
        padded = {-(-row // align) * align for align in (1 << power for power in range(13))}
        return self.stride not in deeper - padded

    @property
    def reaches(self) -> bool:
        """Whether the memory is large enough for the picture, as far as its size is known."""
        end = self.start + (self.height - 1) * self.stride + self.width * self.pixel_bytes
        return self.memory == 0 or end <= self.memory


def read_geometry(fd: int, ioctl: Ioctl = system_ioctl) -> Geometry:
    """Read the format and mode of an open framebuffer from the kernel. Raises ``OSError``."""
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
    """One sentence: what to do about a format that cannot be drawn."""
    if not geometry.is_small:
        return _("Give the panel a mode with fewer pixels, by video= in cmdline.txt.")
    return _('Set framebuffer_depth=32 in config.txt, or display = "desktop" under [screen].')


def refusal(device: Path, geometry: Geometry) -> str | None:
    """One sentence: why the framebuffer cannot be drawn on; None if it can."""
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
    """One sentence about a pixel format that pygame does not support."""
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
