"""A framebuffer in an ordinary file, and a terminal that only remembers."""

import errno
import os
import struct
from pathlib import Path

from kiosk.display.geometry import FBIOGET_FSCREENINFO, FBIOGET_VSCREENINFO, Channel, Geometry
from kiosk.display.terminal import KD_TEXT, KDGETMODE, KDSETMODE, TIOCGDEV, VT_ACTIVATE

XRGB = (Channel(16, 8), Channel(8, 8), Channel(0, 8))
XBGR = (Channel(0, 8), Channel(8, 8), Channel(16, 8))
XRGB30 = (Channel(20, 10), Channel(10, 10), Channel(0, 10))
RGB565 = (Channel(11, 5), Channel(5, 6), Channel(0, 5))
FILL = 0xEE


def geometry(
    size: tuple[int, int],
    bits: int,
    channels: tuple[Channel, Channel, Channel],
    *,
    stride: int | None = None,
    start: int = 0,
) -> Geometry:
    return Geometry(*size, bits, stride or size[0] * bits // 8, start, *channels)


class FakeKernel:
    """Answers the ioctls. ``offset``: where the visible part begins (x, y) in the virtual picture."""

    def __init__(self, geometry: Geometry | None = None, *, offset: tuple[int, int] = (0, 0)) -> None:
        self.geometry = geometry
        self.offset = offset
        self.mode: int | None = KD_TEXT
        self.modes: list[int] = []
        self.hung_up = False
        self.device: int | None = None
        self.activated: list[int] = []

    def ioctl(self, fd: int, request: int, argument: int | bytearray) -> object:
        os.fstat(fd)
        if request in (KDGETMODE, KDSETMODE):
            self._terminal(request, argument)
        elif request in (TIOCGDEV, VT_ACTIVATE):
            self._front(request, argument)
        else:
            self._screen(request, argument)
        return 0

    def _terminal(self, request: int, argument: int | bytearray) -> None:
        if self.mode is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        if self.hung_up:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if isinstance(argument, bytearray):
            argument[:] = struct.pack("i", self.mode)
        else:
            self.mode = argument
            self.modes.append(argument)

    def _front(self, request: int, argument: int | bytearray) -> None:
        if isinstance(argument, int):
            self.activated.append(argument)
        elif self.device is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        else:
            argument[:] = struct.pack("I", self.device)

    def _screen(self, request: int, argument: int | bytearray) -> None:
        assert isinstance(argument, bytearray)
        g = self.geometry
        if g is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        if request == FBIOGET_VSCREENINFO:
            virtual = (g.line or g.width + self.offset[0], g.height + self.offset[1])
            head = (g.width, g.height, *virtual, *self.offset, g.bits, 0)
            channels = [n for c in (g.red, g.green, g.blue) for n in (c.offset, c.length, int(c.reverse))]
            struct.pack_into(f"={len(head) + len(channels)}I", argument, 0, *head, *channels)
        elif request == FBIOGET_FSCREENINFO:
            # struct fb_fix_screeninfo on a 64-bit kernel
            memory = g.memory or g.stride * (g.height + self.offset[1])
            visual = 2 if g.colours else 3
            struct.pack_into(
                "=16sQIIIIHHHxxI", argument, 0, b"fake", 0, memory, 0, 0, visual, 0, 0, 0, g.stride
            )


def framebuffer_file(path: Path, length: int) -> Path:
    """As much video memory, full of rubbish."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes([FILL]) * length)
    return path


def card(root: Path, number: int, connectors: dict[str, str]) -> Path:
    """A graphics card in sysfs; its device."""
    device = root / "sys" / "devices" / f"gpu{number}"
    device.mkdir(parents=True, exist_ok=True)
    folder = root / "sys" / "class" / "drm"
    (folder / f"card{number}").mkdir(parents=True)
    (folder / f"card{number}" / "device").symlink_to(device)
    for name, status in connectors.items():
        (folder / f"card{number}-{name}").mkdir()
        (folder / f"card{number}-{name}" / "status").write_text(status + "\n")
    return device


def framebuffer(root: Path, number: int, device: Path | None, name: str = "drmfb") -> None:
    """A framebuffer in sysfs, on a card's device or on one of its own."""
    folder = root / "sys" / "class" / "graphics" / f"fb{number}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(name + "\n")
    if device is None:
        device = root / "sys" / "devices" / f"spi{number}"
        device.mkdir(parents=True)
    (folder / "device").symlink_to(device)
