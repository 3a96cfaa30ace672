"""The technique files: what ships is whole, and what an owner gets wrong is named in one sentence."""

from pathlib import Path

import pytest

from kiosk.config.techniques import check, describe, folders, load, read_pictures
from kiosk.core.technique import Place, Technique
from kiosk.core.timeline import Choice, lay_out
from kiosk.files import asset

SHIPPED = asset("techniques")
PICTURES = read_pictures(asset("art", "poses.toml"))
STEP = "block 1.step 1"

GOOD = """\
id = "ankle"
name = "Ankle circles"
place = "bed"
posture = "Sit, legs out"
posture_art = "sit_long"
art = "toe_stretch"
loads = ["stretch"]
source = "a leaflet"

[[block]]
times = [2, 4]
usual = 3

[[block.step]]
cue = "hold"
line = "Circle the ankle"
seconds = 5
range = [3, 5]
pose = "back"
source = "a leaflet"
"""


def shipped() -> tuple[Technique, ...]:
    techniques, problems = load([SHIPPED])
    assert problems == ()
    return techniques


def own(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


class TestShipped:
    def test_the_order_of_the_night(self) -> None:
        assert [(t.id, t.place.value) for t in shipped()] == [
            ("hand_stretch", "bed"),
            ("toe_stretch", "bed"),
            ("massage", "bed"),
            ("roller", "feet"),
            ("calf_stretch", "feet"),
            ("walk", "feet"),
            ("soak", "soak"),
        ]

    def test_how_long_each_takes(self) -> None:
        lengths = {t.id: timeline[-1].end // 1000 for t in shipped() if (timeline := lay_out(t))}
        assert lengths == {
            "hand_stretch": 48,
            "toe_stretch": 75,
            "massage": 114,
            "roller": 180,
            "calf_stretch": 160,
            "walk": 120,
        }

    def test_every_beat_of_the_toe_stretch(self) -> None:
        toes = next(t for t in shipped() if t.id == "toe_stretch")
        assert [(b.start // 1000, b.step.cue.value, b.step.line, b.asks) for b in lay_out(toes)] == [
            (0, "hold", "Pull the toes back", False),
            (5, "release", "Relax the toes", False),
            (8, "hold", "Ease the toes forward", False),
            (13, "release", "Relax the toes", False),
            (16, "hold", "Spread the toes apart", False),
            (21, "release", "Relax the toes", False),
            (24, "hold", "Pull the toes back", False),
            (29, "release", "Relax the toes", False),
            (32, "hold", "Ease the toes forward", False),
            (37, "release", "Relax the toes", False),
            (40, "hold", "Spread the toes apart", False),
            (45, "wiggle", "Every toe, up and down", True),
        ]

    def test_a_choice_stays_within_the_source(self) -> None:
        calf = next(t for t in shipped() if t.id == "calf_stretch")
        assert lay_out(calf, Choice(hold=60, rounds=9))[-1].end == 5 * 40_000
        assert lay_out(calf, Choice(hold=1, rounds=1))[-1].end == 4 * 20_000

    def test_every_step_and_card_has_what_the_body_must_bear(self) -> None:
        """A step asks no more of the body than its technique admits, but for what may be left out."""
        optional = {"massage": {"press"}, "roller": {"cold"}}
        for technique in shipped():
            asked = {load for block in technique.block for step in block.step for load in step.loads}
            assert asked - set(technique.loads) == optional.get(technique.id, set()), technique.id
            assert technique.loads, technique.id

    def test_nothing_claims_to_cure_or_begs(self) -> None:
        banned = ("cure", "treat", "heal", "relieve", "therapy", "please", "because", "must", "should", "!")
        said = [line for t in shipped() for line in describe(t)[: describe(t).index("Sources:")]]
        assert [(line, word) for line in said for word in banned if word in line.lower()] == []

    def test_without_cold_and_press_something_is_left(self) -> None:
        for name, load_ in (("roller", "cold"), ("massage", "press")):
            technique = next(t for t in shipped() if t.id == name)
            left = [s for b in technique.block for s in b.step if load_ not in s.loads]
            assert {s.cue.value for s in left} == {"move"}


class TestDescribe:
    def test_timed_steps(self) -> None:
        massage = next(t for t in shipped() if t.id == "massage")
        lines = describe(massage)
        assert lines[: lines.index("Sources:")] == [
            "Massage",
            "Posture: Foot over knee",
            "3 rounds, again until it is gone (2 to 3)",
            "  RUB 15 s – Along the arch",
            "  RUB 15 s – On top, between toes",
            "  PRESS 5 s (3 to 5) – Thumb on the knot",
            "  LET GO 3 s – Lift the thumb",
            (
                "Take care: Press harder only while it feels good. "
                "Leave it out if one leg is swollen, warm or red."
            ),
        ]
        assert lines[lines.index("Sources:") + 1 :] == [f"  {s}" for s in _sources(massage)]

    def test_steps_of_one_round(self) -> None:
        toes = next(t for t in shipped() if t.id == "toe_stretch")
        assert "  HOLD 5 s (3 to 5) – Spread the toes apart (round 1 only)" in describe(toes)

    def test_a_soak(self) -> None:
        lines = describe(next(t for t in shipped() if t.id == "soak"))
        assert lines[2:10] == [
            "  FILL – Warm water, tub or bath",
            "  SALT – Tub: 2 tablespoons Epsom, optional",
            "  SALT – Bath: 1-2 cups Epsom, optional",
            "  PROBE IN – Stir the water well",
            "Soak 15 minutes (15 to 20)",
            "  SIT – Rest for one minute",
            "  DRY – Between the toes too",
            "  LOOK – Floor may be wet",
        ]

    def test_one_without_caution(self, tmp_path: Path) -> None:
        techniques, _problems = load([own(tmp_path, a=GOOD)])
        assert describe(techniques[0]) == [
            "Ankle circles",
            "Posture: Sit, legs out",
            "3 rounds (2 to 4)",
            "  HOLD 5 s (3 to 5) – Circle the ankle",
            "Sources:",
            "  a leaflet",
        ]

    def test_by_day(self) -> None:
        walk = next(t for t in shipped() if t.id == "walk")
        assert "By day: Take a few short walks through the day." in describe(walk)


def _sources(technique: Technique) -> list[str]:
    steps = [step.source for block in technique.block for step in block.step]
    return list(dict.fromkeys([technique.source, *steps]))


class TestOwn:
    def test_a_new_one_takes_its_place_in_the_night(self, tmp_path: Path) -> None:
        techniques, problems = load([SHIPPED, own(tmp_path, a=GOOD)])
        assert problems == ()
        assert [t.id for t in techniques] == [
            "hand_stretch", "toe_stretch", "massage", "ankle", "roller", "calf_stretch", "walk", "soak",
        ]  # fmt: skip
        ankle = techniques[3]
        assert ankle.place is Place.BED
        assert ankle.block[0].times == (2, 4)
        assert [beat.length for beat in lay_out(ankle)] == [5000, 5000, 5000]

    def test_the_same_id_replaces(self, tmp_path: Path) -> None:
        walk = (SHIPPED / "60_walk.toml").read_text(encoding="utf-8").replace("seconds = 120", "seconds = 60")
        techniques, problems = load([SHIPPED, own(tmp_path, walk=walk)])
        assert problems == ()
        assert [t.id for t in techniques] == [t.id for t in shipped()]
        assert next(t for t in techniques if t.id == "walk").block[0].step[0].seconds == 60

    def test_a_broken_replacement_leaves_the_shipped_one(self, tmp_path: Path) -> None:
        walk = (SHIPPED / "60_walk.toml").read_text(encoding="utf-8").replace("seconds = 120", "seconds = 0")
        techniques, problems = load([SHIPPED, own(tmp_path, walk=walk)])
        assert techniques == shipped()
        assert problems == (
            (
                f"{tmp_path}/walk.toml: {STEP}.seconds must be a whole number from 1 to 1800, but it is 0. "
                "Example: seconds = 30"
            ),
        )

    def test_an_id_taken_twice_in_one_folder(self, tmp_path: Path) -> None:
        techniques, problems = load([own(tmp_path, a=GOOD, b=GOOD)])
        assert [t.id for t in techniques] == ["ankle"]
        assert problems == (f"{tmp_path}/b.toml: id ankle is already taken by a.toml; give it another.",)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        assert load([tmp_path / "nowhere"]) == ((), ())

    def test_where_they_are_looked_for(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("STATE_DIRECTORY", raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        own_folder = own_techniques(tmp_path / "cramp-kiosk")
        assert folders() == (SHIPPED, Path("/etc/cramp-kiosk/techniques"), own_folder)
        own(own_folder, a=GOOD)
        assert "ankle" in [t.id for t in load()[0]]


def own_techniques(folder: Path) -> Path:
    (folder / "techniques").mkdir(parents=True)
    return folder / "techniques"


def test_shipped_pass_every_check_by_themselves() -> None:
    assert [sentence for technique in shipped() for sentence in check(technique, PICTURES)] == []
