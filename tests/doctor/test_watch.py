"""``doctor --watch``: a line for each change of button, touch and probe."""

import queue

from kiosk.core.events import (
    ButtonName,
    ButtonPressed,
    ButtonReleased,
    Fault,
    FaultCleared,
    FaultFound,
    ProbeError,
    WaterRead,
)
from kiosk.devices.pins import PinsUnavailable
from kiosk.display.base import Contact
from kiosk.doctor import watch as module
from kiosk.doctor.watch import clock_time, watch
from tests.doctor.pi import RUNNING, Pi

HINT = "Press the button, touch the screen, dip the probe. Ctrl-C ends this."


class Quiet:
    """Replaces what reads on its own threads; records whether it was opened and closed."""

    def __init__(self, log: list[str], name: str) -> None:
        self.log, self.name = log, name

    def __call__(self, *_arguments, **_more) -> "Quiet":
        return self

    def start(self) -> None:
        self.log.append(f"{self.name} on")

    def close(self) -> None:
        self.log.append(f"{self.name} off")

    def __enter__(self) -> "Quiet":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def seen(pi: Pi, monkeypatch, *events: object, find=lambda _known: []) -> tuple[list[str], list[str]]:
    """What is printed for these events, and what was switched on and off."""
    log: list[str] = []
    monkeypatch.setattr(module, "Probe", Quiet(log, "probe"))
    monkeypatch.setattr(module, "TouchReader", Quiet(log, "touch"))
    inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if line == HINT:
            for event in (*events, None):
                inbox.put(event)

    watch(pi.machine(), say, inbox=inbox, now=lambda: "03:12:00", find=find)
    return said, log


def test_each_change_is_told_once(pi, monkeypatch):
    said, log = seen(
        pi,
        monkeypatch,
        ButtonPressed(),
        ButtonReleased(),
        WaterRead(38.44),
        WaterRead(38.41),
        WaterRead(None, ProbeError.NO_PROBE),
        Contact("down", 50, 30, 0, 0),
    )
    assert said == [
        HINT,
        "03:12:00  button: up",
        "03:12:00  button: down",
        "03:12:00  button: up",
        "03:12:00  probe: 38.4 degrees",
        "03:12:00  probe: no reading (no-probe)",
        "03:12:00  touch: down at 50 % from the left, 30 % from the top",
    ]
    assert log == ["probe on", "touch on", "touch off", "probe off"]


def test_each_button_is_told_apart_from_the_others(pi, monkeypatch):
    presses = [ButtonPressed(name) for name in ButtonName]
    first, *told = seen(pi, monkeypatch, *presses)[0]
    assert first == HINT
    assert len({*told}) == len(told) == 2 * len(ButtonName)


def test_a_button_that_is_down_from_the_start(pi, monkeypatch):
    monkeypatch.setattr(module.Button, "is_pressed", True)
    assert seen(pi, monkeypatch)[0] == [HINT, "03:12:00  button: down"]


def test_while_the_service_runs_probe_and_touch_are_shown(pi, monkeypatch):
    pi.unit = RUNNING
    assert seen(pi, monkeypatch, WaterRead(21.0))[0] == [
        "The service holds the button: sudo systemctl stop cramp-kiosk to see it here.",
        HINT,
        "03:12:00  probe: 21.0 degrees",
    ]


def test_without_pins_and_without_evdev_it_says_so(pi, monkeypatch):
    pi.opening = PinsUnavailable("This is not a Raspberry Pi: it has no pins to use.")
    pi.missing = {"evdev"}
    said, log = seen(pi, monkeypatch, find=None)
    assert said == [
        "This is not a Raspberry Pi: it has no pins to use.",
        "The library evdev is not installed, so touches cannot be seen here.",
        HINT,
    ]
    assert log == ["probe on", "probe off"]


def test_the_pins_are_given_back(pi, monkeypatch):
    closed = []
    monkeypatch.setattr(pi.factory, "close", lambda: closed.append("pins"))
    seen(pi, monkeypatch)
    assert closed == ["pins"]


def test_the_time_of_a_line():
    assert len(clock_time()) == len("03:12:00")


def test_a_button_that_does_not_answer_for_a_while(pi, monkeypatch):
    gone, back = FaultFound(Fault.NO_GPIO), FaultCleared(Fault.NO_GPIO)
    stuck = FaultFound(Fault.BUTTON_STUCK)  # the first level that could be read
    assert seen(pi, monkeypatch, gone, back, stuck, ButtonReleased())[0] == [
        HINT,
        "03:12:00  button: up",
        "03:12:00  The button does not answer.",
        "03:12:00  The button answers again.",
        "03:12:00  button: down",
        "03:12:00  button: up",
    ]
