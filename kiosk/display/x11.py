"""What SDL leaves to others under X11: a window that fills the screen, and a server that dies.

A full-screen window follows the screen when that is given another mode. Where no window manager runs nobody
tells the window, and SDL asks for the screen's size only at first.
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
#: What Xlib calls, which keeps only its address.
_handlers: list[object] = []


def _xlib() -> ctypes.CDLL:
    """The same libX11 that SDL loads. Raises ``OSError``."""
    return ctypes.CDLL("libX11.so.6")


def at_death(last_words: Callable[[], None]) -> None:
    """Have ``last_words`` called when the X server dies, on the thread that talks to it; then the program
    ends with exit code 1. Xlib alone would end it by exit() on the spot, lamp and buzzer as they are. Nothing
    happens where there is no libX11."""

    def died(_connection: int | None) -> int:
        log.error("the X server has died, and the program ends with it")
        try:
            last_words()
        except BaseException:  # Xlib knows no exceptions: it goes on to exit()
            log.exception("the program could not be ended in good order")
        logging.shutdown()
        os._exit(1)

    with contextlib.suppress(OSError):
        handler = _ON_ERROR(died)
        _xlib().XSetIOErrorHandler(handler)
        _handlers[:] = [handler]


class Screen:
    """The X screen, all its monitors together, through a connection of its own: SDL's Xlib may be another.

    Raises ``OSError`` where there is no X server or no libX11. ``close`` it in the end.
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
        """Width and height in pixels, now."""
        root, (x, y, width, height, border, depth) = ctypes.c_ulong(), (ctypes.c_uint() for _ in range(6))
        told = (ctypes.byref(each) for each in (root, x, y, width, height, border, depth))
        self._xlib.XGetGeometry(self._server, self._root, *told)
        return width.value, height.value

    def fill(self, window: int, size: Size) -> None:
        """Ask for a window as large as this in the upper left corner; a window manager may know better."""
        self._xlib.XMoveResizeWindow(self._server, ctypes.c_ulong(window), 0, 0, *size)
        self._xlib.XFlush(self._server)

    def close(self) -> None:
        """Hang up."""
        self._xlib.XCloseDisplay(self._server)
