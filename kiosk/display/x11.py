"""Two things that SDL does not handle under X11: mode changes without a window manager, and a dying server.

A full-screen window must follow the screen when that is given another mode. Usually the window manager
resizes it; SDL reads the screen's size only at the start.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
from collections.abc import Callable

log = logging.getLogger(__name__)

Size = tuple[int, int]

_ON_ERROR = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
#: Keeps the error handler alive: Xlib has only its address.
_handlers: list[object] = []


def _xlib() -> ctypes.CDLL:
    """libX11, the same that SDL loads. Raises ``OSError``."""
    return ctypes.CDLL("libX11.so.6")


def at_death(last_words: Callable[[], None]) -> None:
    """Call ``last_words`` when the X server dies, on the thread that uses it; then end the program with exit
    code 1. By default Xlib calls exit() at once, which would leave lamp and buzzer on. Does nothing without
    libX11."""

    def died(_connection: int | None) -> int:
        log.error("the X server has died, and the program ends with it")
        try:
            last_words()
        except BaseException:  # an exception cannot pass through Xlib
            log.exception("the program could not be ended in good order")
        logging.shutdown()
        os._exit(1)

    with contextlib.suppress(OSError):
        handler = _ON_ERROR(died)
        _xlib().XSetIOErrorHandler(handler)
        _handlers[:] = [handler]


class Screen:
    """The X screen (all monitors together), on a connection of its own, as SDL may use another copy of Xlib.

    Raises ``OSError`` if there is no X server or no libX11. ``close`` it at the end.
    """

    def __init__(self) -> None:
        self._xlib = _xlib()
        self._xlib.XOpenDisplay.restype = ctypes.c_void_p
        self._xlib.XDefaultRootWindow.restype = ctypes.c_ulong
        server = self._xlib.XOpenDisplay(None)
        if not server:
            raise ConnectionError("no X server answers")
        self._server = ctypes.c_void_p(server)
        self._root = ctypes.c_ulong(self._xlib.XDefaultRootWindow(self._server))

    def size(self) -> Size:
        """Current width and height in pixels."""
        root, (x, y, width, height, border, depth) = ctypes.c_ulong(), (ctypes.c_uint() for _ in range(6))
        results = (ctypes.byref(each) for each in (root, x, y, width, height, border, depth))
        self._xlib.XGetGeometry(self._server, self._root, *results)
        return width.value, height.value

    def fill(self, window: int, size: Size) -> None:
        """Move a window to the upper left corner and resize it; a window manager may ignore this."""
        self._xlib.XMoveResizeWindow(self._server, ctypes.c_ulong(window), 0, 0, *size)
        self._xlib.XFlush(self._server)

    def close(self) -> None:
        """Close the connection."""
        self._xlib.XCloseDisplay(self._server)
