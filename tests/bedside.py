"""A night at the bedside on a simulated clock: press, wait, tap, dip the probe, look."""

from collections.abc import Callable

import msgspec

from kiosk.core import night
from kiosk.core.clock import SimulatedClock
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    Effect,
    Event,
    Record,
    Tapped,
    WaterRead,
)
from kiosk.core.pages import Page
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from kiosk.core.soak import Verdict
from kiosk.core.state import State
from kiosk.core.technique import (
    SECOND,
    Block,
    Card,
    Cue,
    Load,
    Ms,
    Place,
    Soaking,
    Step,
    Technique,
)
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.outputs import Outputs


def plain(effect: Effect) -> Effect:
    """The effect without its episode's key, which is looked at where keys are (``test_episode_keys``)."""
    return msgspec.structs.replace(effect, key=0) if isinstance(effect, Record) else effect


class Recorder:
    """Lamp, buzzer and backlight in one: every change with its time in ms."""

    def __init__(self, clock: Callable[[], Ms]) -> None:
        self._clock = clock
        self.lamp: list[tuple[Ms, float]] = []
        self.tones: list[tuple[Ms, int]] = []
        self.volumes: list[tuple[Ms, Volume]] = []
        self.light: list[tuple[Ms, float]] = []


class _Lamp:
    def __init__(self, recorder: Recorder, clock: Callable[[], Ms]) -> None:
        self.recorder, self.clock = recorder, clock

    def set(self, level: float) -> None:
        self.recorder.lamp.append((self.clock(), level))


class _Buzzer(_Lamp):
    def play(self, hertz: int, volume: Volume) -> None:
        self.recorder.tones.append((self.clock(), hertz))
        self.recorder.volumes.append((self.clock(), volume))


class _Backlight(_Lamp):
    def set(self, level: float) -> None:
        self.recorder.light.append((self.clock(), level))


class Bedside:
    """The conductor and the night on a clock that only moves when told."""

    def __init__(
        self,
        rules: Rules | None = None,
        state: State | None = None,
        listeners: tuple[Callable[[State], None], ...] = (),
    ) -> None:
        self.clock = SimulatedClock()
        now = lambda: self.conductor.now  # noqa: E731 - the moment being played, not the clock's
        self.out = Recorder(now)
        self.effects: list[Effect] = []
        self.quiet_hours = False
        self.pages: list[tuple[Ms, str]] = []
        outputs = Outputs(_Lamp(self.out, now), _Buzzer(self.out, now), _Backlight(self.out, now))
        self.conductor = Conductor(
            state or night.new(rules or standard()),
            outputs,
            self.clock,
            perform=lambda effect: self.effects.append(plain(effect)),
            listeners=(*listeners, self._publish),
            quiet=lambda _: self.quiet_hours,
        )
        outputs.follow(self.state, 0)

    def _publish(self, state: State) -> None:
        name = type(state.page).__name__
        if not self.pages or self.pages[-1][1] != name:
            self.pages.append((self.conductor.now, name))

    @property
    def state(self) -> State:
        return self.conductor.state

    @property
    def page(self) -> Page:
        return self.conductor.state.page

    @property
    def now(self) -> Ms:
        return self.clock.now()

    @property
    def lamp(self) -> float:
        return self.out.lamp[-1][1]

    @property
    def tone(self) -> int:
        return self.out.tones[-1][1]

    def happen(self, event: Event) -> None:
        self.conductor.handle(event, self.now)

    def wait(self, seconds: float) -> None:
        self.clock.move_to(self.now + round(seconds * SECOND))
        self.conductor.advance(self.now)

    def press(self, seconds: float = 0.1) -> None:
        self.happen(ButtonPressed())
        self.wait(seconds)
        self.happen(ButtonReleased())

    def hold(self) -> None:
        """A long press."""
        self.press(1.6)

    def tap(self, act: Act = Act.ANYWHERE, number: int = 0, key: str = "") -> None:
        self.happen(Tapped(act, number, key))

    def water(
        self, celsius: float | None, seconds: float = 1, every: float = 1, *, frozen: bool = False
    ) -> None:
        """The probe reads this once a second for so long. Real water never keeps still: every other minute
        it is a hundredth warmer, unless the probe is ``frozen``."""
        for _ in range(round(seconds / every)):
            drift = 0.0 if frozen else 0.01 * (self.now // (60 * SECOND) % 2)
            self.happen(WaterRead(None if celsius is None else celsius + drift))
            self.wait(every)

    def until(self, page: type, seconds: float = 3600) -> None:
        """Wait, deadline by deadline, until this page is shown."""
        end = self.now + round(seconds * SECOND)
        while not isinstance(self.page, page):
            due = self.conductor.next_due()
            assert due is not None, f"{page.__name__} will never come; stuck on {self.page}"
            assert due <= end, f"no {page.__name__} within {seconds} s; now {self.page}"
            self.wait(max(0, due - self.now) / SECOND)

    def verdict(self) -> Verdict:
        return self.state.water.verdict


def step(cue: Cue, seconds: int, **more: object) -> Step:
    return Step(cue=cue, line="Do it", seconds=seconds, source="test", **more)  # type: ignore[arg-type]


HAND = Technique(
    id="hand",
    name="Hand stretch",
    place=Place.BED,
    posture="Foot on other knee",
    posture_art="sit_cross",
    art="hand_stretch",
    source="test",
    loads=(Load.CROSS_LEG,),
    block=(
        Block(
            step=(step(Cue.HOLD, 5, range=(3, 5)), step(Cue.RELEASE, 3)),
            times=3,
            until="relief",
        ),
    ),
)
PRESS = Technique(
    id="press",
    name="Massage",
    place=Place.BED,
    posture="Take the foot",
    posture_art="sit_cross",
    art="massage_press",
    source="test",
    block=(
        Block(
            step=(
                step(Cue.MOVE, 20, loads=(Load.MASSAGE,), gentle="Softly"),
                step(Cue.HOLD, 5, loads=(Load.PRESS,)),
                step(Cue.RELEASE, 3, loads=(Load.PRESS,)),
            ),
            times=(2, 3),
            usual=3,
        ),
    ),
)
CALF = Technique(
    id="calf",
    name="Calf stretch",
    place=Place.FEET,
    posture="Stand at the wall",
    posture_art="calf_wall",
    art="calf_wall",
    source="test",
    loads=(Load.STAND,),
    block=(Block(step=(step(Cue.HOLD, 30), step(Cue.REST, 10)), times=(4, 5)),),
)
SOAK = Technique(
    id="soak",
    name="Foot soak",
    place=Place.SOAK,
    posture="Fill the tub",
    posture_art="soak",
    art="soak",
    source="test",
    loads=(Load.HEAT,),
    soak=Soaking(
        minutes=15,
        range=(15, 20),
        prepare=(Card(word="FILL", line="Warm water", source="test"),),
        after=(Card(word="DRY", line="Between the toes", source="test"),),
        source="test",
    ),
)


def standard(**more: object) -> Rules:
    """Rules of a plain night: hand, press, calf, soak."""
    return Rules(techniques=(HAND, PRESS, CALF, SOAK), **more)  # type: ignore[arg-type]
