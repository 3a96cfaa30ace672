"""What an eye gets of a line of text, and what Tesseract reads in it.

A crop of the real frame, with all that stands close to the words; optionally blurred as by an eye that
sees 20/70 at 60 cm.
"""

import math
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pygame
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from kiosk.screen.scene import Scene, Words
from tests.screen.measures import ink_of

#: 20/70 tells details of 3.5 minutes of arc apart; at 60 cm that is 0.61 mm.
DETAIL_MM = 600 * math.radians(3.5 / 60)

#: Deviation of the Gaussian blur. Half a detail makes a point 0.72 mm wide at half its height, wider than
#: the smallest detail: the eye of these tests is a little weaker than 20/70.
BLUR_MM = DETAIL_MM / 2

#: Deviation for an eye that is two dioptres off: at 60 cm a pupil of 2.6 mm spreads a point over a disc of
#: 3.1 mm; the Gaussian that looks most like it deviates by a quarter of that.
TWO_DIOPTRES_MM = 2.0 * 2.6 * 0.6 / 4

#: Tesseract reads best where a capital is about this high, in pixels.
CAP_PX = 44

#: Tesseract's ways to take a picture: as one line, one word, one raw line. It loses short lines in one or
#: the other (a single digit, say), so what it can't find in the first it may look for in the next.
_MODES = (7, 8, 13)

FIGURES = "0123456789:.°"


@dataclass(frozen=True)
class Line:
    """A line to be read, and where it was seen."""

    page: str
    text: str
    image: Image.Image

    @property
    def is_figure(self) -> bool:
        """Nothing but digits and what goes with them."""
        return set(self.text) <= set(FIGURES)


def seen(page: str, scene: Scene, frame: pygame.Surface, words: Words, *, blur_mm: float = 0.0) -> Line:
    """A line of a frame as the eye gets it: a sixth of its height of what surrounds it on every side."""
    ink = ink_of(scene, words)
    around = ink.inflate(ink.height // 3, ink.height // 3).clip(frame.get_rect())
    cut = frame.subsurface(around)
    image = Image.frombytes("RGB", cut.get_size(), pygame.image.tobytes(cut, "RGB")).convert("L")
    if blur_mm:
        image = image.filter(ImageFilter.GaussianBlur(blur_mm / scene.look.panel.mm_per_px))
    if max(scene.look.palette.rgb("bg")) < 128:  # Tesseract wants dark letters on light ground
        image = ImageOps.invert(image)
    scale = CAP_PX / ink.height
    image = ImageOps.autocontrast(image).resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC
    )
    return Line(page, words.text, ImageOps.expand(image, CAP_PX // 2, 255))


def read(lines: list[Line], folder: Path) -> list[str]:
    """What Tesseract reads in each line, spaces made one."""
    found = [""] * len(lines)
    for figures in (False, True):
        for mode in _MODES:
            left = [
                i for i, line in enumerate(lines)
                if line.is_figure is figures and not says(found[i], line.text)
            ]  # fmt: skip
            for i, said in zip(
                left, _tesseract([lines[i] for i in left], folder, figures, mode), strict=True
            ):
                found[i] = said if mode == _MODES[0] or says(said, lines[i].text) else found[i]
    return found


def says(said: str, text: str) -> bool:
    """Whether what was read is the text, be it upper or lower case and whatever the punctuation.

    The typeface's zero has a slash, which Tesseract's English model has never seen: it takes it for a 6, 8
    or 9, or for two digits. So a zero may be read as any of them here; that an eye can tell it from them is
    measured by ``apart``.
    """
    letters, read_letters = (re.sub(r"[^\w:]", "", each) for each in (text, said))
    return re.fullmatch(letters.replace("0", "[0689]{1,2}"), read_letters, re.IGNORECASE) is not None


def apart(scene: Scene, words: Words, a: str, b: str, blur_mm: float) -> float:
    """How unlike two blurred characters of this size look: the share of ink not in common, 0 to 1."""
    inks = []
    for character in (a, b):
        letter = scene.ink.letters(character, words.em, words.bold, (255, 255, 255))
        width = scene.ink.width("8", words.em, bold=words.bold)
        ground = pygame.Surface((3 * width, letter.get_height() + 2 * width))
        ground.blit(letter, (width, width))
        image = Image.frombytes("RGB", ground.get_size(), pygame.image.tobytes(ground, "RGB")).convert("L")
        inks.append(image.filter(ImageFilter.GaussianBlur(blur_mm / scene.look.panel.mm_per_px)))
    differing, common = (
        ImageStat.Stat(make(*inks)).sum[0] for make in (ImageChops.difference, ImageChops.lighter)
    )
    return differing / common


def _tesseract(lines: list[Line], folder: Path, figures: bool, mode: int) -> list[str]:
    if not lines:
        return []
    names = []
    for number, line in enumerate(lines):
        names.append(str(folder / f"{figures:d}-{number}.png"))
        line.image.save(names[-1], dpi=(300, 300))
    listed = folder / "list.txt"
    listed.write_text("\n".join(names))
    command = ["tesseract", str(listed), "stdout", "-l", "eng", "--psm", str(mode)]
    if figures:
        command += ["-c", f"tessedit_char_whitelist={FIGURES}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pages = said.split("\f")[: len(lines)]
    return [re.sub(r"\s+", " ", text).strip() for text in pages]
