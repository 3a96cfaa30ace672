"""An SDL window: kiosks under X11 or Wayland, and every machine with a desktop."""

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
SLOW: Ms = 250
LINGER: Ms = 2_000
"""for so long after the last input the next is expected soon"""
LOOK_EVERY: Ms = 1_000
"""so often the X screen is asked for its size"""

_FINGER = {pygame.FINGERDOWN: Kind.DOWN, pygame.FINGERMOTION: Kind.MOVE, pygame.FINGERUP: Kind.UP}
_MOUSE = {
    pygame.MOUSEBUTTONDOWN: Kind.DOWN,
    pygame.MOUSEMOTION: Kind.MOVE,
    pygame.MOUSEBUTTONUP: Kind.UP,
}
LEFT = 1


#: SDL's video drivers that show nothing. It takes one of them by itself where no other can be had.
_BLIND = frozenset({"dummy", "evdev", "offscreen"})

#: What was last put into the environment for SDL; taken back before the next choice, which may be another.
_chosen: dict[str, str] = {}


def driver_settings(environ: Mapping[str, str], root: Path = Path("/")) -> dict[str, str]:
    """What SDL must be told in its environment to take the right video driver and the right way to draw;
    nothing that the owner said (SDL_VIDEODRIVER and others) is contradicted."""
    wanted: dict[str, str] = {}
    if not environ.get("SDL_VIDEODRIVER"):
        if environ.get("WAYLAND_DISPLAY"):
            # By itself SDL 2 takes Xwayland, which makes a mouse of every finger.
            wanted["SDL_VIDEODRIVER"] = "wayland,x11" if environ.get("DISPLAY") else "wayland"
        elif environ.get("DISPLAY"):
            # Where nobody answers there SDL by itself takes another, at last one that shows nothing.
            wanted["SDL_VIDEODRIVER"] = "x11"
        elif (card := _connected_card(root)) is not None:
            # The bare console through KMS. Its windows need GL; left to itself SDL tries desktop GL first,
            # which leaves a Raspberry Pi's screen black. A DSI panel of a Pi 5 is a card of its own, which
            # SDL 2.26 overlooks (libsdl-org/SDL#13705).
            wanted["SDL_VIDEODRIVER"] = "kmsdrm"
            wanted["SDL_KMSDRM_DEVICE_INDEX"] = str(card)
            wanted["SDL_RENDER_DRIVER"] = wanted["SDL_FRAMEBUFFER_ACCELERATION"] = "opengles2"
    if not {**environ, **wanted}.get("SDL_VIDEODRIVER", "").startswith(("wayland", "kmsdrm")):
        # Under X11 SDL would send a window's pixels through GL where it can: slower to start, more memory.
        # Wayland and KMS give it no other way; told not to, it opens no window at all.
        wanted["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
    # SIGTERM and SIGINT stay the program's own: SDL would turn them into an event of its queue.
    wanted["SDL_NO_SIGNAL_HANDLERS"] = "1"
    return {name: value for name, value in wanted.items() if not environ.get(name)}


def _connected_card(root: Path) -> int | None:
    """The number of the graphics card that a panel is connected to, a built-in one first."""
    cards = [connector for connector in connectors(root) if connector.connected]
    best = min(cards, key=lambda connector: (not connector.built_in, connector), default=None)
    return None if best is None else int(best.name.split("-", 1)[0].removeprefix("card"))


def start_video() -> None:
    """Start SDL's video and nothing else of SDL. Raises ``DisplayError``, also where SDL took a driver that
    shows nothing and nobody named it."""
    _take_back()
    named = os.environ.get("SDL_VIDEODRIVER")
    _chosen.update(driver_settings(os.environ))
    os.environ.update(_chosen)
    try:
        pygame.display.init()
    except pygame.error as error:
        nobody = _nobody_there(error)
        _take_back()
        raise nobody from error
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
    """Leave the environment as it was before SDL was told what to take."""
    for name, value in _chosen.items():
        if os.environ.get(name) == value:
            del os.environ[name]
    _chosen.clear()


def open_window(size: tuple[int, int], *, title: str, flags: int = 0) -> pygame.Surface:
    """A window of this size. Raises ``DisplayError``."""
    start_video()
    pygame.display.set_caption(title)
    try:
        return pygame.display.set_mode(size, flags)
    except pygame.error as error:
        pygame.display.quit()
        raise _no_window(error) from error


def require_window() -> None:
    """Raises ``DisplayError`` where none can be opened."""
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


def _nobody_there(error: pygame.error) -> DisplayError:
    """Why SDL's video did not start."""
    if _chosen.get("SDL_VIDEODRIVER") == "x11":
        return DisplayError(
            _(
                "No window could be opened: nobody answers at DISPLAY={display} ({error}). Start the desktop "
                "there, or unset DISPLAY."
            ).format(display=os.environ["DISPLAY"], error=error)
        )
    return _no_window(error)


def mouse_kind(event: pygame.event.Event) -> Kind | None:
    """What the left mouse button did, if this event is about it."""
    kind = _MOUSE.get(event.type)
    if kind is Kind.MOVE:
        return kind if event.buttons[0] else None
    return kind if kind is not None and event.button == LEFT else None


class Desktop:
    """A ``Display`` in a window of ``size``; ``fullscreen`` takes the screen's own size instead.

    How the touch panel's axes lie counts only on the bare console (KMS): elsewhere the compositor knows.
    Contacts and ``on_quit`` come out of ``pump``. ``on_quit``: somebody closed the window; without it, and
    where the compositor is gone, that is a ``DisplayError``, and the window may be opened again. No process
    outlives the death of its X server: ``last_words`` are called before it ends. SDL's ``event.wait`` is
    never used: without help from the compositor it looks for events a thousand times a second.
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
        """Draw here."""
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
        """Close the window; again does nothing."""
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
        """30 times a second while something moves or someone is at it, else four times."""
        lively = self._heard is not None and self._clock() - self._heard < LINGER
        return FAST if moving or lively else SLOW

    def pump(self) -> None:
        """Hand on what fingers and mouse did. The window has another size from here on if the screen was
        given another mode. Raises ``DisplayError`` where it is gone: then nothing must be drawn any more, as
        SDL 2.32 crashes on a window whose compositor died."""
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
            pygame.display.update()  # another window lay over it
        if self._screen is not None and self._clock() - self._looked >= LOOK_EVERY:
            self._looked = self._clock()
            self._fill(self._screen)
        # Of another size it is another surface, in most versions of pygame.
        self._surface = pygame.display.get_surface() or self._surface
        if terminal != self._terminal:
            # Under KMS SDL loses what is drawn while another virtual terminal is on the glass, and does not
            # say when ours is back. It takes the glass again in event.get, so this comes after.
            self._terminal = terminal
            pygame.display.update()

    def _quit(self) -> None:
        """SDL says so when somebody closed the window, and when the compositor is gone."""
        if self._on_quit is None or not self._closed:
            raise DisplayError(
                _("The window is gone: somebody closed it, or its desktop has ended. It is opened again.")
            )
        self._on_quit()

    def _fill(self, screen: Screen) -> None:
        """Let a window that filled the X screen fill it again, should it have another mode."""
        size = screen.size()
        if size != self._filled and self.size == self._filled:
            screen.fill(pygame.display.get_wm_info()["window"], size)
        self._filled = size

    def _on_glass(self) -> str:
        """The virtual terminal that is seen now, such as "tty1"."""
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
