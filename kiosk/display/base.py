"""What every display has in common: a surface to draw on, contacts coming back, a bell to wait for."""

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
    """There is no picture to be had; the text says why and what to do."""


class Kind(StrEnum):
    """What a finger did. ``CANCEL``: it is gone, but was not lifted (its device vanished)."""

    DOWN = "down"
    MOVE = "move"
    UP = "up"
    CANCEL = "cancel"


class Source(StrEnum):
    """Where a contact comes from. ``TWIN``: a mouse event the system made out of a finger's."""

    FINGER = "finger"
    MOUSE = "mouse"
    TWIN = "twin"


class Contact(msgspec.Struct, frozen=True):
    """One report of one finger: pixels of the picture, ms of the monotonic clock.

    ``finger`` tells fingers on the glass at the same time apart; it may be used again later.
    """

    kind: Kind
    x: int
    y: int
    at: Ms
    finger: int = 0
    source: Source = Source.FINGER


OnContact = Callable[[Contact], None]
Now = Callable[[], Ms]
"""asks a clock"""


def monotonic() -> Ms:
    """The kernel's CLOCK_MONOTONIC: the clock of every contact unless another one is given."""
    return time.monotonic_ns() // 1_000_000


class Bell:
    """What the main loop waits on: anybody may ring from any thread, and no ring is lost. A signal handler
    may, too, in the middle of a wait: there is no lock that the interrupted loop could be holding.

    Rings before the next ``wait`` count as one.
    """

    def __init__(self) -> None:
        self._heard, self._ringing = os.pipe()
        for end in (self._heard, self._ringing):
            os.set_blocking(end, False)
            weakref.finalize(self, os.close, end)
        self._poll = select.poll()
        self._poll.register(self._heard, select.POLLIN)

    def ring(self) -> None:
        """Let the waiting loop go on, now or at its next wait."""
        with contextlib.suppress(BlockingIOError):  # full of rings already
            os.write(self._ringing, b".")

    def wait(self, timeout: Ms | None = None) -> bool:
        """Sleep until a ring, at most ``timeout`` ms (None: for ever). False: nobody rang."""
        rang = bool(self._poll.poll(None if timeout is None else max(0, timeout)))
        if rang:
            os.read(self._heard, 1 << 16)
        return rang


class Display(Protocol):
    """The glass. ``surface`` and ``size`` hold from ``open`` (or ``with``) until ``close``, or until ``pump``
    finds that the panel was given another mode.

    Contacts come through the ``on_contact`` given to the constructor, from a thread of the display's
    own or out of ``pump``; whatever they call must be quick and safe on either.
    """

    name: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    @property
    def surface(self) -> pygame.Surface:
        """Draw here; nothing is seen before ``present``."""

    def open(self) -> None:
        """Take the screen. Raises ``DisplayError``."""

    def close(self) -> None:
        """Leave the screen black and give everything back; again does nothing."""

    def present(self, rects: Sequence[pygame.Rect]) -> None:
        """Show these parts of the surface; none of the rest changes."""

    def poll_ms(self, *, moving: bool) -> Ms | None:
        """How often ``pump`` must be called; None: never, whatever comes rings by itself."""

    def pump(self) -> None:
        """Take in what the window system has to say. Only from the main thread."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
