"""What the tests of the writer share: a writer with everything around it written down, and a full disk."""

import sqlite3
import threading
from collections.abc import Callable

from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, Fault, Record, Tally, TechniqueBegan
from kiosk.core.technique import Side
from kiosk.diary.entry import OpenEpisode
from kiosk.diary.store import Store
from kiosk.diary.writer import Writer
from kiosk.runtime.supervision import Supervisor
from tests.diary.nights import BERLIN, Clock

SOON = 20.0
"""seconds within which a thread surely gets its turn"""

Build = Callable[..., "Desk"]


class Desk:
    """A writer with everything around it written down, and its pauses under the test's control."""

    def __init__(
        self, store: Store, clock: Clock, *repairs: Callable[[], object], offers: bool = True
    ) -> None:
        self.clock = clock
        self.offers = offers
        self.told: list[tuple[Fault, bool]] = []
        self.tallies: list[Tally] = []
        self.pauses: list[float] = []
        self.offered: list[OpenEpisode] = []
        self.repairs = list(repairs)
        """one is done in each pause; with none left, the next pause goes on until closing"""
        self.stuck = threading.Event()
        self.writer = Writer(
            store,
            lambda: clock.wall.astimezone(BERLIN),
            lambda: clock.mono,
            lambda fault, present: self.told.append((fault, present)),
            self.tallies.append,
            on_under_way=self.offer,
            supervisor=Supervisor(),
            wait=self.pause,
        )

    def offer(self, found: OpenEpisode) -> bool:
        self.offered.append(found)
        return self.offers

    def pause(self, wake: threading.Event, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.repairs:
            self.repairs.pop(0)()
        else:
            self.stuck.set()
            assert wake.wait(SOON)


class Disk:
    """A disk that is full when told to be: SQLite's own limit on the size of a file."""

    def __init__(self) -> None:
        self.full = True
        self.open: list[sqlite3.Connection] = []

    def limit(self, db: sqlite3.Connection) -> None:
        """At most 1 page means: no more than there are."""
        db.execute(f"PRAGMA max_page_count = {1 if self.full else 1_000_000}")

    def fill(self) -> None:
        self.full = True
        self.limit(self.open[-1])

    def space(self) -> None:
        self.full = False

    def nothing(self) -> None:
        """A pause in which nothing gets better."""


#: Too long for the pages the diary has.
LONG = [f"technique_{number}_{'x' * 5_000}" for number in range(5)]


def a_long_night(began: int) -> list[Record]:
    return [
        EpisodeBegan(began, Side.LEFT),
        *(TechniqueBegan(began + number, name) for number, name in enumerate(LONG)),
        EpisodeEnded(began + 60_000, Ending.GONE),
    ]
