"""Checks of diary, disk and clock."""

import re
from pathlib import Path
from typing import Any

from kiosk.diary.clock import SetBy, WallClock
from kiosk.diary.database import DamagedDiaryError, DiaryError, NoDiaryError
from kiosk.diary.place import asides, giving, strangers
from kiosk.diary.rows import named
from kiosk.diary.store import Store
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import _, ngettext

#: Free bytes below which the disk is a problem: room for years of diary and for system updates.
_ENOUGH = 200_000_000

#: File systems that lose everything at power off.
_VOLATILE = {"overlay", "tmpfs", "ramfs"}


def check_diary(machine: Machine) -> list[Finding]:
    """The diary: SQLite's integrity check, its tables and records, its owner, and damaged diaries put
    aside."""
    owners = _check_owners(machine.diary)  # first, because SQLite creates files beside it when it reads
    return [*_check_file(machine.diary), *owners, *_check_asides(machine.diary)]


def _check_file(path: Path) -> list[Finding]:
    facts = {"file": str(path)}
    try:
        with Store.read_only(path) as store:
            store.check()
            nights, lost = len(store.episodes()), store.unreadable
    except NoDiaryError:
        return [fine("memory.diary", _("Nothing is in the diary yet ({file}).").format(file=path), **facts)]
    except DamagedDiaryError as error:
        return [
            problem(
                "memory.diary",
                _("The diary {file} is damaged: {verdict}.").format(file=path, verdict=error.why),
                _("Run sudo systemctl restart cramp-kiosk: it is set aside and a new one begins."),
                **facts,
            )
        ]
    except DiaryError as error:
        return [problem("memory.diary", _("The diary cannot be read."), str(error), **facts)]
    says = ngettext("{n} night is in the diary {file}.", "{n} nights are in the diary {file}.", nights)
    found = [fine("memory.diary", says.format(n=nights, file=path), nights=nights, **facts)]
    if lost:
        says = ngettext(
            "{n} record of the diary cannot be read and is left out: {records}.",
            "{n} records of the diary cannot be read and are left out: {records}.",
            len(lost),
        ).format(n=len(lost), records=named(lost))
        remedy = _("Copy {file} to another disk. If it happens again, the card is worn out: replace it.")
        every = [str(each) for each in lost]
        found.append(
            problem(
                "memory.records", says, remedy.format(file=path), unreadable=len(lost), records=every, **facts
            )
        )
    return found


def _check_owners(path: Path) -> list[Finding]:
    keeper, found = strangers(path)
    if not found:
        return []
    files = [str(each) for each in found]
    says = _("{user} writes the diary, and may not write {files}.")
    return [
        problem(
            "memory.owner",
            says.format(user=keeper, files=", ".join(files)),
            _("Run {command}.").format(command=giving(keeper, found)),
            files=files,
            user=keeper,
        )
    ]


def _check_asides(path: Path) -> list[Finding]:
    files = [str(aside) for aside in asides(path)]
    if not files:
        return []
    says = ngettext(
        "{n} damaged diary was put aside: {files}.",
        "{n} damaged diaries were put aside: {files}.",
        len(files),
    )
    return [
        note(
            "memory.aside",
            says.format(n=len(files), files=", ".join(files)),
            _("Copy it to another disk; parts of it may be read with sqlite3. Then it may be deleted."),
            files=files,
        )
    ]


def check_disk(machine: Machine) -> list[Finding]:
    """Whether the diary's disk is writable, survives a power cut, and has room."""
    place, kind, options = _mount(machine.text("proc/self/mounts"), machine.diary)
    facts: dict[str, Any] = {"mount": place, "type": kind, "options": options}
    if kind in _VOLATILE:
        return [
            problem(
                "memory.disk",
                _(
                    "{place} is kept in memory alone: the diary and the settings are lost at power off."
                ).format(place=place),
                _("Put /var/lib/cramp-kiosk on a partition of its own, or switch the overlay off."),
                **facts,
            )
        ]
    if "ro" in options:
        return [
            problem(
                "memory.disk",
                _("{place} is read-only: neither diary nor settings can be saved.").format(place=place),
                _(
                    "Run sudo mount -o remount,rw {place}; if that fails, the card is worn out: replace it."
                ).format(place=place),
                **facts,
            )
        ]
    free = machine.free(machine.diary)
    facts["free_bytes"] = free
    sentence = _("{megabytes} MB are free on {place}.").format(megabytes=free // 1_000_000, place=place)
    if free < _ENOUGH:
        return [
            problem(
                "memory.disk",
                sentence,
                _("Make room: sudo apt clean; sudo journalctl --vacuum-size=50M."),
                **facts,
            )
        ]
    return [fine("memory.disk", sentence, **facts)]


def _mount(mounts: str, path: Path) -> tuple[str, str, list[str]]:
    """Mount point, type and options of the mount that holds ``path``. Of several mounts at one point the last
    one counts: it hides the others."""
    best = ("/", "", [""])
    for line in mounts.splitlines():
        _device, place, kind, options, *_rest = line.split(" ")
        place = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), place)
        if path.is_relative_to(place) and len(place) >= len(best[0]):
            best = (place, kind, options.split(","))
    return best


def check_clock(machine: Machine) -> list[Finding]:
    """Whether the wall clock has been set, and by what."""
    by = WallClock(machine.root, error=machine.clock_error).set_by()
    facts: dict[str, Any] = {"set": by is not None, "by": by, "seconds_off_at_most": machine.clock_error()}
    if by is not None:
        says = {
            SetBy.KERNEL: _("The clock has been set; a time service keeps it."),
            SetBy.TIMESYNCD: _("The clock has been set by the network."),
            SetBy.CHIP: _("The clock has been set from its chip."),
        }[by]
        return [fine("memory.clock", says, **facts)]
    return [
        note(
            "memory.clock",
            _("The clock has not been set: quiet hours count as on, the diary marks its times as doubtful."),
            _("Connect to a network once, or fit a clock chip (a Pi 5 needs its battery)."),
            **facts,
        )
    ]
