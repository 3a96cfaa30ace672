"""``cramp-kiosk rehearse``: play a scripted night on a simulated clock, as text and pictures."""

import argparse
import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from kiosk.cli import script as scripts
from kiosk.cli.rehearsal import Rehearsal
from kiosk.cli.streams import FAILED, OK, WRONG, complain, lines
from kiosk.config import techniques
from kiosk.config.tomlfile import TomlError
from kiosk.core.rules import Rules
from kiosk.core.state import State
from kiosk.core.technique import Ms
from kiosk.i18n import _


def run(chosen: argparse.Namespace) -> int:
    """The command. Returns its exit code, see ``play``."""
    return play(chosen.script, out=chosen.out, size=chosen.size, speed=chosen.speed)


def play(
    name: str = "normal", *, out: Path | None = None, size: tuple[int, int] = (800, 480), speed: float = 0.0
) -> int:
    """Play the shipped script ``name``, or the file of that name.

    ``out``: folder for the pictures; None: none are taken. ``size``: of the pictures, in pixels. ``speed``: a
    multiple of real time; 0 does not wait. Returns the exit code: 0; 1 if ``out`` cannot be written; 2 if
    there is no such script or it is wrong. Raises ``OSError`` if a picture cannot be saved.
    """
    shipped = scripts.shipped()
    path = shipped.get(name, Path(name))
    try:
        script = scripts.load(path)
    except FileNotFoundError:
        names = ", ".join(shipped)
        complain([_("There is no script {file}; shipped are: {names}.").format(file=path, names=names)])
        return WRONG
    except (scripts.ScriptError, TomlError) as error:
        complain([str(error)])
        return WRONG
    # Only the shipped techniques and the default settings, so that the output is the same on every machine.
    rules = Rules(techniques=techniques.load(techniques.folders()[:1])[0])
    camera: Callable[[State, Ms], None] | None = None
    if out is not None:
        from kiosk.cli.camera import Camera

        try:
            camera = Camera(out, size)
        except OSError as error:
            complain([_("{folder} cannot be written: {reason}.").format(folder=out, reason=error.strerror)])
            return FAILED
    with lines() as say:
        say(script.title)
        Rehearsal(rules, script, say, picture=camera, speed=speed).play_all()
    if camera is not None:
        complain([_("Pictures are in {folder}.").format(folder=out)])
    return OK


def folder_for_pictures(state: Path) -> Path | None:
    """Folder for the pictures of a rehearsal that ``run`` falls back to: ``state``/rehearsal, or a temporary
    one if this user may not write there. None if neither is possible.

    Never the working folder: the user did not ask for files there.
    """
    folder = state / "rehearsal"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    with contextlib.suppress(OSError):
        return Path(tempfile.mkdtemp(prefix="cramp-kiosk-"))
    return None
