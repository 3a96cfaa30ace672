"""A night lived: somebody, the device, and a witness who misses nothing and says nothing."""

import contextlib
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from kiosk.core.technique import MINUTE, SECOND, Ms
from tests.people import data, life, reactions, words
from tests.people.bed import Bed
from tests.people.draw import Somebody
from tests.people.life import Life
from tests.people.meaning import everything
from tests.people.person import Person
from tests.people.stuck import Search

#: The night is over at the latest then.
LONGEST: Ms = 240 * MINUTE

#: Where one night's diary is for as long as it lasts: in memory where there is such a place.
PLACE = Path("/dev/shm") if Path("/dev/shm").is_dir() else None

#: The good water, and what a probe needs to be believed (SIGNALS.md): two readings, a second apart.
BAND = (36.0, 40.0)
SENSITIVE_BAND = (32.0, 35.0)
READINGS = 3.0
SENSITIVE = frozenset({"numb", "circulation", "wound", "pregnant"})

#: What may be planned when a night is over.
_IDLE = frozenset({"look", "sleep", "natural", "silence"})

#: Somebody looks at the device in the morning: at eight.
MORNING: Ms = 6 * 60 * MINUTE

Chance = Callable[["Night"], None]


class Night:
    """One night. ``events``: what happens to the device or the person at a moment (ms), beside all else;
    ``when``: the same, so long after the first page of a kind."""

    def __init__(
        self,
        who: Somebody,
        folder: Path,
        *,
        events: tuple[tuple[Ms, Chance], ...] = (),
        when: tuple[tuple[str, Ms, Chance], ...] = (),
        draw: bool = False,
    ) -> None:
        self.who = who
        self.life = life.new(who)
        self.bed = Bed(who.owner, folder, room=who.room, draw=draw)
        self.person = Person(who, self.bed, self.life, reactions.react)
        self.bed.noticed = self._noticed
        self._events = list(events)
        self._when = list(when)
        self._outside: float = 0.0
        self._felt_at: Ms = 0
        self._last_sign: Ms = 0
        self._seen_presses = 0
        start = data.ms(who.cramp.press) if who.cramp is not None else 5 * SECOND
        self.person.plan("first", start, self._first)

    def _first(self, now: Ms) -> None:
        p = self.person
        p.woke = max(0, now - 10 * SECOND)
        self.life.pressed = now
        if self.life.bouts:
            self.life.bouts[0].pressed = now
        if self.who.soak_first and self.who.taps:
            self.bed.tap(400, 240)
            self.life.presses += 1
            p.plan("look", now + 1500, p.look)
            return
        p.press(now)
        if self.who.cramp is None and not self.who.notices:
            self.life.slept = now
            p.asleep = True

    # --- the witness

    def _noticed(self, what: str) -> None:
        now = self.bed.now
        if what == "page":
            self._judge_page(now)
        self.person.notice(what, now)

    def _judge_page(self, now: Ms) -> None:
        p, saw = self.person, everything(self.bed.view())
        meaning, facts = saw.meaning, self.life
        facts.pages.append((now, f"{saw.view.kind}: {meaning.kind} {meaning.does}".strip(": ")))
        for once in [each for each in self._when if each[0] == meaning.kind]:
            self._when.remove(once)
            self._events.append((now + once[1], once[2]))
        facts.saw_stop |= meaning.kind == "stop" and not p.asleep
        facts.saw_signs |= meaning.kind == "sign" and not p.asleep
        if meaning.kind == "gone?" and facts.slept is not None:
            facts.peaks.append(self.bed.lamp)
        if not meaning.does or meaning.kind not in {"hold", "move"} or not p.hurts or p.asleep or p.away:
            return
        trouble = ""
        if meaning.does in self.who.barred:
            trouble = "contraindicated"
        elif not self.who.can(meaning.does):
            trouble = "cannot"
        facts.steps.append(life.Step(now, meaning.does, trouble))
        how = words.vocabulary().movement[meaning.does]
        if how.hold and meaning.kind == "hold" and not trouble and self._goes_along(meaning.does):
            facts.holds.append(p.body.look(now) in how.postures)

    def _goes_along(self, does: str) -> bool:
        upright = words.vocabulary().movement[does].postures[0] in {"wall", "standing", "edge"}
        return self.who.off_the_bed or not upright

    def _watch_feet(self, now: Ms) -> None:
        seconds = (now - self._felt_at) / SECOND
        self._felt_at = now
        low, high = SENSITIVE_BAND if SENSITIVE & set(self.who.owner.conditions) else BAND
        water = self.bed.water
        if self.person.feet_in and not low - 0.07 <= water <= high + 0.07:
            self._outside += seconds
        elif self._outside:
            self._judge_feet()

    def _judge_feet(self) -> None:
        beyond = self._outside - READINGS - self.person.reaction
        if beyond > 0:
            self.life.outside.append((beyond, self.bed.water))
        self._outside = 0.0

    def _watch_help(self, now: Ms) -> None:
        if self.life.presses != self._seen_presses:
            self._seen_presses, self._last_sign = self.life.presses, now
        began = self.life.pressed
        if began is None or self.life.needed_help is not None or len(self.life.bouts) != 1:
            return
        if self.person.hurts and now - began >= 10 * MINUTE and now - self._last_sign <= 3 * MINUTE:
            self.life.needed_help = now

    # --- playing it

    def live(self) -> Life:
        """To the end of the night: dark, and nothing planned any more."""
        while self.bed.now < LONGEST and not (self.bed.dark and not self._still_to_come()):
            self.go_to(min([*self._planned(), LONGEST]))
        self._judge_night()
        self._morning()
        self._close()
        return self.life

    def _still_to_come(self) -> bool:
        """Whether anything but looking is planned."""
        return bool(self._events) or self.person.feet_in or bool(set(self.person.plans) - _IDLE)

    def go_to(self, moment: Ms) -> None:
        """On to a moment, or to where something is noticed before it."""
        self._watch_help(self.bed.now)
        self.bed.go_to(moment, lambda: self._is_called_before(moment))
        now = self.bed.now
        self._watch_feet(now)
        for event in sorted((event for event in self._events if event[0] <= now), key=lambda each: each[0]):
            self._events.remove(event)
            event[1](self)
        self.person.live(now)

    def _is_called_before(self, moment: Ms) -> bool:
        return any(at < moment for at in self._planned())

    def _planned(self) -> list[Ms]:
        own = self.person.next_at()
        return [*(at for at, _ in self._events), *([] if own is None else [own])]

    def look_for_a_way(self, search: Search) -> None:
        """Whether somebody who has the button alone would be stuck now."""
        if "up" in self.person.plans:  # not with a finger on the button
            self._events.append((self.bed.now + 5 * SECOND, lambda night: night.look_for_a_way(search)))
            return
        found = search.ways(self.bed.state, self.bed.clock).stuck
        self.life.stuck = f"from {self.bed.view().kind}: {found}" if found else ""

    def _morning(self) -> None:
        """Somebody wakes the screen, answers what it asks, and goes away."""
        if not self.bed.dark:
            return
        self.bed.go_to(MORNING)
        self.bed.tap(400, 240)
        self.bed.go_to(MORNING + 2 * SECOND)
        self.person.get_up(self.bed.now)
        while not self.bed.dark and self.bed.now < MORNING + 30 * MINUTE:
            self.go_to(min([*self._planned(), self.bed.now + MINUTE]))

    def _judge_night(self) -> None:
        facts, bed = self.life, self.bed
        if facts.slept is not None:
            woken = facts.woken is not None and facts.woken >= facts.slept
            until = facts.woken if woken else bed.now
            facts.lamp_seconds, facts.dark_after = _light_since(bed, facts.slept, until)
        facts.asleep_in_water = self.person.feet_in
        self._judge_feet()
        facts.lamp, facts.tones = list(bed.trace.lamp), list(bed.trace.tones)
        facts.dark_in_the_end = bed.dark

    def _close(self) -> None:
        facts, bed = self.life, self.bed
        facts.dark_in_the_end &= bed.dark
        facts.diary = bed.diary()
        bed.close()
        facts.scripts = bed.scripts_text(f"Somebody, number {self.who.seed}")


def _light_since(bed: Bed, since: Ms, until: Ms) -> tuple[float, Ms | None]:
    """Level times seconds of the lamp between two moments, and how long it took until all was dark (ms; None:
    it did not get dark)."""
    dark = next((when for when, lit in bed.trace.lit if when >= since and not lit), None)
    if dark is not None:
        until = min(until, dark)
    total, level, at = 0.0, 0.0, since
    for when, new in [*bed.trace.lamp, (until, 0.0)]:
        if when > since:
            total += level * max(0, min(when, until) - at) / SECOND
            at = min(when, until)
        level = new
    return total, None if dark is None else dark - since


def live(
    who: Somebody,
    *,
    events: tuple[tuple[Ms, Chance], ...] = (),
    when: tuple[tuple[str, Ms, Chance], ...] = (),
    draw: bool = False,
) -> Life:
    """A whole night; what goes wrong inside is a fact of it."""
    with tempfile.TemporaryDirectory(dir=PLACE, prefix="night-") as folder:
        night = Night(who, Path(folder), events=events, when=when, draw=draw)
        try:
            return night.live()
        except Exception:  # noqa: BLE001 - whatever it is, it is this night's fact, and judged
            night.life.error = traceback.format_exc()
            with contextlib.suppress(Exception):  # what is broken may not close either
                night.bed.close()
            night.life.scripts = night.bed.scripts_text(f"Somebody, number {who.seed}")
            return night.life
