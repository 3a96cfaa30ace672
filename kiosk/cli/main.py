"""The commands. Each says what it does with --help, and what is wrong in one sentence.

Exit codes: 0 all is well; 1 something could not be done; 2 the command line or a file is wrong.
"""

import argparse
import contextlib
import errno
import io
import logging
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import __version__
from kiosk.cli import arguments, streams
from kiosk.cli.streams import FAILED, OK, WRONG, OutputError, complain
from kiosk.files import at_home, is_there
from kiosk.i18n import _, speak

if TYPE_CHECKING:
    from kiosk.config.settings import Found, Settings


def main(typed: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    streams.open_output()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    by_the_bed, code = False, OK
    try:
        try:
            chosen = command_line().parse_args(typed)
        except SystemExit:
            sys.stdout.flush()  # what --help printed
            raise
        command: Callable[[argparse.Namespace], int] = chosen.command
        by_the_bed = command is _run
        code = command(chosen)
        sys.stdout.flush()
    except OSError as error:
        if by_the_bed and not isinstance(error, OutputError):
            raise  # the journal needs the whole story
        if error.errno == errno.EPIPE:
            # the reader of our output went away (`| head`); nothing is wrong
            streams.drop(sys.stdout)
            return code
        if error.filename is None:
            streams.drop(sys.stdout)
            complain([_("The output cannot be written: {reason}.").format(reason=error.strerror)])
        else:
            complain([_unusable(error)])
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
    run.add_argument(
        "--size", type=arguments.size, metavar=_("WxH"), help=_("size of the window, such as 800x480")
    )

    rehearse = command("rehearse", _rehearse, _("Play a scripted night on a simulated clock and print it."))
    rehearse.add_argument(
        "--script", default="normal", help=_("a shipped script (normal, soak, ten_minutes) or a TOML file")
    )
    rehearse.add_argument("--out", type=Path, metavar=_("DIR"), help=_("save a picture of each page there"))
    rehearse.add_argument(
        "--size", type=arguments.size, default=(800, 480), metavar=_("WxH"), help=_("of the pictures")
    )
    rehearse.add_argument(
        "--speed", type=arguments.speed, default=0.0, help=_("1 plays it in real time; without it, at once")
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
    diary.add_argument("-n", "--last", type=arguments.count, metavar="N", help=_("only the last N nights"))

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


def _read_settings() -> "Found":
    """The owner's settings. What is wrong with them is told, in their language."""
    from kiosk.config import settings

    found = settings.find()
    speak(found.in_force.language)
    complain([*found.notes, *found.problems])
    return found


def _run(chosen: argparse.Namespace) -> int:
    from kiosk.cli import run as bedside
    from kiosk.config import techniques

    found, library = _read_settings(), techniques.find()
    complain([*library.notes, *library.problems])
    if found.doubtful:
        complain([_("Until the health questions are answered, the night goes by yes to each of them.")])
    code = bedside.run(
        found,
        library.techniques,
        diary_path(found.in_force),
        simulate=chosen.simulate,
        size=chosen.size,
    )
    if code != bedside.NO_DISPLAY:
        return code
    complain([_("There is no display here, so this is a rehearsal: a normal night, at once.")])
    from kiosk.cli.rehearse import folder_for_pictures

    rehearsal = command_line().parse_args(["rehearse"])
    rehearsal.out = folder_for_pictures(diary_path(found.in_force).parent)
    try:
        if _rehearse(rehearsal) == OK:
            return OK
    except OutputError:
        raise
    except OSError as error:
        complain([_unusable(error)])
    rehearsal.out = None  # no picture can be kept; the night is worth reading without
    return _rehearse(rehearsal)


def _unusable(error: OSError) -> str:
    return _("{file} cannot be used: {reason}.").format(file=error.filename, reason=error.strerror)


def _rehearse(chosen: argparse.Namespace) -> int:
    from kiosk.cli import rehearse
    from kiosk.config import techniques
    from kiosk.config.tomlfile import TomlError
    from kiosk.core.rules import Rules

    shipped = rehearse.shipped()
    path = shipped.get(chosen.script, Path(chosen.script))
    try:
        script = rehearse.load(path)
    except FileNotFoundError:
        names = ", ".join(shipped)
        complain([_("There is no script {file}; shipped are: {names}.").format(file=path, names=names)])
        return WRONG
    except (rehearse.ScriptError, TomlError) as error:
        complain([str(error)])
        return WRONG
    # The shipped techniques alone, with the usual settings: the same output on every machine.
    rules = Rules(techniques=techniques.load(techniques.folders()[:1])[0])
    camera = None
    if chosen.out is not None:
        from kiosk.cli.camera import Camera

        try:
            camera = Camera(chosen.out, chosen.size)
        except OSError as error:
            complain(
                [_("{folder} cannot be written: {reason}.").format(folder=chosen.out, reason=error.strerror)]
            )
            return FAILED
    with streams.lines() as say:
        say(script.title)
        rehearse.Rehearsal(rules, script, say, picture=camera, speed=chosen.speed).play_all()
    if camera is not None:
        complain([_("Pictures are in {folder}.").format(folder=chosen.out)])
    return OK


def _techniques(chosen: argparse.Namespace) -> int:
    from kiosk.config import techniques

    found = techniques.find()
    complain([*found.notes, *found.problems])
    if chosen.check:
        return WRONG if found.problems else OK
    if chosen.id is None:
        for technique in found.techniques:
            print(f"{technique.id:16} {_(technique.name)}")
        return OK
    for technique in found.techniques:
        if technique.id == chosen.id:
            print("\n".join(techniques.describe(technique)))
            return OK
    names = ", ".join(technique.id for technique in found.techniques)
    complain([_("There is no technique {id}; known are: {names}.").format(id=chosen.id, names=names)])
    return WRONG


def _settings(chosen: argparse.Namespace) -> int:
    from kiosk.config import settings, techniques
    from kiosk.config.defaults import defaults_text

    if chosen.defaults:
        print(defaults_text(), end="")
        return OK
    found = settings.find()
    speak(found.in_force.language)
    complain(found.notes)
    if chosen.check:
        wrong = [*found.problems, *settings.check(found, techniques.load()[0])]
        complain(wrong)
        return WRONG if wrong else OK
    for path in settings.places():
        told = _("{file}: there") if is_there(path) else _("{file}: not there")
        print(told.format(file=path))
    print(_("diary: {file}").format(file=diary_path(found.in_force)))
    return OK


def _diary(chosen: argparse.Namespace) -> int:
    from kiosk.config import techniques
    from kiosk.diary import export
    from kiosk.diary.database import DiaryError
    from kiosk.diary.store import Store

    config = _read_settings().in_force
    path = diary_path(config)
    try:
        with Store.read_only(path) as store:
            if chosen.csv:
                table = io.StringIO(newline="")  # CSV has its own line ends
                export.write_csv(store, table)
            else:
                names = {technique.id: technique.name for technique in techniques.load()[0]}
                listed = export.lines(store, chosen.last, names)
            complain(export.left_out(store))
    except FileNotFoundError:
        if chosen.csv:
            complain([_("Nothing is in the diary yet.")])
        else:
            print(_("Nothing is in the diary yet."))
        from kiosk.doctor.machine import Machine

        machine = Machine(config, path)
        if machine.has_service and not machine.may_see_state:
            complain([_("The service's diary is its own; to see it: sudo cramp-kiosk diary")])
        return OK
    except DiaryError as error:
        complain([str(error)])
        return FAILED
    if chosen.csv:
        streams.print_bytes(table.getvalue().encode())
    else:
        print("\n".join(listed))
    return OK


def _calibrate(_chosen: argparse.Namespace) -> int:
    from kiosk.cli import calibrate

    return calibrate.run()


def _doctor(chosen: argparse.Namespace) -> int:
    from kiosk import doctor
    from kiosk.cli.setup import ask_person
    from kiosk.config import settings
    from kiosk.doctor import report
    from kiosk.doctor.machine import STATE, Machine
    from kiosk.doctor.trial import try_outputs
    from kiosk.doctor.watch import watch

    if chosen.watch and chosen.test:
        complain([_("--watch only looks: leave out --watch or --test.")])
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
    tried = try_outputs(machine, ask_person, lambda line: complain([line])) if chosen.test else []
    findings = [*doctor.examine(machine), *tried]
    with contextlib.suppress(BrokenPipeError):  # the exit code is the answer, however much of it is read
        if chosen.json:
            print(report.json(findings))
        else:
            print(report.text(findings, min(100, shutil.get_terminal_size((100, 24)).columns)))
    return FAILED if report.count_problems(findings) else OK


def _setup(chosen: argparse.Namespace) -> int:
    from kiosk.cli.setup import Setup
    from kiosk.config.firmware import Needs

    pins = _read_settings().in_force.pins
    needs = Needs(button=pins.button, lamp=pins.lamp, buzzer=pins.buzzer, pwm=chosen.pwm)
    return Setup(needs, file=chosen.file).run(undo=chosen.undo, yes=chosen.yes, dry_run=chosen.dry_run)


def _safe_outputs(_chosen: argparse.Namespace) -> int:
    from kiosk.config import settings
    from kiosk.devices.backlight import Backlight
    from kiosk.devices.pins import Pins, PinsUnavailable, open_factory
    from kiosk.devices.safe import safe_outputs

    chosen = settings.load()[0].pins
    factory, trouble = None, []
    try:
        factory = open_factory(chosen.factory)
    except PinsUnavailable as error:
        trouble.append(str(error))
    pins = Pins(button=chosen.button, lamp=chosen.lamp, buzzer=chosen.buzzer)
    trouble += safe_outputs(pins, factory, Backlight())
    complain(trouble)
    return FAILED if trouble else OK


def diary_path(config: "Settings") -> Path:
    """Where the diary is: where the settings say, else the service's or the user's state folder."""
    from kiosk.diary import place

    if config.diary.path:
        return at_home(config.diary.path)
    return place.usual()
