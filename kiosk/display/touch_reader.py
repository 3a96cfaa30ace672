"""Touch on the console: kernel input devices, on a thread that sleeps until one of them speaks."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import os
import selectors
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.display.base import Clock, Contact, OnContact, monotonic
from kiosk.display.decode import EV_ABS, EV_KEY, Axis, Decoder, InputEvent, Report, decoder, is_touch_panel
from kiosk.display.touch import Transform
from kiosk.words import _

log = logging.getLogger(__name__)

INPUT_FOLDER = Path("/dev/input")
_IN_ATTRIB, _IN_CREATE = 0x4, 0x100


@dataclass(frozen=True)
class TouchDevice:
    """One touch panel, open for reading: ``read`` gives what it said since, and raises ``OSError`` when
    it is gone; ``fileno`` is what to wait on. ``grab(True)``: nobody else hears it until ``grab(False)``;
    raises ``OSError`` where somebody else has it."""

    path: str
    name: str
    axes: Mapping[int, Axis]
    fileno: Callable[[], int]
    read: Callable[[], Iterable[InputEvent]]
    close: Callable[[], None]
    grab: Callable[[bool], None] = lambda _on: None


Find = Callable[[set[str]], list[TouchDevice]]
"""opens the touch panels that are there, except those at the paths given"""


class Finder:
    """Opens what is a touch panel among the kernel's input devices, through python-evdev."""

    def __init__(self, folder: Path = INPUT_FOLDER) -> None:
        self._folder = folder
        self._told: set[str] = set()

    def __call__(self, known: set[str]) -> list[TouchDevice]:
        """The touch panels that are not ``known`` yet. What may not be read is said once, in the log."""
        paths = sorted(str(path) for path in self._folder.glob("event*"))
        devices = (self._open(path) for path in paths if path not in known)
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
            if path not in self._told:
                self._told.add(path)
                log.warning(
                    _(
                        "{path} may not be read, so touch may not work: add the user this runs as to the "
                        'group "input".'
                    ).format(path=path)
                )
            return None
        except OSError:
            return None  # gone again, or not ready: its next change in the folder brings us back
        can = device.capabilities(absinfo=False)
        if not is_touch_panel(set(can.get(EV_KEY, ())), set(can.get(EV_ABS, ())), set(device.input_props())):
            device.close()
            return None
        infos = {code: device.absinfo(code) for code in can[EV_ABS]}
        axes = {code: Axis(info.min, info.max, info.value) for code, info in infos.items()}

        def grab(on: bool) -> None:
            (device.grab if on else device.ungrab)()

        return TouchDevice(path, device.name, axes, device.fileno, device.read, device.close, grab)


class FolderWatch:
    """Tells when files come or change their permissions in a folder, also if the folder itself comes
    later (inotify; the standard library has no call for it)."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)
        self._parent = os.fsencode(folder.parent)
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self.take()

    def fileno(self) -> int:
        """What to wait on."""
        return self._fd

    def take(self) -> None:
        """Forget what happened so far, and go on watching."""
        if self._libc.inotify_add_watch(self._fd, self._folder, _IN_CREATE | _IN_ATTRIB) < 0:
            self._libc.inotify_add_watch(self._fd, self._parent, _IN_CREATE)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._fd, 4096):
                pass

    def close(self) -> None:
        """Stop watching."""
        os.close(self._fd)


class _Panel:
    """A device with its decoder; fingers get numbers that no other device uses."""

    def __init__(self, device: TouchDevice, decode: Decoder, number: int) -> None:
        self.device = device
        self._decode = decode
        self._number = number

    def read(self) -> Iterator[Report]:
        for event in self.device.read():
            yield from self._decode.feed(event)

    def lost(self) -> Iterator[Report]:
        return self._decode.lost()

    def finger(self, slot: int) -> int:
        return self._number << 8 | slot


class TouchReader:
    """Reads all touch panels there are, and those plugged in later, until ``close``.

    What they say is grabbed: no desktop or login on another terminal acts on it too.

    ``panel`` is the size of the glass in pixels. ``transform`` is asked at each report, so that a new
    calibration counts at once. ``on_contact`` and ``on_present`` (True: there is a
    touch panel; False: none) are called from the reader's thread.
    """

    def __init__(
        self,
        on_contact: OnContact,
        panel: tuple[int, int],
        *,
        transform: Callable[[], Transform] = Transform,
        on_present: Callable[[bool], None] | None = None,
        folder: Path = INPUT_FOLDER,
        find: Find | None = None,
        clock: Clock = monotonic,
    ) -> None:
        self._on_contact = on_contact
        self._size = panel
        self._transform = transform
        self._on_present = on_present
        self._folder = folder
        self._find = find if find is not None else Finder(folder)
        self._clock = clock
        self._panels: dict[str, _Panel] = {}
        self._opened = 0
        self._present: bool | None = None
        self._grabbing = True
        self._selector: selectors.BaseSelector
        self._stop_r, self._stop_w = -1, -1
        self._thread: threading.Thread | None = None

    def open(self) -> Self:
        """Start reading."""
        self._stop_r, self._stop_w = os.pipe()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stop_r, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="touch", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop reading and let go of all devices; again does nothing."""
        if self._thread is None:
            return
        os.close(self._stop_w)  # the end of the pipe wakes the thread
        self._thread.join()
        self._thread = None
        os.close(self._stop_r)

    def grab(self, on: bool) -> None:
        """Keep what the panels say to ourselves, as from the start, or let others hear it too. From any
        thread."""
        self._grabbing = on
        for panel in list(self._panels.values()):
            _grab(panel.device, on)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self._selector.close)
            stack.callback(self._drop_all)
            try:
                watch = FolderWatch(self._folder)
            except OSError as error:  # the user's inotify watches are used up
                log.warning(
                    _("Touch panels plugged in later will not be noticed: {error}.").format(
                        error=error.strerror
                    )
                )
            else:
                stack.callback(watch.close)
                self._selector.register(watch, selectors.EVENT_READ, watch)
            self._scan()
            while self._turn():
                pass

    def _turn(self) -> bool:
        """Wait for something and deal with it; False: it is time to stop."""
        for key, _mask in self._selector.select():
            if key.data is None:
                return False
            if isinstance(key.data, FolderWatch):
                key.data.take()
                self._scan()
            else:
                self._read(key.data)
        return True

    def _scan(self) -> None:
        for device in self._find(set(self._panels)):
            decode = decoder(device.axes)
            if decode is None:
                log.warning(
                    _("The touch panel {name} ({path}) gives no range for its axes; it is left out.").format(
                        name=device.name, path=device.path
                    )
                )
                device.close()
                continue
            self._opened += 1
            panel = _Panel(device, decode, self._opened)
            self._panels[device.path] = panel
            self._selector.register(device.fileno(), selectors.EVENT_READ, panel)
            log.info(_("Touch: {name} ({path})").format(name=device.name, path=device.path))
            if self._grabbing:
                _grab(device, on=True)
        self._tell_present()

    def _read(self, panel: _Panel) -> None:
        try:
            for report in panel.read():
                self._tell(panel, report)
        except BlockingIOError:
            return
        except OSError as error:
            self._drop(panel)
            if error.errno == errno.ENODEV:  # unplugged; it may be back under its old name already
                self._scan()
            self._tell_present()

    def _drop(self, panel: _Panel) -> None:
        for report in panel.lost():
            self._tell(panel, report)
        self._selector.unregister(panel.device.fileno())
        panel.device.close()
        del self._panels[panel.device.path]

    def _drop_all(self) -> None:
        for panel in list(self._panels.values()):
            self._drop(panel)

    def _tell(self, panel: _Panel, report: Report) -> None:
        x, y = self._transform().pixel(report.x, report.y, self._size)
        self._on_contact(Contact(report.kind, x, y, self._clock(), panel.finger(report.finger)))

    def _tell_present(self) -> None:
        present = bool(self._panels)
        if present is not self._present:
            self._present = present
            if self._on_present is not None:
                self._on_present(present)


def _grab(device: TouchDevice, on: bool) -> None:
    try:
        device.grab(on)
    except OSError as error:
        if on and error.errno == errno.EBUSY:
            log.warning(
                _("The touch panel {name} ({path}) obeys another program; end that one.").format(
                    name=device.name, path=device.path
                )
            )
