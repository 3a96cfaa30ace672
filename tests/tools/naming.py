"""The naming test: does a person who sees only a picture, without words, know what to do?

python -m tests.tools.naming OUT [--seed N]

Writes each frame that asks for an action, in its size on the 7 inch panel: to ``OUT/sharp``, and with two
dioptres of blur to ``OUT/blurred``. Each folder is numbered in a different order. Give a reader one folder
and ``OUT/questions.txt``, and nothing else. ``OUT/key/key.toml`` has the frame of each number;
``naming_answers.toml`` beside this file has the accepted answers.
"""

import argparse
import os
import random
import sys
import tomllib
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import msgspec
import pygame
from PIL import Image, ImageFilter

from kiosk.core.rules import Theme
from kiosk.files import asset
from kiosk.screen import art
from kiosk.screen.theme import Look, Panel, tokens
from tests.reading.eye import TWO_DIOPTRES_MM

ANSWERS = Path(__file__).with_name("naming_answers.toml")
PANEL = Panel.of((800, 480), 7)
SIZE = (330, 275)
"""Size of a picture in pixels: the smallest on any page of a technique on that panel."""

QUESTIONS = """\
You wake at night with a cramp in the foot. A small screen beside the bed shows you one picture at a time.
For each picture write one line:

    NUMBER | what you would do, in your own words, as exactly as you can | how sure you are, 0 to 100

Look at one picture at a time, in their order, and do not go back. If a picture tells you nothing, write so.
"""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a frame asks for, accepted answers, and similar answers that are wrong."""

    asks: str
    accept: list[str]
    refuse: list[str] = []


def answers(path: Path = ANSWERS) -> dict[str, Answer]:
    """The answers by frame (``picture.pose``), for frames that ask for an action.

    Raises ``ValueError`` if a frame is missing, unknown or listed twice.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    silent = set(table.pop("asks_nothing"))
    found = {
        f"{name}.{pose}": msgspec.convert(answer, Answer)
        for name, poses in table.items()
        for pose, answer in poses.items()
    }
    drawn = frames()
    if missing := sorted(drawn - found.keys() - silent):
        raise ValueError(
            f"{path.name} has no answer for {', '.join(missing)}: add one, or name it as silent."
        )
    if surplus := sorted((found.keys() | silent) - drawn) or sorted(found.keys() & silent):
        raise ValueError(f"{path.name} names {', '.join(surplus)}: no such frame, or named twice. Remove it.")
    return found


def frames() -> set[str]:
    """All poses of all illustrations, as ``picture.pose``."""
    table = tomllib.loads(asset("art", "poses.toml").read_text(encoding="utf-8"))
    return {f"{name}.{pose}" for name in table.keys() - {"cue", "foot"} for pose in table[name]}


def drawn(frame: str) -> Image.Image:
    """A frame in the night theme, without anything else."""
    name, pose = frame.split(".")
    look = Look(PANEL, tokens().theme[Theme.NIGHT])
    surface = pygame.Surface(SIZE, 0, 32)
    surface.fill(look.palette.rgb("bg"))
    y = 0
    for band in art.draw_picture(name, art.poses(name)[pose], look, SIZE, flipped=False):
        surface.blit(band, (0, y))
        y += band.get_height()
    return Image.frombytes("RGB", SIZE, pygame.image.tobytes(surface, "RGB"))


def write(out: Path, seed: int) -> int:
    """Write both sets, the questions and the key; return the number of frames.

    The same seed gives the same files. Raises ``OSError`` and, like ``answers``, ``ValueError``.
    """
    asked = sorted(answers())
    chance = random.Random(seed)  # noqa: S311 - not for cryptography
    key = [f"seed = {seed}"]
    for folder, blur in (("sharp", 0.0), ("blurred", TWO_DIOPTRES_MM / PANEL.mm_per_px)):
        (out / folder).mkdir(parents=True, exist_ok=True)
        key += ["", f"[{folder}]"]
        for number, frame in enumerate(chance.sample(asked, len(asked)), 1):
            picture = drawn(frame).filter(ImageFilter.GaussianBlur(blur)) if blur else drawn(frame)
            picture.save(out / folder / f"{number:02}.png")
            key.append(f'{number:02} = "{frame}"')
    (out / "key").mkdir(exist_ok=True)
    (out / "key" / "key.toml").write_text("\n".join([*key, ""]), encoding="utf-8")
    (out / "questions.txt").write_text(QUESTIONS, encoding="utf-8")
    return len(asked)


def main(arguments: list[str]) -> int:
    """Run the command. Returns 0, 1 if the files cannot be written, 2 if arguments or answers are wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.naming", description="The naming test.")
    parser.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder")
    parser.add_argument("--seed", type=int, help="order of the pictures; by chance if not given")
    given = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    try:
        if given.out.exists() and (not given.out.is_dir() or any(given.out.iterdir())):
            print(f"{given.out} is not an empty folder: name another, or empty it.", file=sys.stderr)
            return 2
        count = write(given.out, seed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{given.out} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"{count} frames, sharp and blurred, in {given.out}; seed {seed}. The key is apart, in key/.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
