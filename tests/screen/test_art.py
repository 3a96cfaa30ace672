"""The illustrations: what SVG files, table of poses and palette must agree on, whoever draws the next one."""

import re
import tomllib
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops, ImageStat

from kiosk.core.rules import Theme
from kiosk.core.technique import Side
from kiosk.files import asset
from kiosk.screen import art
from kiosk.screen.theme import Look, luminance, tokens
from tests.screen.frames import PANELS

TABLE = tomllib.loads(asset("art", "poses.toml").read_text(encoding="utf-8"))
NAMES = sorted(set(TABLE) - {"cue", "foot"})
SVG = "{http://www.w3.org/2000/svg}"
COLOURS = {"#FFB000", "#8F5E14", "#FFD9A0", "#3A2504", "#7A4B08", "#000000", "none"}
POSES = [(name, pose) for name in NAMES for pose in TABLE[name]]

LIT_LUMA, LIT_PERCENT = 40, 20.0
"""At most so much of a picture's canvas is brighter than this (of 255): it stands beside a ring and words."""

LEAST_CHANGE = 0.02
"""Share of the canvas that differs clearly between the two ends of a movement."""


def drawing(name: str) -> ET.Element:
    return ET.fromstring(Path(asset("art", f"{name}.svg")).read_text(encoding="utf-8"))  # noqa: S314 - our own


def seen(name: str, pose: str, look: Look, size: tuple[int, int] = (480, 400)) -> pygame.Surface:
    surface = pygame.Surface(size, 0, 32)
    surface.fill(look.palette.rgb("bg"))
    y = 0
    for band in art.draw_picture(name, art.poses(name)[pose], look, size, flipped=False):
        surface.blit(band, (0, y))
        y += band.get_height()
    return surface


def grey(surface: pygame.Surface) -> Image.Image:
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB")).convert("L")


def test_every_drawing_has_its_poses_and_the_other_way_round() -> None:
    drawn = {path.stem for path in Path(asset("art")).glob("*.svg") if not path.stem.startswith("icon_")}
    assert drawn == set(NAMES) == set(TABLE["cue"]) == set(TABLE["foot"])


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_keeps_to_the_elements_and_colours_the_program_knows(name: str) -> None:
    elements = list(drawing(name).iter())
    assert {element.tag.removeprefix(SVG) for element in elements} <= {
        "svg", "title", "g", "path", "circle", "rect",
    }  # fmt: skip
    assert {element.get(paint, "none") for element in elements for paint in ("fill", "stroke")} <= COLOURS
    assert (drawing(name).get("width"), drawing(name).get("height")) == ("480", "400")


@pytest.mark.parametrize("name", NAMES)
def test_poses_move_what_is_drawn_and_can_be_blended(name: str) -> None:
    ids = [element.get("id") for element in drawing(name).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    poses = list(TABLE[name].values())
    assert {tuple(pose) for pose in poses} == {tuple(poses[0])}
    assert set(poses[0]) <= set(ids)
    for group in poses[0]:
        ways = {re.sub(r"-?[\d.]+", "#", pose[group]) for pose in poses if pose[group] != art.HIDDEN}
        assert len(ways) <= 1, f"{name}: {group} is moved by {ways}, which cannot be blended"


@pytest.mark.parametrize("name", NAMES)
def test_cues_name_poses_that_are_there_and_every_pose_is_reached(name: str) -> None:
    asked = {pose for poses in TABLE["cue"][name].values() for pose in poses}
    assert asked <= set(TABLE[name])
    assert "rest" in TABLE["cue"][name], "a picture is shown at rest on the page before its technique"
    # The bath's states are no cues: the page of the bath names them.
    assert set(TABLE[name]) - asked <= ({"probe_out", "hot"} if name == "soak" else set())
    assert TABLE["foot"][name] in {side.value for side in Side}


@pytest.mark.parametrize(("name", "pose"), POSES, ids=[f"{n}-{p}" for n, p in POSES])
def test_a_picture_gives_little_light(name: str, pose: str) -> None:
    look = Look(PANELS["800x480-7"], tokens().theme[Theme.NIGHT])
    counts = grey(seen(name, pose, look)).histogram()
    lit = 100 * sum(counts[LIT_LUMA + 1 :]) / sum(counts)
    assert 2.0 < lit <= LIT_PERCENT


@pytest.mark.parametrize("theme", Theme)
def test_what_acts_can_be_told_from_what_rests_in_every_theme(theme: Theme) -> None:
    palette = tokens().theme[theme]
    ground, skin, active, line = (luminance(palette.rgb(name)) for name in ("bg", "skin", "active", "line"))
    # As far from what rests as that is from the ground, and further; the outline stays beyond both.
    assert abs(active - ground) > 2 * abs(skin - ground)
    assert abs(line - ground) > 1.5 * abs(active - ground)


def moves(name: str) -> list[tuple[str, str]]:
    """Pairs of poses that a person sees one after the other."""
    lists = [poses for cue, poses in TABLE["cue"][name].items() if cue in {"hold", "move"}]
    return [(a, b) for poses in lists for a, b in pairwise(poses)]


WAYS = [(name, a, b) for name in NAMES for a, b in moves(name)]


@pytest.mark.parametrize(("name", "a", "b"), WAYS, ids=["-".join(way) for way in WAYS])
def test_the_ends_of_a_movement_look_different_without_motion(name: str, a: str, b: str) -> None:
    look = Look(PANELS["800x480-7"], tokens().theme[Theme.NIGHT])
    one, other = (grey(seen(name, pose, look)) for pose in (a, b))
    changed = ImageChops.difference(one, other).point(lambda value: 255 * (value > LIT_LUMA))
    assert ImageStat.Stat(changed).mean[0] / 255 > LEAST_CHANGE
