"""The device by the bed, as somebody in the bed has it: what it shows, shines and sounds, and what can be
done to it. Rehearse's own conductor, parts and clock, the screen's own stage, the diary's own store."""

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pygame

from kiosk.cli.rehearsal import Rehearsal
from kiosk.cli.script import Moment, Script, clock_text
from kiosk.config import techniques
from kiosk.config.schema import Settings
from kiosk.config.settings import to_rules
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    Effect,
    Event,
    Interrupted,
    Record,
    Tapped,
)
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.state import State, brightness
from kiosk.core.technique import SECOND, Ms, Technique
from kiosk.devices.water import cooled
from kiosk.diary.entry import Entry
from kiosk.diary.store import Store
from kiosk.runtime.app import OFFER_WITHIN
from kiosk.screen.scene import Picture, Scene
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel
from tests.people.draw import Owner

PANEL = Panel.of((800, 480), 7.0)

#: When the night's clock is 0: at two.
EVENING = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)

#: Tones nearer to each other than this are one tune.
_PAUSE: Ms = 1000


class Text(NamedTuple):
    """A line of text: its words, the height of its capitals in mm, and where it stands, in pixels."""

    words: str
    mm: float
    x: int
    y: int


class Shown(NamedTuple):
    """A picture: its name, the pose it goes to, its height in mm."""

    name: str
    pose: str
    mm: float


class Touchable(NamedTuple):
    """A target: its labels, the name of its act, and its middle in pixels."""

    labels: tuple[Text, ...]
    act: str
    x: int
    y: int
    number: int


class View(msgspec.Struct, frozen=True):
    """All there is to see on the glass. ``kind``: the kind of page, for the record alone."""

    kind: str
    texts: tuple[Text, ...] = ()
    pictures: tuple[Shown, ...] = ()
    targets: tuple[Touchable, ...] = ()
    dark: bool = False


class Trace(msgspec.Struct):
    """What lamp, buzzer and glass did: changes with their times in ms."""

    lamp: list[tuple[Ms, float]] = []
    tones: list[tuple[Ms, int, str]] = []
    lit: list[tuple[Ms, bool]] = []
    """whether anything shines from the glass, at each page"""


class _Played(Rehearsal):
    """A rehearsal whose lamp and buzzer are noticed."""

    def __init__(self, bed: "Bed", rules: Rules, script: Script) -> None:
        self.bed = bed
        super().__init__(rules, script, lambda _line: None, picture=bed.turned, performed=bed.performed)

    def set(self, level: float) -> None:
        super().set(level)
        self.bed.shone(level)

    def play(self, hertz: int, volume: Volume) -> None:
        super().play(hertz, volume)
        if hertz:
            self.bed.sounded(hertz, volume.value)


@lru_cache
def _stage(_foot: str) -> Stage:
    """The screen's stage, which keeps its letters: one for each foot, as pictures are turned round."""
    return Stage(PANEL)


@lru_cache
def _techniques() -> tuple[Technique, ...]:
    return tuple(techniques.load(techniques.folders()[:1])[0])


def settings_of(owner: Owner) -> dict[str, dict[str, object]]:
    """The owner's settings file, as far as this edition knows what stands in it."""
    night: dict[str, object] = {"side": owner.foot} if owner.foot else {}
    health: dict[str, object] = {"asked": owner.answered, "conditions": owner.conditions}
    if any(field.name == "pace" for field in msgspec.structs.fields(type(Settings().night))):
        night["pace"] = owner.pace
    return {"night": night, "health": health}


def rules_for(owner: Owner) -> Rules:
    """The same as the night needs it."""
    return to_rules(msgspec.convert(settings_of(owner), Settings), _techniques())


class Bed:
    """A device and its tub, on a clock that only moves when told. ``noticed`` is called when the page or the
    lamp changes or a tone begins. Times are ms since the evening; a power cut does not stop them."""

    def __init__(self, owner: Owner, folder: Path, *, room: float = 19.5, draw: bool = False) -> None:
        self.owner = owner
        self.trace = Trace([], [], [])
        self.noticed: Callable[[str], None] = lambda _what: None
        self.scripts: list[list[Moment]] = [[]]
        self.lengths: list[Ms] = []
        self.has_probe_in = False
        self._room = room
        self._folder = folder
        self._stage = _stage(owner.foot)
        self._surface = pygame.Surface(PANEL.size) if draw else None
        self._view: tuple[State, Ms | None, View] | None = None
        self._base: Ms = 0
        self._tub = room
        self._tub_since: Ms = 0
        self._start()
        self._store = self._opened()
        if not owner.probe:
            self.probe("no-probe")

    def _opened(self) -> Store:
        return Store(self._folder / "diary.db", zone=UTC, clock_ok=lambda: True, now=self._wall)

    def _start(self) -> None:
        self.rules = rules_for(self.owner)
        self._played = _Played(self, self.rules, Script(title="A night", until="0", room=self._room))

    def _wall(self) -> datetime:
        return EVENING + timedelta(milliseconds=self.now)

    # --- time

    @property
    def now(self) -> Ms:
        """The moment being played."""
        return self._base + self._played.conductor.now

    @property
    def clock(self) -> Ms:
        """The same on the device's own clock, which begins anew after a power cut."""
        return self._played.conductor.now

    def go_to(self, moment: Ms, pause: Callable[[], bool] = lambda: False) -> None:
        """On to ``moment``, or until ``pause`` says so."""
        self._played.go_to(moment - self._base, pause)

    # --- what it does: called by the rehearsal while it plays

    def turned(self, state: State, now: Ms) -> None:
        """Another page."""
        self._view = None
        self.trace.lit.append((self._base + now, brightness(state) > 0.0))
        if self._surface is not None:
            self._stage.draw(self._surface, state, now)
        self.noticed("page")

    def shone(self, level: float) -> None:
        """The lamp."""
        self.trace.lamp.append((self.now, level))
        self.noticed("lamp")

    def sounded(self, hertz: int, volume: str) -> None:
        """The buzzer."""
        self.trace.tones.append((self.now, hertz, volume))
        self.noticed("tone")

    def performed(self, effect: Effect) -> None:
        """What goes to the diary."""
        if isinstance(effect, Record):
            at = self._wall() - timedelta(milliseconds=self._played.conductor.now - effect.at)
            self._store.record(effect, at)

    # --- what there is to see and to hear

    @property
    def state(self) -> State:
        """For those who judge, never for those who sleep here."""
        return self._played.conductor.state

    @property
    def dark(self) -> bool:
        """Whether glass and lamp are out."""
        return brightness(self.state) == 0.0 and self.lamp == 0.0

    @property
    def lamp(self) -> float:
        """How bright the lamp is, 0.0 to 1.0."""
        return self.trace.lamp[-1][1] if self.trace.lamp else 0.0

    @property
    def water(self) -> float:
        """Degrees Celsius in the tub."""
        if self.has_probe_in:
            return self._played.water
        return cooled(self._tub, self._room, self.now - self._tub_since)

    def view(self) -> View:
        """The glass now: composed, not drawn (one night in a hundred is drawn as well)."""
        state, now = self.state, self._played.conductor.now
        if self._view is not None and self._view[0] is state and (self._view[1] or now + 1) > now:
            return self._view[2]
        if brightness(state) == 0.0:
            view, due = View(type(state.page).__name__, dark=True), None
        else:
            scene = self._stage.compose(state, now)
            self._stage._shown = scene  # what a tap means is asked of the frame that is shown
            view, due = seen(scene, type(state.page).__name__), scene.due
        self._view = (state, due, view)
        return view

    def tune(self) -> str:
        """The tones of the last tune, in Hz."""
        notes: list[str] = []
        before: Ms | None = None
        for at, hertz, _ in reversed(self.trace.tones):
            if before is not None and before - at > _PAUSE:
                break
            notes.append(str(hertz))
            before = at
        return " ".join(reversed(notes))

    # --- what can be done to it

    def _happen(self, event: Event) -> None:
        self._played.conductor.handle(event, self.now - self._base)

    def down(self, seconds: float) -> None:
        """The button goes down, for so long."""
        self._write(press=min(60.0, max(0.02, round(seconds, 3))))
        self._happen(ButtonPressed())

    def up(self) -> None:
        """The button comes up."""
        self._happen(ButtonReleased())

    def tap(self, x: float, y: float) -> str:
        """A finger on the glass, at a pixel; gives the act that it means."""
        self.view()
        event = self._stage.event_at(round(x), round(y)) if not self.view().dark else Tapped()
        if isinstance(event, Tapped):
            self._write(tap=event.act, number=max(0, event.number), key=event.key)
        self._happen(event)
        return event.act.value if isinstance(event, Tapped) else Act.ANYWHERE.value

    def pour(self, celsius: float, seconds: float = 0.0) -> None:
        """The water is so warm in so many seconds."""
        self._tub, self._tub_since = celsius, self.now
        if self.has_probe_in:
            self._become(celsius, seconds)

    def put_probe_in(self) -> None:
        """The probe into the water."""
        celsius, self.has_probe_in = self.water, True
        self._become(celsius, 2.0)

    def _become(self, celsius: float, seconds: float) -> None:
        moment = self._write(water=round(celsius, 2), over=round(seconds, 1))
        self._played.change_water(moment, self.now - self._base)

    def probe(self, state: str) -> None:
        """What becomes of the probe."""
        self._played.change_water(self._write(probe=state), self.now - self._base)

    def power_cut(self, seconds: float) -> None:
        """No power for so long; then it starts as the kiosk does, with what the diary holds."""
        self._end_script()
        self._store.close()
        tub = self.water
        self._base += self._played.conductor.now + round(seconds * SECOND)
        self._start()
        self._store, self._view = self._opened(), None
        if self.has_probe_in:
            self._become(tub, 0.0)
        found = self._store.open_episode(self._played.conductor.now, self._wall())
        if found is None:
            return
        if found.cramp and found.ago <= OFFER_WITHIN:
            self._write(crash=max(0.01, min(60.0, found.since / 60_000)))
            self._happen(Interrupted(found.since, found.techniques))
        else:
            self._store.close_interrupted()

    def close(self) -> None:
        """The end."""
        self._end_script()
        self._store.close()

    def diary(self) -> list[Entry]:
        """What the diary holds, the oldest first."""
        return self._store.episodes()[::-1]

    # --- the script

    def _write(self, **what: object) -> Moment:
        moment = msgspec.convert({"at": clock_text(self.now - self._base), **what}, Moment)
        self.scripts[-1].append(moment)
        return moment

    def _end_script(self) -> None:
        self.lengths.append(self.now - self._base)
        self.scripts.append([])

    def scripts_text(self, title: str) -> list[str]:
        """What happened, as scripts for ``rehearse --script``: one, and one more after each power cut."""
        texts = []
        for moments, length in zip(self.scripts, self.lengths, strict=False):
            lines = [f'title = "{title}"', f'until = "{clock_text(length)}"', f"room = {self._room:.1f}"]
            for moment in moments:
                lines += ["", "[[moment]]"]
                for name, value in msgspec.structs.asdict(moment).items():
                    if value not in (None, "", 0, 0.0):
                        shown = f'"{value}"' if isinstance(value, str) else value
                        lines.append(f"{name} = {shown}")
            texts.append("\n".join(lines) + "\n")
        return texts


def seen(scene: Scene, kind: str) -> View:
    """What a frame shows, for those who look at it."""
    mm = PANEL.mm_per_px
    texts = tuple(
        Text(each.text, round(each.cap_box.h * mm, 2), each.cap_box.x, each.cap_box.y)
        for each in scene.texts
        if each.text
    )
    pictures = tuple(
        Shown(each.name, each.pose.end or "rest", each.box.h * mm)
        for each in scene.things
        if isinstance(each, Picture)
    )
    targets = tuple(
        Touchable(
            tuple(text for text in texts if target.box.rect.collidepoint(text.x + 2, text.y + 2)),
            target.act.value,
            target.box.cx,
            target.box.cy,
            target.number,
        )
        for target in scene.targets
    )
    return View(kind, texts, pictures, targets)


def off_by(rng: random.Random, mean_mm: float) -> tuple[float, float]:
    """How far a finger lands from what it is meant for, in pixels: on average ``mean_mm`` away."""
    sigma = mean_mm / math.sqrt(math.pi / 2) / PANEL.mm_per_px
    return rng.gauss(0, sigma), rng.gauss(0, sigma)
