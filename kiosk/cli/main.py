"""The program's entry point: parses the command line and runs one command.

Exit codes: 0 all is well; 1 something could not be done; 2 the command line or a file is wrong; 130 Ctrl-C.
"""

import argparse
import errno
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence

from kiosk.cli import streams
from kiosk.cli.parser import command_line
from kiosk.i18n import _


def main(typed: Sequence[str] | None = None) -> int:
    """Run the command in ``typed`` (``sys.argv`` if None) and return its exit code.

    An ``OSError`` becomes one sentence on standard error, except for ``run``: there it propagates, so that
    the journal gets the traceback. A reader of our output that went away (EPIPE) is no error. Raises
    ``SystemExit`` for ``--help``, ``--version`` and a wrong command line.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    streams.open_output()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    by_the_bed, code = False, streams.OK
    try:
        try:
            chosen = command_line().parse_args(typed)
        except SystemExit:
            sys.stdout.flush()  # what --help printed
            raise
        by_the_bed = chosen.command == "run"
        # Imported here, so that a command loads only what it needs.
        command = importlib.import_module(f"kiosk.cli.{chosen.command}")
        run: Callable[[argparse.Namespace], int] = command.run
        code = run(chosen)
        sys.stdout.flush()
    except OSError as error:
        if by_the_bed and not isinstance(error, streams.OutputError):
            raise  # with its traceback, for the journal
        if error.errno == errno.EPIPE:
            # The reader of our output went away (`| head`): no error.
            streams.drop(sys.stdout)
            return code
        if error.filename is None:
            streams.drop(sys.stdout)
            streams.complain([_("The output cannot be written: {reason}.").format(reason=error.strerror)])
        else:
            streams.complain([streams.unusable(error)])
        return streams.FAILED
    except KeyboardInterrupt:
        return 130
    finally:
        streams.finish()
    return code
