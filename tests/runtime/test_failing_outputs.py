"""A lamp, a buzzer or a backlight that fails: it costs only itself, it is said, and it is tried again."""

import threading
from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from kiosk.core import night as the_night
from kiosk.core.events import ButtonPressed, ButtonReleased, Fault, FaultFound
from kiosk.core.pages import Asleep, CountIn, Failsafe
from kiosk.core.signals import DIM, LAMP, Signal
from kiosk.core.soak import Verdict, Water
from kiosk.core.state import Shine
from kiosk.runtime.outputs import BACK_OFF, BACK_OFF_IN_DANGER, Outputs
from tests.bedside import Bedside
from tests.hall import Breaking, Hall, is_press


class Failing:
    """An output that raises while ``broken(wanted)`` is true; it records every attempt."""

    def __init__(self, night: Bedside, broken: Callable[[object], bool]) -> None:
        self.night, self.broken = night, broken
        self.tried: list[tuple[int, object, bool]] = []

    def set(self, *wanted) -> None:
        broken = self.broken(wanted[0])
        self.tried.append((self.night.conductor.now, wanted[0], not broken))
        if broken:
            raise OSError("line is gone")

    def play(self, *wanted) -> None:
        self.set(*wanted)


def bedside_with(part: str, broken: Callable[[object], bool]) -> tuple[Bedside, Failing]:
    """A night in which one of lamp, buzzer and backlight fails; the other two are recorded as usual."""
    night = Bedside()
    failing = Failing(night, broken)
    for history in (night.out.lamp, night.out.tones, night.out.light):
        history.clear()
    parts = {"lamp": _Kept(night, night.out.lamp), "buzzer": _Kept(night, night.out.tones),
             "backlight": _Kept(night, night.out.light)}  # fmt: skip
    night.conductor._outputs = Outputs(**{**parts, part: failing})
    night.conductor._outputs.follow(night.state, 0)
    return night, failing


class _Kept:
    def __init__(self, night: Bedside | Hall, did: list[tuple[int, object]]) -> None:
        self.night, self.did = night, did

    def set(self, *wanted) -> None:
        self.did.append((self.night.conductor.now, wanted[0]))

    def play(self, *wanted) -> None:
        self.set(*wanted)


@pytest.mark.parametrize(
    ("part", "fault"),
    [("lamp", Fault.OUTPUTS), ("buzzer", Fault.OUTPUTS), ("backlight", Fault.BACKLIGHT)],
)
def test_an_output_that_fails_for_good_costs_only_itself(part, fault, caplog):
    whole = Bedside()
    night, failing = bedside_with(part, bool)
    for each in (whole, night):
        each.press()
        each.wait(600)
        each.until(Asleep)
    assert night.pages == whole.pages
    assert night.state.faults == {fault}
    if part != "lamp":
        assert night.out.lamp == whole.out.lamp
    if part != "buzzer":
        assert night.out.tones == whole.out.tones
    if part != "backlight":
        assert night.out.light == whole.out.light
    assert len(failing.tried) < 80
    assert len(caplog.records) == 1
    assert f"the {part} fails, the rest leads without it: line is gone" in caplog.text


def test_a_lamp_that_fails_once_is_on_a_tenth_of_a_second_later_and_the_banner_goes():
    night, lamp = bedside_with("lamp", lambda level: level == 1.0 and night.now == 0)
    night.happen(ButtonPressed())
    assert night.state.faults == {Fault.OUTPUTS}
    assert night.conductor.next_due() == 100
    night.wait(0.1)
    assert lamp.tried == [(0, 0.0, True), (0, 1.0, False), (100, 1.0, True)]
    assert night.state.faults == frozenset()
    assert night.conductor.next_due() > 100


def test_it_is_tried_again_ever_more_seldom_and_not_at_every_edge():
    night, lamp = bedside_with("lamp", lambda level: level > 0)
    night.happen(ButtonPressed())
    night.happen(ButtonReleased())
    night.wait(300)
    failures = [at for at, _, worked in lamp.tried if not worked]
    gaps = [later - at for at, later in pairwise(failures)]
    assert len(gaps) > len(BACK_OFF)
    for gap, least in zip(gaps, BACK_OFF + BACK_OFF[-1:] * len(gaps), strict=False):
        assert gap >= least
    assert {worked for _, level, worked in lamp.tried if level == 0} == {True}


def test_an_alarm_never_waits_long_for_a_lamp_that_failed_all_night():
    """A minute in water that burns, because nobody tried meanwhile."""
    night, lamp = bedside_with("lamp", lambda level: level > 0)
    night.happen(ButtonPressed())
    night.happen(ButtonReleased())
    night.wait(60)
    began = night.now
    danger = msgspec.structs.replace(
        night.state, water=Water(verdict=Verdict.DANGER), lamp=Shine(LAMP[Signal.DANGER], began)
    )
    for now in range(began, began + 60_000, 250):
        night.conductor._now = now
        night.conductor._outputs.follow(danger, now)
    failures = [at for at, _, worked in lamp.tried if not worked and at >= began - 60_000]
    assert failures[-1] > began + 50_000
    assert max(later - at for at, later in pairwise([began, *(at for at in failures if at > began)])) <= (
        BACK_OFF_IN_DANGER + 500
    ), "the next time that it is to shine"


def test_what_failed_to_sound_is_silenced_at_once_and_that_is_not_yet_working():
    night, buzzer = bedside_with("buzzer", lambda tone: tone > 0 and night.now < 60_000)
    night.happen(ButtonPressed())
    night.happen(ButtonReleased())
    night.wait(0.099)
    assert buzzer.tried == [(0, 0, True), (0, 659, False)]
    night.wait(0.011)
    assert buzzer.tried[2:] == [(100, 0, True)]
    assert night.state.faults == {Fault.OUTPUTS}
    night.wait(60)
    assert night.state.faults == frozenset()


def test_one_that_cannot_be_brought_to_rest_is_sent_there_again_and_again():
    night, lamp = bedside_with("lamp", lambda level: level == 0)
    night.wait(20)
    night.happen(FaultFound(Fault.CLOCK))
    night.wait(200)
    moments = (0, 100, 1100, 3100, 8100, 18_100, 48_100, 108_100, 168_100)
    assert lamp.tried == [(at, 0.0, False) for at in moments]
    assert night.state.faults == {Fault.OUTPUTS, Fault.CLOCK}


def test_an_error_of_our_own_over_a_broken_lamp_is_still_the_failsafe(monkeypatch, caplog):
    hall = Hall()
    buzzer = _Kept(hall, [])
    hall.conductor._outputs = Outputs(_Dumb(), buzzer, _Kept(hall, []))
    monkeypatch.setattr(the_night, "transition", Breaking(the_night.transition, 1, is_press))
    with hall:
        hall.until(lambda state: Fault.OUTPUTS in state.faults)
        hall.conductor.post(ButtonPressed())
        hall.until_page(Failsafe)
        hall.conductor.post(ButtonPressed())
        hall.until_page(CountIn)
    assert hall.raised is None
    assert hall.states[-1].faults == {Fault.OUTPUTS}
    assert caplog.text.count("the lamp fails") == 1
    assert [tone for _, tone in buzzer.did] == [0, 0, 0, 659, 0]


def test_a_buzzer_that_cannot_be_silenced_leaves_no_lamp_burning(caplog):
    lamp = _Kept(Bedside(), [])
    Outputs(lamp, _Dumb(), lamp).off()
    assert lamp.did == [(0, 0.0)]
    assert "the buzzer fails, the rest leads without it: no answer" in caplog.text


# --- what makes it shine and sound is a process of its own, which may be gone


def test_what_is_not_driven_any_more_is_driven_anew_with_the_next_sign_of_life(caplog):
    gone: list[Exception] = [OSError("nothing pulses it")]

    def check() -> None:
        if gone:
            raise gone[0]

    hall = Hall()
    hall.conductor._outputs = Outputs(hall, hall, _Kept(hall, []), check)
    with hall:
        hall.conductor.post(ButtonPressed())
        hall.until_page(CountIn)
        before = len(hall.did)
        hall.conductor.beat()
        hall.conductor.beat()
        hall.conductor.post(FaultFound(Fault.CLOCK))
        hall.until(lambda state: Fault.CLOCK in state.faults)
        after = hall.did[before:]
        gone.clear()
        before = len(hall.did)
        hall.conductor.beat()
        hall.conductor.post(FaultFound(Fault.DISK))
        hall.until(lambda state: Fault.DISK in state.faults)
        assert hall.did[before:] == []
    assert after == [("lamp", 1.0), ("buzzer", 659)] * 2
    assert caplog.messages == ["lamp or buzzer may not do what they should: nothing pulses it"]


def test_what_cannot_be_driven_either_is_said_and_comes_back_by_itself(caplog):
    """A lamp whose pulses cannot be had: the banner, and no banner when they can."""
    working = threading.Event()

    def need() -> None:
        if not working.is_set():
            raise OSError("nothing pulses it")

    class Lamp:
        def set(self, level: float) -> None:
            if 0 < level < 1:
                need()

    working.set()
    hall = Hall()
    hall.conductor._outputs = Outputs(Lamp(), hall, _Kept(hall, []), need)
    hall.conductor.state = msgspec.structs.replace(hall.conductor.state, lamp=Shine(DIM))
    with hall:
        hall.until(lambda _: True)
        assert hall.states[-1].faults == frozenset()
        working.clear()
        hall.conductor.beat()
        hall.until(lambda state: Fault.OUTPUTS in state.faults)
        working.set()
        hall.clock.move_to(BACK_OFF[0])
        hall.conductor.beat()
        hall.until(lambda state: Fault.OUTPUTS not in state.faults)


class _Dumb:
    def set(self, *_wanted: object) -> None:
        raise RuntimeError("no answer")

    def play(self, *wanted) -> None:
        self.set(*wanted)
