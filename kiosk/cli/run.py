"""``cramp-kiosk run``: run the kiosk on real pins; without pins in the simulator; without a display play a
rehearsal."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kiosk.cli import rehearse
from kiosk.cli.bedside import Bedside, has_desktop, is_started_by_systemd, open_parts, without_pins
from kiosk.cli.owner import diary_path, read_settings
from kiosk.cli.streams import FAILED, OK, OutputError, complain, unusable
from kiosk.config import techniques as library
from kiosk.config.settings import Found
from kiosk.core.technique import Technique
from kiosk.devices.pins import PinsUnavailable
from kiosk.i18n import _
from kiosk.runtime.app import App, Parts
from kiosk.runtime.supervision import Supervisor

if TYPE_CHECKING:
    from kiosk.display.base import Bell, Display
    from kiosk.runtime.main_loop import MainLoop

log = logging.getLogger(__name__)

#: ``play_nights`` returns this, which is no exit code, if there is no display.
NO_DISPLAY = 3

Size = tuple[int, int]


class Composition(Protocol):
    """The parts and display that ``App`` needs: ``Bedside``, the real device, or ``Simulated``."""

    @property
    def parts(self) -> Parts:
        """Lamp, buzzer and backlight, and what makes button and probe."""

    @property
    def own_touch(self) -> bool:
        """Whether the display reads the touch panel itself, so that the kiosk can calibrate it."""

    def clock_ok(self) -> bool:
        """Whether the wall clock is set."""

    def open_display(self, app: App, loop: "MainLoop", bell: "Bell") -> "Display":
        """Open what the kiosk is shown on; called again after the display was lost. Raises
        ``DisplayError``."""


def run(chosen: argparse.Namespace) -> int:
    """The command. Plays a rehearsal if there is no display. Returns its exit code."""
    found, techniques = read_settings(), library.find()
    complain([*techniques.notes, *techniques.problems])
    if found.doubtful:
        complain([_("Until the health questions are answered, the night goes by yes to each of them.")])
    diary = diary_path(found.in_force)
    code = play_nights(found, techniques.techniques, diary, simulate=chosen.simulate, size=chosen.size)
    if code != NO_DISPLAY:
        return code
    complain([_("There is no display here, so this is a rehearsal: a normal night, at once.")])
    try:
        if rehearse.play(out=rehearse.folder_for_pictures(diary.parent)) == OK:
            return OK
    except OutputError:
        raise
    except OSError as error:
        complain([unusable(error)])
    return rehearse.play()  # pictures cannot be saved: text alone


def play_nights(
    found: Found, techniques: Sequence[Technique], diary: Path, *, simulate: bool, size: Size | None
) -> int:
    """Run the kiosk until it is stopped. Returns the exit code, or ``NO_DISPLAY``.

    ``diary``: path of its file. ``simulate``: use the simulator even if there are pins. ``size``: of the
    window, in pixels; None: the whole screen, or 800x480 for the simulator.
    """
    config, supervisor = found.in_force, Supervisor()
    parts = None
    if not simulate:
        try:
            parts = open_parts(config, supervisor)
        except PinsUnavailable as error:
            if is_started_by_systemd():
                # At the bedside a simulator is useless: touch still works, and a banner says what is missing.
                log.error("%s", error)
                parts = without_pins(config, supervisor)
            else:
                complain([_("No real pins: {reason}").format(reason=error)])
    if parts is not None:
        return play(Bedside(config, supervisor, parts, size), found, techniques, diary, supervisor)
    if not _has_window():
        return NO_DISPLAY
    from kiosk.cli.simulated import Simulated

    return play(Simulated(config, supervisor, size or (800, 480)), found, techniques, diary, supervisor)


def play(
    kiosk: Composition, found: Found, techniques: Sequence[Technique], diary: Path, supervisor: Supervisor
) -> int:
    """Run ``App`` and ``MainLoop`` on these parts until a signal or until the window is closed. Returns the
    exit code: 0, or 1 if the program must be restarted."""
    from kiosk.display.base import Bell
    from kiosk.runtime.main_loop import MainLoop, until_signalled

    bell = Bell()
    with App(
        found,
        techniques,
        kiosk.parts,
        diary,
        listeners=(lambda _state: bell.ring(),),
        own_touch=kiosk.own_touch,
        supervisor=supervisor,
        clock_ok=kiosk.clock_ok,
    ) as app:
        loop = MainLoop(app.conductor, bell, app.clock, app.tick, app.hung)
        supervisor.on_failure(loop.stop)
        with until_signalled(loop):
            screen = found.in_force.screen
            loop.run(lambda: kiosk.open_display(app, loop, bell), screen.panel, kiosk.parts.has_light)
        return FAILED if app.failed else OK


def _has_window() -> bool:
    """Whether a window can be opened. If a desktop is named but cannot be used, print why."""
    if not has_desktop():
        return False
    from kiosk.display.base import DisplayError
    from kiosk.display.desktop import require_window

    try:
        require_window()
    except DisplayError as error:
        complain([str(error)])
        return False
    return True
