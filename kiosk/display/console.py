"""The display by the bed: Linux framebuffer and evdev touch. No desktop, no GL, nothing polled."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from kiosk.core.technique import SECOND, Ms
from kiosk.core.threads import Watcher
from kiosk.display.base import Contact, DisplayError, Now, OnContact, monotonic
from kiosk.display.foreground import Foreground
from kiosk.display.framebuffer import Framebuffer
from kiosk.display.panels import Candidate, candidates, no_framebuffer
from kiosk.display.pygame_import import pygame
from kiosk.display.terminal import GraphicsMode, Ioctl, system_ioctl
from kiosk.display.touch import Transform
from kiosk.display.touch_reader import TouchReader
from kiosk.i18n import _

log = logging.getLogger(__name__)

PATIENCE: Ms = 30 * SECOND
"""a panel may answer late after power-on: this long it is waited for"""
_LOOK_EVERY: Ms = 250


def find_panel(
    root: Path = Path("/"),
    *,
    patience: Ms = PATIENCE,
    clock: Now = monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Candidate:
    """The framebuffer whose panel is connected, waited for ``patience`` ms.

    After that, one with nothing connected will do: a monitor that sleeps counts as unplugged.
    Raises ``DisplayError`` if there is no framebuffer at all.
    """
    until = clock() + patience
    while True:
        found = candidates(root)
        if found and found[0].rank < 3:
            log.info("%s", found[0].why())
            return found[0]
        if clock() >= until:
            break
        sleep(_LOOK_EVERY / 1000)
    if not found:
        raise DisplayError(no_framebuffer())
    log.warning(
        _("No panel is connected to {device}; drawing there all the same.").format(device=found[0].device)
    )
    return found[0]


class Watch(Protocol):
    """What watches for our terminal leaving the glass and coming back."""

    def open(self) -> None:
        """Start watching."""

    def close(self) -> None:
        """Stop watching."""


class Console:
    """A ``Display`` on the framebuffer of the connected panel.

    ``device`` names a framebuffer and ends the search. ``transform`` says how the touch panel lies on
    the glass, now; contacts come in pixels of the picture, from the touch thread. ``on_touch(False)`` says
    that there is no touch panel, ``on_touch(True)`` that there is one. ``on_return`` is called, out of
    a signal handler, when ``pump`` should be: another terminal was on the glass, and ours is back.
    ``supervisor`` keeps the touch thread. The rest is for tests.

    While another terminal is on the glass nothing is drawn over it, and touches mean nothing.
    """

    name = "console"

    def __init__(
        self,
        on_contact: OnContact,
        *,
        supervisor: Watcher,
        device: Path | None = None,
        transform: Callable[[], Transform] = Transform,
        on_touch: Callable[[bool], None] | None = None,
        on_return: Callable[[], None] = lambda: None,
        root: Path = Path("/"),
        ioctl: Ioctl = system_ioctl,
        find: Callable[[Path], Candidate] = find_panel,
        terminal: GraphicsMode | None = None,
        watch: Callable[[int, Callable[[bool], None]], Watch] | None = None,
    ) -> None:
        self._supervisor = supervisor
        self._hand_on = on_contact
        self._device = device
        self._transform = transform
        self._on_touch = on_touch
        self._on_return = on_return
        self._root = root
        self._ioctl = ioctl
        self._find = find
        self._terminal = terminal if terminal is not None else GraphicsMode(ioctl=ioctl)
        self._watch = watch if watch is not None else partial(Foreground, ioctl=ioctl)
        self._in_front = True
        self._came_back = False
        self._framebuffer: Framebuffer | None = None
        self._touch: TouchReader
        self._given = contextlib.ExitStack()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the panel in pixels, before any rotation."""
        return self._open.size

    @property
    def surface(self) -> pygame.Surface:
        """Draw here, in the panel's own pixel format."""
        return self._open.surface

    @property
    def _open(self) -> Framebuffer:
        if self._framebuffer is None:
            raise DisplayError(_("The console display is not open."))
        return self._framebuffer

    def open(self) -> None:
        """Take the panel: text off, black, touch on. Raises ``DisplayError``."""
        with contextlib.ExitStack() as given:
            device, exact = self._device, False
            if device is None:
                found = self._find(self._root)
                device, exact = found.device, found.is_slow
            given.enter_context(self._terminal)  # given back last: it redraws the text
            framebuffer = Framebuffer(device, self._ioctl, exact=exact)
            given.callback(self._black_out, framebuffer)
            framebuffer.write([framebuffer.surface.get_rect()])
            self._in_front, self._came_back = True, False
            self._touch = given.enter_context(
                TouchReader(
                    self._on_contact,
                    framebuffer.size,
                    transform=self._transform,
                    on_present=self._on_touch,
                    folder=self._root / "dev" / "input",
                    supervisor=self._supervisor,
                )
            )
            if self._terminal.fd is not None:
                watch = self._watch(self._terminal.fd, self._switched)
                watch.open()
                given.callback(watch.close)
            self._framebuffer = framebuffer
            self._given = given.pop_all()

    @staticmethod
    def _black_out(framebuffer: Framebuffer) -> None:
        with contextlib.suppress(OSError):  # a panel that is gone is black
            framebuffer.close()

    def close(self) -> None:
        """Touch off, black, text on; again does nothing."""
        self._framebuffer = None
        self._given.close()

    def _on_contact(self, contact: Contact) -> None:
        if self._in_front:
            self._hand_on(contact)

    def _switched(self, in_front: bool) -> None:
        """Out of a signal handler: only marks what ``present`` and ``pump`` do then."""
        self._in_front, self._came_back = in_front, in_front
        self._touch.grab(in_front)
        if in_front:
            self._on_return()

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Copy the rows of these parts to the panel, unless another terminal is on it."""
        if self._in_front:
            self._open.write(rects)

    def poll_ms(self, *, moving: bool) -> Ms | None:  # noqa: ARG002 - the protocol's
        """Never: touch rings by itself."""
        return None

    def pump(self) -> None:
        """Show the picture again that another terminal has written over; take the panel anew, in its new
        size, if it was given another mode. Raises ``DisplayError`` and ``OSError``."""
        if self._in_front and self._open.has_changed():
            log.info(_("{device} has another mode.").format(device=self._open.device))
            self.close()
            self.open()
        if self._came_back:
            self._came_back = False
            self._open.write([self.surface.get_rect()])

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
