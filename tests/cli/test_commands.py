"""The commands as a person meets them: what they print, what they refuse, how they exit."""

import gettext
import json
import sqlite3
from datetime import UTC, datetime

import pytest

from kiosk import i18n
from kiosk.cli.main import main
from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, EpisodeRated, TechniqueBegan
from kiosk.core.technique import Side
from kiosk.diary.store import Store
from kiosk.doctor.finding import fine, problem
from kiosk.doctor.machine import Machine
from tests.diary.nights import Clock, a_diary, spoil

TECHNIQUES = ("hand_stretch", "toe_stretch", "massage", "roller", "calf_stretch", "walk", "soak")
COMMANDS = (
    "run",
    "rehearse",
    "techniques",
    "settings",
    "diary",
    "calibrate",
    "doctor",
    "setup",
    "safe-outputs",
)


pytestmark = pytest.mark.usefixtures("home")


def diary(home, began: datetime) -> None:
    path = home / "data" / "cramp-kiosk" / "diary.db"
    path.parent.mkdir(parents=True)
    with Store(path, zone=UTC, clock_ok=lambda: True) as store:
        store.record(EpisodeBegan(0, Side.LEFT), began)
        store.record(TechniqueBegan(0, "hand_stretch"), began)
        store.record(EpisodeEnded(240_000, Ending.GONE), began)
        store.record(EpisodeRated(250_000, 6), began)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"usage: cramp-kiosk {command}" in capsys.readouterr().out


def test_without_a_command_the_usage_is_shown(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_run_without_pins_and_display_plays_a_rehearsal_and_says_so(home, capsys):
    assert main(["run"]) == 0
    out, err = capsys.readouterr()
    assert "There is no display here, so this is a rehearsal: a normal night, at once." in err
    assert "0:10:04.000  page    guide: hand_stretch, hold" in out
    folder = home / "data/cramp-kiosk/rehearsal"
    assert f"Pictures are in {folder}." in err
    pictures = sorted(path.name for path in folder.iterdir())
    assert pictures[0] == "001-0h10m00s-count_in.png"
    assert len(pictures) == 31


def test_run_with_a_display_that_is_not_there_plays_a_rehearsal_too(capsys, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":32123")
    assert main(["run"]) == 0
    out, err = capsys.readouterr()
    _pins, why, rehearsal, *_pictures = err.splitlines()
    assert why.startswith("No window could be opened: nobody answers at DISPLAY=:32123")
    assert rehearsal == "There is no display here, so this is a rehearsal: a normal night, at once."
    assert "0:10:04.000  page    guide: hand_stretch, hold" in out


def test_rehearse_saves_the_size_asked_for(home, capsys):
    assert main(["rehearse", "--script", "ten_minutes", "--size", "480x320", "--out", "pictures"]) == 0
    first = min((home / "pictures").iterdir()).read_bytes()
    assert (int.from_bytes(first[16:20]), int.from_bytes(first[20:24])) == (480, 320)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["rehearse", "--script", "nightmare"],
            "There is no script nightmare; shipped are: normal, soak, ten_minutes.\n",
        ),
        (
            ["techniques", "levitation"],
            f"There is no technique levitation; known are: {', '.join(TECHNIQUES)}.\n",
        ),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(arguments, complaint, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err == complaint


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "--size", "big"], '"big" is no size; write it as 800x480'),
        *(
            (
                ["rehearse", "--size", size],
                f'"{size}" is no size of a screen: sides from 240 to 4096, one at most 3 times the other',
            )
            for size in ("000x000", "240x9999", "721x240", "100x100", "5000x4000")
        ),
        *(
            (
                ["rehearse", "--speed", speed],
                f'"{speed}" is no speed from 0.1 to 1000; write 1, or 10 for ten times',
            )
            for speed in ("0", "fast", "1e-9", "5e-324", "nan", "inf", "1001")
        ),
        (["diary", "--last", "-3"], '"-3" is no number of nights'),
        (["diary", "--last", "9" * 5000], "is no number of nights"),
        (["diary", "--last", "9" * 20], f'"{"9" * 20}" is no number of nights'),
    ],
)
def test_a_wrong_argument_is_told_in_words(arguments, complaint, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_rehearsal_that_cannot_save_says_where(home, capsys):
    (home / "taken").write_text("a file")
    assert main(["rehearse", "--out", "taken"]) == 1
    assert capsys.readouterr().err == "taken cannot be written: File exists.\n"


def test_mistakes_are_told_in_the_owners_language(home, monkeypatch, capsys):
    own = home / "config" / "cramp-kiosk"
    own.mkdir(parents=True)
    (own / "config.toml").write_text('language = "de"\n[sound]\nvolume = 3\n')
    monkeypatch.setattr(
        "kiosk.cli.owner.speak", lambda language: i18n.use(Marked()) if language == "de" else None
    )
    try:
        main(["diary"])
    finally:
        i18n.use(gettext.NullTranslations())
    assert capsys.readouterr().err.startswith(f"«{own}/config.toml: sound.volume must be «one of")


def test_a_broken_script_names_the_place(home, capsys):
    (home / "mine.toml").write_text("title = 5\nuntil = '1'\n")
    assert main(["rehearse", "--script", "mine.toml"]) == 2
    told = 'mine.toml: title must be text, but it is 5. Example: title = "A short night"\n'
    assert capsys.readouterr().err == told


def test_techniques_are_listed_and_shown_with_their_sources(capsys):
    assert main(["techniques"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "hand_stretch     Hand stretch"
    assert main(["techniques", "calf_stretch"]) == 0
    told = capsys.readouterr().out
    assert "HOLD 30 s" in told
    assert "Sources:" in told
    assert main(["techniques", "--check"]) == 0


def test_a_broken_technique_is_named_and_the_others_stay(home, capsys):
    own = home / "config" / "cramp-kiosk" / "techniques"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text("id = 'mine'\n")
    assert main(["techniques", "--check"]) == 2
    assert capsys.readouterr().err.startswith(f"{own}/mine.toml: name is missing.")
    assert main(["techniques"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7


def test_settings_are_checked_and_their_defaults_printed(home, capsys):
    assert main(["settings", "--check"]) == 0
    assert main(["settings", "--defaults"]) == 0
    defaults = capsys.readouterr().out
    own = home / "config" / "cramp-kiosk"
    own.mkdir(parents=True)
    (own / "config.toml").write_text(defaults)
    assert main(["settings", "--check"]) == 0
    (own / "config.toml").write_text("[sound]\nvolume = 'deafening'\n")
    assert main(["settings", "--check"]) == 2
    assert capsys.readouterr().err == (
        f'{own}/config.toml: sound.volume must be one of "off", "low", "medium", "high", '
        'but it is "deafening". Example: volume = "medium"\n'
    )


def test_settings_says_where_things_are(home, capsys):
    assert main(["settings"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "/etc/cramp-kiosk/config.toml: not there",
        f"{home}/config/cramp-kiosk/config.toml: not there",
        f"diary: {home}/data/cramp-kiosk/diary.db",
    ]


def test_the_diary_is_listed_and_exported(home, capsys):
    diary(home, datetime(2026, 3, 14, 3, 12, tzinfo=UTC))
    assert main(["diary"]) == 0
    listed = capsys.readouterr().out
    assert "4 minutes" in listed
    assert main(["diary", "--last", "1"]) == 0
    assert capsys.readouterr().out == listed
    assert main(["diary", "--csv"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("night,start,minutes,rating,ending,kind,side,techniques,")
    assert row.startswith("2026-03-13,03:12,4.0,6,gone,cramp,left,hand_stretch,")


@pytest.mark.parametrize("how", [[], ["--csv"]])
def test_records_that_cannot_be_read_are_left_out_and_said(home, capsys, how):
    folder = home / "data" / "cramp-kiosk"
    folder.mkdir(parents=True)
    path = a_diary(folder, Clock(), nights=3)
    spoil(path, "UPDATE episode SET side = 'Left' WHERE id = 3")
    assert main(["diary", *how]) == 0
    spoil(path, "UPDATE technique_use SET technique = CAST(X'746F65DF' AS TEXT) WHERE id = 1")
    assert main(["diary", *how]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == (6 if how else 4)
    assert err == (
        "1 record of the diary cannot be read and is left out; cramp-kiosk doctor says more.\n"
        "2 records of the diary cannot be read and are left out; cramp-kiosk doctor says more.\n"
    )


def test_an_empty_diary_is_no_error(capsys):
    assert main(["diary"]) == 0
    assert capsys.readouterr().out == "Nothing is in the diary yet.\n"


def test_who_may_not_see_the_services_diary_is_told_how(monkeypatch, capsys):
    """On an installed kiosk the nights are not in the diary of whoever logs in."""
    monkeypatch.setattr(Machine, "has_service", True)
    monkeypatch.setattr(Machine, "may_see_state", True)
    assert main(["diary"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(Machine, "may_see_state", False)
    assert main(["diary"]) == 0
    told = capsys.readouterr()
    assert told.out == "Nothing is in the diary yet.\n"
    assert told.err == "The service's diary is its own; to see it: sudo cramp-kiosk diary\n"


def test_a_torn_diary_is_told_and_left_alone(home, capsys):
    path = home / "data" / "cramp-kiosk" / "diary.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no diary" * 100)
    assert main(["diary"]) == 1
    assert str(path) in capsys.readouterr().err
    assert path.read_bytes() == b"this is no diary" * 100


def test_a_newer_diary_is_refused_untouched(home, capsys):
    path = home / "data" / "cramp-kiosk" / "diary.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert main(["diary"]) == 1
    assert "newer" in capsys.readouterr().err


def test_safe_outputs_without_pins_says_what_could_not_be_done(capsys):
    assert main(["safe-outputs"]) == 1
    assert "Lamp and buzzer cannot be switched off, because there are no pins." in capsys.readouterr().err


def test_the_doctor_prints_a_page_or_json_and_counts_problems(monkeypatch, capsys):
    found = [fine("device.board", "A board"), problem("pins.button", "It is down.", "Let go.", pin=5)]
    monkeypatch.setattr("kiosk.doctor.examine", lambda _machine: found)
    assert main(["doctor"]) == 1
    page = capsys.readouterr().out
    assert page.startswith("Device\n  ok       A board\n\nButton, lamp, buzzer\n  PROBLEM  It is down.\n")
    assert page.endswith("\n1 problem found.\n")
    assert main(["doctor", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [each["check"] for each in report["findings"]] == ["device.board", "pins.button"]
    monkeypatch.setattr("kiosk.doctor.examine", lambda _machine: found[:1])
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == "Device\n  ok       A board\n\nAll is well.\n"


def test_the_doctor_tries_lamp_and_buzzer_only_when_asked_to(monkeypatch, capsys):
    monkeypatch.setattr("kiosk.doctor.examine", lambda _machine: [])
    monkeypatch.setattr("kiosk.cli.doctor.try_outputs", lambda *_: [fine("pins.lamp", "It lights.")])
    assert main(["doctor", "--test"]) == 0
    assert "It lights." in capsys.readouterr().out
    main(["doctor"])
    assert "It lights." not in capsys.readouterr().out


def test_the_doctor_watches_or_tries_but_not_both(capsys):
    assert main(["doctor", "--watch", "--test"]) == 2
    assert capsys.readouterr().err == "--watch only looks: leave out --watch or --test.\n"


def test_the_doctor_watches_until_ctrl_c(monkeypatch, capsys):
    def watching(_machine, say):
        say("03:12:00  button: down")
        raise KeyboardInterrupt

    monkeypatch.setattr("kiosk.cli.doctor.watch", watching)
    assert main(["doctor", "--watch"]) == 0
    assert capsys.readouterr().out == "03:12:00  button: down\n\n"


def test_the_doctor_looks_at_what_the_service_looks_at(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr("kiosk.doctor.machine.Machine.may_see_state", True)
    monkeypatch.setattr("kiosk.doctor.examine", lambda machine: seen.append(machine.diary) or [])
    monkeypatch.setenv("STATE_DIRECTORY", "/before")
    monkeypatch.delenv("STATE_DIRECTORY")
    main(["doctor"])
    assert [str(path) for path in seen] == ["/var/lib/cramp-kiosk/diary.db"]


def test_setup_shows_what_a_card_in_a_reader_would_get(home, capsys):
    (home / "config.txt").write_text("[all]\n")
    assert main(["setup", "--dry-run", "--file", "config.txt"]) == 0
    out = capsys.readouterr().out
    assert "+dtparam=strict_gpiod\n+dtoverlay=w1-gpio\n" in out
    assert out.endswith("Nothing was changed.\n")
    assert (home / "config.txt").read_text() == "[all]\n"


class Marked(gettext.NullTranslations):
    """Puts every translated sentence into brackets, so that one which is not translated shows."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"

    def pgettext(self, context: str, message: str) -> str:
        return f"«{message}»"


def test_every_sentence_of_the_commands_goes_through_gettext(monkeypatch, capsys):
    for command in ("owner", "settings", "doctor"):
        monkeypatch.setattr(f"kiosk.cli.{command}.speak", lambda _language: None)
    i18n.use(Marked())
    try:
        main(["settings"])
        main(["diary"])
        main(["safe-outputs"])
        main(["techniques", "nothing"])
        main(["rehearse", "--script", "nothing"])
    finally:
        i18n.use(gettext.NullTranslations())
    out, err = capsys.readouterr()
    unmarked = [line for line in (out + err).splitlines() if "«" not in line]
    assert unmarked == []
