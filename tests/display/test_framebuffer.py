"""Every pixel format on an ordinary file: the bytes are compared with ones worked out by hand."""

import os
import struct
from pathlib import Path

import msgspec
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.display.base import DisplayError
from kiosk.display.framebuffer import Framebuffer, bands
from kiosk.display.geometry import Channel, Geometry, read_geometry
from tests.display.fake_console import (
    FILL,
    RGB565,
    XBGR,
    XRGB,
    XRGB30,
    FakeKernel,
    framebuffer_file,
    geometry,
)

W, H = 7, 5
AMBER = (0xFF, 0xB0, 0x08)
PIXEL = {
    "32 bit, blue first in memory": (32, XRGB, b"\x08\xb0\xff\x00"),
    "32 bit, red first in memory": (32, XBGR, b"\xff\xb0\x08\x00"),
    "32 bit, padding first": (32, (Channel(8, 8), Channel(16, 8), Channel(24, 8)), b"\x00\xff\xb0\x08"),
    "24 bit, blue first in memory": (24, XRGB, b"\x08\xb0\xff"),
    "24 bit, red first in memory": (24, XBGR, b"\xff\xb0\x08"),
    "16 bit 565": (16, RGB565, struct.pack("<H", 0x1F << 11 | 0x2C << 5 | 0x01)),
    "16 bit 565, blue high": (
        16,
        (Channel(0, 5), Channel(5, 6), Channel(11, 5)),
        struct.pack("<H", 0x01 << 11 | 0x2C << 5 | 0x1F),
    ),
}


@pytest.mark.parametrize("form", PIXEL.values(), ids=PIXEL.keys())
@pytest.mark.parametrize("more", [0, 4, 6, 64], ids=lambda more: f"{more} bytes more a line")
@pytest.mark.parametrize("offset", [(0, 0), (0, 5), (3, 2)], ids=str)
def test_only_the_dirty_rows_are_written_and_they_are_right(
    form: tuple[int, tuple[Channel, Channel, Channel], bytes],
    more: int,
    offset: tuple[int, int],
    tmp_path: Path,
) -> None:
    bits, channels, pixel = form
    size = bits // 8
    stride = (W + offset[0]) * size + more
    kernel = FakeKernel(geometry((W, H), bits, channels, stride=stride), offset=offset)
    path = framebuffer_file(tmp_path / "fb0", stride * (H + offset[1]))
    screen = Framebuffer(path, kernel.ioctl)
    assert screen.size == (W, H) == screen.surface.get_size()
    screen.surface.fill(0)
    screen.surface.fill(AMBER, (2, 1, 3, 2))
    screen.write([pygame.Rect(2, 1, 3, 2)])

    row = b"\x00" * size * 2 + pixel * 3 + b"\x00" * size * 2
    memory = path.read_bytes()
    for y in range(H + offset[1]):
        line = memory[y * stride : (y + 1) * stride]
        visible = line[offset[0] * size : offset[0] * size + W * size]
        if y - offset[1] in (1, 2):
            assert visible == row
        else:
            assert set(visible) == {FILL}
    assert len(memory) == stride * (H + offset[1])

    screen.close()
    memory = path.read_bytes()
    for y in range(H):
        begin = (y + offset[1]) * stride + offset[0] * size
        assert memory[begin : begin + W * size] == bytes(W * size)


def test_what_lies_outside_the_picture_is_never_touched(tmp_path: Path) -> None:
    """The rows above (console text of another buffer) and the end of the last row."""
    kernel = FakeKernel(geometry((W, H), 32, XRGB, stride=64), offset=(0, 3))
    path = framebuffer_file(tmp_path / "fb0", 64 * (H + 3))
    screen = Framebuffer(path, kernel.ioctl)
    screen.write([pygame.Rect(-5, -5, 100, 100)])
    memory = path.read_bytes()
    assert set(memory[: 3 * 64]) == {FILL}
    assert set(memory[7 * 64 + W * 4 :]) == {FILL}
    screen.close()


@pytest.mark.parametrize("offset", [(0, 0), (3, 2)], ids=str)
def test_a_slow_panel_gets_the_dirty_pixels_alone(offset: tuple[int, int], tmp_path: Path) -> None:
    stride = (W + offset[0]) * 2 + 6
    kernel = FakeKernel(geometry((W, H), 16, RGB565, stride=stride), offset=offset)
    path = framebuffer_file(tmp_path / "fb0", stride * (H + offset[1]))
    screen = Framebuffer(path, kernel.ioctl, exact=True)
    screen.surface.fill((0xFF, 0xFF, 0xFF))
    screen.write([pygame.Rect(2, 1, 3, 2), pygame.Rect(6, 3, 9, 9), pygame.Rect(-9, -9, 3, 3)])
    memory = path.read_bytes()
    written = {
        ((at % stride) // 2 - offset[0], at // stride - offset[1])
        for at in range(len(memory))
        if memory[at] != FILL
    }
    assert written == {(x, y) for x in (2, 3, 4) for y in (1, 2)} | {(6, 3), (6, 4)}
    screen.write([screen.surface.get_rect()])
    memory = path.read_bytes()
    for y in range(H):
        begin = (y + offset[1]) * stride + offset[0] * 2
        assert memory[begin : begin + W * 2] == b"\xff" * W * 2
    screen.close()


def test_whole_rows_are_one_write_on_a_slow_panel_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = framebuffer_file(tmp_path / "fb0", W * 2 * H)
    screen = Framebuffer(path, FakeKernel(geometry((W + W % 2, H), 16, RGB565)).ioctl, exact=True)
    writes: list[int] = []
    monkeypatch.setattr(os, "pwrite", lambda _fd, data, at: (writes.append(at), len(data))[1])
    screen.write([screen.surface.get_rect()])
    assert writes == [0]


def test_geometry_is_what_the_kernel_says() -> None:
    told = geometry((800, 480), 16, RGB565, stride=1664, start=480 * 1664 + 2 * 2)
    wanted = msgspec.structs.replace(told, line=802, memory=1664 * 960)
    with Path("/dev/null").open("rb") as file:
        assert read_geometry(file.fileno(), FakeKernel(told, offset=(2, 480)).ioctl) == wanted


def test_a_write_that_takes_only_a_part_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: whole(fd, data[:10], at))
    path = framebuffer_file(tmp_path / "fb0", W * 4 * H)
    screen = Framebuffer(path, FakeKernel(geometry((W, H), 32, XRGB)).ioctl)
    screen.surface.fill(AMBER)
    screen.write([screen.surface.get_rect()])
    assert path.read_bytes() == b"\x08\xb0\xff\x00" * W * H
    screen.close()


REMEDY = 'Set framebuffer_depth=32 in config.txt, or display = "desktop" under [screen].'
TOO_LARGE = (
    "has 30000 lines of 120000 bytes, more than the 64 MiB that can be drawn. "
    "Give the panel a mode with fewer pixels, by video= in cmdline.txt."
)
PALETTE = "has 8 bits a pixel, or a palette; colours of 16, 24 and 32 bits can be drawn."


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "{path} does not answer like a framebuffer: Inappropriate ioctl for device."),
        (geometry((W, H), 8, (Channel(0, 8),) * 3), f"{{path}} {PALETTE} {REMEDY}"),
        *(
            (
                geometry((128, 64), bits, (Channel(0, 1),) * 3, stride=16),
                f"{{path}} {PALETTE.replace('8', str(bits), 1)} {REMEDY}",
            )
            for bits in (0, 1, 4)  # 1: an OLED display (ssd1307fb)
        ),
        (
            msgspec.structs.replace(geometry((W, H), 16, RGB565), colours=False),
            f"{{path}} {PALETTE.replace('8', '16', 1)} {REMEDY}",
        ),
        (
            geometry((W, H), 32, XRGB30),
            f"{{path}} has 10 bits a colour; at most 8 can be drawn. {REMEDY}",
        ),
        (
            geometry((W, H), 16, (Channel(8, 4), Channel(4, 4), Channel(0, 4))),
            "{path} has pixels of a kind that cannot be drawn (red 4, green 4, blue 4 of 16 bits). " + REMEDY,
        ),
        (
            msgspec.structs.replace(geometry((800, 480), 32, XRGB, stride=3200), memory=3200 * 479),
            "{path} contradicts itself: its memory of 1532800 bytes is too short for 480 lines. " + REMEDY,
        ),
        (
            geometry((W, H), 32, (Channel(16, 8), Channel(12, 8), Channel(0, 8))),
            "{path} has pixels of a kind that cannot be drawn (red 8, green 8, blue 8 of 32 bits). " + REMEDY,
        ),
        (
            geometry((W, H), 16, (Channel(12, 5), Channel(5, 6), Channel(0, 5))),
            "{path} has pixels of a kind that cannot be drawn (red 5, green 6, blue 5 of 16 bits). " + REMEDY,
        ),
        (
            geometry((W, H), 32, (Channel(16, 8, reverse=True), Channel(8, 8), Channel(0, 8))),
            "{path} has pixels of a kind that cannot be drawn (red 8, green 8, blue 8 of 32 bits). " + REMEDY,
        ),
        (
            geometry((30_000, 30_000), 32, XRGB),
            f"{{path}} {TOO_LARGE}",
        ),
    ],
    ids=[
        "no framebuffer",
        "palette",
        "no bits",
        "1 bit",
        "4 bits",
        "palette of 16 bits",
        "10 bits a colour",
        "4 bits a colour",
        "too short",
        "colours overlap",
        "a colour beyond the pixel",
        "highest bit first",
        "for nobody's memory",
    ],
)
def test_what_can_not_be_drawn_on_is_said_with_what_to_do(
    answer: Geometry | None, message: str, tmp_path: Path
) -> None:
    path = framebuffer_file(tmp_path / "fb0", 100)
    with pytest.raises(DisplayError) as caught:
        Framebuffer(path, FakeKernel(answer).ioctl)
    assert str(caught.value) == message.format(path=path)


@pytest.mark.parametrize(
    ("width", "bits", "stride", "line"),
    [
        (800, 32, 1600, 0),
        (800, 32, 3199, 0),
        (800, 24, 3200, 0),
        (800, 16, 3200, 0),
        (800, 16, 2400, 0),
        (800, 32, 3200, 1600),
        (0, 32, 3200, 0),
    ],
    ids=[
        "half",
        "a byte short",
        "24 bits kept as 32",
        "16 bits kept as 32",
        "16 bits kept as 24",
        "shorter than the line beside the picture",
        "no pixels at all",
    ],
)
def test_a_stride_that_contradicts_the_depth_is_refused(
    width: int, bits: int, stride: int, line: int, tmp_path: Path
) -> None:
    told = geometry((width, 480), bits, RGB565 if bits == 16 else XRGB, stride=stride)
    path = framebuffer_file(tmp_path / "fb0", 100)
    with pytest.raises(DisplayError) as caught:
        Framebuffer(path, FakeKernel(msgspec.structs.replace(told, line=line)).ioctl)
    says = f"{line or width} pixels of {bits} bits are no line of {stride} bytes."
    assert str(caught.value) == f"{path} contradicts itself: {says} {REMEDY}"


def test_a_picture_that_begins_too_far_right_for_its_line_is_refused(tmp_path: Path) -> None:
    """Each row would end in the next one, the last beyond the memory."""
    told = msgspec.structs.replace(geometry((800, 480), 32, XRGB, stride=3200), line=800)
    path = framebuffer_file(tmp_path / "fb0", 100)
    with pytest.raises(DisplayError, match="803 pixels of 32 bits are no line of 3200 bytes"):
        Framebuffer(path, FakeKernel(told, offset=(3, 480)).ioctl)


@pytest.mark.parametrize(
    ("width", "bits", "channels", "stride"),
    [(800, 16, RGB565, 1664), (1024, 16, RGB565, 4096), (800, 24, XRGB, 2432), (1366, 32, XRGB, 5632)],
)
def test_lines_padded_to_a_power_of_two_are_drawn(
    width: int, bits: int, channels: tuple[Channel, Channel, Channel], stride: int, tmp_path: Path
) -> None:
    """A page of memory a line, some graphics chips want, though 32 bits would need as much."""
    path = framebuffer_file(tmp_path / "fb0", 10 * stride)
    screen = Framebuffer(path, FakeKernel(geometry((width, 10), bits, channels, stride=stride)).ioctl)
    assert screen.size == (width, 10)
    screen.close()


def test_a_framebuffer_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DisplayError, match="fb0 could not be opened: No such file or directory"):
        Framebuffer(tmp_path / "fb0", FakeKernel().ioctl)


def test_a_framebuffer_one_may_not_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(DisplayError, match=r'fb0 may not be opened: add .* group "video"'):
        Framebuffer(tmp_path / "fb0", FakeKernel().ioctl)


rects = st.builds(
    pygame.Rect, st.integers(-5, 25), st.integers(-5, 25), st.integers(0, 15), st.integers(0, 15)
)


@given(st.lists(rects, max_size=8))
def test_bands_cover_each_dirty_row_once(dirty: list[pygame.Rect]) -> None:
    rows = [y for top, bottom in bands(dirty, (20, 20)) for y in range(top, bottom)]
    wanted = {
        y for y in range(20) for rect in dirty if rect.clip((0, y, 20, 1)).w and rect.clip((0, y, 20, 1)).h
    }
    assert rows == sorted(wanted)
