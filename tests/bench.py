"""What things cost, as counts and ratios measured in one run: ``python -m tests.bench [section ...]``.

Each section is a function that yields lines; a number of one machine says little about another, so what
is given is how many, how often, and how much faster than life. Times are processor time, so that a busy
machine does not change them; only a night is played in real time.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk.cli.rehearsal import Rehearsal
from kiosk.cli.script import Moment, Script, load, shipped
from kiosk.config.techniques import folders
from kiosk.config.techniques import load as load_techniques
from kiosk.core import night
from kiosk.core.clock import SimulatedClock
from kiosk.core.events import (
    ButtonPressed,
    ButtonReleased,
    Due,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    Tapped,
    WaterRead,
)
from kiosk.core.pages import Soak
from kiosk.core.rules import Rules
from kiosk.core.state import State
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.outputs import Outputs
from tests import bench_screen

HOUR: Ms = 60 * MINUTE

Lines = Iterator[str]


def _rules() -> Rules:
    return Rules(techniques=load_techniques(folders()[:1])[0])


class _Nothing:
    """Lamp, buzzer and backlight that count what reaches them."""

    def __init__(self) -> None:
        self.calls = 0

    def set(self, level: float) -> None:
        self.calls += 1

    def play(self, hertz: int, volume: object) -> None:
        self.calls += 1


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f} a second ({seconds / count * 1e6:.0f} us each)"


def transitions() -> Lines:
    """What one step of the night costs."""
    awake = night.transition(night.new(_rules()), ButtonPressed(), 0)[0]
    soaking = night.new(Rules(techniques=tuple(t for t in _rules().techniques if t.soak is not None)))
    now: Ms = 0
    while not isinstance(soaking.page, Soak):
        for event in (ButtonPressed(), ButtonReleased()):
            soaking = night.transition(soaking, event, now)[0]
    for _ in range(300):
        now += SECOND
        soaking = night.transition(soaking, WaterRead(38.0), now)[0]
    cases: list[tuple[str, State, Event, Ms]] = [
        ("a press asleep", night.new(_rules()), ButtonPressed(), 0),
        ("a beat's deadline", awake, Due(), 1000),
        ("a tap that means nothing", awake, Tapped(), 100),
        ("a fault found", awake, FaultFound(Fault.DISK), 100),
        ("a reading of the water, five minutes known", soaking, WaterRead(38.0), now + SECOND),
    ]
    for name, state, event, at in cases:
        count = 2000
        began = time.thread_time()
        for _ in range(count):
            night.transition(state, event, at)
        yield f"{name}: {_rate(count, time.thread_time() - began)}"
    count = 20_000
    began = time.thread_time()
    for _ in range(count):
        night.due(awake)
    yield f"asking when something is due: {_rate(count, time.thread_time() - began)}"


def nights() -> Lines:
    """How much faster than life a night is rehearsed."""
    scripts: list[tuple[str, Script]] = [(name, load(path)) for name, path in shipped().items()]
    scripts.append(("eight hours, a cramp each", _eight_hours()))
    for name, script in scripts:
        lines: list[str] = []
        rehearsal = Rehearsal(_rules(), script, lines.append)
        began = time.perf_counter()
        rehearsal.play_all()
        seconds = time.perf_counter() - began
        length = rehearsal.conductor.now / SECOND
        yield (
            f"{name}: {length / 3600:.1f} h of night in {seconds:.2f} s, "
            f"{length / seconds:,.0f} times as fast as life, {len(lines)} lines"
        )


def _eight_hours() -> Script:
    """A cramp every hour: a press, the whole relief left to itself to its end."""
    moments = tuple(Moment(at=f"{hour}:00:10", press=0.2) for hour in range(8))
    return Script(title="Eight hours", until="8:00:00", moment=moments)


def wakeups() -> Lines:
    """How often the conductor's thread has something to do."""
    asleep = _conductor()
    yield f"asleep: {_count_wakeups(asleep, 8 * HOUR) / 8:.0f} wake-ups an hour by itself"
    for event in (ButtonPressed(), ButtonReleased()):
        asleep.handle(event, asleep.now)
    yield f"the first ten minutes of a relief: {_count_wakeups(asleep, 10 * MINUTE)} wake-ups"
    yield f"from there until it sleeps again: {_count_wakeups(asleep, HOUR)} wake-ups"


def _conductor() -> Conductor:
    clock = SimulatedClock()
    nothing = _Nothing()
    return Conductor(
        night.new(_rules()),
        Outputs(nothing, nothing, nothing),
        clock,
        perform=lambda _: None,
        listeners=(lambda _: None,),
    )


def _count_wakeups(conductor: Conductor, length: Ms) -> int:
    end, count = conductor.now + length, 0
    while (due := conductor.next_due()) is not None and due <= end:
        conductor.advance(due)
        count += 1
    conductor.advance(end)
    return count


def edges() -> Lines:
    """What an edge of lamp or buzzer costs on top of the pattern itself."""
    nothing = _Nothing()
    conductor = _conductor()
    conductor._outputs = Outputs(nothing, nothing, nothing)
    for event in (ButtonPressed(), ButtonReleased()):
        conductor.handle(event, 0)
    began = time.thread_time()
    conductor.advance(10 * MINUTE - 1)
    seconds = time.thread_time() - began
    yield f"ten minutes of a relief: {nothing.calls} edges, {_rate(nothing.calls, seconds)}"
    yield f"share of those ten minutes: {seconds / 600:.5%}"
    started = conductor.state
    count = 20_000
    began = time.thread_time()
    for _ in range(count):
        conductor._outputs.next_moment(started, conductor.now)
    yield f"finding the next edge: {_rate(count, time.thread_time() - began)}"


def news() -> Lines:
    """How many events the night takes in when they come at once."""
    conductor = _conductor()
    count = 5000
    began = time.thread_time()
    for number in range(count):
        conductor.handle(FaultFound(Fault.DISK) if number % 2 else FaultCleared(Fault.DISK), number)
    yield f"served at once: {_rate(count, time.thread_time() - began)}"


#: Each section by its name: to add one, write a function that yields lines and name it here.
SECTIONS: dict[str, Callable[[], Lines]] = {
    "transitions": transitions,
    "nights": nights,
    "wakeups": wakeups,
    "edges": edges,
    "news": news,
    **bench_screen.SECTIONS,
}


def _section(name: str) -> str:
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"there is no section {name}; there are {', '.join(SECTIONS)}")
    return name


def main() -> int:
    """Run the sections named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("section", nargs="*", type=_section, help=f"of {', '.join(SECTIONS)}; without, all")
    chosen = parser.parse_args().section or list(SECTIONS)
    model = Path("/proc/device-tree/model")
    print(
        f"Python {sys.version.split()[0]}"
        + (f", {model.read_text().strip(chr(0))}" if model.exists() else "")
    )
    for name in chosen:
        section = SECTIONS[name]
        print(f"\n{name}: {(section.__doc__ or '').splitlines()[0]}")
        for line in section():
            print(f"  {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
