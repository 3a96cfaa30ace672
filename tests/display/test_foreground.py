"""The watch over the virtual terminals, on an ordinary file that says which is on the glass."""

import os
import queue
import select
from pathlib import Path

import pytest

from kiosk.display.foreground import ACTIVE, Foreground


class Kernel:
    """Says which terminal is on the glass, and wakes whoever waits on that (a plain file wakes nobody)."""

    def __init__(self, root: Path) -> None:
        self.file = root / ACTIVE
        self.file.parent.mkdir(parents=True)
        self.file.write_text("tty1\n")
        self._read, self._write = os.pipe()
        self._watched: list[int] = []

    def poller(self) -> "Kernel":
        return self

    def register(self, fd: int, eventmask: int) -> None:
        assert eventmask == (select.POLLIN if self._watched else select.POLLPRI)
        self._watched.append(fd)

    def poll(self) -> list[tuple[int, int]]:
        ready = select.select([self._read, self._watched[1]], [], [])[0]
        if self._read in ready:
            os.read(self._read, 1)
            return [(self._watched[0], select.POLLPRI)]
        return [(self._watched[1], select.POLLIN)]

    def switch(self, terminal: str) -> None:
        self.file.write_text(f"{terminal}\n")
        os.write(self._write, b"!")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_leaving_and_coming_back_are_told_once_each(kernel: Kernel, tmp_path: Path) -> None:
    told: queue.SimpleQueue[bool] = queue.SimpleQueue()
    watch = Foreground("tty1", told.put, root=tmp_path, poller=kernel.poller)
    watch.open()
    history = []
    for terminal in ("tty2", "tty3", "tty1"):
        kernel.switch(terminal)
        if terminal != "tty3":
            history.append(told.get(timeout=10))
    watch.close()
    watch.close()
    assert history == [False, True]
    assert told.empty()


def test_a_terminal_that_is_not_on_the_glass_at_first_is_told(kernel: Kernel, tmp_path: Path) -> None:
    told: queue.SimpleQueue[bool] = queue.SimpleQueue()
    watch = Foreground("tty7", told.put, root=tmp_path, poller=kernel.poller)
    watch.open()
    assert told.get(timeout=10) is False
    watch.close()


def test_a_kernel_without_terminals_has_nothing_to_watch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    watch = Foreground("tty1", lambda _there: None, root=tmp_path)
    watch.open()
    watch.close()
    assert caplog.messages == [f"{tmp_path / ACTIVE} cannot be watched: No such file or directory."]
