"""The simulator: the kiosk's screen and its simulated hardware in one window, for a laptop."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import msgspec

from kiosk.core.events import ButtonName, ProbeError
from kiosk.core.signals import Volume
from kiosk.core.technique import Ms
from kiosk.core.threads import Watcher
from kiosk.display.base import Contact, DisplayError, Kind, Now, OnContact, Source, monotonic
from kiosk.display.desktop import mouse_kind, open_window, start_video
from kiosk.display.hardware_panel import HEIGHT, WIDTH, Hands, HardwarePanel, Knob, Readout
from kiosk.display.pygame_import import pygame
from kiosk.display.sketch import Sketch, palette
from kiosk.display.speaker import Speaker
from kiosk.display.x11 import at_death
from kiosk.i18n import _

POLL: Ms = 20
"""time between two polls: short enough to show a buzzer's tick of 40 ms"""

_EDGE = 24
_FOOT = 40
_GROUND = (18, 14, 9)
_LIT_AT_LEAST = 0.65
"""brightness of the picture at the dimmest backlight, as it must be readable in a lit room"""


#: The space bar is the first button, 2 the second, and so on.
_KEYS = {pygame.K_1 + nth if nth else pygame.K_SPACE: button for nth, button in enumerate(ButtonName)}


class Knobs(msgspec.Struct, frozen=True):
    """Functions that operate the simulated hardware. They are called on the main thread.

    ``set_water`` takes degrees Celsius. ``set_probe_fault`` sets the error of the probe, or None if it works
    and measures the water that was set last.
    """

    press: Callable[[ButtonName], None]
    release: Callable[[ButtonName], None]
    set_water: Callable[[float], None]
    set_probe_fault: Callable[[ProbeError | None], None]


class Simulator:
    """A ``Display`` whose ``surface`` of ``size`` is shown beside the simulated hardware.

    ``readout`` is called in every ``pump``. The simulated buzzer may call ``hear`` with each new tone, from
    any thread. ``supervisor`` runs the speaker's thread. ``last_words`` is called before the program ends
    because its X server died. ``room`` is the largest size of the window; by default nearly the desktop's.
    """

    name = "simulator"

    def __init__(
        self,
        size: tuple[int, int],
        on_contact: OnContact,
        knobs: Knobs,
        readout: Callable[[], Readout],
        *,
        supervisor: Watcher,
        on_quit: Callable[[], None] | None = None,
        last_words: Callable[[], None] = lambda: None,
        title: str = "cramp-kiosk",
        room: tuple[int, int] | None = None,
        clock: Now = monotonic,
    ) -> None:
        self._size = size
        self._on_contact = on_contact
        self._knobs = knobs
        self._ask = readout
        self._on_quit = on_quit
        self._last_words = last_words
        self._title = title
        self._room = room
        self._clock = clock
        self._speaker = Speaker(supervisor)
        self._readout = Readout()
        self._hands = Hands()
        self._held: Knob | None = None
        self._touching = False
        self._holding: set[tuple[ButtonName, str]] = set()
        self._surface: pygame.Surface | None = None
        self._window: pygame.Surface
        self._panel: HardwarePanel
        self._glass: pygame.Rect
        self._foot: pygame.Rect
        self._card: pygame.Rect
        self._scale = 1.0
        self._panel_scale = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the kiosk's screen in its own pixels."""
        return self._size

    @property
    def surface(self) -> pygame.Surface:
        """The surface of the kiosk's screen. Raises ``DisplayError`` if the window is not open."""
        if self._surface is None:
            raise DisplayError(_("The window is not open."))
        return self._surface

    def open(self) -> None:
        """Open the window and set the water to the slider's value. Raises ``DisplayError``."""
        if os.environ.get("DISPLAY"):
            at_death(self._last_words)
        self._lay_out(self._room if self._room is not None else _desktop())
        pygame.display.set_allow_screensaver(True)
        self._surface = pygame.Surface(self._size, 0, 32)
        self._paint_all()
        self._knobs.set_water(self._hands.water)
        self._speaker.open()

    def _lay_out(self, room: tuple[int, int]) -> None:
        """Place the screen on the left and the hardware on the right, centred vertically. If there is too
        little room, the screen is scaled down first, because small controls are hard to use."""
        panel = min(1.0, room[1] / (HEIGHT + _EDGE + _FOOT))
        edge, foot = round(_EDGE * panel), round(_FOOT * panel)
        card = pygame.Rect(0, 0, round(WIDTH * panel), round(HEIGHT * panel))
        self._scale = min(
            1.0,
            max(0.1, (room[0] - card.width - 3 * edge) / self._size[0]),
            (room[1] - edge - foot) / self._size[1],
        )
        glass = pygame.Rect(0, 0, round(self._size[0] * self._scale), round(self._size[1] * self._scale))
        high = max(glass.height, card.height)
        glass.midleft = (edge, edge + high // 2)
        card.midleft = (glass.right + edge, edge + high // 2)
        self._window = open_window((card.right + edge, edge + high + foot), title=self._title)
        self._glass, self._card, self._panel_scale = glass, card, panel
        self._foot = pygame.Rect(glass.left, glass.bottom + 6, glass.width, foot - 12)
        self._panel = HardwarePanel(card.topleft, panel)

    def _paint_all(self) -> None:
        self._window.fill(_GROUND)
        sketch = Sketch(self._card.size, self._panel_scale, ground=_GROUND)
        sketch.box((0, 0, 0), (0, 0, WIDTH, HEIGHT), 0, 20)
        sketch.box(palette()["skin"], (0, 0, WIDTH, HEIGHT), 2, 20)
        self._window.blit(sketch.picture(), self._card)
        pygame.draw.rect(self._window, palette()["skin"], self._glass.inflate(4, 4), 2, border_radius=4)
        self._readout = self._ask()
        self._panel.draw(self._window, self._readout, self._hands)
        self._paint_foot()
        self._paint_glass(self.surface.get_rect())
        pygame.display.update()

    def close(self) -> None:
        """Close the window. May be called twice."""
        if self._surface is not None:
            self._surface = None
            self._speaker.close()
            pygame.display.quit()

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Show these parts of the kiosk's screen at the brightness of its backlight."""
        painted = [self._paint_glass(rect) for rect in rects]
        if painted:
            pygame.display.update(painted)

    def _paint_glass(self, rect: pygame.Rect) -> pygame.Rect:
        """Paint a part of the screen, or all of it if it is scaled; return the rectangle in the window."""
        if self._scale == 1.0:
            place = self._window.blit(self.surface, rect.move(self._glass.topleft), rect)
        else:
            small = pygame.transform.smoothscale(self.surface, self._glass.size)
            place = self._window.blit(small, self._glass)
        light = self._readout.light
        seen = round(255 * (_LIT_AT_LEAST + (1 - _LIT_AT_LEAST) * min(light, 1.0))) if light > 0 else 0
        if seen < 255:
            self._window.fill((seen, seen, seen), place, pygame.BLEND_RGB_MULT)
        return place

    def _paint_foot(self) -> pygame.Rect:
        colour = palette()["faint"]
        sketch = Sketch(self._foot.size, self._panel_scale, ground=_GROUND)
        light = _("Screen light {percent} %").format(percent=round(100 * self._readout.light))
        sketch.words(self._readout.clock, (0, 18), 16, colour, align=0)
        sketch.words(light, (self._foot.width / self._panel_scale, 18), 16, colour, align=1)
        self._window.blit(sketch.picture(), self._foot)
        return self._foot

    def poll_ms(self, *, moving: bool) -> Ms | None:  # noqa: ARG002 - the protocol's
        """Always ``POLL``."""
        return POLL

    def hear(self, tone: tuple[int, Volume]) -> None:
        """Play this tone (Hz, volume) until the next call. Thread-safe."""
        self._speaker.tone(*tone)

    def pump(self) -> None:
        """Pass on what mouse and keyboard did; show the state of the hardware."""
        for event in pygame.event.get():
            self._take(event)
        was, self._readout = self._readout, self._ask()
        self._let_cool(self._readout.water)
        changed = self._panel.draw(self._window, self._readout, self._hands)
        if (was.clock, was.light) != (self._readout.clock, self._readout.light):
            changed.append(self._paint_foot())
        if was.light != self._readout.light:
            changed.append(self._paint_glass(self.surface.get_rect()))
        if changed:
            pygame.display.update(changed)

    def _take(self, event: pygame.event.Event) -> None:
        if event.type == pygame.QUIT:
            if self._on_quit is not None:
                self._on_quit()
        elif event.type in (pygame.WINDOWEXPOSED, pygame.VIDEOEXPOSE):
            pygame.display.update()
        elif event.type in (pygame.KEYDOWN, pygame.KEYUP) and event.key in _KEYS:
            self._hold(_KEYS[event.key], "key", down=event.type == pygame.KEYDOWN)
        elif (kind := mouse_kind(event)) is not None:
            self._mouse(kind, *event.pos)

    def _mouse(self, kind: Kind, x: int, y: int) -> None:
        if kind is Kind.DOWN:
            self._touching = self._glass.collidepoint(x, y)
            self._held = None if self._touching else self._panel.knob_at(x, y)
            if self._held is not None:
                self._grasp(self._held)
        if self._touching:
            self._touch(kind, x, y)
        elif self._held is Knob.WATER:
            self._set_water(self._panel.water_at(x))
        if kind is Kind.UP:
            self._hold(ButtonName.BIG, "mouse", down=False)
            self._held, self._touching = None, False

    def _touch(self, kind: Kind, x: int, y: int) -> None:
        across = int((x - self._glass.x) / self._scale)
        down = int((y - self._glass.y) / self._scale)
        self._on_contact(Contact(kind, across, down, self._clock(), source=Source.MOUSE))

    def _grasp(self, knob: Knob) -> None:
        if knob is Knob.BUTTON:
            self._hold(ButtonName.BIG, "mouse", down=True)
        elif knob is Knob.UNPLUG:
            self._toggle(ProbeError.NO_PROBE)
        elif knob is Knob.FAULT:
            self._toggle(ProbeError.CRC)

    def _hold(self, button: ButtonName, by: str, *, down: bool) -> None:
        """Mouse and key hold the same button: it is down while at least one of them holds it."""
        (self._holding.add if down else self._holding.discard)((button, by))
        was, pressed = self._hands.pressed, frozenset(held for held, _by in self._holding)
        if pressed != was:
            self._hands = msgspec.structs.replace(self._hands, pressed=pressed)
            (self._knobs.press if button in pressed else self._knobs.release)(button)

    def _set_water(self, celsius: float) -> None:
        if celsius != self._hands.water:
            self._hands = msgspec.structs.replace(self._hands, water=celsius)
            self._knobs.set_water(celsius)

    def _let_cool(self, celsius: float) -> None:
        """Let the slider follow the water, rounded to the 0.1 degrees shown, unless the mouse holds it."""
        if self._held is not Knob.WATER:
            self._hands = msgspec.structs.replace(self._hands, water=round(celsius, 1))

    def _toggle(self, trouble: ProbeError) -> None:
        now = None if self._hands.trouble is trouble else trouble
        self._hands = msgspec.structs.replace(self._hands, trouble=now)
        self._knobs.set_probe_fault(now)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _desktop() -> tuple[int, int]:
    """The room for a window in pixels: the desktop without its bars, taken as 8 % of its height."""
    start_video()
    width, height = pygame.display.get_desktop_sizes()[0]
    return width, round(height * 0.92)
