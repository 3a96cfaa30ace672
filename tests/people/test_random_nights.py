"""Two hundred nights of people drawn by chance: what must hold in every one. What they were like is the table
of ``make people``.

PEOPLE_SEED: other people than usual. The seed is in each test's name and in what a failure says.
"""

import os

import pytest

from tests.people.run import one

SEED = int(os.environ.get("PEOPLE_SEED", "12"))
NIGHTS, AT_ONCE = 200, 10

#: In one of so many nights somebody looks for the way out by the button alone.
LOOKS = 5


@pytest.mark.no_cover  # counting lines takes three times as long as living, and other tests reach them all
@pytest.mark.parametrize("first", range(0, NIGHTS, AT_ONCE), ids=lambda first: f"seed{SEED}-{first}")
def test_no_error_nobody_stuck_and_dark_in_the_end(first):
    lives = [(number, one(number, SEED, every=LOOKS)) for number in range(first, first + AT_ONCE)]
    assert [(number, life.error) for number, life in lives if life.error] == [], f"seed {SEED}"
    assert [(number, life.stuck) for number, life in lives if life.stuck] == [], f"seed {SEED}"
    assert [number for number, life in lives if not life.dark_in_the_end] == [], f"seed {SEED}"
    assert sum(life.stuck is not None for _, life in lives) > 0
    assert sum(life.presses > 0 for _, life in lives) == AT_ONCE
