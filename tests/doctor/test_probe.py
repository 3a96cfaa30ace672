"""The doctor looks at the water probe."""

import pytest

from kiosk.config.settings import Settings, Soak
from kiosk.doctor import probe
from tests.doctor.pi import PROBE, WARM, told
from tests.one_wire import w1_slave

WIRING = "Check the wires: red to 3V3, black to ground, yellow to GPIO4, 4.7 kΩ between yellow and red."


@pytest.mark.parametrize(
    ("text", "says", "remedy"),
    [
        ("", f"{PROBE} does not answer.", WIRING),
        (
            WARM.replace("YES", "NO"),
            f"{PROBE} answers, but damaged: the CRC is wrong.",
            "Use a shorter cable, or 2.2 kΩ in place of 4.7 kΩ for a long one.",
        ),
        ("what\n", f"{PROBE} answers nonsense: its yellow wire may touch black.", WIRING),
        (
            w1_slave(85.0),
            f"{PROBE} says 85 degrees, which it does after losing power.",
            "Check that the red wire is on 3V3 and sits firmly.",
        ),
        (
            w1_slave(127.9375),
            f"{PROBE} has too little power to measure (127.94 degrees).",
            "Put the red wire on 3V3: without a supply of its own it is not read reliably.",
        ),
        (
            w1_slave(-20.0),
            f"{PROBE} says -20.0 degrees, which no foot bath has.",
            "Put it in water you can touch; if it still says so, replace it.",
        ),
    ],
)
def test_a_probe_that_cannot_be_believed(pi, text, says, remedy):
    pi.put(f"sys/bus/w1/devices/{PROBE}/w1_slave", text)
    assert told(probe.check_probe(pi.machine())) == [("problem", says, remedy)]


def test_a_probe_unplugged_while_it_is_read(pi):
    pi.take(f"sys/bus/w1/devices/{PROBE}/w1_slave")
    (found,) = probe.check_probe(pi.machine())
    assert (found.says, found.facts["error"]) == (f"{PROBE} was unplugged while it was read.", "no-probe")


def test_no_bus_no_probe_and_a_line_that_floats(pi):
    pi.take(f"sys/bus/w1/devices/{PROBE}")
    assert told(probe.check_probe(pi.machine())) == [
        ("problem", "1-Wire is on, but no probe is found.", WIRING)
    ]
    pi.put("sys/bus/w1/devices/00-400000000000/name", "")
    assert told(probe.check_probe(pi.machine())) == [
        ("problem", "The probe's line floats: the kernel sees numbers that no probe has.", WIRING)
    ]
    pi.take("sys/bus/w1/devices/w1_bus_master1")
    assert told(probe.check_probe(pi.machine())) == [
        (
            "problem",
            "1-Wire is off, so no probe can be read.",
            "Run sudo cramp-kiosk setup, then restart the device.",
        )
    ]


COPY = "28-3c01f0964f8f"


def test_with_several_probes_the_waters_is_read(pi):
    pi.put(f"sys/bus/w1/devices/{COPY}/w1_slave", w1_slave(21.0))
    pi.put("sys/bus/w1/devices/28-ffffffffffff/w1_slave", "")
    pi.config = Settings(soak=Soak(probe=PROBE, probe_offset=-0.5))
    found = probe.check_probe(pi.machine())
    in_room = " / ".join(w1_slave(21.0).splitlines())
    assert told(found)[1:] == [
        ("note", f"{COPY} says 21.0 degrees; it is not the water's ({in_room}).", ""),
        ("note", "28-ffffffffffff does not answer.", ""),
    ]
    assert [each.check for each in found] == ["probe.sensor", "probe.other", "probe.other"]


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ("", f"There are several probes and none was chosen: {PROBE}, {COPY}. None is read."),
        (
            "28-000000000001",
            f"The water's probe, 28-000000000001, is not there; found: {PROBE}, {COPY}. None is read.",
        ),
    ],
)
def test_a_probe_that_was_not_chosen_is_not_read(pi, chosen, says):
    pi.put(f"sys/bus/w1/devices/{COPY}/w1_slave", w1_slave(21.0))
    pi.config = Settings(soak=Soak(probe=chosen))
    problem, *others = probe.check_probe(pi.machine())
    assert told([problem]) == [
        (
            "problem",
            says,
            (
                "Warm the water's probe in your hand on the page Check parts, or write into [soak]: "
                f'probe = "{PROBE}".'
            ),
        )
    ]
    assert [each.check for each in others] == ["probe.other", "probe.other"]


def test_a_coarse_probe(pi):
    scratchpad = bytes([0x68, 0x02, 0x4B, 0x46, 0x1F, 0xFF, 0x0C, 0x10])
    pi.put(f"sys/bus/w1/devices/{PROBE}/w1_slave", w1_slave(38.5, scratchpad=scratchpad))
    assert told(probe.check_probe(pi.machine()))[1:] == [
        (
            "note",
            f"{PROBE} measures in steps of 0.5 degrees.",
            (
                "So coarse, one that stands still is noticed late. Write 12 into its file resolution, "
                f"and save into eeprom_cmd, both in /sys/bus/w1/devices/{PROBE}."
            ),
        )
    ]


def test_a_copy_of_a_probe(pi):
    pi.take(f"sys/bus/w1/devices/{PROBE}")
    pi.put(f"sys/bus/w1/devices/{COPY}/w1_slave", WARM)
    assert told(probe.check_probe(pi.machine()))[-1] == (
        "note",
        f"The number of {COPY} is not one of a genuine DS18B20.",
        (
            "Copies may be off by several degrees: check it in ice water and beside a thermometer. "
            "The screen leads through it and keeps the offset: More, Settings, Check parts, Adjust. "
            "Or set soak.probe_offset."
        ),
    )


def test_the_facts_of_a_probe_are_what_the_kernel_said(pi):
    pi.config = Settings(soak=Soak(probe_offset=-0.5))
    assert probe.check_probe(pi.machine())[0].facts == {
        "name": PROBE,
        "raw": WARM,
        "offset": -0.5,
        "celsius": 38.5,
        "bits": 12,
        "error": None,
    }
