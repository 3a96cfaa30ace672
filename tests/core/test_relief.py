"""The relief, press by press: count-in, beats, questions, the next technique, nobody there."""

import msgspec

from kiosk.core.events import Act, Ending, EpisodeBegan, EpisodeEnded, TechniqueBegan, TechniqueEnded
from kiosk.core.pages import Asleep, Card, CountIn, Gone, Guide, Home, NextUp
from kiosk.core.rules import Rules
from kiosk.core.technique import Cue, Place, Side, Technique
from kiosk.core.timeline import Choice
from tests.bedside import CALF, HAND, PRESS, SOAK, Bedside, standard, step

TICKS = [(1000, 523), (1040, 0), (2000, 523), (2040, 0), (3000, 523), (3040, 0)]


def held(at: int) -> list[tuple[int, int]]:
    return [(at, 523), (at + 120, 784), (at + 320, 0)]


def let_go(at: int) -> list[tuple[int, int]]:
    return [(at, 784), (at + 120, 523), (at + 320, 0)]


def announced(at: int) -> list[tuple[int, int]]:
    return [(at, 659), (at + 100, 0), (at + 200, 659), (at + 300, 0)]


def only(*techniques: Technique, **more) -> Rules:
    return Rules(techniques=techniques, **more)


# --- the press that begins it, and the first technique


def test_the_first_half_minute_edge_by_edge():
    night = Bedside()
    night.press()
    night.wait(27.9)
    assert night.pages == [(0, "CountIn"), (4000, "Guide"), (28_000, "Gone")]
    assert night.out.lamp == [
        (0, 0.0),
        (0, 1.0), (150, 0.0),  # it worked
        (4000, 1.0), (9000, 0.0), (12_000, 1.0), (17_000, 0.0), (20_000, 1.0), (25_000, 0.0),
        (28_000, 1.0),
    ]  # fmt: skip
    assert night.out.tones[:-1] == [
        (0, 0), *announced(0), *TICKS,
        *held(4000), *let_go(9000), *held(12_000), *let_go(17_000), *held(20_000), *let_go(25_000),
    ]  # fmt: skip
    assert night.out.tones[-1] == (28_000, 659)


def test_it_is_in_the_record_as_it_happens():
    night = Bedside(standard(side=Side.RIGHT))
    night.press()
    assert night.effects == [EpisodeBegan(0, Side.RIGHT), TechniqueBegan(0, "hand")]


def test_the_owner_chose_how_long_to_hold():
    night = Bedside(standard(choices={"hand": Choice(hold=3)}))
    night.press()
    night.wait(28)
    assert [at for at, level in night.out.lamp if level == 1.0] == [0, 4000, 10_000, 16_000, 22_000]


def test_movement_breathes_and_rest_after_a_hold_says_let_go():
    night = Bedside(only(PRESS, CALF))
    night.press()
    night.wait(3.5)
    night.out.lamp.clear()
    night.wait(3.9)
    levels = [level for _, level in night.out.lamp]
    assert (levels[0], max(levels), min(levels)) == (0.1, 1.0, 0.1)
    assert [at for at, _ in night.out.lamp] == list(range(4000, 7501, 125))
    night.press()  # next: the calf
    night.press()  # start
    night.until(Guide)
    began = night.now
    night.wait(39.9)
    assert night.lamp == 0.0
    assert night.out.tones[-6:] == [*held(began), *let_go(began + 30_000)]


def test_rest_that_follows_no_hold_is_silent():
    quiet = msgspec.structs.replace(
        HAND,
        block=(
            msgspec.structs.replace(HAND.block[0], step=(step(Cue.READY, 2), step(Cue.REST, 2)), until=""),
        ),
    )
    night = Bedside(only(quiet, CALF))
    night.press()
    night.wait(4)
    night.out.lamp.clear()
    night.out.tones.clear()
    night.wait(11.8)
    assert (night.out.lamp, night.out.tones) == ([], [])


# --- from technique to technique


def test_nobody_answers_gone_and_the_exercise_goes_on():
    night = Bedside()
    night.press()
    night.until(Gone)
    assert night.now == 28_000
    night.wait(20)
    assert isinstance(night.page, CountIn)
    night.wait(3)
    assert (type(night.page), night.page.index) == (Guide, 0)
    assert night.effects[2:] == []


def test_still_there_leads_to_the_next_technique():
    for answer in ("button", "touch"):
        night = Bedside()
        night.press()
        night.until(Gone)
        night.press() if answer == "button" else night.tap(Act.STILL)
        assert night.page == NextUp(1, night.now + 6000)
        assert night.effects[2:] == [TechniqueEnded(night.now, "hand", finished=True)]
        night.wait(6)
        assert isinstance(night.page, CountIn)
        assert night.effects[3:] == [TechniqueBegan(night.now, "press")]


def test_a_press_is_next_wherever_the_exercise_is():
    night = Bedside()
    night.press()
    night.wait(2)
    night.press()
    assert night.page == NextUp(1, night.now + 6000)
    night.press()
    night.wait(5)
    assert (type(night.page), night.page.technique) == (Guide, 1)
    night.press()
    assert night.page == NextUp(2, None)
    assert night.effects[1:] == [
        TechniqueBegan(0, "hand"),
        TechniqueEnded(2200, "hand", finished=False),
        TechniqueBegan(2300, "press"),
        TechniqueEnded(7400, "press", finished=False),
    ]


def test_a_tap_on_skip_is_next_too():
    night = Bedside()
    night.press()
    night.tap(Act.SKIP)
    night.tap(Act.SKIP)
    night.tap(Act.SKIP)
    assert night.page == NextUp(3, None)
    night.tap(Act.SKIP)
    assert night.page == NextUp(0, night.now + 6000)


def test_a_technique_done_to_its_end_announces_the_next():
    night = Bedside(only(PRESS, CALF))
    night.press()
    night.wait(4 + 84)
    assert night.page == NextUp(1, None)
    assert night.effects[-1] == TechniqueEnded(88_000, "press", finished=True)
    assert (type(night.page), night.lamp) == (NextUp, 1.0)
    night.wait(0.2)
    assert night.lamp == 0.0


def test_standing_up_waits_for_a_press_and_bed_does_not():
    assert (HAND.place, CALF.place) == (Place.BED, Place.FEET)
    night = Bedside()
    night.press()
    for _ in range(3):
        night.press()
    assert night.page == NextUp(2, None)
    night.wait(119)
    assert isinstance(night.page, NextUp)
    night.press()
    assert isinstance(night.page, CountIn)


def test_after_the_last_technique_the_question_comes_and_then_the_first_again():
    night = Bedside(only(CALF, PRESS))
    night.press()
    night.press()
    night.press()
    night.wait(3 + 84)
    assert (type(night.page), night.page.onward) == (Gone, 2)
    night.press()
    assert night.page == NextUp(0, None)


def test_one_technique_alone_is_repeated():
    night = Bedside(only(HAND))
    night.press()
    night.until(Gone)
    night.press()
    night.until(Guide)
    assert night.page.technique == 0


# --- nobody there


def test_a_relief_nobody_answers_is_not_recorded_as_gone():
    night = Bedside()
    night.press()
    night.until(Asleep)
    assert night.effects[-1] == EpisodeEnded(night.now, Ending.NO_ANSWER)
    assert (night.lamp, night.tone) == (0.0, 0)
    # ten minutes, and the stop page waited a quarter of an hour
    assert night.now == 25 * 60_000


def test_the_next_technique_asks_after_two_minutes_and_waits():
    night = Bedside()
    night.press()
    for _ in range(3):
        night.press()
    waits = night.page
    assert waits == NextUp(2, None)
    since = night.now
    night.until(Gone)
    assert (night.now, night.page) == (since + 120_000, Gone(waits))
    night.tap(Act.STILL)
    assert night.page == waits


# --- nothing to do


def test_with_every_technique_dropped_the_button_shows_home_and_the_device_sleeps_again():
    night = Bedside(Rules())
    night.press()
    assert (night.page, night.effects) == (Home(), [])
    night.tap(Act.START)
    assert night.page == Home()
    night.until(Asleep)
    assert night.effects == []


def test_with_the_soak_alone_a_press_opens_its_cards():
    night = Bedside(only(SOAK))
    night.press()
    assert night.page == Card(0, after=False)
    assert night.effects == [EpisodeBegan(0, Side.LEFT), TechniqueBegan(0, "soak")]
