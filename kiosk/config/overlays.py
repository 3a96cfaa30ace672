"""The overlays that config.txt loads, and the pins they take according to ``assets/overlays.toml``."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from kiosk.config import config_txt
from kiosk.config.config_txt import KEYS, Entry
from kiosk.files import asset

#: Values that switch a boolean parameter off.
_OFF = {"off", "no", "n", "false", "0"}

Span = int | tuple[int, int]
"""a BCM pin, or the first and last pin of a range"""


class Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Overlays and the pins they take; the keys are explained in ``assets/overlays.toml``."""

    names: tuple[str, ...]
    sure: str
    pins: tuple[Span, ...] = ()
    moves: Mapping[str, int] = {}
    drops: Mapping[str, tuple[Span, ...]] = {}
    instead: Mapping[str, tuple[Span, ...]] = {}
    adds: Mapping[str, tuple[Span, ...]] = {}
    boards: str = "all"
    shares: tuple[str, ...] = ()
    pwm: bool = False

    def takes(self, line: "Line") -> set[int]:
        """The BCM pins it takes when loaded by this line. A pin moved by a doubtful parameter is counted at
        its default place."""
        given = {name for name, value in line.params.items() if value not in _OFF}
        stated = given | {f"{name}={value}" for name, value in line.params.items()}
        taken = spread(self.pins)
        for name in given & set(self.instead):
            taken = spread(self.instead[name])
        for name in given & set(self.adds):
            taken |= spread(self.adds[name])
        for name in stated & set(self.drops):
            taken -= spread(self.drops[name])
        for name, begins in self.moves.items():
            if number(line.params.get(name, "")) is not None and name not in line.doubtful:
                taken.discard(begins)
        return taken


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of ``assets/overlays.toml``."""

    pin_params: tuple[str, ...]
    board_pin_params: tuple[str, ...]
    hats: tuple[str, ...]
    overlay: tuple[Overlay, ...]
    boards: Mapping[str, str]
    pi5_names: Mapping[str, str]


@cache
def _by_name() -> dict[str, list[Overlay]]:
    rows: dict[str, list[Overlay]] = {}
    for overlay in table().overlay:
        for name in overlay.names:
            rows.setdefault(name, []).append(overlay)
    return rows


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An overlay that config.txt loads, and its parameters. ``name`` is "" for a ``dtparam`` of the board
    itself.

    ``doubtful``: parameters that the firmware may read differently or ignore; it includes "" if that applies
    to the whole line.
    """

    name: str
    params: Mapping[str, str]
    doubtful: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """The line as in config.txt, without parameters that follow on lines of their own."""
        return f"dtoverlay={self.name}" if self.name else ", ".join(f"dtparam={name}" for name in self.params)

    @property
    def is_sure(self) -> bool:
        """Whether the device certainly loads it."""
        return "" not in self.doubtful


@cache
def table() -> Table:
    """The table of overlays that is installed with the product."""
    return msgspec.toml.decode(asset("overlays.toml").read_bytes(), type=Table)


def is_known(name: str) -> bool:
    """Whether the table has an overlay of this name for any board. Then the overlays of ``known`` are all
    there are."""
    return name in _by_name() or table().pi5_names.get(name) in _by_name()


def known(name: str, model: str = "") -> list[Overlay]:
    """The overlays that ``name`` may stand for on a board of this model; "": on any board. May be empty."""
    on_pi5 = table().pi5_names.get(name, name)
    names, boards = {name, on_pi5}, table().boards
    if model:
        names = {on_pi5 if re.search(boards["pi5"], model) else name}
    found = [each for one in sorted(names) for each in _by_name().get(one, [])]
    return [each for each in found if not model or re.search(boards[each.boards], model)]


def spread(spans: tuple[Span, ...]) -> set[int]:
    """All pins of these spans."""
    whole = [(each, each) if isinstance(each, int) else each for each in spans]
    return {pin for first, last in whole for pin in range(first, last + 1)}


def number(value: str) -> int | None:
    """A number as the firmware reads it: decimal, hexadecimal after 0x, octal after 0. None: it is no
    number."""
    if not re.fullmatch(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*", value):
        return None
    base = 16 if value[:2].lower() == "0x" else 8 if value[0] == "0" else 10
    return int(value[:12], base)


def named_pins(line: Line, params: tuple[str, ...]) -> set[int]:
    """The pins given by those of the line's parameters that are in ``params``."""
    values = {number(line.params[name]) for name in params if name in line.params}
    return {pin for pin in values if pin is not None}


def enabled(config: str, model: str = "") -> list[Line]:
    """What config.txt enables: first each ``dtparam`` of the board, then the overlays in their order.

    ``model``: text of ``/proc/device-tree/model``; it decides which filters apply. Lines under a filter that
    cannot be decided (another model if "", a monitor, a pin) are included and marked as doubtful.
    """
    board: _Params = {}
    loaded: list[tuple[str, _Params]] = []
    for entry in config_txt.settings(config):
        key = KEYS.get(entry.key.strip().lower())
        counts = entry.counts(model)
        if counts is False or key is None:
            continue
        sure = counts is True and _is_plain(entry)
        if key == "dtoverlay":
            loaded.append(_overlay(entry.value, sure))
            continue
        params = _params(entry.value, sure)
        board |= params
        if loaded and loaded[-1][0]:  # it may be for that overlay; an empty `dtoverlay=` prevents that
            loaded[-1][1].update(params)
    lines = [_line("", {name: each}) for name, each in board.items() if each[0] not in _OFF]
    return lines + [_line(*each) for each in loaded if each[0]]


_Params = dict[str, tuple[str, bool]]
"""parameter -> (value, whether it is doubtful); the key "" says whether the overlay's name is doubtful"""


def _is_plain(entry: Entry) -> bool:
    """Whether the line is written as in the firmware's documentation, apart from its value."""
    return entry.key in KEYS and not entry.value[:1].isspace() and len(entry.text) <= config_txt.WIDTH


def _overlay(value: str, sure: bool) -> tuple[str, _Params]:
    name, _sign, rest = value.replace(":", ",", 1).partition(",")  # older files have a colon there
    plain = name.partition("#")[0].strip()
    if "#" in name:
        rest = ""
    params = _params(rest, sure)
    if not sure or plain != name:
        params[""] = ("", True)
    return plain, params


def _params(value: str, sure: bool) -> _Params:
    text, remark, _rest = value.partition("#")
    pieces = text.split(",")
    params: _Params = {}
    for at, piece in enumerate(pieces):
        name, _sign, given = (part.strip() for part in piece.partition("="))
        spoilt = bool(re.search(r"\s", piece)) or (bool(remark) and at == len(pieces) - 1)
        if name:
            params[name] = (given or "on", not sure or spoilt)
    return params


def _line(name: str, params: _Params) -> Line:
    doubtful = {key for key, (_value, doubt) in params.items() if doubt}
    if doubtful and not name:
        doubtful.add("")
    values = {key: value for key, (value, _doubt) in params.items() if key}
    return Line(name=name, params=values, doubtful=frozenset(doubtful))


def odd_lines(config: str, model: str = "") -> Iterator[tuple[Entry, str]]:
    """The lines that the firmware may read differently from what their author meant, each with the reason:
    "remark" (a comment after a setting), "space" (spaces or capitals), "long", "include" (another file, which
    is not read)."""
    for entry in config_txt.settings(config):
        if entry.counts(model) is False:
            continue
        if re.match(r"include\s", entry.text):
            yield entry, "include"
        if entry.key.strip().lower() not in KEYS:
            continue
        if "#" in entry.value:
            yield entry, "remark"
        elif entry.key not in KEYS or re.search(r"\s", entry.value):
            yield entry, "space"
        if len(entry.text) > config_txt.WIDTH:
            yield entry, "long"
