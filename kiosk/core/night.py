"""The night: State + Event + now -> State + Effects. The one transition function, and when the next
deadline is due. All behaviour of the device is here and in the pages' flows it calls."""

from collections.abc import Callable
from typing import assert_never

import msgspec

from kiosk.core import bath, browse, check, deadlines, relief, twopoint
from kiosk.core.events import (
    Act,
    ButtonName,
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
    ReadWater,
    RulesChanged,
    Tapped,
    Touched,
    WaterRead,
)
from kiosk.core.pages import (
    Asleep,
    Awake,
    Calibration,
    Card,
    Check,
    CountIn,
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
from kiosk.core.transition import Transition, soak_of

WAKE_GUARD: Ms = 1 * SECOND
RESUME_FOR: Ms = 60 * SECOND
SIGN_CARDS = 6


def new(rules: Rules, now: Ms = 0) -> State:
    """The State of a device that was just switched on: asleep."""
    t = Transition(State(entered=now, touched=now), now)
    t.apply_rules(rules)
    return t.finish()[0]


def failsafe(state: State, now: Ms) -> tuple[State, list[Effect]]:
    """After an error of our own: outputs off, what the device was told kept, all else new. The effects
    close the record and stop the probe, which the lost State can no longer ask for."""
    lost = Transition(state, now)
    if state.episode is not None:
        relief.end(lost, Ending.INTERRUPTED)
    elif isinstance(state.page, Resume):
        lost.emit_earlier(Ending.INTERRUPTED)
    if ReadWater(on=False) not in lost.effects:
        lost.emit(ReadWater(on=False))
    kept = State(
        page=Failsafe(),
        entered=now,
        touched=now,
        faults=state.faults,
        quiet=state.quiet,
        tally=state.tally,
        own_touch=state.own_touch,
        episodes=state.episodes,
    )
    t = Transition(kept, now)
    t.apply_rules(lost.state.rules)
    return t.finish()[0], lost.effects


def transition(state: State, event: Event, now: Ms) -> tuple[State, list[Effect]]:
    """What becomes of the night when ``event`` happens at ``now``. Never raises, never waits."""
    t = Transition(state, now)
    match event:
        case ButtonPressed() | ButtonReleased():
            _push(t, event)
        case Tapped():
            _tap(t, event)
        case Touched() if isinstance(state.page, Check | Calibration):
            t.touch()
            check.touch(t, event)
        case Touched():  # the page that asked is over
            _tap(t, Tapped())
        case Due():
            _due(t)
        case WaterRead():
            if soak_of(state.page) is not None:
                bath.read(t, event)
            elif isinstance(state.page, Check):
                check.read(t, state.page, event)
            elif isinstance(state.page, Dip):
                twopoint.read(t, state.page, event)
        case _:
            _told(t, event)
    return t.finish()


def _told(
    t: Transition, event: FaultFound | FaultCleared | RulesChanged | QuietHours | DiaryRead | Interrupted
) -> None:
    """News that change no page by themselves."""
    state = t.state
    match event:
        case FaultFound(fault):
            t.state = msgspec.structs.replace(state, faults=state.faults | {fault})
        case FaultCleared(fault):
            t.state = msgspec.structs.replace(state, faults=state.faults - {fault})
        case RulesChanged(rules) if state.episode is None:
            t.apply_rules(rules)
        case RulesChanged(rules):  # never under someone's feet: what is under way keeps its order
            t.state = msgspec.structs.replace(state, coming=rules)
        case QuietHours(on):
            t.state = msgspec.structs.replace(state, quiet=on)
        case DiaryRead(tally):
            t.state = msgspec.structs.replace(state, tally=tally)
        case Interrupted() if state.episode is None:
            _offer(t, event)


def _offer(t: Transition, cut: Interrupted) -> None:
    """A night was cut short: offered to whoever sleeps or has just woken the screen, as the diary may need a
    while to be read. Who is elsewhere by then does not want it; it is recorded as interrupted."""
    if not isinstance(t.page, Asleep | Home):
        t.emit_earlier(Ending.INTERRUPTED)
        return
    ids = [technique.id for technique in t.state.sequence]
    last = cut.techniques[-1] if cut.techniques else ""
    t.touch()
    if isinstance(t.page, Home):  # a tap that was meant for that page answers nothing
        t.state = msgspec.structs.replace(t.state, guard_until=t.now + WAKE_GUARD)
    t.show(Resume(cut.ago, t.now + RESUME_FOR, ids.index(last) if last in ids else 0))


# --- the button


def _push(t: Transition, event: ButtonPressed | ButtonReleased) -> None:
    match event.button:
        case ButtonName.BIG:
            (_press if isinstance(event, ButtonPressed) else _release)(t)
        case _:
            assert_never(event.button)


def _press(t: Transition) -> None:
    state = t.state
    if state.down_at is not None:
        return
    # Outside a relief the press itself starts one: nobody in pain waits for the button to come up.
    starts = state.episode is None and not state.page.traits.takes_press
    t.touch()
    t.state = msgspec.structs.replace(t.state, down_at=t.now, spent_press=starts)
    if starts:
        check.leave(t)
        relief.begin(t)
    elif isinstance(state.page, Check):
        check.feel(t, state.page)


def _release(t: Transition) -> None:
    state = t.state
    if state.down_at is None and Fault.BUTTON_STUCK not in state.faults:
        return
    if state.down_at is not None and not state.spent_press:
        _short(t)
    t.state = msgspec.structs.replace(
        t.state, down_at=None, spent_press=False, faults=state.faults - {Fault.BUTTON_STUCK}
    )


def _short(t: Transition) -> None:
    """A short press: start, or next."""
    if bath.answer(t):
        return
    page = t.page
    match page:
        case NextUp(technique):
            relief.start(t, technique)
        case CountIn(technique) | Guide(technique):
            relief.skip(t, technique)
        case Gone():
            relief.still_there(t, page)
        case Rating():
            relief.rated(t, page)
        case Card():
            bath.next_card(t, page)
        case Soak():
            bath.press(t, page)
        case TenMinutes(back):
            t.show(Signs(back))
        case Signs():
            _next_sign(t, page)
        case Resume():
            relief.resume(t, page)
        case Check():
            check.press(t, page)
        case Calibration():
            check.show(t, check.TOUCH)


def _long(t: Transition) -> None:
    """A long press: it's gone."""
    t.spend_press()
    if t.page.traits.takes_press:
        relief.sleep(t)
    elif isinstance(t.page, Gone):
        bath.yes(t)
    elif not bath.stay(t):
        relief.gone(t)


# --- touch


def _tap(t: Transition, tap: Tapped) -> None:
    state = t.state
    t.touch()
    if isinstance(state.page, Asleep):
        t.state = msgspec.structs.replace(t.state, guard_until=t.now + WAKE_GUARD)
        t.show(Home())
        return
    if t.now < state.guard_until:
        return
    if tap.act is not Act.STOP and bath.answer(t):
        return
    if state.page.traits.relief:
        _act(t, tap.act)
    else:
        browse.act(t, tap)


def _act(t: Transition, act: Act) -> None:
    """A tap during a relief or right after it; what does not apply here is ignored."""
    page = t.page
    match page, act:
        case (NextUp(technique), Act.START):
            relief.start(t, technique)
        case (NextUp(technique) | CountIn(technique) | Guide(technique), Act.SKIP):
            relief.skip(t, technique)
        case (NextUp() | CountIn() | Guide(), Act.GONE):
            relief.ask(t, page)
        case (Gone(), Act.STILL):
            relief.still_there(t, page)
        case (Gone(), Act.YES):
            bath.yes(t)
        case (TenMinutes(), Act.GONE):
            relief.gone(t)
        case (Rating(), Act.PLUS | Act.MINUS):
            t.show(relief.rate(page, 1 if act is Act.PLUS else -1))
        case (Rating(), Act.SAVE):
            relief.rated(t, page)
        case (Card(), Act.NEXT):
            bath.next_card(t, page)
        case (Card(), Act.STOP):
            bath.stop_cards(t, page)
        case (Soak(), Act.STOP):
            bath.over(t, finished=False)
        case (TenMinutes(back), Act.SIGNS):
            t.show(Signs(back))
        case (Signs(), Act.NEXT):
            _next_sign(t, page)
        case (Signs(back, index), Act.BACK):
            t.show(Signs(back, index - 1) if index else TenMinutes(back))
        case (Resume(), Act.YES):
            relief.resume(t, page)
        case (Resume(), Act.GONE):
            relief.sleep(t)
        case (Failsafe(), Act.START):
            relief.begin(t)
        case (GoodNight(), _):
            t.show(Home())


def _next_sign(t: Transition, page: Signs) -> None:
    if page.index + 1 < SIGN_CARDS:
        t.show(Signs(page.back, page.index + 1))
    else:
        relief.go_on(t, page.back)


# --- deadlines


def due(state: State) -> Ms | None:
    """When ``transition(state, Due(), ...)`` is next worth calling; None: only an event changes things."""
    return min((at for at, _ in _agenda(state)), default=None)


def _due(t: Transition) -> None:
    """One deadline has come. The most important first; the others follow as deadlines of their own."""
    for at, act in _agenda(t.state):
        if t.now >= at:
            act(t)
            return


def _agenda(state: State) -> list[tuple[Ms, Callable[[Transition], None]]]:
    """All moments at which this State changes by itself, and what happens then; the most important first."""
    moments: list[tuple[Ms | None, Callable[[Transition], None]]] = [
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


def _held_on(t: Transition) -> None:
    """The way to the parts for someone whose touches land elsewhere: a long press that goes on and on."""
    t.touch()
    check.show(t, check.BUTTON)


def _stuck(t: Transition) -> None:
    t.state = msgspec.structs.replace(t.state, faults=t.state.faults | {Fault.BUTTON_STUCK})


def _dim(t: Transition) -> None:
    """``Transition.finish`` sets the light."""


def _ask(t: Transition) -> None:
    if t.state.episode is None:
        t.show(Awake(t.page, t.now + deadlines.AWAKE_FOR))
    else:
        relief.ask(t, t.page, wait=None)


def _page_over(t: Transition) -> None:
    """The page's own deadline has come."""
    page = t.page
    match page:
        case NextUp(technique):
            relief.start(t, technique)
        case CountIn():
            relief.count(t, page)
        case Guide():
            relief.beat_over(t, page)
        case Gone(back):
            relief.go_on(t, back)
        case Rating():
            relief.rated(t, Rating(page.minutes))
        case Soak() | TenMinutes() | Signs():
            bath.over(t, finished=True)
        case _:
            relief.sleep(t)
