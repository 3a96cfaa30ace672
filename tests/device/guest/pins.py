"""Runs in the guest, where the kiosk is installed: uses the pins, and prints the result as JSON.

listen LIBRARY SECONDS BOUNCE   all edges of the button: [stamp, level, time of the call]; cost of waiting
anew TIMES SECONDS              calls read_anew TIMES times: seconds for each; then as "listen"
tones                           all tones of the night, one second each: [hertz, duty cycle, from, to]
hum                             a tone that does not end
"""

import json
import os
import sys
import time
from pathlib import Path

from kiosk.devices.pins import open_factory

BUTTON, BUZZER = 5, 13
READY = Path("/run/pins.ready")
#: Frequencies in Hz, each played with the duty cycles of the three volumes (``devices.buzzer.DUTY``).
TONES = (523, 587, 659, 698, 784, 1047)
SHARES = (0.05, 0.15, 0.5)


def wakeups() -> int:
    """Voluntary context switches of all threads but the main one: how often they went to sleep and woke."""
    main = str(Path("/proc/self").readlink())
    states = [
        path.read_text() for path in Path("/proc/self/task").glob("*/status") if path.parent.name != main
    ]
    return sum(int(state.split("\nvoluntary_ctxt_switches:")[1].split()[0]) for state in states)


def listen(library: str, seconds: str, bounce: str) -> dict[str, object]:
    heard: list[tuple[float, int, float]] = []

    def told(ticks: float, state: int) -> None:
        heard.append((ticks, state, time.monotonic()))

    with open_factory(library) as factory:
        pin = factory.pin(BUTTON)
        pin.input_with_pull("up")
        pin.bounce = float(bounce) or None
        pin.when_changed = told
        time.sleep(1)
        woken, busy, start = wakeups(), time.process_time(), time.monotonic()
        READY.touch()
        time.sleep(float(seconds))
        share = (time.process_time() - busy) / (time.monotonic() - start)
        woken = wakeups() - woken
    return {"heard": heard, "wakeups": woken, "share": share}


def anew(times: str, seconds: str) -> dict[str, object]:
    heard: list[tuple[float, int, float]] = []

    def told(ticks: float, state: int) -> None:
        heard.append((ticks, state, time.monotonic()))

    with open_factory("gpiod") as factory:
        pin = factory.pin(BUTTON)
        pin.input_with_pull("up")
        pin.bounce = 0.02
        pin.when_changed = told
        start = time.monotonic()
        for _ in range(int(times)):
            pin.read_anew()
        took = (time.monotonic() - start) / int(times)
        READY.touch()
        time.sleep(float(seconds))
    return {"heard": heard, "took": took}


def tones() -> list[tuple[float, float, float, float]]:
    played = []
    with open_factory("gpiod") as factory:
        pin = factory.pin(BUZZER)
        pin.output_with_state(False)
        for hertz in TONES:
            for share in SHARES:
                pin.frequency = hertz
                start = time.monotonic()
                pin.state = share
                time.sleep(1)
                end = time.monotonic()
                pin.frequency = None
                played.append((hertz, share, start, end))
                time.sleep(0.1)
    return played


def hum() -> None:
    pin = open_factory("gpiod").pin(BUZZER)
    pin.output_with_state(False)
    pin.frequency = 523
    pin.state = 0.5
    READY.write_text(str(os.getpid()))
    time.sleep(600)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    READY.unlink(missing_ok=True)
    print(json.dumps({"listen": listen, "anew": anew, "tones": tones, "hum": hum}[command](*arguments)))
