"""The agent in the guest: executes the requests of the tests. Runs as root.

Requests and answers are JSON objects, one per line, on a virtio-serial port.
"""

import base64
import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

PORT = "/dev/virtio-ports/rig.agent"
GPIO = Path("/run/rig/gpio")
TRACE = Path("/sys/kernel/tracing/instances/rig/trace")
WATER = Path("/sys/module/w1_sim/parameters")
EVENT = re.compile(r"\s(\d+\.\d+): gpio_(?:value|direction): (\d+)\s+(set|get|in|out)\s+\(?(-?\d+)")


def _first_line_number() -> int:
    """The number of our chip's first line; the kernel counts lines over all chips."""
    for chip in Path("/sys/class/gpio").glob("gpiochip*"):
        if (chip / "label").read_text().strip() == "pinctrl-bcm2711":
            return int((chip / "base").read_text())
    raise FileNotFoundError("no GPIO chip with the label pinctrl-bcm2711")


def run(cmd: str, timeout: float) -> dict[str, Any]:
    try:
        done = subprocess.run(["/bin/sh", "-c", cmd], capture_output=True, timeout=timeout, check=False)
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, err = 124, late.stdout or b"", late.stderr or b""
    return {"rc": code, "out": out.decode(errors="replace"), "err": err.decode(errors="replace")}


def put(path: str, data: str, mode: int) -> None:
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(base64.b64decode(data))
    target.chmod(mode)


def get(path: str) -> str:
    return base64.b64encode(Path(path).read_bytes()).decode()


def play(steps: list[tuple[float, int, int]]) -> list[float]:
    """Set levels of lines: each step is (seconds to wait before, pin, level); return the time of each."""
    done = []
    due = time.monotonic()
    for wait, pin, level in steps:
        due += wait
        time.sleep(max(0.0, due - time.monotonic()))
        done.append(time.monotonic())
        (GPIO / f"sim_gpio{pin}" / "pull").write_text("pull-up" if level else "pull-down")
    return done


def line(pin: int) -> int:
    return int((GPIO / f"sim_gpio{pin}" / "value").read_text())


def edges(pins: list[int], since: float) -> list[tuple[float, int, int | None]]:
    """Changes that the owners of these lines wrote: (time, pin, level or None for input)."""
    base = _first_line_number()
    last: dict[int, int | None] = {}
    found = []
    with TRACE.open() as trace:
        for text in trace:
            match = EVENT.search(text)
            if not match or match[3] in {"get", "out"}:
                continue
            pin = int(match[2]) - base
            level = None if match[3] == "in" else int(match[4])
            if pin not in pins or last.get(pin, "unknown") == level:
                continue
            last[pin] = level
            if float(match[1]) >= since:
                found.append((float(match[1]), pin, level))
    return found


def clear() -> None:
    TRACE.write_text("")


def water(**parameters: int) -> None:
    for name, value in parameters.items():
        (WATER / name).write_text(str(value))


def now() -> float:
    return time.monotonic()


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def kill(pid: int, name: str, at: float) -> float:
    """Send a signal at the time ``at``; return when it was sent."""
    time.sleep(max(0.0, at - time.monotonic()))
    os.kill(pid, signal.Signals[f"SIG{name}"])
    return time.monotonic()


OPERATIONS = {op.__name__: op for op in (run, put, get, play, line, edges, clear, water, now, sleep, kill)}


def main() -> None:
    port = os.open(PORT, os.O_RDWR)
    lock = threading.Lock()

    def send(message: object) -> None:
        data = (json.dumps(message) + "\n").encode()
        with lock:
            while data:
                data = data[os.write(port, data) :]

    def serve(request: dict[str, Any]) -> None:
        try:
            answer = {"ok": OPERATIONS[request["op"]](**request["args"])}
        except Exception as error:  # noqa: BLE001 - any error is reported to the test
            answer = {"error": f"{type(error).__name__}: {error}"}
        send({"id": request["id"], **answer})

    rest = b""
    while True:
        chunk = os.read(port, 65536)
        if not chunk:  # the host has not connected yet
            time.sleep(0.1)
            continue
        *requests, rest = (rest + chunk).split(b"\n")
        for request in requests:
            threading.Thread(target=serve, args=(json.loads(request),), daemon=True).start()


if __name__ == "__main__":
    main()
