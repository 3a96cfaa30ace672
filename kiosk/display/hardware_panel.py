"""The simulator's hardware (lamp, buzzer, button and water), drawn beside the kiosk's screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from enum import Enum
from typing import NamedTuple

import msgspec

from kiosk.core.events import ButtonName, ProbeError
from kiosk.core.signals import Volume
from kiosk.core.soak import Bands
from kiosk.display.pygame_import import pygame
from kiosk.display.sketch import Sketch, mix, palette
from kiosk.i18n import _, pgettext

WIDTH, HEIGHT = 300, 480
"""size in design units; one unit is one pixel if the desktop is large enough"""

HOTTEST = 60.0
"""upper end of the water slider in degrees Celsius; the lower end is 0"""
_STEP = 0.5

_BUTTON = (150.0, 216.0, 66.0)
_TRACK = (28.0, 272.0, 372.0)
_UNPLUG = (24.0, 418.0, 120.0, 38.0)
_FAULT = (156.0, 418.0, 120.0, 38.0)


class Readout(msgspec.Struct, frozen=True):
    """The state of the simulated hardware: levels of ``lamp`` and backlight (``light``) from 0 to 1, the
    buzzer's tone in Hz (0: silent), the wall clock as text, the water in degrees Celsius."""

    lamp: float = 0.0
    hertz: int = 0
    volume: Volume = Volume.OFF
    light: float = 0.0
    clock: str = ""
    water: float = 21.0


class Hands(msgspec.Struct, frozen=True):
    """The user's inputs: the buttons that are held, the water in degrees Celsius, the probe's error."""

    pressed: frozenset[ButtonName] = frozenset()
    water: float = 21.0
    trouble: ProbeError | None = None


class Knob(Enum):
    """A control that can be operated with the mouse."""

    BUTTON = 1
    WATER = 2
    UNPLUG = 3
    FAULT = 4


class _Piece(NamedTuple):
    """A part of the panel: its place in design units, the values it depends on, and how it is drawn."""

    box: tuple[float, float, float, float]
    of: Callable[[Readout, Hands], Hashable]
    draw: Callable[[Sketch, Readout, Hands], None]


class HardwarePanel:
    """Draws the hardware with its upper left corner at pixel ``origin``, ``scale`` pixels per design unit."""

    def __init__(self, origin: tuple[int, int], scale: float) -> None:
        self._origin = origin
        self._scale = scale
        self._drawn: dict[int, Hashable] = {}
        self._pieces = (
            _Piece((12, 12, 104, 128), lambda readout, _hands: round(readout.lamp * 50), _draw_lamp),
            _Piece(
                (116, 12, 172, 128), lambda readout, _hands: (readout.hertz, readout.volume), _draw_buzzer
            ),
            _Piece((12, 142, 276, 188), lambda _readout, hands: _is_held(hands), _draw_button),
            _Piece((12, 330, 276, 82), lambda _readout, hands: hands.water, _draw_water),
            _Piece((12, 412, 276, 56), lambda _readout, hands: hands.trouble, _draw_trouble),
        )

    def draw(self, window: pygame.Surface, readout: Readout, hands: Hands) -> list[pygame.Rect]:
        """Draw the parts that have changed since the last call; return their rectangles."""
        changed = []
        for number, piece in enumerate(self._pieces):
            key = piece.of(readout, hands)
            if number in self._drawn and self._drawn[number] == key:
                continue
            self._drawn[number] = key
            place = self._place(piece.box)
            sketch = Sketch(place.size, self._scale, origin=piece.box[:2])
            piece.draw(sketch, readout, hands)
            window.blit(sketch.picture(), place)
            changed.append(place)
        return changed

    def _place(self, box: tuple[float, float, float, float]) -> pygame.Rect:
        x, y, w, h = (round(value * self._scale) for value in box)
        return pygame.Rect(self._origin[0] + x, self._origin[1] + y, w, h)

    def knob_at(self, x: int, y: int) -> Knob | None:
        """The control at a pixel of the window; None if there is none."""
        across, down = (x - self._origin[0]) / self._scale, (y - self._origin[1]) / self._scale
        if math.hypot(across - _BUTTON[0], down - _BUTTON[1]) <= _BUTTON[2]:
            return Knob.BUTTON
        if _TRACK[0] - 14 <= across <= _TRACK[1] + 14 and abs(down - _TRACK[2]) <= 18:
            return Knob.WATER
        for box, knob in ((_UNPLUG, Knob.UNPLUG), (_FAULT, Knob.FAULT)):
            if box[0] <= across <= box[0] + box[2] and box[1] <= down <= box[1] + box[3]:
                return knob
        return None

    def water_at(self, x: int) -> float:
        """The temperature at a position of the slider's handle, in degrees Celsius, in steps of 0.5."""
        across = (x - self._origin[0]) / self._scale
        share = min(max((across - _TRACK[0]) / (_TRACK[1] - _TRACK[0]), 0.0), 1.0)
        return round(share * HOTTEST / _STEP) * _STEP

    def place_of(self, knob: Knob, water: float = 0.0) -> tuple[int, int]:
        """The centre of a control in pixels of the window; for ``WATER`` the slider's handle at ``water``."""
        x, y = {
            Knob.BUTTON: _BUTTON[:2],
            Knob.WATER: (_along(water), _TRACK[2]),
            Knob.UNPLUG: (_UNPLUG[0] + _UNPLUG[2] / 2, _UNPLUG[1] + _UNPLUG[3] / 2),
            Knob.FAULT: (_FAULT[0] + _FAULT[2] / 2, _FAULT[1] + _FAULT[3] / 2),
        }[knob]
        return self._origin[0] + round(x * self._scale), self._origin[1] + round(y * self._scale)


def _along(celsius: float) -> float:
    return _TRACK[0] + (_TRACK[1] - _TRACK[0]) * celsius / HOTTEST


def _draw_lamp(sketch: Sketch, readout: Readout, _hands: Hands) -> None:
    colours = palette()
    centre, level = (64.0, 92.0), min(max(readout.lamp, 0.0), 1.0)
    sketch.words(_("Lamp"), (64, 36), 17, colours["body"])
    for ring in range(14):
        sketch.disc(mix((0, 0, 0), colours["key"], level * 0.5 * (ring / 14) ** 2), centre, 46 - ring * 1.6)
    bulb = mix((0, 0, 0), colours["key"], 0.12 + 0.88 * level**0.6)
    sketch.disc(bulb, centre, 22)
    sketch.disc(mix(bulb, colours["hot"], level), centre, 11)
    sketch.disc(colours["dim"], centre, 23.5, 1.8)


#: Staff position of each semitone of an octave, counted from C; the buzzer plays no sharps.
_DEGREES = (0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6)
#: Frequency of C4 in Hz.
_MIDDLE_C = 261.63


def staff_step(hertz: int) -> int:
    """The position of a tone on the staff: lines and spaces above the lowest line (E4); may be negative."""
    octave, semitone = divmod(round(12 * math.log2(hertz / _MIDDLE_C)), 12)
    return octave * 7 + _DEGREES[semitone] - 2


_LOWEST_LINE, _GAP = 110.0, 9.0


def _draw_buzzer(sketch: Sketch, readout: Readout, _hands: Hands) -> None:
    colours = palette()
    sketch.words(_("Buzzer"), (202, 36), 17, colours["body"])
    for line in range(5):
        y = _LOWEST_LINE - line * _GAP
        sketch.line(colours["dim"], (132, y), (272, y), 1.2)
    sounding = readout.hertz > 0 and readout.volume is not Volume.OFF
    if sounding and readout.hertz > 1:
        _draw_note(sketch, readout.hertz)
    words = _tone_in_words(readout) if sounding else _("Silent")
    sketch.words(words, (202, 135), 15, colours["key" if sounding else "faint"], bold=sounding)


def _draw_note(sketch: Sketch, hertz: int) -> None:
    colour = palette()["key"]
    step = min(max(staff_step(hertz), 0), 14)
    y = _LOWEST_LINE - step * _GAP / 2
    for ledger in range(10, step + 1, 2):
        above = _LOWEST_LINE - ledger * _GAP / 2
        sketch.line(colour, (190, above), (214, above), 1.2)
    sketch.ellipse(colour, (202, y), (7.5, 5.2))
    side = 1 if step < 4 else -1  # stems go down, on the left of the note, from the middle line upwards
    sketch.line(colour, (202 + 6.6 * side, y), (202 + 6.6 * side, y - 30 * side), 1.8)


def _tone_in_words(readout: Readout) -> str:
    volume = {
        Volume.OFF: "",
        Volume.LOW: pgettext("loudness", "low"),
        Volume.MEDIUM: pgettext("loudness", "medium"),
        Volume.HIGH: pgettext("loudness", "high"),
    }[readout.volume]
    if readout.hertz == 1:
        return _("On, {volume}").format(volume=volume)
    return _("{hertz} Hz, {volume}").format(hertz=readout.hertz, volume=volume)


def _is_held(hands: Hands) -> bool:
    return ButtonName.BIG in hands.pressed


def _draw_button(sketch: Sketch, _readout: Readout, hands: Hands) -> None:
    colours = palette()
    x, y, radius = _BUTTON
    down = 3.0 if _is_held(hands) else 0.0
    sketch.disc(colours["dim"], (x, y), radius, 2)
    sketch.disc(colours["skin"], (x, y), radius - 7 - down / 2)
    if _is_held(hands):
        sketch.disc(colours["key"], (x, y), radius - 10)
    else:
        sketch.disc(colours["key"], (x, y), radius - 7, 4)
        sketch.disc(colours["key"], (x, y), 15)
        sketch.disc(colours["key"], (x, y), 25, 3)
    sketch.words(_("Button, or space bar"), (150, 302), 17, colours["body"])
    sketch.words(_("Press: go on. Hold: it's gone"), (150, 320), 14, colours["faint"])


def _draw_water(sketch: Sketch, _readout: Readout, hands: Hands) -> None:
    colours, bands = palette(), Bands()
    left, right, y = _TRACK
    sketch.words(_("Water"), (24, 350), 17, colours["body"], align=0)
    sketch.words(
        _("{celsius:.1f}°").format(celsius=hands.water), (276, 351), 24, colours["key"], bold=True, align=1
    )
    sketch.line(colours["dim"], (left, y), (right, y), 3)
    sketch.line(colours["key"], (_along(bands.warm_low), y), (_along(bands.warm_high), y), 7)
    for mark in (0, 20, 40, 60):
        sketch.words(str(mark), (_along(mark), y + 30), 14, colours["faint"])
    sketch.disc(colours["hot"], (_along(hands.water), y), 11)
    sketch.disc((0, 0, 0), (_along(hands.water), y), 6)


def _draw_trouble(sketch: Sketch, _readout: Readout, hands: Hands) -> None:
    colours = palette()
    for box, words, on in (
        (_UNPLUG, pgettext("probe", "Unplug"), hands.trouble is ProbeError.NO_PROBE),
        (_FAULT, pgettext("probe", "Fault"), hands.trouble is ProbeError.CRC),
    ):
        sketch.box(colours["key"] if on else colours["dim"], box, 0 if on else 2, 10)
        ink = (0, 0, 0) if on else colours["key"]
        sketch.words(words, (box[0] + box[2] / 2, box[1] + 26), 18, ink, bold=True)
