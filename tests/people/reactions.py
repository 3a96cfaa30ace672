"""What somebody does about what they see or hear, by its kind."""

from kiosk.core.technique import SECOND, Ms
from tests.people import bath, data, words
from tests.people.meaning import Saw, wanted
from tests.people.person import Person

_LED = frozenset({"hold", "move", "release", "settle", "gone?", "offer", "sit first", "care"})

#: Nothing happens for so long after one has got there: then one presses.
_NOTHING_HAPPENS: Ms = 4 * SECOND


def react(p: Person, saw: Saw, now: Ms) -> None:
    """Do what this calls for."""
    kind = saw.meaning.kind
    if p.by_day:
        _in_the_morning(p, saw, now)
    elif p.who.cramp is None and not p.who.soak_first:
        _mistaken(p, saw, now)
    elif saw.dark:
        _dark(p, now)
    elif kind in bath.KINDS:
        bath.react(p, saw, now)
    elif not p.hurts and kind in _LED:
        _relieved(p, kind, now)
    else:
        _hurting(p, saw, now)


def _in_the_morning(p: Person, saw: Saw, now: Ms) -> None:
    """Answer what is asked about the night, truly."""
    match saw.meaning.kind:
        case "was it a cramp?":
            p.answer(now, "no" if p.who.cramp is None else "yes")
        case "which foot?" if p.who.cramp is not None:
            p.answer(now, p.who.cramp.foot)


def _mistaken(p: Person, saw: Saw, now: Ms) -> None:
    """Nothing hurts: it was pressed by accident."""
    if not saw.dark and p.who.notices and saw.meaning.kind in _LED:
        p.answer(now, "not now", "long" if p.who.knows_long else "")


def _dark(p: Person, now: Ms) -> None:
    p.stop_doing(now)
    bath.leave(p, now)
    if p.hurts and p.life.presses and p.nudges < 8:
        p.nudges += 1
        p.answer(now, "start", "short", after=p.delay(now) + 3 * SECOND)


def _relieved(p: Person, kind: str, now: Ms) -> None:
    """It is gone; does one say so?"""
    p.stop_doing(now)
    if p.is_about_to("gone"):
        return
    if p.who.tells == "at once" or (kind == "gone?" and p.who.tells == "when asked"):
        p.say_gone(now)


def _hurting(p: Person, saw: Saw, now: Ms) -> None:
    meaning = saw.meaning
    match meaning.kind:
        case "hold" | "move":
            does = meaning.does
            if does and (not p.who.can(does) or (does in p.who.barred and saw.read)):
                p.stop_doing(now)
                p.answer(now, "skip", "short")
            else:
                p.follow(meaning, now)
        case "release":
            p.stop_doing(now)
        case "settle":
            _settle(p, saw, now)
        case "sit first":
            p.stop_doing(now)
            p.body.go("edge", now)
        case "offer":
            _offer(p, saw, now)
        case "care":
            _care(p, saw, now)
        case "gone?":
            p.stop_doing(now)
            if not p.is_busy():
                p.answer(now, "again" if p.easing else "next", "short")
        case "easing?":
            p.stop_doing(now)
            if p.easing:
                p.answer(now, "easing", "short")
            elif p.hurts:
                p.answer(now, "no")
            else:
                p.say_gone(now)
        case "stop":
            _stop(p, now)
        case "sign":
            p.answer(now, "next", "short")
        case "rating":
            _rating(p, saw, now)
        case "good night":
            p.body.go("lying", now)
            if p.hurts:
                p.answer(now, "back again", "short")
        case "awake?" | "resume":
            if p.hurts or p.feet_in:
                p.answer(now, "yes", "short")
            else:
                p.answer(now, "no")
        case "home" if p.wants_soak and wanted(saw, "soak") is not None:
            p.tries += 1
            p.answer(now, "soak")
        case "home" | "failsafe":
            if p.hurts:
                p.answer(now, "start", "short")
        case "stop?":
            p.answer(now, "no", "short")


def _settle(p: Person, saw: Saw, now: Ms) -> None:
    p.stop_doing(now)
    posture = saw.meaning.posture
    upright, off_bed = posture in {"wall", "standing"}, posture in {"wall", "standing", "edge"}
    if posture == "tub":
        bath.invited(p, now)
        return
    if (
        (posture == "crossed" and not p.who.body.cross)
        or (upright and not p.who.body.stand)
        or (off_bed and not p.who.off_the_bed)
    ):
        p.answer(now, "skip", "short")
        return
    if posture == "edge" and not p.body.has_roller:
        _fetch(p, now)
        return
    there = p.body.go(posture, now) if posture else now
    p.answer(now, "start", "short", after=max(there - now, p.delay(now)) + _NOTHING_HAPPENS)


def _fetch(p: Person, now: Ms) -> None:
    """A roller, a bottle."""
    if not p.who.owner.roller:
        p.answer(now, "skip", "short")
        return
    p.away = True
    p.drop("look", "answer")

    def back(at: Ms) -> None:
        p.away, p.body.has_roller = False, True
        p.body.posture, p.body.going = "edge", None
        p.forget()
        p.look(at)

    p.plan("back with it", now + data.ms(p.body.seconds("fetch")), back)


def _offer(p: Person, saw: Saw, now: Ms) -> None:
    posture = saw.meaning.posture
    fits = p.who.off_the_bed and (p.who.body.stand or posture not in {"wall", "standing"})
    if posture == "tub":
        fits = p.who.into_water and p.who.owner.tub
    if posture == "edge" or saw.meaning.does.startswith("roll"):
        fits = fits and p.who.owner.roller
    if fits:
        p.answer(now, "take", "short")
    elif wanted(saw, "skip") is not None:
        p.answer(now, "skip")


def _care(p: Person, saw: Saw, now: Ms) -> None:
    read = saw.read.casefold()
    known = words.vocabulary().condition
    is_me = any(word in read for condition in p.who.conditions for word in known[condition])
    presses_on = not read and p.rng.random() < 0.5  # it cannot be read: half of them do
    if presses_on or (read and not is_me):
        p.answer(now, "not me", "short")


def _stop(p: Person, now: Ms) -> None:
    p.stop_doing(now)
    if p.hurts:
        p.answer(now, "signs", "short", after=p.delay(now) + 2 * SECOND)
    else:
        p.say_gone(now)


def _rating(p: Person, saw: Saw, now: Ms) -> None:
    if p.hurts:
        p.answer(now, "back again", "short")
    elif p.who.rates and p.who.taps and wanted(saw, "more bad") is not None:
        p.answer(now, "more bad")
        p.plan("save", now + 8 * SECOND, lambda at: p.answer(at, "save", after=0))
