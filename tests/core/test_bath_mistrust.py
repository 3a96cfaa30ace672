"""A probe that fails or stands still: a danger outlives it, and nobody is told that the water is good."""

import pytest

from kiosk.core.events import ChangeSetting, RulesChanged, WaterRead
from kiosk.core.pages import Asleep, Soak
from kiosk.core.signals import LAMP, TUNE, Signal
from kiosk.core.soak import FROZEN_AFTER, Verdict
from kiosk.core.state import Light
from kiosk.core.technique import MINUTE, SECOND
from tests.bedside import Bedside, standard
from tests.core.bath import bathing, warm

V = Verdict


def scalding() -> Bedside:
    """The feet are in, and hot water has run in."""
    night = warm()
    for celsius in (39.5, 41.5, 43.5, 45.0):
        night.water(celsius)
    assert night.verdict() is V.DANGER
    return night


def alarms(night: Bedside, seconds: float) -> tuple[int, set[float]]:
    """How often the alarm's highest tone is heard, and the lamp's levels, in so many seconds from now."""
    night.out.tones.clear()
    night.out.lamp.clear()
    night.wait(seconds)
    return [tone for _, tone in night.out.tones].count(784), {level for _, level in night.out.lamp}


def says_feet_out(night: Bedside) -> bool:
    return (
        isinstance(night.page, Soak)
        and night.verdict() is V.DANGER
        and night.state.light is Light.LIT
        and night.state.lamp.pattern == LAMP[Signal.DANGER]
        and night.state.sound.tune == TUNE[Signal.DANGER]
    )


@pytest.mark.parametrize(
    "fails",
    [
        lambda night: night.water(None, 30),             # unplugged
        lambda night: night.water(72.0, 30),             # further than a probe can be believed
        lambda night: night.water(85.0, 30),
        lambda night: night.water(21.0, 3),              # a jump, as of another probe
        lambda night: night.wait(30),                    # the reader falls silent
        lambda night: night.water(45.0, 4 * 60, frozen=True),
    ],
)  # fmt: skip
def test_a_danger_outlives_a_fault(fails) -> None:
    night = scalding()
    began = night.state.lamp.start
    fails(night)
    assert says_feet_out(night)
    assert night.state.lamp.start == night.state.sound.start == began
    assert alarms(night, 20) == (8, {0.0, 1.0})


def test_without_a_probe_a_danger_shows_no_number() -> None:
    night = scalding()
    assert night.state.water.celsius == 45.0
    night.water(None, 1)
    assert night.state.water.celsius == 45.0
    night.water(None, 1)
    assert night.state.water.celsius is None


def test_a_danger_has_a_number_again_once_two_readings_agree() -> None:
    night = scalding()
    night.water(None, 5)
    night.water(39.0)
    assert night.state.water.celsius is None
    night.water(37.0)
    assert night.state.water.celsius is None
    night.water(38.0)
    assert night.state.water.celsius == 38.0
    assert says_feet_out(night)


def test_after_a_fault_one_cool_reading_does_not_clear_a_danger() -> None:
    night = scalding()
    night.water(None, 5)
    night.water(30.0)
    night.press()
    assert says_feet_out(night)
    night.water(30.0)
    night.press()
    assert night.verdict() is V.COLD


def test_a_second_danger_after_the_fault_needs_but_one_reading() -> None:
    night = scalding()
    night.water(None, 5)
    night.water(44.0)
    night.water(46.0)
    assert (night.state.water.celsius, says_feet_out(night)) == (46.0, True)


def test_a_danger_without_a_probe_that_nobody_answers_is_dark_after_half_an_hour() -> None:
    night = scalding()
    night.water(None, 29 * 60)
    assert says_feet_out(night)
    night.water(None, 90)
    assert (night.page, night.lamp, night.tone) == (Asleep(), 0.0, 0)


# --- the same number for ever


def test_a_frozen_reading_is_no_reading_after_three_minutes() -> None:
    night = bathing()
    night.water(38.5, 20, frozen=True)
    since = night.state.water.same_since
    night.out.tones.clear()
    while night.verdict() is V.WARM:
        night.water(38.5, frozen=True)
    assert night.verdict() is V.FAULT
    told = night.out.tones[0][0]
    assert FROZEN_AFTER <= told - since <= FROZEN_AFTER + 2 * SECOND
    assert night.state.water.celsius is None


def test_a_frozen_reading_stays_none_until_the_number_changes() -> None:
    night = warm()
    night.water(38.5, 200, frozen=True)
    assert night.verdict() is V.FAULT
    night.water(None, 5)
    night.water(38.5, 60, frozen=True)
    assert night.verdict() is V.FAULT
    night.water(38.44, 2)
    assert night.verdict() is V.SETTLING


def test_real_water_is_believed_for_a_whole_soak() -> None:
    night = bathing(cramp=False)
    seen = set()
    began, step = night.now, 0
    while isinstance(night.page, Soak):
        # 8 litres cool by a quarter of a degree a minute, in a probe's steps of a sixteenth
        step = (night.now - began) // (15 * SECOND)
        night.water(39.75 - step / 16)
        seen.add(night.verdict())
    assert seen == {V.WAITING, V.SETTLING, V.WARM}
    assert night.now - began >= 14 * MINUTE


@pytest.mark.parametrize(("bits", "minutes"), [(12, 3), (11, 6), (10, 12)])
def test_a_coarser_probe_may_stand_still_for_longer(bits: int, minutes: int) -> None:
    night = warm()
    for _ in range(minutes * 60 - 30):
        night.happen(WaterRead(38.0, bits=bits))
        night.wait(1)
    assert night.verdict() is V.WARM
    for _ in range(40):
        night.happen(WaterRead(38.0, bits=bits))
        night.wait(1)
    assert night.verdict() is V.FAULT


@pytest.mark.parametrize("celsius", [34.5, 40.5, 42.0])
def test_water_that_is_being_mended_is_not_read_for_ever_either(celsius: float) -> None:
    """Hot or cold water runs in, and the number stays."""
    night = bathing()
    night.water(celsius, 170, frozen=True)
    assert night.verdict() in {V.TOP_UP, V.HOT_EDGE, V.TOO_HOT}
    night.water(celsius, 15, frozen=True)
    assert night.verdict() is V.FAULT


def test_a_probe_in_the_air_may_stand_still() -> None:
    night = bathing()
    night.water(21.0, 600, frozen=True)
    assert night.verdict() is V.DRY


def test_water_hardly_warmer_than_the_room_may_stand_still() -> None:
    night = bathing()
    night.water(28.0, 15)
    night.water(31.0, 600, frozen=True)
    assert (night.state.water.air, night.verdict()) == (28.0, V.COLD)


def test_cool_water_may_not() -> None:
    """Hot water may be running in."""
    night = bathing()
    night.water(21.0, 15)
    night.water(25.5, 2)
    night.water(30.1, 2)
    night.water(32.5, 170, frozen=True)
    assert night.verdict() is V.COLD
    night.water(32.5, 20, frozen=True)
    assert night.verdict() is V.FAULT


def test_the_probe_that_the_feet_go_in_by_is_kept_with_its_offset() -> None:
    night = bathing(standard(probe_offset=-0.4), cramp=False)
    for _ in range(20):
        night.happen(WaterRead(38.5, probe="28-3c01f0964f8f"))
        night.wait(1)
    kept = [effect for effect in night.effects if isinstance(effect, ChangeSetting)]
    assert kept == [ChangeSetting("probe", "28-3c01f0964f8f"), ChangeSetting("probe_offset", "-0.4")]
    night.happen(RulesChanged(standard(probe="28-3c01f0964f8f", probe_offset=-0.4)))
    night.water(None, 5)
    for _ in range(20):
        night.happen(WaterRead(38.4, probe="28-3c01f0964f8f"))
        night.wait(1)
    assert night.verdict() is V.WARM
    assert [effect for effect in night.effects if isinstance(effect, ChangeSetting)] == kept


@pytest.mark.parametrize("room", [18.5, 24.0, 26.5, 29.5])
def test_a_probe_that_failed_first_and_lies_in_the_air_is_not_told_as_cool_water(room) -> None:
    """Plugged in late, or bad at first, in a room that is not as warm as the usual one."""
    night = bathing()
    night.water(None, 3)
    assert night.verdict() is V.FAULT
    night.water(room, 15, frozen=True)
    assert night.verdict() is V.DRY
    night.water(room, 11 * 60, frozen=True)
    assert night.verdict() is V.DRY


def test_after_the_feet_were_in_a_probe_that_failed_learns_no_room_from_cold_water() -> None:
    night = warm()
    night.water(None, 3)
    night.water(26.0, 60)
    assert night.verdict() is V.COLD
