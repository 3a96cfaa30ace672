"""The expected behaviour of the device: the product's own conductor and stage on a simulated clock."""

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

#: Room temperature of the simulated probe, in degrees Celsius.
ROOM = 21.0


class Tone(NamedTuple):
    """A tone of the buzzer, from ``start`` to ``end`` (ms)."""

    start: Ms
    end: Ms
    hertz: int


class Twin:
    """The conductor with the default settings, in quiet hours, without hardware.

    ``faults`` are present from the start. ``has_light``: the panel has a backlight that can be dimmed.
    ``own_touch``: the kiosk itself reads the touch panel, and can calibrate it.
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
        """The time that the conductor is at, in ms; the clock is already ahead of it."""
        return self._conductor.now

    @property
    def page(self) -> Page:
        """The current page."""
        return self._conductor.state.page

    @property
    def now(self) -> Ms:
        """Time since the twin was created, in ms."""
        return self._clock.now()

    def wait(self, seconds: float) -> None:
        """Advance the clock by ``seconds``."""
        self.wait_until(self.now + round(seconds * 1000))

    def wait_until(self, moment: Ms) -> None:
        """Advance the clock to ``moment``."""
        self._clock.move_to(moment)
        self._conductor.advance(self.now)

    def press(self, seconds: float = 0.08) -> None:
        """Press and release the button."""
        self.hold()
        self.wait(seconds)
        self.let_go()

    def hold(self) -> None:
        """Press the button and keep it pressed."""
        self._happen(ButtonPressed())

    def let_go(self) -> None:
        """Release the button."""
        self._happen(ButtonReleased())

    def tap(self, act: Act = Act.ANYWHERE) -> None:
        """Tap the target with this action."""
        target = next((target for target in self.targets if target.act is act), None)
        assert target or act is Act.ANYWHERE, f"{self.page} has no {act}"
        self._happen(Tapped(target.act, target.number, target.key) if target else Tapped())

    def tap_at(self, x: int, y: int) -> None:
        """Tap a pixel."""
        self.picture()  # the meaning of a tap depends on the last frame drawn
        self._happen(self._stage.event_at(x, y))

    def water(self, celsius: float | None, seconds: int = 20) -> None:
        """Let the probe read cooling water once a second, ``celsius`` at first; None: an empty file."""
        for second in range(seconds):
            if celsius is None:
                self._happen(WaterRead(None, ProbeError.EMPTY))
            else:
                water = cooled(celsius, ROOM, second * 1000)
                self._happen(WaterRead(round(in_steps(water), 2)))
            self.wait(1)

    def lose(self, fault: Fault) -> None:
        """A part fails or is disconnected."""
        self._happen(FaultFound(fault))

    def mend(self, fault: Fault) -> None:
        """A part works again."""
        self._happen(FaultCleared(fault))

    @property
    def faults(self) -> frozenset[Fault]:
        """The current faults."""
        return self._conductor.state.faults

    @property
    def celsius(self) -> float | None:
        """The temperature that the page shows, in degrees Celsius; None if it shows none."""
        return self._conductor.state.water.celsius

    @property
    def verdict(self) -> Verdict:
        """The verdict on the water."""
        return self._conductor.state.water.verdict

    def _happen(self, event: Event) -> None:
        self._conductor.handle(event, self.now)

    # --- picture and sound

    @property
    def targets(self) -> list[Target]:
        """The targets of the current page."""
        return self._stage.compose(self._conductor.state, self.now).targets

    def where(self, act: Act) -> tuple[int, int]:
        """The centre of the target with this action, in pixels."""
        return next(target.box.rect.center for target in self.targets if target.act is act)

    def picture(self) -> pygame.Surface:
        """The expected picture on the screen."""
        surface = pygame.Surface(SIZE)
        self._stage.draw(surface, self._conductor.state, self.now)
        return surface

    @property
    def tones(self) -> list[Tone]:
        """All tones so far; the last one may not have ended."""
        history = self.buzzer.history
        ends = [at for at, _ in history[1:]] + [self.now]
        return [Tone(at, end, hertz) for (at, (hertz, _)), end in zip(history, ends, strict=True) if hertz]
