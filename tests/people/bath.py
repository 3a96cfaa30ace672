"""Somebody and a tub of warm water: fetching, filling, feet in and out, a jug of warm or of cold."""

import math

from kiosk.core.technique import SECOND, Ms
from tests.people import data, words
from tests.people.meaning import Saw, wanted
from tests.people.person import Person

KINDS = frozenset({
    "fill", "read", "probe in", "elbow", "feet in", "feet out", "press again", "add warm", "add cold", "stir",
    "no reading", "comfortable?", "sit", "dry", "look",
})  # fmt: skip

#: What an elbow takes for warm and not hot, in degrees Celsius.
_FEELS_WARM = (34.0, 41.0)


def invited(p: Person, now: Ms) -> None:
    """A soak is offered: does one want it?"""
    if p.hurts and p.who.into_water and p.who.owner.tub:
        p.answer(now, "start", "short")
    elif p.who.taps:
        p.answer(now, "skip")


def react(p: Person, saw: Saw, now: Ms) -> None:
    """Do what the water's page calls for."""
    kind = saw.meaning.kind
    if kind != "feet in":
        p.stop_doing(now)
        leave(p, now)
        if not p.hurts and not p.who.soak_first and p.life.bouts and p.who.tells == "at once":
            p.say_gone(now)
            return
    match kind:
        case "fill":
            _fill(p, now)
        case "read":
            p.answer(now, "next", "short")
        case "probe in":
            _probe(p, saw, now)
        case "elbow":
            if _FEELS_WARM[0] <= p.bed.water <= _FEELS_WARM[1]:
                p.answer(now, "next", "short")
            else:
                _jug(p, now, warm=p.bed.water < _FEELS_WARM[0])
        case "feet in":
            _in(p, now)
        case "feet out":
            if "FEET OUT" in saw.read:
                p.answer(now, "next", "short", after=p.delay(now) + 4 * SECOND)
                p.plan("still so", now + 40 * SECOND, lambda _later: p.forget())
                if p.bed.has_probe_in and p.bed.water > _FEELS_WARM[1]:
                    _jug(p, now, warm=False)
        case "press again":
            p.answer(now, "next", "short", after=3 * SECOND)
        case "add warm" | "add cold":
            _jug(p, now, warm=kind == "add warm")
        case "no reading":
            p.answer(now, "next", "short", after=p.delay(now) + 15 * SECOND)
        case "comfortable?":
            p.answer(now, "yes", "short")
        case "sit":
            p.body.has_tub = False  # done with it
            p.answer(now, "next", "short", after=p.delay(now) + 30 * SECOND)
        case "dry":
            p.answer(now, "next", "short", after=p.delay(now) + 12 * SECOND)
        case "look":
            p.answer(now, "next", "short")


def _fill(p: Person, now: Ms) -> None:
    """Fetch the tub and fill it, once."""
    if not (p.who.into_water or p.who.soak_first) or not p.who.owner.tub:
        p.answer(now, "stop")
        return
    if p.body.has_tub:
        p.answer(now, "next", "short")
        return
    p.away = True
    p.drop("look", "answer")
    seconds = p.who.fill_time if p.who.fill_time is not None else p.body.seconds("fill")

    def back(at: Ms) -> None:
        p.away, p.body.has_tub = False, True
        p.body.posture, p.body.going = "edge", None
        p.bed.pour(p.who.fill)
        p.forget()
        p.look(at)

    p.plan("back with it", now + data.ms(seconds), back)


def _probe(p: Person, saw: Saw, now: Ms) -> None:
    first = not p.bed.has_probe_in
    if first:
        p.plan("probe", now + 3 * SECOND, lambda _at: p.bed.put_probe_in())
    if first or wanted(saw, "next") is not None:
        p.answer(now, "next", "short", after=p.delay(now) + 3 * SECOND)


def _in(p: Person, now: Ms) -> None:
    if p.feet_in:
        p.follow(words.Meaning(kind="move", does="soak"), now)
        return
    p.drop("pour", "out")
    there = p.body.go("tub", now)

    def in_it(at: Ms) -> None:
        p.feet_in = True
        p.body.look(at)
        p.follow(words.Meaning(kind="move", does="soak"), at)
        feel(p, at)

    p.plan("in", max(there, now + data.ms(p.body.seconds("feet_in"))), in_it)


def feel(p: Person, now: Ms) -> None:
    """Once a second while the feet are in: water that hurts is left without being told."""
    if p.feet_in:
        if p.bed.water >= data.tubs().pain.celsius:
            leave(p, now)
        p.plan("feel", now + SECOND, lambda at: feel(p, at))


def leave(p: Person, now: Ms) -> None:
    """Feet out of the water."""
    p.drop("in")
    if not p.feet_in or "out" in p.plans:
        return
    reaction = p.delay(now, reading=False) // 2 + data.ms(p.body.seconds("feet_out"))
    p.reaction = reaction / SECOND

    def out_of_it(_at: Ms) -> None:
        p.feet_in = False
        p.body.posture, p.body.going = "edge", None

    p.plan("out", now + reaction, out_of_it)


def _jug(p: Person, now: Ms, *, warm: bool) -> None:
    """A jug of warm or of cold water; the feet are out of it, unless one is careless."""
    if "pour" in p.plans:
        return
    tubs = data.tubs()
    degrees = (tubs.warm_jug if warm else tubs.cold_jug).degrees
    assert degrees is not None
    change = degrees.draw(p.rng) * (1 if warm else -1)
    if p.who.careless and warm and p.feet_in:  # told, and in it all the same
        p.drop("out")
        p.reaction = math.inf

    def pour(at: Ms) -> None:
        seconds = tubs.pour.seconds.draw(p.rng)
        p.bed.pour(max(5.0, min(60.0, p.bed.water + change)), seconds)
        p.plan("poured", at + data.ms(seconds) + 25 * SECOND, lambda _later: p.forget())

    p.plan("pour", now + data.ms(tubs.pour.fetch.draw(p.rng)), pour)
