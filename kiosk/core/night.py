"""The night: State + Event + now -> State + Effects. The one transition function, and when the next
deadline is due. All behaviour of the device is here and in the pages' flows it calls."""

import msgspec

from kiosk.core import bath, browse, relief
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    DiaryRead,
    Due,
    Effect,
    Ending,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    Interrupted,
    QuietHours,
    RulesChanged,
    Tapped,
    WaterRead,
)
from kiosk.core.pages import (
    Asleep,
    Awake,
    Card,
    CountIn,
    Failsafe,
    Gone,
    GoodNight,
    Guide,
    Home,
    NextUp,
    Rating,
    Resume,
    Signs,
    Soak,
    TenMinutes,
)
from kiosk.core.rules import Rules
from kiosk.core.safety import STOP_AFTER
from kiosk.core.soak import Verdict
from kiosk.core.state import Light, State
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.core.timeline import COUNT_IN
from kiosk.core.turn import DIM_AFTER, Turn, soak_of, urgent

LONG_PRESS: Ms = 1500
STUCK_AFTER: Ms = 30 * SECOND
WAKE_GUARD: Ms = 1 * SECOND
ASK_AFTER: Ms = 120 * SECOND
AWAKE_FOR: Ms = 30 * SECOND
RESUME_FOR: Ms = 60 * SECOND
#: An episode nobody answers is over: recorded as "no answer", never as gone.
GIVE_UP: Ms = 15 * MINUTE
#: The same for a soak whose clock stands still.
GIVE_UP_SOAK: Ms = 30 * MINUTE
SIGN_CARDS = 6


def new(rules: Rules, now: Ms = 0) -> State:
    """The State of a device that was just switched on: asleep."""
    turn = Turn(State(entered=now, touched=now), now)
    turn.obey(rules)
    return turn.state


def failsafe(state: State, now: Ms) -> State:
    """After an error of our own: outputs off, the owner's rules and the faults kept, all else new."""
    page = Failsafe()
    turn = Turn(State(page=page, entered=now, touched=now, faults=state.faults, tally=state.tally), now)
    turn.obey(state.rules)
    return turn.finish()[0]


def transition(state: State, event: Event, now: Ms) -> tuple[State, list[Effect]]:
    """What becomes of the night when ``event`` happens at ``now``. Never raises, never waits."""
    turn = Turn(state, now)
    match event:
        case ButtonPressed():
            _press(turn)
        case ButtonReleased():
            _release(turn)
        case Tapped():
            _tap(turn, event)
        case Due():
            _due(turn)
        case WaterRead():
            if soak_of(state.page) is not None:
                bath.read(turn, event)
        case _:
            _told(turn, event)
    return turn.finish()


def _told(
    turn: Turn, event: FaultFound | FaultCleared | RulesChanged | QuietHours | DiaryRead | Interrupted
) -> None:
    """News that change no page by themselves."""
    state = turn.state
    match event:
        case FaultFound(fault):
            turn.state = msgspec.structs.replace(state, faults=state.faults | {fault})
        case FaultCleared(fault):
            turn.state = msgspec.structs.replace(state, faults=state.faults - {fault})
        case RulesChanged(rules):
            if state.episode is None:  # never under someone's feet: the rest of the night keeps its order
                turn.obey(rules)
        case QuietHours(on):
            turn.state = msgspec.structs.replace(state, quiet=on)
        case DiaryRead(tally):
            turn.state = msgspec.structs.replace(state, tally=tally)
        case Interrupted(ago) if isinstance(state.page, Asleep):
            turn.touch()
            turn.go(Resume(ago, turn.now + RESUME_FOR))


# --- the button


def _press(turn: Turn) -> None:
    state = turn.state
    if state.down_at is not None:
        return
    # Outside a relief the press itself starts one: nobody in pain waits for the button to come up.
    starts = state.episode is None and not isinstance(state.page, Rating | Resume)
    turn.touch()
    turn.state = msgspec.structs.replace(turn.state, down_at=turn.now, spent_press=starts)
    if starts:
        relief.begin(turn)


def _release(turn: Turn) -> None:
    state = turn.state
    if state.down_at is None:
        return
    if not state.spent_press:
        _short(turn)
    turn.state = msgspec.structs.replace(
        turn.state, down_at=None, spent_press=False, faults=state.faults - {Fault.BUTTON_STUCK}
    )


def _short(turn: Turn) -> None:
    """A short press: start, or next."""
    if bath.answer(turn):
        return
    page = turn.page
    match page:
        case NextUp(technique):
            relief.start(turn, technique)
        case CountIn(technique) | Guide(technique):
            relief.skip(turn, technique)
        case Gone():
            relief.still_there(turn, page)
        case Rating():
            relief.rated(turn, page)
        case Card():
            bath.next_card(turn, page)
        case Soak():
            relief.ask(turn, page)
        case TenMinutes(back):
            turn.go(Signs(back))
        case Signs():
            _next_sign(turn, page)
        case Resume(ago):
            relief.resume(turn, ago)


def _long(turn: Turn) -> None:
    """A long press: it's gone."""
    page = turn.page
    if isinstance(page, Rating | Resume):
        relief.sleep(turn)
    else:
        relief.gone(turn)


# --- touch


def _tap(turn: Turn, tap: Tapped) -> None:
    state = turn.state
    turn.touch()
    if isinstance(state.page, Asleep):
        turn.state = msgspec.structs.replace(turn.state, guard_until=turn.now + WAKE_GUARD)
        turn.go(Home())
        return
    if turn.now < state.guard_until:
        return
    if soak_of(state.page) is not None and bath.answer(turn):
        return
    if state.episode is None and not isinstance(state.page, Rating | Resume | GoodNight | Failsafe):
        browse.act(turn, tap)
    else:
        _act(turn, tap.act)


def _act(turn: Turn, act: Act) -> None:
    """A tap during a relief or right after it; what does not apply here is ignored."""
    page = turn.page
    match page, act:
        case (NextUp(technique), Act.START):
            relief.start(turn, technique)
        case (NextUp(technique) | CountIn(technique) | Guide(technique), Act.SKIP):
            relief.skip(turn, technique)
        case (NextUp() | CountIn() | Guide(), Act.GONE):
            relief.ask(turn, page)
        case (Gone(), Act.STILL):
            relief.still_there(turn, page)
        case (Gone(), Act.YES) | (TenMinutes(), Act.GONE):
            relief.gone(turn)
        case (Rating(), Act.PLUS | Act.MINUS):
            turn.go(relief.rate(page, 1 if act is Act.PLUS else -1))
        case (Rating(), Act.SAVE):
            relief.rated(turn, page)
        case (Card(), Act.NEXT):
            bath.next_card(turn, page)
        case (Card(), Act.STOP):
            relief.ask(turn, page)
        case (Soak(), Act.STOP):
            bath.over(turn, page, finished=False)
        case (TenMinutes(back), Act.SIGNS):
            turn.go(Signs(back))
        case (Signs(), Act.NEXT):
            _next_sign(turn, page)
        case (Signs(back, index), Act.BACK):
            turn.go(Signs(back, index - 1) if index else TenMinutes(back))
        case (Resume(ago), Act.YES):
            relief.resume(turn, ago)
        case (Resume(), Act.GONE):
            relief.sleep(turn)
        case (Failsafe(), Act.START):
            relief.begin(turn)
        case (GoodNight(), _):
            turn.go(Home())


def _next_sign(turn: Turn, page: Signs) -> None:
    if page.index + 1 < SIGN_CARDS:
        turn.go(Signs(page.back, page.index + 1))
    else:
        relief.go_on(turn, page.back)


# --- deadlines


def due(state: State) -> Ms | None:
    """When ``transition(state, Due(), ...)`` is next worth calling; None: only an event changes things."""
    return min(_deadlines(state), default=None)


def _deadlines(state: State) -> list[Ms]:
    """All moments at which this State changes by itself."""
    times = []
    if state.down_at is not None:
        if not state.spent_press:
            times.append(state.down_at + LONG_PRESS)
        if Fault.BUTTON_STUCK not in state.faults:
            times.append(state.down_at + STUCK_AFTER)
    if isinstance(state.page, Asleep):
        return times
    if state.light is Light.LIT and not urgent(state):
        times.append(state.touched + DIM_AFTER)
    stop = _stop_at(state)
    give_up = _give_up_at(state)
    ask = _ask_at(state)
    page = _page_due(state)
    stale = _stale_at(state)
    return [*times, *(at for at in (stop, give_up, ask, page, stale) if at is not None)]


def _stop_at(state: State) -> Ms | None:
    episode = state.episode
    if episode is None or not episode.cramp or episode.stop_shown or urgent(state):
        return None
    return episode.began + STOP_AFTER


def _give_up_at(state: State) -> Ms | None:
    if state.episode is None:
        return state.touched + ASK_AFTER + AWAKE_FOR if isinstance(state.page, Failsafe) else None
    soak = soak_of(state.page)
    if soak is None:
        return state.touched + GIVE_UP
    return None if soak.since is not None else max(state.touched, state.entered) + GIVE_UP_SOAK


def _ask_at(state: State) -> Ms | None:
    """Pages that wait for a person ask after two minutes whether anybody is there."""
    page = state.page
    if state.episode is None:
        waits = not isinstance(page, Awake | Rating | GoodNight | Resume | Failsafe)
    else:
        waits = isinstance(page, Card) or (isinstance(page, NextUp) and page.until is None)
    return max(state.touched, state.entered) + ASK_AFTER if waits else None


def _page_due(state: State) -> Ms | None:
    """The page's own deadline."""
    match state.page:
        case NextUp(_, until) | Gone(_, _, until) | Awake(_, until) | GoodNight(_, until) | Resume(_, until):
            return until
        case CountIn(_, _, first_beat, _, counting):
            return first_beat if counting else first_beat - COUNT_IN
        case Guide(_, _, began) as guide:
            return began + guide.beat.end
        case Rating():
            return state.touched + relief.RATE_FOR
        case Soak() as soak:
            return soak.done_at()
        case _:
            return None


def _stale_at(state: State) -> Ms | None:
    if soak_of(state.page) is None or state.water.verdict is Verdict.FAULT:
        return None
    return state.water.stale_at()


def _due(turn: Turn) -> None:
    """One deadline has come. The most important first; the others follow as deadlines of their own."""
    state, now = turn.state, turn.now

    def come(at: Ms | None) -> bool:
        return at is not None and now >= at

    if state.down_at is not None and not state.spent_press and now >= state.down_at + LONG_PRESS:
        turn.state = msgspec.structs.replace(state, spent_press=True)
        _long(turn)
    elif (
        state.down_at is not None
        and now >= state.down_at + STUCK_AFTER
        and Fault.BUTTON_STUCK not in state.faults
    ):
        turn.state = msgspec.structs.replace(state, faults=state.faults | {Fault.BUTTON_STUCK})
    elif come(_stale_at(state)):
        bath.age(turn)
    elif come(_stop_at(state)):
        relief.stop(turn)
    elif come(_give_up_at(state)):
        relief.sleep(turn, Ending.NO_ANSWER)
    elif come(_page_due(state)):
        _page_over(turn)
    elif come(_ask_at(state)):
        if state.episode is None:
            turn.go(Awake(state.page, now + AWAKE_FOR))
        else:
            relief.ask(turn, state.page, wait=None)


def _page_over(turn: Turn) -> None:
    """The page's own deadline has come."""
    page = turn.page
    match page:
        case NextUp(technique):
            relief.start(turn, technique)
        case CountIn():
            relief.count(turn, page)
        case Guide():
            relief.beat_over(turn, page)
        case Gone(back):
            relief.go_on(turn, back)
        case Rating():
            relief.rated(turn, Rating(page.minutes))
        case Soak():
            bath.over(turn, page, finished=True)
        case _:
            relief.sleep(turn)
