"""Is anybody stuck? From a moment of a night, by the button alone: how many presses to the dark, and to each
technique. Breadth first, on the conductor, each press followed by a breath; to wait costs no press."""

from typing import NamedTuple

from kiosk.core.clock import SimulatedClock
from kiosk.core.events import ButtonPressed, ButtonReleased, Effect, Fault, TechniqueBegan
from kiosk.core.state import State, brightness
from kiosk.core.technique import SECOND, Ms
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.outputs import Outputs
from kiosk.screen.stage import Stage
from tests.people.bed import PANEL, seen
from tests.people.meaning import everything

#: So many presses may be needed at the most.
MOST = 16

_SHORT, _LONG, _BREATH, _WAIT = 150, 1700, 2500, 70 * SECOND

#: The same page so much sooner is another one: less of what comes by itself gets in the way.
_SOONER: Ms = 30 * SECOND

#: A State, when it is so, the technique that was begun last, and what was recorded last: the same page may be
#: another one after an answer that does not show.
_Node = tuple[State, Ms, str, str]


class Ways(NamedTuple):
    """Presses to the dark (None: more than ``MOST``), and the techniques that take more."""

    dark: int | None
    far: tuple[str, ...]

    @property
    def stuck(self) -> str:
        """What cannot be reached, in words; empty: nothing."""
        told = ["the dark"] if self.dark is None else []
        return ", ".join([*told, *self.far])


class _Nothing(Outputs):
    """Lamp, buzzer and backlight that are not there: their edges need no time."""

    def __init__(self) -> None:
        pass

    def follow(self, state: State, now: Ms) -> None:
        pass

    def faults(self) -> frozenset[Fault]:
        return frozenset()

    def next_moment(self, state: State, now: Ms) -> Ms | None:
        return None


class Search:
    """Remembers what it found: the same page with the same technique under way leads to the same places."""

    def __init__(self) -> None:
        self._stage = Stage(PANEL)
        self._known: dict[object, Ways] = {}

    def ways(self, state: State, now: Ms) -> Ways:
        """From this moment on."""
        key = (self._key(state, now, ""), state.rules, state.episode is None, state.water.verdict)
        try:
            known = self._known.get(key)
        except TypeError:  # rules with choices in a dict cannot be a key
            key = (*key[:1], repr(state.rules)[-400:], *key[2:])
            known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._search(state, now)
        return known

    def _search(self, state: State, now: Ms) -> Ways:
        wanted = {technique.id for technique in state.sequence}
        using = "" if state.episode is None else state.episode.using
        wanted.discard(using)
        dark: int | None = 0 if _is_dark(state, now) else None
        level: list[_Node] = [(state, now, using, "")]
        known: dict[object, Ms] = {}
        for presses in range(MOST + 1):
            following: list[_Node] = []
            level = self._with_waits(level, known)
            for node in level:
                wanted.discard(node[2])
                if dark is None and _is_dark(node[0], node[1]):
                    dark = presses
                following += [_pressed(node, length) for length in (_SHORT, _LONG)]
            if dark is not None and not wanted:
                break
            level = following
        return Ways(dark, tuple(sorted(wanted)))

    def _with_waits(self, nodes: list[_Node], known: dict[object, Ms]) -> list[_Node]:
        """Those not seen before, or only much later, and what becomes of them by waiting."""
        found: list[_Node] = []
        for first in nodes:
            node = first
            for _ in range(3):
                key = (self._key(*node[:3]), node[3])
                if key in known and node[1] > known[key] - _SOONER:
                    break
                known[key] = node[1]
                found.append(node)
                node = _played(node, (), _WAIT)
        return found

    def _key(self, state: State, now: Ms, using: str) -> object:
        if brightness(state) == 0.0:
            return ("dark", type(state.page).__name__, state.episode is None)
        saw = everything(seen(self._stage.compose(state, now), type(state.page).__name__))
        words = "".join(letter for letter in saw.read if not letter.isdigit())
        return (saw.view.kind, words, tuple(picture[:2] for picture in saw.view.pictures), using)


def _is_dark(state: State, now: Ms) -> bool:
    return brightness(state) == 0.0 and state.lamp.pattern.at(now - state.lamp.start) == 0.0


def _pressed(node: _Node, length: Ms) -> _Node:
    return _played(node, ((0, ButtonPressed()), (length, ButtonReleased())), length + _BREATH)


def _played(node: _Node, events: tuple[tuple[Ms, ButtonPressed | ButtonReleased], ...], until: Ms) -> _Node:
    state, now, using, recorded = node

    def perform(effect: Effect) -> None:
        nonlocal using, recorded
        recorded = type(effect).__name__
        if isinstance(effect, TechniqueBegan):
            using = effect.technique

    conductor = Conductor(state, _Nothing(), SimulatedClock(now), perform=perform)
    for after, event in events:
        conductor.handle(event, now + after)
    conductor.advance(now + until)
    return conductor.state, now + until, using, recorded
