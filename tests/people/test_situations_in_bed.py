"""Nights in bed, each as somebody lived it: what they can and cannot, and how the device goes along."""

import msgspec
import pytest

from kiosk.core.technique import MINUTE, SECOND
from tests.people import judges
from tests.people.draw import Owner
from tests.people.meaning import as_seen_by, everything
from tests.people.night import Night, live
from tests.people.usual import BODIES, HEARINGS, SIGHTS, counted, cramp, usual, well

second_edition = pytest.mark.xfail(strict=True, reason="second edition")


@second_edition
def test_both_feet_cramp_and_both_are_led():
    """The owner said both: the diary knows it, and toes first, as that goes with both feet at once."""
    life = live(usual(cramp=cramp("both"), owner=Owner(foot="both")))
    well(life)
    assert life.steps[0].does in {"pull", "point"}
    assert judges.untrue(life) == ""
    assert [entry.side.value for entry in life.diary] == ["both"]


@second_edition
def test_the_wrong_foot_is_shown_and_the_diary_does_not_swear_to_it():
    """The right foot was set, the left one cramps, and nobody says a word about it."""
    life = live(usual(cramp=cramp("left"), owner=Owner(foot="right")))
    well(life)
    assert judges.untrue(life) == ""


def _tap_the_picture(night: Night) -> None:
    """The picture shows the other foot."""
    night.bed.tap(150, 150)


@second_edition
def test_a_tap_on_the_picture_changes_the_foot_and_the_diary_knows():
    """The left foot was set, the right one cramps."""
    who = usual(cramp=cramp("right", helped_by="pull"))
    life = live(who, when=(("hold", 2 * SECOND, _tap_the_picture),))
    well(life)
    assert [entry.side.value for entry in life.diary] == ["right"]
    assert judges.untrue(life) == ""


@second_edition
def test_at_70_one_is_in_posture_when_the_first_hold_begins():
    life = live(usual(cramp=cramp(helped_by="pull", need=12.0)))
    well(life)
    assert life.holds[0]
    assert judges.untrue(life) == ""


@second_edition
def test_at_90_with_more_time_one_is_in_posture_for_every_hold():
    life = live(usual(body=BODIES["stiff"], owner=Owner(foot="left", pace=2.0), cramp=cramp(helped_by="rub")))
    well(life)
    assert all(life.holds)


def test_who_cannot_stand_and_said_so_is_never_asked_to():
    who = usual(
        body=BODIES["no_stand"],
        conditions=frozenset({"unsteady"}),
        owner=Owner(foot="left", conditions=("unsteady",)),
        cramp=cramp(helped_by="nothing", ends=500.0),
        patience=40.0,
    )
    life = live(who)
    well(life)
    assert {step.trouble for step in life.steps} == {""}
    assert not {"lean", "walk", "pull by hand"} & {step.does for step in life.steps}


@second_edition
def test_who_cannot_stand_and_never_said_so_is_asked_before_standing():
    who = usual(
        body=BODIES["no_stand"],
        conditions=frozenset({"unsteady"}),
        owner=Owner(foot="left", answered=False),
        cramp=cramp(helped_by="nothing", ends=560.0),
        patience=30.0,
    )
    life = live(who)
    well(life)
    assert "care" in life.kinds()


@second_edition
def test_the_hand_stretch_never_works_and_the_toes_have_come_before_it():
    """What helps is the wiggle: no press is needed to come to it."""
    life = live(usual(never=True))
    well(life)
    assert life.reached_help is not None
    assert life.reached_help[0] - life.pressed < MINUTE


@second_edition
def test_hands_busy_the_whole_time_need_no_press_to_come_to_the_massage():
    """Silence is an answer: once more, then the next."""
    life = live(usual(never=True, busy=True, cramp=cramp(helped_by="rub", need=25.0, ends=900.0)))
    well(life)
    assert life.reached_help is not None
    assert life.presses == 1


@second_edition
def test_who_cannot_hear_is_led_as_well_as_who_can():
    deaf = live(usual(hearing=HEARINGS["deaf"]))
    well(deaf)
    assert judges.seconds_to_first(deaf) <= 40
    assert all(deaf.holds)
    assert judges.untrue(deaf) == ""


def test_who_cannot_see_follows_by_ear_and_the_diary_is_true():
    life = live(usual(sight=SIGHTS["eyes shut"], cramp=cramp(helped_by="pull", need=12.0)))
    well(life)
    assert judges.seconds_to_first(life) <= 40
    assert judges.untrue(life) == ""


@second_edition
def test_with_eyes_shut_to_the_shin_forward_and_apart_sound_different():
    life = live(usual(sight=SIGHTS["eyes shut"], cramp=cramp(helped_by="nothing")))
    tunes = {}
    for at, page in life.pages:
        if ": hold" in page:
            does = page.rpartition(" ")[2]
            heard = tuple(hertz for when, hertz, _ in life.tones if at <= when < at + 2 * SECOND)
            tunes.setdefault(does, set()).add(heard)
    toes = [tunes[does] for does in ("pull", "point", "spread")]
    assert [len(heard) for heard in toes] == [1, 1, 1]
    assert len(set.union(*toes)) == 3


@second_edition
def test_without_glasses_the_movement_is_known_by_its_word_alone(tmp_path):
    """13 mm is all that is read, and no picture: HOLD and MOVE are no movements."""
    letters = msgspec.structs.replace(SIGHTS["without glasses"], picture=1000)
    night = Night(usual(never=True, cramp=cramp(helped_by="nothing", ends=700.0)), tmp_path)
    known: dict[str, set[str]] = {}

    def compare(what: str) -> None:
        view = night.bed.view()
        if what == "page" and (does := everything(view).meaning.does):
            known.setdefault(does, set()).add(as_seen_by(letters, view).meaning.does)

    night.bed.noticed = compare
    night.go_to(9 * SECOND)
    for minute in range(1, 9):
        night.bed.go_to(minute * MINUTE)
        night.person.press(night.bed.now)
        night.person.live(night.bed.now + SECOND)
    night.bed.close()
    assert known
    words = {does: does.removesuffix(" by hand").removesuffix(" frozen") for does in known}
    assert {does: seen for does, seen in known.items() if seen != {words[does]}} == {}


@second_edition
def test_asleep_in_the_second_technique_the_room_grows_dark_and_nothing_is_said_to_be_gone():
    """It goes in the second technique, and so does the person."""
    who = usual(tells="never", sleeps_after=20.0, cramp=cramp(helped_by="nothing", ends=120.0))
    life = live(who)
    well(life)
    assert life.lamp_seconds <= 40
    assert judges.is_falling(life)
    assert life.dark_after <= 6 * MINUTE
    assert life.diary[0].relief is None


@second_edition
def test_a_partner_sleeps_on():
    """Night, the usual settings: the lamp stays low, and every tone is at its lowest."""
    life = live(usual())
    well(life)
    assert max(level for _, level in life.lamp) <= 0.15
    assert {volume for *_, volume in life.tones} == {"low"}


@second_edition
def test_who_never_had_a_roller_is_offered_the_next_thing_without_a_press():
    """Off the bed everything is offered: silence offers the next."""
    who = usual(
        owner=Owner(foot="left", roller=False),
        cramp=cramp(helped_by="lean", need=20.0, ends=900.0),
        patience=25.0,
    )
    life = live(who)
    well(life)
    assert "offer" in life.kinds()
    assert life.first("lean") is not None


def test_pregnant_and_said_so_no_knot_is_pressed_and_no_water_heated():
    who = usual(
        conditions=frozenset({"pregnant"}),
        owner=Owner(foot="left", conditions=("pregnant",)),
        cramp=cramp(helped_by="nothing", ends=590.0),
        patience=20.0,
    )
    life = live(who)
    well(life)
    assert not {"press", "soak"} & {step.does for step in life.steps}
    assert {"pull", "rub"} <= {step.does.removesuffix(" by hand") for step in life.steps}


@second_edition
def test_a_diabetic_who_never_answered_is_asked_before_cold_and_heat():
    """Numb feet, nobody told the device: nothing cold and nothing hot without the question."""
    who = usual(
        conditions=frozenset({"numb"}),
        owner=Owner(foot="left", answered=False),
        cramp=cramp(helped_by="nothing", ends=590.0),
        patience=20.0,
    )
    life = live(who)
    well(life)
    assert "care" in life.kinds()


@second_edition
def test_easing_at_ten_minutes_it_goes_on_where_it_was():
    who = usual(cramp=cramp(helped_by="nothing", ends=640.0), patience=60.0)
    life = live(who)
    well(life)
    at = life.first("easing?")
    assert at is not None
    assert not {"stop", "sign"} & set(life.kinds())
    assert judges.untrue(life) == ""


def test_not_easing_at_ten_minutes_leads_to_stop_and_the_signs():
    who = usual(cramp=cramp(helped_by="nothing", ends=1500.0), patience=60.0)
    life = live(who)
    assert life.error == ""
    assert judges.needs_help(life)
    assert life.saw_stop
    assert life.saw_signs
    assert counted(life) >= 1
