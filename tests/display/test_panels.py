"""Which panel is the one by the bed, on fake system trees."""

from pathlib import Path

from kiosk.display.panels import Candidate, Connector, candidates, survey
from tests.display.fake_console import card, framebuffer


def names(found: list[Candidate]) -> list[tuple[str, int]]:
    return [(candidate.device.name, candidate.rank) for candidate in found]


def test_the_framebuffer_of_the_connected_panel_comes_first(tmp_path: Path) -> None:
    """A Pi 5: HDMI on one card, the DSI panel on another, numbers the wrong way round."""
    hdmi = card(tmp_path, 1, {"HDMI-A-1": "disconnected", "HDMI-A-2": "disconnected"})
    dsi = card(tmp_path, 0, {"DSI-1": "connected"})
    framebuffer(tmp_path, 0, hdmi, "vc4drmfb")
    framebuffer(tmp_path, 1, dsi, "drm-rp1-dsidrmf")
    assert names(candidates(tmp_path)) == [("fb1", 0), ("fb0", 3)]
    assert candidates(tmp_path)[0] == Candidate(
        tmp_path / "dev" / "fb1", "drm-rp1-dsidrmf", (Connector("card0-DSI-1", "connected"),)
    )


def test_a_built_in_panel_before_a_monitor_and_both_before_one_without_sockets(tmp_path: Path) -> None:
    framebuffer(tmp_path, 0, None, "fb_ili9486")
    framebuffer(tmp_path, 1, card(tmp_path, 0, {"HDMI-A-1": "connected"}))
    framebuffer(tmp_path, 2, card(tmp_path, 1, {"SPI-1": "connected"}))
    assert names(candidates(tmp_path)) == [("fb2", 0), ("fb1", 1), ("fb0", 2)]


def test_a_panel_without_sockets_before_an_unplugged_monitor(tmp_path: Path) -> None:
    framebuffer(tmp_path, 0, card(tmp_path, 0, {"HDMI-A-1": "unknown"}))
    framebuffer(tmp_path, 1, None, "fb_ili9486")
    assert names(candidates(tmp_path)) == [("fb1", 2), ("fb0", 3)]


def test_no_framebuffer_at_all(tmp_path: Path) -> None:
    assert candidates(tmp_path) == []


def test_a_connector_that_goes_while_we_look(tmp_path: Path) -> None:
    framebuffer(tmp_path, 0, card(tmp_path, 0, {"DP-1": "connected"}))
    status = tmp_path / "sys/class/drm/card0-DP-1/status"
    status.unlink()
    status.mkdir()  # reading it fails
    assert names(candidates(tmp_path)) == [("fb0", 3)]


def test_which_panel_was_chosen_and_why(tmp_path: Path) -> None:
    hdmi = card(
        tmp_path, 1, {"HDMI-A-1": "disconnected", "HDMI-A-2": "disconnected", "Writeback-1": "unknown"}
    )
    framebuffer(tmp_path, 0, hdmi, "vc4drmfb")
    framebuffer(tmp_path, 1, card(tmp_path, 0, {"DSI-1": "connected"}), "drm-rp1-dsidrmf")
    framebuffer(tmp_path, 2, None, "fb_ili9486")
    framebuffer(tmp_path, 3, card(tmp_path, 2, {"HDMI-A-3": "connected"}), "udldrmfb")
    card(tmp_path, 3, {"DP-1": "connected", "DP-2": "disconnected"})
    found = survey(tmp_path)
    dev = tmp_path / "dev"
    assert found.sentences() == [
        f"{dev}/fb1 (drm-rp1-dsidrmf): the built-in panel DSI-1 is connected.",
        f"{dev}/fb3 (udldrmfb): a monitor is connected to HDMI-A-3.",
        f"{dev}/fb2 (fb_ili9486): a panel without a socket, which is always there.",
        f"{dev}/fb0 (vc4drmfb): nothing is connected to HDMI-A-1, HDMI-A-2.",
        (
            "card3-DP-1 is connected, but the kernel gives its card no framebuffer; the setting display = "
            '"desktop" can draw there all the same.'
        ),
        f"The picture goes to {dev}/fb1.",
    ]
    assert found.chosen == candidates(tmp_path)[0]


def test_a_sleeping_monitor_is_better_than_nothing(tmp_path: Path) -> None:
    framebuffer(tmp_path, 0, card(tmp_path, 0, {"HDMI-A-1": "disconnected"}), "vc4drmfb")
    assert survey(tmp_path).sentences() == [
        f"{tmp_path}/dev/fb0 (vc4drmfb): nothing is connected to HDMI-A-1.",
        f"The picture goes to {tmp_path}/dev/fb0, in case a sleeping monitor wakes.",
    ]


def test_no_framebuffer_is_said_with_what_to_do(tmp_path: Path) -> None:
    assert survey(tmp_path).chosen is None
    assert survey(tmp_path).sentences() == [
        (
            "There is no screen: the kernel shows no framebuffer (/dev/fb0). Check the cable and the "
            "display's line in /boot/firmware/config.txt."
        )
    ]


def test_spi_panels_are_the_slow_ones() -> None:
    kinds = {"card0-SPI-1": True, "card0-DSI-1": False, "card1-HDMI-A-1": False}
    assert {
        name: Candidate(Path("fb0"), "", (Connector(name, "connected"),)).is_slow for name in kinds
    } == kinds
