"""Changes of one setting at a time, made on the screen or by ``calibrate``, and written so that the rest of
the file stays as it is."""

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

#: Settings that a tap moves to the next value: key -> section and its values.
_CYCLES: dict[str, tuple[str, type[StrEnum]]] = {
    "glow": ("screen", Glow),
    "volume": ("sound", Volume),
    "theme": ("screen", Theme),
    "side": ("night", Side),
    "text_size": ("screen", TextSize),
}


#: The (section, key) pairs of the file that a change writes.
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
    """The settings with one of them changed. ``key`` says which one, and what ``value`` is:

    ``glow``, ``volume``, ``theme``, ``side``, ``text_size``: the new value; "": the next one in order.
    ``technique``: an id, to switch it on or off; or "walk=on", "walk=off", to set it.
    ``earlier``: an id, to move it one place up in ``techniques``, which are all ids in the order in force.
    ``condition``: "numb=yes" or "numb=no"; an answer to the last condition means that all were asked.
    ``yes``: a condition that is present; nothing is said about the others.
    ``probe``: number of the water's probe; for another probe than before the offset becomes 0.
    ``probe_offset``: degrees Celsius, -1.0 to 1.0.
    ``calibration``: six numbers, separated by spaces.

    Raises ``SettingsError`` for an unknown ``key`` and for a value that is not allowed.
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
    """A change with an absolute value, so that it can be applied again if the file was edited meanwhile.
    ``key``, ``value``, ``techniques`` as for ``change``."""

    key: str
    value: str
    techniques: tuple[str, ...] = ()
    probe: str | None = None
    """number of the probe that an offset was measured for; None: the change is no offset"""

    def is_for(self, settings: Settings) -> bool:
        """Whether it applies to ``settings``: an offset does not if they name another probe."""
        return self.probe is None or settings.soak.probe == self.probe

    def on(self, settings: Settings) -> Settings:
        """The settings with this change; unchanged if it does not apply. Raises ``SettingsError``."""
        if not self.is_for(settings):
            return settings
        return change(settings, self.key, self.value, self.techniques)


def meant(settings: Settings, key: str, value: str, techniques: Sequence[str]) -> Change:
    """The ``Change`` for these arguments of ``change``: "the next value" becomes that value. Raises
    ``SettingsError``."""
    after = change(settings, key, value, techniques)
    if key in _CYCLES:
        section, _kind = _CYCLES[key]
        value = getattr(getattr(after, section), key).value
    elif key == "technique":
        value = f"{value}={'off' if value in after.night.left_out else 'on'}"
    probe = settings.soak.probe if key == "probe_offset" else None
    return Change(key, value, tuple(techniques), probe)


def replay(settings: Settings, changes: Sequence[Change]) -> Settings:
    """The settings with these changes applied in order. Raises ``SettingsError``."""
    for each in changes:
        settings = each.on(settings)
    return settings


def _name() -> str:
    """Stands in sentences where the name of the file would be."""
    return _("a change of the settings")


def _with(settings: Settings, section: str, key: str, value: object) -> Settings:
    changed = msgspec.structs.replace(getattr(settings, section), **{key: value})
    return msgspec.structs.replace(settings, **{section: changed})


def _number(value: str) -> object:
    """``value`` as a float; unchanged if it is none, so that ``fit`` reports it."""
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
    """The order with ``name`` one place earlier among the ``known`` ones. Unknown techniques (their file may
    be wrong only now) keep their place."""
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
    """Apply ``changes`` to the file ``path``; everything else in it stays, mistakes too.

    They are applied to the values in the file, or to those of ``settings`` where it has none. The file is
    replaced atomically (``tomlfile.write``). One that was written by hand is copied to ``config.toml.old``
    first, because comments are lost.

    Raises ``SettingsError`` if the file cannot be read, parsed or written, if a change would overwrite what
    may be a health answer, or if the result could not be read again. ``anew``: ``changes`` have all health
    answers, so that a file that cannot be parsed is set aside and a new one is started.
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
                del values["probe"]  # no number: the system's file may name one
            there = raw.get(section)
            # The health section is replaced as a whole: a mistake left in it would keep the answers doubtful.
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
    """The tables of the file now, and whether it was written by hand."""
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
    """The settings with the values of ``raw`` at ``places``, which may be newer than those in force."""
    kept, _wrong = clean(raw, Settings)
    parsed = fit(kept, Settings, path)
    if is_stray_offset(kept.get("soak", {}), settings.soak.probe):
        del kept["soak"]["probe_offset"]
    for section, key in places:
        if key in kept.get(section, {}):
            settings = _with(settings, section, key, getattr(getattr(parsed, section), key))
    return settings


def _readable(text: str, path: Path) -> str:
    """``text``, if it can be read again: our formatting may be longer or nest deeper than the original.
    Raises ``SettingsError``."""
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
