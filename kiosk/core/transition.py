"""A transition under way: a State being replaced and the effects collected. Local to one call."""

import msgspec

from kiosk.core import safety
from kiosk.core.events import Effect, Ending, EpisodeEnded, Fault, Record, TechniqueBegan, TechniqueEnded
from kiosk.core.pages import Asleep, Over, Page, Soak
from kiosk.core.rules import Rules
from kiosk.core.signals import DIM, LAMP, OFF, SILENT, LampPattern, Signal, Volume, loudness, tune
from kiosk.core.soak import URGENT, Verdict
from kiosk.core.state import Episode, Light, Shine, Sound, State
from kiosk.core.technique import SECOND, Ms, Technique

DIM_AFTER: Ms = 60 * SECOND

#: The other verdicts are no news: lamp dim, no sound.
WATER_SIGNAL = {
    Verdict.COLD: Signal.TOP_UP,
    Verdict.TOP_UP: Signal.TOP_UP,
    Verdict.HOT_EDGE: Signal.TOP_UP,
    Verdict.RISING: Signal.TOP_UP,
    Verdict.WARM: Signal.NEXT,
    Verdict.TOO_HOT: Signal.TOO_HOT,
    Verdict.DANGER: Signal.DANGER,
    Verdict.FAULT: Signal.PROBE_FAULT,
}


class Transition:
    """What is being made of one event at ``now``. ``state`` and ``effects`` are the result."""

    def __init__(self, state: State, now: Ms) -> None:
        self.state = state
        self.now = now
        self.effects: list[Effect] = []

    @property
    def page(self) -> Page:
        """The page as it is by now."""
        return self.state.page

    def technique(self, number: int) -> Technique:
        """The technique at this place of the sequence (counted round and round)."""
        return self.state.sequence[number % len(self.state.sequence)]

    def emit(self, effect: Effect) -> None:
        """Ask for one thing to be done. A record is of the episode under way, or of the last one."""
        if isinstance(effect, Record):
            effect = msgspec.structs.replace(effect, key=self.state.episodes)
        self.effects.append(effect)

    def emit_earlier(self, ending: Ending) -> None:
        """For the record: the episode of an earlier run is over."""
        self.effects.append(EpisodeEnded(self.now, ending))

    def show(self, page: Page) -> None:
        """Show this page from now on."""
        self.state = msgspec.structs.replace(self.state, page=page, entered=self.now)

    def touch(self) -> None:
        """A person did something: the screen is bright again, the waiting starts anew."""
        self.state = msgspec.structs.replace(self.state, touched=self.now)

    def spend_press(self) -> None:
        """What the press under way was for is done, if there is one."""
        self.state = msgspec.structs.replace(self.state, spent_press=self.state.down_at is not None)

    def signal(self, signal: Signal) -> None:
        """Lamp and buzzer say this from now on."""
        self.shine(LAMP[signal])
        rules = self.state.rules
        volume = loudness(signal, rules.volume, quiet=self.state.quiet)
        sounding = SILENT if volume is Volume.OFF else tune(signal, passive=rules.passive_buzzer)
        self.state = msgspec.structs.replace(self.state, sound=Sound(sounding, self.now, volume))

    def shine(self, pattern: LampPattern) -> None:
        """The lamp does this from now on."""
        self.state = msgspec.structs.replace(self.state, lamp=Shine(pattern, self.now))

    def silence(self) -> None:
        """Lamp off, buzzer silent."""
        self.state = msgspec.structs.replace(self.state, lamp=Shine(OFF, self.now), sound=Sound())

    def tell_water(self) -> None:
        """Lamp and buzzer say what the water is."""
        signal = WATER_SIGNAL.get(self.state.water.verdict)
        if signal is None:
            self.shine(DIM)
            self.state = msgspec.structs.replace(self.state, sound=Sound(SILENT, self.now))
        else:
            self.signal(signal)

    def apply_rules(self, rules: Rules) -> None:
        """The owner's settings are these; what is shown follows."""
        sequence = safety.sequence(rules)
        self.state = msgspec.structs.replace(self.state, rules=rules, sequence=sequence, coming=None)

    def begin_episode(self, episode: Episode) -> None:
        """A relief begins, with a key of its own."""
        self.state = msgspec.structs.replace(self.state, episodes=self.state.episodes + 1)
        self.episode(episode)

    def episode(self, episode: Episode | None) -> None:
        """The relief under way is this."""
        self.state = msgspec.structs.replace(self.state, episode=episode)
        if episode is None and self.state.coming is not None:
            self.apply_rules(self.state.coming)

    def use(self, technique: str) -> None:
        """For the record: this technique is under way. Naming it again changes nothing."""
        episode = self.state.episode
        if episode is None or episode.using == technique:
            return
        self.leave(finished=False)
        self.episode(msgspec.structs.replace(episode, using=technique))
        self.emit(TechniqueBegan(self.now, technique))

    def leave(self, *, finished: bool) -> None:
        """For the record: the technique under way is over."""
        episode = self.state.episode
        if episode is None or not episode.using:
            return
        soak, water = soak_of(self.page), self.state.water
        self.emit(
            TechniqueEnded(
                self.now,
                episode.using,
                finished,
                water.low if soak else None,
                water.high if soak else None,
                soak.spent_at(self.now) if soak else None,
            )
        )
        self.episode(msgspec.structs.replace(episode, using=""))

    def finish(self) -> tuple[State, list[Effect]]:
        """The State with its light set, and the effects in order."""
        if light(self.state, self.now) is not self.state.light:
            self.state = msgspec.structs.replace(self.state, light=light(self.state, self.now))
        return self.state, self.effects


def light(state: State, now: Ms) -> Light:
    """Off asleep, dimmed for the clock there and after a minute without a touch; never while the water is
    urgent."""
    if isinstance(state.page, Asleep):
        # A clock that was never set shows no time: a wrong one at night is worse than none.
        shows_time = state.rules.asleep_clock and Fault.CLOCK not in state.faults
        return Light.DIMMED if shows_time else Light.OFF
    if now < state.touched + DIM_AFTER or urgent(state):
        return Light.LIT
    return Light.DIMMED


def urgent(state: State) -> bool:
    """The water says: feet out, now."""
    return soak_of(state.page) is not None and state.water.verdict in URGENT


def soak_of(page: Page) -> Soak | None:
    """The soak that is under way on this page or under the question it asks."""
    if isinstance(page, Over):
        return soak_of(page.back)
    return page if isinstance(page, Soak) else None


def put_under(page: Page, under: Page) -> Page:
    """The same questions, with another page under them; that page itself where nothing is asked."""
    if isinstance(page, Over):
        return msgspec.structs.replace(page, back=put_under(page.back, under))
    return under
