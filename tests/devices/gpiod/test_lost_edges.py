"""Asleep, and an edge of the button is lost, on its way to us or before the kernel saw it: the next sign of
life finds it. Real conductor, real button, a chip of our own."""

from collections.abc import Callable, Iterator

import pytest

from kiosk.core.events import EpisodeBegan
from kiosk.core.pages import Asleep, CountIn
from kiosk.devices.button import Button
from kiosk.devices.gpiod_pins import GpiodFactory
from kiosk.runtime.main_loop import PULSE_EVERY
from tests.devices.gpiod.fake_gpiod import MS, Board
from tests.hall import Hall

BUTTON = 5
HOLD = 20
"""ms that a level must stay"""


class BoardClock:
    """The conductor's clock is the board's; it wakes by what comes into its inbox alone."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def now(self) -> int:
        return self._board.now // MS

    def seconds_until(self, moment: int) -> float:
        return 0.0 if moment <= self.now() else 3600.0


class Bed:
    """Somebody asleep beside the button."""

    def __init__(self, board: Board, factory: GpiodFactory) -> None:
        self.board = board
        self.clock = BoardClock(board)
        self.hall = Hall(self.clock)
        self.waiting: list[Callable[[], None]] = []
        conductor = self.hall.conductor
        self.button = Button(
            BUTTON, factory, conductor.post, self.clock.now, later=lambda _ms, call: self.waiting.append(call)
        )
        conductor.buttons = [self.button]

    def swallow(self, *, down: bool) -> None:
        """The contact moves, and no interrupt says so."""
        self.board.lines[BUTTON].outside = False if down else None

    def sign_of_life(self) -> None:
        """A main loop that asks for it, and the moment after that in which a contact proves to be at rest."""
        self.board.advance(PULSE_EVERY)
        self.hall.beat()
        self.board.advance(HOLD)
        while self.waiting:
            self.waiting.pop()()

    @property
    def nights(self) -> int:
        return sum(isinstance(did, EpisodeBegan) for did in self.hall.did)


@pytest.fixture
def bed(board: Board, factory: GpiodFactory) -> Iterator[Bed]:
    made = Bed(board, factory)
    with made.hall, made.button:
        yield made


def test_a_lost_press_begins_the_night_with_the_next_sign_of_life(bed: Bed) -> None:
    bed.swallow(down=True)
    bed.board.advance(1000)
    assert bed.hall.conductor.next_due() is None, "nobody wakes for that alone"
    bed.sign_of_life()
    bed.hall.until_page(CountIn)
    assert bed.nights == 1


def test_a_lost_press_that_is_over_begins_nothing(bed: Bed) -> None:
    bed.swallow(down=True)
    bed.board.advance(500)
    bed.swallow(down=False)
    for _ in range(3):
        bed.sign_of_life()
    assert isinstance(bed.hall.conductor.state.page, Asleep)
    assert bed.nights == 0


def test_a_lost_release_is_made_up_for_and_the_next_press_counts(bed: Bed) -> None:
    bed.board.put(BUTTON, False)
    bed.board.advance(HOLD)
    bed.hall.until_page(CountIn)
    bed.swallow(down=False)
    bed.sign_of_life()
    bed.hall.until(lambda state: state.down_at is None)
    bed.board.put(BUTTON, False)
    bed.board.advance(HOLD)
    bed.hall.until(lambda state: state.down_at is not None)
    assert bed.nights == 1


def test_edges_are_told_as_ever_after_the_line_was_read_anew(bed: Bed) -> None:
    for _ in range(3):
        bed.sign_of_life()
    bed.board.put(BUTTON, False)
    bed.board.advance(HOLD)
    bed.hall.until_page(CountIn)
    assert bed.board.lines[BUTTON].debounce == HOLD * MS
