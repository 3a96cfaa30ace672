"""The diary as a table and as lines."""

import csv
import gettext
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import i18n
from kiosk.core.events import Ending, EpisodeBegan, EpisodeEnded, EpisodeResumed, TechniqueBegan
from kiosk.core.technique import Side
from kiosk.diary.export import COLUMNS, lines, rows, write_csv
from kiosk.diary.store import Store
from tests.diary.nights import NIGHT, Clock, a_night, keep, make_store

T0 = 5_000_000
NAMES = {"hand_stretch": "Hand stretch", "massage": "Massage", "soak": "Soak"}


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with make_store(tmp_path, clock) as store:
        yield store


@pytest.fixture
def four_nights(store: Store, clock: Clock) -> Store:
    """A whole one; one nobody answered; an interrupted one without a clock; a soak under way."""
    keep(store, clock, *a_night(T0))
    clock.pass_ms(24 * 3_600_000)
    began = clock.mono
    keep(store, clock, EpisodeBegan(began, Side.RIGHT), EpisodeEnded(began + 150_000, Ending.NO_ANSWER))
    store.close()
    clock.wall, clock.is_set = datetime(1970, 1, 1, tzinfo=UTC), False
    keep(store, clock, EpisodeBegan(clock.mono, Side.BOTH), TechniqueBegan(clock.mono + 2_000, "=HYPER()"))
    keep(store, clock, EpisodeEnded(clock.mono, Ending.INTERRUPTED))
    store.close()
    with make_store(store.path.parent, Clock()) as later:  # another run: that night stays undated
        keep(later, Clock(NIGHT + timedelta(days=3)), EpisodeBegan(T0, Side.LEFT, cramp=False))
    return store


def test_the_whole_table(four_nights: Store) -> None:
    text = io.StringIO(newline="")
    write_csv(four_nights, text)
    assert text.getvalue() == (
        "night,start,minutes,rating,ending,kind,side,techniques,soak_minutes,soak_min_celsius,"
        "soak_max_celsius,stop_page_after_minutes,clock,resumed,began,ended\r\n"
        "2026-11-21,03:12,15.0,6,gone,cramp,left,hand_stretch;massage;soak,10.2,36.5,39.2,10.0,set,no,"
        "2026-11-22T03:12:00+01:00,2026-11-22T03:27:00+01:00\r\n"
        "2026-11-22,03:27,,,no-answer,cramp,right,,,,,,set,no,"
        "2026-11-23T03:27:05+01:00,2026-11-23T03:29:35+01:00\r\n"
        "1969-12-31,01:00,,,interrupted,cramp,both,'=HYPER(),,,,,not-set,no,1970-01-01T01:00:00+01:00,\r\n"
        "2026-11-24,03:12,,,,soak,left,,,,,,set,no,2026-11-25T03:12:00+01:00,\r\n"
    )


def test_the_table_reads_back_as_it_was(four_nights: Store) -> None:
    text = io.StringIO(newline="")
    write_csv(four_nights, text)
    text.seek(0)
    header, *table = csv.reader(text)
    assert tuple(header) == COLUMNS
    assert [tuple(row) for row in table] == rows(four_nights)


def test_an_empty_diary_has_a_header(store: Store) -> None:
    text = io.StringIO(newline="")
    write_csv(store, text)
    assert text.getvalue() == ",".join(COLUMNS) + "\r\n"


def test_a_rating_of_zero_is_not_an_empty_cell(store: Store, clock: Clock) -> None:
    keep(store, clock, *a_night(T0, rating=0), *a_night(T0 + 10**6, rating=None))
    assert [row[COLUMNS.index("rating")] for row in rows(store)] == ["0", ""]


def test_a_night_that_went_on_is_marked(tmp_path: Path, clock: Clock) -> None:
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeBegan(T0, Side.LEFT))
    with make_store(tmp_path, clock) as store:
        keep(store, clock, EpisodeResumed(T0 + 1_000))
        assert [row[COLUMNS.index("resumed")] for row in rows(store)] == ["yes"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(store: Store, clock: Clock, start: str) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.LEFT), TechniqueBegan(T0, f'{start}cmd|"x",\n1'))
    text = io.StringIO(newline="")
    write_csv(store, text)
    text.seek(0)
    _, row = csv.reader(text)
    assert row[COLUMNS.index("techniques")] == f'\'{start}cmd|"x",\n1'
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_lines_for_a_person(four_nights: Store) -> None:
    table = """
2026-11-25 03:12                  not timed   not rated  still open   soak only   no technique
1970-01-01 01:00 (clock not set)  not timed   not rated  interrupted  both feet   =HYPER()
2026-11-23 03:27                  not timed   not rated  no answer    right foot  no technique
2026-11-22 03:12                  15 minutes  6 of 10    gone         left foot   Hand stretch, Massage, Soak
"""
    assert lines(four_nights, names=NAMES) == table.strip().splitlines()


def test_lines_up_to_the_limit(four_nights: Store) -> None:
    assert lines(four_nights, 1) == [
        "2026-11-25 03:12  not timed  not rated  still open  soak only  no technique"
    ]


def test_one_minute(store: Store, clock: Clock) -> None:
    keep(store, clock, EpisodeBegan(T0, Side.LEFT), EpisodeEnded(T0 + 40_000, Ending.GONE))
    assert lines(store) == ["2026-11-22 03:12  1 minute  not rated  gone  left foot  no technique"]


def test_an_empty_diary_says_so(store: Store) -> None:
    assert lines(store) == ["Nothing is in the diary yet."]


class Marked(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


@pytest.fixture
def marked() -> Iterator[None]:
    i18n.use(Marked())
    yield
    i18n.use(gettext.NullTranslations())


@pytest.mark.usefixtures("marked")
def test_every_word_is_translated_and_no_column_name_is(four_nights: Store) -> None:
    whole = lines(four_nights, names=NAMES)[-1].split("  ")
    said = [cell.strip() for cell in whole if cell.strip()]
    assert said == [
        "2026-11-22 03:12",
        "«15 minutes»",
        "«6 of 10»",
        "«gone»",
        "«left foot»",
        "«Hand stretch», «Massage», «Soak»",
    ]
    assert rows(four_nights)[0][4:7] == ("gone", "cramp", "left")
