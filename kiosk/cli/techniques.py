"""``cramp-kiosk techniques``: list the techniques, show one with its sources, or check the files."""

import argparse

from kiosk.cli.streams import OK, WRONG, complain
from kiosk.config import techniques
from kiosk.i18n import _


def run(chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code: 0; 2 if there is no such technique or ``--check`` finds
    mistakes."""
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
