"""The doctor looks at screen, touch and backlight."""

from kiosk.doctor import glass
from kiosk.doctor.finding import note
from tests.doctor.pi import RUNNING, TOUCH, told

BUILT_IN = ("note", "/dev/fb0 (vc4drmfb): the built-in panel DSI-1 is connected.", "")


def test_a_monitor_beside_the_panel(pi):
    pi.card("card0", "devices/hdmi", HDMI="disconnected")
    pi.framebuffer("fb1", "devices/hdmi", "vc4hdmi")
    found = glass.check_screen(pi.machine())
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
    assert told(glass.check_screen(pi.machine())) == [
        ("problem", "No screen is connected.", "Check the panel's cable, then restart the device."),
        ("note", "/dev/fb0 (vc4drmfb): nothing is connected to DSI-1.", ""),
    ]


def test_a_screen_without_a_framebuffer(pi):
    pi.take("sys/class/graphics/fb0")
    assert told(glass.check_screen(pi.machine())) == [
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


def test_a_screen_that_may_not_be_used(pi):
    pi.forbidden = {"/dev/fb0"}
    assert told(glass.check_screen(pi.machine())) == [
        (
            "problem",
            "/dev/fb0 may not be used by this user.",
            "Run sudo usermod -aG video $USER and log in again, or use sudo cramp-kiosk doctor.",
        ),
        BUILT_IN,
    ]


def test_a_desktop_is_told_unless_the_service_has_the_screen(pi):
    pi.environ = {"WAYLAND_DISPLAY": "wayland-0"}
    assert glass.check_screen(pi.machine())[-1] == note(
        "screen.desktop", "A desktop is running: cramp-kiosk run opens a window in it."
    )
    pi.unit = RUNNING
    assert told(glass.check_screen(pi.machine()))[-1] == BUILT_IN


def test_a_touch_panel_that_may_not_be_read_and_no_library(pi):
    pi.forbidden = {"/dev/input/event4"}
    pi.missing = {"evdev"}
    assert told(glass.check_touch(pi.machine())) == [
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
    assert told(glass.check_touch(pi.machine())) == [
        ("note", "There is no touch panel; the button alone leads through the night.", "")
    ]


def test_a_32_bit_system_writes_its_bits_in_shorter_words():
    halves = TOUCH.replace("400 0 0 0 0 0", "400 0 0 0 0 0 0 0 0 0 0").replace("260800000000003", "2608000 3")
    assert glass.touch_panels(halves, word_bits=32) == [("event4", "generic ft5x06 (79)")]


def test_a_light_that_may_not_be_set(pi):
    pi.forbidden = {"/sys/class/backlight/10-0045/brightness"}
    assert glass.check_backlight(pi.machine())[0].says == (
        "/sys/class/backlight/10-0045/brightness may not be used by this user."
    )
