"""Settings as TOML text: the commented list of all defaults, and the file that the kiosk writes."""

import textwrap
from collections.abc import Mapping
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from kiosk.config.schema import Settings
from kiosk.config.tomlfile import emit, emit_key
from kiosk.config.tomlwords import wanted
from kiosk.i18n import N_, _

_TOP = N_(
    "All settings with their defaults. Keep the lines that you change: in /etc/cramp-kiosk/config.toml "
    "for this machine, in your own config.toml for yourself. A later file wins key by key."
)
_SAVED = N_(
    "Written by the kiosk when a setting is changed on its screen, which keeps no comments: a file that "
    "somebody wrote is kept as config.toml.old."
)


def file_text(raw: Mapping[str, Any]) -> str:
    """The text of a settings file with the values ``raw``, which may include mistakes: they are kept."""
    tables = {name: value for name, value in raw.items() if isinstance(value, dict)}
    lines = [*_comment(_(_SAVED))]
    lines += [f"{emit_key(name)} = {emit(value)}" for name, value in raw.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{emit_key(name)}]", *(f"{emit_key(key)} = {emit(table[key])}" for key in table)]
    return "\n".join(lines) + "\n"


def defaults_text() -> str:
    """Every setting with its meaning, allowed values and default, as a TOML file to start from."""
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
    comment = _("{meaning} Allowed: {values}.").format(meaning=_(about), values=values)
    return [*_comment(comment), f"{key} = {emit(getattr(table, key))}"]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 96, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
