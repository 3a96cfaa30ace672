"""Settings are saved behind the night's back, whatever the card or our own code does about it."""

import threading

import pytest

from kiosk.core.threads import BACK_OFF
from kiosk.runtime.saver import Saver
from kiosk.runtime.supervision import Supervisor

SOON = 10.0


class Card:
    """Where things are saved; each error in ``errors`` is raised once. Slow while ``free`` is not set."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.settings = ""
        self.saved: list[str] = []
        self.begun = threading.Semaphore(0)
        self.free = threading.Event()
        self.free.set()

    def save(self) -> None:
        what = self.settings
        self.begun.release()
        assert self.free.wait(SOON)
        if self.errors:
            raise self.errors.pop(0)
        self.saved.append(what)


def saver(card: Card, pauses: list[float] | None = None, deaths: list[str] | None = None) -> Saver:
    heard: list[str] = [] if deaths is None else deaths
    paused: list[float] = [] if pauses is None else pauses
    supervisor = Supervisor(wait=lambda _ended, seconds: paused.append(seconds))
    return Saver(card.save, supervisor, lambda: heard.append("dead"))


def test_what_is_put_is_saved_at_the_latest_at_the_end() -> None:
    card = Card()
    keeping = saver(card)
    card.settings = "dim"
    keeping.ask()
    keeping.close(SOON)
    assert card.saved == ["dim"]


def test_of_what_waits_for_a_slow_card_only_the_newest_is_saved() -> None:
    card = Card()
    card.free.clear()
    keeping = saver(card)
    card.settings = "dim"
    keeping.ask()
    assert card.begun.acquire(timeout=SOON)
    for card.settings in ("soft", "bright", "dim again"):
        keeping.ask()
    card.free.set()
    keeping.close(SOON)
    assert card.saved == ["dim", "dim again"]


@pytest.mark.parametrize(
    "error", [RuntimeError("odd"), MemoryError("full"), SystemExit("gone"), OSError("no")]
)
def test_whatever_it_raises_is_said_and_it_is_saved_at_the_next_try(
    caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    card, pauses, deaths = Card(error), list[float](), list[str]()
    keeping = saver(card, pauses, deaths)
    card.settings = "dim"
    keeping.ask()
    for _ in range(2):
        assert card.begun.acquire(timeout=SOON)
    keeping.close(SOON)
    assert (card.saved, deaths, pauses) == (["dim"], ["dead"], [BACK_OFF[0]])
    assert caplog.messages == ["the thread settings died; it starts again after 0 s"]
    assert str(error) in caplog.text


def test_what_could_not_be_saved_by_the_end_is_said(caplog: pytest.LogCaptureFixture) -> None:
    card = Card()
    card.free.clear()
    keeping = saver(card)
    card.settings = "dim"
    keeping.ask()
    assert card.begun.acquire(timeout=SOON)
    keeping.close(0.01)
    assert caplog.messages == [
        "the thread settings does not end",
        "the last change of the settings was not saved",
    ]
    card.free.set()
