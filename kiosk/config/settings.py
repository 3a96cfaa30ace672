"""Reads the settings: one typed tree from several TOML files.

``/etc/cramp-kiosk/config.toml`` is read first, then the user's own file, which overrides it key by key. A
mistake affects only its own value, never the rest of the file.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from kiosk.config.private import may_hold_answers
from kiosk.config.schema import (
    Buzzer,
    Chosen,
    Diary,
    Display,
    Factory,
    Health,
    Night,
    Pins,
    Screen,
    Settings,
    Soak,
    Sound,
    Touch,
)
from kiosk.config.tomlfile import SYSTEM, ForbiddenError, TomlError, own_folder, passed_over, read
from kiosk.config.tomlsyntax import in_short
from kiosk.config.tomltypes import Misfit, MisfitError, clean, fit, tell, value_at
from kiosk.config.tomlwords import TOLD, at_most, may_tell, unknown, untold
from kiosk.core.errors import KioskError
from kiosk.core.rules import Condition, Rules
from kiosk.core.technique import Cue, Technique
from kiosk.core.timeline import Choice
from kiosk.devices.pins import ONE_WIRE
from kiosk.devices.pins import Pins as Wiring
from kiosk.files import Stamp, stamp
from kiosk.i18n import _

__all__ = [
    "Buzzer",
    "Chosen",
    "Diary",
    "Display",
    "Factory",
    "Found",
    "Health",
    "Night",
    "Pins",
    "Screen",
    "Settings",
    "SettingsError",
    "Soak",
    "Sound",
    "Touch",
    "careful",
    "check",
    "find",
    "load",
    "places",
    "to_rules",
]

NAME = "config.toml"

Tell = Callable[[], Sequence[str]]
"""makes sentences when they are needed: the owner's language is known only after all files are read"""


class SettingsError(KioskError):
    """A setting cannot be changed or written; the text says which one, why, and what to do."""


def places() -> tuple[Path, Path]:
    """Paths of the settings files: the administrator's, then the user's own, which the kiosk writes."""
    return SYSTEM / NAME, own_folder() / NAME


def careful(settings: Settings) -> Settings:
    """The settings with every health condition, for use while the answers are doubtful: leaving out too many
    steps is safer than leading through a harmful one. Never written to a file."""
    return msgspec.structs.replace(settings, health=Health(conditions=tuple(Condition)))


@dataclass(frozen=True)
class Found:
    """The result of reading the settings files ``where``; a later one overrides earlier ones.

    ``settings``: the merged values without mistakes. ``mistakes``: one or more sentences for each file with
    mistakes. ``unread``: files that could not be read or parsed; ``forbidden``: those of them that this user
    may not read and does not need. ``doubtful``: not all health answers are known. ``sources``: (section,
    key) -> the file that set it. ``stamps``: stamp of each file before it was read.
    """

    settings: Settings = field(default_factory=Settings)
    mistakes: tuple[Tell, ...] = ()
    unread: frozenset[Path] = frozenset()
    forbidden: tuple[Path, ...] = ()
    doubtful: bool = False
    where: tuple[Path, ...] = ()
    sources: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    stamps: tuple[Stamp, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each mistake in the files."""
        return tuple(sentence for tell_all in self.mistakes for sentence in tell_all())

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each file that this user may not read and does not need."""
        return tuple(map(passed_over, self.forbidden))

    @property
    def in_force(self) -> Settings:
        """The settings to use; with all health conditions while the answers are doubtful."""
        return careful(self.settings) if self.doubtful else self.settings

    def source(self, section: str, key: str) -> Path:
        """The file that set a value; if none did, the file it would be written to."""
        return self.sources.get((section, key), (self.where or places())[-1])


def load(where: Sequence[Path] | None = None) -> tuple[Settings, tuple[str, ...]]:
    """``in_force`` and ``problems`` of ``find(where)``."""
    found = find(where)
    return found.in_force, found.problems


def find(where: Sequence[Path] | None = None) -> Found:
    """Read and merge the settings files. Never raises.

    ``where``: the files, where a later one overrides earlier ones; None: ``places()``. A missing file is no
    mistake. A wrong value is dropped, and the rest of its file is used. If a file or its health section
    cannot be understood, the health answers are doubtful, unless a later file gives them.
    """
    files = tuple(places() if where is None else where)
    stamps = tuple(map(stamp, files))
    merged: dict[str, Any] = {}
    mistakes: list[Tell] = []
    unread: list[Path] = []
    forbidden: list[Path] = []
    sources: dict[tuple[str, str], Path] = {}
    doubtful = False
    for path in files:
        try:
            raw = read(path)
        except FileNotFoundError:
            continue
        except TomlError as error:
            doubtful = True
            unread.append(path)
            if isinstance(error, ForbiddenError) and not _must_read_all():
                forbidden.append(path)
            else:
                mistakes.append(partial(_unreadable, error, path))
            continue
        kept, wrong = clean(raw, Settings)
        if wrong:
            mistakes.append(partial(tell, wrong, raw, Settings, path))
        doubtful = _is_doubtful(raw, kept, wrong, before=doubtful)
        if _drop_other_offset(kept, wrong, merged, sources):
            mistakes.append(partial(_stray_offset, path, merged["soak"]["probe"]))
        for name, value in kept.items():
            if isinstance(value, dict):
                merged[name] = {**merged.get(name, {}), **value}
                sources |= dict.fromkeys(((name, key) for key in value), path)
            else:
                merged[name] = value
    try:
        settings = fit(merged, Settings, files[-1] if files else NAME)
    except MisfitError as error:
        mistakes.append(error.tell_all)
        settings, doubtful = Settings(), True
    found = Found(
        settings,
        tuple(mistakes),
        frozenset(unread),
        tuple(forbidden),
        doubtful,
        files,
        sources,
        stamps,
    )
    if _pin_clash(found):
        usual = msgspec.structs.replace(settings, pins=Pins(factory=settings.pins.factory))
        return replace(found, settings=usual, mistakes=(*mistakes, partial(_pin_clash, found)))
    return found


def _must_read_all() -> bool:
    """Whether this process runs for the service, which must be able to read every file."""
    return bool(os.environ.get("STATE_DIRECTORY"))


def _unreadable(error: TomlError, path: Path) -> list[str]:
    if not isinstance(error, ForbiddenError):
        return [str(error)]
    sentence = _(
        "{file} is not the service's to read. Run sudo chgrp cramp-kiosk {file}, then sudo chmod g+r {file}."
    )
    return [sentence.format(file=path)]


def _drop_other_offset(
    kept: dict[str, Any],
    wrong: list[Misfit],
    merged: dict[str, Any],
    sources: dict[tuple[str, str], Path],
) -> bool:
    """Keep an offset only with the probe it was measured for, because a later file may name another probe.

    Drops this file's offset if its probe is wrong, and an earlier file's offset if this one names another
    probe. True: this file has an offset without a probe, while an earlier file names one; the offset is
    dropped.
    """
    soak, before = kept.get("soak", {}), merged.get("soak", {})
    if any(misfit.key[:2] == ("soak", "probe") for misfit in wrong):
        soak.pop("probe_offset", None)
    elif is_stray_offset(soak, before.get("probe", "")):
        del soak["probe_offset"]
        return True
    elif "probe" in soak and soak["probe"] != before.get("probe", Soak().probe):
        before.pop("probe_offset", None)
        sources.pop(("soak", "probe_offset"), None)
    return False


def is_stray_offset(soak: Mapping[str, Any], probe: str) -> bool:
    """Whether this soak section has an offset but no probe, while another file names ``probe``: the offset
    may have been measured for a different one."""
    return bool(probe) and "probe_offset" in soak and "probe" not in soak


def _stray_offset(path: Path, probe: str) -> list[str]:
    sentence = _(
        "{file}: soak.probe_offset does not say which probe it is for, and is not used. If it is for the one "
        'in use, name that beside it: probe = "{probe}"'
    )
    return [sentence.format(file=path, probe=probe)]


def _is_doubtful(raw: dict[str, Any], kept: dict[str, Any], wrong: list[Misfit], *, before: bool) -> bool:
    """Whether the health answers are doubtful after this file; ``before``: whether they were before it."""
    if any(misfit.key[0] == "health" for misfit in wrong):
        return True
    if "conditions" in kept.get("health", {}):
        return False  # a later answer overrides an earlier file
    # Doubtful, too, if answers may be under an unknown heading, or if there are too many mistakes to tell.
    return before or len(wrong) > TOLD or any(_may_be_answer(raw, misfit) for misfit in wrong)


def _may_be_answer(raw: dict[str, Any], misfit: Misfit) -> bool:
    return may_hold_answers(str(misfit.key[-1]), value_at(raw, misfit.key))


def lost_answer(raw: dict[str, Any], after: dict[str, Any], path: Path) -> str:
    """A sentence if replacing the tables ``raw`` of a file by ``after`` would delete what may be a misplaced
    health answer, and with it the doubt. "" if not, or if ``after`` has the answers in their place."""
    kept, still = clean(after, Settings)
    if "conditions" in kept.get("health", {}):
        return ""
    _kept, wrong = clean(raw, Settings)
    there = set(still)
    for misfit in wrong:
        if misfit not in there and (len(wrong) > TOLD or _may_be_answer(raw, misfit)):
            return tell([misfit], raw, Settings, path)[0]
    return ""


#: Parts whose pin the owner may choose. The probe's pin is set in config.txt (w1-gpio).
_MOVABLE = tuple(name for name in Wiring.__struct_fields__ if name != "probe")
if unset := set(_MOVABLE) - set(Pins.__struct_fields__):
    raise TypeError(f"no setting for the pin of: {', '.join(unset)}")


def wiring(pins: Pins) -> Wiring:
    """The BCM pin of each part according to the settings."""
    return Wiring(**{name: getattr(pins, name) for name in _MOVABLE})


def _pin_clash(found: Found) -> list[str]:
    """A sentence if two parts have the same pin; otherwise empty."""
    taken = {ONE_WIRE: _("the probe")}
    # Pins at their default come first, so that the sentence names the setting that was changed.
    for name in sorted(_MOVABLE, key=lambda each: ("pins", each) in found.sources):
        number = getattr(found.settings.pins, name)
        if number in taken:
            sentence = _(
                "{file}: pins.{name} is {number}, which belongs to {other}; the usual pins are used. "
                "Take a pin from 2 to 27 that nothing else uses. Example: {name} = {usual}"
            )
            usual = getattr(Pins(), name)
            text = sentence.format(
                file=found.source("pins", name), name=name, number=number, other=taken[number], usual=usual
            )
            return [text]
        taken[number] = f"pins.{name}"
    return []


def check(found: Found, techniques: Sequence[Technique]) -> list[str]:
    """A sentence for each unknown technique in the settings, and for each choice that its technique does not
    allow."""
    known = {technique.id: technique for technique in techniques}
    night = found.settings.night
    problems: dict[Path, list[Callable[[], str]]] = {}
    for key, names in (
        ("techniques", night.techniques),
        ("left_out", night.left_out),
        ("choice", tuple(night.choice)),
    ):
        file = found.source("night", key)
        place = f"night.{key}"
        problems.setdefault(file, []).extend(
            partial(_no_technique, file, name, place, list(known)) for name in names if name not in known
        )
    file = found.source("night", "choice")
    for name, chosen in night.choice.items():
        if name in known:
            problems[file] += _choice_mistakes(file, name, chosen, known[name])
    return [sentence for file, wrong in problems.items() for sentence in at_most(wrong, file)]


def _no_technique(file: Path, name: str, key: str, known: list[str]) -> str:
    if may_tell(name):
        return untold(file, key, known)
    return unknown(file, _("{name} in {key}").format(name=in_short(name, 60), key=key), name, known)


def _choice_mistakes(file: Path, name: str, chosen: Chosen, technique: Technique) -> list[Callable[[], str]]:
    """A sentence for each value of a choice that no step or block allows. (The night uses the nearest allowed
    one.)"""
    holds = [step.range for block in technique.block for step in block.step if step.cue is Cue.HOLD]
    sides = (
        ("hold", chosen.hold, [each for each in holds if each is not None]),
        ("rounds", chosen.rounds, [block.bounds for block in technique.block]),
    )
    sentence = _(
        "{file}: night.choice.{name}.{key} is {value}; its source allows {low} to {high}. "
        "Example: {name} = {{ {key} = {low} }}"
    )
    return [
        partial(
            sentence.format,
            file=file,
            name=name,
            key=key,
            value=value,
            low=min(r[0] for r in ranges),
            high=max(r[1] for r in ranges),
        )
        for key, value, ranges in sides
        if value is not None and ranges and not any(low <= value <= high for low, high in ranges)
    ]


def to_rules(settings: Settings, techniques: Sequence[Technique]) -> Rules:
    """The settings in the form that ``core`` uses: techniques in the owner's order, times of day as
    minutes."""
    order = {name: place for place, name in enumerate(settings.night.techniques)}
    choices = settings.night.choice.items()
    return Rules(
        techniques=tuple(sorted(techniques, key=lambda each: order.get(each.id, len(order)))),
        left_out=frozenset(settings.night.left_out),
        choices={name: Choice(chosen.hold, chosen.rounds) for name, chosen in choices},
        conditions=frozenset(settings.health.conditions),
        profile_asked=settings.health.asked,
        soak_allowed=settings.soak.allowed,
        soak_minutes=settings.soak.minutes,
        side=settings.night.side,
        volume=settings.sound.volume,
        passive_buzzer=settings.sound.buzzer is Buzzer.PASSIVE,
        theme=settings.screen.theme,
        text_size=settings.screen.text_size,
        glow=settings.screen.glow,
        motion=settings.screen.motion,
        asleep_clock=settings.screen.asleep_clock,
        rotate=settings.screen.rotate,
        probe=settings.soak.probe,
        probe_offset=settings.soak.probe_offset,
        quiet_from=_minutes(settings.sound.quiet_from),
        quiet_to=_minutes(settings.sound.quiet_to),
    )


def _minutes(clock: str) -> int:
    """Minutes after midnight."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
