"""A scripted night on a simulated clock, without hardware and without waiting.

Conductor and ``core.night`` are those of the device; only the clock and the parts are simulated. The same
script gives the same output, byte for byte.
"""

import re
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from kiosk.cli.script import FROZEN, Moment, Script, clock_text, parse_time
from kiosk.core import night
from kiosk.core.clock import SimulatedClock
from kiosk.core.events import (
    ButtonName,
    ButtonPressed,
    ButtonReleased,
    Effect,
    Event,
    Interrupted,
    ProbeError,
    ReadEveryProbe,
    ReadWater,
    Tapped,
    WaterRead,
)
from kiosk.core.pages import Card, CountIn, Guide, NextUp, Soak
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.state import State
from kiosk.core.technique import SECOND, Ms
from kiosk.devices.probe import Measured, reading
from kiosk.devices.water import cooled, in_steps
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.outputs import Outputs

#: A DS18B20 takes 750 ms for a 12-bit conversion (data sheet, tCONV), so the real reader reads once a second.
READ_EVERY: Ms = SECOND


class _Tub:
    """The water: its temperature moves linearly to what the script says, then cools towards ``room``."""

    def __init__(self, room: float) -> None:
        self._room = self._from = self._to = room
        self._start: Ms = 0
        self._length: Ms = 0
        self._error: ProbeError | None = None
        self._frozen: float | None = None

    def probe(self, state: str, now: Ms) -> None:
        """Set the probe's state, one of ``PROBE_STATES``."""
        self._frozen = self.at(now) if state == FROZEN else None
        self._error = ProbeError(state) if state in list(ProbeError) else None

    def become(self, celsius: float, over: Ms, now: Ms) -> None:
        self._from, self._to, self._start, self._length = self.at(now), celsius, now, over

    def at(self, now: Ms) -> float:
        if now - self._start >= self._length:
            return cooled(self._to, self._room, now - self._start - self._length)
        return self._from + (self._to - self._from) * (now - self._start) / self._length

    def reading(self, now: Ms) -> WaterRead:
        """What the probe reads at ``now``: a temperature in the probe's steps, or its error."""
        return reading(
            self._error or Measured(in_steps(self.at(now) if self._frozen is None else self._frozen)), 0.0
        )


class Watch(Protocol):
    """The clock of a rehearsal that is played in real time."""

    def now(self) -> Ms:
        """The time now, in ms."""

    def sleep_until(self, moment: Ms) -> None:
        """Block until ``moment``, in ms."""


class Rehearsal:
    """Plays a script (``play_all``), or is played step by step: ``go_to``, then ``conductor.handle`` or
    ``change_water``.

    ``tell`` gets each line of output; ``picture(state, now)`` is called for each new page and may raise;
    ``performed`` is called with each effect. ``speed`` is a multiple of the real time of ``watch``; 0 does
    not wait at all.
    """

    def __init__(
        self,
        rules: Rules,
        script: Script,
        tell: Callable[[str], None],
        *,
        picture: Callable[[State, Ms], None] | None = None,
        performed: Callable[[Effect], None] | None = None,
        speed: float = 0.0,
        watch: Watch | None = None,
    ) -> None:
        self._script = script
        self._tell = tell
        self._picture = picture
        self._performed = performed
        self._speed = speed
        self._watch = SystemClock() if watch is None else watch
        self._began = self._watch.now()
        self._clock = SimulatedClock()
        self._tub = _Tub(script.room)
        self._next_reading: Ms | None = None
        self._scene = _scene(State())
        self._unpictured: list[tuple[State, Ms]] = []
        """new pages whose picture was not taken yet"""
        self.conductor = Conductor(
            night.new(rules),
            Outputs(self, self, _NoBacklight()),
            self._clock,
            perform=self._perform,
            listeners=(self._on_state,),
        )

    # --- the parts

    def set(self, level: float) -> None:
        """The lamp's level, 0.0 to 1.0."""
        self._line("lamp", f"{level:.2f}")

    def play(self, hertz: int, volume: Volume) -> None:
        """The buzzer's tone; 0 Hz is silence."""
        self._line("buzzer", f"{hertz} Hz {volume}" if hertz else "silent")

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, ReadWater):
            self._next_reading = self._clock.now() + READ_EVERY if effect.on else None
        elif isinstance(effect, ReadEveryProbe):
            self._next_reading = self._clock.now() + READ_EVERY
        self._line("effect", _describe_effect(effect))
        if self._performed is not None:
            self._performed(effect)

    def _on_state(self, state: State) -> None:
        scene = _scene(state)
        if scene == self._scene:
            return
        self._scene = scene
        self._line("page", scene)
        self._unpictured.append((state, self.conductor.now))

    def _line(self, kind: str, text: str) -> None:
        self._tell(f"{clock_text(self.conductor.now)}  {kind:<7} {text}")

    # --- the night

    def play_all(self) -> None:
        """Play the whole script. Raises what ``picture`` raises."""
        for at, event, text in self._script_events():
            self.go_to(at)
            if text:
                self._line("you", text)
            if event is not None:
                self.conductor.handle(event, at)
                self._take_pictures()
        self.go_to(parse_time(self._script.until))

    def _script_events(self) -> Iterator[tuple[Ms, Event | None, str]]:
        """The script's events in order of time, each with the text of its line; a press is two events.
        Changes of the water, which are no events, are made here."""
        events: list[tuple[Ms, Event | None, str]] = []
        for moment in self._script.moment:
            at = parse_time(moment.at)
            if moment.press is not None:
                which = "" if moment.button is ButtonName.BIG else f" {moment.button}"
                up = at + round(moment.press * SECOND)
                events.append((at, ButtonPressed(moment.button), f"press{which}"))
                events.append((up, ButtonReleased(moment.button), f"let go{which}"))
            elif moment.tap is not None:
                events.append((at, Tapped(moment.tap, moment.number, moment.key), f"tap {moment.tap}"))
            elif moment.crash is not None:
                ago = round(moment.crash * 60 * SECOND)
                events.append((at, Interrupted(ago), f"power back, night began {clock_text(ago)} ago"))
            else:
                events.append((at, None, self._describe_water(moment)))
        events.sort(key=lambda entry: entry[0])
        moments = iter(m for m in self._script.moment if m.water is not None or m.probe)
        for at, event, text in events:
            yield at, event, text
            if event is None:
                self.change_water(next(moments), at)

    @staticmethod
    def _describe_water(moment: Moment) -> str:
        if moment.water is None:
            return f"probe {moment.probe}"
        return f"water to {moment.water:.1f} C" + (f" in {moment.over:g} s" if moment.over else "")

    def change_water(self, moment: Moment, now: Ms) -> None:
        """Apply this moment's ``water`` or ``probe`` from ``now`` on."""
        if moment.water is not None:
            self._tub.become(moment.water, round(moment.over * SECOND), now)
        else:
            self._tub.probe(moment.probe, now)

    @property
    def water(self) -> float:
        """The true temperature of the water now, in degrees Celsius, whatever the probe reads."""
        return self._tub.at(self._clock.now())

    def _next_moment(self) -> Ms | None:
        moments = (self.conductor.next_due(), self._next_reading)
        return min((at for at in moments if at is not None), default=None)

    def go_to(self, moment: Ms, pause: Callable[[], bool] = lambda: False) -> None:
        """Play every deadline, edge and reading up to and including ``moment``. ``pause`` is called after
        each of them; True stops there."""
        while True:
            due = self._next_moment()
            nearest = moment if due is None else min(due, moment)
            self._wait_for(nearest)
            self._clock.move_to(nearest)
            self.conductor.advance(nearest)
            if self._next_reading is not None and nearest >= self._next_reading:
                self._next_reading += READ_EVERY
                self.conductor.handle(self._tub.reading(nearest), nearest)
            self._take_pictures()
            if (nearest >= moment and (due is None or due > moment)) or pause():
                return

    def _take_pictures(self) -> None:
        """Not in the listener, because the conductor swallows what a listener raises: a full disk must end
        the rehearsal."""
        for state, at in self._unpictured:
            if self._picture is not None:
                self._picture(state, at)
        self._unpictured.clear()

    def _wait_for(self, moment: Ms) -> None:
        if self._speed > 0:
            self._watch.sleep_until(self._began + round(moment / self._speed))


def _describe_effect(effect: Effect) -> str:
    """The effect's name and its fields as text. Left out: ``at``, which begins the line, and ``key``, as the
    place in the output shows which episode it belongs to."""
    plain = {"True": "yes", "False": "no"}
    values = [
        f"{name.replace('_', ' ')} {plain.get(str(value), value)}"
        for name, value in msgspec.structs.asdict(effect).items()
        if name not in {"at", "key"} and value is not None
    ]
    return ", ".join([_spaced(type(effect).__name__), *values])


def _spaced(name: str) -> str:
    """ "GoodNight" -> "good night"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


class _NoBacklight:
    """The backlight of a rehearsal, which is not reported."""

    def set(self, level: float) -> None:
        """Do nothing."""


def _scene(state: State) -> str:
    """The page as text. A new text is a new scene, which is reported and pictured."""
    page = state.page
    name = _spaced(type(page).__name__)
    match page:
        case Guide(technique):
            beat = page.beat
            turn = f"{beat.round} of {beat.rounds}"
            return f"{name}: {state.sequence[technique].id}, {beat.step.cue}, {beat.step.line} ({turn})"
        case NextUp(technique) | CountIn(technique):
            return f"{name}: {state.sequence[technique].id}"
        case Card(technique, after, index):
            soak = state.sequence[technique].soak
            cards = () if soak is None else soak.after if after else soak.prepare
            return f"{name}: {cards[index].word}, {cards[index].line}"
        case Soak():
            return f"{name}: {state.water.verdict}"
        case _:
            return name
