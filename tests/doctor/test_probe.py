"""The doctor looks at the water probe."""

import pytest

from kiosk.doctor import water
from kiosk.settings import Settings, Soak
from tests.doctor.pi import PROBE, WARM, told

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
            WARM.replace("38500", "85000"),
            f"{PROBE} says 85 degrees, which it does after losing power.",
            "Check that the red wire is on 3V3 and sits firmly.",
        ),
        (
            WARM.replace("38500", "127937"),
            f"{PROBE} has too little power to measure (127.94 degrees).",
            "Put the red wire on 3V3: without a supply of its own it is not read reliably.",
        ),
        (
            WARM.replace("38500", "-20000"),
            f"{PROBE} says -20.0 degrees, which no foot bath has.",
            "Put it in water you can touch; if it still says so, replace it.",
        ),
    ],
)
def test_a_probe_that_cannot_be_believed(pi, text, says, remedy):
    pi.put(f"sys/bus/w1/devices/{PROBE}/w1_slave", text)
    assert told(water.check_probe(pi.machine())) == [("problem", says, remedy)]


def test_a_probe_unplugged_while_it_is_read(pi):
    pi.take(f"sys/bus/w1/devices/{PROBE}/w1_slave")
    (found,) = water.check_probe(pi.machine())
    assert (found.says, found.facts["error"]) == (f"{PROBE} was unplugged while it was read.", "no-probe")


def test_no_bus_no_probe_and_a_line_that_floats(pi):
    pi.take(f"sys/bus/w1/devices/{PROBE}")
    assert told(water.check_probe(pi.machine())) == [
        ("problem", "1-Wire is on, but no probe is found.", WIRING)
    ]
    pi.put("sys/bus/w1/devices/00-400000000000/name", "")
    assert told(water.check_probe(pi.machine())) == [
        ("problem", "The probe's line floats: the kernel sees numbers that no probe has.", WIRING)
    ]
    pi.take("sys/bus/w1/devices/w1_bus_master1")
    assert told(water.check_probe(pi.machine())) == [
        (
            "problem",
            "1-Wire is off, so no probe can be read.",
            "Run sudo cramp-kiosk setup, then restart the device.",
        )
    ]


def test_a_copy_of_a_probe_and_a_second_one(pi):
    pi.put("sys/bus/w1/devices/28-3c01f0964f8f/w1_slave", WARM)
    pi.put("sys/bus/w1/devices/28-ffffffffffff/w1_slave", "")
    raw = "68 02 4b 46 7f ff 0c 10 30 : crc=30 YES / 68 02 4b 46 7f ff 0c 10 30 t=38500"
    assert told(water.check_probe(pi.machine()))[1:] == [
        ("note", f"28-3c01f0964f8f is not read: the first by name is ({raw}).", ""),
        ("note", "28-ffffffffffff does not answer.", ""),
    ]
    pi.take(f"sys/bus/w1/devices/{PROBE}")
    assert told(water.check_probe(pi.machine()))[-1] == (
        "note",
        "The number of 28-3c01f0964f8f is not one of a genuine DS18B20.",
        (
            "Copies may be off by several degrees: check it in ice water and beside a thermometer. "
            "The screen leads through it and keeps the offset: More, Settings, Check parts, Adjust. "
            "Or set soak.probe_offset."
        ),
    )


def test_the_facts_of_a_probe_are_what_the_kernel_said(pi):
    pi.config = Settings(soak=Soak(probe_offset=-0.5))
    assert water.check_probe(pi.machine())[0].facts == {
        "name": PROBE,
        "raw": WARM,
        "offset": -0.5,
        "celsius": 38.5,
        "error": None,
    }
