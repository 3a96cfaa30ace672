"""Somebody as one knows them: the people of the situations. All that a situation does not name is usual:
70, glasses on, hears, presses, knows that a long press says it is gone, says so at once."""

import msgspec

from tests.people import data, judges
from tests.people.draw import Cramp, Owner, Somebody
from tests.people.life import Life

BODIES = {row.id: row for row in data.bodies().body}
SIGHTS = {row.id: row for row in data.senses().sight}
HEARINGS = {row.id: row for row in data.senses().hearing}


def cramp(foot: str = "left", **known: object) -> Cramp:
    """A cramp that a wiggle ends, else it lasts for six minutes."""
    usual = Cramp(foot=foot, press=8.0, ends=360.0, helped_by="wiggle", need=15.0)
    return msgspec.structs.replace(usual, **known)


NO_CRAMP = None


def usual(**known: object) -> Somebody:
    """The usual person, apart from what is known."""
    somebody = Somebody(
        seed=70,
        body=BODIES["seventy"],
        hearing=HEARINGS["hears"],
        sight=SIGHTS["glasses"],
        cramp=cramp(),
        owner=Owner(foot="left"),
        into_water=True,
        fill=38.5,
        fill_time=90.0,
        room=20.0,
    )
    return msgspec.structs.replace(somebody, **known)


def counted(life: Life) -> int:
    """How many cramps the diary counts."""
    return sum(judges.counts(entry) for entry in life.diary)


def well(life: Life) -> None:
    """What must be true of every night."""
    assert life.error == ""
    assert life.dark_in_the_end
    assert life.outside == []
    assert [step.does for step in life.steps if step.trouble == "contraindicated"] == []
