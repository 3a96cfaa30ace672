"""Many nights at once, in processes: seeded, so that the same number gives the same nights."""

import multiprocessing
import random
from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from kiosk.core.technique import MINUTE, Ms
from tests.people import data
from tests.people.draw import Somebody, somebody
from tests.people.life import Life
from tests.people.night import Chance, live
from tests.people.stuck import Search

SOAKERS = 10

#: One night in so many is drawn as well.
DRAWN = 100

_SEARCH = Search()


def chances(who: Somebody) -> tuple[tuple[Ms, Chance], ...]:
    """What happens to this person's device: somebody looks for the way out at a moment by chance."""
    rng = random.Random(who.seed * 31 + 5)  # noqa: S311 - the same moment for the same seed
    at = round((who.cramp.press if who.cramp is not None else 5.0) * 1000) + rng.randrange(15 * MINUTE)
    return ((at, lambda night: night.look_for_a_way(_SEARCH)),)


def drawn(number: int, seed: int) -> Somebody:
    """Who lives this night. By chance hardly anybody comes as far as warm water, so one in ``SOAKERS`` has a
    tub, finds the soak on the glass and wants it; they count for what is said of water alone."""
    of = seed * 1_000_003 + number
    who = somebody(of)
    if number % SOAKERS != SOAKERS - 1:
        return who
    owner, glasses = msgspec.structs.replace(who.owner, tub=True), data.senses().sight[0]
    return somebody(of, owner=owner, soak_first=True, into_water=True, taps=True, sight=glasses)


def one(number: int, seed: int, every: int = 1) -> Life:
    """Night ``number`` of a run with this seed; in one of ``every`` somebody looks for the way out."""
    who = drawn(number, seed)
    life = live(who, events=chances(who) if number % every == 0 else (), draw=number % DRAWN == 0)
    life.lamp, life.tones = [], []  # thousands of them; the judges have seen what they need
    return life


def nights(count: int, seed: int, processes: int) -> Iterator[Life]:
    """So many nights, in the order of their numbers."""
    numbers: Iterable[int] = range(count)
    if processes == 1:
        yield from map(partial(one, seed=seed), numbers)
        return
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(partial(one, seed=seed), numbers, chunksize=20)
