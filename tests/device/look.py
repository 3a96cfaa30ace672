"""Compares screenshots of the panel with the expected pictures."""

from pathlib import Path

import pygame

from tests.device.rig import Rig

#: Largest share of different pixels: the device's FreeType renders the edges of letters slightly differently.
SAME = 0.010


def unlike(shot: Path, picture: pygame.Surface, area: pygame.Rect | None = None) -> float:
    """The share of pixels of a screenshot, or of an area, that differ from a picture by more than 64 of 255
    in a colour."""
    picture = picture.subsurface(area or picture.get_rect())
    seen = pygame.Surface(picture.get_size(), 0, picture)
    seen.blit(pygame.image.load(shot), (0, 0), area)
    same = pygame.mask.from_threshold(seen, (0, 0, 0), (64, 64, 64, 255), picture).count()
    width, height = picture.get_size()
    return 1 - same / (width * height)


def see(rig: Rig, picture: pygame.Surface, shot: Path, *, timeout: float = 8) -> None:
    """Wait until the panel shows this picture, and save the screenshot as ``shot``; the test fails after
    ``timeout`` seconds, and the expected picture is saved, too."""
    rig.until(lambda: unlike(rig.screenshot(shot), picture) <= SAME, timeout=timeout)
    if (off := unlike(shot, picture)) > SAME:
        pygame.image.save(picture, shot.with_name(shot.stem + "-expected.png"))
    assert off <= SAME, f"{shot} differs from what was expected in {100 * off:.1f} % of its pixels"


def lit(shot: Path) -> int:
    """The number of pixels that are not black."""
    seen = pygame.image.load(shot)
    dark = pygame.mask.from_threshold(seen, (0, 0, 0), (8, 8, 8, 255)).count()
    return seen.get_width() * seen.get_height() - dark
