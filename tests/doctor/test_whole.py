"""``cramp-kiosk doctor``: a healthy Pi gets a clean bill; a check that fails is a finding, too."""

import gettext
import threading

import msgspec

from kiosk import __version__, doctor, i18n
from kiosk.devices.pins import PinsUnavailable
from kiosk.doctor import pins, report
from kiosk.doctor.finding import GROUPS, Level, fine, problem
from tests.cli.test_commands import Marked
from tests.doctor.pi import MODEL, PROBE, RUNNING, WARM, Pi


def test_a_healthy_device_gets_a_clean_bill(pi):
    page = report.text(doctor.examine(pi.machine()), width=200)
    assert (
        page.replace(str(pi.root), "")
        == f"""\
Device
  ok       {MODEL}, revision c03115
  ok       Debian GNU/Linux 13 (trixie), Linux 6.12.34+rpt-rpi-v8
  ok       The supply voltage is high enough.
  ok       The board's watchdog restarts a system that hangs, after 15 seconds.

Button, lamp, buzzer
  ok       The pins are reached through {wires_name()} (the usual one).
  ok       The button on GPIO5 is up.
  note     Ways to the pins: {ways()}.
  note     Tones are made in software; the PWM hardware is not switched on for them.
           -> For cleaner ones: sudo cramp-kiosk setup --pwm.
  ok       /boot/firmware/config.txt has everything that is needed.

Water probe
  ok       {PROBE} says 38.5 degrees, CRC right ({LINE}).

Screen and touch
  ok       The picture goes to /dev/fb0.
  note     /dev/fb0 (vc4drmfb): the built-in panel DSI-1 is connected.
  ok       The touch panel is generic ft5x06 (79) (/dev/input/event4).
  ok       The backlight is /sys/class/backlight/10-0045, 0 to 255.

Diary, disk, clock
  ok       Nothing is in the diary yet (/var/lib/cramp-kiosk/diary.db).
  ok       12000 MB are free on /.
  ok       The clock has been set by the network.

Settings
  ok       The settings are right, and so are 7 techniques.

Service
  note     The service is not installed here.
  ok       You are pi, in video, render, input, gpio.

All is well."""
    )


LINE = " / ".join(WARM.splitlines())


def wires_name() -> str:
    return next(iter(pins.FACTORIES))


def ways() -> str:
    states = {
        "gpiod": "not installed",
        "lgpio": "installed, but it polls all night",
        "rpigpio": "RPi.GPIO notices no presses on Linux 6.6 and newer",
    }
    return "; ".join(f"{name}: {states[name]}" for name in pins.FACTORIES if name in states)


def test_every_sentence_goes_through_gettext(pi):
    pi.take("boot/firmware/config.txt")
    pi.unit = RUNNING | {"NRestarts": "7"}
    i18n.use(Marked())
    try:
        page = report.text(doctor.examine(pi.machine()), width=1000)
    finally:
        i18n.use(gettext.NullTranslations())
    assert [line for line in page.splitlines() if line and "«" not in line] == []


def test_a_bare_machine_without_anything(tmp_path, monkeypatch):
    """Nothing at all in the tree: every check still answers, and none needs the real machine."""
    pi = Pi(tmp_path / "pi")
    pi.root = tmp_path / "empty"
    pi.root.mkdir()
    pi.unit = {}
    pi.opening = PinsUnavailable("This is not a Raspberry Pi: it has no pins to use.")
    findings = doctor.examine(pi.machine())
    assert [(f.check, f.level.value) for f in findings if not f.check.startswith("settings")] == [
        ("device.board", "note"),
        ("device.system", "ok"),
        ("pins.library", "problem"),
        ("pins.libraries", "note"),
        ("pins.pwm", "note"),
        ("probe.bus", "note"),
        ("screen.panel", "problem"),
        ("screen.touch", "note"),
        ("screen.backlight", "note"),
        ("memory.diary", "ok"),
        ("memory.disk", "ok"),
        ("memory.clock", "note"),
        ("service.unit", "note"),
        ("service.groups", "ok"),
    ]
    assert all(finding.remedy for finding in findings if finding.level is Level.PROBLEM)


def test_setup_is_not_advised_on_a_pc(pi):
    pi.take("proc/device-tree")
    pi.take("sys/bus/w1")
    page = report.text(doctor.examine(pi.machine()), width=1000)
    assert "This is not a Raspberry Pi." in page
    assert "There is no 1-Wire bus here, so no probe can be read." in page
    assert "cramp-kiosk setup" not in page


def test_a_check_that_raises_is_a_finding(pi):
    def broken(_machine):
        raise ValueError("no such luck")

    assert doctor.examine(pi.machine(), [("pins.pwm", broken)]) == [
        problem(
            "pins.pwm",
            "This could not be looked at: ValueError: no such luck.",
            "Please report it, with this line.",
        )
    ]


def test_a_check_that_hangs_is_a_finding(pi):
    never = threading.Event()
    try:
        assert doctor.examine(pi.machine(), [("probe.bus", lambda _: never.wait())], limit=0.01) == [
            problem(
                "probe.bus",
                "This took longer than 0 seconds to look at.",
                "Restart the device, then try again.",
            )
        ]
    finally:
        never.set()


def test_every_check_is_told_in_a_group(pi):
    assert {name.split(".")[0] for name, _check in doctor.CHECKS} == set(GROUPS)


def test_the_page_is_as_wide_as_asked_and_counts_the_problems():
    found = [
        problem("pins.button", "The button on GPIO5 cannot be read.", "End the other program that uses it."),
        fine("device.board", MODEL),
    ]
    assert (
        report.text(found, 40)
        == """\
Device
  ok       Raspberry Pi 4 Model B Rev
           1.5

Button, lamp, buzzer
  PROBLEM  The button on GPIO5 cannot be
           read.
           -> End the other program that
              uses it.

1 problem found."""
    )


def test_json_says_the_same_to_machines():
    found = [problem("pins.button", "It is down.", "Let go.", pin=5)]
    assert msgspec.json.decode(report.json(found)) == {
        "schema": 1,
        "version": __version__,
        "problems": 1,
        "findings": [
            {
                "check": "pins.button",
                "level": "problem",
                "says": "It is down.",
                "remedy": "Let go.",
                "facts": {"pin": 5},
            }
        ],
    }
