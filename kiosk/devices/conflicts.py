"""What else this Raspberry Pi uses its pins for, and where that is in the way of our parts.

Reads no file but the product's own list of add-ons; the caller brings the text of ``config.txt``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from kiosk.devices.pins import Pins
from kiosk.files import asset
from kiosk.words import N_, _

#: What a line that takes one of our pins costs, for each part: whole sentences, to be translated whole.
_TAKEN = {
    "button": N_(
        "config.txt: {line} takes GPIO{pin}, the button's: presses will be missed. "
        "Give it another pin, or take the line out."
    ),
    "lamp": N_(
        "config.txt: {line} takes GPIO{pin}, the lamp's: it will not show hold and let go. "
        "Give it another pin, or take the line out."
    ),
    "buzzer": N_(
        "config.txt: {line} takes GPIO{pin}, the buzzer's: tones will be missing. "
        "Give it another pin, or take the line out."
    ),
    "probe": N_(
        "config.txt: {line} takes GPIO{pin}, the water probe's: it cannot be read. "
        "Give it another pin, or take the line out."
    ),
}

#: Parameters by which overlays that are not in the list name a pin.
_PIN_PARAMS = ("gpio", "gpiopin", "gpio_pin", "fan_gpio")

_MODELS = {
    "pi0": r"Pi Zero", "pi0w": r"Pi Zero (2 )?W", "pi02": r"Pi Zero 2", "pi1": r"Pi Model|Pi 1",
    "pi2": r"Pi 2", "pi3": r"Pi 3|Module 3", "pi3+": r"Pi 3 Model . Plus", "pi4": r"Pi 4|Module 4",
    "pi400": r"Pi 400", "cm4": r"Module 4", "pi5": r"Pi 5|Module 5", "pi500": r"Pi 500", "cm5": r"Module 5",
}  # fmt: skip
"""Sections of config.txt, and what ``/proc/device-tree/model`` says where they count."""


class Addon(msgspec.Struct, frozen=True, kw_only=True):
    """Something else on the header, and the lines of config.txt that say it is there.

    Read from ``assets/pinmap.toml``, the copy of ``hardware/pinmap.toml`` that is installed; the keys are
    explained there.
    """

    key: str
    bcm: tuple[int, ...]
    overlays: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    moves: Mapping[str, int] = {}
    shares: tuple[str, ...] = ()
    pwm: bool = False

    def pins(self, params: Mapping[str, str]) -> tuple[int, ...]:
        """The pins it takes when loaded with these parameters."""
        for name in params:  # as in `dtoverlay=i2c3,pins_2_3`
            if re.fullmatch(r"pins(_\d+)+", name):
                return tuple(int(number) for number in name.split("_")[1:])
        moved = {name: _number(params[name], at) for name, at in self.moves.items() if name in params}
        fixed = [pin for pin in self.bcm if pin not in [self.moves[name] for name in moved]]
        return (*fixed, *moved.values())


class Line(msgspec.Struct, frozen=True):
    """An overlay that config.txt loads (``name`` is empty for the board itself) and its parameters."""

    name: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        """As it stands in config.txt, parameters that follow on lines of their own left out."""
        return f"dtoverlay={self.name}" if self.name else ", ".join(f"dtparam={name}" for name in self.params)


class _Known(msgspec.Struct, frozen=True):
    addon: tuple[Addon, ...]


def addons() -> tuple[Addon, ...]:
    """Everything the product knows about that people put on the header."""
    return msgspec.toml.decode(asset("pinmap.toml").read_bytes(), type=_Known).addon


def find(pins: Pins, config: str, model: str = "") -> list[str]:
    """Everything in ``config``, the text of config.txt, that is in the way of our pins: a sentence each.

    ``model`` is the text of ``/proc/device-tree/model``; it decides which sections count. Without it all
    of them do, but ``[none]``.
    """
    known = addons()
    ours = {"button": pins.button, "lamp": pins.lamp, "buzzer": pins.buzzer, "probe": pins.probe}
    lines = enabled(config, model)
    told = [sentence for line in lines for sentence in _taken(line, known, ours)]
    told += _elsewhere(lines, known, pins.probe)
    told += _both_pwm(lines, known)
    return list(dict.fromkeys(told))


def enabled(config: str, model: str = "") -> list[Line]:
    """What config.txt turns on, in its order: first what ``dtparam`` asks of the board, then the overlays."""
    board: dict[str, str] = {}
    loaded: list[tuple[str, dict[str, str]]] = []
    counts = True
    for text in config.splitlines():
        line = text.partition("#")[0].strip()
        if section := re.fullmatch(r"\[(.+)\]", line):
            counts = _counts(section.group(1).lower(), model, counts)
        key, _sign, value = (part.strip() for part in line.partition("="))
        if not counts:
            continue
        if key == "dtoverlay":
            name, *params = [part.strip() for part in value.split(",")]
            loaded.append((name, _params(params)))
        elif key == "dtparam":
            more = _params(value.split(","))
            board |= more
            if loaded and loaded[-1][0]:  # it may be meant for the overlay before it; `dtoverlay=` ends that
                loaded[-1][1].update(more)
    on = {name: value for name, value in board.items() if value not in ("off", "no", "false", "0")}
    return [Line("", {name: on[name]}) for name in on] + [Line(*each) for each in loaded if each[0]]


def _counts(section: str, model: str, before: bool) -> bool:
    if section in ("all", "none"):
        return section == "all"
    if section in _MODELS and model:
        return bool(re.search(_MODELS[section], model))
    return True if section in _MODELS else before  # a monitor, a serial number, a pin: not for us to judge


def _params(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.strip().partition("=") for text in texts]
    return {name.strip(): value.strip() or "on" for name, _sign, value in pairs if name.strip()}


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise


def _matching(line: Line, known: Sequence[Addon]) -> list[Addon]:
    if not line.name:
        return [addon for addon in known if set(addon.params) & set(line.params)]
    return [addon for addon in known if any(fnmatchcase(line.name, name) for name in addon.overlays)]


def _taken(line: Line, known: Sequence[Addon], ours: Mapping[str, int]) -> Iterator[str]:
    """The sentences for the pins of ours that one line takes."""
    matching = _matching(line, known)
    if any(set(ours.values()) <= set(addon.pins(line.params)) for addon in matching):
        yield _(
            "config.txt: {line} takes every pin: button, lamp, buzzer and probe cannot be used with this "
            "panel. It shows the pages and takes touches; for the rest use a panel on DSI, HDMI or SPI."
        ).format(line=line)
        return
    if not matching and line.name:
        named = [_number(line.params[name], -1) for name in _PIN_PARAMS if name in line.params]
        matching = [Addon(key=line.name, bcm=tuple(named))]
    for addon in matching:
        taken = addon.pins(line.params)
        for part, pin in ours.items():
            if pin in taken and part not in addon.shares:
                yield _(_TAKEN[part]).format(line=line, pin=pin)


def _elsewhere(lines: Sequence[Line], known: Sequence[Addon], probe: int) -> Iterator[str]:
    """A sentence if 1-Wire is on, but only on pins where the probe is not."""
    reads = [
        _number(line.params.get("gpiopin", ""), addon.bcm[0])
        for line in lines
        for addon in _matching(line, known)
        if "probe" in addon.shares
    ]
    if reads and probe not in reads:
        yield _(
            "config.txt: 1-Wire is on GPIO{pin}, but the water probe is wired to GPIO{probe}. "
            "Write dtoverlay=w1-gpio,gpiopin={probe}, or move the yellow wire."
        ).format(pin=reads[0], probe=probe)


def _both_pwm(lines: Sequence[Line], known: Sequence[Addon]) -> Iterator[str]:
    """A sentence if the audio jack and hardware PWM are both on: they are the same two channels."""
    wants = {addon.key: line for line in lines for addon in _matching(line, known) if addon.pwm}
    if "hardware-pwm" in wants and len(wants) > 1:
        other = next(line for key, line in wants.items() if key != "hardware-pwm")
        yield _(
            "config.txt: {line} and {other} share the two PWM channels: sound and tones will disturb each "
            "other. Take one of the two lines out."
        ).format(line=wants["hardware-pwm"], other=other)
