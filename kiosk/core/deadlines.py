"""When the State changes by itself: one question, one absolute moment (ms) or None for "not by itself"."""

from kiosk.core.events import Fault
from kiosk.core.pages import (
    ASK_AFTER,
    GIVE_UP,
    Awake,
    CountIn,
    Dip,
    Failsafe,
    Gone,
    GoodNight,
    Guide,
    NextUp,
    Resume,
    Signs,
    Soak,
    TenMinutes,
    waits,
)
from kiosk.core.safety import STOP_AFTER
from kiosk.core.soak import STALE, Verdict
from kiosk.core.state import Light, State
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.core.timeline import COUNT_IN
from kiosk.core.transition import DIM_AFTER, soak_of, urgent

LONG_PRESS: Ms = 1500
HELD_ON: Ms = 10 * SECOND
STUCK_AFTER: Ms = 30 * SECOND
AWAKE_FOR: Ms = 30 * SECOND
#: ``GIVE_UP`` for a soak whose clock stands still.
GIVE_UP_SOAK: Ms = 30 * MINUTE
#: A probe that cannot be read is told for so long before the ten-minute page may come.
FAULT_TOLD: Ms = 30 * SECOND


def long_at(state: State) -> Ms | None:
    """When the press under way becomes a long one."""
    return None if state.down_at is None or state.spent_press else state.down_at + LONG_PRESS


def held_on_at(state: State) -> Ms | None:
    """When a press that goes on and on leads to the parts: never out of a relief. A press that begins one
    keeps it, so it takes a second one, which first says that it is gone."""
    if state.down_at is None or state.episode is not None:
        return None
    at = state.down_at + HELD_ON
    return at if state.entered < at else None


def stuck_at(state: State) -> Ms | None:
    """When a button that is still down must be taken for stuck."""
    if state.down_at is None or Fault.BUTTON_STUCK in state.faults:
        return None
    return state.down_at + STUCK_AFTER


def dim_at(state: State) -> Ms | None:
    """When the screen is dimmed."""
    return state.touched + DIM_AFTER if state.light is Light.LIT and not urgent(state) else None


def stop_at(state: State) -> Ms | None:
    """When the ten-minute page comes."""
    episode = state.episode
    if episode is None or not episode.cramp or episode.stop_shown:
        return None
    at = episode.began + STOP_AFTER
    if not urgent(state):
        return at
    # Water that is too hot passes; a probe that is broken may stay so, and must not hide this for ever.
    return max(at, state.sound.start + FAULT_TOLD) if state.water.verdict is Verdict.FAULT else None


def give_up_at(state: State) -> Ms | None:
    """When nobody has answered for so long that this is over."""
    if state.episode is None:
        return state.touched + ASK_AFTER + AWAKE_FOR if isinstance(state.page, Failsafe) else None
    waits_since = max(state.touched, state.entered)
    soak = soak_of(state.page)
    if soak is not None:
        return None if soak.since is not None else waits_since + GIVE_UP_SOAK
    return (waits_since if waits(state.page) else state.touched) + GIVE_UP


def ask_at(state: State) -> Ms | None:
    """Pages that wait for a person ask after a while whether anybody is there."""
    if state.page.traits.asks and waits(state.page):
        return max(state.touched, state.entered) + ASK_AFTER
    return None


def page_at(state: State) -> Ms | None:
    """The page's own deadline."""
    match state.page:
        case Gone(_, _, until):  # feet are not kept in longer by a question
            soak = soak_of(state.page)
            ends = (until, None if soak is None else soak.done_at())
            return min((at for at in ends if at is not None), default=None)
        case NextUp(_, until) | Awake(_, until) | GoodNight(_, until) | Resume(_, until):
            return until
        case CountIn(_, _, first_beat, _, counting):
            return first_beat if counting else first_beat - COUNT_IN
        case Guide(_, _, began) as guide:
            return began + guide.beat.end
        case Soak() | TenMinutes() | Signs():
            soak = soak_of(state.page)
            return None if soak is None else soak.done_at()
        case page:
            after = page.traits.ends_after
            return None if after is None else max(state.touched, state.entered) + after


def stale_at(state: State) -> Ms | None:
    """When the last good reading of the water is too old."""
    return None if soak_of(state.page) is None or state.water.failed else state.water.stale_at()


def dip_stale_at(state: State) -> Ms | None:
    """The same while the probe is held against a known temperature."""
    page = state.page
    return page.readings[-1].at + STALE if isinstance(page, Dip) and page.readings else None
