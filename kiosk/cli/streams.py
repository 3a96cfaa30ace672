"""Where the commands print: output that was closed, is full, or whose reader went away.

As other commands do it: a reader that goes away (``| head``) ends them quietly, output that cannot be written
is a sentence and exit code 1.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from kiosk.i18n import _

#: The commands' exit codes: all is well; something could not be done; the command line or a file is wrong.
OK, FAILED, WRONG = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """Tells of help that cannot be printed; argparse's own drops it without a word."""

    def _print_message(self, message: str, file: object = None) -> None:
        if file is sys.stdout:
            print(message, end="")
        else:
            complain([message.removesuffix("\n")])


def open_output() -> None:
    """Print to nowhere if the shell closed our output; letters the terminal does not know become "?"."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if sys.stderr is None:  # print would take standard output for it
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def drop(stream: TextIO) -> None:
    """Let what is still to be printed go nowhere: at its end Python would try once more, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def finish() -> None:
    """Nothing is left for Python to print at its end. To be called last."""
    try:
        sys.stderr.flush()
    except OSError:
        drop(sys.stderr)


class OutputError(OSError):
    """Of what is printed, not of what the command does."""


class _NoOutputError(BaseException):
    """Not an Exception: those are taken for a part's own failure where the parts of a night are played."""


@contextlib.contextmanager
def lines() -> Iterator[Callable[[str], None]]:
    """A print for whoever catches exceptions; what it cannot print ends the block by an ``OutputError``."""
    failed: list[OSError] = []

    def say(line: str) -> None:
        try:
            print(line)
        except OSError as error:
            failed.append(error)
            raise _NoOutputError from error

    try:
        yield say
    except _NoOutputError:
        raise OutputError(*failed[0].args) from None
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(*error.args) from None


def print_bytes(data: bytes) -> None:
    """Print these as they are, whatever the terminal's letters and line ends. Raises ``OSError``."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def complain(sentences: Sequence[str]) -> None:
    """Say what is wrong. Where even that cannot be said, there is the exit code."""
    with contextlib.suppress(OSError):
        for sentence in sentences:
            print(sentence, file=sys.stderr)


def unusable(error: OSError) -> str:
    """The sentence for a file that failed."""
    return _("{file} cannot be used: {reason}.").format(file=error.filename, reason=error.strerror)
