"""The owner's settings: what is read, what is refused and how it is said, what is written."""

import tomllib
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.rules import Condition, Glow, Rules, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Side
from kiosk.core.timeline import Choice
from kiosk.files import asset
from kiosk.settings import (
    Buzzer,
    Chosen,
    Diary,
    Factory,
    Health,
    Night,
    Pins,
    Screen,
    Settings,
    Soak,
    Sound,
    check,
    load,
    places,
    to_rules,
)
from kiosk.techniques import load as load_techniques

PINMAP = Path(__file__).parents[1] / "hardware" / "pinmap.toml"
TECHNIQUES = load_techniques([asset("techniques")])[0]
IDS = [technique.id for technique in TECHNIQUES]

SECTIONS = [*Settings.__struct_fields__, "other"]
KEYS = st.sampled_from(
    [key for name in SECTIONS[1:-1] for key in getattr(Settings(), name).__struct_fields__]
)
anything = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.sampled_from(["left", "numb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["walk", "hold"]), inner),
    max_leaves=6,
)


def file(folder: Path, text: str, name: str = "config.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


class TestRead:
    def test_nothing_there_means_defaults(self, tmp_path: Path) -> None:
        assert load([tmp_path / "a.toml", tmp_path / "b.toml"]) == (Settings(), ())

    def test_later_wins_key_by_key(self, tmp_path: Path) -> None:
        below = file(tmp_path, 'language = "de"\n[sound]\nvolume = "high"\nbuzzer = "active"\n', "below.toml")
        above = file(tmp_path, '[sound]\nvolume = "low"\n[soak]\nminutes = 20\n', "above.toml")
        expected = Settings(
            language="de", sound=Sound(volume=Volume.LOW, buzzer=Buzzer.ACTIVE), soak=Soak(minutes=20)
        )
        assert load([below, above]) == (expected, ())

    def test_where_they_are(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
        assert places() == (Path("/etc/cramp-kiosk/config.toml"), tmp_path / "config.toml")
        file(tmp_path, "[soak]\nminutes = 17\n")
        assert load()[0].soak.minutes == 17

    def test_default_pins_are_those_of_the_pin_map(self) -> None:
        wired = {pin["name"]: pin["bcm"] for pin in tomllib.loads(PINMAP.read_text(encoding="utf-8"))["pin"]}
        pins = Pins()
        assert {name: getattr(pins, name) for name in ("button", "lamp", "buzzer")} == {
            name: wired[name] for name in ("button", "lamp", "buzzer")
        }


MISTAKES = [
    ("[sound]\nvolum = 3\n", "sound.volum is not known; did you mean volume?"),
    (
        "[xyz]\na = 1\n",
        "xyz is not known; known are: language, night, sound, screen, touch, soak, health, pins, diary.",
    ),
    ("sound = 3\n", "sound must be a table, but it is 3."),
    (
        '[sound]\nvolume = "loud"\n',
        'sound.volume must be one of "off", "low", "medium", "high", but it is "loud".',
    ),
    ('[sound]\nquiet_from = "25:00"\n', 'sound.quiet_from must be text such as "22:00", but it is "25:00".'),
    (
        "[sound]\nquiet_from = 22:00:00\n",
        'sound.quiet_from must be text such as "22:00", but it is 22:00:00.',
    ),
    ('language = "English"\n', 'language must be text such as "en", but it is "English".'),
    ("[soak]\nminutes = 30\n", "soak.minutes must be a whole number from 15 to 20, but it is 30."),
    (
        "[soak]\nminutes = [15, 20]\n",
        "soak.minutes must be a whole number from 15 to 20, but it is [15, 20].",
    ),
    ("[soak]\nprobe_offset = 1.5\n", "soak.probe_offset must be a number from -1.0 to 1.0, but it is 1.5."),
    ("[soak]\nprobe_offset = nan\n", "soak.probe_offset must be a number from -1.0 to 1.0, but it is nan."),
    ('[soak]\nallowed = "yes"\n', 'soak.allowed must be true or false, but it is "yes".'),
    ("[screen]\nrotate = 45\n", "screen.rotate must be one of 0, 90, 180, 270, but it is 45."),
    ("[screen]\nmotion = {a = 1}\n", "screen.motion must be true or false, but it is a table."),
    ("[pins]\nlamp = 40\n", "pins.lamp must be a whole number from 2 to 27, but it is 40."),
    (
        "[night.choice.walk]\nrounds = 2\n[night.choice.calf_stretch]\nhold = 0\n",
        "night.choice.calf_stretch.hold must be a whole number from 1 to 1800, but it is 0.",
    ),
    ("[night]\nchoice = {walk = 3}\n", "night.choice.walk must be a table, but it is 3."),
    ('[night]\nleft_out = "walk"\n', 'night.left_out must be a list, each entry text, but it is "walk".'),
    (
        f'[night]\nleft_out = "{"x" * 61}"\n',
        "night.left_out must be a list, each entry text, but it is a long text.",
    ),
    ("[night]\nleft_out = [1]\n", "night.left_out 1 must be text, but it is 1."),
]


class TestMistakes:
    @pytest.mark.parametrize(("text", "told"), MISTAKES)
    def test_is_told_in_whole_and_costs_only_itself(self, tmp_path: Path, text: str, told: str) -> None:
        path = file(tmp_path, text)
        good = file(tmp_path, '[diary]\npath = "/data"\n', "good.toml")
        found, problems = load([good, path])
        assert problems == (f"{path}: {told}",)
        assert found.diary.path == "/data"
        assert msgspec.structs.replace(found, diary=Diary(), night=Night()) == Settings()

    def test_all_at_once(self, tmp_path: Path) -> None:
        path = file(tmp_path, '[sound]\nvolume = 3\nbuzzer = "active"\nloud = 1\n[soak]\nminutes = 3\n')
        found, problems = load([path])
        assert found == Settings(sound=Sound(buzzer=Buzzer.ACTIVE))
        assert sorted(problems) == [
            f"{path}: soak.minutes must be a whole number from 15 to 20, but it is 3.",
            f"{path}: sound.loud is not known; known are: volume, buzzer, quiet_from, quiet_to.",
            f'{path}: sound.volume must be one of "off", "low", "medium", "high", but it is 3.',
        ]

    @settings(deadline=None)
    @given(st.dictionaries(st.sampled_from(SECTIONS), st.dictionaries(KEYS, anything) | anything))
    def test_whatever_is_in_the_file_the_night_comes(self, raw: dict[str, object]) -> None:
        with mock.patch("kiosk.settings.read", return_value=raw):
            found, problems = load([Path("config.toml")])
        assert isinstance(found, Settings)
        assert all(each.startswith(("config.toml: ", "settings: ")) for each in problems)

    @pytest.mark.parametrize(
        ("pins", "told"),
        [
            (
                "button = 12",
                "settings: pins.lamp is 12, which belongs to pins.button; the usual pins are used.",
            ),
            (
                "buzzer = 4",
                "settings: pins.buzzer is 4, which belongs to the probe; the usual pins are used.",
            ),
        ],
    )
    def test_two_wires_on_one_pin(self, tmp_path: Path, pins: str, told: str) -> None:
        path = file(tmp_path, f'[pins]\nfactory = "mock"\n{pins}\n')
        assert load([path]) == (Settings(pins=Pins(factory=Factory.MOCK)), (told,))

    def test_a_broken_file_leaves_the_other_but_makes_the_night_careful(self, tmp_path: Path) -> None:
        good = file(tmp_path, '[sound]\nvolume = "low"\n', "good.toml")
        broken = file(tmp_path, "[sound\n")
        found, problems = load([good, broken])
        assert problems == (
            f"{broken}, line 1, column 7: this is not TOML (Expected ']' at the end of a table declaration).",
        )
        assert found == Settings(sound=Sound(volume=Volume.LOW), health=Health(conditions=tuple(Condition)))

    def test_health_answers_that_cannot_be_read(self, tmp_path: Path) -> None:
        path = file(tmp_path, '[health]\nconditions = ["numbb"]\nasked = true\n')
        found, problems = load([path])
        assert found.health == Health(conditions=tuple(Condition), asked=False)
        names = ", ".join(f'"{condition}"' for condition in Condition)
        assert problems == (f'{path}: health.conditions 1 must be one of {names}, but it is "numbb".',)

    def test_a_later_answer_settles_it(self, tmp_path: Path) -> None:
        broken = file(tmp_path, "[sound\n", "broken.toml")
        answer = file(tmp_path, '[health]\nconditions = ["numb"]\nasked = true\n')
        assert load([broken, answer])[0].health == Health(conditions=(Condition.NUMB,), asked=True)


class TestCheck:
    def test_names_and_numbers_the_techniques_do_not_know(self) -> None:
        night = Night(
            techniques=("walc", "soak"),
            left_out=("zzz",),
            choice={
                "calf_stretch": Chosen(hold=60, rounds=3),
                "hand_stretch": Chosen(hold=4, rounds=6),
                "rollr": Chosen(hold=3),
                "soak": Chosen(hold=3),
            },
        )
        assert check(Settings(night=night), TECHNIQUES) == [
            "settings: walc in night.techniques is not known; did you mean walk?",
            f"settings: zzz in night.left_out is not known; known are: {', '.join(IDS)}.",
            "settings: rollr in night.choice is not known; did you mean roller?",
            "settings: night.choice.calf_stretch.hold is 60; its source allows 10 to 30.",
            "settings: night.choice.calf_stretch.rounds is 3; its source allows 4 to 5.",
        ]

    def test_defaults_have_none(self) -> None:
        assert check(Settings(), TECHNIQUES) == []


class TestRules:
    def test_defaults_are_those_of_the_night(self) -> None:
        assert to_rules(Settings(), TECHNIQUES) == Rules(techniques=TECHNIQUES)

    def test_every_setting_the_night_needs(self) -> None:
        tree = Settings(
            night=Night(
                techniques=("soak", "walk"),
                left_out=("roller",),
                choice={"walk": Chosen(rounds=2)},
                side=Side.BOTH,
            ),
            sound=Sound(volume=Volume.OFF, buzzer=Buzzer.ACTIVE, quiet_from="00:05", quiet_to="23:59"),
            screen=Screen(theme=Theme.DAY, text_size=TextSize.LARGER, glow=Glow.BRIGHT, motion=False),
            soak=Soak(minutes=20, allowed=True, probe_offset=-0.5),
            health=Health(conditions=(Condition.NUMB, Condition.CLOT), asked=True),
        )
        rules = to_rules(tree, TECHNIQUES)
        assert [t.id for t in rules.techniques] == [
            "soak", "walk", "hand_stretch", "toe_stretch", "massage", "roller", "calf_stretch",
        ]  # fmt: skip
        assert rules == Rules(
            techniques=rules.techniques,
            left_out=frozenset({"roller"}),
            choices={"walk": Choice(rounds=2)},
            conditions=frozenset({Condition.NUMB, Condition.CLOT}),
            profile_asked=True,
            soak_allowed=True,
            soak_minutes=20,
            side=Side.BOTH,
            volume=Volume.OFF,
            passive_buzzer=False,
            theme=Theme.DAY,
            text_size=TextSize.LARGER,
            glow=Glow.BRIGHT,
            motion=False,
            probe_offset=-0.5,
            quiet_from=5,
            quiet_to=23 * 60 + 59,
        )
