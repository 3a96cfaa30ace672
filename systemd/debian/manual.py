"""The man page: the text of ``systemd/cramp-kiosk.1``, with the commands inserted from the argument
parser."""

import argparse
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from kiosk import __version__
from kiosk.cli.parser import command_line

FRAME = Path(__file__).parents[1] / "cramp-kiosk.1"


def manual(epoch: int) -> str:
    """The page in mdoc(7), dated ``epoch`` (seconds since 1970)."""
    day = datetime.fromtimestamp(epoch, UTC)
    return (
        FRAME.read_text(encoding="utf-8")
        .replace("@DATE@", f"{day:%B} {day.day}, {day.year}")
        .replace("@VERSION@", __version__)
        .replace("@COMMANDS@", "\n".join(_commands(command_line())))
    )


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from _command(command, name)


def _command(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    actions = [each for each in parser._actions if not isinstance(each, argparse._HelpAction)]
    yield f".Ss {name}"
    yield from _text(parser.description or "")
    if told := [each for each in actions if not isinstance(each, argparse._SubParsersAction)]:
        yield ".Bl -tag -width Ds"
        for action in told:
            yield f".It {_syntax(action)}"
            yield from _text((action.help or "") % {**vars(action), "prog": parser.prog})
        yield ".El"
    if parser.epilog:
        yield ".Pp"
        yield from _text(parser.epilog)
    for action in actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner, command in action.choices.items():
                yield from _command(command, f"{name} {inner}")


def _syntax(action: argparse.Action) -> str:
    """Such as ``Fl n Ar N , Fl -last Ar N``; mdoc puts one dash before what follows ``Fl``."""
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest
    value = "" if action.nargs == 0 else f" Ar {metavar}"
    if not action.option_strings:
        return value.strip()
    return " , ".join(f"Fl {option[1:]}{value}" for option in action.option_strings)


def _text(sentence: str) -> list[str]:
    """Lines of text; the escapes keep words from being taken for requests, and dashes as they are typed."""
    whole = sentence.replace("\\", "\\e").replace("--", "\\-\\-")
    return [f"\\&{line}" if line.startswith((".", "'")) else line for line in textwrap.wrap(whole, 78)]
