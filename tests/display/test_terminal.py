import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kiosk.display.terminal import KD_GRAPHICS, KD_TEXT, GraphicsMode
from tests.display.fake_console import FakeKernel


@pytest.fixture
def tty(tmp_path: Path) -> str:
    path = tmp_path / "tty"
    path.touch()
    return str(path)


def test_graphics_and_back(tty: str) -> None:
    kernel = FakeKernel()
    with GraphicsMode((tty,), kernel.ioctl):
        assert kernel.mode == KD_GRAPHICS
    assert kernel.modes == [KD_GRAPHICS, KD_TEXT]


def test_what_was_found_is_given_back(tty: str) -> None:
    kernel = FakeKernel()
    kernel.mode = 7
    with GraphicsMode((tty,), kernel.ioctl):
        pass
    assert kernel.mode == 7


def test_given_back_when_an_exception_flies_and_only_once(tty: str) -> None:
    kernel = FakeKernel()
    mode = GraphicsMode((tty,), kernel.ioctl)
    with pytest.raises(RuntimeError, match="a fault"), mode:
        raise RuntimeError("a fault")
    mode.close()
    assert kernel.modes == [KD_GRAPHICS, KD_TEXT]


def test_the_first_that_is_a_virtual_terminal_is_taken(tty: str, tmp_path: Path) -> None:
    kernel = FakeKernel()
    refused: list[int] = []

    def ioctl(fd: int, request: int, argument: int | bytearray) -> object:
        if os.fstat(fd).st_size == 3:
            refused.append(fd)
            raise OSError(25, "Inappropriate ioctl for device")
        return kernel.ioctl(fd, request, argument)

    pty = tmp_path / "pty"
    pty.write_text("pty")
    with GraphicsMode((str(tmp_path / "none"), str(pty), tty), ioctl):
        assert kernel.mode == KD_GRAPHICS
    assert len(refused) == 1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(refused[0])


def test_a_terminal_that_is_open_already_stays_open(tty: str) -> None:
    kernel = FakeKernel()
    stdin = os.open(tty, os.O_RDWR)
    with GraphicsMode((stdin,), kernel.ioctl):
        assert kernel.mode == KD_GRAPHICS
    os.fstat(stdin)
    os.close(stdin)


def test_no_terminal_is_a_warning(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with GraphicsMode((str(tmp_path / "none"),), FakeKernel().ioctl):
        pass
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "The console's text could not be switched off" in caplog.text


def test_a_terminal_that_was_hung_up_is_a_warning(tty: str, caplog: pytest.LogCaptureFixture) -> None:
    kernel = FakeKernel()
    with GraphicsMode((tty,), kernel.ioctl):
        kernel.hung_up = True
    assert "could not be switched on again: Input/output error" in caplog.text


def test_given_back_at_the_latest_when_the_interpreter_ends(tty: str, tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import pathlib
        from kiosk.display.terminal import GraphicsMode
        from tests.display.fake_console import FakeKernel
        kernel = FakeKernel()
        def ioctl(fd, request, argument):
            kernel.ioctl(fd, request, argument)
            pathlib.Path({str(tmp_path / "modes")!r}).write_text(str(kernel.modes))
        GraphicsMode(({tty!r},), ioctl).open()
    """)
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
    assert (tmp_path / "modes").read_text() == f"[{KD_GRAPHICS}, {KD_TEXT}]"


def test_our_terminal_is_brought_to_the_glass(tty: str) -> None:
    kernel = FakeKernel()
    kernel.device = os.makedev(4, 3)
    with GraphicsMode((tty,), kernel.ioctl) as mode:
        assert mode.fd is not None
        assert kernel.activated == [3]
    assert mode.fd is None


def test_a_serial_terminal_is_not_one_to_switch_to(tty: str) -> None:
    kernel = FakeKernel()
    kernel.device = os.makedev(204, 64)
    with GraphicsMode((tty,), kernel.ioctl):
        assert kernel.mode == KD_GRAPHICS
    assert kernel.activated == []
