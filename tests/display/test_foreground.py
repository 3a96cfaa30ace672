"""Switching between virtual terminals, with a kernel that only remembers what it was told."""

import os
import signal
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.display.foreground import (
    LEAVE,
    RETURN,
    VT_ACKACQ,
    VT_AUTO,
    VT_PROCESS,
    VT_RELDISP,
    VT_SETMODE,
    Foreground,
)


class Kernel:
    """Remembers in one list what it was asked and what was told."""

    def __init__(self) -> None:
        self.log: list[tuple[str, object]] = []
        self.refusing = False

    def ioctl(self, fd: int, request: int, argument: int | bytearray) -> object:
        os.fstat(fd)
        if self.refusing:
            raise PermissionError(1, "Operation not permitted")
        if request == VT_SETMODE:
            assert isinstance(argument, bytearray)
            self.log.append(("mode", struct.unpack("@bbhhh", argument)))
        else:
            assert request == VT_RELDISP
            self.log.append(("answer", argument))
        return 0

    def told(self, there: bool) -> None:
        self.log.append(("told", there))


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def watch(kernel: Kernel, tmp_path: Path) -> Iterator[Foreground]:
    with (tmp_path / "tty").open("wb") as tty:
        yield Foreground(tty.fileno(), kernel.told, kernel.ioctl)


ASKED = ("mode", (VT_PROCESS, 0, LEAVE, RETURN, 0))
LET_GO = ("mode", (VT_AUTO, 0, 0, 0, 0))


def test_leaving_is_told_before_it_is_agreed_to_and_coming_back_after(
    kernel: Kernel, watch: Foreground
) -> None:
    watch.open()
    signal.raise_signal(LEAVE)
    signal.raise_signal(RETURN)
    watch.close()
    watch.close()
    assert kernel.log == [
        ASKED,
        ("told", False),
        ("answer", 1),
        ("answer", VT_ACKACQ),
        ("told", True),
        LET_GO,
    ]


def test_signals_are_given_back(kernel: Kernel, watch: Foreground) -> None:
    before = [signal.getsignal(number) for number in (LEAVE, RETURN)]
    watch.open()
    assert [signal.getsignal(number) for number in (LEAVE, RETURN)] != before
    watch.close()
    assert [signal.getsignal(number) for number in (LEAVE, RETURN)] == before


def test_a_terminal_that_is_not_ours_to_switch_stays(kernel: Kernel, watch: Foreground) -> None:
    before = [signal.getsignal(number) for number in (LEAVE, RETURN)]
    kernel.refusing = True
    watch.open()
    assert [signal.getsignal(number) for number in (LEAVE, RETURN)] == before
    watch.close()
    assert kernel.log == []


def test_one_that_is_hung_up_meanwhile_is_no_trouble(kernel: Kernel, watch: Foreground) -> None:
    watch.open()
    kernel.refusing = True
    signal.raise_signal(LEAVE)
    watch.close()
    assert kernel.log == [ASKED, ("told", False)]


def test_beside_the_main_thread_there_are_no_signals(kernel: Kernel, watch: Foreground) -> None:
    thread = threading.Thread(target=watch.open)
    thread.start()
    thread.join()
    watch.close()
    assert kernel.log == []
