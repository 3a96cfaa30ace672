"""``cramp-kiosk settings``: show where the settings files are, check them, or print all defaults."""

import argparse

from kiosk.cli.owner import diary_path
from kiosk.cli.streams import OK, WRONG, complain
from kiosk.config import settings, techniques
from kiosk.config.defaults import defaults_text
from kiosk.files import is_there
from kiosk.i18n import _, speak


def run(chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code: 0, or 2 if ``--check`` finds a mistake."""
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
        line = _("{file}: there") if is_there(path) else _("{file}: not there")
        print(line.format(file=path))
    print(_("diary: {file}").format(file=diary_path(found.in_force)))
    return OK
