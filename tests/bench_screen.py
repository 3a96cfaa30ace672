"""What the screen costs: pages, rings, the first picture, and what is not drawn at all.

Each function of ``SECTIONS`` measures one thing and gives its lines. Times are processor time of the
thread that draws, so that a busy machine does not change them; only the first picture is in real time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from kiosk.core.state import State
from kiosk.display.framebuffer import Framebuffer, bands
from kiosk.display.turned import Turned
from kiosk.screen.stage import Stage
from tests.display.fake_console import RGB565, XRGB, FakeKernel, geometry
from tests.screen.frames import GALLERY, NOW, PANELS

ROOT = Path(__file__).parents[1]
PANEL = PANELS["800x480-7"]
PAGE_LIMIT, RING_LIMIT, START_LIMIT = 15.0, 2.0, 300.0
"""milliseconds"""


def _cost(action: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    begin = time.thread_time()
    action()
    return (time.thread_time() - begin) * 1000


def _spread(times: list[float], limit: float | None = None) -> str:
    ordered = sorted(times)
    told = f"{statistics.median(ordered):7.2f} ms median, {ordered[-1]:7.2f} ms worst of {len(ordered)}"
    return told if limit is None else f"{told} (at most {limit:g})"


def pages() -> Iterator[str]:
    """A full change of page, 800x480, every page of the gallery."""
    surface, stage = pygame.Surface(PANEL.size, 0, 32), Stage(PANEL)
    first, again = (
        [_cost(lambda state=state: stage.draw(surface, state, NOW)) for state in GALLERY.values()]
        for _ in range(2)
    )
    yield f"page, never drawn before  {_spread(first, PAGE_LIMIT)}"
    yield f"page, drawn before        {_spread(again, PAGE_LIMIT)}"


def _frames(state: State, count: int = 60) -> tuple[list[float], list[list[pygame.Rect]]]:
    """So many frames of a page that moves: what each costs, the wait's length included, and its areas."""
    surface, stage, now = pygame.Surface(PANEL.size, 0, 32), Stage(PANEL), NOW
    stage.draw(surface, state, now)
    times: list[float] = []
    areas: list[list[pygame.Rect]] = []
    while len(times) < count and (due := stage.next_frame(state, now)) is not None:
        begin, now = time.thread_time(), due
        areas.append(stage.draw(surface, state, now))
        stage.next_frame(state, now)
        times.append((time.thread_time() - begin) * 1000)
    return times, areas


def rings() -> Iterator[str]:
    """One step of a ring, and what of the panel is written for it."""
    for name, limit in (("hold", RING_LIMIT), ("calf", RING_LIMIT), ("soak-warm", RING_LIMIT), ("rub", None)):
        times, areas = _frames(GALLERY[name])
        surface = sum(rect.w * rect.h for frame in areas for rect in frame) / len(areas)
        rows = sum(low - top for frame in areas for top, low in bands(frame, PANEL.size)) / len(areas)
        yield (
            f"step of {name:16}  {_spread(times, limit)}; "
            f"{100 * surface / (800 * 480):.0f} % of the picture, {100 * rows / 480:.0f} % of the rows"
        )


def turned() -> Iterator[str]:
    """A step of the hold's ring on a panel mounted upright, over and above the step itself."""

    class Glass:
        name, size = "glass", (480, 800)
        surface = pygame.Surface((480, 800), 0, 16)

        def present(self, rects: list[pygame.Rect]) -> None:
            pass

    display = Turned(Glass(), 90)  # type: ignore[arg-type]
    rect = pygame.Rect(448, 36, 273, 273)
    yield f"turning a ring by 90      {_spread([_cost(lambda: display.present([rect])) for _ in range(50)])}"
    whole = display.surface.get_rect()
    yield f"turning a page by 90      {_spread([_cost(lambda: display.present([whole])) for _ in range(50)])}"


def panel() -> Iterator[str]:
    """Writing to a framebuffer (here a file in memory): a page, a ring's rows, a ring's pixels alone."""
    ring, whole = pygame.Rect(448, 36, 273, 273), pygame.Rect((0, 0), PANEL.size)
    for bits, channels in ((32, XRGB), (16, RGB565)):
        kernel = FakeKernel(geometry(PANEL.size, bits, channels))
        with tempfile.NamedTemporaryFile(dir="/dev/shm") as memory:
            for what, area, exact in (
                ("page", whole, False),
                ("ring's rows", ring, False),
                ("ring alone", ring, True),
            ):
                glass = Framebuffer(Path(memory.name), kernel.ioctl, exact=exact)
                times = [_cost(lambda glass=glass, area=area: glass.write([area])) for _ in range(50)]
                glass.close()
                yield f"write {what:12} {bits} bit  {_spread(times)}"


def nothing() -> Iterator[str]:
    """Pages that stand still, asked for a thousand times."""
    surface, drawn = pygame.Surface(PANEL.size, 0, 32), 0
    times = []
    for name in ("asleep", "home", "rating", "gone"):
        stage = Stage(PANEL)
        stage.draw(surface, GALLERY[name], NOW)
        begin = time.thread_time()
        drawn += sum(len(stage.draw(surface, GALLERY[name], NOW + i)) for i in range(1000))
        times.append(time.thread_time() - begin)
    yield f"nothing changed           {statistics.median(times):7.4f} ms a look, {drawn} rectangles drawn"


_FIRST_PICTURE = textwrap.dedent("""
    import os, sys, time
    from kiosk.display.pygame_import import load_pygame
    load_pygame()
    import pygame
    show = pygame.display.update
    def update(*rects):
        show(*rects)
        print(time.time() - float(os.environ["BEGAN"]), time.process_time())
        sys.stdout.flush()
        os._exit(0)
    pygame.display.update = update
    from kiosk.cli.main import main
    main(["run", "--simulate"])
""")


def first_picture(runs: int = 9) -> Iterator[str]:
    """From the start of the process to the simulator's first picture; the modules are compiled already,
    as they are from the second start on."""
    real: list[float] = []
    used: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environ |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME", "PYTHONPYCACHEPREFIX"), home)
        environ |= {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
        for _ in range(runs + 1):
            done = subprocess.run(
                [sys.executable, "-c", _FIRST_PICTURE],
                env={**environ, "BEGAN": repr(time.time())},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
            passed, processor = done.stdout.split()[-2:]
            real.append(float(passed) * 1000)
            used.append(float(processor) * 1000)
    yield f"first picture             {_spread(real[1:], START_LIMIT)}"
    yield f"  its processor time      {_spread(used[1:])}"


SECTIONS: dict[str, Callable[[], Iterator[str]]] = {
    "screen: pages": pages,
    "screen: rings": rings,
    "screen: turned": turned,
    "screen: panel": panel,
    "screen: nothing": nothing,
    "screen: first picture": first_picture,
}
