"""Rehearsals: the whole device on a simulated clock, the same output every time."""

from pathlib import Path

import pytest

from kiosk.cli import script
from kiosk.cli.rehearsal import Rehearsal
from kiosk.cli.script import ScriptError
from kiosk.config import techniques
from kiosk.config.tomlfile import TomlError
from kiosk.config.tomltypes import MisfitError
from kiosk.core.events import ButtonName, ButtonPressed, ButtonReleased
from kiosk.core.rules import Rules


def play(path: Path) -> list[str]:
    rules = Rules(techniques=techniques.load(techniques.folders()[:1])[0])
    said: list[str] = []
    Rehearsal(rules, script.load(path), said.append).play_all()
    return said


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "night.toml"
    path.write_text(text)
    return path


def kinds(said: list[str], kind: str) -> list[str]:
    return [f"{line.split()[0]} {line.split(None, 2)[2]}" for line in said if line.split()[1] == kind]


@pytest.mark.parametrize("name", ["normal", "soak", "ten_minutes"])
def test_the_same_script_gives_the_same_night_twice(name):
    path = script.shipped()[name]
    assert play(path) == play(path)


def test_a_normal_night_from_press_to_dark():
    said = play(script.shipped()["normal"])
    pages = kinds(said, "page")
    assert pages[:3] == [
        "0:10:00.000 count in: hand_stretch",
        "0:10:04.000 guide: hand_stretch, hold, Pull the toes back (1 of 6)",
        "0:10:09.000 guide: hand_stretch, release, Relax the foot (1 of 6)",
    ]
    assert pages[-6:] == [
        "0:12:31.500 rating",
        "0:12:41.000 good night",
        "0:12:49.000 asleep",
        "5:00:00.000 home",
        "5:02:00.000 awake",
        "5:02:30.000 asleep",
    ]


@pytest.mark.parametrize("button", ButtonName)
def test_a_script_presses_any_button(tmp_path, button):
    text = f'title = "One"\nuntil = "2"\n[[moment]]\nat = "1"\npress = 0.2\nbutton = "{button}"\n'
    rehearsed = Rehearsal(Rules(), script.load(written(tmp_path, text)), print)
    assert [event for _at, event, _said in rehearsed._script_events()] == [
        ButtonPressed(button),
        ButtonReleased(button),
    ]


def test_hold_and_release_are_told_at_the_same_millisecond_by_lamp_and_buzzer():
    said = play(script.shipped()["normal"])
    first = [line for line in said if "0:10:04.000" <= line.split()[0] <= "0:10:09.320"]
    assert first == [
        "0:10:04.000  lamp    1.00",
        "0:10:04.000  buzzer  523 Hz medium",
        "0:10:04.000  page    guide: hand_stretch, hold, Pull the toes back (1 of 6)",
        "0:10:04.120  buzzer  784 Hz medium",
        "0:10:04.320  buzzer  silent",
        "0:10:09.000  lamp    0.00",
        "0:10:09.000  buzzer  784 Hz medium",
        "0:10:09.000  page    guide: hand_stretch, release, Relax the foot (1 of 6)",
        "0:10:09.120  buzzer  523 Hz medium",
        "0:10:09.320  buzzer  silent",
    ]


def test_the_soak_script_meets_every_verdict_of_the_water():
    said = play(script.shipped()["soak"])
    seen = {line.split("soak: ")[1] for line in said if "soak: " in line}
    assert seen == {
        "waiting", "dry", "cold", "top-up", "settling", "warm", "rising",
        "hot-edge", "too-hot", "danger", "fault",
    }  # fmt: skip


def test_the_soak_ends_by_itself_after_a_quarter_of_an_hour_of_warm_water():
    said = play(script.shipped()["soak"])
    ended = [line for line in said if "technique ended" in line]
    assert len(ended) == 1
    assert "finished yes" in ended[0]
    assert "soak ms 900000" in ended[0]


def soaking(tmp_path: Path, *moments: str) -> list[str]:
    """A soak whose water is at 38.6 degrees after two minutes, and what happens then; half an hour long."""
    begun = "".join(
        f'[[moment]]\nat = "{at}"\n{what}\n'
        for at, what in [
            ("0:01", 'tap = "anywhere"'), ("0:03", 'tap = "soak"'), ("0:08", 'tap = "next"'),
            ("0:13", 'tap = "next"'), ("0:18", 'tap = "next"'), ("0:23", 'tap = "next"'),
            ("0:40", "water = 38.6\nover = 60"),
        ]
    )  # fmt: skip
    return play(written(tmp_path, 'title = "x"\nuntil = "30:00"\n' + begun + "".join(moments)))


def verdicts(said: list[str]) -> list[str]:
    return [line.split()[-1] for line in said if "  page    soak: " in line]


def test_the_water_of_a_rehearsal_cools_as_real_water_does(tmp_path):
    said = soaking(tmp_path)
    assert verdicts(said)[-4:] == ["settling", "warm", "top-up", "cold"]
    cool = [line.split()[0] for line in said if line.endswith("soak: top-up")][-1]
    assert "0:10:00.000" < cool < "0:16:00.000"


def test_a_probe_that_stands_still_is_told_after_three_minutes(tmp_path):
    said = soaking(tmp_path, '[[moment]]\nat = "4:00"\nprobe = "frozen"\n')
    told = next(line.split()[0] for line in said if line.endswith("soak: fault"))
    assert "0:06:40.000" < told < "0:07:05.000"
    assert verdicts(said)[-1] == "fault"


def test_ten_minutes_without_relief_say_stop_once():
    said = play(script.shipped()["ten_minutes"])
    assert [page for page in kinds(said, "page") if "ten minutes" in page] == ["0:10:05.000 ten minutes"]
    assert [line for line in said if "stop shown" in line] == ["0:10:05.000  effect  stop shown"]


def test_the_night_after_a_power_cut_is_offered_again(tmp_path):
    said = play(
        written(
            tmp_path, 'title="x"\nuntil="1:00"\n[[moment]]\nat="1"\ncrash=2\n[[moment]]\nat="5"\npress=0.1'
        )
    )
    assert kinds(said, "page")[:2] == ["0:00:01.000 resume", "0:00:05.100 next up: hand_stretch"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('title="x"\nuntil="soon"', '{file}, until: "soon" {no_time}'),
        (f'title="x"\nuntil="{"9" * 5000}:00:00"', "{file}, until: a long text {no_time}"),
        ('title="x"\nuntil="9"\n[[moment]]\nat="x"\npress=1', '{file}, moment 1: "x" {no_time}'),
        ('title="x"\nuntil="9"\n[[moment]]\nat="1\\n"\npress=1', '{file}, moment 1: "1\\n" {no_time}'),
        ('title="x"\nuntil="9"\n[[moment]]\nat="1"', "{file}, moment 1: {give_one}"),
        ('title="x"\nuntil="9"\n[[moment]]\nat="1"\npress=1\ntap="gone"', "{file}, moment 1: {give_one}"),
        (
            'title="x"\nuntil="9"\n[[moment]]\nat="5"\npress=1\n[[moment]]\nat="4"\npress=1',
            "{file}, moment 2: it lies before the moment above it; moments stand in the order of time.",
        ),
        (
            'title="x"\nuntil="9"\n[[moment]]\nat="5"\nprobe="wet"',
            (
                '{file}, moment 1: probe must be one of "ok", "frozen", "no-probe", "empty", "crc", '
                '"malformed", "reset", "no-power", "range", "undecided", but it is "wet". '
                'Example: probe = "ok"'
            ),
        ),
        (
            'title="x"\nuntil="y"\n[[moment]]\nat="5"\n[[moment]]\nat="z"\npress=1',
            '{file}, moment 1: {give_one}\n{file}, moment 2: "z" {no_time}\n{file}, until: "y" {no_time}',
        ),
    ],
)
def test_a_script_that_cannot_be_played_says_where_and_why(tmp_path, text, complaint):
    path = written(tmp_path, text)
    with pytest.raises(ScriptError) as error:
        script.load(path)
    assert str(error.value) == complaint.format(
        file=path,
        no_time='is no time of at most 99 hours; write h:mm:ss, m:ss or s. Example: "0:10:05"',
        give_one="give one of press, tap, water, probe, crash. Example: press = 0.2",
    )


@pytest.mark.parametrize(
    ("room", "told"),
    [
        ('"cold"', '"cold"'),
        ("nan", "nan, which is no number"),
        ("-inf", "-inf, which has no end"),
        (f"{'9' * 5000}.0", "inf, which has no end"),
        ("1000", "1000"),
    ],
)
def test_a_room_without_a_temperature(tmp_path, room, told):
    path = written(tmp_path, f'title = "T"\nuntil = "1:00"\nroom = {room}\n')
    with pytest.raises(MisfitError) as error:
        script.load(path)
    assert str(error.value) == (
        f"{path}: room must be a number from -10 to 100, but it is {told}. Example: room = 20.5"
    )


def test_five_thousand_digits_in_a_script(tmp_path):
    path = written(tmp_path, f'title = "T"\nuntil = "1:00"\nroom = {"9" * 5000}\n')
    with pytest.raises(TomlError) as error:
        script.load(path)
    assert str(error.value) == f"{path}, line 3: this number is far too long. Example: minutes = 15"


def test_every_mistake_of_a_script_is_told_and_no_more_than_twenty(tmp_path):
    moments = '[[moment]]\nat = "0"\n' * 30
    path = written(tmp_path, f'title = "T"\nuntil = "1:00"\n{moments}')
    with pytest.raises(ScriptError) as error:
        script.load(path)
    lines = str(error.value).splitlines()
    assert lines[19].startswith(f"{path}, moment 20: give one of")
    assert lines[20:] == [f"{path}: and 10 more mistakes."]


def test_times_are_read_and_written_alike():
    for text, at in (("7", 7000), ("1:07", 67_000), ("1:02:03.5", 3_723_500), ("0:00:00.040", 40)):
        assert script.parse_time(text) == at
    assert script.clock_text(3_723_500) == "1:02:03.500"


def test_somebody_who_sees_it_plays_it_by_hand():
    """Played by hand, without a script: go to a time or to a page before it, press, change the water."""
    rules = Rules(techniques=techniques.load(techniques.folders()[:1])[0])
    seen: list[tuple[int, str]] = []
    recorded: list[str] = []
    played = Rehearsal(
        rules,
        script.Script(title="By hand", until="0", room=20.0),
        lambda _line: None,
        picture=lambda state, now: seen.append((now, type(state.page).__name__)),
        performed=lambda effect: recorded.append(type(effect).__name__),
    )
    played.go_to(2000)
    played.conductor.handle(ButtonPressed(), 2000)
    played.go_to(60_000, lambda: len(seen) == 2)
    assert seen == [(2000, "CountIn"), (6000, "Guide")]
    assert played.conductor.now == 6000
    assert recorded == ["EpisodeBegan", "TechniqueBegan"]
    played.change_water(script.Moment(at="0", water=38.0, over=10), 6000)
    played.go_to(11_000)
    assert played.water == pytest.approx(29.0)


def test_in_real_time_a_rehearsal_waits_for_its_moments(tmp_path):
    waited: list[int] = []

    class Watch:
        def now(self) -> int:
            return 5000

        def sleep_until(self, moment: int) -> None:
            waited.append(moment)

    waiting = script.load(written(tmp_path, 'title="x"\nuntil="4"\n[[moment]]\nat="2"\ntap="anywhere"'))
    Rehearsal(Rules(), waiting, lambda _: None, speed=2, watch=Watch()).play_all()
    assert waited[0] == 6000  # two seconds of night at twice the speed
    assert waited[-1] == 7000
