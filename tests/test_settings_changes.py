"""The owner's settings changed on the screen, and written: all or nothing, and nothing lost."""

import tomllib
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.core.rules import Condition, Glow, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Side
from kiosk.settings import (
    Buzzer,
    Chosen,
    Diary,
    Display,
    Factory,
    Health,
    Night,
    Pins,
    Screen,
    Settings,
    SettingsError,
    Soak,
    Sound,
    Touch,
    change,
    changes_text,
    defaults_text,
    load,
    save,
    to_rules,
)
from tests.test_settings import IDS, TECHNIQUES, file

hours = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
counts = st.none() | st.integers(1, 60)
nights = st.builds(
    Night,
    techniques=st.lists(st.text()).map(tuple),
    left_out=st.lists(st.sampled_from(IDS)).map(tuple),
    choice=st.dictionaries(st.text(), st.builds(Chosen, hold=counts, rounds=counts), max_size=3),
    side=st.sampled_from(Side),
)
trees = st.builds(
    Settings,
    language=st.sampled_from(["en", "de", "pt_BR"]),
    night=nights,
    sound=st.builds(
        Sound,
        volume=st.sampled_from(Volume),
        buzzer=st.sampled_from(Buzzer),
        quiet_from=hours,
        quiet_to=hours,
    ),
    screen=st.builds(
        Screen,
        theme=st.sampled_from(Theme),
        text_size=st.sampled_from(TextSize),
        glow=st.sampled_from(Glow),
        motion=st.booleans(),
        panel=st.floats(2.0, 32.0),
        rotate=st.sampled_from([0, 90, 180, 270]),
        display=st.sampled_from(Display),
        asleep_clock=st.booleans(),
    ),
    soak=st.builds(
        Soak, minutes=st.integers(15, 20), allowed=st.booleans(), probe_offset=st.floats(-1.0, 1.0)
    ),
    health=st.builds(
        Health, conditions=st.lists(st.sampled_from(Condition), unique=True).map(tuple), asked=st.booleans()
    ),
    pins=st.permutations([5, 6, 12, 13, 27]).flatmap(
        lambda p: st.builds(
            Pins,
            factory=st.sampled_from(Factory),
            button=st.just(p[0]),
            lamp=st.just(p[1]),
            buzzer=st.just(p[2]),
        )
    ),
    diary=st.builds(Diary, path=st.text()),
)


NO_CALIBRATIONS = [
    ("1 0 0 0 21 0", " 5 must be a number from -20 to 20, but it is 21.0"),
    ("1 0 0 0 1 nan", " 6 must be a number from -20 to 20, but it is nan"),
    ("1 0 0 0 1 wide", ' 6 must be a number from -20 to 20, but it is "wide"'),
    ("1 0 0 0 1", " must be a list of 6, each a number from -20 to 20, but it is (1.0, 0.0, 0.0, 0.0, 1.0)"),
]


class TestChange:
    @pytest.mark.parametrize(
        ("key", "section", "values"),
        [
            ("glow", "screen", ["dim", "soft", "bright", "dim"]),
            ("volume", "sound", ["medium", "high", "off", "low", "medium"]),
            ("theme", "screen", ["night", "day", "contrast", "night"]),
            ("side", "night", ["left", "right", "both", "left"]),
            ("text_size", "screen", ["normal", "larger", "normal"]),
        ],
    )
    def test_goes_round(self, key: str, section: str, values: list[str]) -> None:
        tree, seen = Settings(), []
        for _tap in values:
            seen.append(getattr(getattr(tree, section), key).value)
            tree = change(tree, key)
        assert seen == values

    def test_to_a_value(self) -> None:
        assert change(Settings(), "theme", "contrast") == Settings(screen=Screen(theme=Theme.CONTRAST))

    def test_a_technique_off_and_on(self) -> None:
        off = change(change(Settings(), "technique", "walk"), "technique", "soak")
        assert off == Settings(night=Night(left_out=("walk", "soak")))
        assert change(off, "technique", "walk") == Settings(night=Night(left_out=("soak",)))

    def test_earlier(self) -> None:
        once = change(Settings(), "earlier", "massage", IDS)
        assert [t.id for t in to_rules(once, TECHNIQUES).techniques][:3] == [
            "hand_stretch",
            "massage",
            "toe_stretch",
        ]
        twice = change(once, "earlier", "massage", once.night.techniques)
        assert twice.night.techniques[:3] == ("massage", "hand_stretch", "toe_stretch")
        assert change(twice, "earlier", "massage", twice.night.techniques) == twice

    def test_health_answers(self) -> None:
        tree = change(change(Settings(), "condition", "wound=yes"), "condition", "numb=yes")
        assert tree.health == Health(conditions=(Condition.NUMB, Condition.WOUND), asked=False)
        tree = change(change(tree, "condition", "wound=no"), "condition", "unsteady=no")
        assert tree.health == Health(conditions=(Condition.NUMB,), asked=True)

    def test_the_offset_of_the_probe(self) -> None:
        tree = Settings(soak=Soak(minutes=20, probe_offset=0.5))
        assert change(tree, "probe_offset", "-0.3") == Settings(soak=Soak(minutes=20, probe_offset=-0.3))

    def test_another_probe_begins_without_an_offset(self) -> None:
        tree = Settings(soak=Soak(minutes=20, probe="28-0000054b97a5", probe_offset=0.5))
        assert change(tree, "probe", "28-0000054b97a5") == tree
        assert change(tree, "probe", "28-3c01f0964f8f") == Settings(
            soak=Soak(minutes=20, probe="28-3c01f0964f8f")
        )
        with pytest.raises(SettingsError, match=r"soak\.probe must be"):
            change(tree, "probe", "the long one")

    def test_the_calibration_of_the_touch_panel(self) -> None:
        tree = Settings(touch=Touch(swap=True))
        there = (1.06123, 0.0, -0.04, 0.0, -1.1, 1.05)
        changed = change(tree, "calibration", "1.06123 0.0 -0.04 0.0 -1.1 1.05")
        assert changed == Settings(touch=Touch(swap=True, calibration=there))

    @given(trees, st.sampled_from(["glow", "volume", "theme", "side", "text_size"]))
    def test_all_the_rest_stays(self, tree: Settings, key: str) -> None:
        changed = change(tree, key)
        before, after = msgspec.to_builtins(tree), msgspec.to_builtins(changed)
        differ = [
            (section, each)
            for section in before
            if isinstance(before[section], dict)
            for each in before[section]
            if before[section][each] != after[section][each]
        ]
        assert [each for _section, each in differ] == [key]
        assert before["language"] == after["language"]

    @pytest.mark.parametrize(
        ("key", "value", "told"),
        [
            ("glow", "dimm", "settings: dimm in glow is not known; did you mean dim?"),
            ("glw", "", "settings: glw is not known; did you mean glow?"),
            ("earlier", "walc", "settings: walc in night.techniques is not known; did you mean walk?"),
            (
                "condition",
                "num=yes",
                "settings: num=yes in health.conditions is not known; did you mean numb=yes?",
            ),
            *(
                (
                    "probe_offset",
                    value,
                    f"settings: soak.probe_offset must be a number from -1.0 to 1.0, but it is {told}.",
                )
                for value, told in (("1.1", "1.1"), ("nan", "nan"), ("", '""'), ("much", '"much"'))
            ),
            *(
                ("calibration", value, f"settings: touch.calibration{told}.")
                for value, told in NO_CALIBRATIONS
            ),
        ],
    )
    def test_what_cannot_be(self, key: str, value: str, told: str) -> None:
        with pytest.raises(SettingsError) as error:
            change(Settings(), key, value, IDS)
        assert str(error.value) == told


class TestSave:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
    @given(trees, trees)
    def test_what_is_saved_over_a_machines_settings_reads_back(
        self, tmp_path: Path, tree: Settings, base: Settings
    ) -> None:
        machine, own = tmp_path / "machine.toml", tmp_path / "own.toml"
        save(base, machine, Settings())
        save(tree, own, base)
        assert load([machine, own]) == (tree, ())

    def test_only_what_differs(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        tree = Settings(
            language="de",
            night=Night(left_out=("walk",), choice={"calf_stretch": Chosen(hold=10)}),
            soak=Soak(minutes=20, probe_offset=0.25),
        )
        save(tree, path, Settings(soak=Soak(minutes=20)))
        assert path.read_text(encoding="utf-8") == (
            "# Written by the kiosk when a setting is changed on its screen. Comments are not kept.\n"
            'language = "de"\n\n'
            '[night]\nleft_out = ["walk"]\nchoice = { calf_stretch = { hold = 10 } }\n\n'
            "[soak]\nprobe_offset = 0.25\n"
        )

    def test_keys_the_screen_does_not_know_stay(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[pins]\nbutton = 6\n[screen]\nrotate = 180\n")
        tree, problems = load([path])
        save(change(tree, "glow"), path, Settings())
        assert problems == ()
        assert load([path])[0] == Settings(pins=Pins(button=6), screen=Screen(rotate=180, glow=Glow.SOFT))

    def test_over_this_machines_settings_by_default(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kiosk.settings.SYSTEM", tmp_path)
        file(tmp_path, '[sound]\nvolume = "low"\n')
        save(Settings(sound=Sound(volume=Volume.LOW)), tmp_path / "own.toml")
        assert tomllib.loads((tmp_path / "own.toml").read_text(encoding="utf-8")) == {}

    def test_a_file_with_mistakes_is_kept_beside(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[sound]\nvolum = 3\n")
        save(Settings(), path, Settings())
        assert (tmp_path / "config.toml.old").read_text(encoding="utf-8") == "[sound]\nvolum = 3\n"
        assert load([path]) == (Settings(), ())

    def test_no_room_on_the_card(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[soak]\nminutes = 17\n")
        full = OSError(28, "No space left on device")
        with mock.patch("os.fsync", side_effect=full), pytest.raises(SettingsError) as error:
            save(Settings(), path, Settings())
        assert str(error.value) == f"{path} cannot be written: No space left on device."
        assert load([path])[0].soak.minutes == 17
        assert list(tmp_path.iterdir()) == [path]


class TestDefaults:
    def test_reads_back_as_the_defaults(self, tmp_path: Path) -> None:
        assert load([file(tmp_path, defaults_text())]) == (Settings(), ())

    def test_every_key_is_there_with_its_meaning(self) -> None:
        lines = defaults_text().splitlines()
        table = tomllib.loads(defaults_text())
        assert table == msgspec.json.decode(msgspec.json.encode(Settings()))
        for number, line in enumerate(lines):
            if line and not line.startswith(("#", "[")):
                assert lines[number - 1].startswith("# "), line

    def test_one_of_them_in_whole(self) -> None:
        assert (
            "\n# Minutes the feet stay in warm water. Allowed: a whole number from 15 to 20.\nminutes = 15\n"
            in defaults_text()
        )

    def test_nothing_differs_from_themselves(self) -> None:
        assert changes_text(Settings(), Settings()).count("\n") == 1
