"""The naming test: does a person who sees a picture alone, without a word, know what to do?

python -m tests.tools.naming OUT [--seed N]

Writes every frame in which something is asked, at its size on the 7 inch panel: ``OUT/sharp`` and, as an eye
that is two dioptres off sees it, ``OUT/blurred``; each set is numbered in an order of its own. Give a reader
one folder and ``OUT/questions.txt``, and nothing else. Which number is which frame stands in
``OUT/key/key.toml``, what counts as right in ``naming_answers.toml`` beside this file.
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
"""Pixels of a picture; no page of a technique shows it smaller on that panel."""

QUESTIONS = """\
You wake at night with a cramp in the foot. A small screen beside the bed shows you one picture at a time.
For each picture write one line:

    NUMBER | what you would do, in your own words, as exactly as you can | how sure you are, 0 to 100

Look at one picture at a time, in their order, and do not go back. If a picture tells you nothing, write so.
"""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a frame asks for, what is right, and what is near and wrong."""

    asks: str
    accept: list[str]
    refuse: list[str] = []


def answers(path: Path = ANSWERS) -> dict[str, Answer]:
    """The accepted answers by frame (``picture.pose``). Raises ``ValueError`` if one is missing."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    silent = set(table.pop("asks_nothing"))
    found = {
        f"{name}.{pose}": msgspec.convert(said, Answer)
        for name, poses in table.items()
        for pose, said in poses.items()
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
    """Every pose of every illustration, as ``picture.pose``."""
    table = tomllib.loads(asset("art", "poses.toml").read_text(encoding="utf-8"))
    return {f"{name}.{pose}" for name in table.keys() - {"cue", "foot"} for pose in table[name]}


def drawn(frame: str) -> Image.Image:
    """A frame as the night theme shows it, nothing else beside it."""
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
    """Both sets, the questions and the key; the same files for the same seed. Gives how many frames."""
    asked = sorted(answers())
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
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
    """The command. Exit code 0; 1 if nothing could be written; 2 if arguments or answers are wrong."""
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
