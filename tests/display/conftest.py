from collections.abc import Iterator

import pygame
import pytest


@pytest.fixture(autouse=True)
def no_real_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SDL for real, but on no screen and no sound card."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    yield
    pygame.display.quit()
