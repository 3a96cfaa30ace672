import itertools
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import Event, ProbeError, WaterRead
from kiosk.devices.probe import Measured, Probe, parse, reading
from kiosk.runtime.supervision import Supervisor
from tests.one_wire import w1_slave
from tests.prove import examples, prove

NAME = "28-3c01f0964f8f"


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
        (w1_slave(38.5), Measured(38.5)),
        (w1_slave(38.0625), Measured(38.0625)),
        (w1_slave(-10.125), Measured(-10.125)),
        (w1_slave(0.0), Measured(0.0)),
        ("", ProbeError.EMPTY),
        ("\n \n", ProbeError.EMPTY),
        (w1_slave(38.5, good=False), ProbeError.CRC),
        (w1_slave(85.0), ProbeError.RESET),
        (w1_slave(85.0625), Measured(85.0625)),
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
def test_parse(text: str, expected: Measured | ProbeError) -> None:
    assert parse(text) == expected


#: What a 1-Wire file is made of, for texts that are nearly one.
_PIECES = st.sampled_from(
    ["50 05 4b 46 7f ff 0c 10 1c", " : crc=1c ", "YES", "NO", "\n", " t=", "-", "85000", "9" * 5000]
)


@prove
@examples
@given(
    st.lists(_PIECES, max_size=9).map("".join)
    | st.text()
    | st.binary().map(lambda data: data.decode("ascii", "replace"))
)
def test_parse_never_raises(text: str) -> None:
    assert isinstance(parse(text), Measured | ProbeError)


@prove
@examples
@given(st.integers(-55 * 16, 125 * 16), st.data())
def test_a_torn_or_spoilt_text_is_never_another_temperature(sixteenths: int, data: st.DataObject) -> None:
    whole = w1_slave(sixteenths / 16)
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = whole[:at]
    # what is cut off behind the first digit of the last number makes no difference: the bytes count
    assert isinstance(parse(cut), ProbeError) or parse(cut) == parse(whole)
    spoilt = whole[:at] + data.draw(st.characters(codec="ascii")) + whole[at + 1 :]
    assert parse(spoilt) == parse(whole) or isinstance(parse(spoilt), ProbeError)


@given(st.integers(-55 * 16, 125 * 16).filter(lambda n: n != 85 * 16))
def test_every_temperature_survives(sixteenths: int) -> None:
    assert parse(w1_slave(sixteenths / 16)) == Measured(sixteenths / 16)


def test_what_contradicts_its_bytes_is_not_believed() -> None:
    """Water of 46 degrees, and a text that says 38."""
    text = w1_slave(46.0).replace("t=46000", "t=38000")
    assert parse(text) == Measured(46.0)
    assert parse(text, "22-00000000abcd") == Measured(46.0)
    assert parse(text, "10-00000000abcd") == Measured(38.0)  # its bytes mean something else


def test_bytes_that_contradict_their_crc_are_not_believed() -> None:
    spoilt = w1_slave(38.0).replace("60 02", "60 03")
    assert spoilt.startswith("60 03")
    assert parse(spoilt) == ProbeError.CRC


@pytest.mark.parametrize(
    ("config", "bits", "celsius"),
    [(0x7F, 12, 38.4375), (0x5F, 11, 38.375), (0x3F, 10, 38.25), (0x1F, 9, 38.0)],
)
def test_a_coarser_probe_says_how_coarse_it_is(config: int, bits: int, celsius: float) -> None:
    """The bits below its resolution mean nothing."""
    scratchpad = bytes([0x67, 0x02, 0x4B, 0x46, config, 0xFF, 0x0C, 0x10])
    assert parse(w1_slave(38.4375, scratchpad=scratchpad)) == Measured(celsius, bits)


@pytest.mark.parametrize(
    ("raw", "offset", "expected"),
    [
        (Measured(38.062), 0.0, WaterRead(38.06)),
        (Measured(38.062), -0.4, WaterRead(37.66)),
        (Measured(84.5), 0.5, WaterRead(None, ProbeError.RANGE, 85.0)),
        (Measured(5.0), 0.0, WaterRead(5.0)),
        (Measured(4.99), 0.0, WaterRead(None, ProbeError.RANGE, 4.99)),
        (Measured(4.5), 0.5, WaterRead(5.0)),
        (Measured(70.0), 0.0, WaterRead(70.0)),
        (Measured(70.0), 0.01, WaterRead(None, ProbeError.RANGE, 70.01)),
        (Measured(-10.125), 0.0, WaterRead(None, ProbeError.RANGE, -10.12)),
        (Measured(0.0), 0.3, WaterRead(None, ProbeError.RANGE, 0.3)),
        (ProbeError.RESET, -30.0, WaterRead(None, ProbeError.RESET)),
    ],
)
def test_reading(raw: Measured | ProbeError, offset: float, expected: WaterRead) -> None:
    assert reading(raw, offset) == expected


def error(why: ProbeError, probe: str = NAME) -> tuple[WaterRead, ...]:
    return (WaterRead(None, why, probe=probe),)


def says(celsius: float, probe: str = NAME) -> tuple[WaterRead, ...]:
    return (WaterRead(celsius, probe=probe),)


class TestOnAFakeTree:
    @pytest.fixture
    def probe(self, tmp_path: Path) -> Probe:
        (tmp_path / "w1_bus_master1").mkdir()
        (tmp_path / "3a-000000000001").mkdir()  # a switch, not a thermometer
        return Probe(lambda _: None, root=tmp_path, supervisor=Supervisor())

    def test_no_sensor_then_plugged_in_then_pulled_out(self, probe: Probe, tmp_path: Path) -> None:
        seen = [probe.read_once()]
        folder = plug(tmp_path, w1_slave(38.5))
        seen.append(probe.read_once())
        shutil.rmtree(folder)
        seen.append(probe.read_once())
        assert seen == [error(ProbeError.NO_PROBE, ""), says(38.5), error(ProbeError.NO_PROBE)]

    def test_no_one_wire_at_all(self, tmp_path: Path) -> None:
        probe = Probe(lambda _: None, root=tmp_path / "missing", supervisor=Supervisor())
        assert probe.read_once() == error(ProbeError.NO_PROBE, "")

    def test_a_folder_without_a_driver(self, probe: Probe, tmp_path: Path) -> None:
        (tmp_path / NAME).mkdir()
        assert probe.read_once() == error(ProbeError.NO_PROBE)

    def test_an_error_of_the_kernel_is_a_reading_without_an_answer(
        self, probe: Probe, tmp_path: Path
    ) -> None:
        (plug(tmp_path, "") / "w1_slave").unlink()
        (tmp_path / NAME / "w1_slave").mkdir()  # reading it fails with EISDIR
        assert probe.read_once() == error(ProbeError.EMPTY)

    def test_bytes_that_are_no_text(self, probe: Probe, tmp_path: Path) -> None:
        (plug(tmp_path, "") / "w1_slave").write_bytes(b"\xff\xfe\x00" * 20)
        assert probe.read_once() == error(ProbeError.MALFORMED)

    def test_every_fault_of_the_sensor(self, probe: Probe, tmp_path: Path) -> None:
        texts = ["", w1_slave(20, good=False), SHORTED, w1_slave(85), w1_slave(127.9375), w1_slave(71)]
        seen = []
        for text in texts:
            plug(tmp_path, text)
            seen.append(probe.read_once())
        assert seen == [
            error(ProbeError.EMPTY),
            error(ProbeError.CRC),
            error(ProbeError.MALFORMED),
            error(ProbeError.RESET),
            error(ProbeError.NO_POWER),
            (WaterRead(None, ProbeError.RANGE, 71.0, NAME),),
        ]

    def test_reset_is_known_before_the_offset(self, probe: Probe, tmp_path: Path) -> None:
        plug(tmp_path, w1_slave(85))
        probe.offset = -20.0
        assert probe.read_once() == error(ProbeError.RESET)

    @pytest.mark.parametrize("family", ["28", "22", "10", "3b", "42"])
    def test_every_family(self, probe: Probe, tmp_path: Path, family: str) -> None:
        name = f"{family}-00000000abcd"
        plug(tmp_path, w1_slave(38.5), name)
        assert probe.read_once() == says(38.5, name)


IN_WATER, IN_ROOM = "28-00000000000b", "28-00000000000a"


class TestSeveralProbes:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        """One probe in the water, and one, first by its name, in the room."""
        plug(tmp_path, w1_slave(46.0), IN_WATER)
        plug(tmp_path, w1_slave(21.0), IN_ROOM)
        return tmp_path

    def test_none_chosen_none_read(self, tree: Path) -> None:
        probe = Probe(lambda _: None, root=tree, supervisor=Supervisor())
        assert probe.read_once() == error(ProbeError.UNDECIDED, "")

    def test_the_chosen_one_is_read_with_its_offset(self, tree: Path) -> None:
        probe = Probe(lambda _: None, -0.5, IN_WATER, tree, supervisor=Supervisor())
        assert probe.read_once() == says(45.5, IN_WATER)

    def test_a_dead_first_one_does_not_stand_in_the_way(self, tree: Path) -> None:
        plug(tree, "", IN_ROOM)
        probe = Probe(lambda _: None, 0.0, IN_WATER, tree, supervisor=Supervisor())
        assert probe.read_once() == says(46.0, IN_WATER)

    def test_no_other_one_is_read_in_place_of_the_chosen_one(self, tree: Path) -> None:
        shutil.rmtree(tree / IN_WATER)
        probe = Probe(lambda _: None, 0.0, IN_WATER, tree, supervisor=Supervisor())
        assert probe.read_once() == error(ProbeError.UNDECIDED, "")

    def test_a_soak_keeps_the_probe_it_began_with(self, tree: Path) -> None:
        shutil.move(tree / IN_ROOM, tree / "elsewhere")
        probe = Probe(lambda _: None, -0.5, root=tree, supervisor=Supervisor())
        seen = [probe.read_once()]
        probe.chosen, probe.offset = IN_WATER, -0.1  # the feet went in by it
        shutil.move(tree / "elsewhere", tree / IN_ROOM)
        seen.append(probe.read_once())
        shutil.rmtree(tree / IN_WATER)
        seen.append(probe.read_once())
        shutil.rmtree(tree / IN_ROOM)
        seen.append(probe.read_once())
        plug(tree, w1_slave(45.0), IN_WATER)
        seen.append(probe.read_once())
        gone = error(ProbeError.NO_PROBE, IN_WATER)
        assert seen == [says(45.5, IN_WATER), says(45.5, IN_WATER), gone, gone, says(44.5, IN_WATER)]

    def test_another_choice_counts_from_the_next_soak_on(self, tree: Path) -> None:
        probe = Probe(lambda _: None, 0.0, IN_WATER, tree, supervisor=Supervisor())
        seen = [probe.read_once()]
        probe.chosen, probe.offset = IN_ROOM, 0.5
        seen.append(probe.read_once())
        with probe:
            probe.start()
        seen.append(probe.read_once())
        assert seen == [says(46.0, IN_WATER), says(46.0, IN_WATER), says(21.5, IN_ROOM)]

    def test_a_second_one_that_comes_before_one_was_chosen_makes_it_doubtful(self, tree: Path) -> None:
        """The room's alone at first, then the water's is plugged in; and one that is gone for a moment."""
        shutil.move(tree / IN_WATER, tree / "elsewhere")
        probe = Probe(lambda _: None, root=tree, supervisor=Supervisor())
        seen = [probe.read_once()]
        shutil.move(tree / "elsewhere", tree / IN_WATER)
        seen.append(probe.read_once())
        shutil.rmtree(tree / IN_ROOM)
        seen.append(probe.read_once())
        doubtful = error(ProbeError.UNDECIDED, "")
        assert seen == [says(21.0, IN_ROOM), doubtful, doubtful]


def readings(root: Path, play: Callable[[Probe, int], bool], **more: Any) -> list[Event]:
    """What a probe on its own thread posts; ``play`` is called before each wait, with its number, until it
    says that this is the end."""
    posted: list[Event] = []
    done = threading.Event()
    rounds = itertools.count()

    def wait(stopped: threading.Event, ms: int) -> None:
        if stopped.is_set():
            return
        if play(probe, next(rounds)):
            done.set()
            stopped.wait(5)

    probe = Probe(posted.append, root=root, wait=wait, **more, supervisor=Supervisor())
    with probe:
        probe.start(every=True)
        assert done.wait(5)
    return posted


def test_on_the_page_of_the_parts_every_probe_is_read_in_turn(tmp_path: Path) -> None:
    plug(tmp_path, w1_slave(38.0), IN_WATER)
    plug(tmp_path, w1_slave(21.0), IN_ROOM)

    def play(probe: Probe, number: int) -> bool:
        probe.chosen = IN_WATER
        probe.start(every=True)  # it does already
        return number == 1

    seen = readings(tmp_path, play, offset=0.5, chosen=IN_ROOM)
    assert seen == [
        *says(21.5, IN_ROOM), *says(38.0, IN_WATER),
        *says(21.0, IN_ROOM), *says(38.5, IN_WATER),
    ]  # fmt: skip


def test_after_the_page_of_the_parts_the_waters_alone_is_read(tmp_path: Path) -> None:
    plug(tmp_path, w1_slave(38.0), IN_WATER)
    plug(tmp_path, w1_slave(21.0), IN_ROOM)
    posted: list[Event] = []
    turned, done = threading.Event(), threading.Event()

    def wait(stopped: threading.Event, ms: int) -> None:
        (done if turned.is_set() else turned).set()
        stopped.wait(5)

    with Probe(posted.append, 0.0, IN_WATER, tmp_path, wait=wait, supervisor=Supervisor()) as probe:
        probe.start(every=True)
        assert turned.wait(5)
        probe.start()
        assert done.wait(5)
    assert posted == [*says(21.0, IN_ROOM), *says(38.0, IN_WATER), *says(38.0, IN_WATER)]


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

    with Probe(posted.append, root=tmp_path, wait=wait, supervisor=Supervisor()) as probe:
        assert posted == []
        probe.start()
        assert done.wait(5)
    assert posted == [
        *error(ProbeError.NO_PROBE, ""),
        *says(37.5),
        *error(ProbeError.EMPTY),
        *error(ProbeError.NO_PROBE),
        *says(38.0),
    ]
