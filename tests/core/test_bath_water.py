"""What the water of a soak says, by lamp and buzzer, and how danger is answered."""

import pytest

from kiosk.core import soak
from kiosk.core.events import Ending, EpisodeEnded, ReadWater, TechniqueEnded
from kiosk.core.night import failsafe
from kiosk.core.pages import Asleep, GoodNight, Rating, Soak
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.soak import Verdict
from kiosk.core.state import Light
from tests.bedside import HAND, SOAK, Bedside, standard
from tests.core.bath import bathing, warm

V = Verdict


def test_every_band_is_said_by_lamp_and_buzzer():
    night = bathing()
    night.out.tones.clear()
    for celsius, seconds in [(34.0, 3), (38.5, 16), (40.5, 3), (42.0, 3), (43.5, 1)]:
        night.water(celsius, seconds)
    assert [tone for _, tone in night.out.tones if tone] == [
        523,            # top up
        659, 659,       # warm
        523,            # hot edge
        523, 587, 659,  # too hot
        523, 587, 659, 698, 784, 523,  # danger, and again
    ]  # fmt: skip


def test_danger_is_heard_every_five_seconds_until_it_is_answered():
    night = warm(standard_volume(Volume.OFF))
    night.out.tones.clear()
    night.out.volumes.clear()
    began = night.now
    night.water(42.0, 2)
    night.water(44.0, 14)
    bursts = [at - began - 2000 for at, tone in night.out.tones if tone == 523]
    assert bursts == [0, 900, 5000, 5900, 10_000, 10_900]
    assert {volume for _, volume in night.out.volumes} == {Volume.MEDIUM, Volume.OFF}


def standard_volume(volume: Volume) -> Rules:
    return Rules(techniques=(SOAK, HAND), volume=volume)


def test_light_only_is_silent_in_all_but_danger():
    night = warm(standard_volume(Volume.OFF))
    night.water(41.5, 30)
    night.water(None, 30)
    assert {tone for _, tone in night.out.tones} == {0}
    assert night.verdict() is V.FAULT


def test_danger_needs_cool_water_and_a_press():
    night = warm()
    night.water(42.0)
    night.water(43.0)
    assert night.verdict() is V.DANGER
    night.press()
    night.tap()
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)
    night.water(40.9, 2)
    assert night.verdict() is V.DANGER
    night.press()
    assert night.verdict() is V.TOO_HOT
    assert isinstance(night.page, Soak)


def test_a_touch_says_it_as_well():
    night = warm()
    night.water(42.0)
    night.water(43.0)
    night.water(40.0, 2)
    night.tap()
    assert night.verdict() is V.SETTLING


def gone_in_danger(*, cramp: bool = True) -> Bedside:
    """Someone in scalding water presses long."""
    night = warm(standard() if not cramp else None, cramp=cramp)
    night.water(42.0)
    night.water(45.0, 3)
    night.hold()
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)
    return night


def test_a_long_press_in_danger_is_recorded_and_feet_out_stays_until_the_water_is_safe():
    night = warm()
    night.water(42.0)
    night.water(45.0, 3)
    at = night.now + 1500
    night.effects.clear()
    night.hold()
    assert [type(each) for each in night.effects] == [TechniqueEnded, EpisodeEnded]
    assert night.effects[-1] == EpisodeEnded(at, Ending.GONE)
    night.out.tones.clear()
    night.water(44.0, 20)
    assert (night.verdict(), type(night.page), night.state.light) == (V.DANGER, Soak, Light.LIT)
    assert len([tone for _, tone in night.out.tones if tone == 784]) >= 6
    night.water(41.0, 1200)  # no ten minutes, no giving up: it is not safe yet
    assert isinstance(night.page, Soak)
    night.water(40.9)
    assert isinstance(night.page, Soak)
    night.water(40.9)
    assert night.page == Rating(1)
    assert night.effects[2:] == [ReadWater(on=False)]
    assert [tone for _, tone in night.out.tones if tone][-2:] == [523, 1047]
    night.wait(58)
    assert isinstance(night.page, Rating)
    night.wait(10)
    assert night.page == Asleep()


@pytest.mark.parametrize("again", [lambda n: n.press(), lambda n: n.hold(), lambda n: n.tap()])
def test_a_second_press_says_that_the_feet_are_out(again):
    night = gone_in_danger()
    night.wait(2)
    again(night)
    assert isinstance(night.page, Rating)
    night.wait(3)
    assert (night.lamp, night.tone) == (0.0, 0)
    assert [type(each) for each in night.effects[-3:]] == [TechniqueEnded, EpisodeEnded, ReadWater]


def test_a_drop_on_the_glass_right_after_it_says_nothing():
    night = gone_in_danger()
    night.wait(1.8)
    night.tap()
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)


def test_one_cool_reading_lets_no_press_end_a_danger():
    night = warm()
    night.water(42.0)
    night.water(44.0)
    night.water(40.0)
    night.press()
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)
    night.water(40.0)
    night.press()
    assert night.verdict() is V.SETTLING


def test_after_a_soak_for_its_own_sake_it_is_good_night():
    night = gone_in_danger(cramp=False)
    night.wait(2)
    night.press()
    assert night.page == GoodNight(None, night.now + 8000)


def test_a_probe_that_breaks_after_it_lets_nobody_back_in():
    night = gone_in_danger()
    night.water(None, 3)
    assert (night.verdict(), type(night.page)) == (V.DANGER, Soak)
    night.water(None, 31 * 60)
    assert night.page == Asleep()
    assert [e.ending for e in night.effects if isinstance(e, EpisodeEnded)] == [Ending.GONE]


def test_an_error_of_our_own_after_it_records_no_second_end():
    night = gone_in_danger()
    _, effects = failsafe(night.state, night.now)
    assert effects == [ReadWater(on=False)]


def test_a_long_press_once_the_water_is_cool_again_is_the_end():
    night = warm()
    night.water(42.0)
    night.water(43.0)
    night.water(40.5, 2)
    night.hold()
    assert isinstance(night.page, Rating)


def test_no_reading_for_five_seconds_is_said():
    night = warm()
    at = night.now - 1000  # the last reading
    night.wait(3.999)
    assert night.verdict() is V.WARM
    night.wait(0.001)
    assert (night.verdict(), night.now) == (V.FAULT, at + 5000)
    assert night.out.tones[-1] == (night.now, 523)


def test_water_is_not_read_into_a_night_without_a_soak():
    night = Bedside()
    night.press()
    night.water(50.0, 5)
    assert night.state.water == soak.Water()
