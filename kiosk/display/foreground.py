"""Lets a user switch to another virtual terminal (Ctrl+Alt+F2) while ours is in graphics mode."""

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
    """Calls ``on_change(False)`` before another terminal replaces ours (``fd``), and ``on_change(True)`` when
    ours is back. It is called from a signal handler on the main thread, so it must be quick.

    VT_PROCESS is needed: in graphics mode the kernel refuses all switches (change_console in vt_ioctl.c),
    which would lock out a user who came with a keyboard to repair something. With it, the kernel sends a
    signal and switches when this process agrees. If the process has died, the kernel switches at once; if it
    hangs, the watchdog ends it.
    """

    def __init__(self, fd: int, on_change: Callable[[bool], None], ioctl: Ioctl = system_ioctl) -> None:
        self._fd = fd
        self._on_change = on_change
        self._ioctl = ioctl
        self._given = contextlib.ExitStack()

    def open(self) -> None:
        """Start. If the kernel refuses, or on another thread, does nothing: switching stays impossible."""
        with contextlib.ExitStack() as given, contextlib.suppress(OSError, ValueError):
            # ValueError: signal handlers can be set on the main thread only
            for number, handler in ((LEAVE, self._leave), (RETURN, self._return)):
                given.callback(signal.signal, number, signal.signal(number, handler))
            self._set_mode(VT_PROCESS, LEAVE, RETURN)
            given.callback(self._let_go)
            self._given = given.pop_all()

    def close(self) -> None:
        """Restore VT_AUTO and the signal handlers. May be called twice."""
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
