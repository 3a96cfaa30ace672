"""The DS18B20 probe, through the sysfs files of the kernel's 1-Wire driver (w1_therm)."""

import errno
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from kiosk.core.events import Event, ProbeError, WaterRead
from kiosk.core.soak import POSSIBLE
from kiosk.core.technique import Ms
from kiosk.core.threads import Watcher
from kiosk.devices.part import Part
from kiosk.devices.sampler import Sampler, monotonic, wait_on

#: The kernel's folder of 1-Wire devices.
W1 = Path("/sys/bus/w1/devices")

#: Degrees Celsius outside which a reading is rejected.
LOWEST, HIGHEST = POSSIBLE

#: Folder names of thermometers: family code (those that w1_therm supports) and serial number.
_SENSOR = re.compile(r"(28|22|10|3b|42)-[0-9a-f]{12}")

_BYTES = re.compile(r"((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)")
_MILLI = re.compile(r".* t=(-?[0-9]{1,6})")

#: Families with the scratchpad of the DS18B20 (data sheet, memory map): the temperature in 1/16 degree in
#: bytes 0 and 1, the resolution in byte 4. For other families the kernel's own conversion is used.
_AS_DS18B20 = ("28-", "22-", "42-")

#: Degrees Celsius in the scratchpad after power-on, before any conversion (data sheet).
_RESET = 85.0

#: Degrees Celsius from which a reading means that the sensor has no supply voltage: it then reads 0x07FF,
#: 127.9375 degrees.
_NO_POWER = 127.9


#: Highest resolution of a DS18B20 in bits: 1/16 degree (data sheet).
FINEST = 12


class Measured(NamedTuple):
    """A measurement: degrees Celsius, and the resolution of the sensor in bits (9 to 12)."""

    celsius: float
    bits: int = FINEST


def parse(text: str, name: str = "28-") -> Measured | ProbeError:
    """The temperature in the text of a ``w1_slave`` file, or the reason why there is none. Never raises.

    The text has two lines: ``50 05 4b 46 7f ff 0c 10 1c : crc=1c YES`` and
    ``50 05 4b 46 7f ff 0c 10 1c t=85000``. ``name`` is the sensor's and starts with its family. For families
    with the scratchpad of the DS18B20 the nine bytes count, not the kernel's conversion (``t=``). The file is
    empty for every failure that the kernel detects (w1_therm.c); other failures are detected here.
    """
    lines = text.strip().splitlines()
    if not lines:
        return ProbeError.EMPTY
    first = _BYTES.fullmatch(lines[0].rstrip())
    if first is None:
        return ProbeError.MALFORMED
    scratchpad = bytes.fromhex(first[1])
    if first[2] == "NO" or _crc8(scratchpad[:8]) != scratchpad[8]:
        return ProbeError.CRC
    second = _MILLI.fullmatch(lines[1].rstrip()) if len(lines) == 2 else None
    # A data line shorted to ground reads as nine zero bytes, 0 degrees, for which the CRC is valid.
    if second is None or not any(scratchpad):
        return ProbeError.MALFORMED
    measured = Measured(int(second[1]) / 1000)
    if name.startswith(_AS_DS18B20):
        measured = _measured(scratchpad)
    if measured.celsius == _RESET:
        return ProbeError.RESET
    if _NO_POWER <= measured.celsius < 128:
        return ProbeError.NO_POWER
    return measured


def _measured(scratchpad: bytes) -> Measured:
    """The temperature in a DS18B20's scratchpad. Below 12 bits the lowest bits are undefined (data sheet)."""
    bits = 9 + (scratchpad[4] >> 5 & 3)
    sixteenths = int.from_bytes(scratchpad[:2], "little", signed=True)
    return Measured((sixteenths & -1 << FINEST - bits) / 16, bits)


def _crc8(data: bytes) -> int:
    """The CRC of the 1-Wire bus: x^8 + x^5 + x^4 + 1, least significant bit first (DS18B20 data sheet)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc


def reading(raw: Measured | ProbeError, offset: float, probe: str = "") -> WaterRead:
    """The event for a measurement plus the owner's ``offset``, in degrees Celsius, rounded to 0.01.

    A result outside ``LOWEST`` to ``HIGHEST`` gives ``ProbeError.RANGE``. ``probe`` is the sensor's name.
    """
    if isinstance(raw, ProbeError):
        return WaterRead(None, raw, probe=probe)
    celsius = round(raw.celsius + offset, 2)
    if not LOWEST <= celsius <= HIGHEST:
        return WaterRead(None, ProbeError.RANGE, celsius, probe=probe, bits=raw.bits)
    return WaterRead(celsius, probe=probe, bits=raw.bits)


class Sensor(msgspec.Struct, frozen=True):
    """One sensor on the bus: its name, the text of its file ("" if it could not be read), and its value."""

    name: str
    text: str
    value: Measured | ProbeError

    @property
    def looks_counterfeit(self) -> bool:
        """Whether a DS18B20 has a number that no genuine one is known to have.

        Genuine numbers have the form 28-xx-xx-xx-xx-00-00-xx in the order of the bus, the last byte being the
        CRC (Petrich, counterfeit_DS18B20). The kernel prints the bytes in reverse order and without the CRC.
        """
        return self.name.startswith("28-") and not self.name.startswith("28-0000")


def sensors(root: Path = W1) -> list[str]:
    """Names of the sensors on the bus, such as ``28-3c01f0964f8f``, sorted. Never raises."""
    try:
        return sorted(path.name for path in root.iterdir() if _SENSOR.fullmatch(path.name))
    except OSError:
        return []


def survey(root: Path = W1) -> list[Sensor]:
    """Read every sensor on the bus once; takes about 0.8 s for each. Never raises."""
    return [_look(root, name) for name in sensors(root)]


def _look(root: Path, name: str) -> Sensor:
    try:
        text = (root / name / "w1_slave").read_bytes().decode("ascii", "replace")
    except OSError as error:
        return Sensor(name, "", _why(error))
    return Sensor(name, text, parse(text, name))


def _why(error: OSError) -> ProbeError:
    gone = error.errno in {errno.ENOENT, errno.ENODEV, errno.ENOTDIR}
    return ProbeError.NO_PROBE if gone else ProbeError.EMPTY


def water_probe(names: Sequence[str], chosen: str) -> str:
    """The name of the sensor that measures the water; "" if that is not known.

    That is ``chosen`` if it is in ``names``. If ``chosen`` is "", it is the only sensor. Another sensor is
    never used instead of a chosen one: it may lie in the room, and report scalding water as cool.
    """
    if chosen:
        return chosen if chosen in names else ""
    return names[0] if len(names) == 1 else ""


class Probe(Part):
    """Reads the water once a second while started; a conversion at 12 bits takes 750 ms (data sheet).

    Posts one ``WaterRead`` for each reading, valid or not, on its own thread. The bus is searched each time,
    so a probe may be connected later. ``offset`` (degrees Celsius) and ``chosen`` (name of the water's probe)
    are taken at ``start`` and used until ``stop``. If ``chosen`` is "", the only probe seen since ``start``
    is used; if that one is then set as ``chosen``, it is used further even if others are connected.
    ``root`` is the kernel's 1-Wire folder; ``clock`` and ``wait`` are those of ``Sampler``, for tests.
    """

    def __init__(
        self,
        post: Callable[[Event], None],
        offset: float = 0.0,
        chosen: str = "",
        root: Path = W1,
        *,
        clock: Callable[[], Ms] = monotonic,
        wait: Callable[[threading.Event, Ms], None] = wait_on,
        supervisor: Watcher,
    ) -> None:
        self.offset = offset
        self.chosen = chosen
        self._root = root
        self._every = False
        self._began = chosen, offset
        """both as they were at ``start``"""
        self._seen: set[str] = set()
        """all probes found since ``start``"""
        self._using = ""
        """name of the water's probe; "" if it is not known"""

        def post_all(readings: tuple[WaterRead, ...]) -> None:
            for each in readings:
                post(each)

        self._sampler = Sampler(self.read_once, post_all, clock=clock, wait=wait, supervisor=supervisor)

    def start(self, *, every: bool = False) -> None:
        """Start reading the water's probe, or with ``every`` all probes in turn.

        The first reading is posted after about 0.8 s for each probe. Does nothing if it already reads so.
        """
        if self._sampler.is_running:
            if every == self._every:
                return
            self._sampler.stop()
        self._every = every
        self._began, self._seen, self._using = (self.chosen, self.offset), set(), ""
        self._sampler.start()

    def stop(self) -> None:
        """Stop reading; nothing is posted afterwards. Does not wait for a reading in progress."""
        self._sampler.stop()

    def close(self) -> None:
        """As ``stop``."""
        self.stop()

    def read_once(self) -> tuple[WaterRead, ...]:
        """Read once, as ``start`` has set; takes about 0.8 s for each probe. Never raises.

        ``ProbeError.NO_PROBE`` if the bus is empty, ``UNDECIDED`` if it is not known which is the water's.
        """
        names = sensors(self._root)
        if not names:
            return (WaterRead(None, ProbeError.NO_PROBE, probe=self._using),)
        if self._every:  # the offset was measured for the water's probe only
            water = water_probe(names, self.chosen)
            return tuple(self._read(name, self.offset if name == water else 0.0) for name in names)
        chosen, offset = self._began
        self._seen.update(names)
        if not self._using or self._using not in {chosen, self.chosen}:
            self._using = water_probe(names if chosen else sorted(self._seen), chosen)
        return (self._read(self._using, offset) if self._using else WaterRead(None, ProbeError.UNDECIDED),)

    def _read(self, name: str, offset: float) -> WaterRead:
        return reading(_look(self._root, name).value, offset, name)
