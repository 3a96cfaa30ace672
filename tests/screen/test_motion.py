"""How pictures move: once from cue to cue, to and fro while a cue lasts, never fast, never for decoration."""

from itertools import pairwise

import msgspec
import pygame
import pytest

from kiosk.core.rules import Theme
from kiosk.core.state import State
from kiosk.core.technique import SECOND, Ms, Side
from kiosk.screen import motion
from kiosk.screen.pages import soak
from kiosk.screen.scene import Picture, Pose
from kiosk.screen.stage import Stage
from tests.screen.frames import GALLERY, NOW, PANELS, in_look

PANEL = PANELS["800x480-7"]
LED = ("hold", "release", "hold-back", "hold-forward", "press", "press-off", "calf", "calf-off")
MOVING = ("wiggle", "rub", "rub-between", "roll", "walk")


def _pose(stage: Stage, state: State, now: Ms) -> Pose:
    return next(
        t for t in stage.compose(state, now).things if isinstance(t, Picture) and "icon" not in t.name
    ).pose


def _history(state: State, start: Ms, end: Ms) -> list[tuple[Ms, Pose]]:
    """Every change of the picture from one moment to another, as (ms after the start, pose)."""
    stage, found = Stage(PANEL), list[tuple[Ms, Pose]]()
    for now in range(start, end, 20):
        pose = _pose(stage, state, now)
        if not found or found[-1][1] != pose:
            found.append((now - start, pose))
    return found


def _began(state: State) -> Ms:
    return state.page.began + state.page.beat.start  # type: ignore[union-attr]  # a Guide, by the gallery's names


def test_let_go_moves_once_in_eight_steps_and_is_still() -> None:
    state = GALLERY["release"]
    began = _began(state)
    moved = [(at, pose) for at, pose in _history(state, began, began + 3 * SECOND)]
    assert moved == [(i * 80, Pose("hold", "release", i, 8)) for i in range(8)] + [
        (640, Pose("release", "release"))
    ]


@pytest.mark.parametrize("page", LED)
def test_a_hold_or_a_pause_is_still_after_two_thirds_of_a_second(page: str) -> None:
    began = _began(GALLERY[page])
    last, _ = _history(GALLERY[page], began, began + 3 * SECOND)[-1]
    assert last <= motion.SETTLE


@pytest.mark.parametrize("page", [*LED, *MOVING])
def test_no_picture_changes_more_than_twelve_times_a_second(page: str) -> None:
    began = _began(GALLERY[page])
    times = [at for at, _ in _history(GALLERY[page], began, began + 6 * SECOND)]
    assert min(b - a for a, b in pairwise([-80, *times])) >= 80


@pytest.mark.parametrize("page", MOVING)
def test_a_movement_turns_round_slower_than_three_times_a_second(page: str) -> None:
    began = _began(GALLERY[page])
    ways = {(pose.start, pose.end) for _, pose in _history(GALLERY[page], began, began + 6 * SECOND)}
    legs = [
        at
        for at, pose in _history(GALLERY[page], began, began + 6 * SECOND)
        if pose.start != pose.end and not pose.step
    ]
    assert len(ways) >= 2
    assert min(b - a for a, b in pairwise(legs)) > SECOND / 3


def test_the_border_of_danger_goes_on_and_off_slower_than_three_times_a_second() -> None:
    stage, state = Stage(PANEL), GALLERY["soak-danger"]
    start = NOW - NOW % (2 * soak.BLINK)
    counts = [len(stage.compose(state, start + at).things) for at in range(0, 2 * SECOND, 50)]
    changes = [at * 50 for at in range(1, len(counts)) if counts[at] != counts[at - 1]]
    assert changes == list(range(250, 2 * SECOND, 250))


@pytest.mark.parametrize("page", [*LED, *MOVING])
def test_without_motion_the_end_is_shown_at_once(page: str) -> None:
    state = GALLERY[page]
    still = msgspec.structs.replace(state, rules=msgspec.structs.replace(state.rules, motion=False))
    began = _began(state)
    assert len(_history(still, began, began + 3 * SECOND)) == 1


@pytest.mark.parametrize("page", ["hold", "release", "press", "calf", "hold-back"])
def test_the_other_foot_is_the_mirror_image(page: str) -> None:
    pictures = []
    for side in (Side.LEFT, Side.RIGHT):
        scene = Stage(PANEL).compose(in_look(GALLERY[page], theme=Theme.NIGHT, side=side), NOW)
        picture = next(t for t in scene.things if isinstance(t, Picture) and "icon" not in t.name)
        surface = pygame.Surface(PANEL.size, 0, 32)
        picture.draw(surface, scene.ink)
        pictures.append(surface)
    mirrored = pygame.transform.flip(pictures[1], True, False)
    assert pygame.image.tobytes(pictures[0], "RGB") == pygame.image.tobytes(mirrored, "RGB")
