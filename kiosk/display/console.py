"""The default display: Linux framebuffer and evdev touch, without desktop, GL or polling."""

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
"""longest wait for a panel, which may appear late after power-on"""
_LOOK_EVERY: Ms = 250


def find_panel(
    root: Path = Path("/"),
    *,
    patience: Ms = PATIENCE,
    clock: Now = monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Candidate:
    """Wait at most ``patience`` ms for a framebuffer with a connected panel, and return it.

    After that, returns one with nothing connected, as a monitor in standby may report that. Raises
    ``DisplayError`` if there is no framebuffer. ``sleep`` takes seconds.
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
    """Reports when our virtual terminal is switched away from, and when it is back (``Foreground``)."""

    def open(self) -> None:
        """Start watching."""

    def close(self) -> None:
        """Stop watching."""


class Console:
    """A ``Display`` on the framebuffer of the connected panel.

    ``device`` is the framebuffer to use; by default it is searched for. ``transform`` returns the current
    mapping from the touch panel to the picture; ``on_contact`` is called with pixels of the picture, on the
    touch thread. ``on_touch`` is called with True when there is a touch panel, with False when there is none.
    ``on_return`` is called from a signal handler when our terminal is shown again after another one; ``pump``
    should be called then. ``supervisor`` runs the touch thread. The other parameters are for tests.

    While another terminal is shown nothing is drawn, and touches are ignored.
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
        """The surface to draw on, in the panel's pixel format. Raises ``DisplayError`` if it is not open."""
        return self._open.surface

    @property
    def _open(self) -> Framebuffer:
        if self._framebuffer is None:
            raise DisplayError(_("The console display is not open."))
        return self._framebuffer

    def open(self) -> None:
        """Open the panel: text off, black, touch on. Raises ``DisplayError``, ``OSError``."""
        with contextlib.ExitStack() as given:
            device, exact = self._device, False
            if device is None:
                found = self._find(self._root)
                device, exact = found.device, found.is_slow
            given.enter_context(self._terminal)  # restored last, because that redraws the text
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
        with contextlib.suppress(OSError):  # the panel may have been removed
            framebuffer.close()

    def close(self) -> None:
        """Touch off, black, text on. May be called twice."""
        self._framebuffer = None
        self._given.close()

    def _on_contact(self, contact: Contact) -> None:
        if self._in_front:
            self._hand_on(contact)

    def _switched(self, in_front: bool) -> None:
        """Called from a signal handler: only sets what ``present`` and ``pump`` read."""
        self._in_front, self._came_back = in_front, in_front
        self._touch.grab(in_front)
        if in_front:
            self._on_return()

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Write these parts to the panel, unless another terminal is shown. Raises ``OSError``."""
        if self._in_front:
            self._open.write(rects)

    def poll_ms(self, *, moving: bool) -> Ms | None:  # noqa: ARG002 - the protocol's
        """Always None: ``pump`` need not be called regularly, as touch has a thread of its own."""
        return None

    def pump(self) -> None:
        """Redraw the picture after another terminal was shown; open the panel again, with its new size, if it
        was given another mode. Raises ``DisplayError`` and ``OSError``."""
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
