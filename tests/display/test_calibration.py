"""Three crosses and a proof, touched by a finger on panels that lie in every way on their glass."""

from collections.abc import Callable

import pygame
import pytest

from kiosk.core.calibration import CROSSES, NEAR_ENOUGH, PROOF, Affine, Point
from kiosk.core.technique import SECOND, Ms
from kiosk.display.base import Bell, Contact, Kind, OnContact
from kiosk.display.calibration import PATIENCE, Answer, Calibration, draw, lead
from kiosk.display.touch import REPEAT_GUARD, SHORTEST, Transform
from tests.touch_panels import straight, worn

PANEL = (480, 320)
Wrong = Callable[[Point], Point]


class Finger:
    """Touches what it sees; the panel says something else."""

    def __init__(self, calibration: Calibration, wrong: Wrong, rotation: int = 0) -> None:
        self.calibration = calibration
        self.wrong = wrong
        self.rotation = rotation
        self.now: Ms = 0

    def says(self, seen: Point) -> Point:
        """What the panel says (0 to 1) about a finger at a point of the picture."""
        x, y = seen
        on_panel = {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[self.rotation]
        return self.wrong(on_panel)

    def contact(self, kind: Kind, at: Point, finger: int = 0) -> None:
        x, y = round(at[0] * (PANEL[0] - 1)), round(at[1] * (PANEL[1] - 1))
        self.calibration.feed(Contact(kind, x, y, self.now, finger))

    def touch(self, seen: Point, lasting: Ms = 300, finger: int = 0) -> None:
        """Down, at rest with a little noise, and lifted, which sends the panel astray."""
        x, y = self.says(seen)
        self.contact(Kind.DOWN, (x, y), finger)
        for noise in (0.004, -0.004, 0.0, 0.002, -0.002):
            self.now += lasting // 6
            self.contact(Kind.MOVE, (x + noise, y - noise), finger)
        self.now += lasting - lasting // 6 * 5
        self.contact(Kind.MOVE, (x / 2, y / 2), finger)
        self.contact(Kind.UP, (0.0, 1.0), finger)
        self.now += 1000


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("wrong", [straight, worn])
def test_four_touches_and_the_panel_knows_its_glass(wrong: Wrong, rotation: int) -> None:
    calibration = Calibration(PANEL, rotation)
    finger = Finger(calibration, wrong, rotation)
    asked = []
    while calibration.result is None:
        asked.append((calibration.step, calibration.cross))
        finger.touch(calibration.cross)
    assert asked == list(enumerate([*CROSSES, PROOF]))
    assert calibration.answer is Answer.DONE
    transform = Transform(calibration=calibration.result, rotation=rotation)
    width, height = transform.picture(PANEL)
    for seen in ((0.05, 0.05), (0.95, 0.1), (0.5, 0.5), (0.1, 0.9), (0.97, 0.96)):
        x, y = transform.pixel(*finger.says(seen), PANEL)
        assert abs(x - seen[0] * (width - 1)) <= 3
        assert abs(y - seen[1] * (height - 1)) <= 3


def test_a_proof_beside_its_cross_starts_again() -> None:
    calibration = Calibration(PANEL)
    finger = Finger(calibration, worn)
    for cross in CROSSES:
        finger.touch(cross)
    finger.touch((PROOF[0] + 1.5 * NEAR_ENOUGH, PROOF[1]))
    assert (calibration.step, calibration.answer, calibration.result) == (0, Answer.AGAIN, None)
    finger.touch(CROSSES[0])
    assert (calibration.step, calibration.answer) == (1, Answer.NONE)


def test_four_touches_in_one_place_calibrate_nothing() -> None:
    calibration = Calibration(PANEL)
    finger = Finger(calibration, straight)
    for _ in range(4):
        finger.touch((0.5, 0.5))
    assert (calibration.step, calibration.answer, calibration.result) == (0, Answer.AGAIN, None)


def test_a_brush_in_passing_a_second_finger_and_a_lost_device_do_not_count() -> None:
    calibration = Calibration(PANEL)
    finger = Finger(calibration, straight)
    finger.touch(CROSSES[0], lasting=SHORTEST - 1)
    assert calibration.step == 0
    finger.contact(Kind.DOWN, (0.1, 0.1), 1)
    finger.touch((0.9, 0.9), finger=2)
    finger.contact(Kind.CANCEL, (0.1, 0.1), 1)
    finger.contact(Kind.UP, (0.1, 0.1), 1)
    assert calibration.step == 0
    finger.touch(CROSSES[0], lasting=SHORTEST)
    assert calibration.step == 1


def test_a_touch_right_after_one_is_a_trembling_hand() -> None:
    calibration = Calibration(PANEL)
    finger = Finger(calibration, straight)
    finger.touch(CROSSES[0])
    finger.now += REPEAT_GUARD - 1001
    finger.touch(CROSSES[0])
    assert calibration.step == 1
    finger.touch(CROSSES[1])
    assert calibration.step == 2


def test_a_panel_that_reports_only_down_and_up() -> None:
    calibration = Calibration(PANEL)
    finger = Finger(calibration, straight)
    finger.contact(Kind.DOWN, CROSSES[0])
    finger.now += SHORTEST
    finger.contact(Kind.UP, CROSSES[0])
    assert calibration.step == 1


@pytest.mark.parametrize("size", [(480, 320), (800, 480), (480, 800), (1280, 720)])
@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("answer", [Answer.NONE, Answer.AGAIN])
def test_the_cross_is_where_it_is_said_to_be_and_no_word_lies_on_it(
    size: tuple[int, int], step: int, answer: Answer
) -> None:
    surface = pygame.Surface(size)
    calibration = Calibration(size)
    calibration._touched, calibration.answer = [(0.1, 0.1)] * step, answer
    draw(surface, calibration)
    x, y = (round(share * (side - 1)) for share, side in zip(calibration.cross, size, strict=True))
    assert surface.get_at((x, y))[:3] != (0, 0, 0)
    lit = pygame.mask.from_threshold(surface, (0, 0, 0), (8, 8, 8, 255))
    lit.invert()
    arms = round(36 * min(size[0] / 560, size[1] / 400))
    cross = pygame.Rect(x - arms, y - arms, 2 * arms, 2 * arms)
    words = [rect for rect in lit.get_bounding_rects() if not cross.contains(rect)]
    assert words
    assert not any(rect.colliderect(cross) for rect in words)
    assert all(surface.get_rect().inflate(-8, -8).contains(rect) for rect in words)


class Glass:
    """A display that a test's finger sits before."""

    name = "glass"

    def __init__(self, hear: OnContact, play: list[Callable[[OnContact], None]], bell: Bell) -> None:
        self.size = PANEL
        self.surface = pygame.Surface(PANEL)
        self.presented = 0
        self.open_now = False
        self._hear, self._play, self._bell = hear, play, bell

    def __enter__(self) -> "Glass":
        self.open_now = True
        return self

    def __exit__(self, *_: object) -> None:
        self.open_now = False

    def present(self, _rects: list[pygame.Rect]) -> None:
        self.presented += 1
        if self._play:
            self._play.pop(0)(self._hear)

    def pump(self) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.now: Ms = 0

    def __call__(self) -> Ms:
        return self.now


class Waiting(Bell):
    """A bell on a simulated clock: a wait without a ring lasts as long as it may."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: Ms | None = None) -> bool:
        rang = super().wait(0)
        if not rang and timeout is not None:
            self.clock.now += timeout
        return rang


def led(play: list[Callable[[OnContact], None]], *, stop_after: int = 99) -> tuple[Affine | None, Glass, Ms]:
    clock = Clock()
    bell = Waiting(clock)
    glasses: list[Glass] = []

    def open_display(hear: OnContact) -> Glass:
        glasses.append(Glass(hear, play, bell))
        return glasses[0]

    found = lead(
        open_display,  # type: ignore[arg-type]
        0,
        bell=bell,
        stopping=lambda: glasses[0].presented >= stop_after,
        now=clock,
    )
    return found, glasses[0], clock.now


def touch(seen: Point, at: Ms = 0) -> Callable[[OnContact], None]:
    def play(hear: OnContact) -> None:
        x, y = round(seen[0] * (PANEL[0] - 1)), round(seen[1] * (PANEL[1] - 1))
        hear(Contact(Kind.DOWN, x, y, at))
        hear(Contact(Kind.UP, x, y, at + SHORTEST))

    return play


def test_it_leads_through_all_crosses_and_shows_that_it_is_done() -> None:
    found, glass, lasted = led([touch(cross, i * SECOND) for i, cross in enumerate((*CROSSES, PROOF))])
    assert found is not None
    assert found == pytest.approx((1, 0, 0, 0, 1, 0), abs=0.01)
    assert (glass.presented, glass.open_now, lasted) == (5, False, SECOND)


def test_nobody_there_for_a_minute_changes_nothing() -> None:
    found, glass, lasted = led([touch(CROSSES[0])])
    assert (found, glass.presented, glass.open_now, lasted) == (None, 2, False, PATIENCE)


def test_it_can_be_stopped() -> None:
    found, glass, lasted = led([touch(cross, i * SECOND) for i, cross in enumerate(CROSSES)], stop_after=2)
    assert (found, glass.presented, glass.open_now, lasted) == (None, 2, False, 0)
