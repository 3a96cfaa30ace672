"""The command line of ``cramp-kiosk``; what a command does is in the file of its name."""

import argparse
from pathlib import Path

from kiosk import __version__
from kiosk.cli import arguments, streams
from kiosk.i18n import _


def command_line() -> argparse.ArgumentParser:
    """The parser. What it returns has ``command``: the module in ``kiosk.cli`` to run. The man page and the
    usage are made from it."""
    parser = streams.Parser(
        prog="cramp-kiosk",
        description=_(
            "A bedside step timer, instruction card, bath thermometer and log for cramps in the foot. "
            "It is not a medical device."
        ),
    )
    parser.add_argument("--version", action="version", version=f"cramp-kiosk {__version__}")
    commands = parser.add_subparsers(metavar=_("COMMAND"), required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=name.replace("-", "_"))
        return sub

    run = command(
        "run", _("Play the nights: real pins if there are any, else a simulator, else a rehearsal.")
    )
    run.add_argument("--simulate", action="store_true", help=_("the simulator, even where there are pins"))
    run.add_argument(
        "--size", type=arguments.size, metavar=_("WxH"), help=_("size of the window, such as 800x480")
    )

    rehearse = command("rehearse", _("Play a scripted night on a simulated clock and print it."))
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

    techniques = command("techniques", _("List the techniques, or show one with its sources."))
    techniques.add_argument("id", nargs="?", help=_("the technique to show"))
    techniques.add_argument("--check", action="store_true", help=_("only say what is wrong with the files"))

    settings = command("settings", _("Show where the settings are, check them, print them all."))
    either = settings.add_mutually_exclusive_group()
    either.add_argument("--check", action="store_true", help=_("say what is wrong with the settings files"))
    either.add_argument("--defaults", action="store_true", help=_("print a commented file of all settings"))

    diary = command("diary", _("List the nights, the newest first, or export them."))
    diary.add_argument("--csv", action="store_true", help=_("everything as CSV, for a spreadsheet"))
    diary.add_argument("-n", "--last", type=arguments.count, metavar="N", help=_("only the last N nights"))

    command("calibrate", _("Touch three crosses, so that a resistive panel knows where fingers are."))

    doctor = command("doctor", _("Look at everything, change nothing, and say what to do."))
    doctor.epilog = _(
        "Exit codes: 0 all is well, 1 problems were found. --json prints one object: schema (1), version, "
        "problems (how many) and findings, each with check (such as pins.button), level (ok, note or "
        "problem), says, remedy and facts."
    )
    either = doctor.add_mutually_exclusive_group()
    either.add_argument("--json", action="store_true", help=_("the findings as JSON, for machines"))
    either.add_argument("--watch", action="store_true", help=_("button, touch and probe live, until Ctrl-C"))
    doctor.add_argument("--test", action="store_true", help=_("also light the lamp and sound the buzzer"))

    setup = command("setup", _("Tell the Raspberry Pi's firmware what the kiosk needs (config.txt)."))
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

    command("safe-outputs", _("Lamp and buzzer off; the service runs it after every end."))
    return parser
