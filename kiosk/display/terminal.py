"""Switches the virtual terminal to graphics mode while a picture is shown."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import logging
import os
import struct
from collections.abc import Callable
from types import TracebackType
from typing import Self

from kiosk.i18n import _

log = logging.getLogger(__name__)

Ioctl = Callable[[int, int, int | bytearray], object]

# linux/kd.h
KDSETMODE, KDGETMODE = 0x4B3A, 0x4B3B
KD_TEXT, KD_GRAPHICS = 0, 1
# linux/vt.h
VT_ACTIVATE = 0x5606
# asm-generic/ioctls.h: the device number of a terminal, resolving /dev/tty
TIOCGDEV = 0x80045432
_TTY_MAJOR = 4

STDIN = 0


def system_ioctl(fd: int, request: int, argument: int | bytearray) -> object:
    """ioctl(2); a bytearray is modified in place. Raises ``OSError``."""
    return fcntl.ioctl(fd, request, argument)


class GraphicsMode:
    """Switches our virtual terminal to graphics mode (KD_GRAPHICS), so that no cursor and no kernel message
    appears in the picture. ``close``, or the exit of the interpreter, restores the previous mode.

    The terminal is also made the active one, in case another was shown when the kiosk starts.

    ``terminals`` are tried in order, and the first that is a virtual terminal is used. If none is, a warning
    is logged; the picture is shown anyway.
    """

    def __init__(
        self,
        terminals: tuple[str | int, ...] = ("/dev/tty", STDIN, "/dev/tty1"),
        ioctl: Ioctl = system_ioctl,
    ) -> None:
        self._terminals = terminals
        self._ioctl = ioctl
        self._fd: int | None = None
        self._found = KD_TEXT

    @property
    def fd(self) -> int | None:
        """File descriptor of the terminal; None before ``open``, after ``close``, or if there is none."""
        return self._fd

    def open(self) -> Self:
        """Switch to graphics mode. Never raises."""
        for terminal in self._terminals:
            if self._take(terminal):
                atexit.register(self.close)
                return self
        log.warning(
            _(
                "The console's text could not be switched off and may show through the picture: run this "
                "as the service does, on a terminal of its own (TTYPath=/dev/tty1)."
            )
        )
        return self

    def _take(self, terminal: str | int) -> bool:
        fd = -1
        try:
            fd = _reopen(terminal)
            mode = bytearray(4)
            self._ioctl(fd, KDGETMODE, mode)
            self._ioctl(fd, KDSETMODE, KD_GRAPHICS)
        except OSError:  # no such file, not allowed, or not a virtual terminal (ENOTTY)
            if fd >= 0:
                os.close(fd)
            return False
        self._fd = fd
        (self._found,) = struct.unpack("i", mode)
        self._bring_to_front(fd)
        return True

    def _bring_to_front(self, fd: int) -> None:
        device = bytearray(4)
        with contextlib.suppress(OSError):  # then another terminal stays active
            self._ioctl(fd, TIOCGDEV, device)
            (number,) = struct.unpack("I", device)
            if os.major(number) == _TTY_MAJOR:
                self._ioctl(fd, VT_ACTIVATE, os.minor(number))

    def close(self) -> None:
        """Restore the previous mode. May be called twice; never raises."""
        fd, self._fd = self._fd, None
        if fd is None:
            return
        atexit.unregister(self.close)
        try:
            self._ioctl(fd, KDSETMODE, self._found)
        except OSError as error:  # the terminal was hung up
            log.warning(
                _("The console's text could not be switched on again: {error}").format(error=error.strerror)
            )
        finally:
            os.close(fd)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _reopen(terminal: str | int) -> int:
    if isinstance(terminal, int):
        return os.dup(terminal)
    return os.open(terminal, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
