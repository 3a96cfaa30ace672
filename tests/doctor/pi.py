"""A Raspberry Pi as a tree of files, healthy to begin with; tests break what they like."""

from pathlib import Path

from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk.config.settings import Settings
from kiosk.display.base import DisplayError
from kiosk.doctor.finding import Finding
from kiosk.doctor.machine import Machine
from tests.one_wire import w1_slave

MODEL = "Raspberry Pi 4 Model B Rev 1.5"
PROBE = "28-0000054b97a5"
WARM = w1_slave(38.5)

TOUCH = """\
I: Bus=0018 Vendor=0000 Product=0000 Version=0000
N: Name="generic ft5x06 (79)"
P: Phys=
S: Sysfs=/devices/platform/axi/i2c-11/11-0038/input/input4
U: Uniq=
H: Handlers=mouse0 event4
B: PROP=2
B: EV=b
B: KEY=400 0 0 0 0 0
B: ABS=260800000000003

"""
KEYBOARD = """\
I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="Logitech USB Keyboard"
H: Handlers=sysrq kbd leds event0
B: PROP=0
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe

"""

RUNNING = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "running",
    "Result": "success",
    "NRestarts": "0",
    "UnitFileState": "enabled",
}
NO_UNIT = {"LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead", "Result": "success"}


class Pi:
    """``root`` is the tree; ``machine()`` is what the doctor is given. ``forbidden``: paths this user may
    not use; ``unit``: what systemd says; ``watchdog``: the time that it asks of the board's watchdog;
    ``missing``: Python modules that are not installed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = Settings()
        self.unit = dict(NO_UNIT)
        self.user = ("pi", frozenset({"pi", "video", "render", "input", "gpio"}))
        self.forbidden: set[str] = set()
        self.missing: set[str] = {"gpiod", "RPi"}
        self.free = 12_000_000_000
        self.environ: dict[str, str] = {}
        self.clock_error: float | None = None
        self.no_window = ""
        self.asked: list[list[str]] = []
        self.factory = MockFactory(pin_class=MockPWMPin)
        self.opening: Exception | None = None
        self.watchdog = "15s"
        self.diary = root / "var/lib/cramp-kiosk/diary.db"
        self.put("proc/device-tree/model", MODEL + "\0")
        self.put("proc/cpuinfo", "processor\t: 0\n\nRevision\t: c03115\nSerial\t: 0\n")
        self.put("proc/sys/kernel/osrelease", "6.12.34+rpt-rpi-v8\n")
        self.put("etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\n')
        self.put("etc/group", "root:x:0:\nvideo:x:44:pi\nrender:x:992:\ninput:x:102:\ngpio:x:986:pi\n")
        self.put("boot/firmware/config.txt", "dtparam=strict_gpiod\ndtoverlay=w1-gpio\n")
        self.put("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
        self.put("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
        self.put("sys/class/watchdog/watchdog0/state", "active\n")
        self.put("sys/bus/w1/devices/w1_bus_master1/w1_master_slave_count", "1\n")
        self.put(f"sys/bus/w1/devices/{PROBE}/w1_slave", WARM)
        self.card("card1", "devices/dsi", DSI="connected")
        self.framebuffer("fb0", "devices/dsi", "vc4drmfb")
        self.put("proc/bus/input/devices", KEYBOARD + TOUCH)
        self.put("dev/input/event4", "")
        self.put("sys/class/backlight/10-0045/max_brightness", "255\n")
        self.put("sys/class/backlight/10-0045/brightness", "128\n")
        self.put("proc/self/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\ntmpfs /run tmpfs rw 0 0\n")
        self.put("run/systemd/timesync/synchronized", "")

    def put(self, path: str, text: str) -> Path:
        """A file of the tree."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def take(self, path: str) -> None:
        """A file or folder of the tree is gone."""
        place = self.root / path
        if place.is_dir() and not place.is_symlink():
            for each in place.iterdir():
                self.take(str(each.relative_to(self.root)))
            place.rmdir()
        else:
            place.unlink()

    def card(self, name: str, device: str, **sockets: str) -> None:
        """A graphics card with its sockets and what is in them."""
        (self.root / "sys" / device).mkdir(parents=True, exist_ok=True)
        folder = self.root / "sys/class/drm"
        (folder / name).mkdir(parents=True)
        (folder / name / "device").symlink_to(self.root / "sys" / device)
        for socket, status in sockets.items():
            self.put(f"sys/class/drm/{name}-{socket}-1/status", status + "\n")

    def framebuffer(self, name: str, device: str, driver: str) -> None:
        """A framebuffer of that card."""
        self.put(f"sys/class/graphics/{name}/name", driver + "\n")
        (self.root / "sys/class/graphics" / name / "device").symlink_to(self.root / "sys" / device)
        self.put(f"dev/{name}", "")

    def _may(self, path: Path, _mode: int) -> bool:
        return "/" + str(path.relative_to(self.root)) not in self.forbidden

    def _ask(self, arguments: list[str]) -> str | None:
        self.asked.append(list(arguments))
        if "--property=RuntimeWatchdogUSec" in arguments:
            return f"RuntimeWatchdogUSec={self.watchdog}\n" if self.watchdog else None
        return "".join(f"{key}={value}\n" for key, value in self.unit.items()) or None

    def _open(self, _name: str) -> MockFactory:
        if self.opening is not None:
            raise self.opening
        return self.factory

    def _require_window(self) -> None:
        if self.no_window:
            raise DisplayError(self.no_window)

    def machine(self) -> Machine:
        """What the doctor looks at."""
        return Machine(
            self.config,
            self.diary,
            self.root,
            ask=self._ask,
            may=self._may,
            who=lambda: self.user,
            installed=lambda module: module not in self.missing,
            open_factory=self._open,
            free=lambda _path: self.free,
            environ=self.environ,
            clock_error=lambda: self.clock_error,
            require_window=self._require_window,
        )


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    """Level, sentence and remedy of each."""
    return [(finding.level.value, finding.says, finding.remedy) for finding in findings]
