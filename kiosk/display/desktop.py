"""The display in an SDL window: under X11, Wayland or KMS."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.core.technique import Ms
from kiosk.display.base import Contact, DisplayError, Kind, Now, OnContact, Source, monotonic
from kiosk.display.panels import connectors
from kiosk.display.pygame_import import pygame
from kiosk.display.touch import Transform
from kiosk.display.x11 import Screen, at_death
from kiosk.i18n import _

FAST: Ms = 33
"""time between two polls while the page moves or someone touches it"""
SLOW: Ms = 250
"""time between two polls otherwise"""
LINGER: Ms = 2_000
"""time after the last input during which polling stays fast"""
LOOK_EVERY: Ms = 1_000
"""time between two readings of the X screen's size"""

_FINGER = {pygame.FINGERDOWN: Kind.DOWN, pygame.FINGERMOTION: Kind.MOVE, pygame.FINGERUP: Kind.UP}
_MOUSE = {
    pygame.MOUSEBUTTONDOWN: Kind.DOWN,
    pygame.MOUSEMOTION: Kind.MOVE,
    pygame.MOUSEBUTTONUP: Kind.UP,
}
LEFT = 1


#: SDL's video drivers that show nothing. SDL falls back to them if no other works.
_BLIND = frozenset({"dummy", "evdev", "offscreen"})

#: Environment variables last set for SDL. They are removed before the next choice, which may differ.
_chosen: dict[str, str] = {}


def driver_settings(environ: Mapping[str, str], root: Path = Path("/")) -> dict[str, str]:
    """Environment variables that make SDL choose the right video driver and rendering. Those that are set in
    ``environ`` (SDL_VIDEODRIVER and others) are never overridden."""
    wanted: dict[str, str] = {}
    if not environ.get("SDL_VIDEODRIVER"):
        if environ.get("WAYLAND_DISPLAY"):
            # By default SDL 2 chooses Xwayland, which turns every finger into a mouse.
            wanted["SDL_VIDEODRIVER"] = "wayland,x11" if environ.get("DISPLAY") else "wayland"
        elif environ.get("DISPLAY"):
            # Without an X server SDL would fall back to other drivers, in the end to one that shows nothing.
            wanted["SDL_VIDEODRIVER"] = "x11"
        elif (card := _connected_card(root)) is not None:
            # A console without a desktop: KMS. Its windows need GL; by default SDL tries desktop GL first,
            # which leaves a Raspberry Pi's screen black. The DSI panel of a Pi 5 is a graphics card of its
            # own, which SDL 2.26 ignores (libsdl-org/SDL#13705).
            wanted["SDL_VIDEODRIVER"] = "kmsdrm"
            wanted["SDL_KMSDRM_DEVICE_INDEX"] = str(card)
            wanted["SDL_RENDER_DRIVER"] = wanted["SDL_FRAMEBUFFER_ACCELERATION"] = "opengles2"
    if not {**environ, **wanted}.get("SDL_VIDEODRIVER", "").startswith(("wayland", "kmsdrm")):
        # Under X11 SDL would copy the window's pixels through GL: slower to start, more memory. Under Wayland
        # and KMS there is no other way; without GL SDL opens no window.
        wanted["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
    # The program handles SIGTERM and SIGINT itself; SDL would turn them into events.
    wanted["SDL_NO_SIGNAL_HANDLERS"] = "1"
    return {name: value for name, value in wanted.items() if not environ.get(name)}


def _connected_card(root: Path) -> int | None:
    """The number of the graphics card with a connected panel, a built-in one first; None if there is none."""
    cards = [connector for connector in connectors(root) if connector.connected]
    best = min(cards, key=lambda connector: (not connector.built_in, connector), default=None)
    return None if best is None else int(best.name.split("-", 1)[0].removeprefix("card"))


def start_video() -> None:
    """Initialise SDL's video subsystem only. Raises ``DisplayError``, also if SDL chose a driver that shows
    nothing although SDL_VIDEODRIVER does not name it."""
    _take_back()
    named = os.environ.get("SDL_VIDEODRIVER")
    _chosen.update(driver_settings(os.environ))
    os.environ.update(_chosen)
    try:
        pygame.display.init()
    except pygame.error as error:
        why = _not_started(error)
        _take_back()
        raise why from error
    if not named and pygame.display.get_driver().lower() in _BLIND:
        pygame.display.quit()
        _take_back()
        raise DisplayError(
            _(
                "No window could be opened: no desktop is running here, and no panel is connected to a "
                'graphics card. Check the cable, or set display = "console" under [screen].'
            )
        )


def _take_back() -> None:
    """Remove the environment variables that were set for SDL."""
    for name, value in _chosen.items():
        if os.environ.get(name) == value:
            del os.environ[name]
    _chosen.clear()


def open_window(size: tuple[int, int], *, title: str, flags: int = 0) -> pygame.Surface:
    """Open a window of this size in pixels; (0, 0) is the screen's size. Raises ``DisplayError``."""
    start_video()
    pygame.display.set_caption(title)
    try:
        return pygame.display.set_mode(size, flags)
    except pygame.error as error:
        pygame.display.quit()
        raise _no_window(error) from error


def require_window() -> None:
    """Check that a window can be opened. Raises ``DisplayError``."""
    start_video()
    pygame.display.quit()
    _take_back()


def _no_window(error: pygame.error) -> DisplayError:
    if os.environ.get("SDL_VIDEODRIVER") == "kmsdrm":
        return DisplayError(
            _(
                "The panel could not be opened through KMS: {error}. Install libegl1 and libgles2, or set "
                'display = "console" under [screen].'
            ).format(error=error)
        )
    return DisplayError(
        _("No window could be opened: {error}. Is a desktop running, and is DISPLAY set?").format(error=error)
    )


def _not_started(error: pygame.error) -> DisplayError:
    """The reason why SDL's video did not start."""
    if _chosen.get("SDL_VIDEODRIVER") == "x11":
        return DisplayError(
            _(
                "No window could be opened: nobody answers at DISPLAY={display} ({error}). Start the desktop "
                "there, or unset DISPLAY."
            ).format(display=os.environ["DISPLAY"], error=error)
        )
    return _no_window(error)


def mouse_kind(event: pygame.event.Event) -> Kind | None:
    """What the left mouse button did; None for any other event, and for a move without it."""
    kind = _MOUSE.get(event.type)
    if kind is Kind.MOVE:
        return kind if event.buttons[0] else None
    return kind if kind is not None and event.button == LEFT else None


class Desktop:
    """A ``Display`` in a window of ``size``; ``fullscreen`` takes the screen's own size instead.

    The axes and calibration in ``transform`` apply under KMS only; elsewhere the compositor maps touch.
    ``on_contact`` and ``on_quit`` are called by ``pump``. ``on_quit`` is called when the user closes the
    window. Without it, or if the compositor is gone, ``pump`` raises ``DisplayError``; the window may then be
    opened again. ``last_words`` is called before the program ends because its X server died. SDL's
    ``event.wait`` is never used: it polls a thousand times a second if the compositor does not support
    waiting. ``root`` is for tests.
    """

    name = "desktop"

    def __init__(
        self,
        size: tuple[int, int],
        on_contact: OnContact,
        *,
        on_quit: Callable[[], None] | None = None,
        last_words: Callable[[], None] = lambda: None,
        fullscreen: bool = False,
        title: str = "cramp-kiosk",
        transform: Transform = Transform(),  # noqa: B008 - immutable
        clock: Now = monotonic,
        root: Path = Path("/"),
    ) -> None:
        self._wanted = size
        self._on_contact = on_contact
        self._on_quit = on_quit
        self._last_words = last_words
        self._closed = False
        self._fullscreen = fullscreen
        self._title = title
        self._transform = transform
        self._turned = Transform(rotation=transform.rotation)
        self._clock = clock
        self._of_finger = self._turned
        self._active = root / "sys/class/tty/tty0/active"
        self._terminal: str | None = None
        self._screen: Screen | None = None
        self._filled = (0, 0)
        self._looked: Ms = 0
        self._heard: Ms | None = None
        self._surface: pygame.Surface | None = None

    @property
    def surface(self) -> pygame.Surface:
        """The surface to draw on. Raises ``DisplayError`` if the window is not open."""
        if self._surface is None:
            raise DisplayError(_("The window is not open."))
        return self._surface

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the window in pixels, before any rotation."""
        return self.surface.get_size()

    def open(self) -> None:
        """Open the window. Raises ``DisplayError``."""
        self._closed = False
        if os.environ.get("DISPLAY"):
            at_death(self._last_words)
        if self._fullscreen:
            self._surface = open_window((0, 0), title=self._title, flags=pygame.FULLSCREEN)
            pygame.mouse.set_visible(False)
        else:
            self._surface = open_window(self._wanted, title=self._title)
        driver = pygame.display.get_driver().lower()
        if self._fullscreen and driver == "x11":
            with contextlib.suppress(OSError):
                self._screen = Screen()
                self._filled = self._screen.size()
        bare = driver == "kmsdrm"
        self._of_finger = self._transform if bare else self._turned
        self._terminal = self._on_glass() if bare else None

    def close(self) -> None:
        """Close the window. May be called twice."""
        if self._screen is not None:
            self._screen.close()
            self._screen = None
        if self._surface is not None:
            self._surface = None
            pygame.display.quit()

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Show these parts of the window."""
        if rects:
            pygame.display.update(list(rects))

    def poll_ms(self, *, moving: bool) -> Ms | None:
        """``FAST`` while something moves or was touched within ``LINGER``, else ``SLOW``."""
        lively = self._heard is not None and self._clock() - self._heard < LINGER
        return FAST if moving or lively else SLOW

    def pump(self) -> None:
        """Pass on what fingers and mouse did. Afterwards the window has another size if the screen was given
        another mode. Raises ``DisplayError`` if the window is gone; do not draw then, because SDL 2.32
        crashes on a window whose compositor has died."""
        terminal = None if self._terminal is None else self._on_glass()
        exposed = False
        for event in pygame.event.get():
            if event.type == pygame.WINDOWCLOSE:
                self._closed = True
            elif event.type == pygame.QUIT:
                self._quit()
            elif event.type in (pygame.WINDOWEXPOSED, pygame.VIDEOEXPOSE):
                exposed = True
            else:
                self._contact(event)
        if exposed:
            pygame.display.update()  # another window covered it
        if self._screen is not None and self._clock() - self._looked >= LOOK_EVERY:
            self._looked = self._clock()
            self._fill(self._screen)
        # After a change of size most versions of pygame have a new surface.
        self._surface = pygame.display.get_surface() or self._surface
        if terminal != self._terminal:
            # Under KMS SDL loses what is drawn while another virtual terminal is shown, and reports nothing
            # when ours is back. It takes the screen again in event.get, so this follows.
            self._terminal = terminal
            pygame.display.update()

    def _quit(self) -> None:
        """Handle SDL's QUIT: the user closed the window, or the compositor is gone."""
        if self._on_quit is None or not self._closed:
            raise DisplayError(
                _("The window is gone: somebody closed it, or its desktop has ended. It is opened again.")
            )
        self._on_quit()

    def _fill(self, screen: Screen) -> None:
        """Resize a window that filled the X screen if the screen has another size now."""
        size = screen.size()
        if size != self._filled and self.size == self._filled:
            screen.fill(pygame.display.get_wm_info()["window"], size)
        self._filled = size

    def _on_glass(self) -> str:
        """The virtual terminal shown now, such as "tty1"; "" if it is not known."""
        return self._active.read_text().strip() if self._active.exists() else ""

    def _contact(self, event: pygame.event.Event) -> None:
        kind = _FINGER.get(event.type)
        if kind is not None:
            x, y = self._of_finger.pixel(event.x, event.y, self.size)
            self._tell(Contact(kind, x, y, self._clock(), event.finger_id, Source.FINGER))
            return
        kind = mouse_kind(event)
        if kind is not None:
            width, height = self.size
            across, down = event.pos[0] / max(1, width - 1), event.pos[1] / max(1, height - 1)
            x, y = self._turned.pixel(across, down, self.size)
            source = Source.TWIN if getattr(event, "touch", False) else Source.MOUSE
            self._tell(Contact(kind, x, y, self._clock(), 0, source))

    def _tell(self, contact: Contact) -> None:
        self._heard = contact.at
        self._on_contact(contact)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
