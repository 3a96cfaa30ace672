"""What a check found: one struct, the same for people and for machines."""

from enum import StrEnum
from typing import Any

import msgspec

from kiosk.i18n import N_

#: The groups a report is in, in its order; a finding's ``check`` begins with one of them.
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
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """nothing to do about it, but good to know"""
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True):
    """``check``: which one, as "group.name", the same in every language and version. ``says``: what is
    so, a sentence. ``remedy``: what to do, a sentence; every problem has one. ``facts``: the values
    behind it, as the kernel or the library gave them."""

    check: str
    level: Level
    says: str
    remedy: str = ""
    facts: dict[str, Any] = {}

    @property
    def group(self) -> str:
        """The part of the report it belongs to."""
        return self.check.split(".", 1)[0]


def fine(check: str, says: str, **facts: Any) -> Finding:
    """As it should be."""
    return Finding(check, Level.OK, says, "", facts)


def note(check: str, says: str, remedy: str = "", **facts: Any) -> Finding:
    """Good to know."""
    return Finding(check, Level.NOTE, says, remedy, facts)


def problem(check: str, says: str, remedy: str, **facts: Any) -> Finding:
    """Wrong, and what to do about it."""
    return Finding(check, Level.PROBLEM, says, remedy, facts)
