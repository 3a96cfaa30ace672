"""What the kiosk wants of the firmware: which lines ``config.txt`` lacks, and what is no ``config.txt``."""

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

#: Pins a hardware PWM channel comes out at: pin -> (channel, function), as in the overlay's README.
PWM_PINS = {12: (0, 4), 18: (0, 2), 13: (1, 4), 19: (1, 2)}

_PWM = "pwm-2chan"
"""the overlay for both channels"""


class ConfigError(KioskError):
    """The file or the pins do not allow it. One sentence: what is wrong and what to do."""


class WrongFileError(ConfigError):
    """The text is no ``config.txt`` at all, or the marks of our block in it do not pair."""


#: A setting, such as ``dtoverlay=w1-gpio`` or ``hdmi_group:0=1``, of one value: ``a=1 b=2`` is
#: the kernel's command line. And the two commands that have no sign.
_SETTING = re.compile(r"[a-z0-9_]+(:\d+)?=(?!.*\s[A-Za-z_.]+=)|(include|initramfs)\s", re.ASCII)


class Needs(Pins, frozen=True, kw_only=True):
    """What the kiosk wants of the firmware. BCM pins; ``pwm``: lamp and buzzer by the PWM hardware."""

    pwm: bool = False


def refuse_strange(text: str, name: object) -> None:
    """Raise ``WrongFileError`` for a text that is plainly something else; ``name`` is the file's.

    The firmware passes over lines it does not understand, so a few of them are fine: refused is a text in
    which they are as many as the others. An empty one is a ``config.txt``, too, and so is one with our block.
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
    """Whether this is the file that Debian's package raspi-firmware writes anew at each of its upgrades, and
    at each of the kernel's."""
    head = [*itertools.takewhile(lambda row: row.startswith("#"), config_txt.split(text))]
    return all(any(words in row for row in head) for words in ("automatically generated", "raspi-firmware"))


def keep_pwm(text: str, needs: Needs) -> Needs:
    """With the PWM hardware where our block in the text has it already, as far as it reaches the pins."""
    if any(line.startswith(f"dtoverlay={_PWM},") for line in config_txt.block(text)) and _channels(needs):
        return msgspec.structs.replace(needs, pwm=True)
    return needs


def missing(text: str, needs: Needs, model: str = "") -> list[str]:
    """The lines that ``config.txt`` lacks, in the order in which they must come.

    ``model``: the board's; without it only what every device reads counts as there. Raises ``ConfigError``
    when the PWM hardware does not reach the pins, or something else has put it on other pins.
    """
    lines = [line for line in enabled(text, model) if line.is_sure]
    found = []
    # Before the overlays: a dtparam after a dtoverlay is offered to that overlay first.
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
    """The pins it is on, each with its function."""
    begins = {"pin": "18", "func": "2"}
    if line.name == _PWM:
        begins |= {"pin2": "19", "func2": "2"}
    values = {name: number(line.params.get(name, value)) for name, value in begins.items()}
    return {(values[f"pin{nth}"], values[f"func{nth}"]) for nth in ("", "2") if f"pin{nth}" in values}


def _channels(needs: Needs) -> list[tuple[tuple[int, int], int]]:
    """The two channels, each with its function, and our pin that it comes out at; none if it is not both."""
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
    """The text as it was without our block. Raises ``WrongFileError`` where its marks do not pair; ``name``
    is the file's."""
    try:
        return config_txt.without_block(text)
    except BrokenMarksError as error:
        raise WrongFileError(_(error.says).format(file=name, line=error.line)) from error


def board(root: Path = Path("/")) -> str:
    """The board as its device tree names it, such as "Raspberry Pi 5 Model B Rev 1.0"; "" if unknown."""
    for place in _MODELS:
        try:
            return (root / place).read_bytes().rstrip(b"\0\n").decode(errors="replace")
        except OSError:
            continue
    return ""


def find_config(root: Path = Path("/")) -> Path | None:
    """The firmware's settings file; None if there is none."""
    return next((root / place for place in PLACES[:2] if (root / place).is_file()), None)


def absent_overlays(config: Path, lines: Sequence[str]) -> list[str]:
    """A sentence for each overlay which these lines load and the folder beside ``config.txt`` has not."""
    folder = config.parent / "overlays"
    if not folder.is_dir():
        return []
    names = [line.removeprefix("dtoverlay=").split(",")[0] for line in lines if line.startswith("dtoverlay=")]
    absent = [name for name in names if name and not (folder / f"{name}.dtbo").is_file()]
    says = _("{folder} has no {name}.dtbo, so the firmware cannot load it.")
    return [says.format(folder=folder, name=name) for name in absent]


def where_overlays_are() -> str:
    """What to do about one that is absent."""
    return _("Raspberry Pi OS brings that file; plain Debian does not.")
