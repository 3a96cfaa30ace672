"""What the kiosk tells others about itself, through a night; and that these words stay."""

import json
import logging

import msgspec

from kiosk.core.events import Act, Fault, FaultFound
from kiosk.core.pages import CountIn, Guide, Soak
from kiosk.runtime.status import Status, status
from tests.bedside import Bedside


def told(bed: Bedside) -> Status:
    return status(bed.state, bed.now)


def test_asleep_it_says_so_and_nothing_else():
    bed = Bedside()
    bed.wait(60)
    assert told(bed) == Status(doing="asleep", since=60_000)


def test_a_relief_is_told_with_its_technique_and_how_long_it_lasts():
    bed = Bedside()
    bed.press()
    bed.until(Guide)
    bed.wait(2)
    assert told(bed) == Status(doing="relief", since=2_000, technique="hand", cramp_ms=bed.now)
    bed.tap(Act.GONE)
    assert (told(bed).doing, told(bed).technique) == ("relief", "hand")
    bed.tap(Act.YES)
    assert told(bed) == Status(doing="awake", since=0)


def test_the_water_is_told_in_a_soak_alone():
    bed = Bedside()
    bed.tap()
    bed.wait(2)
    bed.tap(Act.SOAK)
    assert (told(bed).doing, told(bed).water) == ("soak", None)
    bed.tap(Act.NEXT)
    bed.water(38.0, 20)
    assert isinstance(bed.page, Soak)
    found = told(bed)
    assert found.water is not None
    assert (found.doing, found.technique, found.cramp_ms) == ("soak", "soak", None)
    assert (found.water.celsius, found.water.verdict) == (38.0, "warm")


def test_ten_minutes_without_relief_are_told():
    bed = Bedside()
    bed.press()
    bed.wait(601)
    assert (told(bed).doing, told(bed).technique) == ("stop", "hand")


def test_what_is_broken_is_told_sorted():
    bed = Bedside()
    bed.happen(FaultFound(Fault.NO_TOUCH))
    bed.happen(FaultFound(Fault.DISK))
    assert told(bed).faults == (Fault.DISK, Fault.NO_TOUCH)


def test_it_is_json_of_these_keys_and_never_of_others():
    """Others have built upon them: one more may come, none may go without a new version."""
    keys = json.loads(msgspec.json.encode(status(Bedside().state, 5)))
    assert keys == {
        "version": 1,
        "doing": "asleep",
        "since": 5,
        "technique": "",
        "cramp_ms": None,
        "water": None,
        "faults": [],
    }


def test_one_listener_that_fails_costs_nobody_else_anything(caplog):
    seen: list[str] = []

    def broken(_state: object) -> None:
        raise OSError("the socket is gone")

    bed = Bedside(listeners=(broken, lambda state: seen.append(type(state.page).__name__)))
    with caplog.at_level(logging.ERROR):
        bed.press()
        bed.wait(5)
    assert isinstance(bed.page, CountIn | Guide)
    assert seen[0] == "CountIn"
    assert len([each for each in caplog.messages if "cannot hear of the night" in each]) == 1
