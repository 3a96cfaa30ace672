"""What all displays share: the protocol of a display, contacts, and the bell that wakes the main loop."""

from __future__ import annotations

import contextlib
import os
import select
import time
import weakref
from collections.abc import Callable, Sequence
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from kiosk.core.errors import KioskError
from kiosk.core.technique import Ms

if TYPE_CHECKING:
    import pygame


class DisplayError(KioskError):
    """No picture can be shown. The message is one sentence: the reason and what to do."""


class Kind(StrEnum):
    """What a finger did. ``CANCEL``: its device is gone or has lost events, so it was not lifted."""

    DOWN = "down"
    MOVE = "move"
    UP = "up"
    CANCEL = "cancel"


class Source(StrEnum):
    """Where a contact comes from. ``TWIN``: a mouse event that the system derived from a finger's."""

    FINGER = "finger"
    MOUSE = "mouse"
    TWIN = "twin"


class Contact(msgspec.Struct, frozen=True):
    """One report of one finger: its position in pixels of the picture, its time in ms (monotonic clock).

    ``finger`` identifies the finger while it touches; the number may be reused afterwards.
    """

    kind: Kind
    x: int
    y: int
    at: Ms
    finger: int = 0
    source: Source = Source.FINGER


OnContact = Callable[[Contact], None]
Now = Callable[[], Ms]
"""reads a clock, in ms"""


def monotonic() -> Ms:
    """CLOCK_MONOTONIC in ms: the default clock of contacts."""
    return time.monotonic_ns() // 1_000_000


class Bell:
    """Wakes the main loop. Any thread may ring, and no ring is lost. A signal handler may ring, too, even
    while it interrupts ``wait``, because there is no lock that the interrupted loop could hold.

    Several rings before the next ``wait`` count as one.
    """

    def __init__(self) -> None:
        self._heard, self._ringing = os.pipe()
        for end in (self._heard, self._ringing):
            os.set_blocking(end, False)
            weakref.finalize(self, os.close, end)
        self._poll = select.poll()
        self._poll.register(self._heard, select.POLLIN)

    def ring(self) -> None:
        """Wake the loop, now or at its next ``wait``. Never blocks."""
        with contextlib.suppress(BlockingIOError):  # the pipe is full of rings
            os.write(self._ringing, b".")

    def wait(self, timeout: Ms | None = None) -> bool:
        """Sleep until a ring, at most ``timeout`` ms (None: without limit). True if there was a ring."""
        rang = bool(self._poll.poll(None if timeout is None else max(0, timeout)))
        if rang:
            os.read(self._heard, 1 << 16)
        return rang


class Display(Protocol):
    """A display. ``surface`` and ``size`` are valid from ``open`` (or ``with``) until ``close``, or until
    ``pump`` finds that the panel was given another mode.

    Contacts are passed to the constructor's ``on_contact``, from a thread of the display or from ``pump``;
    it must be quick and thread-safe.
    """

    name: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    @property
    def surface(self) -> pygame.Surface:
        """The surface to draw on; ``present`` shows it. Raises ``DisplayError`` if it is not open."""

    def open(self) -> None:
        """Open the screen. Raises ``DisplayError``."""

    def close(self) -> None:
        """Make the screen black and release everything. May be called twice."""

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Show these parts of the surface; the rest does not change. Raises ``OSError``."""

    def poll_ms(self, *, moving: bool) -> Ms | None:
        """Longest time between two calls of ``pump``, in ms; None if the display rings the bell itself.

        ``moving``: the page has an animation.
        """

    def pump(self) -> None:
        """Handle events of the window system and mode changes. Call it on the main thread only.

        Raises ``DisplayError`` or ``OSError`` if the display is lost.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
