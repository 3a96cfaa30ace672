"""The people themselves: what their senses let through, how long their bodies take, what they take pages for;
and that a night is the same each time, and the same as its script."""

import random
from pathlib import Path

import msgspec
import pytest

from kiosk.cli import script
from kiosk.cli.rehearsal import Rehearsal
from kiosk.config import techniques
from kiosk.core.technique import SECOND
from tests.people import data, judges, words
from tests.people.bed import Bed, Shown, Text, Touchable, View, rules_for
from tests.people.body import Bodily
from tests.people.draw import somebody
from tests.people.meaning import as_heard_by, as_seen_by, everything, wanted
from tests.people.night import Night, live
from tests.people.run import one
from tests.people.usual import BODIES, HEARINGS, SIGHTS, cramp, usual

TABLES = [data.bodies, data.senses, data.cramps, data.habits, data.tubs, words.vocabulary]

HOLD = View(
    "Guide",
    (Text("HOLD", 13.1, 10, 400), Text("Ease the toes", 5.1, 10, 340), Text("forward", 5.1, 10, 360)),
    (Shown("toe_stretch", "forward", 60.0),),
    (Touchable((Text("Gone", 5.5, 600, 400),), "gone", 650, 400, 0),),
)


@pytest.mark.parametrize("table", TABLES)
def test_every_number_says_where_it_is_from(table):
    def look(part):
        if isinstance(part, msgspec.Struct):
            assert not hasattr(part, "source") or len(part.source) >= len("guess")
            for value in msgspec.structs.asdict(part).values():
                look(value)
        elif isinstance(part, tuple):
            for each in part:
                look(each)

    look(table())


def test_glasses_make_the_line_readable_and_without_them_the_word_is():
    assert everything(HOLD).read == "Ease the toes forward HOLD"
    assert as_seen_by(SIGHTS["glasses"], HOLD).meaning.does == "point"
    seen = as_seen_by(SIGHTS["without glasses"], HOLD)
    assert seen.read == "HOLD"
    assert seen.meaning.does == "point"  # by the picture
    assert wanted(seen, "gone") is None
    far = msgspec.structs.replace(HOLD, pictures=(Shown("toe_stretch", "forward", 20.0),))
    assert as_seen_by(SIGHTS["without glasses"], far).meaning == words.Meaning(kind="hold")


def test_eyes_shut_see_nothing_and_ears_know_a_hold_from_a_release():
    assert as_seen_by(SIGHTS["eyes shut"], HOLD).meaning == words.Meaning()
    assert as_heard_by(HEARINGS["hears"], "523 784").kind == "hold"
    assert as_heard_by(HEARINGS["hears"], "784 523").kind == "release"
    assert as_heard_by(HEARINGS["deaf"], "523 784") == words.Meaning()


def test_a_line_over_two_lines_is_one_line():
    assert everything(HOLD).meaning == words.Meaning(kind="hold", does="point", posture="sitting")


def test_a_leg_is_crossed_by_way_of_sitting_up_and_the_way_back_is_shorter():
    body = Bodily(usual(), random.Random(1))  # noqa: S311 - the same body each time
    both = body.seconds("sit_up") + body.seconds("cross_leg")
    at = body.go("crossed", 0)
    assert at == pytest.approx(both * SECOND, abs=1)
    assert body.look(at - 1) == "on the way"
    assert body.look(at) == "crossed"
    assert body.go("lying", at) - at < at
    assert body.go("lying", at + 1) == body.go("lying", at + 2)


def test_nobody_of_70_sits_up_and_crosses_a_leg_in_four_seconds():
    times = []
    for seed in range(400):
        body = Bodily(usual(body=BODIES["seventy"]), random.Random(seed))  # noqa: S311 - by chance, but the same
        times.append(body.seconds("sit_up") + body.seconds("cross_leg"))
    assert judges.percentile(times, 0.05) > 4


def test_every_step_and_card_that_ships_is_known_by_its_word_line_and_picture():
    """A sentence that the vocabulary lacks would leave the people without a clue."""
    for technique in techniques.load()[0]:
        for step in [step for block in technique.block for step in block.step]:
            for line in filter(None, (step.line, step.gentle)):
                pose = step.pose or {"hold": "hold", "release": "release"}.get(step.cue.value, "move")
                picture = Shown(step.art or technique.art, pose, 60.0)
                word = (Text(step.word.upper(), 13.1, 0, 400),) if step.word else ()
                saw = everything(View("Guide", (*word, Text(line, 5.1, 0, 300)), (picture,)))
                assert saw.meaning.kind in {"hold", "move", "release"}, line
                assert saw.meaning.kind == "release" or saw.meaning.does, line
        if technique.soak is not None:
            for card in (*technique.soak.prepare, *technique.soak.after):
                word = Text(card.word.upper(), 13.1, 0, 400)
                assert everything(View("Card", (word,))).meaning.kind, card.word
        else:
            posture = View("NextUp", (Text(technique.posture, 5.1, 0, 300),))
            assert everything(posture).meaning.posture, technique.posture


def page(words: str, line: str = "", *labels: str, picture: str = "", pose: str = "rest") -> View:
    """A page as NIGHT.md has it: key word, line, the targets' labels and a picture."""
    texts = [Text(words, 13.1, 10, 400), Text(line, 5.1, 10, 340)]
    on_targets = [Text(label, 5.6, 600, 60 * n) for n, label in enumerate(labels)]
    targets = tuple(Touchable((text,), text.words.casefold(), 640, text.y, 0) for text in on_targets)
    pictures = (Shown(picture, pose, 60.0),) if picture else ()
    return View("any", (*(text for text in texts if text.words), *on_targets), pictures, targets)


#: What the second edition promises to show, and what it is to be taken for: kind, movement, posture.
PROMISED = [
    (
        page("", "Sit, legs out. Bed or floor.", "Start", "Skip", "Not now", picture="sit_long"),
        "settle//sitting",
    ),
    (page("", "Sore foot over the other knee.", "Start", "Skip", "Gone"), "settle//crossed"),
    (page("POINT", "toes forward, gently", "Next", "Gone", picture="toe_stretch"), "hold/point/sitting"),
    (page("PULL", "toes to the shin", "Next", "Gone"), "hold/pull/"),
    (page("PULL", "toes back by hand, slightly", "Next", "Gone"), "hold/pull by hand/crossed"),
    (page("SPREAD", "wide, no toes touching", "Next", "Gone"), "hold/spread/"),
    (page("LET GO", "", "Next", "Gone", picture="hand_stretch", pose="release"), "release//crossed"),
    (page("WIGGLE", "", "Next", "Gone"), "move/wiggle/"),
    (page("RUB", "on top, between the toes", "Next", "Gone", picture="massage_between"), "move/rub/crossed"),
    (page("PRESS", "thumb on any knot you feel", "Next", "Gone"), "hold/press/"),
    (page("LIFT", "", "Next", "Gone", picture="massage_press"), "release//crossed"),
    (page("ROLL", "water bottle", "Next", "Gone"), "move/roll/edge"),
    (page("ROLL", "frozen bottle, sock on", "Next", "Gone"), "move/roll frozen/edge"),
    (page("", "wooden roller", "Start", "Skip", "Gone", picture="roller"), "settle//edge"),
    (page("", "Face a wall, sore foot behind", "Take", "Next", "Gone", picture="calf_wall"), "offer//wall"),
    (page("LEAN", "heel down, knee straight", "Next", "Gone"), "hold/lean/wall"),
    (page("STAND", "straight, rest", "Next", "Gone", picture="calf_wall"), "release//wall"),
    (page("SIT FIRST", "", "Gone", picture="sit_edge"), "sit first//edge"),
    (page("WALK", "quick steps round the room", "Next", "Gone"), "move/walk/standing"),
    (page("GONE?", "", "Gone", "Again", "Next"), "gone?//"),
    (page("", "Numb feet, diabetes, a sore?", "Not me", "Skip", "Gone"), "care//"),
    (page("", "Ten minutes. Is it easing?", "Easing", "No", "Gone"), "easing?//"),
    (page("STOP", "Get help today.", "Next", "Back", "Gone"), "stop//"),
    (page("", "Dark urine?", "Next", "Back", "Gone"), "sign//"),
    (page("ADD WARM", "35.2°", "Stop", "Gone"), "add warm//"),
    (page("FEET IN", "", "Stop", "Gone", picture="soak"), "feet in/soak/tub"),
    (page("FEET OUT", "", "Stop", "Gone", picture="soak", pose="out"), "feet out//"),
    (page("PRESS AGAIN", "FEET OUT?"), "press again//"),
    (page("NO READING", "feet out, elbow", "Stop"), "no reading//"),
    (page("COMFORTABLE?", "", "Yes", "Out"), "comfortable?//"),
    (page("DRY", "Between the toes too", "Next", "Gone"), "dry//"),
]


@pytest.mark.parametrize(("view", "taken"), PROMISED, ids=[taken for _, taken in PROMISED])
def test_the_words_of_the_second_edition_are_known_already(view, taken):
    meaning = everything(view).meaning
    assert f"{meaning.kind}/{meaning.does}/{meaning.posture}" == taken


def test_the_same_seed_is_the_same_person_and_the_same_night():
    assert somebody(5) == somebody(5)
    assert somebody(5) != somebody(6)
    first, second = live(somebody(5)), live(somebody(5))
    assert first.pages == second.pages
    assert first.scripts == second.scripts


@pytest.mark.parametrize("number", [3, 7, 9, 19])
def test_a_night_is_replayed_by_its_script(number, tmp_path):
    """What ``rehearse --script`` plays is what the person lived, page for page: presses, taps and water."""
    life = one(number, 12)
    file = tmp_path / "night.toml"
    file.write_text(life.scripts[0], encoding="utf-8")
    pages: list[str] = []
    Rehearsal(
        rules_for(life.who.owner),
        script.load(file),
        lambda _line: None,
        picture=lambda state, _now: pages.append(type(state.page).__name__),
    ).play_all()
    assert pages == [page.partition(":")[0] for _, page in life.pages]


def test_a_missed_target_is_tapped_again(tmp_path, monkeypatch):
    """A finger that lands beside it finds nothing, and tries once more."""
    night = Night(usual(taps=True, cramp=cramp(helped_by="pull", need=5.0)), tmp_path)
    taps: list[str] = []
    real = Bed.tap

    def tap(bed: Bed, x: float, y: float) -> str:
        taps.append(real(bed, x, y if taps else 0.0))
        return taps[-1]

    monkeypatch.setattr(Bed, "tap", tap)
    life = night.live()
    assert taps[:2] == ["anywhere", "gone"]
    assert life.diary[0].relief is not None


def test_a_power_cut_is_two_scripts_and_one_diary(tmp_path: Path):
    cut = ((20 * SECOND, lambda night: night.bed.power_cut(30.0)),)
    life = live(usual(), events=cut)
    assert len(life.scripts) == 2
    assert "crash" in life.scripts[1]
    assert [entry.resumed for entry in life.diary] == [True]


def test_an_error_of_the_device_is_a_fact_of_the_night_and_its_script_is_kept():
    def fail(night: Night) -> None:
        raise ZeroDivisionError

    life = live(usual(), events=((20 * SECOND, fail),))
    assert "ZeroDivisionError" in life.error
    assert "press" in life.scripts[0]
    assert judges.errors([life]).met is False
    assert judges.badness(life) >= 1000


def test_the_table_says_what_is_missed():
    lives = [live(usual(cramp=None, notices=False)), live(usual())]
    told = {measure.name: measure for measure in judges.table(lives)}
    assert told["an accident counted as a cramp"].value == "1 of 1"
    assert told["an accident counted as a cramp"].met is False
    assert told["errors; not dark in the end"].met is True
    assert "| MISSED |" in judges.in_words(list(told.values()))
