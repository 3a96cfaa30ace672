"""``cramp-kiosk diary``: list the nights, or export everything as CSV."""

import argparse
import io

from kiosk.cli import streams
from kiosk.cli.owner import diary_path, read_settings
from kiosk.cli.streams import FAILED, OK, complain
from kiosk.config import techniques
from kiosk.diary import export
from kiosk.diary.database import DiaryError
from kiosk.diary.store import Store
from kiosk.doctor.machine import Machine
from kiosk.i18n import _


def run(chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code: 0, also for an empty diary; 1 if the diary cannot be read."""
    config = read_settings().in_force
    path = diary_path(config)
    try:
        with Store.read_only(path) as store:
            if chosen.csv:
                table = io.StringIO(newline="")  # keep the line endings of the CSV writer
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
