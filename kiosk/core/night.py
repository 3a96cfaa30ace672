"""The night: State + Event + now -> State + Effects. The one transition function, and when the next
deadline is due. All behaviour of the device is here and in the pages' flows it calls."""

from collections.abc import Callable

import msgspec

from kiosk.core import bath, browse, check, deadlines, relief, twopoint
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    DiaryRead,
    Due,
    Effect,
    Ending,
    EpisodeEnded,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    Interrupted,
    QuietHours,
    ReadWater,
    RulesChanged,
    Tapped,
    Touched,
    WaterRead,
)
from kiosk.core.pages import (
    Asleep,
    Awake,
    Card,
    Check,
    CountIn,
    Crosses,
    Dip,
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
from kiosk.core.state import State
from kiosk.core.technique import SECOND, Ms
from kiosk.core.turn import Turn, soak_of

WAKE_GUARD: Ms = 1 * SECOND
RESUME_FOR: Ms = 60 * SECOND
SIGN_CARDS = 6


def new(rules: Rules, now: Ms = 0) -> State:
    """The State of a device that was just switched on: asleep."""
    turn = Turn(State(entered=now, touched=now), now)
    turn.obey(rules)
    return turn.finish()[0]


def failsafe(state: State, now: Ms) -> tuple[State, list[Effect]]:
    """After an error of our own: outputs off, what the device was told kept, all else new. The effects
    close the record and stop the probe, which the lost State can no longer ask for."""
    lost = Turn(state, now)
    if state.episode is not None:
        relief.end(lost, Ending.INTERRUPTED)
    elif isinstance(state.page, Resume):
        lost.do(EpisodeEnded(now, Ending.INTERRUPTED))
    if ReadWater(on=False) not in lost.effects:
        lost.do(ReadWater(on=False))
    kept = State(
        page=Failsafe(),
        entered=now,
        touched=now,
        faults=state.faults,
        quiet=state.quiet,
        tally=state.tally,
        own_touch=state.own_touch,
    )
    turn = Turn(kept, now)
    turn.obey(lost.state.rules)
    return turn.finish()[0], lost.effects


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
        case Touched() if isinstance(state.page, Check | Crosses):
            turn.touch()
            check.touch(turn, event)
        case Touched():  # the page that asked is over
            _tap(turn, Tapped())
        case Due():
            _due(turn)
        case WaterRead():
            if soak_of(state.page) is not None:
                bath.read(turn, event)
            elif isinstance(state.page, Check):
                check.read(turn, state.page, event)
            elif isinstance(state.page, Dip):
                twopoint.read(turn, state.page, event)
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
        case RulesChanged(rules) if state.episode is None:
            turn.obey(rules)
        case RulesChanged(rules):  # never under someone's feet: what is under way keeps its order
            turn.state = msgspec.structs.replace(state, coming=rules)
        case QuietHours(on):
            turn.state = msgspec.structs.replace(state, quiet=on)
        case DiaryRead(tally):
            turn.state = msgspec.structs.replace(state, tally=tally)
        case Interrupted() if state.episode is None:
            _offer(turn, event)


def _offer(turn: Turn, cut: Interrupted) -> None:
    """A night was cut short: offered to whoever sleeps or has just woken the screen, as the diary may need a
    while to be read. Who is elsewhere by then does not want it; it is recorded as interrupted."""
    if not isinstance(turn.page, Asleep | Home):
        turn.do(EpisodeEnded(turn.now, Ending.INTERRUPTED))
        return
    ids = [technique.id for technique in turn.state.sequence]
    last = cut.techniques[-1] if cut.techniques else ""
    turn.touch()
    if isinstance(turn.page, Home):  # a tap that was meant for that page answers nothing
        turn.state = msgspec.structs.replace(turn.state, guard_until=turn.now + WAKE_GUARD)
    turn.go(Resume(cut.ago, turn.now + RESUME_FOR, ids.index(last) if last in ids else 0))


# --- the button


def _press(turn: Turn) -> None:
    state = turn.state
    if state.down_at is not None:
        return
    # Outside a relief the press itself starts one: nobody in pain waits for the button to come up.
    starts = state.episode is None and not isinstance(state.page, Rating | Resume | Check | Crosses)
    turn.touch()
    turn.state = msgspec.structs.replace(turn.state, down_at=turn.now, spent_press=starts)
    if starts:
        check.leave(turn)
        relief.begin(turn)
    elif isinstance(state.page, Check):
        check.feel(turn, state.page)


def _release(turn: Turn) -> None:
    state = turn.state
    if state.down_at is None and Fault.BUTTON_STUCK not in state.faults:
        return
    if state.down_at is not None and not state.spent_press:
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
            bath.press(turn, page)
        case TenMinutes(back):
            turn.go(Signs(back))
        case Signs():
            _next_sign(turn, page)
        case Resume():
            relief.resume(turn, page)
        case Check():
            check.press(turn, page)
        case Crosses():
            check.show(turn, check.TOUCH)


def _long(turn: Turn) -> None:
    """A long press: it's gone."""
    turn.spend_press()
    if isinstance(turn.page, Rating | Resume | Check | Crosses):
        relief.sleep(turn)
    elif isinstance(turn.page, Gone):
        bath.yes(turn)
    elif not bath.stay(turn):
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
    if tap.act is not Act.STOP and bath.answer(turn):
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
        case (Gone(), Act.YES):
            bath.yes(turn)
        case (TenMinutes(), Act.GONE):
            relief.gone(turn)
        case (Rating(), Act.PLUS | Act.MINUS):
            turn.go(relief.rate(page, 1 if act is Act.PLUS else -1))
        case (Rating(), Act.SAVE):
            relief.rated(turn, page)
        case (Card(), Act.NEXT):
            bath.next_card(turn, page)
        case (Card(), Act.STOP):
            bath.stop_cards(turn, page)
        case (Soak(), Act.STOP):
            bath.over(turn, finished=False)
        case (TenMinutes(back), Act.SIGNS):
            turn.go(Signs(back))
        case (Signs(), Act.NEXT):
            _next_sign(turn, page)
        case (Signs(back, index), Act.BACK):
            turn.go(Signs(back, index - 1) if index else TenMinutes(back))
        case (Resume(), Act.YES):
            relief.resume(turn, page)
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
    return min((at for at, _ in _agenda(state)), default=None)


def _due(turn: Turn) -> None:
    """One deadline has come. The most important first; the others follow as deadlines of their own."""
    for at, act in _agenda(turn.state):
        if turn.now >= at:
            act(turn)
            return


def _agenda(state: State) -> list[tuple[Ms, Callable[[Turn], None]]]:
    """All moments at which this State changes by itself, and what happens then; the most important first."""
    moments: list[tuple[Ms | None, Callable[[Turn], None]]] = [
        (deadlines.long_at(state), _long),
        (deadlines.held_on_at(state), _held_on),
        (deadlines.stuck_at(state), _stuck),
        (deadlines.stale_at(state), bath.age),
        (deadlines.dip_stale_at(state), twopoint.age),
    ]
    if deadlines.long_at(state) is None:
        # While a press may still become a long one, no page changes under the finger by itself: what was
        # pressed on the old page must not be answered by the new one. It takes 1.5 s; the water never waits.
        moments += [
            (deadlines.stop_at(state), relief.stop),
            (deadlines.give_up_at(state), relief.sleep),
            (deadlines.page_at(state), _page_over),
            (deadlines.ask_at(state), _ask),
            (deadlines.dim_at(state), _dim),
        ]
    return [(at, act) for at, act in moments if at is not None]


def _held_on(turn: Turn) -> None:
    """The way to the parts for someone whose touches land elsewhere: a long press that goes on and on."""
    turn.touch()
    check.show(turn, check.BUTTON)


def _stuck(turn: Turn) -> None:
    turn.state = msgspec.structs.replace(turn.state, faults=turn.state.faults | {Fault.BUTTON_STUCK})


def _dim(turn: Turn) -> None:
    """``Turn.finish`` sets the light."""


def _ask(turn: Turn) -> None:
    if turn.state.episode is None:
        turn.go(Awake(turn.page, turn.now + deadlines.AWAKE_FOR))
    else:
        relief.ask(turn, turn.page, wait=None)


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
        case Soak() | TenMinutes() | Signs():
            bath.over(turn, finished=True)
        case _:
            relief.sleep(turn)
