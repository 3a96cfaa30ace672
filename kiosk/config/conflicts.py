"""Finds lines of ``config.txt`` and HATs that use the pins of our parts.

Reads only the product's own lists of overlays and add-ons; the caller passes the text of ``config.txt``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from kiosk.config.config_txt import WIDTH
from kiosk.config.overlays import Line, enabled, is_known, known, named_pins, number, odd_lines, table
from kiosk.devices.pins import ONE_WIRE, Pins
from kiosk.files import asset
from kiosk.i18n import N_, _

#: For each part the sentence that says what fails if a line takes its pin. Whole sentences, for translation.
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
if missing := set(Pins.__struct_fields__) - set(_TAKEN):
    raise TypeError(f"no sentence says what it costs when something else takes the pin of: {missing}")

_ODD = {
    "remark": N_(
        "config.txt, line {number}: a remark behind a setting is read as part of it, and the setting may be "
        "lost. Put the remark on a line of its own: {text}"
    ),
    "space": N_(
        "config.txt, line {number}: the firmware may pass over a setting that is written with spaces or "
        "capitals. Write it in small letters, without spaces: {text}"
    ),
    "long": N_("config.txt, line {number}: the firmware reads no more than the first {most} letters."),
    "include": N_("config.txt, line {number}: what that file says was not looked at: {text}"),
}


class Addon(msgspec.Struct, frozen=True, kw_only=True):
    """An add-on that people put on the header, and the lines of config.txt that show it is there.

    Read from ``assets/pinmap.toml``, the copy of ``hardware/pinmap.toml`` that is installed; the keys are
    explained there.
    """

    key: str
    bcm: tuple[int, ...]
    overlays: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    pwm: bool = False

    def fits(self, line: Line) -> bool:
        """Whether this line shows that the add-on is there."""
        if not line.name:
            return bool(set(self.params) & set(line.params))
        return any(fnmatchcase(line.name, name) for name in self.overlays)


class _Known(msgspec.Struct, frozen=True):
    addon: tuple[Addon, ...]


def addons() -> tuple[Addon, ...]:
    """Every add-on in ``assets/pinmap.toml``."""
    return msgspec.toml.decode(asset("pinmap.toml").read_bytes(), type=_Known).addon


def find(pins: Pins, config: str, model: str = "") -> list[str]:
    """A sentence for each line of ``config``, the text of config.txt, that conflicts with our pins.

    ``model``: text of ``/proc/device-tree/model``. It decides which filters apply and which overlay a name
    stands for. "": conflicts on any board are reported.
    """
    others = addons()
    uses = [_use(line, others, model) for line in enabled(config, model)]
    sentences = [sentence for use in uses for sentence in _taken(use, _ours(pins))]
    sentences += _elsewhere(uses, pins.probe)
    sentences += _both_pwm(uses)
    return list(dict.fromkeys(sentences))


def find_hat(pins: Pins, product: str, model: str = "") -> list[str]:
    """A sentence if the overlay that the firmware loads for a HAT by itself takes pins of ours; otherwise
    empty.

    ``product``: text of ``/proc/device-tree/hat/product``. ``model`` as for ``find``.
    """
    bare = re.sub("[^a-z0-9]", "", product.lower())
    named = [name for name in table().hats if name.replace("-", "") in bare]
    uses = [_use(Line(name=name, params={}), (), model) for name in named]
    taken = sorted({pin for use in uses for pin in use.pins} & set(_ours(pins).values()))
    if not taken:
        return []
    says = _(
        "The HAT {hat} takes GPIO{pins} without a line in config.txt: what of ours is wired there will not "
        "work. Use another board for sound, or other pins."
    )
    return [says.format(hat=product, pins=", GPIO".join(map(str, taken)))]


def doubts(config: str, model: str = "") -> list[str]:
    """A sentence for each line that the firmware may read differently from what its author meant. ``model``
    as for ``find``."""
    return [
        _(_ODD[what]).format(number=entry.number, text=_meant(entry.text, what), most=WIDTH)
        for entry, what in odd_lines(config, model)
    ]


def _meant(text: str, what: str) -> str:
    if what == "remark":
        return text.partition("#")[0].strip()
    return re.sub(r"\s", "", text).lower() if what == "space" else text


class _Use(msgspec.Struct, frozen=True):
    """A line and the pins it takes. ``shares``: our parts that it is meant for; ``pwm``: whether it uses the
    PWM channels."""

    line: Line
    pins: frozenset[int]
    shares: frozenset[str]
    pwm: bool


def _use(line: Line, others: Sequence[Addon], model: str) -> _Use:
    named = named_pins(line, table().pin_params if line.name else table().board_pin_params)
    if is_known(line.name):
        overlays = known(line.name, model)
        return _Use(
            line,
            frozenset(named.union(*(each.takes(line) for each in overlays)) if overlays else ()),
            frozenset(part for each in overlays for part in each.shares),
            any(each.pwm for each in overlays),
        )
    matching = [addon for addon in others if addon.fits(line)]
    pins = frozenset(named.union(*(addon.bcm for addon in matching)))
    return _Use(line, pins, frozenset(), any(addon.pwm for addon in matching))


def _ours(pins: Pins) -> dict[str, int]:
    return {name: getattr(pins, name) for name in Pins.__struct_fields__}


def _taken(use: _Use, ours: Mapping[str, int]) -> Iterator[str]:
    """The sentences for the pins of ours that a line takes."""
    if set(ours.values()) <= use.pins:
        yield _(
            "config.txt: {line} takes every pin: button, lamp, buzzer and probe cannot be used beside it. If "
            "it is a panel, it shows the pages and takes touches; for the rest use one on DSI, HDMI or SPI."
        ).format(line=use.line)
        return
    for part, pin in ours.items():
        if pin in use.pins and part not in use.shares:
            yield _(_TAKEN[part]).format(line=use.line, pin=pin)


def _elsewhere(uses: Sequence[_Use], probe: int) -> Iterator[str]:
    """A sentence if 1-Wire is enabled, but on other pins than the probe's."""
    buses = [use.line for use in uses if "probe" in use.shares]
    reads = [one_wire_pin(line) for line in buses]
    if reads and probe not in reads:
        yield _(
            "config.txt: 1-Wire is on GPIO{pin}, but the water probe is wired to GPIO{probe}. "
            "Write dtoverlay=w1-gpio,gpiopin={probe}, or move the yellow wire."
        ).format(pin=reads[0], probe=probe)


def one_wire_pin(line: Line) -> int:
    """The BCM pin of the bus that this 1-Wire overlay creates; without ``gpiopin=``, or if that is no number,
    the overlay's default."""
    pin = number(line.params.get("gpiopin", ""))
    return ONE_WIRE if pin is None else pin


def _both_pwm(uses: Sequence[_Use]) -> Iterator[str]:
    """A sentence if another line uses the two PWM channels as well as lamp and buzzer."""
    ours = [use.line for use in uses if use.pwm and use.shares]
    others = [use.line for use in uses if use.pwm and not use.shares]
    if ours and others:
        yield _(
            "config.txt: {line} and {other} share the two PWM channels: sound and tones will disturb each "
            "other. Take one of the two lines out."
        ).format(line=ours[0], other=others[0])
