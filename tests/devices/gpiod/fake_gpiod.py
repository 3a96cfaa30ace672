"""A GPIO chip that is not there, behind the classes of libgpiod's Python bindings.

Types are the library's own (``LineSettings``, ``EdgeEvent``, the enums); what would open a device is ours.
It behaves as the kernel does (drivers/gpio/gpiolib-cdev.c): lines have one owner, refuse what does not fit,
debounce what they are told to, stamp edges, keep so many and drop the oldest. Time is ``Board.now``, in
nanoseconds, and moves when told.
"""

import errno
import itertools
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace, TracebackType
from typing import Self

from gpiod import ChipClosedError, EdgeEvent, LineSettings, RequestReleasedError
from gpiod.line import Bias, Direction, Edge, Value

MS = 1_000_000


@dataclass
class Line:
    """One line: who has it, how it is set, and what is wired to it."""

    number: int
    consumer: str | None = None
    direction: Direction = Direction.INPUT
    bias: Bias = Bias.UNKNOWN
    edge: Edge = Edge.NONE
    debounce: int = 0
    driven: bool = False
    #: what the world puts on it; None is an open contact
    outside: bool | None = None
    settled: bool = False
    due: int | None = None
    history: list[object] = field(default_factory=list)
    request: "FakeRequest | None" = None

    @property
    def raw(self) -> bool:
        if self.direction is Direction.OUTPUT:
            return self.driven
        return self.bias is Bias.PULL_UP if self.outside is None else self.outside

    @property
    def value(self) -> bool:
        return self.settled if self.debounce else self.raw


class Board:
    """All chips, and the hands that press the buttons."""

    def __init__(self, lines: int = 54, label: str = "pinctrl-bcm2711") -> None:
        self.now = 1_000 * MS
        self.label = label
        self.lines = [Line(number) for number in range(lines)]
        #: device -> label, or the error that opening it gives
        self.chips: dict[str, str | OSError] = {}
        self.opened: list[str] = []
        self.broken: OSError | None = None

    def put(self, number: int, level: bool | None) -> None:
        """Something outside drives the line, or (None) lets go of it."""
        line = self.lines[number]
        before = line.raw
        line.outside = level
        self._changed(line, before)

    def advance(self, ms: float) -> None:
        """Time goes by; debouncing ends when it is due."""
        end = self.now + round(ms * MS)
        while waiting := [line for line in self.lines if line.due is not None and line.due <= end]:
            line = min(waiting, key=lambda one: one.due or 0)
            self.now, line.due = line.due or 0, None
            if line.raw != line.settled:
                line.settled = line.raw
                self._tell(line, line.settled)
        self.now = end

    def configure(self, line: Line, settings: LineSettings) -> None:
        """As linereq_set_config does; raises what the ioctl would."""
        is_input = settings.direction is Direction.INPUT
        if not is_input and (settings.edge_detection is not Edge.NONE or settings.debounce_period):
            raise OSError(errno.EINVAL, "Invalid argument")
        if settings.direction is Direction.AS_IS:
            if settings.bias is not Bias.AS_IS:
                raise OSError(errno.EINVAL, "Invalid argument")
            return
        was_input, line.direction = line.direction is Direction.INPUT, settings.direction
        if settings.bias is not Bias.AS_IS:
            line.bias = settings.bias
        if is_input:
            line.history += [] if was_input else ["in"]
            line.edge = settings.edge_detection
            line.debounce = round(settings.debounce_period / timedelta(microseconds=1)) * 1000
            line.settled, line.due = line.raw, None
        else:
            line.edge, line.debounce, line.due = Edge.NONE, 0, None
            self.drive(line, bool(settings.output_value))

    def drive(self, line: Line, level: bool) -> None:
        if self.broken:
            raise self.broken
        line.driven = level
        line.history.append(int(level))

    def _changed(self, line: Line, before: bool) -> None:
        if line.raw == before or line.direction is not Direction.INPUT:
            return
        if line.debounce:
            line.due = self.now + line.debounce
        else:
            self._tell(line, line.raw)

    def _tell(self, line: Line, level: bool) -> None:
        wanted = {Edge.BOTH: True, Edge.RISING: level, Edge.FALLING: not level, Edge.NONE: False}
        if line.request is not None and wanted[line.edge]:
            line.request.deliver(line.number, level, self.now)


class FakeRequest:
    """Stands for ``gpiod.LineRequest``, with a real file descriptor that is readable while edges wait."""

    def __init__(self, board: Board, numbers: list[int], buffer: int) -> None:
        self._board: Board | None = board
        self._numbers = numbers
        self._events: deque[EdgeEvent] = deque(maxlen=buffer)
        self._count = itertools.count(1)
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def __bool__(self) -> bool:
        return self._board is not None

    @property
    def fd(self) -> int:
        self._check()
        return self._fd

    def get_value(self, line: int) -> Value:
        return Value.ACTIVE if self._line(line).value else Value.INACTIVE

    def set_value(self, line: int, value: Value) -> None:
        found = self._line(line)
        if found.direction is not Direction.OUTPUT:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        self._check().drive(found, bool(value))

    def reconfigure_lines(self, config: dict[int, LineSettings]) -> None:
        for number, settings in config.items():
            self._check().configure(self._line(number), settings)

    def wait_edge_events(self, timeout: timedelta | float | None = None) -> bool:
        self._check()
        assert timeout == 0, "this one would block for ever"
        return bool(self._events)

    def read_edge_events(self, max_events: int | None = None) -> list[EdgeEvent]:
        self._check()
        assert self._events, "this one would block for ever"
        events = list(self._events)
        self._events.clear()
        os.eventfd_read(self._fd)
        return events

    def deliver(self, number: int, level: bool, at: int) -> None:
        count = next(self._count)
        kind = EdgeEvent.Type.RISING_EDGE if level else EdgeEvent.Type.FALLING_EDGE
        self._events.append(EdgeEvent(kind.value, at, number, count, count))
        os.eventfd_write(self._fd, 1)

    def release(self) -> None:
        board = self._check()
        for number in self._numbers:
            line = board.lines[number]
            line.consumer = line.request = line.due = None
            line.edge, line.debounce = Edge.NONE, 0
        os.close(self._fd)
        self._board = None

    def _check(self) -> Board:
        if self._board is None:
            raise RequestReleasedError
        return self._board

    def _line(self, number: int) -> Line:
        board = self._check()
        assert number in self._numbers
        return board.lines[number]


class FakeChip:
    """Stands for ``gpiod.Chip`` on the board that ``install`` was given."""

    board: Board

    def __init__(self, path: str) -> None:
        found = self.board.chips.get(path)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        if isinstance(found, OSError):
            raise found
        self.board.opened.append(path)
        self._path: str | None = path
        self._label = found

    def __bool__(self) -> bool:
        return self._path is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> str:
        return self._check()

    def close(self) -> None:
        self.board.opened.remove(self._check())  # 2.2 refuses a second time
        self._path = None

    def get_info(self) -> SimpleNamespace:
        name = self._check().rsplit("/", 1)[1]
        return SimpleNamespace(name=name, label=self._label, num_lines=len(self.board.lines))

    def get_line_info(self, line: int | str) -> SimpleNamespace:
        self._check()
        found = self.board.lines[int(line)]
        return SimpleNamespace(
            offset=found.number,
            name=f"GPIO{found.number}",
            used=found.consumer is not None,
            consumer=found.consumer or "",
            direction=found.direction,
            bias=found.bias,
        )

    def request_lines(
        self,
        config: dict[Iterable[int | str] | int | str, LineSettings | None],
        consumer: str | None = None,
        event_buffer_size: int | None = None,
        output_values: dict[int | str, Value] | None = None,
    ) -> FakeRequest:
        self._check()
        numbers = [int(number) for number in config]
        lines = [self.board.lines[number] for number in numbers]
        if any(line.consumer is not None for line in lines):
            raise OSError(errno.EBUSY, "Device or resource busy")
        request = FakeRequest(self.board, numbers, event_buffer_size or 16 * len(numbers))
        for line, settings in zip(lines, config.values(), strict=True):
            line.consumer, line.request = consumer or "?", request
            self.board.configure(line, settings or LineSettings())
        return request

    def _check(self) -> str:
        if self._path is None:
            raise ChipClosedError
        return self._path
