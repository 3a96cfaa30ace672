"""The relief: begin, lay out a technique, go from beat to beat, ask, stop at ten minutes, end."""

import msgspec

from kiosk.core import check
from kiosk.core.events import (
    Ending,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeRated,
    EpisodeResumed,
    ReadWater,
    StopShown,
)
from kiosk.core.pages import (
    Asleep,
    Card,
    CountIn,
    Gone,
    GoodNight,
    Guide,
    Home,
    NextUp,
    Page,
    Rating,
    Resume,
    Signs,
    Soak,
    TenMinutes,
)
from kiosk.core.signals import Signal
from kiosk.core.state import Episode
from kiosk.core.technique import MINUTE, SECOND, Cue, Ms, Place
from kiosk.core.timeline import COUNT_IN, Beat, Choice, block_start, lay_out
from kiosk.core.turn import Turn, soak_of

#: From the press that wakes to the first tick: time to hear that it worked.
LEAD: Ms = 1 * SECOND
#: How long the next technique is shown before it begins by itself (in bed only).
NEXT_FOR: Ms = 6 * SECOND
#: How long "gone?" waits before the exercise goes on.
ASK_FOR: Ms = 20 * SECOND
RATE_FOR: Ms = 60 * SECOND
GOOD_NIGHT_FOR: Ms = 8 * SECOND

CUE_SIGNAL = {
    Cue.HOLD: Signal.HOLD,
    Cue.RELEASE: Signal.RELEASE,
    Cue.MOVE: Signal.MOVE,
    Cue.WIGGLE: Signal.MOVE,
}


def begin(turn: Turn, number: int = 0, *, cramp: bool = True) -> None:
    """Someone pressed: relief begins with this technique."""
    if not turn.state.sequence:
        turn.go(Home())
        return
    turn.episode(Episode(turn.now, cramp))
    turn.do(EpisodeBegan(turn.now, turn.state.rules.side, cramp))
    turn.signal(Signal.NEXT)
    if turn.technique(number).soak is not None:
        open_cards(turn, number)
    else:
        count_in(turn, number, lead=LEAD)


def resume(turn: Turn, page: Resume) -> None:
    """The night that a power cut interrupted goes on; it began ``ago`` ms before this page came."""
    if not turn.state.sequence:
        sleep(turn)
        return
    turn.episode(Episode(turn.state.entered - page.ago))
    turn.do(EpisodeResumed(turn.now))
    next_up(turn, page.technique, wait=True)


def next_up(turn: Turn, number: int, *, wait: bool = False) -> None:
    """Show what comes next. In bed it begins by itself; standing up and water wait for a press."""
    in_bed = turn.technique(number).place is Place.BED and not wait
    turn.signal(Signal.NEXT)
    turn.go(NextUp(number % len(turn.state.sequence), turn.now + NEXT_FOR if in_bed else None))


def start(turn: Turn, number: int) -> None:
    """Begin the technique that was announced."""
    if turn.technique(number).soak is not None:
        open_cards(turn, number)
    else:
        count_in(turn, number)


def open_cards(turn: Turn, number: int) -> None:
    """The cards before a soak: fill the tub, salt, probe in."""
    technique = turn.technique(number)
    turn.use(technique.id)
    turn.go(Card(number % len(turn.state.sequence), after=False))


def count_in(turn: Turn, number: int, index: int = 0, lead: Ms = 0) -> None:
    """READY 3-2-1, then the beat at ``index``."""
    technique = turn.technique(number)
    timeline = lay_out(technique, turn.state.rules.choices.get(technique.id, Choice()))
    turn.use(technique.id)
    turn.go(
        CountIn(number % len(turn.state.sequence), timeline, turn.now + lead + COUNT_IN, index, lead == 0)
    )
    if lead == 0:
        turn.signal(Signal.TICK)


def count(turn: Turn, page: CountIn) -> None:
    """A deadline of the count-in: the ticks begin, or the first beat does."""
    if not page.counting:
        turn.signal(Signal.TICK)
        turn.state = msgspec.structs.replace(turn.state, page=msgspec.structs.replace(page, counting=True))
        return
    began = page.first_beat - page.timeline[page.index].start
    beat(turn, Guide(page.technique, page.timeline, began, page.index))


def beat(turn: Turn, page: Guide) -> None:
    """A beat begins: its cue on lamp and buzzer, its page on the screen."""
    was = turn.page
    rest_after_hold = page.beat.step.cue is Cue.REST and isinstance(was, Guide) and _is_hold(was.beat)
    signal = Signal.RELEASE if rest_after_hold else CUE_SIGNAL.get(page.beat.step.cue)
    if signal is None:
        turn.hush()
    else:
        turn.signal(signal)
    turn.go(page)


def _is_hold(beat: Beat) -> bool:
    return beat.step.cue is Cue.HOLD


def beat_over(turn: Turn, page: Guide) -> None:
    """The beat is over: the next one, or a question, or the next technique."""
    last = page.index + 1 >= len(page.timeline)
    if page.beat.asks or (last and page.technique + 1 >= len(turn.state.sequence)):
        back = msgspec.structs.replace(page, index=block_start(page.timeline, page.beat.block))
        ask(turn, back, onward=page.technique + 1)
    elif last:
        turn.leave(finished=True)
        next_up(turn, page.technique + 1)
    else:
        beat(turn, msgspec.structs.replace(page, index=page.index + 1))


def ask(turn: Turn, back: Page, onward: int | None = None, wait: Ms | None = ASK_FOR) -> None:
    """Is it gone? Lamp off; a soft signal only where the device asks by itself."""
    if onward is not None:
        turn.signal(Signal.NEXT)
    elif soak_of(back) is None:
        turn.hush()
    turn.go(Gone(back, onward, None if wait is None else turn.now + wait))


def still_there(turn: Turn, page: Gone) -> None:
    """It is not gone: the next technique if the device asked, else back to what was under way."""
    if page.onward is None:
        go_on(turn, page.back)
        return
    turn.leave(finished=True)
    next_up(turn, page.onward)


def go_on(turn: Turn, page: Page) -> None:
    """Take up again what a question interrupted: a beat begins anew after a short count-in."""
    match page:
        case Guide(technique, _, _, index) | CountIn(technique, _, _, index):
            count_in(turn, technique, index)
        case NextUp(technique, until):
            next_up(turn, technique, wait=until is None)
        case Gone(back, onward, until):
            ask(turn, back, onward, None if until is None else ASK_FOR)
        case Soak():
            turn.go(page)
            turn.tell_water()
        case _:
            turn.go(page)


def skip(turn: Turn, number: int) -> None:
    """On to the technique after this one."""
    turn.leave(finished=False)
    next_up(turn, number + 1)


def stop(turn: Turn) -> None:
    """Ten minutes without relief: said once, whatever was under way waits behind it."""
    episode = turn.state.episode
    if episode is None:
        raise AssertionError("nobody asked for relief")
    turn.episode(msgspec.structs.replace(episode, stop_shown=True))
    turn.do(StopShown(turn.now))
    turn.signal(Signal.NEXT)
    turn.go(TenMinutes(turn.page))


def stop_again(turn: Turn) -> None:
    """Something more urgent hides the ten-minute page before it was answered: it comes back after that."""
    episode = turn.state.episode
    if episode is not None and isinstance(turn.page, TenMinutes | Signs):
        turn.episode(msgspec.structs.replace(episode, stop_shown=False))


def gone(turn: Turn) -> None:
    """It's gone: the best moment of the night."""
    episode = turn.state.episode
    if episode is None:
        sleep(turn)
        return
    over_at = turn.now if episode.gone_at is None else episode.gone_at
    end(turn, Ending.GONE)
    turn.signal(Signal.DONE)
    if episode.cramp:
        turn.go(Rating(max(1, round((over_at - episode.began) / MINUTE))))
    else:
        turn.go(GoodNight(None, turn.now + GOOD_NIGHT_FOR))


def end(turn: Turn, ending: Ending) -> None:
    """The episode is over; the probe rests."""
    if soak_of(turn.page) is not None:
        turn.do(ReadWater(on=False))
    record(turn, ending)
    turn.episode(None)


def record(turn: Turn, ending: Ending) -> None:
    """For the record: the episode is over. Said once."""
    episode = turn.state.episode
    if episode is not None and episode.gone_at is None:
        turn.leave(finished=False)
        turn.do(EpisodeEnded(turn.now, ending))


def rated(turn: Turn, page: Rating) -> None:
    """The question is over: recorded if answered, never as zero if not."""
    if page.value is not None:
        turn.do(EpisodeRated(turn.now, page.value))
    turn.go(GoodNight(page.minutes, turn.now + GOOD_NIGHT_FOR))


def rate(page: Rating, change: int) -> Rating:
    """One up or down; the first tap begins in the middle."""
    value = 5 if page.value is None else min(10, max(0, page.value + change))
    return Rating(page.minutes, value)


def sleep(turn: Turn) -> None:
    """Dark and silent. A relief still under way ends without an answer."""
    if turn.state.episode is not None:
        end(turn, Ending.NO_ANSWER)
    elif isinstance(turn.page, Resume):
        turn.do(EpisodeEnded(turn.now, Ending.INTERRUPTED))
    check.leave(turn)
    turn.go(Asleep())
