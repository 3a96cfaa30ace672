"""The same night on a simulated clock: what the device ought to do and show, from the product itself."""

from typing import NamedTuple

import msgspec
import pygame

from kiosk.config import techniques
from kiosk.config.schema import Settings
from kiosk.config.settings import to_rules
from kiosk.core import night
from kiosk.core.clock import SimulatedClock
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    Effect,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    ProbeError,
    Tapped,
    WaterRead,
)
from kiosk.core.pages import Page
from kiosk.core.soak import Verdict
from kiosk.core.technique import Ms
from kiosk.devices.simulated import SimulatedBacklight, SimulatedBuzzer, SimulatedLamp
from kiosk.devices.water import cooled, in_steps
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.outputs import Outputs
from kiosk.screen.scene import Target
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel

SIZE = (800, 480)

#: The air round the device, as its simulated probe has it (degrees Celsius).
ROOM = 21.0


class Tone(NamedTuple):
    """The buzzer sounds from ``start`` to ``end`` (ms)."""

    start: Ms
    end: Ms
    hertz: int


class Twin:
    """The conductor and the night of the default settings, in quiet hours, without any hardware.

    ``faults``: what is missing; ``has_light``: whether the panel has a light to turn down; ``own_touch``:
    whether the kiosk itself reads the touch panel and can put it right.
    """

    def __init__(self, *faults: Fault, has_light: bool = True, own_touch: bool = False) -> None:
        settings = Settings()
        self._clock = SimulatedClock()
        self.lamp = SimulatedLamp(self._playing)
        self.buzzer = SimulatedBuzzer(self._playing)
        self.effects: list[Effect] = []
        state = night.new(to_rules(settings, techniques.load()[0]))
        self._conductor = Conductor(
            msgspec.structs.replace(state, own_touch=own_touch),
            Outputs(self.lamp, self.buzzer, SimulatedBacklight(self._playing)),
            self._clock,
            perform=self.effects.append,
            listeners=(lambda _state: None,),
            quiet=lambda _rules: True,
        )
        self._stage = Stage(Panel.of(SIZE, settings.screen.panel), has_light=lambda: has_light)
        for fault in faults:
            self.lose(fault)

    def _playing(self) -> Ms:
        """The moment being played, not the clock's: that one has moved on already."""
        return self._conductor.now

    @property
    def page(self) -> Page:
        """What is on the screen."""
        return self._conductor.state.page

    @property
    def now(self) -> Ms:
        """Time since the twin was made."""
        return self._clock.now()

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.wait_until(self.now + round(seconds * 1000))

    def wait_until(self, moment: Ms) -> None:
        """Let time go by up to a moment."""
        self._clock.move_to(moment)
        self._conductor.advance(self.now)

    def press(self, seconds: float = 0.08) -> None:
        """Push the button and let go."""
        self.hold()
        self.wait(seconds)
        self.let_go()

    def hold(self) -> None:
        """Push the button and stay on it."""
        self._happen(ButtonPressed())

    def let_go(self) -> None:
        """Take the hand off the button."""
        self._happen(ButtonReleased())

    def tap(self, act: Act = Act.ANYWHERE) -> None:
        """Tap the target that means this."""
        target = next((target for target in self.targets if target.act is act), None)
        assert target or act is Act.ANYWHERE, f"{self.page} has no {act}"
        self._happen(Tapped(target.act, target.number, target.key) if target else Tapped())

    def tap_at(self, x: int, y: int) -> None:
        """Tap a pixel."""
        self.picture()  # what is on the screen says what a tap means
        self._happen(self._stage.event_at(x, y))

    def water(self, celsius: float | None, seconds: int = 20) -> None:
        """The probe reads water that was so warm, once a second for so long; None: an empty file."""
        for second in range(seconds):
            if celsius is None:
                self._happen(WaterRead(None, ProbeError.EMPTY))
            else:
                water = cooled(celsius, ROOM, second * 1000)
                self._happen(WaterRead(round(in_steps(water), 2)))
            self.wait(1)

    def lose(self, fault: Fault) -> None:
        """Something breaks or is pulled out."""
        self._happen(FaultFound(fault))

    def mend(self, fault: Fault) -> None:
        """It works again."""
        self._happen(FaultCleared(fault))

    @property
    def faults(self) -> frozenset[Fault]:
        """What is missing or broken."""
        return self._conductor.state.faults

    @property
    def celsius(self) -> float | None:
        """What the page says of it, if it says a number."""
        return self._conductor.state.water.celsius

    @property
    def verdict(self) -> Verdict:
        """What the water is."""
        return self._conductor.state.water.verdict

    def _happen(self, event: Event) -> None:
        self._conductor.handle(event, self.now)

    # --- what there is to see and to hear

    @property
    def targets(self) -> list[Target]:
        """What can be tapped now."""
        return self._stage.compose(self._conductor.state, self.now).targets

    def where(self, act: Act) -> tuple[int, int]:
        """The middle of the target that means this, in pixels."""
        return next(target.box.rect.center for target in self.targets if target.act is act)

    def picture(self) -> pygame.Surface:
        """What the screen ought to show now."""
        surface = pygame.Surface(SIZE)
        self._stage.draw(surface, self._conductor.state, self.now)
        return surface

    @property
    def tones(self) -> list[Tone]:
        """Every tone so far, the last one maybe unfinished."""
        history = self.buzzer.history
        ends = [at for at, _ in history[1:]] + [self.now]
        return [Tone(at, end, hertz) for (at, (hertz, _)), end in zip(history, ends, strict=True) if hertz]
