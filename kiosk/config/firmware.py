"""What the kiosk needs in ``config.txt``: finds the file, checks it, and lists the lines it lacks."""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kiosk.config import config_txt
from kiosk.config.config_txt import PLACES, BrokenMarksError
from kiosk.config.conflicts import one_wire_pin
from kiosk.config.overlays import Line, enabled, known, number
from kiosk.core.errors import KioskError
from kiosk.devices.pins import ONE_WIRE, Pins
from kiosk.i18n import _

_MODELS = ("proc/device-tree/model", "sys/firmware/devicetree/base/model")

#: BCM pin -> (PWM channel, pin function), from the entry pwm-2chan of the firmware's overlays/README.
PWM_PINS = {12: (0, 4), 18: (0, 2), 13: (1, 4), 19: (1, 2)}

_PWM = "pwm-2chan"
"""the overlay that enables both channels"""


class ConfigError(KioskError):
    """config.txt cannot be changed as wanted; the text says why and what to do."""


class WrongFileError(ConfigError):
    """The text is no ``config.txt``, or the marks of our block in it do not pair."""


#: A setting with one value, such as ``dtoverlay=w1-gpio`` or ``hdmi_group:0=1`` (``a=1 b=2`` is the kernel's
#: command line), or one of the two commands that have no equals sign.
_SETTING = re.compile(r"[a-z0-9_]+(:\d+)?=(?!.*\s[A-Za-z_.]+=)|(include|initramfs)\s", re.ASCII)


class Needs(Pins, frozen=True, kw_only=True):
    """What config.txt must provide: our BCM pins, and with ``pwm`` hardware PWM for lamp and buzzer."""

    pwm: bool = False


def refuse_strange(text: str, name: object) -> None:
    """Raise ``WrongFileError`` for a text that is obviously no config.txt; ``name``: the file's, for the
    sentence.

    The firmware ignores lines that it does not understand, so a text is refused only if at least half of its
    settings are such lines. An empty text and one with our block are accepted.
    """
    if "\0" in text:
        raise WrongFileError(_("{file} is no config.txt: it is not text.").format(file=name))
    if config_txt.has_block(text):
        return
    entries = [*config_txt.settings(text)]
    strange = [entry for entry in entries if not _SETTING.match(entry.text)]
    if strange and 2 * len(strange) >= len(entries):
        says = _("{file} is no config.txt: line {number} is no setting of the firmware, nor are most others.")
        raise WrongFileError(says.format(file=name, number=strange[0].number))


def is_generated(text: str) -> bool:
    """Whether this is the config.txt that Debian's package raspi-firmware regenerates at each upgrade of
    itself or of the kernel."""
    head = [*itertools.takewhile(lambda row: row.startswith("#"), config_txt.split(text))]
    return all(any(words in row for row in head) for words in ("automatically generated", "raspi-firmware"))


def keep_pwm(text: str, needs: Needs) -> Needs:
    """``needs`` with ``pwm`` set if our block in ``text`` has the PWM overlay already and it can reach the
    pins."""
    if any(line.startswith(f"dtoverlay={_PWM},") for line in config_txt.block(text)) and _channels(needs):
        return msgspec.structs.replace(needs, pwm=True)
    return needs


def missing(text: str, needs: Needs, model: str = "") -> list[str]:
    """The lines that ``config.txt`` lacks, in the order they must have.

    ``model``: of the board; "": only lines that every board reads count as present. Raises ``ConfigError`` if
    the PWM hardware cannot reach the pins of lamp and buzzer, or if another line uses it for other pins.
    """
    lines = [line for line in enabled(text, model) if line.is_sure]
    found = []
    # Before the overlays, because a dtparam after a dtoverlay is applied to that overlay first.
    if not any("strict_gpiod" in line.params for line in lines if not line.name):
        found.append("dtparam=strict_gpiod")
    if needs.probe not in _one_wire_pins(lines):
        pin = "" if needs.probe == ONE_WIRE else f",gpiopin={needs.probe}"
        found.append(f"dtoverlay=w1-gpio{pin}")
    if needs.pwm:
        found += _missing_pwm(lines, needs)
    return found


def _one_wire_pins(lines: list[Line]) -> list[int]:
    buses = [line for line in lines if any("probe" in each.shares for each in known(line.name))]
    sure = [line for line in buses if "gpiopin" not in line.doubtful]
    named = [line for line in sure if number(line.params.get("gpiopin", "0")) is not None]
    return [one_wire_pin(line) for line in named]


def _missing_pwm(lines: list[Line], needs: Needs) -> list[str]:
    wanted = _pwm_overlay(needs)
    for line in lines:
        if line.name in {"pwm", _PWM}:
            if _pwm_pins(line) == _pwm_pins(wanted):
                return []
            raise ConfigError(
                _(
                    "config.txt has {line} already, not for lamp and buzzer, and the firmware takes one such "
                    "line: take it out, or do without --pwm."
                ).format(line=line)
            )
    return [
        "dtoverlay=" + ",".join([wanted.name, *(f"{name}={value}" for name, value in wanted.params.items())])
    ]


def _pwm_pins(line: Line) -> set[tuple[int | None, int | None]]:
    """Each pin that a PWM overlay uses, with its function; defaults from the firmware's overlays/README."""
    begins = {"pin": "18", "func": "2"}
    if line.name == _PWM:
        begins |= {"pin2": "19", "func2": "2"}
    values = {name: number(line.params.get(name, value)) for name, value in begins.items()}
    return {(values[f"pin{nth}"], values[f"func{nth}"]) for nth in ("", "2") if f"pin{nth}" in values}


def _channels(needs: Needs) -> list[tuple[tuple[int, int], int]]:
    """For both channels ((channel, function), pin) of lamp and buzzer; empty unless they are on one channel
    each."""
    channels = sorted((PWM_PINS.get(pin, (-1, 0)), pin) for pin in (needs.lamp, needs.buzzer))
    return channels if [channel for (channel, _function), _pin in channels] == [0, 1] else []


def _pwm_overlay(needs: Needs) -> Line:
    channels = _channels(needs)
    if not channels:
        raise ConfigError(
            _(
                "The PWM hardware does not reach GPIO{lamp} and GPIO{buzzer} at once: "
                "put lamp and buzzer on one of 12 and 18, and one of 13 and 19."
            ).format(lamp=needs.lamp, buzzer=needs.buzzer)
        )
    ((_zero, function), pin), ((_one, function2), pin2) = channels
    params = {"pin": pin, "func": function, "pin2": pin2, "func2": function2}
    return Line(name=_PWM, params={name: str(value) for name, value in params.items()})


def without_block(text: str, name: object) -> str:
    """The text without our block. Raises ``WrongFileError`` if the marks do not pair; ``name``: the file's,
    for the sentence."""
    try:
        return config_txt.without_block(text)
    except BrokenMarksError as error:
        raise WrongFileError(_(error.says).format(file=name, line=error.line)) from error


def board(root: Path = Path("/")) -> str:
    """Model of the board from its device tree, such as "Raspberry Pi 5 Model B Rev 1.0"; "" if unknown."""
    for place in _MODELS:
        try:
            return (root / place).read_bytes().rstrip(b"\0\n").decode(errors="replace")
        except OSError:
            continue
    return ""


def find_config(root: Path = Path("/")) -> Path | None:
    """Path of the firmware's config.txt below ``root``; None if there is none."""
    return next((root / place for place in PLACES[:2] if (root / place).is_file()), None)


def absent_overlays(config: Path, lines: Sequence[str]) -> list[str]:
    """A sentence for each overlay that ``lines`` load and whose file is missing beside ``config.txt``."""
    folder = config.parent / "overlays"
    if not folder.is_dir():
        return []
    names = [line.removeprefix("dtoverlay=").split(",")[0] for line in lines if line.startswith("dtoverlay=")]
    absent = [name for name in names if name and not (folder / f"{name}.dtbo").is_file()]
    says = _("{folder} has no {name}.dtbo, so the firmware cannot load it.")
    return [says.format(folder=folder, name=name) for name in absent]


def where_overlays_are() -> str:
    """The remedy for an absent overlay file: a sentence."""
    return _("Raspberry Pi OS brings that file; plain Debian does not.")
