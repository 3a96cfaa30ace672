"""Access to the machine: everything the checks read or run goes through ``Machine``, so that tests can
replace it."""

import grp
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config.firmware import board
from kiosk.config.settings import Settings, wiring
from kiosk.devices import pins
from kiosk.diary.clock import kernel_error
from kiosk.files import is_there, user_name

if TYPE_CHECKING:
    from gpiozero.pins import Factory

UNIT = "cramp-kiosk.service"

#: Folder of the service's settings, techniques and diary (StateDirectory= in its unit), relative to the root.
STATE = "var/lib/cramp-kiosk"

#: Timeout of a command, in seconds.
PATIENCE = 5


def run_command(arguments: Sequence[str]) -> str | None:
    """Standard output of a command; None if it does not exist, fails, or takes longer than ``PATIENCE``."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, see the checks
            arguments, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def who() -> tuple[str, frozenset[str]]:
    """Name and groups of the user of this process."""
    numbers = {os.getgid(), *os.getgroups()}
    names = {each.gr_name for each in grp.getgrall() if each.gr_gid in numbers}
    return user_name(os.getuid()), frozenset(names)


def is_installed(module: str) -> bool:
    """Whether this Python module can be found. It is not imported."""
    return importlib.util.find_spec(module) is not None


def require_window() -> None:
    """Raise ``DisplayError`` if no window can be opened."""
    from kiosk.display import desktop  # noqa: PLC0415 - it imports pygame, which ``diary`` does not need

    desktop.require_window()


def free_bytes(path: Path) -> int:
    """Free bytes of the file system of ``path``, or of its nearest parent that exists. Raises ``OSError``."""
    while not is_there(path):
        path = path.parent
    return shutil.disk_usage(path).free


@dataclass(frozen=True)
class Machine:
    """The machine under examination, and the owner's settings for it.

    ``root`` is prefixed to /sys, /proc, /dev, /etc and /boot. ``ask`` runs a command, see ``run_command``;
    ``may`` is ``os.access``; ``free`` returns bytes, see ``free_bytes``; ``clock_error`` is
    ``kiosk.diary.clock.kernel_error``; ``open_factory`` raises ``PinsUnavailable`` and ``require_window``
    ``DisplayError``.
    """

    config: Settings = field(default_factory=Settings)
    diary: Path = Path("/" + STATE) / "diary.db"
    root: Path = Path("/")
    ask: Callable[[Sequence[str]], str | None] = run_command
    may: Callable[[Path, int], bool] = os.access
    who: Callable[[], tuple[str, frozenset[str]]] = who
    installed: Callable[[str], bool] = is_installed
    open_factory: "Callable[[str], Factory]" = pins.open_factory
    free: Callable[[Path], int] = free_bytes
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock_error: Callable[[], float | None] = kernel_error
    require_window: Callable[[], None] = require_window

    def text(self, path: str) -> str:
        """Text of the file ``path`` below ``root``, stripped of white space and NULs; "" if it cannot be
        read."""
        try:
            return (self.root / path).read_bytes().decode(errors="replace").strip(" \t\r\n\0")
        except OSError:
            return ""

    @property
    def wired(self) -> pins.Pins:
        """GPIO number of each part, as the owner's settings have it."""
        return wiring(self.config.pins)

    @cached_property
    def model(self) -> str:
        """Model of the board from its device tree; "" without one."""
        return board(self.root)

    @property
    def is_pi(self) -> bool:
        """Whether this is a Raspberry Pi."""
        return "Raspberry Pi" in self.model

    @cached_property
    def unit(self) -> dict[str, str]:
        """The service's properties as systemd reports them; empty without systemd."""
        output = self.ask(["systemctl", "show", UNIT, f"--property={','.join(_PROPERTIES)}"])
        return dict(line.split("=", 1) for line in (output or "").splitlines() if "=" in line)

    @property
    def has_service(self) -> bool:
        """Whether the service is installed."""
        return self.unit.get("LoadState") == "loaded"

    @property
    def may_see_state(self) -> bool:
        """Whether the service is installed and this user may read its settings and diary."""
        folder = self.root / STATE
        kept = [folder, *(folder / name for name in ("config.toml", "diary.db"))]
        return self.has_service and all(self.may(path, os.R_OK) for path in kept if is_there(path))

    @property
    def service_runs(self) -> bool:
        """Whether the service is running, starting or stopping, and so may hold the pins and the screen."""
        return self.unit.get("ActiveState") in {"active", "activating", "reloading", "deactivating"}

    @property
    def kernel(self) -> tuple[int, int]:
        """Major and minor version of the kernel; (0, 0) if unknown."""
        numbers = self.text("proc/sys/kernel/osrelease").split(".")[:2]
        return (
            (int(numbers[0]), int(numbers[1]))
            if all(n.isdecimal() for n in numbers) and numbers[1:]
            else (0, 0)
        )


_PROPERTIES = (
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "NRestarts",
    "UnitFileState",
    "ExecMainStatus",
    "ActiveEnterTimestamp",
)
