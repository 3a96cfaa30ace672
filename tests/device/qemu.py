"""A machine in QEMU with a touchscreen, and a channel to the agent inside it.

Nothing but the standard library, so that a person can use it from a Python prompt. Every time is
the guest's CLOCK_MONOTONIC in seconds, and so is everything waited for: emulated in software, the guest's
clock advances with its instructions (see ``SPEED``), so that a busy host makes the run longer, never the
guest's work slower. Our own patience with QEMU and the agent is in seconds of ours, and generous.
"""

import atexit
import itertools
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

#: When the story starts: quiet hours, and later than systemd was built (it would move the clock there).
THREE_AM = "2027-01-15T03:00:00"

#: How long an instruction takes in the emulated processor, as a power of two in nanoseconds: 500 million a
#: second, in the range of a Pi Zero 2 W. Idle, its clock keeps step with ours (``sleep=on``).
SPEED = "shift=1,sleep=on"

#: Modules that only cost time at boot.
_UNWANTED = "floppy,pcspkr,psmouse,ata_piix,ata_generic,i2c_piix4,aesni_intel,parport_pc,evbug,joydev"


class RigError(Exception):
    """The rig, not the kiosk, did not do what was asked."""


#: How long QEMU's monitor may take for a command, keeping a snapshot included, in seconds of ours.
PATIENCE = 120


class _Lines:
    """A peer that speaks JSON, one object a line, on a Unix socket; it may take ``patience`` seconds."""

    def __init__(self, path: Path, deadline: float, patience: float | None = None) -> None:
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                self._socket.close()
                if time.monotonic() > deadline:
                    raise RigError(f"nothing listens on {path}") from None
                time.sleep(0.05)
        self._path = path
        self._socket.settimeout(patience)
        self._rest = b""

    def send(self, message: object) -> None:
        self._socket.sendall((json.dumps(message) + "\n").encode())

    def receive(self) -> dict[str, Any]:
        while b"\n" not in self._rest:
            try:
                chunk = self._socket.recv(1 << 20)
            except TimeoutError:
                raise RigError(f"no answer on {self._path} in {self._socket.gettimeout():.0f} s") from None
            except OSError:
                chunk = b""
            if not chunk:
                raise RigError("the other end closed")
            self._rest += chunk
        line, self._rest = self._rest.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        self._socket.close()


class Machine:
    """One emulated computer: its power, its snapshots, its panel, its agent.

    ``images`` holds what ``build_image.sh`` made; ``run`` is this machine's own folder (one machine a
    folder). ``accel`` is "kvm", "tcg" (software) or "auto": KVM if this computer can really run the
    guest with it, else TCG. A ``/dev/kvm`` alone proves nothing: nested and software KVMs exist that
    stop in the kernel's first instructions. Without ``has_touch`` the next boot finds no touchscreen;
    ``words`` are added to the kernel's command line.

    One processor unless told: in software QEMU runs the guest's processors in turns, and a timer of the
    second waits for the turn of the first, up to two milliseconds. One that does everything is also
    slower than any board the kiosk is for.
    """

    def __init__(
        self,
        images: Path,
        run: Path | None = None,
        *,
        memory: int = 512,
        cpus: int = 1,
        size: tuple[int, int] = (800, 480),
        accel: str = "auto",
    ) -> None:
        self.images = images.resolve()
        self.run = (run or self.images / "run").resolve()
        self.memory = memory
        self.cpus = cpus
        self.size = size
        self.accel = accel
        self.has_touch = True
        self.words = ""
        self.disk = self.run / "disk.qcow2"
        self._process: subprocess.Popen[bytes] | None = None
        self._monitor: _Lines | None = None
        self._agent: _Lines | None = None
        self._numbers = itertools.count(1)
        self._fingers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        self._answered = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.power_cut()

    # --- power

    def boot(self, *, fresh: bool = False, timeout: float = 300) -> float:
        """Switch on; the seconds until the agent answers.

        ``fresh`` (and a first boot) starts from the built image; otherwise the disk is as the last
        ``power_cut`` or ``shutdown`` left it.
        """
        if self._process:
            raise RigError("the machine is on already")
        self.run.mkdir(parents=True, exist_ok=True)
        if fresh or not self.disk.exists():
            self.disk.unlink(missing_ok=True)
            base = self.images / "disk.qcow2"
            create = [
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                str(base),
                "-F",
                "qcow2",
                str(self.disk),
            ]
            subprocess.run(create, check=True)
        if self.accel == "auto":
            self.accel = "kvm" if os.access("/dev/kvm", os.R_OK | os.W_OK) else "tcg"
            if self.accel == "kvm":
                try:
                    return self._start(60)
                except RigError:
                    self.power_cut()
                    self.accel = "tcg"
        return self._start(timeout)

    def _start(self, timeout: float, *more: str) -> float:
        start = time.monotonic()
        for name in ("qmp.sock", "agent.sock"):
            (self.run / name).unlink(missing_ok=True)
        with (self.run / "qemu.log").open("w") as log:
            self._process = subprocess.Popen(
                [*self._command(), *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        atexit.register(self.power_cut)  # leave no QEMU behind a test that failed
        self._monitor = _Lines(self.run / "qmp.sock", start + 30, PATIENCE)
        self._monitor.receive()
        self.qmp("qmp_capabilities")
        self._agent = _Lines(self.run / "agent.sock", start + 30)
        threading.Thread(target=self._listen, args=(self._agent,), daemon=True).start()
        self._wait_for_agent(start + timeout)
        return time.monotonic() - start

    def _command(self) -> list[str]:
        width, height = self.size
        software = self.accel == "tcg"
        kernel_line = (
            "root=/dev/vda rw quiet console=tty0 console=ttyS0 vt.global_cursor_default=0 "
            "systemd.show_status=0 mitigations=off audit=0 "
            f"modprobe.blacklist={_UNWANTED} {self.words}"
        )
        return [
            # first on a busy host, if it lets us: an idle guest's timers are late by what QEMU wakes late
            "nice", "-n", "-10",
            "setpriv", "--pdeathsig", "KILL",  # nor does it outlive a test run that was killed
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-machine", "pc",
            "-accel", "tcg,tb-size=256" if software else self.accel,
            *(["-icount", SPEED] if software else []),
            # no AVX: TCG runs 256-bit code at a quarter of the speed
            "-cpu", "Nehalem" if software else "host",
            "-smp", str(self.cpus), "-m", str(self.memory), "-rtc", f"base={THREE_AM},clock=vm",
            "-display", "none", "-vga", "none", "-nic", "none",
            "-device", f"virtio-gpu-pci,xres={width},yres={height}",
            *(["-device", "virtio-multitouch-pci"] if self.has_touch else []),
            "-device", "virtio-rng-pci",
            "-drive", f"file={self.disk},if=virtio,format=qcow2,cache=writethrough",
            "-kernel", f"{self.images}/vmlinuz", "-initrd", f"{self.images}/initrd", "-append", kernel_line,
            "-serial", f"file:{self.run}/console.log",
            "-qmp", f"unix:{self.run}/qmp.sock,server=on,wait=off",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=agent,path={self.run}/agent.sock,server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=rig.agent",
        ]  # fmt: skip

    def power_cut(self) -> None:
        """Pull the plug: SIGKILL to our own QEMU. What the guest had not flushed is lost."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._ended()

    def shutdown(self, timeout: float = 60) -> None:
        """Switch off in an orderly way."""
        if not self._process:
            raise RigError("the machine is off")
        self.call("run", cmd="systemctl --no-block poweroff", timeout=10)
        self._process.wait(timeout)
        self._ended()

    def _ended(self) -> None:
        if self._process:
            self._process.wait()
        for peer in (self._monitor, self._agent):
            if peer:
                peer.close()
        self._process = self._monitor = self._agent = None
        self._answers.clear()
        atexit.unregister(self.power_cut)

    def snapshot(self, name: str) -> None:
        """Keep the running machine, memory and disk, inside the run's disk."""
        self._human(f"savevm {name}")

    def restore(self, name: str) -> None:
        """Back to a snapshot, programs running and clocks set back.

        In a QEMU of its own: within one process the emulated time stamp counter never goes back, and the
        guest would see time jump ahead by all that had passed since the snapshot.
        """
        self.power_cut()
        self._start(PATIENCE, "-loadvm", name)

    # --- channels

    def qmp(self, command: str, **arguments: object) -> Any:
        """Ask QEMU's monitor."""
        if not self._monitor:
            raise RigError("the machine is off")
        self._monitor.send({"execute": command, "arguments": arguments})
        while True:
            message = self._monitor.receive()
            if "error" in message:
                raise RigError(f"{command}: {message['error']}")
            if "return" in message:
                return message["return"]

    def _human(self, line: str) -> None:
        if said := self.qmp("human-monitor-command", **{"command-line": line}).strip():
            raise RigError(f"{line}: {said}")

    def call(self, op: str, *, timeout: float = 60, **arguments: object) -> Any:
        """Ask the agent in the guest (its operations: ``guest/agent.py``)."""
        if not self._agent:
            raise RigError("the machine is off")
        number = next(self._numbers)
        if op == "run":
            arguments["timeout"] = timeout
            timeout = 60 + 10 * timeout  # its time, ours
        self._agent.send({"id": number, "op": op, "args": arguments})
        with self._answered:
            if not self._answered.wait_for(lambda: number in self._answers, timeout):
                raise RigError(f"no answer to {op} in {timeout:.0f} s")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise RigError(f"{op}: {answer['error']}")
        return answer["ok"]

    def wait(self, seconds: float) -> None:
        """Let so much of the guest's time go by; on a busy host this takes longer."""
        self.call("sleep", seconds=seconds, timeout=60 + 10 * seconds)

    def now(self, *, timeout: float = 60) -> float:
        """The guest's monotonic clock."""
        return float(self.call("now", timeout=timeout))

    def _listen(self, agent: _Lines) -> None:
        while True:
            try:
                answer = agent.receive()
            except RigError:
                return
            with self._answered:
                self._answers[answer["id"]] = answer
                self._answered.notify_all()

    def _wait_for_agent(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            if not self._process or self._process.poll() is not None:
                raise RigError("QEMU ended: " + (self.run / "qemu.log").read_text()[-500:])
            if self.qmp("query-status")["status"] == "internal-error":
                raise RigError(f"{self.accel} cannot run this guest; see {self.run}/qemu.log")
            try:
                self.now(timeout=2)
            except RigError:
                continue
            return
        raise RigError(f"the guest does not answer; see {self.run}/console.log")

    # --- panel and touch

    def screenshot(self, path: Path) -> Path:
        """What the panel shows, as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.qmp("screendump", filename=str(path.resolve()), format="png")
        return path

    def tap(self, x: int, y: int, *, ms: int = 80) -> None:
        """A finger on pixel x, y of the panel, for ``ms``."""
        self.swipe([(x, y)], ms=ms)

    def swipe(self, points: Sequence[tuple[int, int]], *, ms: int = 300) -> None:
        """A finger that goes down on the first point and up on the last."""
        finger = next(self._fingers)
        for number, point in enumerate(points):
            self._touch("update" if number else "begin", finger, point)
            self.wait(ms / 1000 / len(points))
        self._touch("end", -1, None)  # -1: what evdev calls a lifted finger

    def _touch(self, kind: str, finger: int, point: tuple[int, int] | None) -> None:
        def event(kind: str, axis: str = "x", value: int = 0) -> dict[str, object]:
            data = {"type": kind, "slot": 0, "tracking-id": finger, "axis": axis, "value": value}
            return {"type": "mtt", "data": data}

        events = [event(kind)]
        for axis, at, length in zip("xy", point or (), self.size, strict=False):
            events.append(event("data", axis, min(0x7FFF, round((at + 0.5) * 0x8000 / length))))
        events.append({"type": "btn", "data": {"button": "touch", "down": kind != "end"}})
        self.qmp("input-send-event", events=events)
