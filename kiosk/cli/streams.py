"""Standard output and standard error of the commands, which may be closed, on a full disk, or a broken pipe.

As usual on Unix: a reader that goes away (``| head``) ends a command quietly; output that cannot be written
for another reason gives one sentence and exit code 1.
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
    """Raises ``OSError`` if help cannot be printed; argparse's own parser ignores that silently."""

    def _print_message(self, message: str, file: object = None) -> None:
        if file is sys.stdout:
            print(message, end="")
        else:
            complain([message.removesuffix("\n")])


def open_output() -> None:
    """Replace closed standard streams by /dev/null; print "?" for characters the terminal cannot encode."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if sys.stderr is None:  # print(file=None) would write to standard output
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def drop(stream: TextIO) -> None:
    """Redirect ``stream`` to /dev/null. Python flushes it once more at exit, and would report the error
    again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def finish() -> None:
    """Flush standard error, or drop it, so that Python's own flush at exit cannot fail. Call it last."""
    try:
        sys.stderr.flush()
    except OSError:
        drop(sys.stderr)


class OutputError(OSError):
    """Standard output cannot be written. Outside of the ``KioskError`` tree: ``main`` handles it as an
    ``OSError``."""


class _NoOutputError(BaseException):
    """Standard output cannot be written. Not an ``Exception``: the outputs of a rehearsal catch those as the
    failure of a lamp or buzzer."""


@contextlib.contextmanager
def lines() -> Iterator[Callable[[str], None]]:
    """Gives a print function for code that catches ``Exception``. If a line cannot be printed, the block is
    left at once. Raises ``OutputError``."""
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
    """Write ``data`` to standard output unchanged: no encoding, no line ending conversion. Raises
    ``OSError``."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def complain(sentences: Sequence[str]) -> None:
    """Print each sentence to standard error. Never raises ``OSError``: the exit code still reports the
    failure."""
    with contextlib.suppress(OSError):
        for sentence in sentences:
            print(sentence, file=sys.stderr)


def unusable(error: OSError) -> str:
    """The sentence for ``error``, which has a file name."""
    return _("{file} cannot be used: {reason}.").format(file=error.filename, reason=error.strerror)
