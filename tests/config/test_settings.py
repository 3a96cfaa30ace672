"""The owner's settings: what is read, what is refused and how it is said, what is written."""

import tomllib
from pathlib import Path

import pytest

from kiosk.config.settings import (
    Buzzer,
    Chosen,
    Found,
    Health,
    Night,
    Pins,
    Screen,
    Settings,
    Soak,
    Sound,
    check,
    find,
    load,
    places,
    to_rules,
)
from kiosk.config.techniques import load as load_techniques
from kiosk.core.rules import Condition, Glow, Rules, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Side
from kiosk.core.timeline import Choice
from kiosk.files import asset

COLD, WARM = "28-0000054b97a5", "28-3c01f0964f8f"
PINMAP = Path(__file__).parents[2] / "hardware" / "pinmap.toml"
TECHNIQUES = load_techniques([asset("techniques")])[0]
IDS = [technique.id for technique in TECHNIQUES]


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

    @pytest.mark.parametrize(
        ("below", "above", "soak"),
        [
            (f'probe = "{COLD}"\nprobe_offset = 0.8', f'probe = "{WARM}"', Soak(probe=WARM)),
            (
                f'probe = "{COLD}"\nprobe_offset = 0.8',
                f'probe = "{WARM}"\nprobe_offset = 8',
                Soak(probe=WARM),
            ),
            (
                f'probe = "{COLD}"\nprobe_offset = 0.8',
                f'probe = "{WARM}"\nprobe_offset = 0.1',
                Soak(probe=WARM, probe_offset=0.1),
            ),
            (
                f'probe = "{COLD}"\nprobe_offset = 0.8',
                f'probe = "{COLD}"',
                Soak(probe=COLD, probe_offset=0.8),
            ),
            (
                f'probe = "{COLD}"\nprobe_offset = 0.8',
                "probe_offset = 0.1",
                Soak(probe=COLD, probe_offset=0.8),
            ),
            (f'probe = "{COLD}"', "probe_offset = 0.1", Soak(probe=COLD)),
            ('probe = ""', "probe_offset = 0.1", Soak(probe_offset=0.1)),
            ("minutes = 20", "probe_offset = 0.1", Soak(minutes=20, probe_offset=0.1)),
            (
                f'probe = "{COLD}"\nprobe_offset = 0.8',
                'probe = "x"\nprobe_offset = 0.1',
                Soak(probe=COLD, probe_offset=0.8),
            ),
            ("probe_offset = 0.8", f'probe = "{WARM}"', Soak(probe=WARM)),
            ("probe_offset = 0.8", 'probe = ""', Soak(probe_offset=0.8)),
            ('probe = "x"\nprobe_offset = 0.8', "minutes = 20", Soak(minutes=20)),
        ],
    )
    def test_an_offset_stays_with_its_probe(self, tmp_path: Path, below: str, above: str, soak: Soak) -> None:
        files = [file(tmp_path, f"[soak]\n{below}\n", "below.toml"), file(tmp_path, f"[soak]\n{above}\n")]
        assert load(files)[0].soak == soak

    def test_an_offset_of_no_probe_is_said(self, tmp_path: Path) -> None:
        """Water of 43 degrees would be 42: it was measured for the probe that was named before."""
        below = file(tmp_path, f'[soak]\nprobe = "{WARM}"\n', "below.toml")
        above = file(tmp_path, "[soak]\nprobe_offset = -1.0\n")
        told = (
            f"{above}: soak.probe_offset does not say which probe it is for, and is not used. If it is for "
            f'the one in use, name that beside it: probe = "{WARM}"'
        )
        assert load([below, above]) == (Settings(soak=Soak(probe=WARM)), (told,))
        file(tmp_path, '[soak]\nprobe = "x"\nprobe_offset = -1.0\n')
        assert len(load([below, above])[1]) == 1

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


class TestCheck:
    def test_names_and_numbers_the_techniques_do_not_know(self, tmp_path: Path) -> None:
        below = file(tmp_path, '[night]\ntechniques = ["walc", "soak"]\nleft_out = ["zzz"]\n', "below.toml")
        above = file(
            tmp_path,
            "[night.choice]\ncalf_stretch = { hold = 60, rounds = 3 }\nrollr = { hold = 3 }\n"
            "hand_stretch = { hold = 4, rounds = 6 }\nsoak = { hold = 3 }\n",
        )
        beyond = f"{above}: night.choice.calf_stretch"
        assert check(find([below, above]), TECHNIQUES) == [
            f"{below}: walc in night.techniques is not known; did you mean walk?",
            f"{below}: zzz in night.left_out is not known; known are: {', '.join(IDS)}.",
            f"{above}: rollr in night.choice is not known; did you mean roller?",
            f"{beyond}.hold is 60; its source allows 10 to 30. Example: calf_stretch = {{ hold = 10 }}",
            f"{beyond}.rounds is 3; its source allows 4 to 5. Example: calf_stretch = {{ rounds = 4 }}",
        ]

    def test_defaults_have_none(self) -> None:
        assert check(Found(), TECHNIQUES) == []


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
