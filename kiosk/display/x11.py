"""What SDL leaves to a window manager under X11: a full-screen window follows the screen when that is given
another mode. Where none runs nobody tells the window, and SDL asks for the screen's size only at first."""

from __future__ import annotations

import ctypes

Size = tuple[int, int]


class Screen:
    """The X screen, all its monitors together, through a connection of its own: SDL's Xlib may be another.

    Raises ``OSError`` where there is no X server or no libX11. ``close`` it in the end.
    """

    def __init__(self) -> None:
        self._xlib = ctypes.CDLL("libX11.so.6")
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
