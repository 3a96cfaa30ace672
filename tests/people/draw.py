"""A person drawn by chance: everything about them is fixed before the night begins."""

import random

import msgspec

from tests.people import data, words
from tests.people.data import Body, Hearing, Sight


class Cramp(msgspec.Struct, frozen=True, kw_only=True):
    """A cramp. Times in seconds after the first pain; ``press``: when the button is pressed."""

    foot: str
    press: float
    ends: float
    helped_by: str
    need: float
    back_after: float | None = None
    back_ends: float = 0.0


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """How the device was set up for them."""

    foot: str = ""
    conditions: tuple[str, ...] = ()
    answered: bool = True
    pace: float = 1.0
    roller: bool = True
    tub: bool = True
    probe: bool = True


class Somebody(msgspec.Struct, frozen=True, kw_only=True):
    """Who they are. No name: what they can, what reaches them, what they do. ``never``: presses once and
    answers nothing more. Times in seconds."""

    seed: int
    body: Body
    conditions: frozenset[str] = frozenset()
    hearing: Hearing
    sight: Sight
    cramp: Cramp | None
    owner: Owner
    taps: bool = False
    knows_long: bool = True
    tells: str = "at once"
    busy: bool = False
    sleeps_after: float = 300.0
    patience: float | None = None
    rates: bool = False
    notices: bool = True
    soak_first: bool = False
    off_the_bed: bool = True
    into_water: bool = False
    careless: bool = False
    never: bool = False
    fill: float = 39.0
    fill_time: float | None = None
    room: float = 19.5

    @property
    def barred(self) -> frozenset[str]:
        """Movements that must not be asked of them."""
        known = {row.id: row.bars for row in data.bodies().condition}
        return frozenset(each for condition in self.conditions for each in known[condition])

    def can(self, movement: str) -> bool:
        """Whether the body does it at all."""
        how = words.vocabulary().movement[movement]
        crossed = how.postures == ("crossed",)
        upright = how.postures[0] in {"wall", "standing"}
        return (self.body.cross or not crossed) and (self.body.hands or not how.hands) and (
            self.body.stand or not upright
        )  # fmt: skip


def somebody(seed: int, **fixed: object) -> Somebody:
    """Somebody by chance; ``fixed`` is what is known of them."""
    rng = random.Random(seed)  # noqa: S311 - the same people for the same seed
    habit, owner, willing = data.habits(), data.habits().owner, data.habits().willing
    body = data.one_of(rng, data.bodies().body)
    sight = data.one_of(rng, data.senses().sight)
    hearing = data.one_of(rng, data.senses().hearing)
    if not sight.eyes:  # who hears nothing opens the eyes
        hearing = data.senses().hearing[0]
    conditions = frozenset(row.id for row in data.bodies().condition if data.one_in(rng, row.share))
    cramp = None if data.one_in(rng, habit.accident.share) else _cramp(rng)
    foot = cramp.foot if cramp is not None else data.one_of(rng, data.cramps().foot).id
    slow = body.sit_up.p50 + body.cross_leg.p50
    paces = (1.0, 1.5, 2.0)
    pace = paces[(slow > owner.slow_from) + (slow > owner.much_slower_from)]
    answered = data.one_in(rng, owner.answered_health)
    found = Somebody(
        seed=seed,
        body=body,
        conditions=conditions,
        hearing=hearing,
        sight=sight,
        cramp=cramp,
        owner=Owner(
            foot=_set_foot(rng, foot),
            conditions=tuple(sorted(conditions)) if answered else (),
            answered=answered,
            pace=pace if data.one_in(rng, owner.pace_set) else 1.0,
            roller=data.one_in(rng, owner.roller),
            tub=data.one_in(rng, owner.tub),
            probe=data.one_in(rng, owner.probe),
        ),
        taps=data.one_of(rng, habit.hand).id == "taps",
        knows_long=data.one_in(rng, habit.knows.long_share),
        tells=data.one_of(rng, habit.tells).id,
        busy=data.one_in(rng, habit.busy.share),
        sleeps_after=habit.sleep.after.draw(rng),
        patience=habit.patience.seconds.draw(rng) if data.one_in(rng, habit.patience.share) else None,
        rates=data.one_in(rng, habit.rates.share),
        notices=data.one_in(rng, habit.accident.notices),
        soak_first=data.one_in(rng, habit.soak_first.share),
        off_the_bed=data.one_in(rng, willing.off_the_bed),
        into_water=data.one_in(rng, willing.into_water),
        careless=data.one_in(rng, data.tubs().careless.share),
        fill=_degrees(rng, data.tubs().fill),
        room=_degrees(rng, data.tubs().room),
    )
    return msgspec.structs.replace(found, **fixed)


def _degrees(rng: random.Random, table: data.Degrees) -> float:
    spread = table.celsius or table.degrees
    assert spread is not None
    return spread.draw(rng)


def _cramp(rng: random.Random) -> Cramp:
    table = data.cramps()
    press = table.onset.seconds.draw(rng)
    helped = data.one_of(rng, table.helps)
    ends = press + table.course.seconds.draw(rng)
    back = table.back.after.draw(rng) if data.one_in(rng, table.back.share) else None
    return Cramp(
        foot=data.one_of(rng, table.foot).id,
        press=press,
        ends=ends,
        helped_by=helped.movement,
        need=helped.need.draw(rng),
        back_after=back,
        back_ends=table.back.course.draw(rng),
    )


def _set_foot(rng: random.Random, foot: str) -> str:
    """What the owner set; empty: nothing, so the device's own choice stands."""
    owner = data.habits().owner
    if not data.one_in(rng, owner.foot_set):
        return ""
    if data.one_in(rng, owner.foot_right):
        return foot
    return {"left": "right", "right": "left", "both": "left"}[foot]
