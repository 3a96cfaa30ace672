"""Somebody in the bed: notices, does what is led as far as the body can, gets better, answers or does not.

What they know of the device is ``Saw``: words, pictures and labels that reach their eyes, tones that reach
their ears. What they do is a press or a tap. Neither this nor ``reactions`` and ``bath`` looks inside.
"""

import random
from collections.abc import Callable

from kiosk.core.technique import SECOND, Ms
from tests.people import data, words
from tests.people.bed import Bed, off_by
from tests.people.body import AT_HAND, Bodily
from tests.people.draw import Somebody
from tests.people.life import Bout, Life
from tests.people.meaning import Saw, as_heard_by, as_seen_by, wanted

#: From hearing a tone, or seeing the lamp change, until the glass is looked at.
_TURN: Ms = 300

#: A tune is over when nothing followed for so long.
_TUNE: Ms = 900

#: By ear alone: after so long without a tone one presses again.
_SILENCE: Ms = 90 * SECOND

#: Pages of one technique while it is led.
_MOVING = frozenset({"hold", "move", "release"})

Plan = tuple[Ms, Callable[[Ms], None]]
React = Callable[["Person", Saw, Ms], None]


class Person:
    """Somebody, tonight. ``react`` is what they do about what they see (``reactions.react``)."""

    def __init__(self, who: Somebody, bed: Bed, life: Life, react: "React") -> None:
        self.who, self.bed, self.life = who, bed, life
        self.rng = random.Random(who.seed * 7919 + 1)  # noqa: S311 - the same night for the same seed
        self.body = Bodily(who, self.rng)
        self.react = react
        self.plans: dict[str, Plan] = {}
        self.hurts = who.cramp is not None
        self.asleep = False
        self.by_day = False
        """up and dressed: glasses on, and the glass is touched"""
        self.away = False
        """fetching or filling: sees and hears nothing"""
        self.feet_in = False
        self.doing: tuple[str, Ms] | None = None
        self.progress = 0.0
        """seconds of what helps"""
        self.helped_at: Ms | None = None
        self.ends: Ms | None = None
        self.saw: Saw | None = None
        self.woke: Ms = 0
        self.reaction = 0.0
        """how long it took the last time to take the feet out, in seconds"""
        self.nudges = 0
        self.tries = 0
        """how often the soak was asked for"""
        self.tired = 0
        """how often sleep was put off, sitting beside a tub"""
        self._key: object = None
        self._want = ""
        """what the planned answer is for"""
        self._lamp: tuple[Ms, float] = (0, 0.0)
        self._page_at: Ms = -1
        if who.cramp is None:
            self.plan("sleep", data.ms(who.sleeps_after), self._sleep)
        else:
            life.bouts.append(Bout())
            self.plan("natural", data.ms(who.cramp.ends), self.over)

    # --- plans

    def plan(self, name: str, at: Ms, what: Callable[[Ms], None]) -> None:
        """Do something then, in place of what was planned under this name."""
        self.plans[name] = (at, what)

    def drop(self, *names: str) -> None:
        """Not any more."""
        for name in names:
            self.plans.pop(name, None)

    def next_at(self) -> Ms | None:
        """When the next plan is due."""
        return min((at for at, _ in self.plans.values()), default=None)

    def live(self, now: Ms) -> None:
        """Everything that is planned until now."""
        while self.plans:
            name, (at, what) = min(self.plans.items(), key=lambda item: item[1][0])
            if at > now:
                return
            del self.plans[name]
            what(now)

    def get_up(self, now: Ms) -> None:
        """It is morning."""
        self.plans.clear()
        self.by_day, self.asleep, self.away, self.hurts, self.feet_in = True, False, False, False, False
        self.doing, self.saw, self.woke = None, None, now - 3600 * SECOND
        self.forget()
        self.look(now)

    @property
    def sight(self) -> data.Sight:
        """What the eyes read now."""
        return data.senses().sight[0] if self.by_day else self.who.sight

    # --- noticing

    def notice(self, what: str, now: Ms) -> None:
        """Something changed out there; whether it reaches them is another matter."""
        if self.asleep or self.away:
            return
        if what == "page":
            self._page_at = now
        calls = False
        if what == "tone" and self.who.hearing.tones:
            calls = self.sight.eyes
            if not calls:
                self.plan("listen", now + _TUNE, self._listen)
        if what == "lamp":
            before, level = self._lamp[1], self.bed.lamp
            self._lamp = (now, level)
            calls = self.sight.eyes and abs(level - before) > 0.3 and now == self._page_at
        if what == "page":
            calls = self._lamp[0] == now and self.sight.eyes
        if calls:
            self._look_by(now + _TURN)

    def _look_by(self, at: Ms) -> None:
        planned = self.plans.get("look")
        if planned is None or planned[0] > at:
            self.plan("look", at, self.look)

    def look(self, now: Ms) -> None:
        """Look at the glass, and again after a while."""
        if self.asleep or self.away or not self.sight.eyes:
            return
        every = data.senses().look.in_water if self.feet_in else data.senses().look.every
        self.plan("look", now + data.ms(every.draw(self.rng)), self.look)
        self._take(as_seen_by(self.sight, self.bed.view()), now)

    def _listen(self, now: Ms) -> None:
        meaning = as_heard_by(self.who.hearing, self.bed.tune())
        self.plan("silence", now + _SILENCE, self._silence)
        if meaning.kind and not self.asleep:
            self._key = None
            self._take(Saw(meaning, as_seen_by(self.sight, self.bed.view()).view), now)

    def _silence(self, now: Ms) -> None:
        """Nothing was heard for long: is it still there?"""
        if self.hurts and not self.asleep and self.nudges < 8:
            self.nudges += 1
            self.answer(now, "start", "short")
            self.plan("silence", now + _SILENCE, self._silence)

    def _take(self, saw: Saw, now: Ms) -> None:
        read = "".join(letter for letter in saw.read if not letter.isdigit())
        key = (saw.meaning, saw.view.kind, read, saw.dark)
        if key == self._key:
            return
        self._key, self.saw = key, saw
        if not self._stays(saw):
            self.drop("answer")
        if saw.meaning.kind not in _MOVING:
            self.drop("impatient")
        self.react(self, saw, now)

    def _stays(self, saw: Saw) -> bool:
        """Whether what one was about to say is still to be said on this page: that it is gone, or that one
        wants something else, answers no page."""
        if "answer" not in self.plans or saw.dark:
            return False
        moving = saw.meaning.kind in _MOVING
        return (self._want == "gone" and not self.hurts) or (self._want == "skip" and moving)

    def is_about_to(self, want: str) -> bool:
        """Whether this is about to be said."""
        return "answer" in self.plans and self._want == want

    def forget(self) -> None:
        """What was seen last is no answer any more: look with fresh eyes."""
        self._key = None

    # --- time

    def delay(self, now: Ms, *, reading: bool = True) -> Ms:
        """From noticing to answering, in ms."""
        sleepy = data.habits().sleepy
        awake = (now - self.woke) / SECOND
        slow = sleepy.slower if awake < sleepy.first else sleepy.a_little_slower if awake < sleepy.then else 1
        count = min(8, len(self.saw.read.split())) if self.saw is not None and reading else 0
        seconds = data.habits().answer.seconds.draw(self.rng) * slow
        return data.ms(seconds + count * data.habits().reading.a_word)

    # --- answering

    def answer(self, now: Ms, want: str, press: str = "", *, after: Ms | None = None) -> None:
        """Answer in a while: by the target that says it, else by the button (``press``: "short", "long")."""
        if self.who.never and self.life.presses:
            return
        if self._want == want and "answer" in self.plans and self.plans["answer"][0] <= now + 4 * SECOND:
            return
        self._want = want
        at = now + (self.delay(now) if after is None else after)
        self.plan("answer", at, lambda moment: self._answer(moment, want, press))

    def _answer(self, now: Ms, want: str, press: str) -> None:
        if self.asleep or self.away:
            return
        if self.body.look(now) not in AT_HAND:
            if self.body.going is None:
                self.stop_doing(now)
                self.body.go("edge", now)
            at = self.body.going[1] if self.body.going is not None else now
            self.plan("answer", max(now + 500, at), lambda moment: self._answer(moment, want, press))
            return
        target = wanted(self.saw, want) if self.saw is not None and (self.who.taps or self.by_day) else None
        if target is not None:
            dx, dy = off_by(self.rng, data.habits().finger.mean)
            self.life.presses += 1
            if self.bed.tap(target.x + dx, target.y + dy) != target.act:
                self.forget()  # missed: nothing happened, or something else
            elif want == "gone":
                self._said(now)
            self._look_by(now + 2 * SECOND)
        elif press:
            self.press(now, long=press == "long")
            if want == "gone":
                self._said(now)

    def press(self, now: Ms, *, long: bool = False) -> None:
        """The button."""
        if "up" in self.plans:
            return
        spread = data.habits().press.long if long else data.habits().press.short
        seconds = min(5.0, spread.draw(self.rng))
        self.life.presses += 1
        self.bed.down(seconds)
        self.plan("up", self.bed.now + data.ms(seconds), lambda _at: self.bed.up())
        self._look_by(self.bed.now + data.ms(seconds) + SECOND)

    def say_gone(self, now: Ms, after: Ms | None = None) -> None:
        """It is gone: as they know to say it, if they are one who says so."""
        if self.who.tells == "never" and self.who.cramp is not None:
            return
        self.answer(now, "gone", "long" if self.who.knows_long else "", after=after)

    def _said(self, now: Ms) -> None:
        if self.life.bouts and not self.hurts and self.life.bouts[-1].said is None:
            self.life.bouts[-1].said = now

    # --- doing

    def follow(self, meaning: words.Meaning, now: Ms) -> None:
        """Do the movement that is asked for, as soon as the body is there."""
        self.stop_doing(now)
        does = meaning.does or ("pull" if meaning.kind == "hold" else "")
        if not does:
            return
        how = words.vocabulary().movement[does]
        at = now + self.delay(now, reading=False) // 2
        self.body.look(now)
        posture, there = self.body.going or (self.body.posture, now)
        at = max(at, there if posture in how.postures else self.body.go(how.postures[0], now))
        self.plan("begin", at, lambda moment: self._begin(moment, does))

    def _begin(self, now: Ms, does: str) -> None:
        if self.asleep or self.body.look(now) not in words.vocabulary().movement[does].postures:
            return
        self.doing = (does, now)
        if self.life.first_done is None:
            self.life.first_done = now
        waits = self.hurts and does != "soak" and "impatient" not in self.plans
        if self.who.patience is not None and waits:
            self.plan("impatient", now + data.ms(self.who.patience), self._impatient)
        if self.helps(does):
            if self.life.reached_help is None:
                self.life.reached_help = (now, self.life.presses)
            if self.hurts and self.who.cramp is not None:
                left = max(0.1, self.who.cramp.need - self.progress) / self._pace(does)
                self.plan("helped", now + data.ms(left), self.over)

    @property
    def wants_soak(self) -> bool:
        """Whether the soak is still to be had; a target that does nothing is tried twice."""
        return self.who.soak_first and not self.body.has_tub and self.tries < 2

    def _impatient(self, now: Ms) -> None:
        if self.hurts and self.body.look(now) in AT_HAND and not self.is_busy():
            self.answer(now, "skip", "short", after=0)

    def helps(self, does: str) -> bool:
        """Whether this is what ends their cramp."""
        if self.who.cramp is None:
            return False
        helped = self.who.cramp.helped_by
        return does == helped or helped in words.vocabulary().counts_as.get(does, ())

    def _pace(self, does: str) -> float:
        both = self.who.cramp is not None and self.who.cramp.foot == "both"
        return 0.5 if both and words.vocabulary().movement[does].hands else 1.0

    def stop_doing(self, now: Ms) -> None:
        """Let go."""
        self.drop("begin", "helped")
        if self.doing is None:
            return
        does, since = self.doing
        self.doing = None
        if self.helps(does):
            self.progress += (now - since) / SECOND * self._pace(does)

    def is_busy(self) -> bool:
        """Both hands are on the foot, and stay there."""
        return self.who.busy and self.body.posture == "crossed" and self.body.going is None

    @property
    def easing(self) -> bool:
        """Whether it feels as if it were going."""
        need = self.who.cramp.need if self.who.cramp is not None else 1.0
        natural = self.plans.get("natural")
        soon = natural is not None and natural[0] - self.bed.now < 90 * SECOND
        return soon or self.progress > 0.5 * need

    # --- how it goes

    def over(self, now: Ms) -> None:
        """It went."""
        if not self.hurts:
            return
        self.stop_doing(now)
        self.drop("natural", "answer", "impatient")
        self.hurts = False
        self.life.bouts[-1].over = now
        cramp = self.who.cramp
        if cramp is not None and cramp.back_after is not None and len(self.life.bouts) == 1:
            self.plan("back", now + data.ms(cramp.back_after), self.hurt_again)
        self.plan("sleep", now + data.ms(self.who.sleeps_after), self._sleep)
        if self.who.tells == "at once" and not self.is_busy():
            self.say_gone(now)
        elif self.who.tells == "at once":
            self.say_gone(now, after=self.delay(now) + 6 * SECOND)

    def _sleep(self, now: Ms) -> None:
        by_the_tub = self.body.has_tub and self.body.posture in {"edge", "tub"} and self.tired < 5
        if self.feet_in or self.away or self.hurts or by_the_tub:
            self.tired += by_the_tub and not self.feet_in and not self.away
            self.plan("sleep", now + 120 * SECOND, self._sleep)
            return
        self.asleep = True
        self.body.go("lying", now)
        self.drop("look", "listen", "silence", "answer", "impatient", "begin", "pour", "in")
        if not self.bed.dark and self.life.slept is None:
            self.life.slept = now

    def hurt_again(self, now: Ms) -> None:
        """It comes back."""
        assert self.who.cramp is not None
        self.asleep, self.hurts, self.progress = False, True, 0.0
        if now - self.woke > 600 * SECOND:
            self.woke = now
        self.drop("sleep", "answer")
        self.life.woken = now if self.life.woken is None else self.life.woken
        self.life.bouts.append(Bout())
        self.plan("natural", now + data.ms(self.who.cramp.back_ends), self.over)
        self.plan("press again", now + data.ms(data.cramps().onset.seconds.draw(self.rng)), self._again)

    def _again(self, now: Ms) -> None:
        if not self.hurts:
            return
        self.life.bouts[-1].pressed = now
        self.saw = as_seen_by(self.sight, self.bed.view())
        self.forget()
        if self.saw.dark or self.saw.meaning.kind not in {"hold", "move", "release", "settle"}:
            self.answer(now, "back again", "short", after=0)
        self._look_by(now + 2 * SECOND)
