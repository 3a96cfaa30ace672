"""What the panel shows beside the golden frames: the same letters and targets, drawn by Debian's SDL."""

from pathlib import Path

import pygame
import pytest

from kiosk.core.events import Act
from tests.device.both import Both
from tests.device.rig import Rig
from tests.screen import golden

SHEET = ("800x480-7", "night")
#: What is tapped, and the golden frame it leads to.
WAY = (
    (Act.ANYWHERE, "home"),
    (Act.MORE, "more"),
    (Act.CHOOSE, "choose"),
    (Act.NEXT, ""),
    (Act.NEXT, "choose-last"),
    (Act.BACK, "more"),
    (Act.SETTINGS, "settings-0"),
    (Act.NEXT, "settings-1"),
)


def excess(picture: pygame.Surface, name: str) -> int:
    """By how much the worst part of a picture goes over the golden frame's tolerance."""
    panel = golden.PANELS[SHEET[0]]
    now = golden.averaged(picture, panel)
    index = golden.PAGES.read_text().split().index(name)
    x, y = index % golden.ACROSS * now.width, index // golden.ACROSS * now.height
    return golden.excess(now, golden.kept(*SHEET).crop((x, y, x + now.width, y + now.height)))


@pytest.mark.smoke
def test_pages_look_as_their_golden_frames(rig: Rig, shots: Path) -> None:
    both = Both(rig)
    for number, (act, name) in enumerate(WAY, start=1):
        both.tap(act)
        shot = rig.screenshot(shots / f"{number}-{name or act}.png")
        if name:
            assert excess(pygame.image.load(shot), name) == 0, shot
