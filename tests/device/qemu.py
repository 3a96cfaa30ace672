"""A machine in QEMU with a touch screen, and a connection to the agent in the guest.

Uses the standard library only, so that it also works from a Python prompt. Times and waits are seconds of the
guest's CLOCK_MONOTONIC. In software emulation the guest's clock advances with its instructions (see
``SPEED``), so that a busy host makes a run longer, but the guest not slower. Time-outs for QEMU and the agent
are in seconds of the host, and generous.
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

#: The guest's time at boot: in the quiet hours, and after the build date of systemd, which would set an
#: earlier clock to it.
THREE_AM = "2027-01-15T03:00:00"

#: Duration of an instruction in the emulated processor: 2 to the power of ``shift`` ns. That is 500 million a
#: second, in the range of a Pi Zero 2 W. While the guest is idle its clock follows the host's (``sleep=on``).
SPEED = "shift=1,sleep=on"

#: Kernel modules that are not needed and would make the boot slower.
_UNWANTED = "floppy,pcspkr,psmouse,ata_piix,ata_generic,i2c_piix4,aesni_intel,parport_pc,evbug,joydev"


class RigError(Exception):
    """The test rig failed, not the kiosk."""


#: Time-out for a command of QEMU's monitor, including a snapshot, in seconds of the host.
PATIENCE = 120


class _Lines:
    """A connection on a Unix socket with one JSON object per line.

    Retries to connect until ``deadline`` (monotonic clock of the host). Waits at most ``patience`` seconds
    for an answer (None: without limit). Raises ``RigError``.
    """

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
    """One emulated computer: its power, snapshots, panel and agent.

    ``images`` is the folder with the output of ``build_image.sh``, ``run`` a folder for this machine only.
    ``memory`` is in MiB. ``accel`` is "kvm", "tcg" (software) or "auto": KVM if the guest boots with it, else
    TCG. The existence of ``/dev/kvm`` is not enough: with some nested and software KVMs the kernel stops in
    its first instructions. If ``has_touch`` is False, the next boot finds no touch screen. ``words`` are
    added to the kernel's command line.

    One processor by default: in software emulation QEMU runs the guest's processors in turns, and a timer of
    the second is delayed by up to 2 ms. A single processor is also slower than any supported board.
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
        """Switch on; return the seconds of the host until the agent answers.

        ``fresh`` True, and the first boot, use the built image; otherwise the disk is as the last
        ``power_cut`` or ``shutdown`` left it. Raises ``RigError``.
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
        atexit.register(self.power_cut)  # so that QEMU ends after a failed test
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
            # high priority, if permitted: timers of an idle guest are late if QEMU wakes late
            "nice", "-n", "-10",
            "setpriv", "--pdeathsig", "KILL",  # so that it ends with a test run that was killed
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
        """Cut the power: SIGKILL to our QEMU. Data that the guest has not flushed is lost."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._ended()

    def shutdown(self, timeout: float = 60) -> None:
        """Shut the guest down cleanly and switch off."""
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
        """Save the running machine, memory and disk, in the disk image of this run."""
        self._human(f"savevm {name}")

    def restore(self, name: str) -> None:
        """Return to a snapshot, with its running programs and clocks.

        Starts a new QEMU: within one process the emulated time stamp counter never goes back, and the guest's
        clock would jump forward by the time since the snapshot.
        """
        self.power_cut()
        self._start(PATIENCE, "-loadvm", name)

    # --- channels

    def qmp(self, command: str, **arguments: object) -> Any:
        """Execute a command of QEMU's monitor; return its result. Raises ``RigError``."""
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
        if output := self.qmp("human-monitor-command", **{"command-line": line}).strip():
            raise RigError(f"{line}: {output}")

    def call(self, op: str, *, timeout: float = 60, **arguments: object) -> Any:
        """Call an operation of the agent in the guest (``guest/agent.py``); return its result.

        ``timeout`` is in seconds of the host, for "run" in seconds of the guest. Raises ``RigError``.
        """
        if not self._agent:
            raise RigError("the machine is off")
        number = next(self._numbers)
        if op == "run":
            arguments["timeout"] = timeout
            timeout = 60 + 10 * timeout  # seconds of the host
        self._agent.send({"id": number, "op": op, "args": arguments})
        with self._answered:
            if not self._answered.wait_for(lambda: number in self._answers, timeout):
                raise RigError(f"no answer to {op} in {timeout:.0f} s")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise RigError(f"{op}: {answer['error']}")
        return answer["ok"]

    def wait(self, seconds: float) -> None:
        """Wait for ``seconds`` of the guest's time; on a busy host this takes longer."""
        self.call("sleep", seconds=seconds, timeout=60 + 10 * seconds)

    def now(self, *, timeout: float = 60) -> float:
        """The guest's monotonic clock in seconds."""
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
        """Save the content of the panel as PNG; return ``path``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.qmp("screendump", filename=str(path.resolve()), format="png")
        return path

    def tap(self, x: int, y: int, *, ms: int = 80) -> None:
        """Touch pixel x, y of the panel for ``ms``."""
        self.swipe([(x, y)], ms=ms)

    def swipe(self, points: Sequence[tuple[int, int]], *, ms: int = 300) -> None:
        """Move a finger over these pixels in ``ms``; it goes down on the first and up on the last."""
        finger = next(self._fingers)
        for number, point in enumerate(points):
            self._touch("update" if number else "begin", finger, point)
            self.wait(ms / 1000 / len(points))
        self._touch("end", -1, None)  # tracking id -1: the finger was lifted

    def _touch(self, kind: str, finger: int, point: tuple[int, int] | None) -> None:
        def event(kind: str, axis: str = "x", value: int = 0) -> dict[str, object]:
            data = {"type": kind, "slot": 0, "tracking-id": finger, "axis": axis, "value": value}
            return {"type": "mtt", "data": data}

        events = [event(kind)]
        for axis, at, length in zip("xy", point or (), self.size, strict=False):
            events.append(event("data", axis, min(0x7FFF, round((at + 0.5) * 0x8000 / length))))
        events.append({"type": "btn", "data": {"button": "touch", "down": kind != "end"}})
        self.qmp("input-send-event", events=events)
