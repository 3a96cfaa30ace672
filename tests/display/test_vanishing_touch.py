"""A touch panel that vanishes, or fails, at the wrong moment costs only itself, and is looked for again."""

import errno
import logging
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.threads import BACK_OFF
from kiosk.display.base import Contact, Kind
from kiosk.display.touch_devices import Find, Finder, FolderWatch, TouchDevice
from kiosk.display.touch_reader import TouchReader
from kiosk.runtime.supervision import HANGS, Supervisor
from tests.display.test_decode import Event
from tests.display.test_touch_reader import AXES, DOWN, UP, Bench, FakeInputDevice, Panel

GONE = OSError(errno.ENODEV, "No such device")


def a_tap(number: int) -> list[Contact]:
    return [Contact(kind, 100, 300, 77, finger=number << 8) for kind in (Kind.DOWN, Kind.UP)]


# --- while it is asked what it is


MOMENTS = ("capabilities", "input_props", "absinfo", "name")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("error", [GONE, OSError(errno.EIO, "Input/output error"), ValueError("odd")])
def test_one_that_vanishes_while_it_is_asked_what_it_is_hides_no_other(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    moment: str,
    error: Exception,
) -> None:
    class Vanishing(FakeInputDevice):
        def __getattribute__(self, name: str) -> Any:
            if name == moment and "event1" in object.__getattribute__(self, "path"):
                raise error
            return object.__getattribute__(self, name)

    evdev = types.ModuleType("evdev")
    evdev.InputDevice = Vanishing  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evdev", evdev)
    monkeypatch.setattr(FakeInputDevice, "opened", [])
    for name in ("event0", "event1", "event2"):
        (tmp_path / name).touch()
    caplog.set_level(logging.WARNING)
    finder = Finder(tmp_path)
    found = finder(set())
    assert [Path(device.path).name for device in found] == ["event0", "event2"]
    assert [device.closed for device in FakeInputDevice.opened] == [False, True, False]
    finder({device.path for device in found})
    assert len(caplog.records) == (error is not GONE), "that it was unplugged, or broken before, is no news"
    (tmp_path / "event1").unlink()
    finder(set())
    (tmp_path / "event1").touch()
    finder(set())
    assert len(caplog.records) == 2 * (error is not GONE), "another one under its name"


def test_one_that_cannot_even_be_opened_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def opened(path: str) -> FakeInputDevice:
        if path.endswith("event0"):
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a name that is no text")
        return FakeInputDevice(path)

    evdev = types.ModuleType("evdev")
    evdev.InputDevice = opened  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evdev", evdev)
    for name in ("event0", "event1"):
        (tmp_path / name).touch()
    assert [Path(device.path).name for device in Finder(tmp_path)(set())] == ["event1"]
    assert "a name that is no text" in caplog.text


# --- while it is taken and read


class Odd(Panel):
    """A panel beside the working one, whose ``breaks`` say what happens when."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.breaks: dict[str, Exception] = {}

    def _break(self, moment: str) -> None:
        if moment in self.breaks:
            raise self.breaks[moment]

    def device(self) -> TouchDevice:
        def fileno() -> int:
            self._break("fileno")
            return -1 if "closed" in self.breaks else self._read

        return TouchDevice(self.path, "odd", AXES, fileno, self.read, self.close, self.grab)

    def read(self) -> Iterator[Event]:
        self._break("read")
        for event in super().read():
            yield event
            if event == DOWN[-1]:
                self._break("mid-read")

    def grab(self, on: bool) -> None:
        self._break("grab")

    def close(self) -> None:
        super().close()
        self._break("close")


class Jumping:
    """A clock that is ten minutes later at each look: nobody has to wait for a pause."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 600_000
        return self.now


class Room(Bench):
    """A working panel, an odd one beside it, and the reader of both."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.good = self.plug("event0")
        self.odd = Odd(folder / "event1")
        self.panels[self.odd.path] = self.odd
        Path(self.odd.path).touch()
        self.pauses: list[float] = []

    def tap_works(self) -> None:
        self.good.say(DOWN)
        self.good.say(UP)
        assert [self.next(), self.next()] == a_tap(1)


def reader_of(bench: Bench, clock: Callable[[], int] = lambda: 77, find: Find | None = None) -> TouchReader:
    pauses = bench.pauses if isinstance(bench, Room) else []
    return TouchReader(
        bench.heard.put,
        (800, 480),
        on_present=bench.heard.put,
        folder=bench.folder,
        find=find or bench.find,
        clock=clock,
        supervisor=Supervisor(wait=lambda _ended, seconds: pauses.append(seconds)),
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.mark.parametrize(
    ("moment", "error"),
    [
        ("fileno", GONE),
        ("closed", GONE),
        ("grab", GONE),
        ("grab", TypeError("an integer is required")),
        ("read", GONE),
        ("read", OSError(errno.EIO, "Input/output error")),
        ("read", ValueError("I/O operation on closed file")),
    ],
)
def test_one_that_vanishes_while_it_is_taken_or_read_leaves_the_others_working(
    room: Room, moment: str, error: Exception
) -> None:
    room.odd.breaks = {moment: error}
    with reader_of(room):
        assert room.next() is True
        if moment == "read":
            room.odd.say(DOWN)
        room.tap_works()
    assert room.good.closed
    assert room.odd.closed
    assert room.pauses == [], "the thread did not die of it"
    assert [thread.name for thread in threading.enumerate() if thread.name == "touch"] == []


@pytest.mark.parametrize("error", [GONE, OSError(errno.EIO, "Input/output error"), KeyError(47)])
def test_one_that_vanishes_in_the_middle_of_a_read_takes_its_finger_along(
    room: Room, error: Exception
) -> None:
    room.odd.breaks = {"mid-read": error, "close": GONE}
    with reader_of(room):
        assert room.next() is True
        room.odd.say(DOWN)
        down, gone = room.next(), room.next()
        assert isinstance(down, Contact)
        assert isinstance(gone, Contact)
        assert (down.kind, gone.kind, gone.finger) == (Kind.DOWN, Kind.CANCEL, down.finger)
        room.tap_works()
    assert room.odd.closed


def test_one_that_fails_without_being_unplugged_is_looked_for_again_and_works_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing changes in the folder that could bring us back."""
    panel = bench.plug("event0")

    def find(known: set[str]) -> list[TouchDevice]:
        if panel.closed:
            bench.panels[panel.path] = again
        return bench.find(known)

    again = Panel(Path(panel.path))
    again.say(DOWN)
    with reader_of(bench, Jumping(), find):
        assert bench.next() is True
        panel.fail(errno.EIO)
        assert bench.next() is False
        assert bench.next() is True
        contact = bench.next()
        assert isinstance(contact, Contact)
        assert contact.kind is Kind.DOWN
    assert caplog.messages[0] == f"touch: {panel.path}: [Errno 5] Input/output error"


def test_the_looks_for_one_that_fails_become_rarer_and_end_when_it_is_unplugged(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """Held against the plan itself, as nobody waits here. The journal hears of it once."""
    now = 0
    reader = reader_of(room, lambda: now)
    reader._selector = types.SimpleNamespace(  # type: ignore[assignment] # nothing is waited on
        register=lambda *_: None, unregister=lambda *_: None
    )
    room.odd.breaks = {"fileno": OSError(errno.EIO, "Input/output error")}
    pauses = []
    for _ in range(len(BACK_OFF) + 2):
        reader._scan()
        assert reader._look_at is not None
        pauses.append((reader._look_at - now) / 1000)
        now = reader._look_at
    assert pauses == [*BACK_OFF[1:], *BACK_OFF[-1:] * 3]
    assert caplog.messages == [f"touch: {room.odd.path}: [Errno 5] Input/output error"]
    Path(room.odd.path).unlink()
    del room.panels[room.odd.path]
    reader._scan()
    assert reader._look_at is None
    reader._drop_all()


# --- when all fails


def test_looking_itself_fails_and_what_works_goes_on(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    broken = threading.Event()
    asked = threading.Event()

    def find(known: set[str]) -> list[TouchDevice]:
        if broken.is_set():
            asked.set()
            raise OSError(errno.EMFILE, "Too many open files")
        return room.find(known)

    with reader_of(room, find=find):
        assert room.next() is True
        broken.set()
        (room.folder / "event7").touch()
        assert asked.wait(10)
        room.tap_works()
    assert "Too many open files" in caplog.text


def test_one_that_never_answers_is_no_touch_until_it_does(bench: Bench) -> None:
    now = 0.0
    asked, go = threading.Event(), threading.Event()
    panel = bench.plug("event0")
    grab = panel.grab

    def never(on: bool) -> None:
        asked.set()
        assert go.wait(10)
        grab(on)

    panel.grab = never  # type: ignore[method-assign] # this one hangs
    reader = reader_of(bench)
    reader._supervisor.clock = lambda: now
    with reader:
        assert asked.wait(10)
        now = HANGS
        reader._supervisor.check()
        assert bench.next() is False
        go.set()
        assert bench.next() is True


def test_an_error_of_our_own_is_said_and_touch_starts_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever hears the contacts fails: no panel is to blame, and none may be lost for good."""
    panel = bench.plug("event0")
    deaf = [True]

    def hear(contact: Contact) -> None:
        if deaf:
            deaf.clear()
            raise RuntimeError("no ear")
        bench.heard.put(contact)

    def find(known: set[str]) -> list[TouchDevice]:
        if panel.closed:
            bench.panels[panel.path] = again
        return bench.find(known)

    again = Panel(Path(panel.path))
    reader = reader_of(bench, find=find)
    reader._on_contact = hear
    with reader:
        assert bench.next() is True
        panel.say(DOWN)
        assert bench.next() is False
        assert bench.next() is True
        again.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=2 << 8)
    assert "no ear" in caplog.text
    assert caplog.messages == ["the thread touch died; it starts again after 0 s"]


def test_a_folder_that_cannot_be_watched_nor_its_parent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        FolderWatch(tmp_path / "not" / "there")
