"""The commands. Each says what it does with --help, and what is wrong in one sentence.

Exit codes: 0 all is well; 1 something could not be done; 2 the command line or a file is wrong.
"""

import argparse
import contextlib
import io
import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk import __version__, streams
from kiosk.files import at_home, is_there
from kiosk.streams import complain as _complain
from kiosk.words import _, speak

OK, FAILED, WRONG = 0, 1, 2

#: The least and the most pixels of a side of a picture or window: a small panel's, and a large monitor's.
_SIZES = 240, 4096


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    streams.open_output()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    by_the_bed, code = False, OK
    try:
        try:
            chosen = command_line().parse_args(arguments)
        except SystemExit:
            sys.stdout.flush()  # what --help printed
            raise
        command: Callable[[argparse.Namespace], int] = chosen.command
        by_the_bed = command is _run
        code = command(chosen)
        sys.stdout.flush()
    except OSError as error:
        if by_the_bed:
            raise  # the journal needs the whole story
        if isinstance(error, BrokenPipeError):
            # the reader of our output went away (`| head`); nothing is wrong
            streams.drop(sys.stdout)
            return code
        if error.filename is None:
            streams.drop(sys.stdout)
            _complain([_("The output cannot be written: {reason}.").format(reason=error.strerror)])
        else:
            _complain(
                [_("{file} cannot be used: {reason}.").format(file=error.filename, reason=error.strerror)]
            )
        return FAILED
    except KeyboardInterrupt:
        return 130
    finally:
        streams.finish()
    return code


def command_line() -> argparse.ArgumentParser:
    """What may be typed after ``cramp-kiosk``."""
    parser = streams.Parser(
        prog="cramp-kiosk",
        description=_(
            "A bedside step timer, instruction card, bath thermometer and log for cramps in the foot. "
            "It is not a medical device."
        ),
    )
    parser.add_argument("--version", action="version", version=f"cramp-kiosk {__version__}")
    commands = parser.add_subparsers(metavar=_("COMMAND"), required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=run)
        return sub

    run = command(
        "run", _run, _("Play the nights: real pins if there are any, else a simulator, else a rehearsal.")
    )
    run.add_argument("--simulate", action="store_true", help=_("the simulator, even where there are pins"))
    run.add_argument("--size", type=_size, metavar=_("WxH"), help=_("size of the window, such as 800x480"))

    rehearse = command("rehearse", _rehearse, _("Play a scripted night on a simulated clock and print it."))
    rehearse.add_argument(
        "--script", default="normal", help=_("a shipped script (normal, soak, ten_minutes) or a TOML file")
    )
    rehearse.add_argument("--out", type=Path, metavar=_("DIR"), help=_("save a picture of each page there"))
    rehearse.add_argument(
        "--size", type=_size, default=(800, 480), metavar=_("WxH"), help=_("of the pictures")
    )
    rehearse.add_argument(
        "--speed", type=_speed, default=0.0, help=_("1 plays it in real time; without it, at once")
    )

    techniques = command("techniques", _techniques, _("List the techniques, or show one with its sources."))
    techniques.add_argument("id", nargs="?", help=_("the technique to show"))
    techniques.add_argument("--check", action="store_true", help=_("only say what is wrong with the files"))

    settings = command("settings", _settings, _("Show where the settings are, check them, print them all."))
    either = settings.add_mutually_exclusive_group()
    either.add_argument("--check", action="store_true", help=_("say what is wrong with the settings files"))
    either.add_argument("--defaults", action="store_true", help=_("print a commented file of all settings"))

    diary = command("diary", _diary, _("List the nights, the newest first, or export them."))
    diary.add_argument("--csv", action="store_true", help=_("everything as CSV, for a spreadsheet"))
    diary.add_argument("-n", "--last", type=_count, metavar="N", help=_("only the last N nights"))

    command(
        "calibrate", _calibrate, _("Touch three crosses, so that a resistive panel knows where fingers are.")
    )

    doctor = command("doctor", _doctor, _("Look at everything, change nothing, and say what to do."))
    doctor.epilog = _(
        "Exit codes: 0 all is well, 1 problems were found. --json prints one object: schema (1), version, "
        "problems (how many) and findings, each with check (such as pins.button), level (ok, note or "
        "problem), says, remedy and facts."
    )
    either = doctor.add_mutually_exclusive_group()
    either.add_argument("--json", action="store_true", help=_("the findings as JSON, for machines"))
    either.add_argument("--watch", action="store_true", help=_("button, touch and probe live, until Ctrl-C"))
    doctor.add_argument("--test", action="store_true", help=_("also light the lamp and sound the buzzer"))

    setup = command("setup", _setup, _("Tell the Raspberry Pi's firmware what the kiosk needs (config.txt)."))
    setup.add_argument("--undo", action="store_true", help=_("take out what setup added"))
    setup.add_argument("-y", "--yes", action="store_true", help=_("write without asking"))
    setup.add_argument("--dry-run", action="store_true", help=_("only show the change"))
    setup.add_argument(
        "--pwm", action="store_true", help=_("lamp and buzzer by the PWM hardware (not with headphones)")
    )
    setup.add_argument(
        "--file",
        type=Path,
        metavar=_("FILE"),
        help=_("another config.txt, such as one on a card in a reader"),
    )

    command("safe-outputs", _safe_outputs, _("Lamp and buzzer off; the service runs it after every end."))
    return parser


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if match is None:
        raise argparse.ArgumentTypeError(_('"{text}" is no size; write it as 800x480').format(text=text))
    width, height = int(match[1]), int(match[2])
    if min(width, height) < _SIZES[0] or max(width, height) > min(_SIZES[1], 3 * min(width, height)):
        raise argparse.ArgumentTypeError(
            _(
                '"{text}" is no size of a screen: sides from {low} to {high}, one at most 3 times the other'
            ).format(text=text, low=_SIZES[0], high=_SIZES[1])
        )
    return width, height


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 < speed <= 1000:
        raise argparse.ArgumentTypeError(
            _('"{text}" is no speed; write 1, or 10 for ten times').format(text=text)
        )
    return speed


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_('"{text}" is no number of nights').format(text=text))
    return int(text)


def _run(chosen: argparse.Namespace) -> int:
    from kiosk import bedside, settings, techniques

    config, problems = settings.load()
    speak(config.language)
    _complain([*problems, *techniques.load()[1]])
    code = bedside.run(
        config, diary_path(config), simulate=chosen.simulate, size=chosen.size, faulty=bool(problems)
    )
    if code != bedside.NO_DISPLAY:
        return code
    _complain([_("There is no display here, so this is a rehearsal: a normal night, at once.")])
    from kiosk.rehearse import folder_for_pictures

    folder = folder_for_pictures(diary_path(config).parent)
    if folder is not None and main(["rehearse", "--out", str(folder)]) == OK:
        return OK
    return main(["rehearse"])  # no picture can be kept; the night is worth reading without


def _rehearse(chosen: argparse.Namespace) -> int:
    from kiosk import rehearse, techniques
    from kiosk.core.rules import Rules
    from kiosk.tomlfile import MisfitError, TomlError

    shipped = rehearse.shipped()
    path = shipped.get(chosen.script, Path(chosen.script))
    try:
        script = rehearse.load(path)
    except FileNotFoundError:
        names = ", ".join(shipped)
        _complain([_("There is no script {file}; shipped are: {names}.").format(file=path, names=names)])
        return WRONG
    except (rehearse.ScriptError, TomlError, MisfitError) as error:
        _complain([str(error)])
        return WRONG
    # The shipped techniques alone, with the usual settings: the same output on every machine.
    rules = Rules(techniques=techniques.load(techniques.folders()[:1])[0])
    camera = None
    if chosen.out is not None:
        from kiosk.camera import Camera

        try:
            camera = Camera(chosen.out, chosen.size)
        except OSError as error:
            _complain(
                [_("{folder} cannot be written: {reason}.").format(folder=chosen.out, reason=error.strerror)]
            )
            return FAILED
    print(script.title)
    with streams.lines() as say:
        rehearse.Rehearsal(rules, script, say, picture=camera, speed=chosen.speed).play_all()
    if camera is not None:
        _complain([_("Pictures are in {folder}.").format(folder=chosen.out)])
    return OK


def _techniques(chosen: argparse.Namespace) -> int:
    from kiosk import techniques

    found, problems = techniques.load()
    _complain(problems)
    if chosen.check:
        return WRONG if problems else OK
    if chosen.id is None:
        for technique in found:
            print(f"{technique.id:16} {_(technique.name)}")
        return OK
    for technique in found:
        if technique.id == chosen.id:
            print("\n".join(techniques.describe(technique)))
            return OK
    names = ", ".join(technique.id for technique in found)
    _complain([_("There is no technique {id}; known are: {names}.").format(id=chosen.id, names=names)])
    return WRONG


def _settings(chosen: argparse.Namespace) -> int:
    from kiosk import settings, techniques

    if chosen.defaults:
        print(settings.defaults_text(), end="")
        return OK
    config, problems = settings.load()
    wrong = [*problems, *settings.check(config, techniques.load()[0])]
    if chosen.check:
        _complain(wrong)
        return WRONG if wrong else OK
    for path in settings.places():
        there = _("there") if is_there(path) else _("not there")
        print(_("{file}: {there}").format(file=path, there=there))
    print(_("diary: {file}").format(file=diary_path(config)))
    return OK


def _diary(chosen: argparse.Namespace) -> int:
    from kiosk import settings, techniques
    from kiosk.diary import export
    from kiosk.diary.database import DiaryError
    from kiosk.diary.store import Store

    config, problems = settings.load()
    _complain(problems)
    path = diary_path(config)
    try:
        with Store.read_only(path) as store:
            if chosen.csv:
                table = io.StringIO(newline="")  # CSV has its own line ends
                export.write_csv(store, table)
            else:
                names = {technique.id: technique.name for technique in techniques.load()[0]}
                listed = export.lines(store, chosen.last, names)
            _complain(export.left_out(store))
    except FileNotFoundError:
        if chosen.csv:
            _complain([_("Nothing is in the diary yet.")])
        else:
            print(_("Nothing is in the diary yet."))
        from kiosk.doctor.machine import Machine

        machine = Machine(config, path)
        if machine.has_service and not machine.may_see_state:
            _complain([_("The service's diary is its own; to see it: sudo cramp-kiosk diary")])
        return OK
    except DiaryError as error:
        _complain([str(error)])
        return FAILED
    if chosen.csv:
        streams.print_bytes(table.getvalue().encode())
    else:
        print("\n".join(listed))
    return OK


def _calibrate(_chosen: argparse.Namespace) -> int:
    from kiosk import calibrate

    return calibrate.run()


def _doctor(chosen: argparse.Namespace) -> int:
    from kiosk import doctor, settings
    from kiosk.doctor import report
    from kiosk.doctor.machine import STATE, Machine
    from kiosk.doctor.trial import try_outputs
    from kiosk.doctor.watch import watch
    from kiosk.setup import ask_person

    if chosen.watch and chosen.test:
        _complain([_("--watch only looks: leave out --watch or --test.")])
        return WRONG
    if Machine().may_see_state:
        os.environ.setdefault("STATE_DIRECTORY", f"/{STATE}")  # look at what the service looks at
    config, _problems = settings.load()
    speak(config.language)
    machine = Machine(config, diary_path(config))
    if chosen.watch:
        try:
            watch(machine, lambda line: print(line, flush=True))
        except KeyboardInterrupt:
            print()
        return OK
    tried = try_outputs(machine, ask_person, lambda line: _complain([line])) if chosen.test else []
    findings = [*doctor.examine(machine), *tried]
    with contextlib.suppress(BrokenPipeError):  # the exit code is the answer, however much of it is read
        if chosen.json:
            print(report.json(findings))
        else:
            print(report.text(findings, min(100, shutil.get_terminal_size((100, 24)).columns)))
    return FAILED if report.count_problems(findings) else OK


def _setup(chosen: argparse.Namespace) -> int:
    from kiosk import settings
    from kiosk.setup import Setup
    from kiosk.setup_config import Needs

    config, problems = settings.load()
    speak(config.language)
    _complain(problems)
    pins = config.pins
    needs = Needs(
        button=pins.button, probe=settings.ONE_WIRE, lamp=pins.lamp, buzzer=pins.buzzer, pwm=chosen.pwm
    )
    return Setup(needs, file=chosen.file).run(undo=chosen.undo, yes=chosen.yes, dry_run=chosen.dry_run)


def _safe_outputs(_chosen: argparse.Namespace) -> int:
    from kiosk import settings
    from kiosk.devices.backlight import Backlight
    from kiosk.devices.pins import Pins, PinsUnavailable, open_factory
    from kiosk.devices.safe import safe_outputs

    config, _problems = settings.load()
    factory, trouble = None, []
    try:
        factory = open_factory(config.pins.factory)
    except PinsUnavailable as error:
        trouble.append(str(error))
    pins = Pins(button=config.pins.button, lamp=config.pins.lamp, buzzer=config.pins.buzzer)
    trouble += safe_outputs(pins, factory, Backlight())
    _complain(trouble)
    return FAILED if trouble else OK


def diary_path(config: object) -> Path:
    """Where the diary is: where the settings say, else the service's or the user's state folder."""
    from kiosk.settings import Settings

    if isinstance(config, Settings) and config.diary.path:
        return at_home(config.diary.path)
    if state := os.environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0]) / "diary.db"
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return at_home(home) / "cramp-kiosk" / "diary.db"
