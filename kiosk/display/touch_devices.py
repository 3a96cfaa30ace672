"""Finds touch panels among the kernel's input devices, and detects new ones."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.display.decode import EV_ABS, EV_KEY, Axis, InputEvent, is_touch_panel
from kiosk.i18n import _

if TYPE_CHECKING:
    from evdev import InputDevice

log = logging.getLogger(__name__)

INPUT_FOLDER = Path("/dev/input")
_IN_ATTRIB, _IN_CREATE = 0x4, 0x100


@dataclass(frozen=True)
class TouchDevice:
    """One open touch panel. ``read`` returns the events since the last call and raises ``OSError`` if the
    device is gone; ``fileno`` is the file descriptor to wait on. ``grab(True)`` keeps its events from other
    programs until ``grab(False)``, and raises ``OSError`` (EBUSY) if another program has grabbed it."""

    path: str
    name: str
    axes: Mapping[int, Axis]
    fileno: Callable[[], int]
    read: Callable[[], Iterable[InputEvent]]
    close: Callable[[], None]
    grab: Callable[[bool], None] = lambda _on: None


Find = Callable[[set[str]], list[TouchDevice]]
"""opens all touch panels, except those at the paths given"""


class Finder:
    """Opens the touch panels among the kernel's input devices, with python-evdev."""

    def __init__(self, folder: Path = INPUT_FOLDER) -> None:
        self._folder = folder
        self._told: set[str] = set()

    def __call__(self, known: set[str]) -> list[TouchDevice]:
        """Open the touch panels that are not at the paths in ``known``. A device that cannot be read is
        logged once until it is gone or readable."""
        paths = sorted(str(path) for path in self._folder.glob("event*"))
        self._told.intersection_update(paths)
        devices = [self._open(path) for path in paths if path not in known]
        return [device for device in devices if device is not None]

    def _open(self, path: str) -> TouchDevice | None:
        try:
            from evdev import InputDevice  # noqa: PLC0415 - only a console needs it

            device = InputDevice(path)
        except ImportError:
            if not self._told:
                self._told.add(path)
                log.warning(_("Touch needs python-evdev, which is not installed (Debian: python3-evdev)."))
            return None
        except PermissionError:
            if self._is_news(path):
                log.warning(
                    _(
                        "{path} may not be read, so touch may not work: add the user this runs as to the "
                        'group "input".'
                    ).format(path=path)
                )
            return None
        except OSError:
            return None  # gone, or not ready: FolderWatch reports its next change
        except Exception as error:
            if self._is_news(path):
                say(path, error)
            return None
        try:
            found = _touch_device(path, device)
        except Exception as error:
            found = None
            if self._is_news(path):
                say(path, error)
        else:
            self._told.discard(path)
        if found is None:
            shut(device.close)
        return found

    def _is_news(self, path: str) -> bool:
        news = path not in self._told
        self._told.add(path)
        return news


def _touch_device(path: str, device: InputDevice) -> TouchDevice | None:
    """The device if it is a touch panel, else None. Raises any error of evdev if the device is gone."""
    can = device.capabilities(absinfo=False)
    if not is_touch_panel(set(can.get(EV_KEY, ())), set(can.get(EV_ABS, ())), set(device.input_props())):
        return None
    infos = {code: device.absinfo(code) for code in can[EV_ABS]}
    axes = {code: Axis(info.min, info.max, info.value) for code, info in infos.items()}

    def grab(on: bool) -> None:
        (device.grab if on else device.ungrab)()

    return TouchDevice(path, device.name, axes, device.fileno, device.read, device.close, grab)


def say(path: str, error: Exception) -> None:
    """Log the error of a device, unless it was unplugged (ENODEV)."""
    if not isinstance(error, OSError):
        log.error("touch: %s", path, exc_info=error)
    elif error.errno != errno.ENODEV:
        log.warning("touch: %s: %s", path, error)


def shut(close: Callable[[], None]) -> None:
    """Close a device. Never raises."""
    with contextlib.suppress(Exception):  # closing a device that is gone may fail
        close()


class FolderWatch:
    """Reports when files are created or change permissions in a folder, which may itself be created later.

    Uses inotify through libc, as the standard library has no inotify. The constructor and ``take`` raise
    ``OSError`` if the user has too many inotify instances or watches; it is closed then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)
        self._parent = os.fsencode(folder.parent)
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self.take()

    def fileno(self) -> int:
        """The file descriptor to wait on; it is readable after a change."""
        return self._fd

    def take(self) -> None:
        """Discard the changes reported so far, and go on watching."""
        if (
            self._libc.inotify_add_watch(self._fd, self._folder, _IN_CREATE | _IN_ATTRIB) < 0
            and self._libc.inotify_add_watch(self._fd, self._parent, _IN_CREATE) < 0
        ):
            code = ctypes.get_errno()
            self.close()
            raise OSError(code, os.strerror(code))
        with contextlib.suppress(BlockingIOError):
            while os.read(self._fd, 4096):
                pass

    def close(self) -> None:
        """Stop watching. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
