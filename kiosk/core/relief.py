"""The relief: begin, lay out a technique, go from beat to beat, ask, stop at ten minutes, end."""

import msgspec

from kiosk.core import check
from kiosk.core.cues import CUES
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
from kiosk.core.transition import Transition, soak_of

#: From the press that wakes to the first tick: time to hear that it worked.
LEAD: Ms = 1 * SECOND
#: How long the next technique is shown before it begins by itself (in bed only).
NEXT_FOR: Ms = 6 * SECOND
#: How long "gone?" waits before the exercise goes on.
ASK_FOR: Ms = 20 * SECOND
GOOD_NIGHT_FOR: Ms = 8 * SECOND


def begin(t: Transition, number: int = 0, *, cramp: bool = True) -> None:
    """Someone pressed: relief begins with this technique."""
    if not t.state.sequence:
        t.show(Home())
        return
    t.begin_episode(Episode(t.now, cramp))
    t.emit(EpisodeBegan(t.now, t.state.rules.side, cramp))
    t.signal(Signal.NEXT)
    if t.technique(number).soak is not None:
        open_cards(t, number)
    else:
        count_in(t, number, lead=LEAD)


def resume(t: Transition, page: Resume) -> None:
    """The night that a power cut interrupted goes on; it began ``ago`` ms before this page came."""
    if not t.state.sequence:
        sleep(t)
        return
    t.begin_episode(Episode(t.state.entered - page.ago))
    t.emit(EpisodeResumed(t.now))
    next_up(t, page.technique, wait=True)


def next_up(t: Transition, number: int, *, wait: bool = False) -> None:
    """Show what comes next. In bed it begins by itself; standing up and water wait for a press."""
    in_bed = t.technique(number).place is Place.BED and not wait
    t.signal(Signal.NEXT)
    t.show(NextUp(number % len(t.state.sequence), t.now + NEXT_FOR if in_bed else None))


def start(t: Transition, number: int) -> None:
    """Begin the technique that was announced."""
    if t.technique(number).soak is not None:
        open_cards(t, number)
    else:
        count_in(t, number)


def open_cards(t: Transition, number: int) -> None:
    """The cards before a soak: fill the tub, salt, probe in."""
    technique = t.technique(number)
    t.use(technique.id)
    t.show(Card(number % len(t.state.sequence), after=False))


def count_in(t: Transition, number: int, index: int = 0, lead: Ms = 0) -> None:
    """READY 3-2-1, then the beat at ``index``."""
    technique = t.technique(number)
    timeline = lay_out(technique, t.state.rules.choices.get(technique.id, Choice()))
    t.use(technique.id)
    t.show(CountIn(number % len(t.state.sequence), timeline, t.now + lead + COUNT_IN, index, lead == 0))
    if lead == 0:
        t.signal(Signal.TICK)


def count(t: Transition, page: CountIn) -> None:
    """A deadline of the count-in: the ticks begin, or the first beat does."""
    if not page.counting:
        t.signal(Signal.TICK)
        t.state = msgspec.structs.replace(t.state, page=msgspec.structs.replace(page, counting=True))
        return
    began = page.first_beat - page.timeline[page.index].start
    beat(t, Guide(page.technique, page.timeline, began, page.index))


def beat(t: Transition, page: Guide) -> None:
    """A beat begins: its cue on lamp and buzzer, its page on the screen."""
    was = t.page
    rest_after_hold = page.beat.step.cue is Cue.REST and isinstance(was, Guide) and _is_hold(was.beat)
    signal = Signal.RELEASE if rest_after_hold else CUES[page.beat.step.cue].signal
    if signal is None:
        t.silence()
    else:
        t.signal(signal)
    t.show(page)


def _is_hold(beat: Beat) -> bool:
    return beat.step.cue is Cue.HOLD


def beat_over(t: Transition, page: Guide) -> None:
    """The beat is over: the next one, or a question, or the next technique."""
    last = page.index + 1 >= len(page.timeline)
    if page.beat.asks or (last and page.technique + 1 >= len(t.state.sequence)):
        back = msgspec.structs.replace(page, index=block_start(page.timeline, page.beat.block))
        ask(t, back, onward=page.technique + 1)
    elif last:
        t.leave(finished=True)
        next_up(t, page.technique + 1)
    else:
        beat(t, msgspec.structs.replace(page, index=page.index + 1))


def ask(t: Transition, back: Page, onward: int | None = None, wait: Ms | None = ASK_FOR) -> None:
    """Is it gone? Lamp off; a soft signal only where the device asks by itself."""
    if onward is not None:
        t.signal(Signal.NEXT)
    elif soak_of(back) is None:
        t.silence()
    t.show(Gone(back, onward, None if wait is None else t.now + wait))


def still_there(t: Transition, page: Gone) -> None:
    """It is not gone: the next technique if the device asked, else back to what was under way."""
    if page.onward is None:
        go_on(t, page.back)
        return
    t.leave(finished=True)
    next_up(t, page.onward)


def go_on(t: Transition, page: Page) -> None:
    """Take up again what a question interrupted: a beat begins anew after a short count-in."""
    match page:
        case Guide(technique, _, _, index) | CountIn(technique, _, _, index):
            count_in(t, technique, index)
        case NextUp(technique, until):
            next_up(t, technique, wait=until is None)
        case Gone(back, onward, until):
            ask(t, back, onward, None if until is None else ASK_FOR)
        case Soak():
            t.show(page)
            t.tell_water()
        case _:
            t.show(page)


def skip(t: Transition, number: int) -> None:
    """On to the technique after this one."""
    t.leave(finished=False)
    next_up(t, number + 1)


def stop(t: Transition) -> None:
    """Ten minutes without relief: said once, whatever was under way waits behind it."""
    episode = t.state.episode
    if episode is None:
        raise AssertionError("nobody asked for relief")
    t.episode(msgspec.structs.replace(episode, stop_shown=True))
    t.emit(StopShown(t.now))
    t.signal(Signal.NEXT)
    t.show(TenMinutes(t.page))


def stop_again(t: Transition) -> None:
    """Something more urgent hides the ten-minute page before it was answered: it comes back after that."""
    episode = t.state.episode
    if episode is not None and isinstance(t.page, TenMinutes | Signs):
        t.episode(msgspec.structs.replace(episode, stop_shown=False))


def gone(t: Transition) -> None:
    """It's gone: the best moment of the night."""
    episode = t.state.episode
    if episode is None:
        sleep(t)
        return
    over_at = t.now if episode.gone_at is None else episode.gone_at
    end(t, Ending.GONE)
    t.signal(Signal.DONE)
    if episode.cramp:
        t.show(Rating(max(1, round((over_at - episode.began) / MINUTE))))
    else:
        t.show(GoodNight(None, t.now + GOOD_NIGHT_FOR))


def end(t: Transition, ending: Ending) -> None:
    """The episode is over; the probe rests."""
    if soak_of(t.page) is not None:
        t.emit(ReadWater(on=False))
    record(t, ending)
    t.episode(None)


def record(t: Transition, ending: Ending) -> None:
    """For the record: the episode is over. Said once."""
    episode = t.state.episode
    if episode is not None and episode.gone_at is None:
        t.leave(finished=False)
        t.emit(EpisodeEnded(t.now, ending))


def rated(t: Transition, page: Rating) -> None:
    """The question is over: recorded if answered, never as zero if not."""
    if page.value is not None:
        t.emit(EpisodeRated(t.now, page.value))
    t.show(GoodNight(page.minutes, t.now + GOOD_NIGHT_FOR))


def rate(page: Rating, change: int) -> Rating:
    """One up or down; the first tap begins in the middle."""
    value = 5 if page.value is None else min(10, max(0, page.value + change))
    return Rating(page.minutes, value)


def sleep(t: Transition) -> None:
    """Dark and silent. A relief still under way ends without an answer."""
    if t.state.episode is not None:
        end(t, Ending.NO_ANSWER)
    elif isinstance(t.page, Resume):
        t.emit_earlier(Ending.INTERRUPTED)
    check.leave(t)
    t.show(Asleep())
