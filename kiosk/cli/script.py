"""A scripted night as a TOML file: a list of events with their times. ``rehearsal`` plays it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from kiosk.config.tomlfile import read
from kiosk.config.tomltypes import fit
from kiosk.config.tomlwords import at_most, one_of, shown
from kiosk.core.errors import KioskError
from kiosk.core.events import Act, ButtonName, ProbeError
from kiosk.core.technique import SECOND, Ms
from kiosk.files import asset
from kiosk.i18n import _

#: What ``probe`` may be in a script: "ok", a probe that repeats its last reading, or an error.
FROZEN = "frozen"
PROBE_STATES = ("ok", FROZEN, *ProbeError)

#: h:mm:ss.mmm, m:ss or s. Two digits bound a rehearsal to 99 hours.
_AT = re.compile(r"(?:(?:([0-9]{1,2}):)?([0-9]{1,2}):)?([0-9]{1,2})(?:\.([0-9]{1,3}))?")


class ScriptError(KioskError):
    """The script is wrong; the text says where and why, one line for each mistake."""


Time = Annotated[str, msgspec.Meta(examples=["0:10:05"])]
Celsius = Annotated[float, msgspec.Meta(ge=-10, le=100, examples=[38.5])]


class Moment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One event of a script: exactly one of ``press``, ``tap``, ``water``, ``probe``, ``crash``.

    ``at``: time after the start, as "h:mm:ss.mmm", "m:ss" or "s". ``press``: seconds a button is held down;
    ``button``: which one, by default the big one.
    ``tap``: an act ("gone", "anywhere"), with ``number`` or ``key`` if the act needs one.
    ``water``: degrees Celsius, reached linearly in ``over`` seconds; then it cools as a foot bath does.
    ``probe``: "ok", "frozen" (it repeats its last reading), or a ``ProbeError``.
    ``crash``: power returns, and the diary holds an open night that began this many minutes ago.
    """

    at: Time
    press: Annotated[float, msgspec.Meta(ge=0.01, le=60, examples=[0.2])] | None = None
    button: ButtonName = ButtonName.BIG
    tap: Act | None = None
    number: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    key: str = ""
    water: Celsius | None = None
    over: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0
    probe: str = ""
    crash: Annotated[float, msgspec.Meta(ge=0.01, le=60)] | None = None


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A night: its events, and the time ``until`` which it is played. ``room``: temperature of the room in
    degrees Celsius; the water starts at it and cools towards it."""

    title: Annotated[str, msgspec.Meta(examples=["A short night"])]
    until: Time
    room: Celsius = 20.5
    moment: tuple[Moment, ...] = ()


def parse_time(text: str) -> Ms:
    """Time in ms: "1:02:03.5" -> 3_723_500. Raises ``ScriptError``."""
    match = _AT.fullmatch(text)
    if match is None:
        sentence = _('{text} is no time of at most 99 hours; write h:mm:ss, m:ss or s. Example: "0:10:05"')
        raise ScriptError(sentence.format(text=shown(text)))
    hours, minutes, seconds, part = match.groups()
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)
    return whole * SECOND + int((part or "").ljust(3, "0"))


def clock_text(at: Ms) -> str:
    """Time in ms as text: 3_723_500 -> "1:02:03.500"."""
    return f"{at // 3_600_000}:{at // 60_000 % 60:02}:{at // 1000 % 60:02}.{at % 1000:03}"


def shipped() -> dict[str, Path]:
    """The shipped scripts: name -> path."""
    return {path.stem: path for path in sorted(asset("rehearsals").glob("*.toml"))}


def load(path: Path) -> Script:
    """Read and check a script. Raises ``ScriptError`` or ``TomlError``, which name file and key, and
    ``FileNotFoundError``."""
    script: Script = fit(read(path), Script, path)
    if wrong := list(_check(script, path)):
        raise ScriptError("\n".join(at_most(wrong, path)))
    return script


def _check(script: Script, path: Path) -> Iterator[str]:
    """A sentence for each mistake that the types cannot express."""
    previous = -1
    for number, moment in enumerate(script.moment, start=1):
        where = _("{file}, moment {number}").format(file=path, number=number)
        given = (moment.press, moment.tap, moment.water, moment.probe or None, moment.crash)
        if sum(one is not None for one in given) != 1:
            sentence = _("{where}: give one of press, tap, water, probe, crash. Example: {example}")
            yield sentence.format(where=where, example="press = 0.2")
        if moment.probe and moment.probe not in PROBE_STATES:
            sentence = _("{where}: probe must be {expected}, but it is {found}. Example: {example}")
            expected, example = one_of(PROBE_STATES), 'probe = "ok"'
            yield sentence.format(where=where, expected=expected, found=shown(moment.probe), example=example)
        try:
            at = parse_time(moment.at)
        except ScriptError as error:
            yield _("{where}: {error}").format(where=where, error=error)
            continue
        if at < previous:
            yield _(
                "{where}: it lies before the moment above it; moments stand in the order of time."
            ).format(where=where)
        previous = max(at, previous)
    try:
        parse_time(script.until)
    except ScriptError as error:
        yield _("{file}, until: {error}").format(file=path, error=error)
