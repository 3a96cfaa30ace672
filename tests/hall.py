"""A conductor with its thread, on a clock of ours; and what breaks in it, on purpose."""

import threading
from collections.abc import Callable

from kiosk.core import night as the_night
from kiosk.core.events import ButtonPressed
from kiosk.core.signals import Volume
from kiosk.core.state import State
from kiosk.runtime.conductor import Conductor
from kiosk.runtime.outputs import Outputs
from tests.bedside import standard


class Stepping:
    """A clock for the conductor's thread: each look at it finds it ``step`` ms later; nobody ever waits."""

    def __init__(self, step: int = 0) -> None:
        self._now, self._step = 0, step

    def now(self) -> int:
        self._now += self._step
        return self._now

    def move_to(self, moment: int) -> None:
        self._now = moment

    def seconds_until(self, moment: int) -> float:
        return 0.0 if self._step else max(0, moment - self._now) / 1000


class Hall:
    """A conductor with its thread, on a clock of ours; what it did is kept in order."""

    def __init__(self, clock=None, *, perform=None, publish=None, outputs=None, buttons=()) -> None:
        self.clock = clock or Stepping()
        self.did: list[object] = []
        self.states: list[State] = []
        self.changed = threading.Condition()
        self.alive = threading.Semaphore(0)
        self.conductor = Conductor(
            the_night.new(standard()),
            outputs or Outputs(self, self, _Light(self.did), self.alive.release),
            self.clock,
            perform=perform or self.did.append,
            listeners=(publish or self.publish,),
            buttons=buttons,
        )
        self.thread = threading.Thread(target=self.run)
        self.raised: BaseException | None = None

    def run(self) -> None:
        try:
            self.conductor.run()
        except RuntimeError as error:
            self.raised = error

    def set(self, level: float) -> None:
        self.did.append(("lamp", level))

    def play(self, hertz: int, volume: Volume) -> None:
        self.did.append(("buzzer", hertz))

    def publish(self, state: State) -> None:
        with self.changed:
            self.states.append(state)
            self.changed.notify_all()

    def beat(self) -> None:
        """Ask for a sign of life, and wait until all that goes with it is done."""
        self.conductor.beat()
        assert self.alive.acquire(timeout=10)

    def until(self, wanted: Callable[[State], bool]) -> State:
        with self.changed:
            assert self.changed.wait_for(lambda: bool(self.states) and wanted(self.states[-1]), 10)
            return self.states[-1]

    def until_page(self, page: type) -> State:
        return self.until(lambda state: isinstance(state.page, page))

    def __enter__(self) -> "Hall":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.conductor.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


class _Light:
    def __init__(self, did: list[object]) -> None:
        self.did = did

    def set(self, level: float) -> None:
        self.did.append(("light", level))


class Breaking:
    """Raises as often as it is told, at the first call that ``when`` picks."""

    def __init__(self, inner: Callable, times: int, when: Callable[..., bool] = lambda *_: True) -> None:
        self.inner, self.times, self.when = inner, times, when

    def __call__(self, *given):
        if self.times and self.when(*given):
            self.times -= 1
            raise RuntimeError("broken on purpose")
        return self.inner(*given)


def is_press(_state, event, _now) -> bool:
    return isinstance(event, ButtonPressed)
