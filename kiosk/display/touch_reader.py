"""Touch on the console: reads the kernel's input devices, on a thread that sleeps until there are events."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.core.technique import SECOND, Ms
from kiosk.core.threads import Watched, Watcher, pause_after
from kiosk.display.base import Contact, Now, OnContact, monotonic
from kiosk.display.decode import Decoder, Report, decoder
from kiosk.display.touch import Transform
from kiosk.display.touch_devices import INPUT_FOLDER, Find, Finder, FolderWatch, TouchDevice, say, shut
from kiosk.files import is_there
from kiosk.i18n import _

log = logging.getLogger(__name__)

#: Longest wait for the thread to end in ``close``, in seconds.
_PATIENCE = 3.0


class _Panel:
    """A device with its decoder; its finger numbers differ from those of other devices."""

    def __init__(self, device: TouchDevice, decode: Decoder, number: int) -> None:
        self.device = device
        self.fd = device.fileno()
        self._decode = decode
        self._number = number

    def read(self) -> Iterator[Report]:
        for event in self.device.read():
            yield from self._decode.feed(event)

    def lost(self) -> Iterator[Report]:
        return self._decode.lost()

    def finger(self, slot: int) -> int:
        return self._number << 8 | slot


def _tell_blind(error: OSError) -> None:
    log.warning(_("Touch panels plugged in later will not be noticed: {error}.").format(error=error.strerror))


class TouchReader:
    """Reads all touch panels, including those connected later, until ``close``.

    The panels are grabbed, so that no desktop and no login on another terminal receives their events. A panel
    that fails does not affect others. It is opened again: at once if it was unplugged, else after the pauses
    of ``core.threads.BACK_OFF``. ``supervisor`` runs the thread.

    ``panel`` is the size of the screen in pixels, before rotation. ``transform`` is called for each report,
    so that a new calibration applies at once. ``on_contact`` and ``on_present`` (True if there is a touch
    panel) are called on the reader's thread.
    """

    def __init__(
        self,
        on_contact: OnContact,
        panel: tuple[int, int],
        *,
        supervisor: Watcher,
        transform: Callable[[], Transform] = Transform,
        on_present: Callable[[bool], None] | None = None,
        folder: Path = INPUT_FOLDER,
        find: Find | None = None,
        clock: Now = monotonic,
    ) -> None:
        self._on_contact = on_contact
        self._size = panel
        self._transform = transform
        self._on_present = on_present
        self._folder = folder
        self._find = find if find is not None else Finder(folder)
        self._clock = clock
        self._supervisor = supervisor
        self._panels: dict[str, _Panel] = {}
        self._opened = 0
        self._present: bool | None = None
        self._grabbing = True
        self._failing: dict[str, int] = {}
        """path of a device that failed, but was not unplugged -> number of attempts to open it since"""
        self._left_out: set[str] = set()
        self._look_at: Ms | None = None
        """time of the next attempt; None if no device has failed"""
        self._selector: selectors.BaseSelector
        self._stop_r, self._stop_w = -1, -1
        self._thread: Watched | None = None

    def open(self) -> Self:
        """Start reading."""
        self._stop_r, self._stop_w = os.pipe()
        self._thread = self._supervisor.start(
            "touch", self._run, on_death=self._none_left, on_hang=self._stands_still
        )
        return self

    def close(self) -> None:
        """Stop reading and close all devices. May be called twice."""
        if self._thread is None:
            return
        self._thread.retire()
        os.close(self._stop_w)  # end of file on the pipe wakes the thread
        if self._thread.join(_PATIENCE):
            os.close(self._stop_r)
        self._thread = None

    def grab(self, on: bool) -> None:
        """Grab the panels (as at the start), or release them for other programs. Thread-safe."""
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
            self._selector = stack.enter_context(selectors.DefaultSelector())
            self._selector.register(self._stop_r, selectors.EVENT_READ, None)
            stack.callback(self._drop_all)
            try:
                watch = FolderWatch(self._folder)
            except OSError as error:  # the user's limit of inotify instances or watches is reached
                _tell_blind(error)
            else:
                stack.callback(watch.close)
                self._selector.register(watch, selectors.EVENT_READ, watch)
            with self._supervisor.busy():
                self._scan()
            while self._turn():
                pass

    def _turn(self) -> bool:
        """Wait for events and handle them; False after ``close``."""
        pause = None if self._look_at is None else max(0, self._look_at - self._clock()) / SECOND
        ready = [key.data for key, _mask in self._selector.select(pause)]
        with self._supervisor.busy():
            for what in ready:
                if what is None:
                    return False
                if isinstance(what, FolderWatch):
                    self._folder_changed(what)
                    self._scan()
                else:
                    self._read(what)
            if self._look_at is not None and self._clock() >= self._look_at:
                self._scan()
            self._tell_present()
        return True

    def _folder_changed(self, watch: FolderWatch) -> None:
        fd = watch.fileno()
        try:
            watch.take()
        except OSError as error:
            self._selector.unregister(fd)
            _tell_blind(error)

    def _scan(self) -> None:
        for path in self._failing.keys() - self._panels.keys():
            self._failing[path] += 1
        try:
            found = self._find(set(self._panels))
        except Exception as error:
            found = []
            self._fails(str(self._folder), error)
        else:
            self._failing.pop(str(self._folder), None)
        for device in found:
            try:
                self._take(device)
            except Exception as error:
                self._fails(device.path, error)
                panel = self._panels.get(device.path)
                if panel is None:
                    shut(device.close)
                else:
                    self._drop(panel)
        self._settle()

    def _take(self, device: TouchDevice) -> None:
        decode = decoder(device.axes)
        if decode is None:
            if device.path not in self._left_out:
                self._left_out.add(device.path)
                log.warning(
                    _("The touch panel {name} ({path}) gives no range for its axes; it is left out.").format(
                        name=device.name, path=device.path
                    )
                )
            shut(device.close)
            return
        self._opened += 1
        panel = _Panel(device, decode, self._opened)
        self._panels[device.path] = panel
        self._selector.register(panel.fd, selectors.EVENT_READ, panel)
        if device.path not in self._failing:
            log.info(_("Touch: {name} ({path})").format(name=device.name, path=device.path))
        if self._grabbing:
            _grab(device, on=True)

    def _read(self, panel: _Panel) -> None:
        for report in self._reports(panel):
            self._post(panel, report)

    def _reports(self, panel: _Panel) -> Iterator[Report]:
        """Reports of a panel since the last call; after any error the panel is closed."""
        try:
            yield from panel.read()
            self._failing.pop(panel.device.path, None)
        except BlockingIOError:
            return
        except Exception as error:
            yield from panel.lost()
            self._drop(panel)
            if isinstance(error, OSError) and error.errno == errno.ENODEV:
                self._failing.pop(panel.device.path, None)
                self._scan()  # unplugged; it may already be back at the same path
            else:
                self._fails(panel.device.path, error)
                self._settle()

    def _fails(self, path: str, error: Exception) -> None:
        """Mark a device to be opened again; log the first error since it worked."""
        if path not in self._failing:
            say(path, error)
            self._failing[path] = 0

    def _settle(self) -> None:
        """Schedule the next attempt to open failed devices that still exist; report if no panel is left."""
        here = {path for path in self._failing if path in self._panels or is_there(Path(path))}
        self._failing = {path: looks for path, looks in self._failing.items() if path in here}
        looks = [looks for path, looks in self._failing.items() if path not in self._panels]
        self._look_at = None
        if looks:
            pause = pause_after(min(looks) + 1)
            self._look_at = self._clock() + round(pause * SECOND)
        self._tell_present()

    def _drop(self, panel: _Panel) -> None:
        if self._panels.pop(panel.device.path, None) is None:
            return
        with contextlib.suppress(KeyError, ValueError, OSError):  # not registered, or already closed
            self._selector.unregister(panel.fd)
        shut(panel.device.close)

    def _drop_all(self) -> None:
        panels = list(self._panels.values())
        for panel in panels:
            self._drop(panel)
        for panel in panels:
            for report in panel.lost():
                self._post(panel, report)

    def _post(self, panel: _Panel, report: Report) -> None:
        x, y = self._transform().pixel(report.x, report.y, self._size)
        self._on_contact(Contact(report.kind, x, y, self._clock(), panel.finger(report.finger)))

    def _tell_present(self) -> None:
        present = bool(self._panels)
        if present is not self._present:
            self._present = present
            if self._on_present is not None:
                self._on_present(present)

    def _none_left(self) -> None:
        self._panels.clear()
        self._tell_present()

    def _stands_still(self) -> None:
        """Report that touch does not work because a call to a device hangs. Called on the thread that detects
        the hang."""
        self._present = False
        if self._on_present is not None:
            self._on_present(False)


def _grab(device: TouchDevice, on: bool) -> None:
    try:
        device.grab(on)
    except Exception as error:
        if not isinstance(error, OSError):
            say(device.path, error)
        elif on and error.errno == errno.EBUSY:
            log.warning(
                _("The touch panel {name} ({path}) obeys another program; end that one.").format(
                    name=device.name, path=device.path
                )
            )
