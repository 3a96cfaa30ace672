"""The soak, page by page: cards before, feet and water, cards after."""

import msgspec

from kiosk.core import safety, soak
from kiosk.core.events import ChangeSetting, Ending, ReadWater, WaterRead
from kiosk.core.pages import Card, NextUp, Soak
from kiosk.core.relief import ask, gone, record, stop_again
from kiosk.core.signals import DIM, Signal
from kiosk.core.soak import URGENT, Verdict, Water
from kiosk.core.technique import SECOND, Ms, Soaking
from kiosk.core.transition import Transition, put_under, soak_of

#: A second answer in water that scalds counts so long after the first: a drop on the glass is none.
AGAIN_AFTER: Ms = 2 * SECOND

#: In these a press ends the soak. In danger it first says that the feet are safe (see ``answer``).
ENDS_BY_PRESS = URGENT | {Verdict.COLD}


def soaking(t: Transition, number: int) -> Soaking:
    """The soak's facts; only asked for on pages of a soak."""
    facts = t.technique(number).soak
    if facts is None:
        raise AssertionError("this technique is no soak")
    return facts


def next_card(t: Transition, page: Card) -> None:
    """On to the next card; after the last one before the soak the probe is read, after the last of all
    the question is whether the cramp is gone."""
    facts = soaking(t, page.technique)
    cards = facts.after if page.after else facts.prepare
    if page.index + 1 < len(cards):
        t.show(msgspec.structs.replace(page, index=page.index + 1))
    elif not page.after:
        _watch(t, page.technique)
    else:
        _dried(t)


def _watch(t: Transition, number: int) -> None:
    """Read the water from now on."""
    t.emit(ReadWater(on=True))
    water = soak.begin(t.now, t.state.water.air)
    t.state = msgspec.structs.replace(t.state, water=water)
    t.shine(DIM)
    t.show(Soak(number, safety.soak_length(t.state.rules)))


def _dried(t: Transition) -> None:
    """Feet are dry. A cramp may be left; a soak for its own sake is over."""
    if _for_cramp(t):
        ask(t, NextUp(0, None), wait=None)
    else:
        gone(t)


def stop_cards(t: Transition, page: Card) -> None:
    """Stop at a card: a cramp may be left; a soak for its own sake is over."""
    if _for_cramp(t):
        ask(t, page)
    else:
        gone(t)


def press(t: Transition, page: Soak) -> None:
    """A press in the soak asks whether it is gone (without a cramp: whether to stop), so that one by accident
    costs nothing. Where the feet are told to come out, it takes them out for good: no question hides that,
    and the button leads on."""
    if t.state.water.verdict in ENDS_BY_PRESS:
        over(t, finished=False)
    else:
        ask(t, page)


def yes(t: Transition) -> None:
    """The question is answered with yes: it's gone; or, in a soak for its own sake: stop."""
    if _for_cramp(t) or soak_of(t.page) is None:
        gone(t)
    else:
        over(t, finished=False)


def over(t: Transition, *, finished: bool) -> None:
    """Feet out for good: the probe rests, the cards after the soak come.

    Under a page that asks they come too, so that they are there when it is answered.
    """
    page = soak_of(t.page)
    if page is None:
        raise AssertionError("no soak is under way")
    if not _for_cramp(t):
        t.show(page)  # whether to stop is no question any more
    t.leave(finished=finished)
    t.emit(ReadWater(on=False))
    t.signal(Signal.NEXT)
    cards = soaking(t, page.technique).after
    if not isinstance(t.page, Soak):
        t.show(put_under(t.page, Card(page.technique, after=True) if cards else NextUp(0)))
    elif cards:
        t.show(Card(page.technique, after=True))
    else:
        _dried(t)


def read(t: Transition, event: WaterRead) -> None:
    """One reading of the probe."""
    bands = safety.bands(t.state.rules)
    was = t.state.water.verdict
    _become(t, soak.read(t.state.water, event.celsius, t.now, bands, event.bits))
    if t.state.water.verdict is Verdict.WARM and was is not Verdict.WARM:
        _keep(t, event.probe)


def _keep(t: Transition, probe: str) -> None:
    """The feet go in by what this probe says: it is the water's, with the offset in force, from now on, and
    no second one that is plugged in later makes that doubtful."""
    rules = t.state.coming or t.state.rules
    if probe and not rules.probe:
        t.emit(ChangeSetting("probe", probe))
        t.emit(ChangeSetting("probe_offset", str(rules.probe_offset)))


def age(t: Transition) -> None:
    """No good reading for too long."""
    _become(t, soak.age(t.state.water, t.now))


def answer(t: Transition) -> bool:
    """A press where it says that the feet are safe; True if that was what it was for."""
    episode = t.state.episode
    if episode is not None and episode.gone_at is not None:
        if t.now - episode.gone_at >= AGAIN_AFTER:
            gone(t)
        return True
    if t.state.water.verdict is not Verdict.DANGER or soak_of(t.page) is None:
        return False
    _become(t, soak.answer(t.state.water, safety.bands(t.state.rules)))
    return True


def stay(t: Transition) -> bool:
    """A long press in water that scalds; True if that keeps FEET OUT.

    It is gone, and recorded so. Where the feet are it does not say: a hand that clutches in pain presses as
    long. So nothing is taken from the screen until the water is safe, or a second press repeats it.
    """
    episode, water = t.state.episode, t.state.water
    if soak_of(t.page) is None or episode is None or episode.gone_at is not None:
        return False
    if water.verdict is not Verdict.DANGER or water.may_clear(safety.bands(t.state.rules)):
        return False
    record(t, Ending.GONE)
    t.episode(msgspec.structs.replace(episode, using="", stop_shown=True, gone_at=t.now))
    t.tell_water()
    return True


def _for_cramp(t: Transition) -> bool:
    """Whether a cramp is to be relieved; else this is a soak for its own sake."""
    episode = t.state.episode
    return episode is not None and episode.cramp


def _said_gone(t: Transition) -> bool:
    episode = t.state.episode
    return episode is not None and episode.gone_at is not None


def _become(t: Transition, water: Water) -> None:
    """The water is this now: signals, the clock, and the page itself if a question hides it."""
    was = t.state.water.verdict
    t.state = msgspec.structs.replace(t.state, water=water)
    if _said_gone(t) and water.may_clear(safety.bands(t.state.rules)):
        gone(t)
        return
    page = soak_of(t.page)
    if page is None or water.verdict is was:
        return
    if water.verdict is Verdict.WARM:
        page = msgspec.structs.replace(page, since=t.now)
    elif page.since is not None:
        page = msgspec.structs.replace(page, spent=page.spent_at(t.now), since=None)
    if water.verdict not in URGENT:
        shown = put_under(t.page, page)
    else:
        shown = page
        if not isinstance(t.page, Soak):
            stop_again(t)
            t.spend_press()  # it was meant for the question, and must not answer this
    if shown != t.page:  # else the waiting goes on: a probe that flickers keeps nobody awake all night
        t.show(shown)
    t.tell_water()
