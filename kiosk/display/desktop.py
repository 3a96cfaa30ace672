"""An SDL window: kiosks under X11 or Wayland, and every machine with a desktop."""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pygame

from kiosk.core.technique import Ms
from kiosk.display.base import Clock, Contact, DisplayError, Kind, OnContact, Source, monotonic
from kiosk.display.framebuffer import connectors
from kiosk.display.touch import Transform
from kiosk.words import _

FAST: Ms = 33
SLOW: Ms = 250
LINGER: Ms = 2_000
"""for so long after the last input the next is expected soon"""

_FINGER = {pygame.FINGERDOWN: Kind.DOWN, pygame.FINGERMOTION: Kind.MOVE, pygame.FINGERUP: Kind.UP}
_MOUSE = {
    pygame.MOUSEBUTTONDOWN: Kind.DOWN,
    pygame.MOUSEMOTION: Kind.MOVE,
    pygame.MOUSEBUTTONUP: Kind.UP,
}
LEFT = 1


def choose_driver(environ: MutableMapping[str, str] = os.environ, root: Path = Path("/")) -> None:
    """Tell SDL which of its video drivers to use, unless the owner did (SDL_VIDEODRIVER)."""
    if not environ.get("SDL_VIDEODRIVER"):
        if environ.get("WAYLAND_DISPLAY"):
            # By itself SDL 2 takes Xwayland, which makes a mouse of every finger.
            environ["SDL_VIDEODRIVER"] = "wayland,x11" if environ.get("DISPLAY") else "wayland"
        elif not environ.get("DISPLAY") and (card := _connected_card(root)) is not None:
            # The bare console through KMS. Its windows need GL; left to itself SDL tries desktop GL first,
            # which leaves a Raspberry Pi's screen black. A DSI panel of a Pi 5 is a card of its own, which
            # SDL 2.26 overlooks (libsdl-org/SDL#13705).
            environ["SDL_VIDEODRIVER"] = "kmsdrm"
            environ.setdefault("SDL_KMSDRM_DEVICE_INDEX", str(card))
            for name in ("SDL_RENDER_DRIVER", "SDL_FRAMEBUFFER_ACCELERATION"):
                environ.setdefault(name, "opengles2")
    if not environ.get("SDL_VIDEODRIVER", "").startswith(("wayland", "kmsdrm")):
        # Under X11 SDL would send a window's pixels through GL where it can: slower to start, more memory.
        # Wayland and KMS give it no other way; told not to, it opens no window at all.
        environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")


def _connected_card(root: Path) -> int | None:
    """The number of the graphics card that a panel is connected to, a built-in one first."""
    cards = [connector for connector in connectors(root) if connector.connected]
    best = min(cards, key=lambda connector: (not connector.built_in, connector), default=None)
    return None if best is None else int(best.name.split("-", 1)[0].removeprefix("card"))


def start_video() -> None:
    """Start SDL's video and nothing else of SDL. Raises ``DisplayError``."""
    choose_driver()
    # SIGTERM and SIGINT stay the program's own: SDL would turn them into an event of its queue.
    os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
    try:
        pygame.display.init()
    except pygame.error as error:
        raise _no_window(error) from error


def open_window(size: tuple[int, int], *, title: str, flags: int = 0) -> pygame.Surface:
    """A window of this size. Raises ``DisplayError``."""
    start_video()
    pygame.display.set_caption(title)
    try:
        return pygame.display.set_mode(size, flags)
    except pygame.error as error:
        pygame.display.quit()
        raise _no_window(error) from error


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


def mouse_kind(event: pygame.event.Event) -> Kind | None:
    """What the left mouse button did, if this event is about it."""
    kind = _MOUSE.get(event.type)
    if kind is Kind.MOVE:
        return kind if event.buttons[0] else None
    return kind if kind is not None and event.button == LEFT else None


class Desktop:
    """A ``Display`` in a window of ``size``; ``fullscreen`` takes the screen's own size instead.

    How the touch panel's axes lie counts only on the bare console (KMS): elsewhere the compositor knows.
    Contacts and ``on_quit`` (the window was closed) come out of ``pump``. SDL's ``event.wait`` is
    never used: without help from the compositor it looks for events a thousand times a second.
    """

    name = "desktop"

    def __init__(
        self,
        size: tuple[int, int],
        on_contact: OnContact,
        *,
        on_quit: Callable[[], None] | None = None,
        fullscreen: bool = False,
        title: str = "cramp-kiosk",
        transform: Transform = Transform(),  # noqa: B008 - immutable
        clock: Clock = monotonic,
        root: Path = Path("/"),
    ) -> None:
        self._wanted = size
        self._on_contact = on_contact
        self._on_quit = on_quit
        self._fullscreen = fullscreen
        self._title = title
        self._transform = transform
        self._turned = Transform(rotation=transform.rotation)
        self._clock = clock
        self._of_finger = self._turned
        self._active = root / "sys/class/tty/tty0/active"
        self._terminal: str | None = None
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
        if self._fullscreen:
            self._surface = open_window((0, 0), title=self._title, flags=pygame.FULLSCREEN)
            pygame.mouse.set_visible(False)
        else:
            self._surface = open_window(self._wanted, title=self._title)
        bare = pygame.display.get_driver().lower() == "kmsdrm"
        self._of_finger = self._transform if bare else self._turned
        self._terminal = self._on_glass() if bare else None

    def close(self) -> None:
        """Close the window; again does nothing."""
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
        """Hand on what fingers and mouse did."""
        terminal = None if self._terminal is None else self._on_glass()
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                if self._on_quit is not None:
                    self._on_quit()
            elif event.type in (pygame.WINDOWEXPOSED, pygame.VIDEOEXPOSE):
                pygame.display.update()  # another window lay over it
            else:
                self._contact(event)
        if terminal != self._terminal:
            # Under KMS SDL loses what is drawn while another virtual terminal is on the glass, and does not
            # say when ours is back. It takes the glass again in event.get, so this comes after.
            self._terminal = terminal
            pygame.display.update()

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
