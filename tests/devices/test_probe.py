import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import Event, ProbeError, WaterRead
from kiosk.devices.probe import Probe, parse, reading

NAME = "28-3c01f0964f8f"


def crc8(data: bytes) -> int:
    """Dallas/Maxim 1-Wire CRC."""
    crc = 0
    for byte in data:
        for bit in range(8):
            mix = (crc ^ (byte >> bit)) & 1
            crc = (crc >> 1) ^ (0x8C if mix else 0)
    return crc


def w1_slave(celsius: float, *, scratchpad: bytes | None = None, good: bool = True) -> str:
    """What the kernel writes for a DS18B20 at 12 bits."""
    raw = round(celsius * 16)
    data = scratchpad or (raw & 0xFFFF).to_bytes(2, "little") + bytes([0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10])
    crc = crc8(data)
    line = data.hex(" ") + f" {crc:02x} "
    milli = int(int.from_bytes(data[:2], "little", signed=True) * 1000 / 16)
    return f"{line}: crc={crc:02x} {'YES' if good else 'NO'}\n{line}t={milli}\n"


def plug(root: Path, text: str, name: str = NAME) -> Path:
    folder = root / name
    folder.mkdir(exist_ok=True)
    (folder / "w1_slave").write_text(text)
    return folder


def test_the_text_is_the_kernels() -> None:
    assert w1_slave(85.0) == ("50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n")


SHORTED = "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (w1_slave(38.5), 38.5),
        (w1_slave(38.0625), 38.062),
        (w1_slave(-10.125), -10.125),
        (w1_slave(0.0), 0.0),
        ("", ProbeError.EMPTY),
        ("\n \n", ProbeError.EMPTY),
        (w1_slave(38.5, good=False), ProbeError.CRC),
        (w1_slave(85.0), ProbeError.RESET),
        (w1_slave(85.0625), 85.062),
        (w1_slave(127.9375), ProbeError.NO_POWER),
        (SHORTED, ProbeError.MALFORMED),
        (w1_slave(38.5).splitlines()[0], ProbeError.MALFORMED),
        (w1_slave(38.5).splitlines()[1], ProbeError.MALFORMED),
        (w1_slave(38.5) + "more\n", ProbeError.MALFORMED),
        (w1_slave(38.5).replace("t=", "t=hot "), ProbeError.MALFORMED),
        (w1_slave(38.5).replace("t=38500", "t=" + "9" * 5000), ProbeError.MALFORMED),
        (w1_slave(38.5)[:50], ProbeError.MALFORMED),
        (w1_slave(38.5).replace("YES", "yes"), ProbeError.MALFORMED),
        ("38.5\n", ProbeError.MALFORMED),
    ],
)
def test_parse(text: str, expected: float | ProbeError) -> None:
    assert parse(text) == expected


@given(st.text() | st.binary().map(lambda data: data.decode("ascii", "replace")))
def test_parse_never_raises(text: str) -> None:
    assert isinstance(parse(text), float | ProbeError)


@given(st.integers(-55 * 16, 125 * 16), st.data())
def test_a_torn_or_spoilt_text_is_never_another_temperature(sixteenths: int, data: st.DataObject) -> None:
    whole = w1_slave(sixteenths / 16)
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = whole[:at]
    outcome = parse(cut)
    # only the number at the very end can be cut short unnoticed, and the kernel writes it in one piece
    assert isinstance(outcome, ProbeError) or cut.startswith(whole[: whole.index("t=") + 3])
    spoilt = whole[:at] + data.draw(st.characters(codec="ascii")) + whole[at + 1 :]
    assert isinstance(parse(spoilt), float | ProbeError)


@given(st.integers(-55 * 16, 125 * 16).filter(lambda n: n != 85 * 16))
def test_every_temperature_survives(sixteenths: int) -> None:
    assert parse(w1_slave(sixteenths / 16)) == pytest.approx(sixteenths / 16, abs=0.001)


@pytest.mark.parametrize(
    ("raw", "offset", "expected"),
    [
        (38.062, 0.0, WaterRead(38.06)),
        (38.062, -0.4, WaterRead(37.66)),
        (84.5, 0.5, WaterRead(None, ProbeError.RANGE, 85.0)),
        (5.0, 0.0, WaterRead(5.0)),
        (4.99, 0.0, WaterRead(None, ProbeError.RANGE, 4.99)),
        (4.5, 0.5, WaterRead(5.0)),
        (70.0, 0.0, WaterRead(70.0)),
        (70.0, 0.01, WaterRead(None, ProbeError.RANGE, 70.01)),
        (-10.125, 0.0, WaterRead(None, ProbeError.RANGE, -10.12)),
        (0.0, 0.3, WaterRead(None, ProbeError.RANGE, 0.3)),
        (ProbeError.RESET, -30.0, WaterRead(None, ProbeError.RESET)),
    ],
)
def test_reading(raw: float | ProbeError, offset: float, expected: WaterRead) -> None:
    assert reading(raw, offset) == expected


class TestOnAFakeTree:
    @pytest.fixture
    def probe(self, tmp_path: Path) -> Probe:
        (tmp_path / "w1_bus_master1").mkdir()
        (tmp_path / "3a-000000000001").mkdir()  # a switch, not a thermometer
        return Probe(lambda _: None, root=tmp_path)

    def test_no_sensor_then_plugged_in_then_pulled_out(self, probe: Probe, tmp_path: Path) -> None:
        seen = [probe.read_once()]
        folder = plug(tmp_path, w1_slave(38.5))
        seen.append(probe.read_once())
        shutil.rmtree(folder)
        seen.append(probe.read_once())
        assert seen == [
            WaterRead(None, ProbeError.NO_PROBE),
            WaterRead(38.5),
            WaterRead(None, ProbeError.NO_PROBE),
        ]

    def test_no_one_wire_at_all(self, tmp_path: Path) -> None:
        probe = Probe(lambda _: None, root=tmp_path / "missing")
        assert probe.read_once() == WaterRead(None, ProbeError.NO_PROBE)
        assert probe.describe() == f"No probe found in {tmp_path / 'missing'}."

    def test_a_folder_without_a_driver(self, probe: Probe, tmp_path: Path) -> None:
        (tmp_path / NAME).mkdir()
        assert probe.read_once() == WaterRead(None, ProbeError.NO_PROBE)

    def test_an_error_of_the_kernel_is_a_reading_without_an_answer(
        self, probe: Probe, tmp_path: Path
    ) -> None:
        (plug(tmp_path, "") / "w1_slave").unlink()
        (tmp_path / NAME / "w1_slave").mkdir()  # reading it fails with EISDIR
        assert probe.read_once() == WaterRead(None, ProbeError.EMPTY)

    def test_bytes_that_are_no_text(self, probe: Probe, tmp_path: Path) -> None:
        (plug(tmp_path, "") / "w1_slave").write_bytes(b"\xff\xfe\x00" * 20)
        assert probe.read_once() == WaterRead(None, ProbeError.MALFORMED)

    def test_every_fault_of_the_sensor(self, probe: Probe, tmp_path: Path) -> None:
        texts = ["", w1_slave(20, good=False), SHORTED, w1_slave(85), w1_slave(127.9375), w1_slave(71)]
        seen = []
        for text in texts:
            plug(tmp_path, text)
            seen.append(probe.read_once())
        assert seen == [
            WaterRead(None, ProbeError.EMPTY),
            WaterRead(None, ProbeError.CRC),
            WaterRead(None, ProbeError.MALFORMED),
            WaterRead(None, ProbeError.RESET),
            WaterRead(None, ProbeError.NO_POWER),
            WaterRead(None, ProbeError.RANGE, 71.0),
        ]

    def test_reset_is_known_before_the_offset(self, probe: Probe, tmp_path: Path) -> None:
        plug(tmp_path, w1_slave(85))
        probe.offset = -20.0
        assert probe.read_once() == WaterRead(None, ProbeError.RESET)

    @pytest.mark.parametrize("family", ["28", "22", "10", "3b", "42"])
    def test_every_family(self, probe: Probe, tmp_path: Path, family: str) -> None:
        plug(tmp_path, w1_slave(38.5), f"{family}-00000000abcd")
        assert probe.read_once() == WaterRead(38.5)
        assert probe.describe() == f"The probe is {family}-00000000abcd."

    def test_of_several_the_first_by_name(self, probe: Probe, tmp_path: Path) -> None:
        for name, celsius in (
            ("28-00000000000b", 21.0),
            ("28-00000000000a", 38.0),
            ("28-00000000000c", 22.0),
        ):
            plug(tmp_path, w1_slave(celsius), name)
        assert probe.read_once() == WaterRead(38.0)
        assert probe.describe() == ("The probe is 28-00000000000a, the first by name; 2 others are not read.")
        assert probe.sensors() == ["28-00000000000a", "28-00000000000b", "28-00000000000c"]

    def test_the_raw_text_for_the_doctor(self, probe: Probe, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            probe.read_text()
        plug(tmp_path, w1_slave(38.5))
        assert probe.read_text() == w1_slave(38.5)


def test_a_soak_on_the_probes_own_thread(tmp_path: Path) -> None:
    """The probe comes later, fails, and comes back; the thread sees all of it and lives."""
    script = iter([w1_slave(37.5), "", None, w1_slave(38.0)])
    posted: list[Event] = []
    done = threading.Event()

    def wait(stopped: threading.Event, ms: int) -> None:
        try:
            text = next(script)
        except StopIteration:
            done.set()
            stopped.wait(5)
            return
        if text is None:
            shutil.rmtree(tmp_path / NAME)
        else:
            plug(tmp_path, text)

    with Probe(posted.append, root=tmp_path, wait=wait) as probe:
        assert posted == []
        probe.start()
        assert done.wait(5)
    assert posted == [
        WaterRead(None, ProbeError.NO_PROBE),
        WaterRead(37.5),
        WaterRead(None, ProbeError.EMPTY),
        WaterRead(None, ProbeError.NO_PROBE),
        WaterRead(38.0),
    ]
