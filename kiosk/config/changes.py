"""What is changed on the screen: one setting at a time, and written so that all else in the file stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from kiosk.config.defaults import file_text
from kiosk.config.schema import Health, Settings
from kiosk.config.settings import SettingsError, is_stray_offset, lost_answer
from kiosk.config.tomlfile import MOST, TomlError, parse, read_text, write
from kiosk.config.tomltypes import MisfitError, clean, fit
from kiosk.config.tomlwords import unknown
from kiosk.core.rules import Condition, Glow, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Side
from kiosk.files import read_file, replace_file
from kiosk.i18n import _

_CYCLES: dict[str, tuple[str, type[StrEnum]]] = {
    "glow": ("screen", Glow),
    "volume": ("sound", Volume),
    "theme": ("screen", Theme),
    "side": ("night", Side),
    "text_size": ("screen", TextSize),
}


#: What a change is written to: sections and keys.
_WRITTEN: dict[str, tuple[tuple[str, str], ...]] = {
    **{key: ((section, key),) for key, (section, _kind) in _CYCLES.items()},
    "technique": (("night", "left_out"),),
    "earlier": (("night", "techniques"),),
    "condition": (("health", "conditions"), ("health", "asked")),
    "yes": (("health", "conditions"), ("health", "asked")),
    "probe": (("soak", "probe"), ("soak", "probe_offset")),
    "probe_offset": (("soak", "probe"), ("soak", "probe_offset")),
    "calibration": (("touch", "calibration"),),
}


def change(settings: Settings, key: str, value: str = "", techniques: Sequence[str] = ()) -> Settings:
    """The settings after a tap on ``key``; everything else stays.

    ``glow``, ``volume``, ``theme``, ``side``, ``text_size``: to ``value``, or to the next one if empty.
    ``technique``: the one with this id on or off, or as ``"walk=on"`` and ``"walk=off"`` say.
    ``earlier``: it moves one place up among ``techniques``, the ids in the order now in force.
    ``condition``: ``"numb=yes"`` or ``"numb=no"``; the last condition answered means all were asked.
    ``yes``: this condition, without a word about the others.
    ``probe``: the water's is the one with this number; another one begins without an offset.
    ``probe_offset``: to ``value``, degrees Celsius.
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
        name, _equals, wanted = value.partition("=")
        out = settings.night.left_out
        rest = tuple(each for each in out if each != name)
        on = wanted == "on" if wanted else name in out
        return _with(settings, "night", "left_out", rest if on else (*rest, name))
    if key == "earlier":
        return _with(settings, "night", "techniques", _earlier(settings, techniques, value))
    if key == "condition":
        return _answer(settings, value)
    if key == "yes":
        there = {*settings.health.conditions, value}
        return _with(settings, "health", "conditions", tuple(each for each in Condition if each in there))
    if key == "probe":
        new = settings if value == settings.soak.probe else _with(settings, "soak", "probe_offset", 0.0)
        return _measured(new, "soak", key, value)
    if key == "probe_offset":
        return _measured(settings, "soak", key, _number(value))
    if key == "calibration":
        return _measured(settings, "touch", key, tuple(_number(each) for each in value.split()))
    raise SettingsError(unknown(_name(), key, key, list(_WRITTEN)))


@dataclass(frozen=True)
class Change:
    """A change as it was meant, so that it can be made again where the settings are others by now: somebody
    wrote to their file. ``key``, ``value``, ``techniques`` as in ``change``."""

    key: str
    value: str
    techniques: tuple[str, ...] = ()
    probe: str | None = None
    """the one that an offset was measured for; None: whichever"""

    def is_for(self, settings: Settings) -> bool:
        """Whether it changes these: another probe's offset does not."""
        return self.probe is None or settings.soak.probe == self.probe

    def on(self, settings: Settings) -> Settings:
        """The settings after it."""
        if not self.is_for(settings):
            return settings
        return change(settings, self.key, self.value, self.techniques)


def meant(settings: Settings, key: str, value: str, techniques: Sequence[str]) -> Change:
    """What a tap means that is ``change``'s: not the next value but which one. Raises ``SettingsError``."""
    after = change(settings, key, value, techniques)
    if key in _CYCLES:
        section, _kind = _CYCLES[key]
        value = getattr(getattr(after, section), key).value
    elif key == "technique":
        value = f"{value}={'off' if value in after.night.left_out else 'on'}"
    probe = settings.soak.probe if key == "probe_offset" else None
    return Change(key, value, tuple(techniques), probe)


def replay(settings: Settings, changes: Sequence[Change]) -> Settings:
    """The settings after these changes."""
    for each in changes:
        settings = each.on(settings)
    return settings


def _name() -> str:
    """What is named in place of a file."""
    return _("a change of the settings")


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
        fit({section: {key: value}}, Settings, _name())
    except MisfitError as error:
        raise SettingsError(str(error)) from error
    return _with(settings, section, key, value)


def _earlier(settings: Settings, known: Sequence[str], name: str) -> tuple[str, ...]:
    """Techniques that are not known now, as their file is wrong, keep their place."""
    if name not in known:
        raise SettingsError(_unknown(name, "night.techniques", list(known)))
    order = list(dict.fromkeys((*settings.night.techniques, *known)))
    place = order.index(name)
    before = [each for each in order[:place] if each in known]
    if before:
        order.insert(order.index(before[-1]), order.pop(place))
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


def _unknown(name: str, key: str, known: list[str]) -> str:
    return unknown(_name(), _("{name} in {key}").format(name=name, key=key), name, known)


def save(changes: Sequence[Change], path: Path, settings: Settings, *, anew: bool = False) -> None:
    """Make these changes in the user's own file; everything else in it stays, mistakes too.

    What they change is what the file says, or ``settings`` where it says nothing. Whole or not at all, see
    ``tomlfile.write``. A file that somebody wrote by hand is copied to ``config.toml.old`` first, as comments
    are not kept. Raises ``SettingsError``; also if the file cannot be understood, as what it says about
    someone's health would be lost, if a change would write over what may say it, or if what is written could
    not be read again. ``anew``: those answers are among ``changes``, all of them, so that such a file is set
    aside and begun anew.
    """
    try:
        raw, by_hand = _before(path, anew=anew)
        after = _as_told(raw, settings, [place for each in changes for place in _WRITTEN[each.key]], path)
        written: dict[tuple[str, str], None] = {}
        for each in changes:
            if each.is_for(after):
                after = each.on(after)
                written |= dict.fromkeys(_WRITTEN[each.key])
        new = dict(raw)
        for section in dict.fromkeys(section for section, _key in written):
            values = {key: getattr(getattr(after, section), key) for each, key in written if each == section}
            if not values.get("probe", True):
                del values["probe"]  # none is named, so that this machine's file may name one
            there = raw.get(section)
            # answers about health are all there is of them: beside them nothing is left in doubt
            kept = there if isinstance(there, dict) and section != "health" else {}
            new[section] = {**kept, **msgspec.to_builtins(values)}
        if sentence := lost_answer(raw, new, path):
            raise _unmended(sentence)
        text = _readable(file_text(new), path)
        if by_hand:
            _keep_old(path)
        write(path, text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(
            _("{file} cannot be written: {reason}.").format(file=path, reason=reason)
        ) from error


def _before(path: Path, *, anew: bool) -> tuple[dict[str, Any], bool]:
    """The tables of the file as it is, and whether somebody wrote it by hand."""
    try:
        text = read_text(path)
        raw = parse(text, path)
    except FileNotFoundError:
        return {}, False
    except TomlError as error:
        if anew:
            return {}, True
        raise _unmended(error) from error
    return raw, text != file_text(raw)


def _unmended(reason: object) -> SettingsError:
    sentence = _("What is changed cannot be saved before this is mended. {reason}")
    return SettingsError(sentence.format(reason=reason))


def _as_told(
    raw: dict[str, Any], settings: Settings, places: Iterable[tuple[str, str]], path: Path
) -> Settings:
    """The settings with what these tables say at ``places``: it may be newer than what is in force."""
    kept, _wrong = clean(raw, Settings)
    told = fit(kept, Settings, path)
    if is_stray_offset(kept.get("soak", {}), settings.soak.probe):
        del kept["soak"]["probe_offset"]
    for section, key in places:
        if key in kept.get(section, {}):
            settings = _with(settings, section, key, getattr(getattr(told, section), key))
    return settings


def _readable(text: str, path: Path) -> str:
    """The text, if it can be read again: ours is longer than a tight one, and may go deeper."""
    try:
        if len(text.encode()) <= MOST:
            parse(text, path)
            return text
    except TomlError:
        pass
    sentence = _(
        "What is changed cannot be saved: {file} would get too long, or too deep, to be read again. Take out "
        "of it what is not needed."
    )
    raise SettingsError(sentence.format(file=path))


def _keep_old(path: Path) -> None:
    found = read_file(path, MOST + 1)
    if len(found) > MOST:
        raise SettingsError(
            _("{file} is too long to be kept beside a new one; move it away.").format(file=path)
        )
    replace_file(path.with_name(f"{path.name}.old"), found)
