"""The people's data: TOML beside this file, read once, and drawn from by chance."""

import math
import random
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk.core.technique import SECOND, Ms

FOLDER = Path(__file__).parent / "data"


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Spread(Table, frozen=True):
    """A lognormal spread of seconds: the median, and what 19 of 20 stay below."""

    p50: float
    p95: float

    def draw(self, rng: random.Random) -> float:
        """Seconds."""
        return self.p50 * math.exp(rng.gauss(0.0, math.log(self.p95 / self.p50) / 1.645))


class Range(Table, frozen=True):
    """A triangular spread of degrees."""

    low: float
    usual: float
    high: float

    def draw(self, rng: random.Random) -> float:
        """Degrees Celsius."""
        return rng.triangular(self.low, self.high, self.usual)


class Body(Table, frozen=True):
    """Times in seconds. ``cross``, ``stand``, ``hands``: whether the leg crosses, it stands up, hands come to
    the foot."""

    id: str
    share: float
    source: str
    cross: bool
    stand: bool
    hands: bool
    sit_up: Spread
    cross_leg: Spread
    to_edge: Spread
    stand_up: Spread
    to_wall: Spread
    lie_down: Spread
    feet_out: Spread
    feet_in: Spread
    fetch: Spread
    fill: Spread


class Condition(Table, frozen=True):
    """``bars``: movements that must not be asked for."""

    id: str
    share: float
    source: str
    bars: tuple[str, ...]


class Bodies(Table, frozen=True):
    """bodies.toml."""

    body: tuple[Body, ...]
    condition: tuple[Condition, ...]


class Hearing(Table, frozen=True):
    """Whether tones are heard."""

    id: str
    share: float
    tones: bool
    source: str


class Sight(Table, frozen=True):
    """``least``: mm of capitals that are read; ``picture``: mm of a picture that is recognised; ``eyes``:
    whether they are open."""

    id: str
    share: float
    least: float
    picture: float
    eyes: bool
    source: str


class Look(Table, frozen=True):
    """How often the glass is looked at without being called."""

    every: Spread
    in_water: Spread
    source: str


class Senses(Table, frozen=True):
    """senses.toml."""

    hearing: tuple[Hearing, ...]
    sight: tuple[Sight, ...]
    look: Look


class Timed(Table, frozen=True):
    """Seconds, and where they come from."""

    seconds: Spread
    source: str


class Foot(Table, frozen=True):
    """Which foot cramps."""

    id: str
    share: float
    source: str


class Help(Table, frozen=True):
    """What ends a cramp, done for ``need`` seconds in all."""

    movement: str
    share: float
    need: Spread
    source: str


class Back(Table, frozen=True):
    """That it comes back."""

    share: float
    after: Spread
    course: Spread
    source: str


class Cramps(Table, frozen=True):
    """cramps.toml."""

    onset: Timed
    course: Timed
    foot: tuple[Foot, ...]
    helps: tuple[Help, ...]
    back: Back


class Kind(Table, frozen=True):
    """One of several habits."""

    id: str
    share: float
    source: str


class Share(Table, frozen=True):
    """Of a hundred people, so many."""

    share: float
    source: str


class Sleepy(Table, frozen=True):
    """How much slower after waking."""

    first: float
    slower: float
    then: float
    a_little_slower: float
    source: str


class Reading(Table, frozen=True):
    """Seconds a word."""

    a_word: float
    source: str


class Finger(Table, frozen=True):
    """Mean distance from what it is meant for, in mm."""

    mean: float
    source: str


class Presses(Table, frozen=True):
    """How long the button is down."""

    short: Spread
    long: Spread
    source: str


class Knows(Table, frozen=True):
    """Of a hundred, who know that a long press says it is gone."""

    long_share: float
    source: str


class Sleeps(Table, frozen=True):
    """Seconds from its end until asleep."""

    after: Spread
    source: str


class Patience(Table, frozen=True):
    """Who asks for the next thing, after how long."""

    share: float
    seconds: Spread
    source: str


class Accident(Table, frozen=True):
    """Presses that are no cramp's."""

    share: float
    notices: float
    source: str


class Owner(Table, frozen=True):
    """How the device was set up; of a hundred each, ``slow_from`` in seconds."""

    foot_set: float
    foot_right: float
    answered_health: float
    pace_set: float
    slow_from: float
    much_slower_from: float
    roller: float
    tub: float
    probe: float
    source: str


class Willing(Table, frozen=True):
    """Of a hundred each."""

    off_the_bed: float
    into_water: float
    source: str


class Habits(Table, frozen=True):
    """habits.toml."""

    answer: Timed
    sleepy: Sleepy
    reading: Reading
    hand: tuple[Kind, ...]
    finger: Finger
    press: Presses
    knows: Knows
    tells: tuple[Kind, ...]
    busy: Share
    sleep: Sleeps
    patience: Patience
    rates: Share
    accident: Accident
    soak_first: Share
    owner: Owner
    willing: Willing


class Degrees(Table, frozen=True):
    """A temperature, or a step of it."""

    source: str
    celsius: Range | None = None
    degrees: Range | None = None


class Pour(Table, frozen=True):
    """How long a jug takes."""

    seconds: Spread
    fetch: Spread
    source: str


class Pain(Table, frozen=True):
    """Where it hurts."""

    celsius: float
    source: str


class Tubs(Table, frozen=True):
    """water.toml."""

    fill: Degrees
    room: Degrees
    warm_jug: Degrees
    cold_jug: Degrees
    pour: Pour
    pain: Pain
    careless: Share


T = TypeVar("T")


@lru_cache
def read(name: str, kind: type[T]) -> T:
    """A file of the data, as what it is."""
    return msgspec.toml.decode((FOLDER / name).read_bytes(), type=kind)


def bodies() -> Bodies:
    """What bodies can do."""
    return read("bodies.toml", Bodies)


def senses() -> Senses:
    """What reaches people."""
    return read("senses.toml", Senses)


def cramps() -> Cramps:
    """How a cramp comes and goes."""
    return read("cramps.toml", Cramps)


def habits() -> Habits:
    """What people do."""
    return read("habits.toml", Habits)


def tubs() -> Tubs:
    """What is in tubs."""
    return read("water.toml", Tubs)


S = TypeVar("S", Body, Hearing, Sight, Foot, Help, Kind)


def one_of(rng: random.Random, table: tuple[S, ...]) -> S:
    """One row, by its share."""
    return rng.choices(table, [row.share for row in table])[0]


def one_in(rng: random.Random, share: float) -> bool:
    """Whether this is one of ``share`` in a hundred."""
    return rng.random() * 100 < share


def ms(seconds: float) -> Ms:
    """Seconds as whole ms."""
    return round(seconds * SECOND)
