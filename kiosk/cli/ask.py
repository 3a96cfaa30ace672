"""Questions at the terminal."""

import sys

from kiosk.i18n import _


def ask_person(question: str) -> bool | None:
    """Ask at the terminal; anything but yes is no. None where nobody sits at one.

    The question goes to standard error: what is printed may be for a machine.
    """
    if not sys.stdin.isatty():
        return None
    print(f"{question} [{_('y')}/N] ", end="", file=sys.stderr, flush=True)
    try:
        answer = input()
    except EOFError:
        return False
    return answer.strip().lower() in {_("y"), _("yes")}
