"""The DS18B20 probe, through the files of the kernel's 1-Wire driver (w1_therm)."""

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

W1 = Path("/sys/bus/w1/devices")

LOWEST, HIGHEST = POSSIBLE

#: Families of thermometers w1_therm reads, as folder names begin.
_SENSOR = re.compile(r"(28|22|10|3b|42)-[0-9a-f]{12}")

_BYTES = re.compile(r"((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)")
_MILLI = re.compile(r".* t=(-?[0-9]{1,6})")

#: Families whose scratchpad is that of the DS18B20: sixteenths of a degree in its first two bytes,
#: the resolution in the fifth. Of the others the kernel knows more.
_AS_DS18B20 = ("28-", "22-", "42-")

_RESET = 85.0
_NO_POWER = 127.9
"""0x07FF: 127.9375 degrees"""


#: Bits of a DS18B20 that measures as finely as it can: in sixteenths of a degree.
FINEST = 12


class Measured(NamedTuple):
    """What a sensor said: degrees Celsius, and its resolution in bits (9 to 12)."""

    celsius: float
    bits: int = FINEST


def parse(text: str, name: str = "28-") -> Measured | ProbeError:
    """The temperature in the text of a ``w1_slave`` file, or why there is none. Never raises.

    Two lines: ``50 05 4b 46 7f ff 0c 10 1c : crc=1c YES`` and ``50 05 4b 46 7f ff 0c 10 1c t=85000``.
    ``name``: that of the sensor; it begins with its family. Where the nine bytes are understood they count,
    not what was made of them. The kernel gives an empty file for every failure it noticed (w1_therm.c);
    the rest has to be known by its value.
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
    # A data line shorted to ground reads as nine zero bytes, with a CRC that is right: 0 degrees.
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
    """What the bytes of a DS18B20 say. At a coarser resolution its lowest bits mean nothing."""
    bits = 9 + (scratchpad[4] >> 5 & 3)
    sixteenths = int.from_bytes(scratchpad[:2], "little", signed=True)
    return Measured((sixteenths & -1 << FINEST - bits) / 16, bits)


def _crc8(data: bytes) -> int:
    """The 1-Wire bus's CRC: x^8 + x^5 + x^4 + 1, lowest bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc


def reading(raw: Measured | ProbeError, offset: float, probe: str = "") -> WaterRead:
    """The event for what this sensor said, with the owner's offset: in range, to two decimals."""
    if isinstance(raw, ProbeError):
        return WaterRead(None, raw, probe=probe)
    celsius = round(raw.celsius + offset, 2)
    if not LOWEST <= celsius <= HIGHEST:
        return WaterRead(None, ProbeError.RANGE, celsius, probe=probe, bits=raw.bits)
    return WaterRead(celsius, probe=probe, bits=raw.bits)


class Sensor(msgspec.Struct, frozen=True):
    """One thermometer on the bus: its name, what its file said, and what that means (degrees Celsius)."""

    name: str
    text: str
    value: Measured | ProbeError

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
    return Sensor(name, text, parse(text, name))


def _why(error: OSError) -> ProbeError:
    gone = error.errno in {errno.ENOENT, errno.ENODEV, errno.ENOTDIR}
    return ProbeError.NO_PROBE if gone else ProbeError.EMPTY


def water_probe(names: Sequence[str], chosen: str) -> str:
    """Which of these sensors is the water's; empty if that is not known.

    The one that was chosen; without a choice the only one there is. Never another in its place: that one may
    lie in the room, and say so of water that scalds.
    """
    if chosen:
        return chosen if chosen in names else ""
    return names[0] if len(names) == 1 else ""


class Probe(Part):
    """Reads the water once a second while started (one reading takes the sensor 750 ms).

    Posts one ``WaterRead`` for every reading, good or not, from its own thread. The probe is looked for
    anew each time, so it may be plugged in later. ``offset`` in degrees Celsius and ``chosen``, the number of
    the water's probe, count as they are at ``start``, until ``stop``. Without a choice the only probe that
    was seen since is the water's; once it is chosen meanwhile it stays so, whatever is plugged in beside it.
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
        """both at the start"""
        self._seen: set[str] = set()
        """every probe that was there since"""
        self._using = ""
        """the water's; empty: that is not known"""

        def post_all(readings: tuple[WaterRead, ...]) -> None:
            for each in readings:
                post(each)

        self._sampler = Sampler(self.read_once, post_all, clock=clock, wait=wait, supervisor=supervisor)

    def start(self, *, every: bool = False) -> None:
        """Begin reading the water's probe, or every one in turn. The first reading comes in about 0.8 s."""
        if self._sampler.is_running:
            if every == self._every:
                return
            self._sampler.stop()
        self._every = every
        self._began, self._seen, self._using = (self.chosen, self.offset), set(), ""
        self._sampler.start()

    def stop(self) -> None:
        """Stop reading; nothing is posted any more. Returns at once."""
        self._sampler.stop()

    def close(self) -> None:
        """As ``stop``."""
        self.stop()

    def read_once(self) -> tuple[WaterRead, ...]:
        """One reading of what is to be read, now; takes about 0.8 s a probe. Never raises."""
        names = sensors(self._root)
        if not names:
            return (WaterRead(None, ProbeError.NO_PROBE, probe=self._using),)
        if self._every:  # what one probe is wrong by says nothing of another
            water = water_probe(names, self.chosen)
            return tuple(self._read(name, self.offset if name == water else 0.0) for name in names)
        chosen, offset = self._began
        self._seen.update(names)
        if not self._using or self._using not in {chosen, self.chosen}:
            self._using = water_probe(names if chosen else sorted(self._seen), chosen)
        return (self._read(self._using, offset) if self._using else WaterRead(None, ProbeError.UNDECIDED),)

    def _read(self, name: str, offset: float) -> WaterRead:
        return reading(_look(self._root, name).value, offset, name)
