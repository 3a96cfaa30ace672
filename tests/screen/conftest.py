"""SDL without a screen: every picture is drawn in memory."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


@pytest.fixture(scope="session", autouse=True)
def letters() -> Iterator[None]:
    """Fonts, and nothing else of pygame."""
    import pygame.font  # noqa: PLC0415 - after the environment is set

    pygame.font.init()
    yield
    pygame.font.quit()
