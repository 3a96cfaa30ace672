"""Every record says which episode it is of: a rating can be given to no other night."""

from kiosk.core import night
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    EpisodeEnded,
    EpisodeRated,
    EpisodeResumed,
    Interrupted,
    Record,
    Tapped,
)
from kiosk.core.state import State
from kiosk.core.technique import MINUTE, SECOND
from tests.bedside import standard
from tests.core.player import Player


def records(player: Player) -> list[tuple[str, int]]:
    return [(type(each).__name__, each.key) for each in player.effects if isinstance(each, Record)]


def asleep() -> Player:
    return Player(night.new(standard(), 0), 0)


def relieve(player: Player) -> None:
    """A press, some holds, it's gone, a rating."""
    player.press(100)
    player.wait(20 * SECOND)
    player.press(1600)
    player.happen(Tapped(Act.PLUS))
    player.happen(Tapped(Act.SAVE))
    player.wait(MINUTE)


def test_two_episodes_of_a_night_have_keys_of_their_own():
    player = asleep()
    relieve(player)
    relieve(player)
    keys = [key for _name, key in records(player)]
    assert keys == [1] * 5 + [2] * 5
    assert records(player)[4] == ("EpisodeRated", 1)
    assert records(player)[9] == ("EpisodeRated", 2)


def test_a_night_of_an_earlier_run_that_nobody_takes_up_has_none():
    player = asleep()
    relieve(player)
    player.happen(Interrupted(5 * MINUTE))
    player.wait(2 * MINUTE)
    assert player.effects[-1] == EpisodeEnded(player.effects[-1].at, player.effects[-1].ending, key=0)


def test_one_that_is_taken_up_goes_on_under_a_key_of_this_run():
    player = asleep()
    player.happen(Interrupted(5 * MINUTE))
    player.happen(ButtonPressed())
    player.wait(100)
    player.happen(ButtonReleased())
    assert player.effects[-1] == EpisodeResumed(100, key=1)


def test_after_an_error_of_our_own_no_key_comes_twice():
    player = asleep()
    player.press(100)
    state, effects = night.failsafe(player.state, player.now)
    assert [each.key for each in effects if isinstance(each, Record)] == [1, 1]
    player.state = state
    player.press(100)
    assert isinstance(player.state, State)
    assert records(player)[-2:] == [("EpisodeBegan", 2), ("TechniqueBegan", 2)]


def test_a_rating_is_of_the_episode_that_ended_last():
    player = asleep()
    relieve(player)
    assert [each.key for each in player.effects if isinstance(each, EpisodeRated)] == [1]
