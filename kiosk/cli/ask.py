"""Questions at the terminal."""

import sys

from kiosk.i18n import _


def ask_person(question: str) -> bool | None:
    """Ask a yes-or-no question. Any answer but yes is no; None if standard input is not a terminal.

    The question goes to standard error, because a program may be reading standard output.
    """
    if not sys.stdin.isatty():
        return None
    print(f"{question} [{_('y')}/N] ", end="", file=sys.stderr, flush=True)
    try:
        answer = input()
    except EOFError:
        return False
    return answer.strip().lower() in {_("y"), _("yes")}
