"""The soak, page by page: cards before, feet and water, cards after."""

import msgspec

from kiosk.core import safety, soak
from kiosk.core.events import ChangeSetting, Ending, ReadWater, WaterRead
from kiosk.core.pages import Card, NextUp, Soak
from kiosk.core.relief import ask, gone, record, stop_again
from kiosk.core.signals import DIM, Signal
from kiosk.core.soak import URGENT, Verdict, Water
from kiosk.core.technique import SECOND, Ms, Soaking
from kiosk.core.turn import Turn, put_under, soak_of

#: A second answer in water that scalds counts so long after the first: a drop on the glass is none.
AGAIN_AFTER: Ms = 2 * SECOND

#: In these a press ends the soak. In danger it first says that the feet are safe (see ``answer``).
ENDS_BY_PRESS = URGENT | {Verdict.COLD}


def soaking(turn: Turn, number: int) -> Soaking:
    """The soak's facts; only asked for on pages of a soak."""
    facts = turn.technique(number).soak
    if facts is None:
        raise AssertionError("this technique is no soak")
    return facts


def next_card(turn: Turn, page: Card) -> None:
    """On to the next card; after the last one before the soak the probe is read, after the last of all
    the question is whether the cramp is gone."""
    facts = soaking(turn, page.technique)
    cards = facts.after if page.after else facts.prepare
    if page.index + 1 < len(cards):
        turn.go(msgspec.structs.replace(page, index=page.index + 1))
    elif not page.after:
        _watch(turn, page.technique)
    else:
        _dried(turn)


def _watch(turn: Turn, number: int) -> None:
    """Read the water from now on."""
    turn.do(ReadWater(on=True))
    water = soak.begin(turn.now, turn.state.water.air)
    turn.state = msgspec.structs.replace(turn.state, water=water)
    turn.shine(DIM)
    turn.go(Soak(number, safety.soak_length(turn.state.rules)))


def _dried(turn: Turn) -> None:
    """Feet are dry. A cramp may be left; a soak for its own sake is over."""
    if _for_cramp(turn):
        ask(turn, NextUp(0, None), wait=None)
    else:
        gone(turn)


def stop_cards(turn: Turn, page: Card) -> None:
    """Stop at a card: a cramp may be left; a soak for its own sake is over."""
    if _for_cramp(turn):
        ask(turn, page)
    else:
        gone(turn)


def press(turn: Turn, page: Soak) -> None:
    """A press in the soak asks whether it is gone (without a cramp: whether to stop), so that one by accident
    costs nothing. Where the feet are told to come out, it takes them out for good: no question hides that,
    and the button leads on."""
    if turn.state.water.verdict in ENDS_BY_PRESS:
        over(turn, finished=False)
    else:
        ask(turn, page)


def yes(turn: Turn) -> None:
    """The question is answered with yes: it's gone; or, in a soak for its own sake: stop."""
    if _for_cramp(turn) or soak_of(turn.page) is None:
        gone(turn)
    else:
        over(turn, finished=False)


def over(turn: Turn, *, finished: bool) -> None:
    """Feet out for good: the probe rests, the cards after the soak come.

    Under a page that asks they come too, so that they are there when it is answered.
    """
    page = soak_of(turn.page)
    if page is None:
        raise AssertionError("no soak is under way")
    if not _for_cramp(turn):
        turn.go(page)  # whether to stop is no question any more
    turn.leave(finished=finished)
    turn.do(ReadWater(on=False))
    turn.signal(Signal.NEXT)
    cards = soaking(turn, page.technique).after
    if not isinstance(turn.page, Soak):
        turn.go(put_under(turn.page, Card(page.technique, after=True) if cards else NextUp(0)))
    elif cards:
        turn.go(Card(page.technique, after=True))
    else:
        _dried(turn)


def read(turn: Turn, event: WaterRead) -> None:
    """One reading of the probe."""
    bands = safety.bands(turn.state.rules)
    was = turn.state.water.verdict
    _become(turn, soak.read(turn.state.water, event.celsius, turn.now, bands, event.bits))
    if turn.state.water.verdict is Verdict.WARM and was is not Verdict.WARM:
        _keep(turn, event.probe)


def _keep(turn: Turn, probe: str) -> None:
    """The feet go in by what this probe says: it is the water's, with the offset in force, from now on, and
    no second one that is plugged in later makes that doubtful."""
    rules = turn.state.coming or turn.state.rules
    if probe and not rules.probe:
        turn.do(ChangeSetting("probe", probe))
        turn.do(ChangeSetting("probe_offset", str(rules.probe_offset)))


def age(turn: Turn) -> None:
    """No good reading for too long."""
    _become(turn, soak.age(turn.state.water, turn.now))


def answer(turn: Turn) -> bool:
    """A press where it says that the feet are safe; True if that was what it was for."""
    episode = turn.state.episode
    if episode is not None and episode.gone_at is not None:
        if turn.now - episode.gone_at >= AGAIN_AFTER:
            gone(turn)
        return True
    if turn.state.water.verdict is not Verdict.DANGER or soak_of(turn.page) is None:
        return False
    _become(turn, soak.answer(turn.state.water, safety.bands(turn.state.rules)))
    return True


def stay(turn: Turn) -> bool:
    """A long press in water that scalds; True if that keeps FEET OUT.

    It is gone, and recorded so. Where the feet are it does not say: a hand that clutches in pain presses as
    long. So nothing is taken from the screen until the water is safe, or a second press repeats it.
    """
    episode, water = turn.state.episode, turn.state.water
    if soak_of(turn.page) is None or episode is None or episode.gone_at is not None:
        return False
    if water.verdict is not Verdict.DANGER or water.may_clear(safety.bands(turn.state.rules)):
        return False
    record(turn, Ending.GONE)
    turn.episode(msgspec.structs.replace(episode, using="", stop_shown=True, gone_at=turn.now))
    turn.tell_water()
    return True


def _for_cramp(turn: Turn) -> bool:
    """Whether a cramp is to be relieved; else this is a soak for its own sake."""
    episode = turn.state.episode
    return episode is not None and episode.cramp


def _said_gone(turn: Turn) -> bool:
    episode = turn.state.episode
    return episode is not None and episode.gone_at is not None


def _become(turn: Turn, water: Water) -> None:
    """The water is this now: signals, the clock, and the page itself if a question hides it."""
    was = turn.state.water.verdict
    turn.state = msgspec.structs.replace(turn.state, water=water)
    if _said_gone(turn) and water.may_clear(safety.bands(turn.state.rules)):
        gone(turn)
        return
    page = soak_of(turn.page)
    if page is None or water.verdict is was:
        return
    if water.verdict is Verdict.WARM:
        page = msgspec.structs.replace(page, since=turn.now)
    elif page.since is not None:
        page = msgspec.structs.replace(page, spent=page.spent_at(turn.now), since=None)
    if water.verdict not in URGENT:
        shown = put_under(turn.page, page)
    else:
        shown = page
        if not isinstance(turn.page, Soak):
            stop_again(turn)
            turn.spend_press()  # it was meant for the question, and must not answer this
    if shown != turn.page:  # else the waiting goes on: a probe that flickers keeps nobody awake all night
        turn.go(shown)
    turn.tell_water()
