"""Which virtual terminal is on the glass: whoever switches to another one (Ctrl+Alt+F2) wants to see it."""

from __future__ import annotations

import contextlib
import signal
import struct
from collections.abc import Callable
from types import FrameType

from kiosk.display.terminal import Ioctl, system_ioctl

# linux/vt.h
VT_SETMODE, VT_RELDISP = 0x5602, 0x5605
VT_AUTO, VT_PROCESS, VT_ACKACQ = 0, 1, 2
_MODE = struct.Struct("@bbhhh")

LEAVE, RETURN = signal.SIGUSR1, signal.SIGUSR2


class Foreground:
    """Calls ``on_change(False)`` when our terminal ``fd`` leaves the glass, and ``on_change(True)`` when it
    is back; from the main thread, wherever it is at that moment, so it must be quick.

    A terminal in graphics mode can be left only this way (VT_PROCESS): the kernel asks by a signal and
    switches when we agree. By itself it refuses all switches (change_console in vt_ioctl.c), and whoever
    came with a keyboard to mend something would stay locked out. A program that died agrees to everything;
    one that hangs is ended by the watchdog.
    """

    def __init__(self, fd: int, on_change: Callable[[bool], None], ioctl: Ioctl = system_ioctl) -> None:
        self._fd = fd
        self._on_change = on_change
        self._ioctl = ioctl
        self._given = contextlib.ExitStack()

    def open(self) -> None:
        """Be asked from now on; where we may not be, the terminal just stays."""
        with contextlib.ExitStack() as given, contextlib.suppress(OSError, ValueError):
            # ValueError: not the main thread, which alone may have signal handlers
            for number, handler in ((LEAVE, self._leave), (RETURN, self._return)):
                given.callback(signal.signal, number, signal.signal(number, handler))
            self._set_mode(VT_PROCESS, LEAVE, RETURN)
            given.callback(self._let_go)
            self._given = given.pop_all()

    def close(self) -> None:
        """Leave it to the kernel again; a second time does nothing."""
        self._given.close()

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):  # hung up
            self._set_mode(VT_AUTO, 0, 0)

    def _set_mode(self, mode: int, leave: int, back: int) -> None:
        self._ioctl(self._fd, VT_SETMODE, bytearray(_MODE.pack(mode, 0, leave, back, 0)))

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self._on_change(False)
        self._answer(1)

    def _return(self, _number: int, _frame: FrameType | None) -> None:
        self._answer(VT_ACKACQ)
        self._on_change(True)

    def _answer(self, word: int) -> None:
        with contextlib.suppress(OSError):
            self._ioctl(self._fd, VT_RELDISP, word)
