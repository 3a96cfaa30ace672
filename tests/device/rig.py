"""The emulated bedside device, operated as a person operates the real one.

    with Rig(Path(".rig")) as rig:
        rig.boot(fresh=True)
        since = rig.press(BUTTON, ms=80)
        rig.wait_edge(LAMP, 1, since=since)
        rig.tap(400, 240)
        rig.set_water(38.5)
        rig.screenshot(Path("a.png"))

All times are the guest's CLOCK_MONOTONIC in seconds, so that differences of presses and edges are meaningful.
"""

import base64
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from tests.device.qemu import Machine, RigError

T = TypeVar("T")

#: Pins as BCM numbers; ``hardware/pinmap.toml``.
BUTTON, LAMP, BUZZER = 5, 12, 13

_FAULTS = {"crc": 1, "missing": 2, "reset": 3, "shorted": 4}
_BUS = "/sys/bus/w1/devices/w1_bus_master1"


class Edge(NamedTuple):
    """A write to a line by its owner: ``level`` is 0 or 1, or None if it became an input."""

    at: float
    pin: int
    level: int | None


class Rig(Machine):
    """A machine with button, lamp, buzzer, touch screen and probe."""

    def guest(self, command: str, *, timeout: float = 60) -> str:
        """Run a shell command as root in the guest; return its standard output.

        ``timeout`` is in seconds of the guest. Raises ``RigError`` if the command fails.
        """
        result = self.call("run", timeout=timeout, cmd=command)
        if result["rc"]:
            raise RigError(f"guest: {command!r} -> {result['rc']}\n{result['out']}{result['err']}")
        return str(result["out"])

    def put(self, data: bytes, path: str, mode: int = 0o644) -> None:
        """Write a file in the guest; missing folders are created."""
        self.call("put", path=path, data=base64.b64encode(data).decode(), mode=mode)

    def get(self, path: str) -> bytes:
        """Read a file of the guest."""
        return base64.b64decode(self.call("get", path=path))

    def load(self, count: int, *, idly: bool = False) -> None:
        """Start ``count`` programs that use as much processor time as they get; ``restore`` ends them.

        ``idly`` True runs them with SCHED_IDLE. The guest then is never idle, so that its clock advances with
        its instructions only and does not depend on the host's load.
        """
        first = "chrt -i 0 " if idly else ""
        self.guest(f"for _ in $(seq {count}); do {first}sh -c 'while :; do :; done' >/dev/null 2>&1 & done")

    # --- button, lamp, buzzer

    def press(self, pin: int = BUTTON, *, ms: int = 80, bounce: Sequence[int] = ()) -> float:
        """Press a button that is wired to ground for ``ms``; return the time of the first contact.

        ``bounce`` is the contact bounce at each end: (ms closed, ms open, ...). Raises ``ValueError`` if its
        length is odd.
        """
        if len(bounce) % 2:
            raise ValueError("bounce needs pairs: closed, open")
        steps: list[tuple[float, int, int]] = [(0, pin, 0)]
        steps += [(wait / 1000, pin, 1 - number % 2) for number, wait in enumerate(bounce)]
        steps += [(ms / 1000, pin, 1)]
        steps += [(wait / 1000, pin, number % 2) for number, wait in enumerate(bounce)]
        return float(self.call("play", steps=steps, timeout=60 + ms / 100)[0])

    def hold_line(self, pin: int, level: int) -> None:
        """Set a steady level on an input line, as of a stuck button."""
        self.call("play", steps=[(0, pin, level)])

    def lose_edges(self, lost: bool) -> None:
        """Let levels change without an interrupt from now on (True), or with one again (False)."""
        self.guest(f"echo {int(lost)} > /sys/module/gpio_sim_rig/parameters/deaf")

    def line(self, pin: int) -> int:
        """The current level of a line."""
        return int(self.call("line", pin=pin))

    def edges(self, pins: Sequence[int], since: float = 0.0) -> list[Edge]:
        """All changes that owners wrote to these lines, with the kernel's time stamps (1 us)."""
        return [Edge(*edge) for edge in self.call("edges", pins=list(pins), since=since, timeout=120)]

    def clear_edges(self) -> None:
        """Clear the trace. Its buffer (16 MiB per processor) holds about four minutes of a steady tone."""
        self.call("clear")

    def wait_edge(self, pin: int, level: int, *, since: float, timeout: float = 10) -> float:
        """Wait until the line becomes ``level`` after ``since``; return when it did.

        Raises ``RigError`` after ``timeout`` seconds.
        """

        def found() -> float | None:
            return next((edge.at for edge in self.edges([pin], since) if edge.level == level), None)

        at = self.until(found, timeout=timeout)
        if at is None:
            raise RigError(f"GPIO{pin} did not become {level} in {timeout} s of the device's time")
        return at

    # --- probe

    def set_water(self, what: float | str, *, at_once: bool = False) -> None:
        """Set the water in degrees Celsius, or a fault: "crc", "missing", "reset" (85 degrees) or "shorted".

        The kernel detects a new or missing probe in its bus searches, every 10 s (a missing one after about
        100 s); ``at_once`` makes it search now.
        """
        if isinstance(what, str):
            self.call("water", fault=_FAULTS[what])
        else:
            self.call("water", fault=0, temp_mc=round(what * 1000))
        if at_once:
            if what == "missing":
                self.guest(
                    f"cd {_BUS}; for d in 28-*; do [ -d $d ] && echo $d > w1_master_remove; done; true"
                )
            self.guest(f"cd {_BUS}; echo 1 > w1_master_search; sleep 0.3; echo -1 > w1_master_search")

    def set_probes(self, **parameters: int) -> None:
        """Set parameters of ``kmod/w1_sim.c``, such as those of more probes, and search the bus now."""
        self.call("water", **parameters)
        self.guest(f"cd {_BUS}; echo 1 > w1_master_search; sleep 0.3; echo -1 > w1_master_search")

    def until(self, look: Callable[[], T], *, timeout: float = 15, every: float = 0.3) -> T:
        """Call ``look`` every ``every`` seconds until it returns something true, at most for ``timeout``
        seconds (of the guest); return its last result."""
        end = self.now() + timeout
        while not (seen := look()) and self.now() < end:
            self.wait(every)
        return seen

    # --- the software of the device

    def journal(self, unit: str = "", *, lines: int = 200) -> str:
        """The last lines of this boot's journal, of one unit or (for "") of all."""
        chosen = f"-u {unit}" if unit else ""
        return self.guest(f"journalctl -b --no-pager -o short-monotonic -n {lines} {chosen}")

    def show(self, unit: str, *names: str) -> dict[str, str]:
        """Properties of a unit by name (``systemctl show``)."""
        out = self.guest(f"systemctl show {unit} " + " ".join(f"-p {name}" for name in names))
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    def wait_active(self, unit: str, *, timeout: float = 90) -> None:
        """Wait until systemd reports the unit as active. Raises ``RigError`` after ``timeout`` seconds."""

        def active() -> bool:
            return self.show(unit, "ActiveState")["ActiveState"] == "active"

        if not self.until(active, timeout=timeout):
            raise RigError(f"{unit} is not active:\n" + self.journal(unit, lines=40))
