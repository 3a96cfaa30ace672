"""Checks of the software: the service, this user's rights, the owner's settings and techniques."""

import stat
from pathlib import Path

from kiosk.config import settings, techniques
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import UNIT, Machine
from kiosk.i18n import _, ngettext

#: SupplementaryGroups= of the unit. If one does not exist, systemd does not start the service (status
#: 216/GROUP).
GROUPS = ("video", "render", "input", "gpio")

#: From this many restarts since boot the service is a problem.
_RESTARTS = 3


def check_settings(_machine: Machine) -> list[Finding]:
    """The files of settings and techniques, and whether the settings fit the techniques."""
    config, library = settings.find(), techniques.find()
    known = library.techniques
    passed = [_passed_over("settings.file", each) for each in (*config.notes, *library.notes)]
    found = [_mistake("settings.file", each) for each in (*config.problems, *settings.check(config, known))]
    found += [_mistake("settings.techniques", each) for each in library.problems]
    if found:
        return [*found, *passed]
    says = ngettext(
        "The settings are right, and so is {n} technique.",
        "The settings are right, and so are {n} techniques.",
        len(known),
    )
    right = fine("settings.file", says.format(n=len(known)), techniques=[each.id for each in known])
    return [right, *passed]


def _passed_over(check: str, sentence: str) -> Finding:
    return note(check, sentence, _("Run sudo cramp-kiosk doctor to look at it, too."))


def check_privacy(machine: Machine) -> list[Finding]:
    """A problem for each settings file with health answers that every user may read; none if all is
    private."""
    system, own = settings.places()
    return [
        problem(
            "settings.private",
            _("{file} holds answers about health, and everyone on this machine may read it.").format(
                file=path
            ),
            _restrict_access(path, system, own, machine),
            file=str(path),
        )
        for path in (system, own, *(each.with_name(f"{each.name}.old") for each in (system, own)))
        if _is_world_readable(path) and _may_have_answers(path)
    ]


def _is_world_readable(path: Path) -> bool:
    """Whether every user may read the file, which takes search permission for all folders above it."""
    try:
        folders = [folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents]
        return all(folders) and bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _may_have_answers(path: Path) -> bool:
    """Whether the file has health answers, or may have some: it cannot be parsed, or they may be under an
    unknown heading."""
    found = settings.find([path])
    return found.doubtful or any(section == "health" for section, _key in found.sources)


def _restrict_access(path: Path, system: Path, own: Path, machine: Machine) -> str:
    if path.parent != system.parent:
        return _("Run chmod 600 {file}.").format(file=path)
    if machine.has_service:
        return _("Run sudo chgrp cramp-kiosk {file}, then sudo chmod 640 {file}.").format(file=path)
    return _("Move its lines below [health] to {own}.").format(own=own)


def _mistake(check: str, sentence: str) -> Finding:
    return problem(
        check, sentence, _("Mend that line; cramp-kiosk settings --defaults shows what it may be.")
    )


def check_service(machine: Machine) -> list[Finding]:
    """Whether the service is installed, running, enabled, and not restarted again and again."""
    unit = machine.unit
    facts = {key: unit[key] for key in sorted(unit)}
    if not machine.has_service:
        return [note("service.unit", _("The service is not installed here."), **facts)]
    if unit.get("ActiveState") == "failed" or not machine.service_runs:
        return [
            problem(
                "service.unit",
                _("The service is not running ({state}, {result}).").format(
                    state=unit.get("ActiveState"), result=unit.get("Result")
                ),
                _("Run sudo systemctl restart {unit}; journalctl -b -u {unit} says why it ended.").format(
                    unit=UNIT
                ),
                **facts,
            )
        ]
    restarts = int(unit.get("NRestarts") or 0)
    if restarts >= _RESTARTS:
        says = _("The service runs, but had to be started again {n} times.").format(n=restarts)
        remedy = _("Run journalctl -b -u {unit}: it says why.").format(unit=UNIT)
        return [problem("service.unit", says, remedy, **facts)]
    if unit.get("UnitFileState") == "disabled":
        remedy = _("Run sudo systemctl enable {unit}.").format(unit=UNIT)
        return [problem("service.unit", _("The service runs, but not after a restart."), remedy, **facts)]
    says = ngettext(
        "The service is {state}; started again {n} time.",
        "The service is {state}; started again {n} times.",
        restarts,
    )
    return [fine("service.unit", says.format(state=unit.get("SubState"), n=restarts), **facts)]


def check_rights(machine: Machine) -> list[Finding]:
    """This user's groups, and whether the groups that the service needs exist."""
    name, groups = machine.who()
    known = {line.split(":", 1)[0] for line in machine.text("etc/group").splitlines()}
    absent = [each for each in GROUPS if each not in known]
    facts = {"user": name, "groups": sorted(groups), "absent": absent}
    if machine.has_service and absent:
        says = _("The service cannot start: there is no group {groups}.").format(groups=", ".join(absent))
        return [problem("service.groups", says, _("Run sudo systemd-sysusers."), **facts)]
    found = []
    if machine.has_service and not machine.may_see_state:
        found.append(
            note(
                "service.state",
                _("The settings and the diary of the service are its own."),
                _("Run sudo cramp-kiosk doctor to look at them, too."),
            )
        )
    member = ", ".join(each for each in GROUPS if each in groups) or _("none of the device groups")
    says = _("You are {user}, in {groups}.").format(user=name, groups=member)
    return [fine("service.groups", says, **facts), *found]
