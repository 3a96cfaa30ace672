"""The DS18B20 probe, through the files of the kernel's 1-Wire driver (w1_therm)."""

import errno
import re
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.core.events import Event, ProbeError, WaterRead
from kiosk.core.technique import Ms
from kiosk.devices.part import Part
from kiosk.devices.sampler import Sampler, monotonic, wait_on
from kiosk.supervise import Supervisor
from kiosk.words import _, ngettext

W1 = Path("/sys/bus/w1/devices")

#: What a foot bath can be, in degrees Celsius. Outside of it the probe is wrong, or somewhere else.
LOWEST, HIGHEST = 5.0, 70.0

#: Families of thermometers w1_therm reads, as folder names begin.
_SENSOR = re.compile(r"(28|22|10|3b|42)-[0-9a-f]{12}")

_BYTES = re.compile(r"((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)")
_MILLI = re.compile(r".* t=(-?[0-9]{1,6})")

_RESET = 85_000
_NO_POWER = range(127_900, 128_000)
"""0x07FF: 127.9375 degrees"""


def parse(text: str) -> float | ProbeError:
    """Degrees Celsius in the text of a ``w1_slave`` file, or why there are none. Never raises.

    Two lines: ``50 05 4b 46 7f ff 0c 10 1c : crc=1c YES`` and ``50 05 4b 46 7f ff 0c 10 1c t=85000``.
    The kernel has checked the CRC. It gives an empty file for every failure it noticed (w1_therm.c); the
    rest has to be known by its value.
    """
    lines = text.strip().splitlines()
    if not lines:
        return ProbeError.EMPTY
    first = _BYTES.fullmatch(lines[0].rstrip())
    if first is None:
        return ProbeError.MALFORMED
    if first[2] == "NO":
        return ProbeError.CRC
    second = _MILLI.fullmatch(lines[1].rstrip()) if len(lines) == 2 else None
    # A data line shorted to ground reads as nine zero bytes, with a CRC that is right: 0 degrees.
    if second is None or not first[1].strip(" 0"):
        return ProbeError.MALFORMED
    milli = int(second[1])
    if milli == _RESET:
        return ProbeError.RESET
    if milli in _NO_POWER:
        return ProbeError.NO_POWER
    return milli / 1000


def reading(raw: float | ProbeError, offset: float) -> WaterRead:
    """The event for what the sensor said, with the owner's offset: in range, to two decimals."""
    if isinstance(raw, ProbeError):
        return WaterRead(None, raw)
    celsius = round(raw + offset, 2)
    if not LOWEST <= celsius <= HIGHEST:
        return WaterRead(None, ProbeError.RANGE, celsius)
    return WaterRead(celsius)


class Sensor(msgspec.Struct, frozen=True):
    """One thermometer on the bus: its name, what its file said, and what that means (degrees Celsius)."""

    name: str
    text: str
    value: float | ProbeError

    @property
    def looks_counterfeit(self) -> bool:
        """Whether no genuine DS18B20 was seen with such a number.

        Those carry 28-xx-xx-xx-xx-00-00-xx as the bus sends it, last byte the CRC (Petrich,
        counterfeit_DS18B20). The kernel writes the number the other way round, without the CRC.
        """
        return self.name.startswith("28-") and not self.name.startswith("28-0000")


def sensors(root: Path = W1) -> list[str]:
    """Names of the sensors the kernel sees, such as ``28-3c01f0964f8f``, in order. Never raises."""
    try:
        return sorted(path.name for path in root.iterdir() if _SENSOR.fullmatch(path.name))
    except OSError:
        return []


def survey(root: Path = W1) -> list[Sensor]:
    """Every sensor there is, read once; takes about 0.8 s for each. Never raises."""
    return [_look(root, name) for name in sensors(root)]


def _look(root: Path, name: str) -> Sensor:
    try:
        text = (root / name / "w1_slave").read_bytes().decode("ascii", "replace")
    except OSError as error:
        return Sensor(name, "", _why(error))
    return Sensor(name, text, parse(text))


def _why(error: OSError) -> ProbeError:
    gone = error.errno in {errno.ENOENT, errno.ENODEV, errno.ENOTDIR}
    return ProbeError.NO_PROBE if gone else ProbeError.EMPTY


class Probe(Part):
    """Reads the water once a second while started (one reading takes the sensor 750 ms).

    Posts one ``WaterRead`` for every reading, good or not, from its own thread. The probe is looked for
    anew each time, so it may be plugged in later; of several the first by name is read. ``offset`` in
    degrees Celsius may be changed at any time. ``root`` is the kernel's 1-Wire folder; ``clock`` and
    ``wait`` are those of ``Sampler``, for tests.
    """

    def __init__(
        self,
        post: Callable[[Event], None],
        offset: float = 0.0,
        root: Path = W1,
        *,
        clock: Callable[[], Ms] = monotonic,
        wait: Callable[[threading.Event, Ms], None] = wait_on,
        supervisor: Supervisor | None = None,
    ) -> None:
        self.offset = offset
        self._root = root
        self._sampler = Sampler(self.read_once, post, clock=clock, wait=wait, supervisor=supervisor)

    def start(self) -> None:
        """Begin reading. The first reading comes in about 0.8 s."""
        self._sampler.start()

    def stop(self) -> None:
        """Stop reading; nothing is posted any more. Returns at once."""
        self._sampler.stop()

    def close(self) -> None:
        """As ``stop``."""
        self.stop()

    def sensors(self) -> list[str]:
        """Names of the sensors the kernel sees; the first is the one read."""
        return sensors(self._root)

    def describe(self) -> str:
        """Which sensor is read, in one sentence."""
        sensors = self.sensors()
        if not sensors:
            return _("No probe found in {root}.").format(root=self._root)
        more = len(sensors) - 1
        if not more:
            return _("The probe is {name}.").format(name=sensors[0])
        return ngettext(
            "The probe is {name}, the first by name; {n} other is not read.",
            "The probe is {name}, the first by name; {n} others are not read.",
            more,
        ).format(name=sensors[0], n=more)

    def read_text(self) -> str:
        """What the sensor's file says, unjudged; takes about 0.8 s. Empty when it did not answer.

        Raises ``FileNotFoundError`` when there is no sensor, ``OSError`` for what else the kernel reports.
        """
        sensors = self.sensors()
        if not sensors:
            raise FileNotFoundError(errno.ENOENT, self.describe(), str(self._root))
        return (self._root / sensors[0] / "w1_slave").read_bytes().decode("ascii", "replace")

    def read_once(self) -> WaterRead:
        """One reading, now; takes about 0.8 s. Never raises."""
        try:
            raw = parse(self.read_text())
        except OSError as error:
            raw = _why(error)
        return reading(raw, self.offset)
