"""Two backlights: which is the panel's, which is passed over, which stays dark; on trees as the kernel's."""

import errno
import os
from functools import partial
from pathlib import Path

import pytest

from kiosk.devices.backlight import Backlight
from kiosk.devices.part import PartFails
from kiosk.display.backlights import Kin, lights


class Board:
    """A machine's graphics cards, framebuffers and backlights, as folders of /sys."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def device(self, place: str) -> Path:
        folder = self.root / "sys/devices" / place
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def card(self, number: int, place: str, *, framebuffer: int | None = None, **sockets: str) -> None:
        """A card on a device, the folders of its sockets below that, and its framebuffer."""
        drm, device = self.root / "sys/class/drm", self.device(place)
        drm.mkdir(parents=True, exist_ok=True)
        inside = device / "drm" / f"card{number}"
        inside.mkdir(parents=True)
        (inside / "device").symlink_to(device)
        (drm / inside.name).symlink_to(inside)
        for name, status in sockets.items():
            socket = inside / f"card{number}-{name.replace('_', '-')}"
            socket.mkdir()
            (socket / "status").write_text(status + "\n")
            (drm / socket.name).symlink_to(socket)
        if framebuffer is not None:
            self.framebuffer(framebuffer, place)

    def framebuffer(self, number: int, place: str) -> None:
        folder = self.root / "sys/class/graphics" / f"fb{number}"
        folder.mkdir(parents=True)
        (folder / "device").symlink_to(self.device(place))
        (folder / "name").write_text("fb\n")

    def light(self, name: str, place: str, *, needed_by: str = "", most: int = 255) -> Path:
        """A backlight, full on, on a device; ``needed_by``: the device whose device tree names it."""
        home = self.device(place)
        folder = home / "backlight" / name
        folder.mkdir(parents=True)
        (folder / "device").symlink_to(home)
        for file, text in (("max_brightness", most), ("brightness", most), ("bl_power", 0)):
            (folder / file).write_text(f"{text}\n")
        listed = self.root / "sys/class/backlight"
        listed.mkdir(parents=True, exist_ok=True)
        (listed / name).symlink_to(folder)
        if needed_by:
            link = self.device(f"virtual/devlink/{home.name}--{Path(needed_by).name}")
            (link / "consumer").symlink_to(self.device(needed_by))
            (home / f"consumer:platform:{Path(needed_by).name}").symlink_to(link)
        return listed / name

    def kins(self) -> list[tuple[str, Kin]]:
        return [(each.folder.name, each.kin) for each in lights(self.root)]


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


SPI, RP1 = "platform/soc/spi0.0", "platform/axi/1000120000.pcie/1f00118000.dsi"


@pytest.fixture
def pi5(board: Board) -> Board:
    """A Pi 5 with its Touch Display by the bed and a small SPI panel besides, its light's name first."""
    board.card(0, "platform/axi/gpu", framebuffer=0, HDMI_A_1="disconnected")
    board.card(1, RP1, framebuffer=1, DSI_2="connected")
    board.framebuffer(2, SPI)
    board.light("a-spi", SPI)
    board.light("z-dsi", "platform/soc/i2c/11-0045", needed_by=f"{RP1}/1f00118000.dsi.0", most=31)
    return board


def state(root: Path, name: str) -> tuple[str, str]:
    folder = root / "sys/class/backlight" / name
    return (folder / "brightness").read_text().strip(), (folder / "bl_power").read_text().strip()


def test_of_two_lights_the_panels_own_is_used(pi5: Board) -> None:
    assert pi5.kins() == [("z-dsi", Kin.DEVICE), ("a-spi", Kin.STRANGER)]
    backlight = Backlight(partial(lights, pi5.root))
    backlight.set(1.0)
    backlight.set(0.0)
    assert state(pi5.root, "z-dsi") == ("0", "4")
    assert state(pi5.root, "a-spi") == ("255", "0"), "a desktop may show something there"


def test_the_light_of_another_panel_stays_dark_where_we_are_alone(pi5: Board) -> None:
    """It would glow in the bedroom all night; at the end it is given back as it was."""
    backlight = Backlight(partial(lights, pi5.root), alone=True)
    assert state(pi5.root, "a-spi") == ("255", "0")
    for level in (0.0, 0.5, 1.0, 0.0):
        backlight.set(level)
        assert state(pi5.root, "a-spi") == ("0", "4")
    backlight.close()
    assert state(pi5.root, "a-spi") == ("255", "0")
    assert state(pi5.root, "z-dsi") == ("0", "4")


def test_it_stays_dark_as_well_where_our_own_panel_has_no_light(board: Board) -> None:
    """A monitor by the bed, and a small panel that nobody uses."""
    board.card(0, "platform/gpu", framebuffer=0, HDMI_A_1="connected")
    board.framebuffer(1, SPI)
    board.light("fb_ili9486", SPI)
    with_us = Backlight(partial(lights, board.root), alone=True)
    with_us.set(0.0)
    assert state(board.root, "fb_ili9486") == ("0", "4")
    with_us.close()
    assert state(board.root, "fb_ili9486") == ("255", "0")


def test_where_there_is_no_light_at_all_nothing_else_is_looked_at(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change of the brightness looks for one that may have come."""
    board.card(0, "platform/gpu", framebuffer=0, HDMI_A_1="connected")

    def survey(_root: Path) -> None:
        raise AssertionError("looked")

    monkeypatch.setattr("kiosk.display.backlights.survey", survey)
    Backlight(partial(lights, board.root)).set(1.0)


def test_another_panels_light_is_never_taken_for_ours(board: Board) -> None:
    """A monitor by the bed has no light to set: the palette is dimmed instead."""
    board.card(0, "platform/gpu", framebuffer=0, HDMI_A_1="connected")
    board.framebuffer(1, SPI)
    board.light("fb_ili9486", SPI)
    backlight = Backlight(partial(lights, board.root))
    backlight.set(1.0)
    assert (backlight.is_present, backlight.dims) == (False, False)
    assert backlight.describe() == "The screen has no backlight that can be set."
    assert state(board.root, "fb_ili9486") == ("255", "0")


def test_a_pi_4s_dsi_panel_hangs_below_a_controller_that_is_not_the_card(board: Board) -> None:
    board.card(0, "platform/gpu", framebuffer=0, HDMI_A_1="connected", DSI_1="connected")
    board.light(
        "10-0045", "platform/soc/i2c-10/10-0045", needed_by="platform/soc/fe700000.dsi/fe700000.dsi.0"
    )
    board.light("0-front", "platform/leds")
    assert board.kins() == [("10-0045", Kin.SOCKET), ("0-front", Kin.UNKNOWN)]


def test_a_dsi_panel_that_is_not_shown_on_is_a_stranger(board: Board) -> None:
    board.card(0, "platform/gpu", framebuffer=0, HDMI_A_1="connected", DSI_1="disconnected")
    board.light(
        "10-0045", "platform/soc/i2c-10/10-0045", needed_by="platform/soc/fe700000.dsi/fe700000.dsi.0"
    )
    assert board.kins() == [("10-0045", Kin.STRANGER)]


def test_on_a_laptop_the_sockets_light_comes_before_the_firmwares(board: Board) -> None:
    """Both are behind the same panel: to switch one off as another's would leave the night dark."""
    board.card(0, "pci/0000:00:02.0", framebuffer=0, eDP_1="connected", HDMI_A_1="disconnected")
    board.light("acpi_video0", "pci/0000:00:02.0", most=15)
    board.light("intel_backlight", "pci/0000:00:02.0/drm/card0/card0-eDP-1", most=96000)
    assert board.kins() == [("intel_backlight", Kin.SOCKET), ("acpi_video0", Kin.DEVICE)]
    Backlight(partial(lights, board.root), alone=True).set(0.0)
    assert state(board.root, "acpi_video0") == ("15", "0")


def test_through_kms_the_connected_socket_alone_says_which(board: Board) -> None:
    """A card without a framebuffer, drawn on by display = "desktop"."""
    board.card(0, "pci/0000:00:02.0", eDP_1="connected")
    board.light("intel_backlight", "pci/0000:00:02.0/drm/card0/card0-eDP-1")
    assert board.kins() == [("intel_backlight", Kin.SOCKET)]


def test_one_that_may_not_be_written_is_passed_over_for_one_that_may(board: Board) -> None:
    board.card(0, "platform/gpu", framebuffer=0, DSI_1="connected")
    board.light("panel", "platform/gpu")
    board.light("other", "platform/leds", most=7)

    def may(path: Path, _mode: int) -> bool:
        return path.parent.name != "panel"

    backlight = Backlight(partial(lights, board.root, may))
    assert backlight.dims is False
    backlight.set(1.0)
    assert (state(board.root, "panel"), state(board.root, "other")) == (("255", "0"), ("7", "0"))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_one_that_refuses_when_it_is_written_is_passed_over_too(
    board: Board, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.card(0, "platform/gpu", framebuffer=0, DSI_1="connected")
    refusing = board.light("panel", "platform/gpu")
    board.light("other", "platform/leds")
    backlight, whole = Backlight(partial(lights, board.root)), os.open

    def refuse(path: Path, flags: int) -> int:
        if Path(path).parent == refusing:
            raise OSError(number, os.strerror(number))
        return whole(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    backlight.set(0.0)
    assert state(board.root, "other") == ("0", "4")
    backlight.set(1.0)
    assert state(board.root, "other") == ("255", "0")


def test_where_none_may_be_written_the_first_says_why(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    board.light("one", "platform/one")
    board.light("two", "platform/two")
    backlight = Backlight(partial(lights, board.root))

    def refuse(path: Path, _flags: int) -> int:
        raise PermissionError(errno.EACCES, f"not {Path(path).parent.name}")

    monkeypatch.setattr(os, "open", refuse)
    for _ in range(2):
        with pytest.raises(PartFails, match="not one"):
            backlight.set(1.0)


def test_a_panel_that_is_connected_late_gets_its_light_when_somebody_wakes_it(board: Board) -> None:
    board.card(0, "platform/gpu", framebuffer=0, HDMI_A_1="connected", DSI_1="disconnected")
    board.light("10-0045", "platform/i2c/10-0045", needed_by="platform/soc/fe700000.dsi/fe700000.dsi.0")
    backlight = Backlight(partial(lights, board.root))
    backlight.set(0.0)
    assert not backlight.is_present
    (board.root / "sys/class/drm/card0-DSI-1/status").write_text("connected\n")
    backlight.set(1.0)
    backlight.set(0.0)
    assert state(board.root, "10-0045") == ("0", "4")
