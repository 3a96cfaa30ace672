"""The reading thread for real, on pipes in place of devices and a folder in place of /dev/input."""

import errno
import logging
import os
import queue
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from kiosk.display.base import Contact, Kind
from kiosk.display.decode import (
    ABS_MT_POSITION_X,
    ABS_MT_POSITION_Y,
    ABS_MT_SLOT,
    ABS_MT_TRACKING_ID,
    ABS_X,
    ABS_Y,
    EV_ABS,
    EV_KEY,
    INPUT_PROP_DIRECT,
    Axis,
)
from kiosk.display.touch import Transform
from kiosk.display.touch_devices import Finder, FolderWatch, TouchDevice
from kiosk.display.touch_reader import TouchReader
from kiosk.runtime.supervision import Supervisor
from tests.display.test_decode import SYN, Event, mx, my, track

AXES = {
    ABS_MT_SLOT: Axis(0, 9),
    ABS_MT_TRACKING_ID: Axis(0, 65535),
    ABS_MT_POSITION_X: Axis(0, 799),
    ABS_MT_POSITION_Y: Axis(0, 479),
}
SIZE = (800, 480)
DOWN = [track(1), mx(100), my(300), SYN]
UP = [track(-1), SYN]


class Panel:
    """A touch panel on a pipe; ``say`` from the test, and ``vanish``."""

    def __init__(self, path: Path, axes: dict[int, Axis] | None = None) -> None:
        self.path = str(path)
        self.axes = AXES if axes is None else axes
        self.closed = False
        self.grabs: list[bool] = []
        self.taken = False
        self._read, self._write = os.pipe()
        self._said: queue.SimpleQueue[list[Event] | int] = queue.SimpleQueue()

    def say(self, events: list[Event]) -> None:
        self._said.put(events)
        os.write(self._write, b".")

    def fail(self, number: int) -> None:
        self._said.put(number)
        os.write(self._write, b".")

    def read(self) -> Iterator[Event]:
        os.read(self._read, 1)
        said = self._said.get(timeout=5)
        if isinstance(said, int):
            raise OSError(said, os.strerror(said))
        yield from said

    def close(self) -> None:
        self.closed = True
        os.close(self._read)
        os.close(self._write)

    def device(self) -> TouchDevice:
        return TouchDevice(
            self.path, "panel", self.axes, lambda: self._read, self.read, self.close, self.grab
        )

    def grab(self, on: bool) -> None:
        if self.taken and on:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.grabs.append(on)


class Bench:
    """A folder of panels; contacts and presence arrive in one queue."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.panels: dict[str, Panel] = {}
        self.heard: queue.Queue[Contact | bool] = queue.Queue()
        self.transform = Transform()

    def plug(self, name: str, axes: dict[int, Axis] | None = None) -> Panel:
        panel = Panel(self.folder / name, axes)
        self.panels[panel.path] = panel
        Path(panel.path).touch()
        return panel

    def unplug(self, panel: Panel) -> None:
        del self.panels[panel.path]
        Path(panel.path).unlink()
        panel.fail(errno.ENODEV)

    def find(self, known: set[str]) -> list[TouchDevice]:
        return [panel.device() for path, panel in sorted(self.panels.items()) if path not in known]

    def reader(self) -> TouchReader:
        return TouchReader(
            self.heard.put,
            SIZE,
            supervisor=Supervisor(),
            transform=lambda: self.transform,
            on_present=self.heard.put,
            folder=self.folder,
            find=self.find,
            clock=lambda: 77,
        )

    def next(self) -> Contact | bool:
        return self.heard.get(timeout=10)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_tap_comes_through(bench: Bench) -> None:
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        panel.say(DOWN)
        panel.say(UP)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=1 << 8)
        assert bench.next() == Contact(Kind.UP, 100, 300, 77, finger=1 << 8)
    assert panel.closed
    assert bench.heard.empty()


def test_the_transform_is_applied(bench: Bench) -> None:
    panel = bench.plug("event0")
    bench.transform = Transform(rotation=180)
    with bench.reader():
        assert bench.next() is True
        panel.say(DOWN)
        contact = bench.next()
        assert isinstance(contact, Contact)
        assert (contact.x, contact.y) == (699, 179)


def test_a_new_calibration_counts_at_the_next_touch(bench: Bench) -> None:
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        for calibration, seen in (((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (100, 300)),
                                  ((-1.0, 0.0, 1.0, 0.0, 1.0, 0.0), (699, 300))):  # fmt: skip
            bench.transform = Transform(calibration=calibration)
            panel.say([*DOWN, *UP])
            contacts = [bench.next(), bench.next()]
            assert [(c.x, c.y) for c in contacts if isinstance(c, Contact)] == [seen, seen]


def test_two_panels_have_fingers_of_their_own(bench: Bench) -> None:
    first, second = bench.plug("event0"), bench.plug("event1")
    with bench.reader():
        assert bench.next() is True
        first.say(DOWN)
        one = bench.next()
        second.say(DOWN)
        other = bench.next()
        assert isinstance(one, Contact)
        assert isinstance(other, Contact)
        assert one.finger != other.finger


def test_no_panel_is_said_and_one_plugged_in_later_is_found(bench: Bench) -> None:
    with bench.reader():
        assert bench.next() is False
        panel = bench.plug("event3")
        assert bench.next() is True
        panel.say(DOWN)
        contact = bench.next()
        assert isinstance(contact, Contact)
        assert contact.kind is Kind.DOWN


def test_nobody_else_hears_a_panel_but_while_another_terminal_is_on_the_glass(bench: Bench) -> None:
    first = bench.plug("event0")
    with bench.reader() as reader:
        assert bench.next() is True
        reader.grab(on=False)
        second = bench.plug("event1")
        second.say(DOWN)
        bench.next()
        reader.grab(on=True)
        assert (first.grabs, second.grabs) == ([True, False, True], [True])


def test_a_panel_that_obeys_another_program_is_said(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    panel = bench.plug("event0")
    panel.taken = True
    with bench.reader():
        assert bench.next() is True
    assert caplog.messages == [f"The touch panel panel ({panel.path}) obeys another program; end that one."]


def test_a_folder_that_comes_later_is_found(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "input")
    with bench.reader():
        assert bench.next() is False
        bench.folder.mkdir()
        bench.plug("event0")
        assert bench.next() is True


def test_unplugged_with_a_finger_on_it(bench: Bench) -> None:
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        panel.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=1 << 8)
        bench.unplug(panel)
        assert bench.next() == Contact(Kind.CANCEL, 100, 300, 77, finger=1 << 8)
        assert bench.next() is False
        again = bench.plug("event0")
        assert bench.next() is True
        again.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=2 << 8)
    assert panel.closed


def test_back_under_its_old_name_before_it_was_missed(bench: Bench) -> None:
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        again = Panel(Path(panel.path))
        bench.panels[panel.path] = again
        panel.fail(errno.ENODEV)
        again.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=2 << 8)
    assert panel.closed
    assert again.closed


def test_a_device_that_only_fails_is_let_go(bench: Bench) -> None:
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        panel.fail(errno.EIO)
        assert bench.next() is False
    assert panel.closed


def test_nothing_to_read_after_all(bench: Bench) -> None:
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        panel.fail(errno.EAGAIN)
        panel.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=1 << 8)


def test_a_panel_without_a_range_is_left_out(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    panel = bench.plug("event0", {ABS_X: Axis(0, 0), ABS_Y: Axis(0, 0)})
    with bench.reader():
        assert bench.next() is False
    assert panel.closed
    assert f"The touch panel panel ({panel.path}) gives no range" in caplog.text


def test_closing_twice_and_opening_again(bench: Bench) -> None:
    bench.plug("event0")
    reader = bench.reader()
    reader.open()
    assert bench.next() is True
    reader.close()
    reader.close()


def test_without_inotify_it_reads_what_is_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def used_up(_self: FolderWatch, _folder: Path) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(FolderWatch, "__init__", used_up)
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        panel.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=1 << 8)
    assert "Touch panels plugged in later will not be noticed: Too many open files." in caplog.text


def test_when_the_watches_are_used_up_later_panels_are_said_to_go_unnoticed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The instance is there, and its first watch; then the folder changes, and there is none left."""
    panel = bench.plug("event0")
    with bench.reader():
        assert bench.next() is True
        monkeypatch.setattr(FolderWatch, "take", used_up_watches)
        bench.plug("event1")
        panel.say(DOWN)
        assert bench.next() == Contact(Kind.DOWN, 100, 300, 77, finger=1 << 8)
    assert "Touch panels plugged in later will not be noticed: No space left on device." in caplog.text


def used_up_watches(watch: FolderWatch) -> None:
    watch.close()
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FakeInputDevice:
    """python-evdev's class, as far as it is used: what is at each path is decided by its name."""

    opened: ClassVar[list["FakeInputDevice"]] = []

    def __init__(self, path: str) -> None:
        if "denied" in path:
            raise PermissionError(errno.EACCES, "Permission denied")
        if "gone" in path:
            raise OSError(errno.ENODEV, "No such device")
        self.path, self.name, self.closed = path, "Goodix", False
        self.grabs: list[bool] = []
        self.opened.append(self)

    def capabilities(self, *, absinfo: bool) -> dict[int, list[int]]:
        assert not absinfo
        if "keyboard" in self.path:
            return {EV_KEY: [30]}
        return {EV_KEY: [0x14A], EV_ABS: [ABS_MT_SLOT, ABS_MT_POSITION_X, ABS_MT_POSITION_Y]}

    def input_props(self) -> list[int]:
        return [INPUT_PROP_DIRECT]

    def absinfo(self, code: int) -> types.SimpleNamespace:
        return types.SimpleNamespace(value=5, min=0, max=code)

    def fileno(self) -> int:
        return 99

    def grab(self) -> None:
        self.grabs.append(True)

    def ungrab(self) -> None:
        self.grabs.append(False)

    def read(self) -> list[Event]:
        return []

    def close(self) -> None:
        self.closed = True


def test_finding_touch_panels_through_evdev(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    evdev = types.ModuleType("evdev")
    evdev.InputDevice = FakeInputDevice  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evdev", evdev)
    monkeypatch.setattr(FakeInputDevice, "opened", [])
    for name in ("event0-keyboard", "event1", "event2-denied", "event3-gone", "event4", "mouse0"):
        (tmp_path / name).touch()
    caplog.set_level(logging.WARNING)
    find = Finder(tmp_path)
    found = find({str(tmp_path / "event4")})
    assert [(device.path, device.name, device.fileno()) for device in found] == [
        (str(tmp_path / "event1"), "Goodix", 99)
    ]
    assert found[0].axes == {
        code: Axis(0, code, 5) for code in (ABS_MT_SLOT, ABS_MT_POSITION_X, ABS_MT_POSITION_Y)
    }
    assert [device.closed for device in FakeInputDevice.opened] == [True, False]
    found[0].grab(True)
    found[0].grab(False)
    assert FakeInputDevice.opened[1].grabs == [True, False]
    find({str(tmp_path / "event4")})
    assert [record.getMessage() for record in caplog.records] == [
        (
            f"{tmp_path / 'event2-denied'} may not be read, so touch may not work: "
            'add the user this runs as to the group "input".'
        )
    ]


def test_without_python_evdev_it_says_once_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    for name in ("event0", "event1"):
        (tmp_path / name).touch()
    find = Finder(tmp_path)
    assert (find(set()), find(set())) == ([], [])
    assert caplog.messages == ["Touch needs python-evdev, which is not installed (Debian: python3-evdev)."]
