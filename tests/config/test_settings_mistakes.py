"""What an owner gets wrong in the settings: told so that it can be mended, and it costs the one value."""

from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.config.settings import Buzzer, Diary, Factory, Health, Night, Pins, Settings, Sound, find, load
from kiosk.core.rules import Condition
from kiosk.core.signals import Volume
from tests.config.test_settings import file

SECTIONS = [*Settings.__struct_fields__, "other"]
KEYS = st.sampled_from(
    [key for name in SECTIONS[1:-1] for key in getattr(Settings(), name).__struct_fields__]
)
anything = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.sampled_from(["left", "numb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["walk", "hold"]), inner),
    max_leaves=6,
)


HOUR = 'must be a time of day in hours and minutes, such as "22:00", but it is'
KNOWN = "language, night, sound, screen, touch, soak, health, pins, diary"
CONDITIONS = ", ".join(f'"{condition}"' for condition in Condition)
STRAIGHT = "[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]"

MISTAKES = [
    ("[sound]\nvolum = 3\n", "sound.volum is not known; did you mean volume?"),
    (
        "[xyz]\na = 1\n",
        f"xyz is not known; known are: {KNOWN}.",
    ),
    ('volume = "low"\n', "volume belongs below the heading [sound]."),
    ('[screen]\nvolume = "low"\n', "screen.volume belongs below the heading [sound]."),
    ('[sound]\nlanguage = "en"\n', "sound.language belongs at the top of the file, above every heading."),
    ("sound = 3\n", "sound is no value but a section; its values stand below a heading: [sound]"),
    (
        '[[sound]]\nvolume = "low"\n',
        "there is only one sound, so its heading has one bracket on each side: [sound]",
    ),
    (
        '[sound]\nvolume = "loud"\n',
        (
            'sound.volume must be one of "off", "low", "medium", "high", but it is "loud". '
            'Example: volume = "medium"'
        ),
    ),
    ('[sound]\nquiet_from = "25:00"\n', f'sound.quiet_from {HOUR} "25:00". Example: quiet_from = "22:00"'),
    ("[sound]\nquiet_to = 22:00:00\n", f'sound.quiet_to {HOUR} 22:00:00. Example: quiet_to = "07:00"'),
    ('[sound]\nquiet_to = "07:00\\n"\n', f'sound.quiet_to {HOUR} "07:00\\n". Example: quiet_to = "07:00"'),
    (
        'language = "English"\n',
        (
            'language must be the code of a language, such as "en", but it is "English". '
            'Example: language = "en"'
        ),
    ),
    (
        '[diary]\npath = "a\\u0000b"\n',
        (
            'diary.path must be the place of a file from / or ~ on, such as "/data/diary.db", '
            'but it is "a\\u0000b". Example: path = "/data/diary.db"'
        ),
    ),
    (
        '[diary]\npath = "nights.db"\n',
        (
            'diary.path must be the place of a file from / or ~ on, such as "/data/diary.db", '
            'but it is "nights.db". Example: path = "/data/diary.db"'
        ),
    ),
    (
        "[soak]\nminutes = 30\n",
        "soak.minutes must be a whole number from 15 to 20, but it is 30. Example: minutes = 15",
    ),
    (
        "[soak]\nminutes = 15.0\n",
        "soak.minutes must be a whole number from 15 to 20, but it is 15.0. Example: minutes = 15",
    ),
    (
        "[soak]\nminutes = [15, 20]\n",
        "soak.minutes must be a whole number from 15 to 20, but it is [15, 20]. Example: minutes = 15",
    ),
    (
        f"[soak]\nminutes = 0x{'f' * 5000}\n",
        (
            "soak.minutes must be a whole number from 15 to 20, but it is a number of very many digits. "
            "Example: minutes = 15"
        ),
    ),
    (
        "[soak]\nprobe_offset = 1.5\n",
        "soak.probe_offset must be a number from -1.0 to 1.0, but it is 1.5. Example: probe_offset = 0.0",
    ),
    (
        "[soak]\nprobe_offset = nan\n",
        (
            "soak.probe_offset must be a number from -1.0 to 1.0, but it is nan, which is no number. "
            "Example: probe_offset = 0.0"
        ),
    ),
    (
        f"[screen]\npanel = {'9' * 5000}.0\n",
        (
            "screen.panel must be a number from 2.0 to 32.0, but it is inf, which has no end. "
            "Example: panel = 7.0"
        ),
    ),
    (
        '[soak]\nallowed = "yes"\n',
        'soak.allowed must be true or false, but it is "yes". Example: allowed = false',
    ),
    (
        "[screen]\nrotate = 45\n",
        "screen.rotate must be one of 0, 90, 180, 270, but it is 45. Example: rotate = 0",
    ),
    (
        "[screen]\nmotion = {a = 1}\n",
        "screen.motion must be true or false, but it is a section. Example: motion = true",
    ),
    (
        "[pins]\nlamp = 40\n",
        "pins.lamp must be a whole number from 2 to 27, but it is 40. Example: lamp = 12",
    ),
    (
        "[night.choice.walk]\nrounds = 2\n[night.choice.calf_stretch]\nhold = 0\n",
        (
            "night.choice.calf_stretch.hold must be a whole number from 1 to 1800, but it is 0. "
            "Example: hold = 30"
        ),
    ),
    (
        "[night]\nchoice = {walk = 3}\n",
        "night.choice.walk is no value but a section; its values stand below a heading: [night.choice.walk]",
    ),
    (
        '[night]\nleft_out = "walk"\n',
        'night.left_out must be a list, each entry text, but it is "walk". Example: left_out = ["walk"]',
    ),
    (
        f'[night]\nleft_out = "{"x" * 61}"\n',
        'night.left_out must be a list, each entry text, but it is a long text. Example: left_out = ["walk"]',
    ),
    ("[night]\nleft_out = [1]\n", 'night.left_out 1 must be text, but it is 1. Example: left_out = ["walk"]'),
    (
        "[touch]\ncalibration = [1, 2, 3, 4, 5, 6, 7]\n",
        (
            "touch.calibration must be a list of 6, each a number from -20 to 20, but it is a list of 7. "
            f"Example: calibration = {STRAIGHT}"
        ),
    ),
    (
        "[touch]\ncalibration = [1, 2, 3, 4, 5, -inf]\n",
        (
            "touch.calibration 6 must be a number from -20 to 20, but it is -inf, which has no end. "
            f"Example: calibration = {STRAIGHT}"
        ),
    ),
    (
        f'"{"x" * 3000}" = 1\n',
        f"{'x' * 60}… is not known; known are: {KNOWN}.",
    ),
    (
        '"a\\nb" = 1\n',
        f'"a\\nb" is not known; known are: {KNOWN}.',
    ),
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
        assert problems == (
            (
                f'{path}: sound.volume must be one of "off", "low", "medium", "high", but it is 3. '
                'Example: volume = "medium"'
            ),
            f"{path}: sound.loud is not known; known are: volume, buzzer, quiet_from, quiet_to.",
            f"{path}: soak.minutes must be a whole number from 15 to 20, but it is 3. Example: minutes = 15",
        )

    @settings(deadline=None)
    @given(st.dictionaries(st.sampled_from(SECTIONS), st.dictionaries(KEYS, anything) | anything))
    def test_whatever_is_in_the_file_the_night_comes(self, raw: dict[str, object]) -> None:
        with mock.patch("kiosk.config.settings.read", return_value=raw):
            found, problems = load([Path("config.toml")])
        assert isinstance(found, Settings)
        assert all(each.startswith("config.toml: ") for each in problems)

    @pytest.mark.parametrize(
        ("pins", "told"),
        [
            ("button = 12", "pins.button is 12, which belongs to pins.lamp; {remedy} button = 5"),
            ("buzzer = 4", "pins.buzzer is 4, which belongs to the probe; {remedy} buzzer = 13"),
        ],
    )
    def test_two_wires_on_one_pin(self, tmp_path: Path, pins: str, told: str) -> None:
        """The pin that somebody chose is named, in the file where it stands."""
        path = file(tmp_path, f'[pins]\nfactory = "mock"\n{pins}\n')
        remedy = "the usual pins are used. Take a pin from 2 to 27 that nothing else uses. Example:"
        above = tmp_path / "above.toml"
        assert load([path, above]) == (
            Settings(pins=Pins(factory=Factory.MOCK)),
            (f"{path}: {told.format(remedy=remedy)}",),
        )

    def test_a_broken_file_leaves_the_other_but_makes_the_night_careful(self, tmp_path: Path) -> None:
        good = file(tmp_path, '[sound]\nvolume = "low"\n', "good.toml")
        broken = file(tmp_path, "[sound\n")
        found, problems = load([good, broken])
        assert problems == (f"{broken}, line 1: a heading stands alone, between brackets. Example: [sound]",)
        assert found == Settings(sound=Sound(volume=Volume.LOW), health=Health(conditions=tuple(Condition)))

    @pytest.mark.parametrize(
        ("health", "told"),
        [
            (
                '[health]\nconditions = ["numbb"]\nasked = true\n',
                (
                    f"health.conditions 1 must be one of {CONDITIONS}. What stands there may tell about "
                    'health, so it is not shown. Example: conditions = ["numb"]'
                ),
            ),
            ('[health]\ncondition = ["numb"]\n', "health.condition is not known; did you mean conditions?"),
            ('[heath]\nconditions = ["numb"]\n', "heath is not known; did you mean health?"),
            (
                '[me]\nconditions = ["numb"]\n',
                f"me is not known; known are: {KNOWN}.",
            ),
            ('[night]\nconditions = ["numb"]\n', "night.conditions belongs below the heading [health]."),
            ('conditions = ["numb"]\n', "conditions belongs below the heading [health]."),
        ],
    )
    def test_health_answers_that_cannot_be_read(self, tmp_path: Path, health: str, told: str) -> None:
        """Also where they stand in the wrong place: nobody's answers are overlooked."""
        path = file(tmp_path, health)
        found, problems = load([path])
        assert found.health == Health(conditions=tuple(Condition), asked=False)
        assert problems == (f"{path}: {told}",)

    def test_another_mistake_leaves_the_health_answers_as_they_are(self, tmp_path: Path) -> None:
        path = file(tmp_path, '[sound]\nvolum = 3\n[health]\nconditions = ["numb"]\n')
        assert load([path])[0].health.conditions == (Condition.NUMB,)

    def test_what_the_walk_overlooks_is_told_and_makes_the_night_careful(self, tmp_path: Path) -> None:
        path = file(tmp_path, "[soak]\nminutes = 3\n")
        with mock.patch("kiosk.config.settings.clean", side_effect=lambda raw, _kind: (raw, [])):
            found = find([path])
        assert found.in_force == Settings(health=Health(conditions=tuple(Condition)))
        assert found.problems == (
            f"{path}: soak.minutes must be a whole number from 15 to 20, but it is 3. Example: minutes = 15",
        )

    def test_so_many_mistakes_that_answers_may_be_anywhere(self, tmp_path: Path) -> None:
        path = file(tmp_path, "".join(f"x{number} = 1\n" for number in range(21)))
        assert find([path]).doubtful
        assert find([path]).problems[-1] == f"{path}: and 1 more mistake."

    def test_a_later_answer_settles_it(self, tmp_path: Path) -> None:
        broken = file(tmp_path, "[sound\n", "broken.toml")
        answer = file(tmp_path, '[health]\nconditions = ["numb"]\nasked = true\n')
        assert load([broken, answer])[0].health == Health(conditions=(Condition.NUMB,), asked=True)
