"""Questions over pages, the light, and what lamp and buzzer say of the water."""

import msgspec
import pytest

from kiosk.core import night
from kiosk.core.events import TechniqueBegan, TechniqueEnded
from kiosk.core.pages import Asleep, Awake, Gone, Guide, Home, Signs, Soak, TenMinutes
from kiosk.core.signals import DIM, LAMP, SILENT, Signal, tune
from kiosk.core.soak import Verdict, Water
from kiosk.core.state import Episode, Light
from kiosk.core.timeline import lay_out
from kiosk.core.transition import Transition, light, put_under, soak_of
from tests.bedside import HAND, standard

SOAK = Soak(3, 900_000)
GUIDE = Guide(0, lay_out(HAND), 0, 0)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (SOAK, SOAK),
        (Gone(SOAK), SOAK),
        (TenMinutes(Gone(SOAK, 1, 5)), SOAK),
        (Signs(TenMinutes(SOAK), 2), SOAK),
        (Gone(GUIDE), None),
        (Awake(Home(), 5), None),
        (Asleep(), None),
    ],
    ids=repr,
)
def test_the_soak_under_its_questions(page, found):
    assert soak_of(page) == found


@pytest.mark.parametrize(
    ("page", "after"),
    [
        (SOAK, Home()),
        (Gone(SOAK, 1, 5), Gone(Home(), 1, 5)),
        (Signs(Gone(SOAK), 2), Signs(Gone(Home()), 2)),
    ],
    ids=repr,
)
def test_the_same_questions_over_another_page(page, after):
    assert put_under(page, Home()) == after


def turn(**state) -> Transition:
    return Transition(msgspec.structs.replace(night.new(standard()), **state), 5000)


@pytest.mark.parametrize(
    ("verdict", "signal"),
    [
        (Verdict.COLD, Signal.TOP_UP),
        (Verdict.TOP_UP, Signal.TOP_UP),
        (Verdict.HOT_EDGE, Signal.TOP_UP),
        (Verdict.RISING, Signal.TOP_UP),
        (Verdict.WARM, Signal.NEXT),
        (Verdict.TOO_HOT, Signal.TOO_HOT),
        (Verdict.DANGER, Signal.DANGER),
        (Verdict.FAULT, Signal.PROBE_FAULT),
        (Verdict.WAITING, None),
        (Verdict.DRY, None),
        (Verdict.SETTLING, None),
    ],
)
def test_what_is_said_of_the_water(verdict, signal):
    told = turn(page=SOAK, water=Water(verdict=verdict))
    told.tell_water()
    assert told.state.lamp.pattern == (DIM if signal is None else LAMP[signal])
    assert told.state.sound.tune == (SILENT if signal is None else tune(signal, passive=True))
    assert (told.state.lamp.start, told.state.sound.start) == (5000, 5000)


@pytest.mark.parametrize(
    ("page", "touched", "verdict", "expected"),
    [
        (Asleep(), 5000, Verdict.WAITING, Light.OFF),
        (Home(), 5000, Verdict.WAITING, Light.LIT),
        (Home(), -54_999, Verdict.WAITING, Light.LIT),
        (Home(), -55_000, Verdict.WAITING, Light.DIMMED),
        (SOAK, -55_000, Verdict.WARM, Light.DIMMED),
        (SOAK, -55_000, Verdict.DANGER, Light.LIT),
        (Home(), -55_000, Verdict.DANGER, Light.DIMMED),
    ],
)
def test_the_light(page, touched, verdict, expected):
    state = turn(page=page, touched=touched, water=Water(verdict=verdict)).state
    assert light(state, 5000) is expected


def test_a_technique_is_recorded_when_it_begins_and_once():
    using = turn(episode=Episode(0))
    using.use("hand")
    using.use("hand")
    using.use("press")
    using.leave(finished=True)
    using.leave(finished=True)
    assert using.effects == [
        TechniqueBegan(5000, "hand"),
        TechniqueEnded(5000, "hand", finished=False),
        TechniqueBegan(5000, "press"),
        TechniqueEnded(5000, "press", finished=True),
    ]


def test_outside_a_relief_nothing_is_recorded():
    using = turn()
    using.use("hand")
    using.leave(finished=True)
    assert (using.effects, using.state.episode) == ([], None)
