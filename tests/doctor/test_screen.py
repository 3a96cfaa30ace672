"""The doctor looks at screen, touch and backlight."""

import re

import pytest

from kiosk.doctor import screen
from kiosk.doctor.finding import note
from tests.doctor.pi import RUNNING, TOUCH, told

BUILT_IN = ("note", "/dev/fb0 (vc4drmfb): the built-in panel DSI-1 is connected.", "")


def test_a_monitor_beside_the_panel(pi):
    pi.card("card0", "devices/hdmi", HDMI="disconnected")
    pi.framebuffer("fb1", "devices/hdmi", "vc4hdmi")
    found = screen.check_screen(pi.machine())
    assert told(found) == [
        ("ok", "The picture goes to /dev/fb0.", ""),
        BUILT_IN,
        ("note", "/dev/fb1 (vc4hdmi): nothing is connected to HDMI-1.", ""),
    ]
    assert [each.facts for each in found] == [
        {"chosen": "/dev/fb0"},
        {"device": "/dev/fb0", "name": "vc4drmfb", "sockets": ["card1-DSI-1 connected"]},
        {"device": "/dev/fb1", "name": "vc4hdmi", "sockets": ["card0-HDMI-1 disconnected"]},
    ]


def test_nothing_is_connected(pi):
    pi.put("sys/class/drm/card1-DSI-1/status", "disconnected\n")
    assert told(screen.check_screen(pi.machine())) == [
        ("problem", "No screen is connected.", "Check the panel's cable, then restart the device."),
        ("note", "/dev/fb0 (vc4drmfb): nothing is connected to DSI-1.", ""),
    ]


def test_a_screen_without_a_framebuffer(pi):
    pi.take("sys/class/graphics/fb0")
    assert told(screen.check_screen(pi.machine())) == [
        (
            "problem",
            "There is no screen: the kernel offers no framebuffer.",
            "Connect the panel before switching on; config.txt needs dtoverlay=vc4-kms-v3d.",
        ),
        (
            "note",
            "card1-DSI-1 is connected, but its card has no framebuffer.",
            'Set screen.display to "desktop" to draw there all the same.',
        ),
    ]


def test_on_a_computer_without_a_screen_nobody_is_sent_to_config_txt(pi):
    pi.take("proc/device-tree/model")
    pi.take("sys/class/graphics/fb0")
    assert screen.check_screen(pi.machine())[0].remedy == (
        "Connect the panel before switching on, or run cramp-kiosk in a desktop."
    )


def test_a_screen_that_may_not_be_used(pi):
    pi.forbidden = {"/dev/fb0"}
    assert told(screen.check_screen(pi.machine())) == [
        (
            "problem",
            "/dev/fb0 may not be used by this user.",
            "Run sudo usermod -aG video $USER and log in again, or use sudo cramp-kiosk doctor.",
        ),
        BUILT_IN,
    ]


def test_pixels_that_cannot_be_drawn(pi):
    pi.put("sys/class/graphics/fb0/bits_per_pixel", "8\n")
    pi.put("sys/class/graphics/fb0/virtual_size", "800,480\n")
    remedy = 'Set framebuffer_depth=32 in config.txt, or display = "desktop" under [screen].'
    assert told(screen.check_screen(pi.machine()))[0] == (
        "problem",
        "/dev/fb0 has 8 bits a pixel, or a palette; colours of 16, 24 and 32 bits can be drawn.",
        remedy,
    )
    pi.put("sys/class/graphics/fb0/bits_per_pixel", "32\n")
    pi.put("sys/class/graphics/fb0/stride", "1600\n")
    assert told(screen.check_screen(pi.machine()))[0] == (
        "problem",
        "/dev/fb0 contradicts itself: 800 pixels of 32 bits are no line of 1600 bytes.",
        remedy,
    )
    pi.put("sys/class/graphics/fb0/stride", "3200\n")
    assert told(screen.check_screen(pi.machine())) == [("ok", "The picture goes to /dev/fb0.", ""), BUILT_IN]


@pytest.mark.parametrize("overlay", ["vc4-kms-dpi-hyperpixel2r", "hyperpixel2r", "gc9a01"])
def test_a_round_panel_is_said_to_be_unsupported(pi, overlay):
    pi.put("sys/class/drm/card1-DSI-1/modes", "480x480\n")
    pi.put("boot/firmware/config.txt", f"dtoverlay={overlay}\n")
    assert told(screen.check_screen(pi.machine()))[-1] == (
        "problem",
        "The panel is round. That is not supported: words and targets lie in its corners.",
        "Use a rectangular panel: screen.panel is a diagonal, a round one has a diameter.",
    )


@pytest.mark.parametrize(
    "text",
    ["#dtoverlay=hyperpixel2r\n", "[none]\ndtoverlay=hyperpixel2r\n", "dtoverlay=hyperpixel2r-not\n"],
    ids=["a comment", "for no board", "another one"],
)
def test_what_the_firmware_does_not_load_makes_no_panel_round(pi, text):
    pi.put("sys/class/drm/card1-DSI-1/modes", "480x480\n")
    pi.put("boot/firmware/config.txt", text)
    assert told(screen.check_screen(pi.machine()))[-1][0] == "note"


@pytest.mark.parametrize(
    "place",
    [
        "sys/class/graphics/fb0/virtual_size",
        "sys/class/graphics/fb0/modes",
        "sys/class/drm/card1-DSI-1/modes",
    ],
)
@pytest.mark.parametrize("side", [480, 720, 800, 1080])
def test_a_panel_as_wide_as_high_may_be_round(pi, place, side):
    """HyperPixel 4 Square and the round ones by Waveshare say the same."""
    pi.put(place, f"{side},{side}\n" if place.endswith("size") else f"U:{side}x{side}p-0\n")
    assert told(screen.check_screen(pi.machine()))[-1] == (
        "note",
        f"The panel has {side} pixels across and as many down. If it is round, it is not supported.",
        "Use a rectangular panel. Of a square one screen.panel is the diagonal, not the side.",
    )


def test_a_desktop_is_told_unless_the_service_has_the_screen(pi):
    pi.environ = {"WAYLAND_DISPLAY": "wayland-0"}
    assert screen.check_screen(pi.machine())[-1] == note(
        "screen.desktop", "A desktop is running: cramp-kiosk run opens a window in it."
    )
    pi.unit = RUNNING
    assert told(screen.check_screen(pi.machine()))[-1] == BUILT_IN


def test_a_desktop_that_is_named_and_not_there(pi):
    pi.environ = {"DISPLAY": ":7"}
    pi.no_window = "No window could be opened: nobody answers at DISPLAY=:7."
    assert told(screen.check_screen(pi.machine()))[-1] == ("note", pi.no_window, "")


def test_a_touch_panel_that_may_not_be_read_and_no_library(pi):
    pi.forbidden = {"/dev/input/event4"}
    pi.missing = {"evdev"}
    assert told(screen.check_touch(pi.machine())) == [
        (
            "problem",
            "/dev/input/event4 may not be used by this user.",
            "Run sudo usermod -aG input $USER and log in again, or use sudo cramp-kiosk doctor.",
        ),
        (
            "problem",
            "The library evdev is not installed, so touch does not work without a desktop.",
            "Run sudo apt install python3-evdev, or pip install 'cramp-kiosk[pi]'.",
        ),
    ]


def test_no_touch_panel_is_no_problem(pi):
    pi.put("proc/bus/input/devices", "")
    assert told(screen.check_touch(pi.machine())) == [
        ("note", "There is no touch panel; the button alone leads through the night.", "")
    ]


def test_a_32_bit_system_writes_its_bits_in_shorter_words():
    halves = TOUCH.replace("400 0 0 0 0 0", "400 0 0 0 0 0 0 0 0 0 0").replace("260800000000003", "2608000 3")
    assert screen.touch_panels(halves, word_bits=32) == [("event4", "generic ft5x06 (79)")]


def test_a_light_that_may_not_be_set(pi):
    pi.forbidden = {"/sys/class/backlight/10-0045/brightness"}
    assert screen.check_backlight(pi.machine())[0].says == (
        "/sys/class/backlight/10-0045/brightness may not be used by this user."
    )


def light(pi, name: str, device: str, most: int = 255) -> None:
    pi.put(f"sys/class/backlight/{name}/max_brightness", f"{most}\n")
    pi.put(f"sys/class/backlight/{name}/brightness", f"{most}\n")
    (pi.root / "sys" / device).mkdir(parents=True, exist_ok=True)
    (pi.root / "sys/class/backlight" / name / "device").symlink_to(pi.root / "sys" / device)


def lights(pi) -> list[tuple[str, str]]:
    """The sentences about them, without the path of the tree."""
    found = told(screen.check_backlight(pi.machine()))
    return [(level, re.sub(r"\S*/sys/class/backlight/", "", says)) for level, says, _remedy in found]


def test_of_several_lights_which_and_why(pi):
    light(pi, "panel", "devices/dsi", most=31)
    light(pi, "panel2", "devices/dsi")
    (pi.root / "sys/devices/spi").mkdir()
    pi.framebuffer("fb1", "devices/spi", "fb_ili9486")
    light(pi, "fb_ili9486", "devices/spi")
    assert lights(pi) == [
        ("ok", "The backlight is panel, 0 to 31."),
        (
            "note",
            "The backlight panel2 is left alone: the other one is the panel's, too, and comes first.",
        ),
        (
            "note",
            "The backlight 10-0045 is left alone: the other one is nearer to the panel.",
        ),
        (
            "note",
            "The backlight fb_ili9486 is another panel's; the service leaves it dark.",
        ),
    ]
    found = screen.check_backlight(pi.machine())
    assert [each.facts["kin"] for each in found] == ["device", "device", "unknown", "stranger"]


def test_a_light_that_is_passed_over(pi):
    light(pi, "panel", "devices/dsi")
    light(pi, "front", "devices/leds")
    pi.forbidden = {"/sys/class/backlight/panel/brightness"}
    assert lights(pi) == [
        ("ok", "The backlight is 10-0045, 0 to 255."),
        (
            "note",
            "The backlight front is left alone: whether it is the panel's, the kernel does not say.",
        ),
        ("note", "The backlight panel is passed over: it may not be written."),
    ]
