"""Pictures of a rehearsal: saves each new page as PNG, drawn as a 7-inch panel would show it."""

import os
import re
from io import BytesIO
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")


from kiosk.core.pages import Asleep
from kiosk.core.state import State
from kiosk.core.technique import Ms
from kiosk.display.pygame_import import pygame
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel

#: Diagonal of the drawn panel: the default of ``screen.panel``.
INCHES = 7.0
#: A picture shows a page this long after it appeared: by then an animated drawing has reached its pose.
SETTLED: Ms = 1500


class Camera:
    """Saves one PNG per call to ``folder``, named by number, time and page. ``size`` is in pixels.

    Pictures of an earlier rehearsal in ``folder`` are deleted. The constructor and each call raise
    ``OSError`` with the path that failed.
    """

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("[0-9][0-9][0-9]-*.png"):
            old.unlink()
        self._folder = folder
        self._stage = Stage(Panel.of(size, INCHES))
        self._surface = pygame.Surface(size)
        self._taken = 0

    def __call__(self, state: State, now: Ms) -> None:
        """Draw and save the page of ``state`` at ``now``. Of the dark asleep page only the first is saved."""
        self._stage.draw(self._surface, state, now + SETTLED)
        self._taken += 1
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(state.page).__name__).lower()
        seconds = now // 1000
        moment = f"{seconds // 3600}h{seconds // 60 % 60:02}m{seconds % 60:02}s"
        if not isinstance(state.page, Asleep) or self._taken == 1:
            picture = BytesIO()  # pygame reports no errno if it cannot write a file
            pygame.image.save(self._surface, picture, "picture.png")
            path = self._folder / f"{self._taken:03}-{moment}-{name}.png"
            try:
                path.write_bytes(picture.getvalue())
            except OSError as error:  # ENOSPC comes without a file name
                raise OSError(error.errno, error.strerror, os.fspath(path)) from error
