"""The X screen's size, asked through a pretended libX11; that the real one answers so was tried by hand."""

import ctypes

import pytest

from kiosk.display.x11 import Screen


class Xlib:
    """Answers as libX11 does. ``server``: the address of its connection, None where nobody answers."""

    def __init__(self, server: int | None = 0xAB) -> None:
        self.server = server
        self.calls: list[tuple[object, ...]] = []
        self.XOpenDisplay = lambda _name: self.server
        self.XDefaultRootWindow = lambda _server: 0x50E

    def XGetGeometry(self, server, window, root, x, y, width, height, border, depth):  # noqa: N802, PLR0917 - X's
        self.calls.append(("geometry", server.value, window.value))
        width._obj.value, height._obj.value = 1024, 768
        return 1

    def XMoveResizeWindow(self, server, window, *place):  # noqa: N802 - X's
        self.calls.append(("resize", server.value, window.value, *place))

    def XFlush(self, server):  # noqa: N802 - X's
        self.calls.append(("flush", server.value))

    def XCloseDisplay(self, server):  # noqa: N802 - X's
        self.calls.append(("close", server.value))


class Function:
    """A function of a library, whose result's type can be told."""

    def __init__(self, call):
        self.call, self.restype = call, None

    def __call__(self, *given):
        return self.call(*given)


@pytest.fixture
def xlib(monkeypatch: pytest.MonkeyPatch) -> Xlib:
    library = Xlib()
    for name in ("XOpenDisplay", "XDefaultRootWindow"):
        setattr(library, name, Function(getattr(library, name)))
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    return library


def test_the_screen_says_its_size_and_a_window_is_told_to_fill_it(xlib: Xlib) -> None:
    screen = Screen()
    size = screen.size()
    assert size == (1024, 768)
    screen.fill(7, size)
    screen.close()
    assert xlib.calls == [
        ("geometry", 0xAB, 0x50E),
        ("resize", 0xAB, 7, 0, 0, 1024, 768),
        ("flush", 0xAB),
        ("close", 0xAB),
    ]


def test_no_server_answers(xlib: Xlib) -> None:
    xlib.server = None
    with pytest.raises(OSError, match="no X server"):
        Screen()
