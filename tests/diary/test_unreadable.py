"""A row that no night ever wrote: a flipped bit, or somebody's UPDATE. It costs that row and nothing else."""

import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, StopShown, TechniqueBegan
from kiosk.core.technique import Side
from kiosk.diary import export
from kiosk.diary.store import Store
from kiosk.diary.summary import tally
from tests.diary.nights import Clock, a_diary, a_night, an_old_diary, keep, make_store, spoil, spoil_row
from tests.prove import examples, prove

pytestmark = pytest.mark.usefixtures("unsynced")

#: What a column of ``episode`` may hold in the place of what belongs there.
WRONG_EPISODES = [
    "side = 'Left'",
    "side = ''",
    "side = NULL",
    "side = 7",
    "side = CAST(X'6C6566F4' AS TEXT)",
    "side = X'6C656674'",
    "ending = 'zone'",
    "ending = NULL",
    "ended_ms = NULL",
    "ended_ms = 'soon'",
    "ended_ms = ended_ms + (1 << 40)",
    "ended_ms = -1",
    "last_ms = NULL",
    "last_ms = last_ms - (1 << 19)",
    "last_ms = 1 << 62",
    "stop_ms = -600000",
    "stop_ms = 1.5",
    "began_ms = NULL",
    "began_ms = 'yesterday'",
    "began_ms = began_ms + (1 << 55)",
    "began_ms = -began_ms * 1000",
    "utc_offset_min = 60 + (1 << 11)",
    "utc_offset_min = 60 + (1 << 62)",
    "utc_offset_min = NULL",
    "clock_ok = 3",
    "clock_ok = 'yes'",
    "cramp = NULL",
    "resumed = 2",
    "rating = 14",
    "rating = 'six'",
    "id = 9223372036854775807",
    "id = -id",
    "id = 999999999999",
    "id = 0",
]

WRONG_USES = [
    "technique = CAST(X'746F65DF' AS TEXT)",
    "technique = 5",
    "technique = NULL",
    "technique = ''",
    "episode = 77",
    "episode = NULL",
    "episode = 'first'",
    "began_ms = NULL",
    "began_ms = -5",
    "ended_ms = 'late'",
    "ended_ms = NULL",
    "finished = 4",
    "finished = NULL",
    "soak_min = 'cool'",
    "soak_max = 1e300",
    "soak_ms = 1 << 60",
    "id = -id",
    "id = 9223372036854775807",
    "id = 999999999999",
    "episode = 999999999999",
]


def a_new_night_is_kept(folder: Path, clock: Clock) -> None:
    """The next start, and the night after it: nothing is offered, everything is written."""
    with make_store(folder, clock) as store:
        assert store.open_episode(clock.mono, clock.wall) is None
        keep(store, clock, *a_night(clock.mono + 1_000_000))
        newest = store.episodes(limit=1)[0]
        assert (newest.ending, newest.rating, len(newest.uses)) == (Ending.GONE, 6, 3)
        assert store.put_aside is None


@pytest.mark.parametrize("wrong", WRONG_EPISODES)
@pytest.mark.parametrize("place", [1, 2, 3], ids=["oldest", "middle", "newest"])
def test_an_unreadable_night_costs_that_night_only(
    tmp_path: Path, clock: Clock, wrong: str, place: int
) -> None:
    path = a_diary(tmp_path, clock, nights=3)
    with Store.read_only(path) as reader:
        before = {entry.id: entry for entry in reader.episodes()}
    spoil_row(path, "episode", place, wrong)
    left = [entry for id_, entry in before.items() if id_ != place]
    with Store.read_only(path) as reader:
        assert reader.episodes() == left
        assert "episode" in {row.table for row in reader.unreadable}
        assert reader.episodes(limit=1) == left[:1]
        assert len(export.rows(reader)) == len(export.lines(reader)) == 2
        assert tally(reader.episodes(), clock.wall).this_week == 2
        export.write_csv(reader, io.StringIO(newline=""))
        reader.check()
    a_new_night_is_kept(tmp_path, clock)
    with Store.read_only(path) as reader:
        assert reader.episodes()[1:] == left


@pytest.mark.parametrize("wrong", WRONG_USES)
def test_an_unreadable_technique_costs_that_technique_only(tmp_path: Path, clock: Clock, wrong: str) -> None:
    path = a_diary(tmp_path, clock, nights=2)
    with Store.read_only(path) as reader:
        newer, older = reader.episodes()
    spoil_row(path, "technique_use", 2, wrong)
    with Store.read_only(path) as reader:
        found = reader.episodes()
        assert [row.table for row in reader.unreadable] == ["technique_use"]
        assert len(reader.unreadable[0].why) <= 120
    assert found[0] == newer
    assert found[1].uses == (older.uses[0], older.uses[2])
    a_new_night_is_kept(tmp_path, clock)


def test_what_cannot_be_read_is_named(tmp_path: Path, clock: Clock) -> None:
    path = a_diary(tmp_path, clock, nights=3)
    spoil(
        path,
        "UPDATE episode SET side = 'Left' WHERE id = 3",
        "UPDATE technique_use SET technique = CAST(X'746F65DF' AS TEXT) WHERE id = 1",
    )
    with Store.read_only(path) as reader:
        reader.episodes()
        assert [str(row) for row in reader.unreadable] == [
            "episode 3 (Invalid enum value 'Left' - at `$.side`)",
            "technique_use 1 (Expected `str`, got `bytes` - at `$.technique`)",
        ]


@pytest.mark.parametrize("wrong", [each for each in WRONG_EPISODES if not each.startswith("end")])
def test_an_unreadable_night_that_was_under_way_is_not_waited_for(
    tmp_path: Path, clock: Clock, wrong: str
) -> None:
    """It takes no change, not even its end. The next night is begun beside it."""
    path = a_diary(tmp_path, clock)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeBegan(clock.mono + 1, Side.LEFT), StopShown(clock.mono + 600_000))
    spoil_row(path, "episode", 2, wrong)
    a_new_night_is_kept(tmp_path, clock)


def test_a_night_that_becomes_unreadable_while_it_goes_on_costs_no_other(
    tmp_path: Path, clock: Clock
) -> None:
    path = a_diary(tmp_path, clock)
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeBegan(clock.mono + 1, Side.LEFT))
        store.close()
        spoil_row(path, "episode", 2, "cramp = 'nine'")
        with pytest.raises(sqlite3.IntegrityError):
            keep(store, clock, TechniqueBegan(clock.mono + 5, "walk"))
        keep(store, clock, *a_night(clock.mono + 1_000_000))
        assert [entry.id for entry in store.episodes()] == [3, 1]
        assert [row.id for row in store.unreadable] == [2]


def test_ids_that_somebody_deleted_are_not_given_again(tmp_path: Path, clock: Clock) -> None:
    """The sqlite3 shell deletes no techniques along with their night; the next night is not to get them."""
    path = a_diary(tmp_path, clock, nights=2)
    spoil(path, "DELETE FROM episode WHERE id = 2")
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeBegan(clock.mono + 1, Side.LEFT), EpisodeEnded(clock.mono + 9, Ending.GONE))
        assert [(entry.id, len(entry.uses)) for entry in store.episodes()] == [(3, 0), (1, 3)]
        assert len(store.unreadable) == 3


@pytest.mark.parametrize(
    "ids", [(-1,), (-3, -2, -1), (0,), (10**12 - 1,), (10**12, 2**63 - 1), (-(2**63), 2**63 - 1)]
)
def test_odd_ids_are_in_no_new_nights_way(tmp_path: Path, clock: Clock, ids: tuple[int, ...]) -> None:
    """Also where they are all there is: the first id is 1."""
    path = a_diary(tmp_path, clock, nights=len(ids))
    for id_, odd in enumerate(ids, 1):
        spoil_row(path, "episode", id_, f"id = {odd}")
    spoil(path, "DELETE FROM technique_use WHERE id > 1")
    spoil_row(path, "technique_use", 1, f"id = {ids[0]}")
    with make_store(tmp_path, clock) as store:
        for _ in range(3):
            keep(store, clock, *a_night(clock.mono + 1_000_000))
        newest = store.episodes()
        assert [(entry.rating, len(entry.uses)) for entry in newest] == [(6, 3)] * 3
        assert newest[0].id - newest[2].id == 2
        assert [row.id for row in store.unreadable if row.table == "episode"] == sorted(ids, reverse=True)


@pytest.mark.parametrize("wrong", WRONG_EPISODES)
def test_a_migration_leaves_every_row_as_it_is(tmp_path: Path, clock: Clock, wrong: str) -> None:
    path = an_old_diary(tmp_path, clock, nights=3)
    with Store.read_only(path) as reader:
        good = [entry for entry in reader.episodes() if entry.id != 2]
    spoil_row(path, "episode", 2, wrong)
    with make_store(tmp_path, clock) as store:
        assert store.episodes() == good
        assert store.put_aside is None
        assert store._connected().execute("SELECT count(*) FROM episode").fetchone()[0] == 3
        assert len(store.unreadable) in (1, 4)  # with another id, its techniques have no night
    a_new_night_is_kept(tmp_path, clock)


values: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=8),
    st.sampled_from(["left", "right", "gone", "no-answer", "interrupted", 0, 1, 60, 900_123]),
)
COLUMNS = {
    "episode": "began_ms utc_offset_min clock_ok cramp side last_ms stop_ms ended_ms ending rating resumed",
    "technique_use": "episode technique began_ms ended_ms finished soak_min soak_max soak_ms",
}


@prove
@examples
@given(
    place=st.sampled_from([(table, each) for table, all_ in COLUMNS.items() for each in all_.split()]),
    row=st.integers(1, 3),
    value=values,
    as_text=st.booleans(),
)
def test_any_value_in_any_column_costs_at_most_its_row(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str, str], row: int, value: object, as_text: bool
) -> None:
    (table, column), folder, clock = place, tmp_path_factory.mktemp("value"), Clock()
    path = a_diary(folder, clock, nights=3)
    wrong = f"CAST({_sql(value)} AS TEXT)" if as_text else _sql(value)
    spoil_row(path, table, row, f"{column} = {wrong}")
    with make_store(folder, clock) as store:
        found = {entry.id: entry for entry in store.episodes()}
        assert {1, 2, 3} - found.keys() <= ({row} if table == "episode" else set())
        assert sum(len(entry.uses) for entry in found.values()) >= 3 * len(found) - (table != "episode")
        export.write_csv(store, io.StringIO(newline=""))
        export.lines(store)
        tally(found.values(), clock.wall)
        store.open_episode(clock.mono, clock.wall)
        keep(store, clock, *a_night(clock.mono + 10**8))
        newest = store.episodes(limit=1)[0]
        assert (newest.id, newest.rating, len(newest.uses)) == (max(newest.id, 4), 6, 3)
        assert store.put_aside is None


def _sql(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bytes():
            return f"X'{value.hex()}'"
        case str():
            return f"CAST(X'{value.encode('utf-8', 'surrogatepass').hex()}' AS TEXT)"
        case float():
            return {"nan": "NULL", "inf": "9e999", "-inf": "-9e999"}.get(str(value), repr(value))
        case _:
            return str(value)
