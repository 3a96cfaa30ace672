"""A pin that is a line of the GPIO chip."""

import contextlib
import errno
import logging
from datetime import timedelta
from threading import RLock
from typing import TYPE_CHECKING, cast

import gpiod
from gpiod.line import Bias, Direction, Edge, Value
from gpiozero.exc import (
    GPIOPinInUse,
    PinEdgeDetectUnsupported,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinInvalidState,
    PinPWMFixedValue,
    PinPWMUnsupported,
    PinSetInput,
)
from gpiozero.pins import PinInfo
from gpiozero.pins.local import LocalPiPin

from .software_pwm import SoftwarePWM

if TYPE_CHECKING:
    from .factory import GpiodFactory

log = logging.getLogger(__name__)

#: Highest frequency of software PWM, in Hz.
FASTEST = 10_000

#: Edges that the kernel buffers for us while the thread is busy; if there are more, it drops the oldest.
_BUFFER = 64

_EDGES = {"both": Edge.BOTH, "rising": Edge.RISING, "falling": Edge.FALLING, "none": Edge.NONE}
_BIAS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
_PULL = {Bias.PULL_UP: "up", Bias.PULL_DOWN: "down"}


class GpiodPin(LocalPiPin):
    """A line of a GPIO chip. ``close`` releases it; the next use requests it again."""

    def __init__(self, factory: "GpiodFactory", info: PinInfo) -> None:
        super().__init__(factory, info)
        self._lock = RLock()
        self._request: gpiod.LineRequest | None = None
        self._reset()

    def _reset(self) -> None:
        self._direction = Direction.AS_IS
        self._level = Value.INACTIVE
        self._pull: str | None = None
        self._bounce: float | None = None
        self._edges = "both"
        self._armed = False
        self._pwm: SoftwarePWM | None = None

    def close(self) -> None:
        """Make the line an input, if it was an output of ours, and release it."""
        self.when_changed = None
        with self._lock:
            if self._request is not None:
                with contextlib.suppress(OSError):  # the chip may have been removed
                    self._stop_pulses()
                    if self._direction is Direction.OUTPUT:
                        self._configure(Direction.INPUT)
                self._request.release()
                self._request = None
            self._reset()

    def output_with_state(self, state: float) -> None:
        """Make the line an output that starts at this level, without a glitch."""
        with self._lock:
            self._stop_pulses()
            self._pull = None
            self._level = Value.ACTIVE if state else Value.INACTIVE
            self._configure(Direction.OUTPUT)

    def input_with_pull(self, pull: str) -> None:
        """Make the line an input with this pull, in one step. Raises ``PinInvalidPull``, ``PinFixedPull``."""
        self._check_pull(pull)
        with self._lock:
            self._stop_pulses()
            self._pull = pull
            self._configure(Direction.INPUT)

    def _get_function(self) -> str:
        direction = self._direction
        if direction is Direction.AS_IS:
            direction = self.factory.chip.get_line_info(self._number).direction
        return "output" if direction is Direction.OUTPUT else "input"

    def _set_function(self, value: str) -> None:
        with self._lock:
            if value == "input":
                self._stop_pulses()
                self._configure(Direction.INPUT)
            elif value == "output":
                if self._direction is not Direction.OUTPUT:
                    self._level = self._line.get_value(self._number)
                    self._pull = None
                    self._configure(Direction.OUTPUT)
            else:
                raise PinInvalidFunction(f'invalid function "{value}" for pin {self!r}')

    def _get_state(self) -> float:
        with self._lock:
            if self._pwm is not None:
                return self._pwm.level
            return int(bool(self._line.get_value(self._number)))

    def _set_state(self, value: float) -> None:
        with self._lock:
            if self._pwm is not None:
                self._pwm.level = level_of(self, value)
            elif self.function == "input":
                raise PinSetInput(f"cannot set state of pin {self!r}")
            else:
                self._write(bool(value))

    def _get_pull(self) -> str:
        if self._pull is not None:
            return self._pull
        return _PULL.get(self.factory.chip.get_line_info(self._number).bias, "floating")

    def _set_pull(self, value: str) -> None:
        if self.function != "input":
            raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
        self.input_with_pull(value)

    def _check_pull(self, value: str) -> None:
        if value not in _BIAS:
            raise PinInvalidPull(f'invalid pull "{value}" for pin {self!r}')
        if self.info.pull not in (value, ""):
            raise PinFixedPull(f"{self!r} has a physical pull-{self.info.pull} resistor")

    def _get_frequency(self) -> float | None:
        return None if self._pwm is None else self._pwm.frequency

    def _set_frequency(self, value: float | None) -> None:
        with self._lock:
            if not value:
                self._stop_pulses()
                return
            if not 0 < value <= FASTEST:
                raise PinPWMUnsupported(
                    f"{self!r} has no hardware PWM: its frequency must be above 0 and at most {FASTEST} Hz"
                )
            if self.function != "output":
                raise PinPWMFixedValue(f"cannot start PWM on pin {self!r}")
            if self._pwm is None:
                self._write(False)
                pulser = self.factory.pulser
                pulser.prepare()
                self._pwm = SoftwarePWM(pulser, self._number, self._line.fd, self._write, value)
            else:
                self._pwm.frequency = value

    def prepare_pulses(self) -> None:
        """Start the pulse process now, so that the first pulse is not late. Optional.

        Raises ``PinPWMUnsupported``.
        """
        self.factory.pulser.prepare()

    def read_anew(self) -> None:
        """Let the kernel sample the line. The level of a debounced line is that of its last interrupt, and is
        wrong until the next one if an interrupt was lost.

        Edges during the call are not reported: read ``state`` afterwards. Does nothing unless the pin is
        debounced and has a ``when_changed``.
        """
        with self._lock:
            if self._armed and self._bounce is not None:
                self._configure(Direction.INPUT, bare=True)
                self._configure(Direction.INPUT)

    def _stop_pulses(self) -> None:
        pwm, self._pwm = self._pwm, None
        if pwm is not None:
            pwm.stop()

    def _get_bounce(self) -> float | None:
        return self._bounce

    def _set_bounce(self, value: float | None) -> None:
        if value is not None and value < 0:
            raise PinInvalidBounce("bounce must be 0 or greater")
        with self._lock:
            self._bounce = value or None
            if self._direction is Direction.INPUT:
                self._configure(Direction.INPUT)

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        if value not in _EDGES:
            raise PinInvalidEdges(f'invalid edges "{value}" for pin {self!r}')
        with self._lock:
            self._edges = value
            if self._armed:
                self._configure(Direction.INPUT)

    def _enable_event_detect(self) -> None:
        with self._lock:
            if self.function != "input":
                raise PinEdgeDetectUnsupported(f"{self!r} is an output, which has no edges to detect")
            self._armed = True
            try:
                self._configure(Direction.INPUT)
            except BaseException:
                self._armed = False
                raise
            self.factory.edge_thread.watch(self._line.fd, self._read)

    def _disable_event_detect(self) -> None:
        with self._lock:
            if self._request is not None and self._armed:
                self.factory.edge_thread.forget(self._request.fd)
                self._armed = False
                self._configure(Direction.INPUT)

    def _read(self) -> None:
        with self._lock:
            # If the line was released or disarmed since the edge thread woke, a read would block.
            if not self._armed or self._request is None or not self._request.wait_edge_events(0):
                return
            events = self._request.read_edge_events()
        for event in events:
            rising = event.event_type is event.Type.RISING_EDGE
            try:
                self._call_when_changed(event.timestamp_ns / 1e9, int(rising))
            except Exception:
                log.exception("An edge could not be handled.")

    def _call_when_changed(self, ticks: float | None = None, state: float | None = None) -> None:
        # Checked here because another thread may have set it to None since the edge was read.
        if self._when_changed is not None:
            super()._call_when_changed(ticks, state)

    @property
    def _line(self) -> gpiod.LineRequest:
        if self._request is None:
            self._configure(Direction.AS_IS)
        return cast("gpiod.LineRequest", self._request)

    def _write(self, level: bool) -> None:
        self._level = Value.ACTIVE if level else Value.INACTIVE
        self._line.set_value(self._number, self._level)

    def _configure(self, direction: Direction, *, bare: bool = False) -> None:
        settings = gpiod.LineSettings(direction=direction, output_value=self._level)
        if direction is Direction.INPUT:
            if self._pull is not None:
                settings.bias = _BIAS[self._pull]
            if self._armed and not bare:
                settings.edge_detection = _EDGES[self._edges]
            if self._bounce is not None and not bare:
                settings.debounce_period = timedelta(seconds=self._bounce)
        factory = self.factory
        if self._request is not None:
            self._request.reconfigure_lines({self._number: settings})
        else:
            try:
                self._request = factory.chip.request_lines(
                    {self._number: settings}, consumer=factory.consumer, event_buffer_size=_BUFFER
                )
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
                owner = factory.chip.get_line_info(self._number).consumer
                raise GPIOPinInUse(
                    f"pin {self!r} is in use by {owner or 'the kernel'}, outside this program"
                ) from error
        self._direction = direction


def level_of(pin: LocalPiPin, value: float) -> float:
    """``value`` if it is from 0 to 1; else raises ``PinInvalidState``."""
    if not 0 <= value <= 1:
        raise PinInvalidState(f'invalid state "{value}" for pin {pin!r}')
    return value
