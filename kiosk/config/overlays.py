"""What config.txt loads, and the pins which that takes: the overlays as ``assets/overlays.toml`` has them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from kiosk.config import config_txt
from kiosk.config.config_txt import KEYS, Entry
from kiosk.files import asset

_OFF = {"off", "no", "n", "false", "0"}

Span = int | tuple[int, int]
"""a pin, or the first and the last of several"""


class Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Overlays of the firmware and what they take; the keys are explained in ``assets/overlays.toml``."""

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
        """The pins, loaded with these parameters. One whose value is in doubt may be where it begins, too."""
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
    """The whole of ``assets/overlays.toml``."""

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
    """An overlay that config.txt loads (``name`` is empty for the board itself) and its parameters.

    ``doubtful``: the parameters that the firmware may read otherwise, or not at all; "" if that goes for the
    whole line.
    """

    name: str
    params: Mapping[str, str]
    doubtful: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """As it stands in config.txt, parameters that follow on lines of their own left out."""
        return f"dtoverlay={self.name}" if self.name else ", ".join(f"dtparam={name}" for name in self.params)

    @property
    def is_sure(self) -> bool:
        """Whether every device loads it, as far as the line goes."""
        return "" not in self.doubtful


@cache
def table() -> Table:
    """What the product knows about overlays."""
    return msgspec.toml.decode(asset("overlays.toml").read_bytes(), type=Table)


def is_known(name: str) -> bool:
    """Whether there is an overlay of this name on some board; then ``known`` is the whole truth."""
    return name in _by_name() or table().pi5_names.get(name) in _by_name()


def known(name: str, model: str = "") -> list[Overlay]:
    """What an overlay of this name may be on a board of this model, or on any if that is ""."""
    on_pi5 = table().pi5_names.get(name, name)
    names, boards = {name, on_pi5}, table().boards
    if model:
        names = {on_pi5 if re.search(boards["pi5"], model) else name}
    found = [each for one in sorted(names) for each in _by_name().get(one, [])]
    return [each for each in found if not model or re.search(boards[each.boards], model)]


def spread(spans: tuple[Span, ...]) -> set[int]:
    """Every pin of these spans."""
    whole = [(each, each) if isinstance(each, int) else each for each in spans]
    return {pin for first, last in whole for pin in range(first, last + 1)}


def number(value: str) -> int | None:
    """A pin as the firmware reads a number: decimal, 0x hexadecimal, or octal after a 0. None: it is none."""
    if not re.fullmatch(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*", value):
        return None
    base = 16 if value[:2].lower() == "0x" else 8 if value[0] == "0" else 10
    return int(value[:12], base)


def named_pins(line: Line, params: tuple[str, ...]) -> set[int]:
    """The pins that its parameters name."""
    values = {number(line.params[name]) for name in params if name in line.params}
    return {pin for pin in values if pin is not None}


def enabled(config: str, model: str = "") -> list[Line]:
    """What config.txt turns on, in its order: first what ``dtparam`` asks of the board, then the overlays.

    ``model`` is the text of ``/proc/device-tree/model``; it decides which filters hold. What only some
    devices read, or some monitor brings, is there and in doubt.
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
        if loaded and loaded[-1][0]:  # it may be meant for the overlay before it; `dtoverlay=` ends that
            loaded[-1][1].update(params)
    lines = [_line("", {name: each}) for name, each in board.items() if each[0] not in _OFF]
    return lines + [_line(*each) for each in loaded if each[0]]


_Params = dict[str, tuple[str, bool]]
"""each parameter with its value, and whether that is in doubt; under "" whether the overlay's name is"""


def _is_plain(entry: Entry) -> bool:
    """Whether the line is written as the firmware's documentation does, as far as its value."""
    return entry.key in KEYS and not entry.value[:1].isspace() and len(entry.text) <= config_txt.WIDTH


def _overlay(value: str, sure: bool) -> tuple[str, _Params]:
    name, _sign, rest = value.replace(":", ",", 1).partition(",")  # the older sign before the first parameter
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
    """The lines that the firmware may not read as they were meant, each with what is odd: "remark" (behind a
    setting), "space" (around its sign or in it), "long", "include" (another file, which is not looked at)."""
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
