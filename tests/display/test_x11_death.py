"""An X server is killed under the window, for real: Xvfb, SDL's own X11 driver, a process of its own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""seconds within which a process surely does what it was told"""

pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb to kill")

#: Draws as fast as it can.
LEADS = """
import pygame
from kiosk.display.desktop import Desktop

def last_words():
    print("last words", flush=True)
    WORDS

with Desktop((320, 240), print, last_words=last_words, fullscreen=True) as display:
    print(pygame.display.get_driver(), flush=True)
    while True:
        display.pump()
        display.surface.fill((9, 9, 9))
        display.present([display.surface.get_rect()])
"""


#: The same on a laptop.
SIMULATES = LEADS.replace(
    """with Desktop((320, 240), print, last_words=last_words, fullscreen=True)""",
    """from kiosk.display.hardware_panel import Readout
from kiosk.display.simulator import Knobs, Simulator
from kiosk.runtime.supervision import Supervisor

knobs = Knobs(*[lambda *_: None] * 4)
with Simulator((320, 240), print, knobs, Readout, supervisor=Supervisor(), last_words=last_words)""",
)


class XServer:
    """A real X server that shows nothing."""

    def __init__(self) -> None:
        number, told = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(told), "-screen", "0", "320x240x24", "-nolisten", "tcp"],
            pass_fds=(told,),
            stderr=subprocess.DEVNULL,
        )
        os.close(told)
        with os.fdopen(number) as line:
            self.display = f":{line.readline().strip()}"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


@pytest.fixture
def x_server() -> Iterator[XServer]:
    server = XServer()
    yield server
    server.kill()
    number = server.display[1:]
    for left in (Path(f"/tmp/.X{number}-lock"), Path(f"/tmp/.X11-unix/X{number}")):
        left.unlink(missing_ok=True)


def play(script: str, server: XServer) -> tuple[list[str], str, int]:
    """Run it, kill the server as soon as the window is open; what it said and complained, its exit code."""
    silent = {name: value for name, value in os.environ.items() if not name.startswith("SDL_")}
    environ = silent | {"DISPLAY": server.display, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    environ.pop("WAYLAND_DISPLAY", None)
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "x11\n"
    server.kill()
    told, complaints = child.communicate(timeout=PATIENCE)
    return told.splitlines(), complaints, child.returncode


@pytest.mark.parametrize("words", ["pass", "1 / 0"], ids=["well", "broken"])
@pytest.mark.parametrize("script", [LEADS, SIMULATES], ids=["by the bed", "on a laptop"])
def test_before_a_program_ends_with_its_x_server_its_last_words_are_heard(
    script: str, words: str, x_server: XServer
) -> None:
    """Xlib alone would end it on the spot, lamp and buzzer as they were."""
    told, complaints, code = play(script.replace("WORDS", words), x_server)
    assert told == ["last words"]
    assert complaints.splitlines()[0] == "the X server has died, and the program ends with it"
    assert ("ZeroDivisionError" in complaints) is (words != "pass")
    assert code == 1
