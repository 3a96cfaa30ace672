"""What the owner may change: one typed tree, read from TOML, written back whole.

``/etc/cramp-kiosk/config.toml`` comes first, then the user's own file; the later one wins key by key.
A mistake costs the one value it is in, never the file, and never the night.
"""

import shutil
import textwrap
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from kiosk.core.rules import Condition, Glow, Rules, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Cue, Side, Technique
from kiosk.core.timeline import Choice
from kiosk.settings_tree import (
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
from kiosk.tomlfile import (
    SYSTEM,
    Key,
    MisfitError,
    TomlError,
    emit,
    fit,
    own_folder,
    read,
    unknown,
    value_at,
    wanted,
    write,
)
from kiosk.words import N_, _

__all__ = [
    "Buzzer",
    "Chosen",
    "Diary",
    "Display",
    "Factory",
    "Health",
    "Night",
    "Pins",
    "Screen",
    "Settings",
    "SettingsError",
    "Soak",
    "Sound",
    "Touch",
    "change",
    "changes_text",
    "check",
    "defaults_text",
    "load",
    "places",
    "save",
    "to_rules",
]

NAME = "config.toml"
ONE_WIRE = 4
"""the probe's pin; the kernel owns it"""


class SettingsError(Exception):
    """A setting that cannot be changed or written; says which, and what to do."""


#: When the health answers cannot be read: all of them. Fewer steps for a night harm less than a wrong one.
CAREFUL = Health(conditions=tuple(Condition))


def places() -> tuple[Path, Path]:
    """Where settings are: this machine's, then the user's own, which the screen writes."""
    return SYSTEM / NAME, own_folder() / NAME


def load(where: Sequence[Path] | None = None) -> tuple[Settings, tuple[str, ...]]:
    """The settings in force, and what is wrong with their files, a sentence each.

    ``where``: the files, weakest first, ``places()`` if None; a missing one is fine. A value that does
    not belong is dropped alone. If a file, or its health section, cannot be understood, the device is
    careful: it acts as if every condition were there.
    """
    settings, problems, doubtful = _merge(places() if where is None else where)
    if doubtful:
        settings = msgspec.structs.replace(settings, health=CAREFUL)
    return settings, tuple(problems)


def _merge(where: Sequence[Path]) -> tuple[Settings, list[str], bool]:
    """The files as one; what is wrong with them; whether the health answers are in doubt."""
    merged: dict[str, Any] = {}
    problems: list[str] = []
    doubtful = False
    for path in where:
        try:
            raw = read(path)
        except FileNotFoundError:
            continue
        except TomlError as error:
            problems.append(str(error))
            doubtful = True
            continue
        wrong = _drop_misfits(raw, path)
        problems += map(str, wrong)
        if any(each.key[0] == "health" for each in wrong):
            doubtful = True
        elif "conditions" in raw.get("health", {}):
            doubtful = False  # a later answer settles what an earlier file left open
        merged = {
            name: {**merged.get(name, {}), **value} if isinstance(value, dict) else value
            for name, value in {**merged, **raw}.items()
        }
    settings = msgspec.convert(merged, Settings)
    if clash := _pin_clash(settings.pins):
        problems.append(clash)
        settings = msgspec.structs.replace(settings, pins=Pins(factory=settings.pins.factory))
    return settings, problems, doubtful


def _drop_misfits(raw: dict[str, Any], path: Path) -> list[MisfitError]:
    """Take every value out of ``raw`` that does not belong there."""
    found: list[MisfitError] = []
    while True:
        try:
            fit(raw, Settings, path)
        except MisfitError as wrong:
            found.append(wrong)
            _remove(raw, wrong.key)
        else:
            return found


def _remove(raw: Any, key: Key) -> None:
    del value_at(raw, key[:-1])[key[-1]]  # type: ignore[attr-defined]


def _pin_clash(pins: Pins) -> str:
    taken = {ONE_WIRE: _("the probe")}
    for name in ("button", "lamp", "buzzer"):
        number = getattr(pins, name)
        if number in taken:
            sentence = _(
                "settings: pins.{name} is {number}, which belongs to {other}; the usual pins are used."
            )
            return sentence.format(name=name, number=number, other=taken[number])
        taken[number] = f"pins.{name}"
    return ""


def check(settings: Settings, techniques: Sequence[Technique]) -> list[str]:
    """What the settings say about techniques that there are not, or that they cannot do."""
    known = {technique.id: technique for technique in techniques}
    night = settings.night
    problems = [
        _unknown(name, key, list(known))
        for key, names in (
            ("night.techniques", night.techniques),
            ("night.left_out", night.left_out),
            ("night.choice", tuple(night.choice)),
        )
        for name in names
        if name not in known
    ]
    for name, chosen in night.choice.items():
        if name in known:
            problems += _beyond(name, chosen, known[name])
    return problems


def _unknown(name: str, key: str, known: list[str]) -> str:
    return unknown(_("settings"), _("{name} in {key}").format(name=name, key=key), name, known)


def _beyond(name: str, chosen: Chosen, technique: Technique) -> list[str]:
    """What of a choice no step or block of the technique allows; it would be bent to the nearest."""
    holds = [step.range for block in technique.block for step in block.step if step.cue is Cue.HOLD]
    sides = (
        ("hold", chosen.hold, [each for each in holds if each is not None]),
        ("rounds", chosen.rounds, [block.bounds for block in technique.block]),
    )
    sentence = _("settings: night.choice.{name}.{key} is {value}; its source allows {low} to {high}.")
    return [
        sentence.format(
            name=name, key=key, value=value, low=min(r[0] for r in ranges), high=max(r[1] for r in ranges)
        )
        for key, value, ranges in sides
        if value is not None and ranges and not any(low <= value <= high for low, high in ranges)
    ]


def to_rules(settings: Settings, techniques: Sequence[Technique]) -> Rules:
    """The settings as the night needs them: techniques in the owner's order, times as numbers."""
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


_CYCLES: dict[str, tuple[str, type[StrEnum]]] = {
    "glow": ("screen", Glow),
    "volume": ("sound", Volume),
    "theme": ("screen", Theme),
    "side": ("night", Side),
    "text_size": ("screen", TextSize),
}


def change(settings: Settings, key: str, value: str = "", techniques: Sequence[str] = ()) -> Settings:
    """The settings after a tap on ``key``; everything else stays.

    ``glow``, ``volume``, ``theme``, ``side``, ``text_size``: to ``value``, or to the next one if empty.
    ``technique``: the one with this id on or off. ``earlier``: it moves one place up among
    ``techniques``, the ids in the order now in force. ``condition``: ``"numb=yes"`` or ``"numb=no"``;
    the last condition answered means all were asked. ``probe``: the water's is the one with this number;
    another one begins without an offset. ``probe_offset``: to ``value``, degrees Celsius.
    ``calibration``: the touch panel's, to ``value``, six numbers.
    Raises ``SettingsError``.
    """
    if key in _CYCLES:
        section, kind = _CYCLES[key]
        members = [each.value for each in kind]
        now = getattr(getattr(settings, section), key)
        chosen = value or members[(members.index(now) + 1) % len(members)]
        if chosen not in members:
            raise SettingsError(_unknown(chosen, key, members))
        return _with(settings, section, key, kind(chosen))
    if key == "technique":
        out = settings.night.left_out
        rest = tuple(each for each in out if each != value)
        return _with(settings, "night", "left_out", rest if value in out else (*out, value))
    if key == "earlier":
        return _with(settings, "night", "techniques", _earlier(list(techniques), value))
    if key == "condition":
        return _answer(settings, value)
    if key == "probe":
        new = settings if value == settings.soak.probe else _with(settings, "soak", "probe_offset", 0.0)
        return _measured(new, "soak", key, value)
    if key == "probe_offset":
        return _measured(settings, "soak", key, _number(value))
    if key == "calibration":
        return _measured(settings, "touch", key, tuple(_number(each) for each in value.split()))
    known = [*_CYCLES, "technique", "earlier", "condition", "probe", "probe_offset", "calibration"]
    raise SettingsError(unknown(_("settings"), key, key, known))


def _with(settings: Settings, section: str, key: str, value: object) -> Settings:
    changed = msgspec.structs.replace(getattr(settings, section), **{key: value})
    return msgspec.structs.replace(settings, **{section: changed})


def _number(value: str) -> object:
    """As a number; what is none is left for ``fit`` to name."""
    try:
        return float(value)
    except ValueError:
        return value


def _measured(settings: Settings, section: str, key: str, value: object) -> Settings:
    try:
        fit({section: {key: value}}, Settings, _("settings"))
    except MisfitError as error:
        raise SettingsError(str(error)) from error
    return _with(settings, section, key, value)


def _earlier(order: list[str], name: str) -> tuple[str, ...]:
    if name not in order:
        raise SettingsError(_unknown(name, "night.techniques", order))
    place = order.index(name)
    order.insert(max(0, place - 1), order.pop(place))
    return tuple(order)


def _answer(settings: Settings, value: str) -> Settings:
    names = [each.value for each in Condition]
    name, _equals, answer = value.partition("=")
    answers = [f"{each}={given}" for each in names for given in ("yes", "no")]
    if value not in answers:
        raise SettingsError(_unknown(value, "health.conditions", answers))
    there = {*settings.health.conditions} - {Condition(name)} | (
        {Condition(name)} if answer == "yes" else set()
    )
    health = Health(
        conditions=tuple(each for each in Condition if each in there),
        asked=settings.health.asked or name == names[-1],
    )
    return msgspec.structs.replace(settings, health=health)


_TOP = N_(
    "All settings with their defaults. Keep the lines that you change: in /etc/cramp-kiosk/config.toml "
    "for this machine, in your own config.toml for yourself. A later file wins key by key."
)
_SAVED = N_("Written by the kiosk when a setting is changed on its screen. Comments are not kept.")


def save(settings: Settings, path: Path, base: Settings | None = None) -> None:
    """Write what differs from ``base`` (this machine's settings if None) to the user's own file.

    Whole or not at all, see ``tomlfile.write``. A file with mistakes is copied to ``config.toml.old``
    first, so that nothing its owner wrote is lost. Raises ``SettingsError``.
    """
    below = _merge([SYSTEM / NAME])[0] if base is None else base
    try:
        if path.exists() and load([path])[1]:
            shutil.copy2(path, path.with_name(f"{path.name}.old"))
        write(path, changes_text(settings, below))
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(
            _("{file} cannot be written: {reason}.").format(file=path, reason=reason)
        ) from error


def changes_text(settings: Settings, base: Settings) -> str:
    """The keys in which ``settings`` differs from ``base``, as a TOML file."""
    lines = [f"# {_(_SAVED)}"]
    if settings.language != base.language:
        lines.append(f"language = {emit(settings.language)}")
    for section in _sections():
        now, then = getattr(settings, section), getattr(base, section)
        keys = [key for key in now.__struct_fields__ if getattr(now, key) != getattr(then, key)]
        if keys:
            lines += ["", f"[{section}]", *(f"{key} = {emit(getattr(now, key))}" for key in keys)]
    return "\n".join(lines) + "\n"


def defaults_text() -> str:
    """Every setting with its default, its meaning and what it may be, as a TOML file to start from."""
    settings = Settings()
    lines = [*_comment(_(_TOP)), "", *_documented(settings, "language")]
    for name in _sections():
        section = getattr(settings, name)
        lines += ["", f"[{name}]"]
        for key in section.__struct_fields__:
            lines += ["", *_documented(section, key)]
    return "\n".join(lines) + "\n"


def _sections() -> tuple[str, ...]:
    return Settings.__struct_fields__[1:]


def _documented(table: msgspec.Struct, key: str) -> list[str]:
    type_ = get_type_hints(type(table), include_extras=True)[key]
    about = next(meta.description for meta in type_.__metadata__ if meta.description)
    values = wanted(inspect.type_info(type_))
    told = _("{meaning} Allowed: {values}.").format(meaning=_(about), values=values)
    return [*_comment(told), f"{key} = {emit(getattr(table, key))}"]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 96, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
