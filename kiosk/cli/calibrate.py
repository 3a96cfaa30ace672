"""``cramp-kiosk calibrate``: calibrate the console's touch panel and save the result in the settings."""

import argparse
import contextlib
import os
import threading
from functools import partial
from pathlib import Path

from kiosk.cli.streams import complain
from kiosk.config import settings as owner
from kiosk.config.changes import Change
from kiosk.config.changes import save as save_changes
from kiosk.core.calibration import Affine, text
from kiosk.core.errors import KioskError
from kiosk.display import calibration
from kiosk.display.base import Bell, Display, DisplayError, OnContact
from kiosk.display.console import Console, find_panel
from kiosk.display.touch import Transform
from kiosk.display.touch_devices import Finder
from kiosk.display.turned import Turned
from kiosk.i18n import _
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.main_loop import on_signals
from kiosk.runtime.supervision import Supervisor


class CalibrationError(KioskError):
    """The touch panel cannot be calibrated; the text says why and what to do."""


def calibrate(config: owner.Settings, root: Path = Path("/")) -> Affine:
    """Show crosses on the console's panel until all are touched; return the calibration computed from them.

    ``root`` is prefixed to /dev and /sys, for tests. Raises ``CalibrationError`` if there is no touch panel,
    if another process has it, or if not all crosses were touched; ``DisplayError`` if there is no display.
    """
    require_touch(root)
    rotation, touch = config.screen.rotate, config.touch
    axes = Transform(touch.swap, touch.invert_x, touch.invert_y)
    bell, stopped = Bell(), threading.Event()

    def stop() -> None:
        stopped.set()
        bell.ring()

    def open_display(hear: OnContact) -> Display:
        console = Console(
            hear,
            supervisor=Supervisor(),
            transform=lambda: axes,
            root=root,
            find=partial(find_panel, patience=0),
        )
        return Turned(console, rotation)

    with on_signals(stop):
        found = calibration.lead(
            open_display, rotation, bell=bell, stopping=stopped.is_set, now=SystemClock().now
        )
    if found is None:
        raise CalibrationError(_("Nothing was changed: the crosses were not all touched."))
    return found


def require_touch(root: Path) -> None:
    """Raise ``CalibrationError`` unless there is a touch panel that no other process has grabbed."""
    devices = Finder(root / "dev" / "input")(set())
    if not devices:
        raise CalibrationError(
            _("There is no touch panel that can be read. Check its cable; over the network, use sudo.")
        )
    with contextlib.ExitStack() as stack:
        for device in devices:
            stack.callback(device.close)
        try:
            for device in devices:
                device.grab(True)
                device.grab(False)
        except OSError as error:
            raise CalibrationError(
                _("The kiosk itself is listening to the touch panel: sudo systemctl stop cramp-kiosk, first.")
            ) from error


def save(config: owner.Settings, found: Affine, path: Path) -> None:
    """Write the calibration to the settings file ``path``. Raises ``SettingsError``.

    Run as root, the file is given the owner and group of its folder, so that the service can still write it.
    """
    save_changes([Change("calibration", text(found))], path, config)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def run(_chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code: 0 if the calibration was saved, otherwise 1."""
    path = owner.places()[1]
    settings = owner.find()
    config = settings.in_force
    complain([*settings.notes, *settings.problems])
    try:
        save(config, calibrate(config), path)
    except (CalibrationError, DisplayError, owner.SettingsError) as error:
        complain([str(error)])
        return 1
    print(_("Saved in {file}. The kiosk obeys it from its next start.").format(file=path))
    return 0
