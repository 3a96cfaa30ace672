"""The same pages on framebuffers of every depth: each pixel as near as its format allows."""

from pathlib import Path

import pytest

from kiosk.display.framebuffer import Framebuffer
from kiosk.display.geometry import Channel
from kiosk.screen.stage import Stage
from tests.display.fake_console import XBGR, XRGB, FakeKernel, framebuffer_file, geometry
from tests.screen.frames import GALLERY, NOW, PANELS

PANEL = PANELS["480x320-3.5"]
SHOWN = ("home", "hold", "next-walk", "rating", "soak-danger", "failsafe")


def pictured(page: str, bits: int, channels: tuple[Channel, Channel, Channel], folder: Path) -> bytes:
    """The framebuffer's memory."""
    width, height = PANEL.size
    path = framebuffer_file(folder / f"{bits}-{channels[0].offset}", width * height * bits // 8)
    screen = Framebuffer(path, FakeKernel(geometry(PANEL.size, bits, channels)).ioctl)
    screen.write(Stage(PANEL).draw(screen.surface, GALLERY[page], NOW))
    memory = path.read_bytes()
    screen.close()
    return memory


@pytest.mark.parametrize("page", SHOWN)
@pytest.mark.parametrize(
    ("bits", "channels", "order"),
    [(24, XRGB, (2, 1, 0)), (24, XBGR, (0, 1, 2)), (32, XBGR, (0, 1, 2))],
    ids=["24 bits, blue first", "24 bits, red first", "32 bits, red first"],
)
def test_a_page_looks_as_on_32_bits(
    page: str,
    bits: int,
    channels: tuple[Channel, Channel, Channel],
    order: tuple[int, int, int],
    tmp_path: Path,
) -> None:
    wanted = pictured(page, 32, XRGB, tmp_path)
    seen = pictured(page, bits, channels, tmp_path)
    for place, of_wanted in zip(order, (2, 1, 0), strict=True):
        pairs = zip(seen[place :: bits // 8], wanted[of_wanted::4], strict=True)
        assert max(abs(one - other) for one, other in pairs) <= 1
