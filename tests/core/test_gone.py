"""It's gone: asked by touch, said by a long press, rated, and back before sleep."""

import pytest

from kiosk.core.events import Act, ButtonPressed, Ending, EpisodeEnded, EpisodeRated, TechniqueEnded
from kiosk.core.pages import Asleep, CountIn, Gone, GoodNight, Guide, NextUp, Rating
from tests.bedside import Bedside

# --- a person asks "gone?" by touch


@pytest.mark.parametrize("where", [CountIn, Guide, NextUp])
def test_gone_by_touch_asks_and_still_there_takes_up_what_was_under_way(where):
    night = Bedside()
    night.press()
    night.until(Guide if where is Guide else CountIn)
    if where is NextUp:
        night.press()
    night.tap(Act.GONE)
    assert isinstance(night.page, Gone)
    assert (night.lamp, night.tone) == (0.0, 0)
    night.tap(Act.STILL)
    assert isinstance(night.page, NextUp if where is NextUp else CountIn)


def test_the_beat_that_was_interrupted_begins_anew():
    night = Bedside()
    night.press()
    night.wait(13)  # two seconds into the second hold
    night.tap(Act.GONE)
    night.tap(Act.STILL)
    night.wait(3)
    assert (night.page.index, night.page.began + night.page.beat.start) == (2, night.now)


def test_gone_by_touch_and_yes_is_the_end():
    night = Bedside()
    night.press()
    night.wait(5)
    night.tap(Act.GONE)
    night.tap(Act.YES)
    assert night.page == Rating(1)
    assert night.effects[-2:] == [
        TechniqueEnded(5100, "hand", finished=False), EpisodeEnded(5100, Ending.GONE),
    ]  # fmt: skip


# --- it's gone


def test_a_long_press_is_felt_at_its_threshold():
    night = Bedside()
    night.press()
    night.wait(59.9)
    night.happen(ButtonPressed())
    night.wait(1.499)
    assert not isinstance(night.page, Rating)
    night.wait(0.001)
    assert night.page == Rating(1)
    assert night.out.tones[-1] == (night.now, 523)


def test_done_sounds_an_octave_and_the_lamp_fades():
    night = Bedside()
    night.press()
    night.wait(1)
    night.out.tones.clear()
    night.out.lamp.clear()
    night.hold()
    night.wait(3)
    gone_at = 1100 + 1500
    assert [t for t in night.out.tones if t[0] >= gone_at] == [
        (gone_at, 523), (gone_at + 150, 1047), (gone_at + 600, 0),
    ]  # fmt: skip
    faded = [level for at, level in night.out.lamp if at >= gone_at]
    assert faded == sorted(faded, reverse=True)
    assert (faded[0], faded[-1], len(faded)) == (1.0, 0.0, 17)


def test_a_rating_is_one_tap_and_one_to_save():
    night = Bedside()
    night.press()
    night.wait(150)
    night.hold()
    assert night.page == Rating(3)
    for act, value in [(Act.PLUS, 5), (Act.PLUS, 6), (Act.MINUS, 5)]:
        night.tap(act)
        assert night.page == Rating(3, value)
    night.tap(Act.SAVE)
    assert night.effects[-1] == EpisodeRated(night.now, 5)
    assert night.page == GoodNight(3, night.now + 8000)
    night.wait(8)
    assert night.page == Asleep()


@pytest.mark.parametrize(("act", "end"), [(Act.PLUS, 10), (Act.MINUS, 0)])
def test_a_rating_is_from_nought_to_ten(act, end):
    night = Bedside()
    night.press()
    night.hold()
    for _ in range(20):
        night.tap(act)
    assert night.page == Rating(1, end)


@pytest.mark.parametrize("way", ["button", "time", "touch", "long"])
def test_a_rating_nobody_gave_is_not_recorded(way):
    night = Bedside()
    night.press()
    night.hold()
    ended = night.effects[-1]
    assert isinstance(ended, EpisodeEnded)
    {"button": night.press, "time": lambda: night.wait(60), "touch": lambda: night.tap(Act.SAVE),
     "long": night.hold}[way]()  # fmt: skip
    assert isinstance(night.page, Asleep if way == "long" else GoodNight)
    assert night.effects[-1] is ended


def test_a_rating_left_unsaved_times_out_to_not_recorded():
    night = Bedside()
    night.press()
    night.hold()
    night.tap(Act.PLUS)
    night.wait(59)
    assert isinstance(night.page, Rating)
    night.wait(1)
    assert isinstance(night.page, GoodNight)
    assert not any(isinstance(effect, EpisodeRated) for effect in night.effects)


def test_a_rating_given_is_kept_by_a_press_too():
    night = Bedside()
    night.press()
    night.hold()
    night.tap(Act.PLUS)
    night.press()
    assert night.effects[-1] == EpisodeRated(night.now, 5)


def test_the_cramp_is_back_before_sleep_and_a_press_begins_again():
    night = Bedside()
    night.press()
    night.hold()
    night.press()
    assert isinstance(night.page, GoodNight)
    night.press()
    assert isinstance(night.page, CountIn)
