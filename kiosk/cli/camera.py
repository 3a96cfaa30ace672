"""Pictures of a rehearsal: each new page drawn as the panel would show it, saved as PNG."""

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

INCHES = 7.0
#: Pictures show a page this long after it came, when its drawing has moved to where it says.
SETTLED: Ms = 1500


class Camera:
    """Call it with a State: the picture goes to ``folder`` under its number, time and page.

    Pictures of an earlier rehearsal in the folder are replaced. Raises ``OSError``, also when called.
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
        """Take one picture."""
        self._stage.draw(self._surface, state, now + SETTLED)
        self._taken += 1
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(state.page).__name__).lower()
        seconds = now // 1000
        moment = f"{seconds // 3600}h{seconds // 60 % 60:02}m{seconds % 60:02}s"
        if not isinstance(state.page, Asleep) or self._taken == 1:
            picture = BytesIO()  # pygame itself would not say why a file cannot be written
            pygame.image.save(self._surface, picture, "picture.png")
            path = self._folder / f"{self._taken:03}-{moment}-{name}.png"
            try:
                path.write_bytes(picture.getvalue())
            except OSError as error:  # of a full disk Python does not say whose
                raise OSError(error.errno, error.strerror, os.fspath(path)) from error
