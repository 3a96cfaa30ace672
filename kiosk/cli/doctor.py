"""``cramp-kiosk doctor``: print what ``kiosk.doctor`` finds, or try or watch the hardware."""

import argparse
import contextlib
import os
import shutil

from kiosk import doctor
from kiosk.cli.ask import ask_person
from kiosk.cli.owner import diary_path
from kiosk.cli.streams import FAILED, OK, WRONG, complain
from kiosk.config import settings
from kiosk.doctor import report
from kiosk.doctor.machine import STATE, Machine
from kiosk.doctor.trial import try_outputs
from kiosk.doctor.watch import watch
from kiosk.i18n import _, speak


def run(chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code: 0 without problems, 1 with some, 2 for options that exclude each
    other."""
    if chosen.watch and chosen.test:
        complain([_("--watch only looks: leave out --watch or --test.")])
        return WRONG
    if Machine().may_see_state:
        os.environ.setdefault("STATE_DIRECTORY", f"/{STATE}")  # check the service's own settings and diary
    config, _problems = settings.load()
    speak(config.language)
    machine = Machine(config, diary_path(config))
    if chosen.watch:
        try:
            watch(machine, lambda line: print(line, flush=True))
        except KeyboardInterrupt:
            print()
        return OK
    tried = try_outputs(machine, ask_person, lambda line: complain([line])) if chosen.test else []
    findings = [*doctor.examine(machine), *tried]
    with contextlib.suppress(BrokenPipeError):  # `| head` must not change the exit code
        if chosen.json:
            print(report.json(findings))
        else:
            print(report.text(findings, min(100, shutil.get_terminal_size((100, 24)).columns)))
    return FAILED if report.count_problems(findings) else OK
