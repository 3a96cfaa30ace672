"""The result of a check: one struct, for the printed report and for ``--json``."""

from enum import StrEnum
from typing import Any

import msgspec

from kiosk.i18n import N_

#: Groups of the report, in order, with their headings. A finding's ``check`` begins with one of the keys.
GROUPS: dict[str, str] = {
    "device": N_("Device"),
    "pins": N_("Button, lamp, buzzer"),
    "probe": N_("Water probe"),
    "screen": N_("Screen and touch"),
    "memory": N_("Diary, disk, clock"),
    "settings": N_("Settings"),
    "service": N_("Service"),
}


class Level(StrEnum):
    """Severity of a finding."""

    OK = "ok"
    NOTE = "note"
    """worth knowing; nothing has to be done"""
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True):
    """The result of one check.

    ``check``: its name, "group.name", the same in every language and version. ``says``: a sentence that
    states the result. ``remedy``: a sentence that says what to do; every problem has one. ``facts``: the
    values behind it, as the kernel or the library gave them; JSON types.
    """

    check: str
    level: Level
    says: str
    remedy: str = ""
    facts: dict[str, Any] = {}

    @property
    def group(self) -> str:
        """The key of its group in ``GROUPS``."""
        return self.check.split(".", 1)[0]


def fine(check: str, says: str, **facts: Any) -> Finding:
    """A finding of level ``OK``."""
    return Finding(check, Level.OK, says, "", facts)


def note(check: str, says: str, remedy: str = "", **facts: Any) -> Finding:
    """A finding of level ``NOTE``."""
    return Finding(check, Level.NOTE, says, remedy, facts)


def problem(check: str, says: str, remedy: str, **facts: Any) -> Finding:
    """A finding of level ``PROBLEM``."""
    return Finding(check, Level.PROBLEM, says, remedy, facts)
