"""The owner's settings changed on the screen: one is written, whole or not at all, and all else stays."""

import stat
import tomllib
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.config.changes import Change, change, meant, save
from kiosk.config.defaults import defaults_text, file_text
from kiosk.config.settings import (
    _MOVABLE,
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
    find,
    load,
    to_rules,
)
from kiosk.core.rules import Condition, Glow, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Side
from tests.config.test_settings import COLD, IDS, TECHNIQUES, WARM, file

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
        lambda order: st.builds(
            Pins, factory=st.sampled_from(Factory), **dict(zip(_MOVABLE, map(st.just, order), strict=False))
        )
    ),
    diary=st.builds(
        Diary, path=st.just("") | st.text(st.characters(exclude_categories=["Cc", "Cs"])).map("/{}".format)
    ),
)


STRAIGHT = "[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]"
NO_CALIBRATIONS = [
    ("1 0 0 0 21 0", " 5 must be a number from -20 to 20, but it is 21.0"),
    ("1 0 0 0 1 nan", " 6 must be a number from -20 to 20, but it is nan, which is no number"),
    ("1 0 0 0 1 wide", ' 6 must be a number from -20 to 20, but it is "wide"'),
    ("1 0 0 0 1", " must be a list of 6, each a number from -20 to 20, but it is [1.0, 0.0, 0.0, 0.0, 1.0]"),
]
NO_OFFSETS = [("1.1", "1.1"), ("nan", "nan, which is no number"), ("", '""'), ("much", '"much"')]


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
        assert change(off, "technique", "walk=off").night.left_out == ("soak", "walk")
        assert change(off, "technique", "roller=on") == off

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
        tree = Settings(soak=Soak(minutes=20, probe=COLD, probe_offset=0.5))
        assert change(tree, "probe", COLD) == tree
        assert change(tree, "probe", WARM) == Settings(soak=Soak(minutes=20, probe=WARM))
        with pytest.raises(SettingsError, match=r"soak\.probe must be"):
            change(tree, "probe", "the long one")

    def test_an_offset_is_no_other_probes(self) -> None:
        """Somebody named another one in the file between the measuring and the saving."""
        measured = meant(Settings(soak=Soak(probe=COLD)), "probe_offset", "0.4", [])
        assert measured.on(Settings(soak=Soak(probe=COLD))).soak.probe_offset == 0.4
        assert measured.on(Settings(soak=Soak(probe=WARM))) == Settings(soak=Soak(probe=WARM))

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
            ("glow", "dimm", "dimm in glow is not known; did you mean dim?"),
            ("glw", "", "glw is not known; did you mean glow?"),
            ("earlier", "walc", "walc in night.techniques is not known; did you mean walk?"),
            ("condition", "num=yes", "num=yes in health.conditions is not known; did you mean numb=yes?"),
            *(
                (
                    "probe_offset",
                    value,
                    (
                        f"soak.probe_offset must be a number from -1.0 to 1.0, but it is {told}. "
                        "Example: probe_offset = 0.0"
                    ),
                )
                for value, told in NO_OFFSETS
            ),
            *(
                ("calibration", value, f"touch.calibration{told}. Example: calibration = {STRAIGHT}")
                for value, told in NO_CALIBRATIONS
            ),
        ],
    )
    def test_what_cannot_be(self, key: str, value: str, told: str) -> None:
        with pytest.raises(SettingsError) as error:
            change(Settings(), key, value, IDS)
        assert str(error.value) == f"a change of the settings: {told}"


HEAD = file_text({})
HIGH, SOFT = Change("volume", "high"), Change("glow", "soft")
ANSWERS = [Change("condition", f"{each}={'yes' if each is Condition.NUMB else 'no'}") for each in Condition]


class TestSave:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
    @given(trees, trees)
    def test_any_tree_that_is_written_reads_back(
        self, tmp_path: Path, machines: Settings, owners: Settings
    ) -> None:
        machine, own = tmp_path / "machine.toml", tmp_path / "own.toml"
        machine.write_text(file_text(msgspec.to_builtins(machines)), encoding="utf-8")
        own.write_text(file_text(msgspec.to_builtins(owners)), encoding="utf-8")
        assert load([machine, own]) == (owners, ())

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
    @given(trees, trees, st.sampled_from(["glow", "volume", "theme", "side", "text_size", "condition"]))
    def test_a_change_writes_its_own_key_and_no_other(
        self, tmp_path: Path, owners: Settings, held: Settings, key: str
    ) -> None:
        """Whatever else is in force: it came from elsewhere, or is meant for the moment only."""
        own = tmp_path / "own.toml"
        own.write_text(file_text(msgspec.to_builtins(owners)), encoding="utf-8")
        made = meant(held, key, "numb=yes" if key == "condition" else "", [])
        save([made], own, held)
        assert load([own]) == (made.on(owners), ())

    def test_an_offset_is_written_with_its_probe(self, tmp_path: Path) -> None:
        """Another one may be named elsewhere afterwards."""
        machine, own = tmp_path / "machine.toml", tmp_path / "own.toml"
        machine.write_text(f'[soak]\nprobe = "{COLD}"\n', encoding="utf-8")
        before, _problems = load([machine, own])
        save([meant(before, "probe_offset", "-1.0", [])], own, before)
        assert own.read_text(encoding="utf-8") == f'{HEAD}\n[soak]\nprobe = "{COLD}"\nprobe_offset = -1.0\n'
        machine.write_text(f'[soak]\nprobe = "{WARM}"\n', encoding="utf-8")
        assert load([machine, own]) == (Settings(soak=Soak(probe=COLD, probe_offset=-1.0)), ())

    @pytest.mark.parametrize("key", ["probe", "probe_offset", "another's offset"])
    def test_an_offset_of_no_probe_does_not_become_one_s(self, tmp_path: Path, key: str) -> None:
        """It stands in the file, is not used, and stays so until it is measured."""
        machine, own = tmp_path / "machine.toml", tmp_path / "own.toml"
        machine.write_text(f'[soak]\nprobe = "{WARM}"\n', encoding="utf-8")
        own.write_text("[soak]\nprobe_offset = -1.0\n", encoding="utf-8")
        before, _problems = load([machine, own])
        made = {
            "probe": meant(before, "probe", WARM, []),
            "probe_offset": meant(before, "probe_offset", "0.25", []),
            "another's offset": meant(Settings(soak=Soak(probe=COLD)), "probe_offset", "0.5", []),
        }[key]
        save([made, HIGH], own, before)
        assert load([machine, own])[0].soak == Soak(
            probe=WARM, probe_offset=0.25 if key == "probe_offset" else 0
        )
        assert load([machine, own])[0].sound.volume == HIGH.value

    def test_the_file_of_somebody_who_never_wrote_one(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "config.toml"
        save([Change("probe_offset", "0.25")], path, Settings())
        assert path.read_text(encoding="utf-8") == f"{HEAD}\n[soak]\nprobe_offset = 0.25\n"
        save([Change("technique", "walk=off")], path, Settings())
        save([HIGH], path, Settings())
        assert path.read_text(encoding="utf-8") == (
            f"{HEAD}\n[soak]\nprobe_offset = 0.25\n"
            '\n[night]\nleft_out = ["walk"]\n'
            '\n[sound]\nvolume = "high"\n'
        )
        assert [each.name for each in path.parent.iterdir()] == ["config.toml"]

    def test_keys_the_screen_does_not_know_stay(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[pins]\nbutton = 6\n[screen]\nrotate = 180\n")
        save([SOFT], path, Settings())
        assert load([path]) == (
            Settings(pins=Pins(button=6), screen=Screen(rotate=180, glow=Glow.SOFT)),
            (),
        )

    def test_mistakes_stay_until_somebody_mends_them(self, tmp_path: Path) -> None:
        """Above all in the health answers: without them the next start would not be careful."""
        wrong = (
            "spare = 1979-05-27\nmore = [07:32:00, inf, { a = [] }]\nsound = 3\n"
            '[health]\nconditions = ["numbb"]\n[xyz]\na.b = 0x' + "f" * 5000 + "\n"
        )
        path = file(tmp_path, wrong)
        save([HIGH], path, Settings())
        before, after = tomllib.loads(wrong), tomllib.loads(path.read_text(encoding="utf-8"))
        assert after == before | {"sound": {"volume": "high"}}
        assert load([path])[0].health.conditions == tuple(Condition)

    def test_answers_about_health_replace_all_that_stood_there(self, tmp_path: Path) -> None:
        path = file(tmp_path, '[health]\ncondition = ["numb"]\nasked = "yes"\n')
        save([Change("condition", f"{each}=no") for each in Condition], path, Settings())
        assert load([path]) == (Settings(health=Health(conditions=(), asked=True)), ())

    def test_a_file_written_by_hand_is_kept_beside(self, tmp_path: Path) -> None:
        path = file(tmp_path, "# mine\n[sound]\nvolum = 3\n")
        path.chmod(0o644)
        save([SOFT], path, Settings())
        old = tmp_path / "config.toml.old"
        assert old.read_text(encoding="utf-8") == "# mine\n[sound]\nvolum = 3\n"
        save([Change("theme", "day")], path, Settings())
        assert old.read_text(encoding="utf-8") == "# mine\n[sound]\nvolum = 3\n"
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
        assert modes == {"config.toml": 0o600, "config.toml.old": 0o600}

    @pytest.mark.parametrize("text", ["[sound\n", "a" + ".a" * 9 + " = 1", "#" * 65_537])
    def test_a_file_nobody_understands_is_left_alone(self, tmp_path: Path, text: str) -> None:
        path = file(tmp_path, text)
        with pytest.raises(SettingsError, match=f"cannot be saved before this is mended. {path}"):
            save([HIGH], path, Settings())
        assert path.read_text(encoding="utf-8") == text
        assert list(tmp_path.iterdir()) == [path]

    def test_all_answers_begin_such_a_file_anew(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[sound\n")
        save(ANSWERS, path, Settings(), anew=True)
        assert load([path]) == (Settings(health=Health(conditions=(Condition.NUMB,), asked=True)), ())
        assert (tmp_path / "config.toml.old").read_text(encoding="utf-8") == "[sound\n"

    def test_one_too_long_to_be_kept_beside_is_left_alone(self, tmp_path: Path) -> None:
        path = file(tmp_path, "#" * 65_537)
        with pytest.raises(SettingsError, match="is too long to be kept beside a new one"):
            save(ANSWERS, path, Settings(), anew=True)
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize(
        "text",
        [
            "[night]\nleft_out = [" + '"a",' * 14_000 + "]\n",
            "[x]\ny = '" + "\\" * 40_000 + "'\n",
            "[a.b.c.d]\ne.f.g.h.i = [[1]]\n",
            "[a.b.c.d.e]\nf.g.h.i.j = {x = [[1]]}\n",
        ],
        ids=["tight", "escapes", "deep", "deeper"],
    )
    def test_a_file_is_never_written_so_that_it_cannot_be_read_again(self, tmp_path: Path, text: str) -> None:
        """As we write it a tight file is longer, and names with points are brackets in brackets."""
        path = file(tmp_path, f'[health]\nconditions = ["numb"]\n{text}')
        before = path.read_bytes()
        with pytest.raises(SettingsError) as error:
            save([HIGH], path, Settings())
        assert str(error.value) == (
            f"What is changed cannot be saved: {path} would get too long, or too deep, to be read again. "
            "Take out of it what is not needed."
        )
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]
        assert not find([path]).doubtful

    def test_no_room_on_the_card(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[soak]\nminutes = 17\n")
        full = OSError(28, "No space left on device")
        with mock.patch("os.fsync", side_effect=full), pytest.raises(SettingsError) as error:
            save([HIGH], path, Settings())
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
