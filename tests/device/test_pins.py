"""The pin factory on a real kernel: edges, debouncing, tones, what waiting costs, and a kill."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.device import product, spans
from tests.device.conftest import figure
from tests.device.rig import BUTTON, BUZZER, Rig

GUEST = "/tmp/pins_guest.py"
PYTHON = f"cd /tmp && PYTHONPATH={product.MODULES} python3 {GUEST}"
BOUNCE = (2, 1, 1, 2)
#: From contact to rest: 6 ms of BOUNCE; the kernel then waits 20 ms, in ticks of 4.
SETTLED = (0.026, 0.031)
#: The processor is slow here and shared: what was due may come so much later, in seconds.
LATE = 0.060
#: How far a tone may be off, as a share.
OFF_TUNE = 0.08


@pytest.fixture
def pins(rig: Rig) -> Rig:
    """The device with its service stopped, so that the pins are free."""
    rig.guest(f"systemctl stop {product.UNIT}")
    rig.put((Path(__file__).parent / "guest/pins.py").read_bytes(), GUEST)
    rig.clear_edges()
    return rig


def begin(rig: Rig, command: str) -> None:
    """Start ``guest/pins.py``, and wait until it is ready."""
    rig.guest(f"rm -f /run/pins.ready; ({PYTHON} {command}) > /tmp/pins.json 2>/tmp/pins.err &")
    if not rig.until(lambda: "yes" in rig.guest("test -e /run/pins.ready && echo yes; true"), timeout=60):
        raise AssertionError(rig.guest("cat /tmp/pins.err"))


def ended(rig: Rig, *, timeout: float = 60) -> Any:
    """Wait for its end; return its output."""
    assert rig.until(lambda: rig.guest("cat /tmp/pins.json").strip(), timeout=timeout)
    return json.loads(rig.guest("cat /tmp/pins.json"))


def test_a_bouncing_press_is_two_edges_stamped_by_the_kernel(pins: Rig) -> None:
    """A lone spike after each press is none."""
    begin(pins, "listen gpiod 30 0.02")
    contacts = []
    for _ in range(10):
        contacts.append(pins.press(ms=150, bounce=BOUNCE))
        pins.wait(0.5)
        pins.press(ms=5)
        pins.wait(0.5)
    heard = ended(pins)["heard"]
    assert [level for _, level, _ in heard] == [0, 1] * len(contacts)
    settled = [stamp - contact for contact, (stamp, _, _) in zip(contacts, heard[::2], strict=True)]
    told = [when - stamp for stamp, _, when in heard]
    figure(
        "gpiod: contact (6 ms of bounces, 20 ms of debounce) -> edge p50 "
        f"{spans.percentile(settled, 50) * 1000:.1f} ms, max {max(settled) * 1000:.1f} ms; edge -> told p50 "
        f"{spans.percentile(told, 50) * 1000:.1f} ms, max {max(told) * 1000:.1f} ms"
    )
    assert min(settled) >= SETTLED[0]
    assert max(settled) < SETTLED[1] + LATE
    assert spans.percentile(told, 50) < LATE


def test_how_long_a_press_must_be(pins: Rig) -> None:
    """The kernel waits 20 ms, then for its next tick of 4, then until it gets to it: at 20 never, at 24
    nearly always, at 30 always."""
    begin(pins, "listen gpiod 120 0.02")
    presses = []
    for number in range(5 * 18):
        length = 0.016 + 0.001 * (number % 18)
        contact, release = pins.call("play", steps=[(0, BUTTON, 0), (length, BUTTON, 1)])
        presses.append((contact, release - contact))
        pins.wait(0.15)
    pressed = [stamp for stamp, level, _ in ended(pins, timeout=150)["heard"] if level == 0]
    counts = [
        (length, any(contact < stamp < contact + 0.1 for stamp in pressed)) for contact, length in presses
    ]
    between = [counted for length, counted in counts if 0.0205 < length < 0.0240]
    figure(f"presses of 21 to 24 ms: {sum(between)} of {len(between)} count")
    assert [length for length, counted in counts if counted and length < 0.0200] == []
    assert [length for length, counted in counts if not counted and length > 0.0300] == []


def test_reading_the_line_anew_loses_no_press_after_it(pins: Rig) -> None:
    """What the button does with each sign of life, a thousand times over; then edges come as ever."""
    begin(pins, "anew 1000 20")
    for _ in range(3):
        pins.press(ms=150)
        pins.wait(0.5)
    told = ended(pins)
    figure(f"a line is read anew in {told['took'] * 1000:.2f} ms")
    assert [level for _, level, _ in told["heard"]] == [0, 1] * 3
    assert told["took"] < 0.005


def test_without_debouncing_edges_are_told_as_they_come(pins: Rig) -> None:
    """Not all of them: the kernel reads the level when it gets to it, and may be late for a bounce."""
    begin(pins, "listen gpiod 8 0")
    contact = pins.press(ms=150, bounce=BOUNCE)
    heard = ended(pins)["heard"]
    stamps = [stamp for stamp, _, _ in heard]
    assert (heard[0][1], heard[-1][1]) == (0, 1)
    assert 2 < len(heard) <= 12
    assert stamps == sorted(stamps)
    assert 0 <= stamps[0] - contact < LATE


def test_waiting_for_a_press_costs_nothing(pins: Rig) -> None:
    cost = {}
    for library in ("gpiod", "lgpio"):
        begin(pins, f"listen {library} 30 0.02")
        cost[library] = ended(pins)
        figure(
            f"{library}, one button armed for 30 s: {cost[library]['wakeups']} wake-ups, "
            f"{100 * cost[library]['share']:.2f} % of a processor"
        )
    assert cost["gpiod"]["wakeups"] == 0
    assert cost["gpiod"]["share"] < 0.002
    assert cost["gpiod"]["heard"] == []


def test_tones_are_in_tune(pins: Rig) -> None:
    played = json.loads(pins.guest(f"{PYTHON} tones", timeout=120))
    edges = [edge for edge in pins.edges([BUZZER]) if edge.level is not None]
    off = []
    for hertz, share, start, end in played:
        sound = [edge for edge in edges if start <= edge.at <= end]
        heard = spans.hertz(sound, start + 0.020, end)
        highs = [b.at - a.at for a, b in itertools.pairwise(sound) if a.level]
        off.append(abs(heard / hertz - 1))
        figure(
            f"{hertz} Hz, {100 * share:.0f} %: {heard:.1f} Hz, high for "
            f"{spans.percentile(highs, 50) * hertz * 100:.0f} %"
        )
    figure(f"pitch off by {100 * spans.percentile(off, 50):.1f} % (p50), {100 * max(off):.1f} % at most")
    assert max(off) < OFF_TUNE
    assert spans.percentile(off, 50) < OFF_TUNE / 4
    silence = [edge for edge in edges if edge.at > played[-1][3] + LATE]
    assert silence == []


def test_a_kill_in_the_middle_of_a_tone_ends_it_and_frees_the_line(pins: Rig) -> None:
    begin(pins, "hum")
    taken = pins.call("run", timeout=60, cmd="cramp-kiosk safe-outputs")
    assert taken["rc"] == 1
    assert "GPIO13 is in use by cramp-kiosk, outside this program" in taken["err"]

    killed = pins.now()
    pins.guest("kill -9 $(cat /run/pins.ready)")
    pins.wait(2)
    after = [edge for edge in pins.edges([BUZZER], killed - 0.5) if edge.level is not None]
    assert after[-1].level == 0
    figure(
        f"killed in the middle of a tone: silent {(after[-1].at - killed) * 1000:.0f} ms after asking for it"
    )
    assert after[-1].at < killed + 1

    assert pins.guest("cramp-kiosk safe-outputs") == ""
    assert [edge.level for edge in pins.edges([BUZZER], killed + 1) if edge.level] == []
