"""The Raspberry Pi's ``config.txt`` as text: what is missing in it, our block added, our block taken out.

The firmware reads the file from top to bottom. A line in brackets begins a section: ``[all]`` for every
device, anything else (``[pi4]``, ``[none]``, ``[EDID=...]``) for some; what comes before the first is for
every device (config.txt, "conditional filters"). Ours goes to the end, under an ``[all]`` of its own.
"""

import re
from collections.abc import Iterator

import msgspec

from kiosk.devices.conflicts import Line, enabled
from kiosk.words import _

#: The marks are read by machines and never translated. The second kind says that the file's last line
#: had no end when the block was added, so that taking it out gives back every byte.
_BEGIN = '# cramp-kiosk begin: written by "cramp-kiosk setup", taken out by "cramp-kiosk setup --undo"'
_BEGIN_JOINED = _BEGIN + " (the line above had no end)"
_END = "# cramp-kiosk end"

#: Pins a hardware PWM channel comes out at: pin -> (channel, function), as in the overlay's README.
PWM_PINS = {12: (0, 4), 18: (0, 2), 13: (1, 4), 19: (1, 2)}

_ONE_WIRE_PIN = 4
"""where the overlay w1-gpio puts the bus when nothing else is said"""


class ConfigError(Exception):
    """The file or the pins do not allow it. One sentence: what is wrong and what to do."""


class NoConfigError(ConfigError):
    """The text is no ``config.txt`` at all."""


#: A setting, such as ``dtoverlay=w1-gpio`` or ``hdmi_group:0=1``, of one value: ``a=1 b=2`` is
#: the kernel's command line. And the two commands that have no sign.
_SETTING = re.compile(r"[a-z0-9_]+(:\d+)?=(?!.*\s[A-Za-z_.]+=)|(include|initramfs)\s", re.ASCII)
_SECTION = re.compile(r"\[.*\]$")


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk wants of the firmware. BCM pins; ``pwm``: lamp and buzzer by the PWM hardware."""

    button: int = 5
    probe: int = _ONE_WIRE_PIN
    lamp: int = 12
    buzzer: int = 13
    pwm: bool = False


def refuse_strange(text: str, name: object) -> None:
    """Raise ``NoConfigError`` for a text that is plainly something else; ``name`` is the file's.

    The firmware passes over lines it does not understand, so a few of them are fine: refused is a text in
    which they are as many as the others. An empty one is a ``config.txt``, too.
    """
    if "\0" in text:
        raise NoConfigError(_("{file} is no config.txt: it is not text.").format(file=name))
    settings = [line for line in _settings(text.splitlines()) if not _SECTION.match(line)]
    strange = [line for line in settings if not _SETTING.match(line)]
    if strange and 2 * len(strange) >= len(settings):
        number = next(at for at, line in enumerate(text.splitlines(), 1) if line.strip() == strange[0])
        says = _("{file} is no config.txt: line {number} is no setting of the firmware, nor are most others.")
        raise NoConfigError(says.format(file=name, number=number))


def missing(text: str, needs: Needs) -> list[str]:
    """The lines that ``config.txt`` lacks, in the order in which they must come.

    Raises ``ConfigError`` when the PWM hardware does not reach the pins.
    """
    lines = _enabled(text)
    found = []
    # Before the overlays: a dtparam after a dtoverlay is offered to that overlay first.
    if not any("strict_gpiod" in line.params for line in lines if not line.name):
        found.append("dtparam=strict_gpiod")
    if needs.probe not in _one_wire_pins(lines):
        pin = "" if needs.probe == _ONE_WIRE_PIN else f",gpiopin={needs.probe}"
        found.append(f"dtoverlay=w1-gpio{pin}")
    if needs.pwm:
        overlay = _pwm_overlay(needs)
        if _enabled(overlay)[0] not in lines:
            found.append(overlay)
    return found


def _one_wire_pins(lines: list[Line]) -> list[int]:
    overlays = [line for line in lines if line.name in {"w1-gpio", "w1-gpio-pullup"}]
    pins = [line.params.get("gpiopin", str(_ONE_WIRE_PIN)) for line in overlays]
    return [int(pin) for pin in pins if pin.isdecimal()]


def with_block(text: str, lines: list[str]) -> str:
    """The text with our block at its end, in the text's own kind of line ends."""
    end = "\r\n" if "\r\n" in text else "\n"
    joined = bool(text) and not text.endswith("\n")
    block = [_BEGIN_JOINED if joined else _BEGIN, "[all]", *lines, _END]
    return text + (end if joined else "") + "".join(line + end for line in block)


def without_block(text: str) -> str:
    """The text as it was without our block. Raises ``ConfigError`` for one without its end."""
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    while lines:
        line = lines.pop(0)
        mark = line.rstrip("\r\n")
        if mark not in {_BEGIN, _BEGIN_JOINED}:
            kept.append(line)
            continue
        while lines and lines[0].rstrip("\r\n") != _END:
            lines.pop(0)
        if not lines:
            raise ConfigError(
                _('The block of cramp-kiosk has lost its last line, "{end}": put it back by hand.').format(
                    end=_END
                )
            )
        lines.pop(0)
        end = line[len(mark) :]
        if lines and not _is_for_every_device(kept) and not _begins_section(lines):
            kept.append("[all]" + end)  # what was added after the block stays for every device
        elif mark == _BEGIN_JOINED and not lines:
            kept[-1] = kept[-1].removesuffix(end)
    return "".join(kept)


def has_block(text: str) -> bool:
    """Whether our block is there, whole or not."""
    return any(line in {_BEGIN, _BEGIN_JOINED} for line in text.splitlines())


def _settings(lines: list[str]) -> Iterator[str]:
    for line in lines:
        bare = line.strip()
        if bare and not bare.startswith("#"):
            yield bare


def _begins_section(lines: list[str]) -> bool:
    return next(_settings(lines), "[").startswith("[")


def _is_for_every_device(lines: list[str]) -> bool:
    sections = [line for line in _settings(lines) if line.startswith("[")]
    return not sections or sections[-1] == "[all]"


def _enabled(text: str) -> list[Line]:
    """What is on outside of sections that not every device reads."""
    kept = []
    everywhere = True
    for line in _settings(text.splitlines()):
        if line.startswith("["):
            everywhere = line == "[all]"
        elif everywhere:
            kept.append(line)
    return enabled("\n".join(kept))


def _pwm_overlay(needs: Needs) -> str:
    channels = sorted((PWM_PINS.get(pin, (-1, 0)), pin) for pin in (needs.lamp, needs.buzzer))
    if [channel for (channel, _function), _pin in channels] != [0, 1]:
        raise ConfigError(
            _(
                "The PWM hardware does not reach GPIO{lamp} and GPIO{buzzer} at once: "
                "put lamp and buzzer on one of 12 and 18, and one of 13 and 19."
            ).format(lamp=needs.lamp, buzzer=needs.buzzer)
        )
    ((_zero, function), pin), ((_one, function2), pin2) = channels
    return f"dtoverlay=pwm-2chan,pin={pin},func={function},pin2={pin2},func2={function2}"
