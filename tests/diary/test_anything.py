"""Any sequence of records and restarts, with any clock."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.events import (
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeRated,
    EpisodeResumed,
    StopShown,
    TechniqueBegan,
    TechniqueEnded,
)
from kiosk.core.technique import Side
from tests.diary.nights import Clock, make_store

moments = st.integers(-(10**9), 10**12)
ids = st.sampled_from(["walk", "massage", "soak"])
degrees = st.none() | st.floats(0, 60)
records = st.one_of(
    st.builds(EpisodeBegan, moments, st.sampled_from(Side), st.booleans()),
    st.builds(TechniqueBegan, moments, ids),
    st.builds(
        TechniqueEnded, moments, ids, st.booleans(), degrees, degrees, st.none() | st.integers(0, 10**7)
    ),
    st.builds(StopShown, moments),
    st.builds(EpisodeEnded, moments, st.sampled_from(Ending)),
    st.builds(EpisodeRated, moments, st.integers(-1, 11)),
    st.builds(EpisodeResumed, moments),
)
walls = st.datetimes(datetime(1970, 1, 2), datetime(2099, 1, 1), timezones=st.just(UTC))
restarted = st.tuples(st.just("restart"), st.none(), walls, st.booleans())


def of(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just("record"), kind, walls, st.booleans())


recorded = of(records)

#: As a night goes, with anything in between: else few ends would come while an episode is open.
stories = st.lists(
    st.tuples(
        of(st.builds(EpisodeBegan, moments, st.sampled_from(Side), st.booleans())),
        st.lists(st.one_of(recorded, recorded, restarted), max_size=4),
        of(st.builds(EpisodeEnded, moments, st.sampled_from(Ending))),
        st.lists(st.one_of(recorded, restarted), max_size=2),
    ).map(lambda night: [night[0], *night[1], night[2], *night[3]]),
    max_size=4,
).map(lambda nights: [happening for night in nights for happening in night])


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("side", Side)
def test_every_ending_and_side_is_kept(tmp_path: Path, ending: Ending, side: Side) -> None:
    clock = Clock()
    with make_store(tmp_path, clock) as store:
        store.record(EpisodeBegan(clock.mono, side), clock.wall)
        store.record(EpisodeEnded(clock.mono, ending), clock.wall)
        assert [(entry.side, entry.ending) for entry in store.episodes()] == [(side, ending)]


@settings(max_examples=60, deadline=None)
@given(story=stories)
def test_any_sequence_keeps_at_most_one_open_episode(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, Any, datetime, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    clock = Clock()
    began = 0
    store = make_store(folder, clock)
    for what, effect, wall, clock_ok in story:
        clock.wall, clock.is_set = wall, clock_ok
        if what == "restart":
            store.close()
            store = make_store(folder, clock)
            store.open_episode(clock.mono, clock.wall)
        else:
            store.record(effect, wall)
            began += isinstance(effect, EpisodeBegan)
    entries = store.episodes()
    store.close()
    assert store.put_aside is None
    assert len(entries) <= began
    assert [entry.id for entry in entries if entry.ending is None] in ([], [len(entries)])
    for entry in entries:
        assert entry.last >= 0
        assert entry.ended is None or 0 <= entry.ended <= entry.last
        assert all(use.began >= 0 for use in entry.uses)
        assert entry.rating is None or 0 <= entry.rating <= 10
