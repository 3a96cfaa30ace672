"""``cramp-kiosk run``: real parts if there are any, otherwise a simulator, otherwise a rehearsal."""

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

#: What ``play_nights`` returns where there is nothing to show a night on.
NO_DISPLAY = 3

Size = tuple[int, int]


class Composition(Protocol):
    """What a kiosk is put together from: ``Bedside``, the real device, or ``Simulated``."""

    @property
    def parts(self) -> Parts:
        """Lamp, buzzer, backlight, button and probe."""

    @property
    def own_touch(self) -> bool:
        """Whether the display reads the touch panel itself, so that it can be calibrated here."""

    def clock_ok(self) -> bool:
        """Whether the wall clock is set."""

    def open_display(self, app: App, loop: "MainLoop", bell: "Bell") -> "Display":
        """What the night is shown on. Raises ``DisplayError``."""


def run(chosen: argparse.Namespace) -> int:
    """The command. A rehearsal where nothing can be shown."""
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
    return rehearse.play()  # no picture can be kept; the night is worth reading without


def play_nights(
    found: Found, techniques: Sequence[Technique], diary: Path, *, simulate: bool, size: Size | None
) -> int:
    """Play nights until told to stop. Returns the exit code, or ``NO_DISPLAY``."""
    config, supervisor = found.in_force, Supervisor()
    parts = None
    if not simulate:
        try:
            parts = open_parts(config, supervisor)
        except PinsUnavailable as error:
            if is_started_by_systemd():
                # By the bed a simulator helps nobody: touch still works, and a banner says what is missing.
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
    """Put it together and lead through the nights, until SIGTERM or its window is closed."""
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
    """Whether a window can be opened; where one should be and cannot, the reason is said."""
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
